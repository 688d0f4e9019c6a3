//! The rows T1 to T10: trusted applications with a system user.

use super::support::{Refused, Rows, Sent, form, token, token_with};
use crate::support::SECRET;

const TRUSTED: &str = "my.trusted.app/service";

const INVALID_CLIENT: Refused = (401, "invalid_client", "Invalid client_id or client_secret");

const NOT_AUTHORIZED: Refused = (
    400,
    "unauthorized_client",
    "The client is not authorized to use this grant type",
);

const MALFORMED: Refused = (
    400,
    "invalid_grant",
    "Client credentials are invalid or missing",
);

fn rows() -> Rows {
    Rows::of("trusted-application")
}

/// Returns a request for a token at the path of such servers.
fn connect(request: Sent) -> Sent {
    request.to("/connect/token")
}

#[test]
fn t1_no_such_application() {
    let rows = rows();
    let refused = token_with("my.trusted.app/servise", "a-secret", "");
    let refused = rows.send(&connect(refused));
    refused.are_refused([INVALID_CLIENT; 2]);
    refused.are_diagnosed(
        "client-unknown",
        &[(
            "similar_client_id",
            "the most similar client id is \"my.trusted.app/service\"",
        )],
        "send_client_id",
    );
}

#[test]
fn t2_a_disabled_application() {
    let rows = rows();
    let refused = rows.send(&connect(token("disabled", "")));
    refused
        .are_refused([INVALID_CLIENT; 2])
        .are_the_bytes_of(&rows.send(&connect(token("unknown", ""))));
    refused.are_diagnosed("application-disabled", &[], "enable");
}

#[test]
fn t3_a_wrong_secret() {
    let rows = rows();
    let refused = rows.send(&connect(token_with(TRUSTED, "a-wrong-secret", "")));
    refused
        .are_refused([INVALID_CLIENT; 2])
        .are_the_bytes_of(&rows.send(&connect(token("unknown", ""))));
    refused.are_diagnosed("secret-wrong", &[], "general");
}

#[test]
fn t4_a_public_client() {
    let rows = rows();
    let refused = rows.send(&connect(token("public", "")));
    refused
        .are_refused([INVALID_CLIENT; 2])
        .are_the_bytes_of(&rows.send(&connect(token("unknown", ""))));
    refused.are_diagnosed("client-public", &[], "make_confidential");
}

#[test]
fn t5_a_system_user_that_is_not_allowed() {
    let rows = rows();
    let refused = rows.send(&connect(token("user-not-allowed", "")));
    refused.are_refused([NOT_AUTHORIZED; 2]);
    refused.are_diagnosed("system-user-not-allowed", &[], "general");
}

#[test]
fn t6_an_allowed_system_user_that_is_not_assigned() {
    let rows = rows();
    let refused = rows.send(&connect(token("user-missing", "")));
    refused.is_refused(NOT_AUTHORIZED);
    let [_, granted] = refused.each();
    granted.access_token();
    refused.is_diagnosed("system-user-missing", &[], "general");
}

#[test]
fn t7_a_scope_that_is_not_in_the_list_of_the_application() {
    let rows = rows();
    let refused = rows.send(&connect(token(TRUSTED, "&scope=update")));
    refused.are_refused([
        (400, "invalid_scope", "Invalid scope: update"),
        (
            400,
            "invalid_scope",
            "Invalid scope: update. Request only scopes that are assigned to the application for every requested audience",
        ),
    ]);
    refused.are_diagnosed(
        "scope-not-assigned",
        &[(
            "scope_not_assigned",
            "the API \"https://erp.example/\" defines the scope \"update\"",
        )],
        "assign_scope",
    );
}

#[test]
fn t8_a_malformed_body_and_no_known_grant_type() {
    let rows = rows();
    let credentials = format!("client_id=my.trusted.app%2Fservice&client_secret={SECRET}");
    let ask = |grant_type: &str| rows.send(&connect(form(format!("{grant_type}{credentials}"))));
    let malformed = ask("grant_type=%zz&");
    let missing = ask("");
    let misspelled = ask("grant_type=client_credential&");
    malformed.are_refused([
        MALFORMED,
        (
            400,
            "invalid_request",
            "The body is not a valid form. Send name=value pairs joined by &, as percent-encoded UTF-8",
        ),
    ]);
    missing.are_refused([
        MALFORMED,
        (
            400,
            "invalid_request",
            "Missing grant_type. Send grant_type=client_credentials",
        ),
    ]);
    misspelled.are_refused([
        MALFORMED,
        (
            400,
            "unsupported_grant_type",
            "Unknown grant type: client_credential. Send grant_type=client_credentials",
        ),
    ]);
    malformed.are_diagnosed(
        "body-malformed",
        &[("malformed_at", "at byte 11")],
        "general",
    );
    missing.are_diagnosed("grant-type-missing", &[], "general");
    misspelled.are_diagnosed(
        "grant-type-unknown",
        &[(
            "similar_grant_type",
            "the most similar grant type is \"client_credentials\"",
        )],
        "send_grant_type",
    );
}

#[test]
fn t9_another_known_grant_type() {
    let rows = rows();
    let texts = [
        (
            "password",
            "Unsupported grant type: password",
            "Unsupported grant type: password. Send grant_type=client_credentials",
        ),
        (
            "authorization_code",
            "Unsupported grant type: authorization_code",
            "Unsupported grant type: authorization_code. Send grant_type=client_credentials",
        ),
        (
            "refresh_token",
            "Unsupported grant type: refresh_token",
            "Unsupported grant type: refresh_token. Send grant_type=client_credentials",
        ),
    ];
    let answers = texts.map(|(grant_type, own, rfc)| {
        let body = format!(
            "grant_type={grant_type}&client_id=my.trusted.app%2Fservice&client_secret={SECRET}"
        );
        let refused = rows.send(&connect(form(body)));
        let codes = [own, rfc].map(|text| (400, "unsupported_grant_type", text));
        refused.are_refused(codes);
        refused
    });
    for refused in answers {
        refused.are_diagnosed(
            "grant-type-unsupported",
            &[("grant_type_sent", "")],
            "send_grant_type",
        );
    }
}

#[test]
fn t10_no_client_id_or_no_secret() {
    let rows = rows();
    let missing = |credentials: &str| {
        let body = format!("grant_type=client_credentials{credentials}");
        rows.send(&connect(form(body)))
    };
    let client_id = missing(&format!("&client_secret={SECRET}"));
    let secret = missing("&client_id=my.trusted.app%2Fservice");
    client_id.are_refused([
        (400, "invalid_request", "Missing client_id"),
        (
            401,
            "invalid_client",
            "Missing client_id. Send client_id and client_secret, in the body or in an Authorization: Basic header",
        ),
    ]);
    secret.are_refused([
        (400, "invalid_request", "Missing client_secret"),
        (
            401,
            "invalid_client",
            "Missing client_secret. Send client_id and client_secret, in the body or in an Authorization: Basic header",
        ),
    ]);
    for (answers, evidence) in [
        (client_id, "the parameter client_id is missing or empty"),
        (secret, "the parameter client_secret is missing or empty"),
    ] {
        answers.are_diagnosed(
            "credentials-missing",
            &[("parameter_missing", evidence)],
            "send_parameter",
        );
    }
}
