//! Introspection and revocation.

use http::StatusCode;

use crate::support::{Answered, World, form};

fn inspect(world: &mut World, path: &str, token: &str) -> Answered {
    let body = format!("client_id=any&client_secret=any&token={token}");
    world.send(&form(path, &[], &body))
}

#[test]
fn a_token_is_active_until_it_is_revoked_or_expires() {
    let mut world = World::new();
    let answer = world.token("&scope=read:orders");
    let (first, second) = (
        answer.token().to_owned(),
        world.token("").token().to_owned(),
    );
    let answer = inspect(&mut world, "/oauth2/introspect", &first);
    assert_eq!(answer.json["active"], true);
    assert_eq!(answer.json["scope"], "read:orders");
    assert_eq!(answer.json["client_id"], "any");
    assert_eq!(answer.json["token_type"], "Bearer");

    let revoked = inspect(&mut world, "/oauth2/revoke", &first);
    assert_eq!((revoked.status, revoked.body.len()), (StatusCode::OK, 0));
    let answer = inspect(&mut world, "/oauth2/introspect", &first);
    assert_eq!(answer.json["active"], false);
    assert_eq!(answer.json.as_object().unwrap().len(), 2, "{}", answer.json);

    assert_eq!(
        inspect(&mut world, "/oauth2/introspect", &second).json["active"],
        true
    );
    world.control("POST", "/mock/clock/advance", r#"{"seconds":3600}"#);
    assert_eq!(
        inspect(&mut world, "/oauth2/introspect", &second).json["active"],
        false
    );
}

#[test]
fn texts_that_are_not_tokens_of_the_mock_are_inactive_and_revoking_them_is_not_an_error() {
    let mut world = World::new();
    let foreign = World::new().token("").token().to_owned();
    let changed = world.token("").token().replace(".ey", ".eY");
    for token in ["not-a-token", &foreign, &changed] {
        let answer = inspect(&mut world, "/oauth2/introspect", token);
        assert_eq!(
            (answer.status, &answer.json["active"]),
            (StatusCode::OK, &false.into())
        );
        assert_eq!(
            inspect(&mut world, "/oauth2/revoke", token).status,
            StatusCode::OK
        );
    }
    assert_eq!(world.get("/mock").json["revoked_tokens"], 0);
}

#[test]
fn a_token_of_another_type_can_be_introspected() {
    let mut world = World::new();
    let made = world.control(
        "POST",
        "/mock/tokens",
        r#"{"client_id":"a","token":{"typ":"JWT","without":["exp"]}}"#,
    );
    let answer = inspect(&mut world, "/oauth2/introspect", made.token());
    assert_eq!(answer.json["active"], true);
}

#[test]
fn a_caller_without_credentials_or_without_a_token_is_refused() {
    let mut world = World::new();
    for path in ["/oauth2/introspect", "/oauth2/revoke"] {
        let answer = world.send(&form(path, &[], "token=x"));
        assert_eq!(answer.json["error"], "invalid_client", "{path}");
        let answer = world.send(&form(path, &[], "client_id=a&client_secret=b"));
        assert_eq!(answer.json["error"], "invalid_request", "{path}");
    }
}
