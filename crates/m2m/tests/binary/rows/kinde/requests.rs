//! K10 to K14: the request is wrong in its form.

use serde_json::json;

use super::rows;
use crate::rows::support::{ORDERS, Sent, form, token};
use crate::support::SECRET;

#[test]
fn k10_another_grant_type() {
    let rows = rows();
    let texts = [
        (
            "password",
            "Unsupported grant type: password. Send grant_type=client_credentials",
        ),
        (
            "authorization_code",
            "Unsupported grant type: authorization_code. Send grant_type=client_credentials",
        ),
        (
            "refresh_token",
            "Unsupported grant type: refresh_token. Send grant_type=client_credentials",
        ),
    ];
    let answers = texts.map(|(grant_type, description)| {
        let refused = rows.send(&form(format!(
            "grant_type={grant_type}&client_id=orders-job&client_secret={SECRET}&audience={ORDERS}"
        )));
        refused.are_refused([
            (400, "invalid_request", description),
            (400, "unsupported_grant_type", description),
        ]);
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
fn k11_no_grant_type() {
    let rows = rows();
    let ask = |beginning: &str| {
        rows.send(&form(format!(
            "{beginning}client_id=orders-job&client_secret={SECRET}&audience={ORDERS}"
        )))
    };
    let (missing, empty) = (ask(""), ask("grant_type=&"));
    missing.are_refused(
        [(
            400,
            "invalid_request",
            "Missing grant_type. Send grant_type=client_credentials",
        ); 2],
    );
    empty.are_the_bytes_of(&missing);
    for refused in [missing, empty] {
        refused.are_diagnosed("grant-type-missing", &[], "general");
    }
}

#[test]
fn k12_no_client_id_or_no_secret() {
    let rows = rows();
    let missing = |credentials: &str| {
        rows.send(&form(format!(
            "grant_type=client_credentials{credentials}&audience={ORDERS}"
        )))
    };
    let client_id = missing(&format!("&client_secret={SECRET}"));
    let secret = missing("&client_id=orders-job");
    let both = missing("");
    let in_kinde_and_rfc = |text| {
        [
            (400, "invalid_request", text),
            (401, "invalid_client", text),
        ]
    };
    client_id.are_refused(in_kinde_and_rfc(
        "Missing client_id. Send client_id and client_secret, in the body or in an Authorization: Basic header",
    ));
    secret.are_refused(in_kinde_and_rfc(
        "Missing client_secret. Send client_id and client_secret, in the body or in an Authorization: Basic header",
    ));
    both.are_refused(in_kinde_and_rfc(
        "Missing client_id or client_secret. Send both, in the body or in an Authorization: Basic header",
    ));
    let no_client_id = (
        "parameter_missing",
        "the parameter client_id is missing or empty",
    );
    let no_secret = (
        "parameter_missing",
        "the parameter client_secret is missing or empty",
    );
    client_id.are_diagnosed("credentials-missing", &[no_client_id], "send_parameter");
    secret.are_diagnosed("credentials-missing", &[no_secret], "send_parameter");
    both.are_diagnosed(
        "credentials-missing",
        &[no_client_id, no_secret],
        "send_parameter",
    );
}

#[test]
fn k13_another_content_type_or_none() {
    let rows = rows();
    let json = json!({ "grant_type": "client_credentials", "client_id": "orders-job", "client_secret": SECRET, "audience": ORDERS });
    let json = Sent::untyped(json.to_string()).with("content-type: application/json");
    let none = format!(
        "grant_type=client_credentials&client_id=orders-job&client_secret={SECRET}&audience={ORDERS}"
    );
    let (json, none) = (rows.send(&json), rows.send(&Sent::untyped(none)));
    json.are_refused([(
        400,
        "invalid_request",
        "The Content-Type is missing or wrong. Send the body as application/x-www-form-urlencoded",
    ); 2]);
    none.are_the_bytes_of(&json);
    json.are_diagnosed(
        "content-type-wrong",
        &[
            ("content_type_sent", "application/json"),
            ("body_looks_like", "the body looks like JSON"),
        ],
        "send_form",
    );
    none.are_diagnosed(
        "content-type-wrong",
        &[(
            "content_type_missing",
            "the request has no Content-Type header",
        )],
        "send_form",
    );
}

#[test]
fn k14_a_body_that_cannot_be_read() {
    let rows = rows();
    let beginning = "grant_type=client_credentials&scope=";
    let malformed = [&b"%zz"[..], b"%ff", b"\xff"].map(|rest| {
        let refused = rows.send(&form([beginning.as_bytes(), rest].concat()));
        refused.are_refused([(
            400,
            "invalid_request",
            "The body is not a valid form. Send name=value pairs joined by &, as percent-encoded UTF-8",
        ); 2]);
        refused
    });
    let repeated = rows.send(&token("orders-job", "&scope=a&scope=b"));
    repeated.are_refused([(
        400,
        "invalid_request",
        "The parameter scope is repeated. Send it once; only audience and resource may be repeated",
    ); 2]);
    for refused in malformed {
        refused.are_diagnosed(
            "body-malformed",
            &[("malformed_at", "at byte 36")],
            "general",
        );
    }
    repeated.are_diagnosed(
        "parameter-repeated",
        &[(
            "parameter_repeated",
            "the parameter \"scope\" is repeated at byte ",
        )],
        "general",
    );
}
