//! The properties that hold for all bytes: the bodies of the fuzz targets, replayed by the tests.
//!
//! The error of refused input has an offset within the input; accepted input prints to a text that parses to the same value.

use std::collections::BTreeSet;

use crate::{
    Audience, AuthorizationServerMetadata, BasicCredentials, BearerToken, Challenge, ClientId,
    ErrorResponse, Form, FormContentType, FormWriter, IntrospectionRequest, IntrospectionResponse,
    InvalidForm, Issuer, MessageLimits, ProtectedResourceMetadata, ResourceIndicator,
    RevocationRequest, Scope, TokenRequest, TokenResponse, clean_for_description,
    query_carries_credentials,
};

/// Printing may grow, up to three bytes for one.
const WIDE: MessageLimits = MessageLimits {
    max_body_bytes: usize::MAX,
    max_header_bytes: usize::MAX,
    ..MessageLimits::DEFAULT
};

/// Forms and content types.
pub fn form(data: &[u8]) {
    let _ = FormContentType::parse(Some(data));
    match Form::parse(data, &MessageLimits::DEFAULT) {
        Ok(form) => {
            let mut writer = FormWriter::new();
            for (name, value) in form.pairs() {
                writer.append(&name, &value);
            }
            let printed = writer.finish();
            let again = Form::parse(printed.as_bytes(), &WIDE).expect("what is printed is a form");
            assert!(again.pairs().eq(form.pairs()));
        }
        Err(
            InvalidForm::NameTooLong { offset }
            | InvalidForm::ValueTooLong { offset }
            | InvalidForm::BrokenPercentEncoding { offset }
            | InvalidForm::NotUtf8 { offset },
        ) => assert!(offset < data.len()),
        Err(InvalidForm::BodyTooLarge { .. } | InvalidForm::ParametersTooMany { .. }) => {}
    }
}

/// Token requests, and credentials in a query.
pub fn token_request(data: &[u8]) {
    if let Ok(request) = TokenRequest::parse(data, &MessageLimits::DEFAULT) {
        let printed = request.to_form_with_secret();
        let again = TokenRequest::parse(printed.as_bytes(), &WIDE).expect("a request is printed");
        assert_eq!(again.to_form_with_secret(), printed);
        let credentials = request.client_id.is_some() || request.client_secret.is_some();
        assert!(!credentials || query_carries_credentials(data));
    }
    let _ = query_carries_credentials(data);
}

/// `Authorization: Basic`.
pub fn basic(data: &[u8]) {
    if let Ok(credentials) = BasicCredentials::parse(data, &MessageLimits::DEFAULT) {
        let readings = credentials.secret();
        assert_ne!(readings.decoded, Some(readings.raw));
        let printed = BasicCredentials::write(credentials.client_id(), readings.raw);
        let again =
            BasicCredentials::parse(printed.as_bytes(), &WIDE).expect("a header is printed");
        assert_eq!(again.client_id(), credentials.client_id());
        let secret = again.secret();
        assert_eq!(secret.decoded.unwrap_or(secret.raw), readings.raw);
    }
}

/// `Authorization: Bearer`.
pub fn bearer(data: &[u8]) {
    if let Ok(Some(token)) = BearerToken::parse(data, &MessageLimits::DEFAULT) {
        let printed = format!("Bearer {}", token.expose_secret());
        let again = BearerToken::parse(printed.as_bytes(), &WIDE).expect("a header is printed");
        assert_eq!(
            again.map(|again| again.expose_secret().to_owned()),
            Some(token.expose_secret().to_owned())
        );
    }
}

/// Scopes and client ids.
pub fn scope(data: &[u8]) {
    let Ok(text) = core::str::from_utf8(data) else {
        return;
    };
    match Scope::parse(text) {
        Ok(scope) => {
            let printed = scope.to_string();
            let again = Scope::parse(&printed).expect("a scope is printed");
            let set: BTreeSet<_> = scope.tokens().collect();
            assert!(again.tokens().all(|token| set.contains(&token)));
            assert_eq!(again.tokens().count(), set.len());
            assert_eq!(again.to_string(), printed);
        }
        Err(error) => assert!(error.offset <= text.len()),
    }
    if let Ok(client_id) = ClientId::parse(text) {
        let header = BasicCredentials::write(text, "x");
        let credentials = BasicCredentials::parse(header.as_bytes(), &WIDE).expect("a header");
        assert_eq!(credentials.client_id(), client_id.as_str());
    }
    if let Some(clean) = clean_for_description(text) {
        assert_eq!(clean, text);
    }
}

