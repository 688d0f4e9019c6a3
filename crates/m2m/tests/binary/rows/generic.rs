//! The rows G1, G4, G5 and G8 to G14: the generic table of errors.

use serde_json::Value;

use super::support::{ORDERS, Refused, Rows, Sent, form, run, token, token_with};
use crate::support::SECRET;

const INVALID_CLIENT: Refused = (401, "invalid_client", "Invalid client_id or client_secret");

const MISSING_GRANT_TYPE: Refused = (
    400,
    "invalid_request",
    "Missing grant_type. Send grant_type=client_credentials",
);

const MISSING_AUDIENCE: &str = "Missing audience. Set the audience parameter to the identifier of the API that the token is for";

const WRONG_TYPE: Refused = (
    400,
    "invalid_request",
    "The Content-Type is missing or wrong. Send the body as application/x-www-form-urlencoded",
);

const MALFORMED: Refused = (
    400,
    "invalid_request",
    "The body is not a valid form. Send name=value pairs joined by &, as percent-encoded UTF-8",
);

fn rows() -> Rows {
    Rows::of("generic")
}

/// Returns a request for a token for the orders, with further parameters.
fn order(client_id: &str, more: &str) -> Sent {
    token(client_id, &format!("&audience={ORDERS}{more}"))
}

#[test]
fn g1_400_for_a_missing_parameter_and_a_wrong_content_type() {
    let rows = rows();
    let credentials = format!("client_id=orders-job&client_secret={SECRET}");
    let grant_type = rows.send(&form(credentials.clone()));
    let audience = rows.send(&token("billing-job", ""));
    let text = Sent::untyped(credentials).with("content-type: text/plain");
    let text = rows.send(&text);
    grant_type.are_refused([MISSING_GRANT_TYPE; 2]);
    audience.are_refused([
        (400, "invalid_request", MISSING_AUDIENCE),
        (400, "invalid_target", MISSING_AUDIENCE),
    ]);
    text.are_refused([WRONG_TYPE; 2]);
    grant_type.are_diagnosed("grant-type-missing", &[], "general");
    audience.are_diagnosed(
        "audience-missing",
        &[("authorized_for", "https://orders.example/api")],
        "general",
    );
    text.are_diagnosed(
        "content-type-wrong",
        &[("content_type_sent", "text/plain")],
        "send_form",
    );
}

#[test]
fn g4_404_for_an_unknown_path_and_a_deleted_resource() {
    let rows = rows();
    let unknown = rows.send(&form("grant_type=client_credentials").to("/oauth/token"));
    unknown.are_refused(
        [(
            404,
            "not_found",
            "There is nothing at this path. Tokens are issued at POST /oauth2/token",
        ); 2],
    );
    for path in [
        "/nothing",
        "/oauth2/tokens",
        "/errors/nothing",
        "/.well-known/nothing",
    ] {
        rows.send(&Sent::bare("GET", path))
            .are_the_bytes_of(&unknown);
    }
    let resource = Sent::bare("GET", "/api/v1/applications/orders-job");
    for answer in rows.manage(&resource).each() {
        assert_eq!(answer.status, 200, "{answer:?}");
    }
    rows.run(&["application", "delete", "orders-job", "--yes"]);
    let deleted = rows.manage(&resource);
    for answer in deleted.each() {
        answer.refusal((404, "APPLICATION_NOT_FOUND"));
    }
    unknown.are_diagnosed(
        "path-unknown",
        &[(
            "similar_path",
            "the most similar path of the server is /oauth2/token",
        )],
        "request_path",
    );
    deleted.are_diagnosed(
        "application-not-found",
        &[("reason", "there is no application ")],
        "general",
    );
}

#[test]
fn g5_405_for_a_method_of_the_token_endpoint_and_of_a_management_resource() {
    let rows = rows();
    let token = rows.send(&Sent::bare("GET", "/oauth2/token"));
    token.are_refused([(
        405,
        "invalid_request",
        "This path does not support the method; the Allow header lists the supported methods. Token requests use POST",
    ); 2]);
    let resource = rows.manage(&Sent::bare("DELETE", "/api/v1/maintenance"));
    for answer in resource.each() {
        answer.refusal((405, "METHOD_NOT_ALLOWED"));
        assert_eq!(answer.header("allow"), Some("PUT"), "{answer:?}");
    }
    token.are_diagnosed(
        "method-not-allowed",
        &[("method_sent", "the request used GET")],
        "use_post",
    );
    resource.are_diagnosed("method-not-allowed", &[], "general");
}

