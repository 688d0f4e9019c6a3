//! Properties that hold for all input, with strategies from the ABNF.

use oauth_proto::{
    Audience, BasicCredentials, BearerToken, Challenge, ChallengeParameter, ClientId,
    ErrorResponse, Form, FormWriter, Issuer, MessageLimits, ResourceIndicator, Scope, TokenRequest,
    TokenResponse, fuzzing,
};
use proptest::prelude::*;

/// `scope-token = 1*NQCHAR`.
const SCOPE_TOKEN: &str = "[\\x21\\x23-\\x5B\\x5D-\\x7E]{1,12}";
/// `b64token`.
const BEARER_TOKEN: &str = "[A-Za-z0-9._~+/-]{1,40}={0,2}";
/// `NQSCHAR`.
const DESCRIPTION: &str = "[\\x20-\\x21\\x23-\\x5B\\x5D-\\x7E]{0,40}";
/// Visible ASCII without `%`, `+`, `:`.
const CLIENT_ID: &str = "[\\x21-\\x24\\x26-\\x2A\\x2C-\\x39\\x3B-\\x7E]{1,40}";
const ABSOLUTE_URI: &str = "[a-z][a-z0-9+.-]{0,5}:(//([a-z0-9._~-]|%[0-9A-Fa-f]{2}){0,9}(:[0-9]{0,5})?)?(/[a-z0-9:@!$&'()*+,;=-]{1,5}){0,3}(\\?[a-z/?=&]{0,9})?";

fn wide() -> MessageLimits {
    MessageLimits {
        max_body_bytes: usize::MAX,
        ..MessageLimits::DEFAULT
    }
}

fn owned(form: &Form<'_>) -> Vec<(String, String)> {
    form.pairs()
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect()
}

/// A scope list with one byte that a scope cannot contain, and its offset.
fn spoiled_scope() -> impl Strategy<Value = (String, usize)> {
    let refused = prop_oneof![
        Just('"'),
        Just('\\'),
        Just('\u{7f}'),
        proptest::char::range('\0', '\x1F')
    ];
    (
        proptest::collection::vec(SCOPE_TOKEN, 1..5),
        refused,
        any::<proptest::sample::Index>(),
    )
        .prop_map(|(tokens, refused, place)| {
            let mut text = tokens.join(" ");
            let place = place.index(text.len());
            text.replace_range(place..=place, &refused.to_string());
            (text, place)
        })
}

