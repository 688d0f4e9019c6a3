//! Properties for arbitrary bytes: no panic, and no text of an error contains the secret.

use bytes::Bytes;
use http::{HeaderValue, Response};
use m2m_client::{Credentials, read_metadata, read_token};
use oauth_proto::UnixTime;
use oauth_proto::{BasicCredentials, Issuer};
use proptest::prelude::*;

const CLIENT_ID: &str = "billing-job";

/// Secrets that are long enough not to occur in a text by chance, with every character that is encoded somewhere.
const SECRETS: [&str; 3] = [
    "hunter2-hunter2",
    "se cr%et+wi/th=all:é",
    "line-break-secret\n",
];

/// Bytes that look like answers, with the secret in some spelling among them.
fn body(secret: &'static str) -> impl Strategy<Value = Vec<u8>> {
    let basic = BasicCredentials::write(CLIENT_ID, secret);
    let json = serde_json::Value::from(secret).to_string();
    let parts = [
        secret.to_owned(),
        basic,
        json.clone(),
        format!("{{\"error\":{json}"),
        format!(",\"error_description\":{json}"),
        format!(",\"trace_id\":{json}"),
        format!("{{\"token_type\":{json}"),
        ",\"access_token\":".to_owned(),
        "{\"error\":\"invalid_client\"".to_owned(),
        "<title>".to_owned(),
        "<p>".to_owned(),
        "&amp;".to_owned(),
        "}".to_owned(),
        " ".to_owned(),
    ];
    let part = prop_oneof![
        4 => proptest::sample::select(parts.to_vec()).prop_map(String::into_bytes),
        1 => proptest::collection::vec(any::<u8>(), 0..16),
    ];
    proptest::collection::vec(part, 0..8).prop_map(|parts| parts.concat())
}

fn header(secret: &'static str) -> impl Strategy<Value = HeaderValue> {
    let parts = [
        format!("Basic error=\"{secret}\""),
        format!("https://x.example/{secret}"),
        secret.to_owned(),
        "application/json".to_owned(),
        "text/html".to_owned(),
        "5".to_owned(),
    ];
    let bytes = prop_oneof![
        3 => proptest::sample::select(parts.to_vec()).prop_map(String::into_bytes),
        1 => proptest::collection::vec(any::<u8>(), 0..16),
    ];
    bytes.prop_filter_map("no header value", |bytes| {
        HeaderValue::from_bytes(&bytes).ok()
    })
}

fn answers() -> impl Strategy<Value = (&'static str, Response<Bytes>)> {
    proptest::sample::select(SECRETS.to_vec()).prop_flat_map(|secret| {
        let names = [
            "content-type",
            "www-authenticate",
            "location",
            "retry-after",
        ];
        let field = (proptest::sample::select(names.to_vec()), header(secret));
        let fields = proptest::collection::vec(field, 0..4);
        let status = prop_oneof![Just(200u16), Just(401), 200u16..600];
        (status, fields, body(secret)).prop_map(move |(status, fields, body)| {
            let mut response = Response::new(Bytes::from(body));
            *response.status_mut() = status.try_into().unwrap_or_default();
            for (name, value) in fields {
                response.headers_mut().append(name, value);
            }
            (secret, response)
        })
    })
}

proptest! {
    #[test]
    fn no_text_of_an_error_contains_the_secret((secret, response) in answers()) {
        let credentials = Credentials::new(CLIENT_ID, secret).unwrap();
        if let Err(error) = read_token(&response, &credentials, UnixTime::from_seconds(u64::MAX)) {
            let basic = BasicCredentials::write(CLIENT_ID, secret);
            let basic = basic.trim_start_matches("Basic ");
            let text = error.to_string();
            let debug = format!("{error:?}");
            for shown in [&text, &debug] {
                prop_assert!(!shown.contains(secret.trim()), "{}", shown);
                prop_assert!(!shown.contains(basic), "{}", shown);
            }
            prop_assert!(!error.fixes().is_empty());
            prop_assert!(text.chars().all(|character| !character.is_control()), "{}", text);
        }
    }

    #[test]
    fn arbitrary_bytes_are_not_metadata(body in proptest::collection::vec(any::<u8>(), 0..256), status in 200u16..600) {
        let mut response = Response::new(Bytes::from(body));
        *response.status_mut() = status.try_into().unwrap_or_default();
        let issuer = Issuer::parse("https://id.example").unwrap();
        prop_assert!(read_metadata(&issuer, &response).is_err());
    }
}