#[test]
fn g8_invalid_request_for_a_missing_wrong_or_badly_encoded_parameter() {
    let rows = rows();
    let grant_type = rows.send(&form("client_id=orders-job"));
    let encoding = rows.send(&form("grant_type=client_credentials&client_id=%c3"));
    let repeated = rows.send(&order("orders-job", "&scope=a&scope=a"));
    let in_url = rows.send(&order("orders-job", "").to("/oauth2/token?client_id=orders-job"));
    grant_type.are_refused([MISSING_GRANT_TYPE; 2]);
    encoding.are_refused([MALFORMED; 2]);
    repeated.are_refused([(
        400,
        "invalid_request",
        "The parameter scope is repeated. Send it once; only audience and resource may be repeated",
    ); 2]);
    in_url.are_refused(
        [(
            400,
            "invalid_request",
            "Credentials must not be in the URL. Send them in the body or in a Basic header",
        ); 2],
    );
    grant_type.are_diagnosed("grant-type-missing", &[], "general");
    encoding.are_diagnosed(
        "body-malformed",
        &[("malformed_at", "at byte 40")],
        "general",
    );
    repeated.are_diagnosed(
        "parameter-repeated",
        &[("parameter_repeated", "\"scope\"")],
        "general",
    );
    in_url.are_diagnosed(
        "credentials-in-url",
        &[("parameter_in_url", "client_id")],
        "send_in_body",
    );
}

#[test]
fn g9_invalid_client_for_wrong_revoked_and_missing_credentials() {
    let rows = rows();
    for managed in rows.servers() {
        let secrets = run(
            managed,
            &["secret", "list", "orders-job", "--output", "json"],
        );
        let secrets: Value = serde_json::from_str(&secrets).unwrap();
        let id = secrets[0]["id"].as_str();
        let id = id.unwrap_or_else(|| panic!("{secrets}"));
        run(managed, &["secret", "revoke", "orders-job", id]);
    }
    let revoked = rows.send(&order("orders-job", ""));
    let wrong = rows.send(&token_with("billing-job", "a-wrong-secret", ""));
    let missing = rows.send(&form("grant_type=client_credentials&client_id=billing-job"));
    let header =
        form("grant_type=client_credentials").with("authorization: Basic billing-job:secret");
    let header = rows.send(&header);
    revoked
        .are_refused([INVALID_CLIENT; 2])
        .are_the_bytes_of(&wrong);
    missing.are_refused([(
        401,
        "invalid_client",
        "Missing client_secret. Send client_id and client_secret, in the body or in an Authorization: Basic header",
    ); 2]);
    header.are_refused([(
        401,
        "invalid_client",
        "The Basic header is malformed. Form-urlencode client_id and client_secret, join them with a colon, then apply base64",
    ); 2]);
    revoked.are_diagnosed(
        "secret-revoked",
        &[("secret_revoked", "which was revoked at ")],
        "general",
    );
    wrong.are_diagnosed("secret-wrong", &[], "general");
    missing.are_diagnosed(
        "credentials-missing",
        &[("parameter_missing", "client_secret")],
        "send_parameter",
    );
    header.are_diagnosed(
        "basic-malformed",
        &[("basic_malformed", "not encoded in base64")],
        "encode_basic",
    );
}

#[test]
fn g10_invalid_grant_as_trusted_applications_get_it_and_explained_for_codes() {
    let rows = Rows::of("trusted-application");
    let refused = rows.send(&form(format!(
        "grant_type=client_credential&client_id=orders-job&client_secret={SECRET}"
    )));
    refused.are_refused([
        (
            400,
            "invalid_grant",
            "Client credentials are invalid or missing",
        ),
        (
            400,
            "unsupported_grant_type",
            "Unknown grant type: client_credential. Send grant_type=client_credentials",
        ),
    ]);
    for page in rows
        .send(&Sent::bare("GET", "/errors/invalid_grant"))
        .each()
    {
        assert_eq!(page.status, 200);
        for other in ["authorization code", "refresh token", "redirect"] {
            assert!(page.body.contains(other), "{other} in {}", page.body);
        }
    }
    refused.are_diagnosed(
        "grant-type-unknown",
        &[("similar_grant_type", "\"client_credentials\"")],
        "send_grant_type",
    );
}

