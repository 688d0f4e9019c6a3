//! The clock, which tokens and `Date` follow.

use http::StatusCode;
use oauth_proto::UnixTime;

use crate::support::{ISSUER, NOW, World};

/// Returns `iat`, `exp` and the `Date` of the next token.
fn times(world: &mut World) -> (u64, u64, String) {
    let answer = world.token("");
    let claims = world.verified(answer.token(), ISSUER).unwrap();
    let time = |name: &str| claims[name].as_u64().unwrap();
    (time("iat"), time("exp"), answer.header("date").to_owned())
}

#[test]
fn it_is_that_of_the_machine_until_it_is_set() {
    let mut world = World::new();
    let now = NOW.as_seconds();
    let date = "Fri, 15 Jan 2027 08:00:00 GMT".to_owned();
    assert_eq!(times(&mut world), (now, now + 3600, date));
    world.now = UnixTime::from_seconds(now + 5);
    assert_eq!(times(&mut world).0, now + 5);
    let shown = world.get("/mock/clock").json;
    assert_eq!(
        (&shown["time"], &shown["frozen"]),
        (&(now + 5).into(), &false.into())
    );
}

#[test]
fn it_is_set_advanced_and_frozen() {
    let mut world = World::new();
    world.control("PUT", "/mock/clock", r#"{"time":784111777}"#);
    let date = "Sun, 06 Nov 1994 08:49:37 GMT".to_owned();
    assert_eq!(times(&mut world), (784_111_777, 784_115_377, date));
    world.now = world.now.saturating_add_seconds(3);
    let advanced = world.control("POST", "/mock/clock/advance", r#"{"seconds":60}"#);
    assert_eq!(advanced.json["time"], 784_111_840);
    assert_eq!(advanced.header("date"), "Sun, 06 Nov 1994 08:50:40 GMT");
    world.control("PUT", "/mock/clock", r#"{"frozen":true}"#);
    world.now = world.now.saturating_add_seconds(1000);
    assert_eq!(times(&mut world).0, 784_111_840);
    world.control("DELETE", "/mock/clock", "");
    assert_eq!(times(&mut world).0, world.now.as_seconds());
}

#[test]
fn a_time_after_the_calendar_is_refused() {
    let mut world = World::new();
    for (method, path, body) in [
        ("PUT", "/mock/clock", r#"{"time":253402207201}"#),
        (
            "POST",
            "/mock/clock/advance",
            r#"{"seconds":18446744073709551615}"#,
        ),
        ("POST", "/mock/clock/advance", r#"{"seconds":-1}"#),
        ("POST", "/mock/clock/advance", "{}"),
    ] {
        let refused = world.control(method, path, body);
        assert_eq!(
            refused.status,
            StatusCode::BAD_REQUEST,
            "{body}: {}",
            refused.json
        );
    }
    assert_eq!(times(&mut world).0, NOW.as_seconds());
}

#[test]
fn it_stops_at_the_end_of_the_calendar_and_never_shows_the_time_of_the_machine() {
    let mut world = World::new();
    world.control("PUT", "/mock/clock", r#"{"time":253402207199}"#);
    world.now = world.now.saturating_add_seconds(100);
    let end = "Thu, 30 Dec 9999 22:00:00 GMT";
    assert_eq!(
        times(&mut world),
        (253_402_207_200, 253_402_210_800, end.to_owned())
    );
    let kept = world.control("PUT", "/mock/clock", "{}");
    assert_eq!(
        (&kept.json["time"], kept.header("date")),
        (&253_402_207_200_u64.into(), end)
    );
}

#[test]
fn a_script_sets_it() {
    let mut world = World::of("clock = { time = 784111777, frozen = true }");
    world.now = world.now.saturating_add_seconds(1000);
    assert_eq!(times(&mut world).0, 784_111_777);
    world.control("DELETE", "/mock/clock", "");
    world.control("POST", "/mock/reset", "{}");
    assert_eq!(times(&mut world).0, 784_111_777);
}