/// `WWW-Authenticate`.
pub fn challenge(data: &[u8]) {
    if let Ok(challenges) = Challenge::parse_list(data, &MessageLimits::DEFAULT) {
        let printed: Vec<_> = challenges.iter().map(ToString::to_string).collect();
        let printed = printed.join(", ");
        let again = Challenge::parse_list(printed.as_bytes(), &WIDE).expect("a list is printed");
        assert_eq!(again, challenges);
        assert_eq!(
            Challenge::recognize(data, &MessageLimits::DEFAULT).challenges,
            challenges
        );
    } else {
        let recognized = Challenge::recognize(data, &MessageLimits::DEFAULT);
        for challenge in &recognized.challenges {
            assert!(challenge.parameters().count() <= MessageLimits::DEFAULT.max_parameters);
        }
    }
}

/// Resource indicators, audiences and issuers.
pub fn resource(data: &[u8]) {
    let Ok(text) = core::str::from_utf8(data) else {
        return;
    };
    if let Ok(resource) = ResourceIndicator::parse(text) {
        assert!(text.is_ascii() && text.contains(':') && !text.contains('#'));
        assert!(
            Audience::parse(text).is_ok(),
            "every resource indicator is an audience"
        );
        if let Some(url) = ProtectedResourceMetadata::url(resource) {
            assert!(
                url.len() > text.len() && url.contains("/.well-known/oauth-protected-resource")
            );
        }
    }
    if let Ok(issuer) = Issuer::parse(text) {
        assert_eq!(format!("{}{}", issuer.origin(), issuer.path()), text);
        let url = AuthorizationServerMetadata::url(&issuer);
        assert!(Issuer::parse(&url).is_ok());
    }
}

/// Metadata of servers and of APIs.
pub fn metadata(data: &[u8]) {
    let named = AuthorizationServerMetadata::issuer_in(data);
    if let Some(Ok(issuer)) = named.map(|named| Issuer::parse(&named)) {
        let metadata = AuthorizationServerMetadata::parse(data, &issuer).expect("it is named");
        let printed = metadata.to_json();
        let again = AuthorizationServerMetadata::parse(printed.as_bytes(), &issuer);
        let again = again.expect("metadata is printed");
        assert_eq!(again.to_json(), printed);
        assert!(again.skipped().is_empty());
    }
    let resource = "https://a.example";
    let expected = ResourceIndicator::parse(resource).expect("a URL");
    if let Ok(metadata) = ProtectedResourceMetadata::parse(data, expected) {
        let printed = metadata.to_json();
        let again = ProtectedResourceMetadata::parse(printed.as_bytes(), expected);
        let again = again.expect("metadata is printed");
        assert_eq!(again.to_json(), printed);
        assert!(again.skipped().is_empty());
    }
}

/// Introspection and revocation, and the answers of the token endpoint.
pub fn introspection(data: &[u8]) {
    let introspection = IntrospectionRequest::parse(data, &MessageLimits::DEFAULT);
    let revocation = RevocationRequest::parse(data, &MessageLimits::DEFAULT);
    assert_eq!(introspection.err(), revocation.err());
    if let Ok(response) = IntrospectionResponse::parse(data) {
        let printed = response.to_json();
        assert_eq!(
            IntrospectionResponse::parse(printed.as_bytes()),
            Ok(response)
        );
    }
    if let Ok(response) = TokenResponse::parse(data) {
        let printed = response.to_json_with_secret();
        let again = TokenResponse::parse(printed.as_bytes()).expect("a response is printed");
        assert_eq!(again.to_json_with_secret(), printed);
    }
    if let Ok(response) = ErrorResponse::parse(data) {
        let printed = response.to_json();
        let again = ErrorResponse::parse(printed.as_bytes()).expect("a response is printed");
        assert_eq!(again.to_json(), printed);
    }
}