#[test]
fn g11_unauthorized_client_for_a_grant_type_that_is_not_allowed_and_without_any_scope() {
    let rows = rows();
    let grant = rows.send(&order("no-grant", ""));
    let scope = rows.send(&order("no-scope", "&scope=read:orders"));
    grant.are_refused(
        [(
            400,
            "unauthorized_client",
            "The client is not authorized to use this grant type",
        ); 2],
    );
    scope.are_refused([(
        400,
        "unauthorized_client",
        "No scope is assigned to the application for the requested audience. Have scopes assigned, or omit the scope parameter",
    ); 2]);
    grant.are_diagnosed("grant-not-allowed", &[], "general");
    scope.are_diagnosed(
        "no-scope-assigned",
        &[("scope_not_assigned", "defines the scope \"read:orders\"")],
        "assign_scope",
    );
}

#[test]
fn g12_unsupported_grant_type_for_another_and_a_misspelled_one() {
    let rows = rows();
    let ask = |grant_type: &str| {
        rows.send(&form(format!(
            "grant_type={grant_type}&client_id=orders-job&client_secret={SECRET}"
        )))
    };
    let (other, misspelled) = (ask("password"), ask("client-credentials"));
    other.are_refused(
        [(
            400,
            "unsupported_grant_type",
            "Unsupported grant type: password. Send grant_type=client_credentials",
        ); 2],
    );
    misspelled.are_refused(
        [(
            400,
            "unsupported_grant_type",
            "Unknown grant type: client-credentials. Send grant_type=client_credentials",
        ); 2],
    );
    other.are_diagnosed(
        "grant-type-unsupported",
        &[("grant_type_sent", "password")],
        "send_grant_type",
    );
    misspelled.are_diagnosed(
        "grant-type-unknown",
        &[("similar_grant_type", "\"client_credentials\"")],
        "send_grant_type",
    );
}

#[test]
fn g13_invalid_scope_for_one_that_is_unknown_misspelled_malformed_or_not_assigned() {
    let rows = rows();
    let invalid = |scope: &str, description: &'static str| {
        let refused = rows.send(&order("orders-job", &format!("&scope={scope}")));
        refused.are_refused([(400, "invalid_scope", description); 2]);
        refused
    };
    let unknown = invalid(
        "nothing",
        "Invalid scope: nothing. Request only scopes that are assigned to the application for every requested audience",
    );
    let misspelled = invalid(
        "read:orders+write:order",
        "Invalid scope: write:order. Request only scopes that are assigned to the application for every requested audience",
    );
    let malformed = invalid(
        "read:orders++write:orders",
        "The scope is malformed. Separate scopes with one space, and use visible ASCII without quotes or backslashes",
    );
    let not_assigned = invalid(
        "shared:list",
        "Invalid scope: shared:list. Request only scopes that are assigned to the application for every requested audience",
    );
    unknown.are_diagnosed("scope-unknown", &[], "general");
    misspelled.are_diagnosed(
        "scope-unknown",
        &[(
            "similar_scope",
            "the most similar scope is \"write:orders\"",
        )],
        "request_scope",
    );
    malformed.are_diagnosed("scope-malformed", &[], "general");
    not_assigned.are_diagnosed(
        "scope-not-assigned",
        &[("scope_not_assigned", "\"shared:list\"")],
        "assign_scope",
    );
}

#[test]
fn g14_access_denied_for_a_suspended_organization_and_an_address_that_is_not_allowed() {
    let rows = rows();
    let organization = rows.send(&order("of-suspended", ""));
    let address = rows.send(&order("from-ten", ""));
    let denied = |description| {
        [
            (403, "access_denied", description),
            (400, "access_denied", description),
        ]
    };
    organization.are_refused(denied(
        "The organization of the application is suspended. Contact the operator of this server",
    ));
    address.are_refused(denied(
        "The application is not allowed to request tokens from this IP address. Contact the operator of this server",
    ));
    organization.are_diagnosed(
        "organization-suspended",
        &[(
            "organization_suspended",
            "the organization \"org_suspended\" is suspended",
        )],
        "resume_organization",
    );
    address.are_diagnosed(
        "address-not-allowed",
        &[(
            "address_outside",
            "the address 127.0.0.1 is not allowed; the allowed addresses are: 10.0.0.0/8",
        )],
        "allow_address",
    );
}