proptest! {
    #[test]
    fn no_bytes_panic(data in proptest::collection::vec(any::<u8>(), 0..300)) {
        all_targets(&data);
    }

    #[test]
    fn no_text_of_the_letters_of_the_grammar_panics(
        text in "([ ,=\"\\\\&%+:/?#\\[\\]{}a-c0-2\t]|Basic |Bearer |scope|realm|token|\"active\":|true|https://){0,60}"
    ) {
        all_targets(text.as_bytes());
    }

    #[test]
    fn a_form_is_read_as_it_was_written(
        pairs in proptest::collection::vec((".{0,12}", ".{0,24}"), 0..8)
    ) {
        let mut writer = FormWriter::new();
        for (name, value) in &pairs {
            writer.append(name, value);
        }
        let body = writer.finish();
        prop_assert_eq!(&body, &serde_urlencoded::to_string(&pairs).unwrap());
        prop_assert_eq!(owned(&Form::parse(body.as_bytes(), &wide()).unwrap()), pairs);
    }

    #[test]
    fn a_good_form_is_read_as_the_oracle_reads_it(
        body in "(([a-c=+]|%[2-7][0-9A-Fa-f]|%[cC]3%[89abAB][0-9a-f]|é|&){0,6}&?){0,8}"
    ) {
        let form = Form::parse(body.as_bytes(), &wide()).unwrap();
        let oracle: Vec<(String, String)> = serde_urlencoded::from_str(&body).unwrap();
        prop_assert_eq!(owned(&form), oracle);
    }

    #[test]
    fn one_broken_escape_anywhere_refuses_the_form(
        before in "([a-c=&+]|%41){0,20}", broken in "%([g-zG-Z&=%+][0-9]|[0-9][g-z&=+]|)", after in "(&[a-c=+]{1,5})?"
    ) {
        let body = format!("{before}{broken}{after}");
        let error = Form::parse(body.as_bytes(), &wide()).unwrap_err();
        prop_assert_eq!(error, oauth_proto::InvalidForm::BrokenPercentEncoding { offset: before.len() });
    }

    #[test]
    fn a_token_request_is_read_as_it_was_written(
        client_id in CLIENT_ID, secret in ".{1,30}", scope in proptest::option::of(SCOPE_TOKEN),
        audiences in proptest::collection::vec(ABSOLUTE_URI, 0..4),
    ) {
        let mut request = TokenRequest::default();
        request.client_id = Some(client_id.as_str().into());
        request.client_secret = Some(secret.as_str().into());
        request.scope = scope.as_deref().map(Into::into);
        request.audiences = audiences.iter().map(|audience| audience.as_str().into()).collect();
        let body = request.to_form_with_secret();
        let read = TokenRequest::parse(body.as_bytes(), &wide()).unwrap();
        prop_assert_eq!(read.client_id.as_deref(), Some(client_id.as_str()));
        prop_assert_eq!(read.client_secret.as_ref().unwrap().expose_secret(), secret.as_str());
        prop_assert_eq!(read.scope, request.scope);
        prop_assert_eq!(read.audiences, request.audiences);
    }

    #[test]
    fn basic_credentials_are_read_as_they_were_written(client_id in CLIENT_ID, secret in ".{0,30}") {
        let header = BasicCredentials::write(&client_id, &secret);
        let read = BasicCredentials::parse(header.as_bytes(), &MessageLimits::DEFAULT).unwrap();
        prop_assert!(ClientId::parse(read.client_id()).is_ok());
        prop_assert_eq!(read.client_id(), client_id);
        let readings = read.secret();
        prop_assert_eq!(readings.decoded.unwrap_or(readings.raw), secret);
    }

    #[test]
    fn one_refused_byte_anywhere_refuses_a_client_id(
        before in CLIENT_ID, refused in "[\\x00-\\x20%+:\\x7F-\u{ff}]", after in CLIENT_ID
    ) {
        let text = format!("{before}{refused}{after}");
        prop_assert_eq!(
            ClientId::parse(&text),
            Err(oauth_proto::InvalidClientId::ByteRefused { offset: before.len() })
        );
    }

    #[test]
    fn one_refused_byte_anywhere_refuses_a_bearer_token(
        token in "[A-Za-z0-9._~+/-]{1,40}", refused in "[\\x00-\\x08\\x0A-\\x1F!-*:-@\\[-^`{-}\\x7F-\u{ff}]", after in BEARER_TOKEN
    ) {
        let good = format!("Bearer {token}");
        prop_assert!(BearerToken::parse(good.as_bytes(), &MessageLimits::DEFAULT).unwrap().is_some());
        let bad = format!("Bearer {token}{refused}{after}");
        prop_assert!(BearerToken::parse(bad.as_bytes(), &MessageLimits::DEFAULT).is_err());
    }

    #[test]
    fn a_scope_prints_each_token_once(tokens in proptest::collection::vec(SCOPE_TOKEN, 1..12)) {
        let text = tokens.join(" ");
        let scope = Scope::parse(&text).unwrap();
        prop_assert!(tokens.iter().all(|token| scope.contains(token)));
        let printed = scope.to_string();
        let again = Scope::parse(&printed).unwrap();
        let mut once = tokens;
        once.sort();
        once.dedup();
        let mut printed: Vec<_> = again.tokens().map(|token| token.as_str().to_owned()).collect();
        printed.sort();
        prop_assert_eq!(printed, once);
    }

    #[test]
    fn one_refused_byte_anywhere_refuses_a_scope((text, place) in spoiled_scope()) {
        let offset = Scope::parse(&text).unwrap_err().offset;
        prop_assert_eq!(offset, place);
    }

    #[test]
    fn a_challenge_is_read_as_it_was_written(
        realm in "\\PC{0,30}", description in DESCRIPTION, uri in ABSOLUTE_URI
    ) {
        let list = [
            Challenge::basic().with(ChallengeParameter::Realm, &realm),
            Challenge::bearer(),
            Challenge::bearer()
                .with(ChallengeParameter::ErrorDescription, &description)
                .with(ChallengeParameter::ErrorUri, &uri),
        ];
        let value = list.each_ref().map(ToString::to_string).join(", ");
        prop_assert!(value.bytes().all(|byte| matches!(byte, 0x20..=0x7E)));
        let read = Challenge::parse_list(value.as_bytes(), &MessageLimits::DEFAULT).unwrap();
        prop_assert_eq!(read[2].parameter("error_description"), Some(description.as_str()));
        prop_assert_eq!(read, list);
    }

    #[test]
    fn answers_are_read_as_they_were_written(
        token in BEARER_TOKEN, seconds in proptest::option::of(any::<u64>()), scope in "\\PC{0,20}",
        description in DESCRIPTION, any_text in ".{0,30}",
    ) {
        let mut response = TokenResponse::bearer(token.as_str());
        response.expires_in = seconds;
        response.scope = Some(scope.as_str().into());
        let json = response.to_json_with_secret();
        let read = TokenResponse::parse(json.as_bytes()).unwrap();
        prop_assert_eq!(read.access_token.expose_secret(), token);
        prop_assert_eq!(read.expires_in, seconds);
        prop_assert_eq!(read.scope.as_deref(), Some(scope.as_str()));

        let mut refusal = ErrorResponse::new("invalid_request");
        refusal.error_description = Some(description.as_str().into());
        let json = refusal.to_json();
        prop_assert_eq!(ErrorResponse::parse(json.as_bytes()).unwrap(), refusal);

        let mut unclean = ErrorResponse::new("invalid_request");
        unclean.error_description = Some(any_text.as_str().into());
        unclean.error_uri = Some(any_text.as_str().into());
        unclean.trace_id = Some(any_text.as_str().into());
        let json = unclean.to_json();
        prop_assert!(json.bytes().all(|byte| matches!(byte, 0x20..=0x5B | 0x5D..=0x7E)), "{}", json);
    }

    #[test]
    fn every_absolute_uri_is_a_resource_and_an_audience(uri in ABSOLUTE_URI) {
        prop_assert!(ResourceIndicator::parse(&uri).is_ok(), "{}", uri);
        prop_assert!(Audience::parse(&uri).is_ok());
    }

    #[test]
    fn one_refused_byte_anywhere_refuses_a_resource(
        uri in ABSOLUTE_URI, refused in "[\\x00-\\x20\"#<>\\\\^`{|}\\x7F-\u{ff}]", place in any::<proptest::sample::Index>()
    ) {
        let mut text = uri;
        let place = place.index(text.len() + 1);
        text.insert_str(place, &refused);
        prop_assert!(ResourceIndicator::parse(&text).is_err(), "{}", text);
    }

    #[test]
    fn an_issuer_is_kept_byte_for_byte(text in "https?://[a-z0-9.-]{1,12}(:[0-9]{1,5})?(/[a-z0-9]{1,5}){0,3}/?") {
        let issuer = Issuer::parse(&text).unwrap();
        prop_assert_eq!(issuer.as_str(), &text);
        prop_assert_eq!(format!("{}{}", issuer.origin(), issuer.path()), text);
    }
}

fn all_targets(data: &[u8]) {
    fuzzing::form(data);
    fuzzing::token_request(data);
    fuzzing::basic(data);
    fuzzing::bearer(data);
    fuzzing::scope(data);
    fuzzing::challenge(data);
    fuzzing::resource(data);
    fuzzing::metadata(data);
    fuzzing::introspection(data);
}
