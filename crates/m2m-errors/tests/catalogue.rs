//! Properties that hold for every entry of the catalogue.

use std::collections::HashSet;

use m2m_errors::{Advice, Cause, ErrorCode, Profile, Status, Text};

/// All wire texts of a cause, the one for a request by `resource` included.
fn descriptions(cause: Cause) -> impl Iterator<Item = Text> {
    let wire = &cause.entry().wire;
    Profile::ALL.into_iter().flat_map(|profile| {
        [
            wire.of(profile).description,
            wire.of_resource(profile).description,
        ]
    })
}

/// Every advice of the catalogue, with the name of its entry.
fn advices() -> Vec<(String, Advice)> {
    let mut all = Vec::new();
    for cause in Cause::ALL {
        all.push((format!("{cause} for the caller"), cause.entry().for_caller));
        all.push((
            format!("{cause} for the operator"),
            cause.entry().for_operator,
        ));
    }
    all.extend(
        ErrorCode::ALL
            .iter()
            .map(|code| (code.to_string(), code.entry().advice)),
    );
    all.extend(
        Status::ALL
            .iter()
            .map(|status| (status.code().to_string(), status.entry().advice)),
    );
    all
}

/// Checks that a sentence begins with a capital letter, or with a name that OAuth writes in lower case, and ends with a full stop.
fn check_sentence(owner: &str, text: &str) {
    assert!(text.ends_with('.'), "{owner}: no full stop: {text}");
    assert!(
        text.len() >= 20,
        "{owner}: too short to say anything: {text}"
    );
    assert!(
        !text.contains(['`', '*', '\n', '{']),
        "{owner}: markup: {text}"
    );
    let first_word = text.split(' ').next().expect("a text has a word");
    assert!(
        first_word.starts_with(|first: char| first.is_ascii_uppercase())
            || first_word.contains('_')
            || ["enabled", "signing_alg"].contains(&first_word),
        "{owner}: does not begin as a sentence: {text}"
    );
}

#[test]
fn ids_are_in_kebab_case() {
    for cause in Cause::ALL {
        let id = cause.id();
        assert!(
            id.split('-')
                .all(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase())),
            "{id}"
        );
    }
}

#[test]
fn ids_are_the_names_of_the_variants() {
    for cause in Cause::ALL {
        assert_eq!(
            cause.id().replace('-', ""),
            format!("{cause:?}").to_lowercase()
        );
    }
}

#[test]
fn codes_are_the_names_of_the_variants() {
    for code in ErrorCode::ALL {
        assert_eq!(
            code.as_str().replace('_', ""),
            format!("{code:?}").to_lowercase()
        );
    }
}

#[test]
fn reasons_are_the_names_of_the_variants() {
    for status in Status::ALL {
        assert_eq!(
            status.entry().reason.replace(' ', "").to_lowercase(),
            format!("{status:?}").to_lowercase()
        );
    }
}

#[test]
fn ids_codes_and_numbers_are_unique() {
    let ids: HashSet<_> = Cause::ALL.iter().map(|cause| cause.id()).collect();
    let codes: HashSet<_> = ErrorCode::ALL.iter().map(|code| code.as_str()).collect();
    let numbers: HashSet<_> = Status::ALL.iter().map(|status| status.code()).collect();
    assert_eq!(
        (ids.len(), codes.len(), numbers.len()),
        (Cause::ALL.len(), ErrorCode::ALL.len(), Status::ALL.len())
    );
}

#[test]
fn every_entry_has_a_cause_and_a_fix_for_both_readers() {
    for (owner, advice) in advices() {
        assert!(!advice.causes.is_empty(), "{owner}: no cause");
        assert!(!advice.fixes.is_empty(), "{owner}: no fix");
    }
}

#[test]
fn advice_is_written_in_whole_sentences() {
    for (owner, advice) in advices() {
        for text in advice.causes.iter().chain(advice.fixes) {
            check_sentence(&owner, text);
        }
    }
}

#[test]
fn no_advice_is_repeated() {
    for (owner, advice) in advices() {
        let texts: HashSet<_> = advice.causes.iter().chain(advice.fixes).collect();
        assert_eq!(
            texts.len(),
            advice.causes.len() + advice.fixes.len(),
            "{owner}"
        );
    }
}

#[test]
fn the_meaning_is_one_sentence_and_differs_between_causes() {
    let mut seen = HashSet::new();
    for cause in Cause::ALL {
        check_sentence(cause.id(), cause.entry().operator);
        assert!(
            seen.insert(cause.entry().operator),
            "{cause} says what another cause says"
        );
    }
    for code in ErrorCode::ALL {
        check_sentence(code.as_str(), code.entry().meaning);
    }
    for status in Status::ALL {
        check_sentence(status.entry().reason, status.entry().meaning);
    }
}

#[test]
fn a_title_is_a_few_words_and_no_two_causes_share_one() {
    let mut seen = HashSet::new();
    for cause in Cause::ALL {
        let title = cause.entry().title;
        assert!(
            (1..=6).contains(&title.split(' ').count()),
            "{cause}: {title}"
        );
        assert!(seen.insert(title.to_lowercase()), "{cause}: {title}");
    }
}

#[test]
fn a_cause_is_not_related_to_itself_and_to_few_others() {
    for cause in Cause::ALL {
        let related: HashSet<_> = cause.entry().related.iter().collect();
        assert_eq!(related.len(), cause.entry().related.len(), "{cause}");
        assert!(related.len() <= 4 && !related.contains(cause), "{cause}");
    }
}

#[test]
fn a21_descriptions_hold_only_the_bytes_that_oauth_allows() {
    for &cause in Cause::ALL {
        for text in descriptions(cause)
            .flat_map(|text| [Some(text.plain), text.with_value])
            .flatten()
        {
            assert!(
                text.bytes()
                    .all(|b| matches!(b, 0x20..=0x21 | 0x23..=0x5B | 0x5D..=0x7E)),
                "{cause}: {text}"
            );
        }
    }
}

#[test]
fn descriptions_are_short_sentences_without_a_full_stop() {
    for &cause in Cause::ALL {
        for text in descriptions(cause)
            .flat_map(|text| [Some(text.plain), text.with_value])
            .flatten()
        {
            assert!(
                !text.ends_with('.') && text == text.trim(),
                "{cause}: {text}"
            );
            assert!(
                (10..=125).contains(&text.len()),
                "{cause}: {} bytes: {text}",
                text.len()
            );
        }
    }
}

#[test]
fn a_text_with_a_value_has_one_place_for_it_and_a_plain_text_none() {
    for &cause in Cause::ALL {
        for text in descriptions(cause) {
            assert!(!text.plain.contains(['{', '}']), "{cause}: {}", text.plain);
            if let Some(with_value) = text.with_value {
                assert_eq!(with_value.matches("{}").count(), 1, "{cause}: {with_value}");
                let (before, after) = text.split().expect("there is a place for the value");
                assert_eq!(format!("{before}{{}}{after}"), with_value);
                assert!(
                    !before.contains('{') && !after.contains('}'),
                    "{cause}: {with_value}"
                );
            }
        }
    }
}

#[test]
fn an_error_without_a_response_cites_no_section_about_responses_with_500() {
    let of_internal_errors = Cause::InternalError.entry().sources;
    for cause in Cause::ALL.iter().filter(|cause| !cause.is_answered()) {
        assert_ne!(cause.entry().sources, of_internal_errors, "{cause}");
    }
}

#[test]
fn every_entry_names_where_its_rule_is_written() {
    let causes = Cause::ALL
        .iter()
        .map(|cause| (cause.id(), cause.entry().sources));
    let codes = ErrorCode::ALL
        .iter()
        .map(|code| (code.as_str(), code.entry().sources));
    let statuses = Status::ALL
        .iter()
        .map(|status| (status.entry().reason, status.entry().sources));
    let without_answer: Vec<&str> = Cause::ALL
        .iter()
        .filter(|cause| !cause.is_answered())
        .map(|cause| cause.id())
        .collect();
    for (owner, sources) in causes.chain(codes).chain(statuses) {
        // Only an answer has a rule that has to be written somewhere.
        assert!(
            !sources.is_empty() || without_answer.contains(&owner),
            "{owner}: no source"
        );
        for source in sources {
            let (document, section) = (source.document, source.section);
            let is_rfc = document
                .strip_prefix("RFC ")
                .and_then(|number| number.parse::<u16>().ok())
                .is_some_and(|number| number > 2000);
            let is_openid = ["OpenID ", "UMA "]
                .iter()
                .any(|name| document.starts_with(name));
            assert!(is_rfc || is_openid, "{owner}: {document}");
            let section = section.strip_prefix("appendix ").unwrap_or(section);
            assert!(
                section
                    .split('.')
                    .all(|part| part.parse::<u8>().is_ok() || matches!(part, "A" | "B")),
                "{owner}: {document}, {section}"
            );
        }
    }
}

/// The OAuth Extensions Error Registry of IANA, with the codes of RFC 6749 that it was created from.
///
/// Source: <https://www.iana.org/assignments/oauth-parameters/oauth-parameters.xhtml#extensions-error>; RFC 6749, sections 4.1.2.1 and 5.2.
const REGISTERED: &[&str] = &[
    "invalid_request",
    "unauthorized_client",
    "access_denied",
    "unsupported_response_type",
    "invalid_scope",
    "server_error",
    "temporarily_unavailable",
    "invalid_client",
    "invalid_grant",
    "unsupported_grant_type",
    "invalid_token",
    "insufficient_scope",
    "unsupported_token_type",
    "interaction_required",
    "login_required",
    "account_selection_required",
    "consent_required",
    "invalid_request_uri",
    "invalid_request_object",
    "request_not_supported",
    "request_uri_not_supported",
    "registration_not_supported",
    "need_info",
    "request_denied",
    "request_submitted",
    "invalid_redirect_uri",
    "invalid_client_metadata",
    "invalid_software_statement",
    "unapproved_software_statement",
    "authorization_pending",
    "slow_down",
    "expired_token",
    "invalid_target",
    "unsupported_pop_key",
    "incompatible_ace_profiles",
    "invalid_authorization_details",
    "invalid_dpop_proof",
    "use_dpop_nonce",
    "insufficient_user_authentication",
    "invalid_issuer",
    "invalid_subject",
    "invalid_trust_anchor",
    "invalid_trust_chain",
    "invalid_metadata",
    "not_found",
    "unsupported_parameter",
    "vp_formats_not_supported",
    "invalid_request_uri_method",
    "wallet_unavailable",
];

#[test]
fn every_registered_code_is_explained() {
    for code in REGISTERED {
        assert!(code.parse::<ErrorCode>().is_ok(), "{code}");
    }
}

#[test]
fn a19_the_codes_of_other_grants_are_only_explained() {
    // Codes, refresh tokens, users, devices, wallets and the registration of clients belong to other servers.
    let sent = |code: &ErrorCode| {
        Profile::ALL
            .into_iter()
            .any(|profile| code.causes(profile).next().is_some())
    };
    let sent: Vec<&str> = ErrorCode::ALL
        .iter()
        .filter(|code| sent(code))
        .map(|code| code.as_str())
        .collect();
    assert_eq!(
        sent,
        [
            "invalid_request",
            "invalid_client",
            "invalid_grant",
            "unauthorized_client",
            "unsupported_grant_type",
            "invalid_scope",
            "invalid_target",
            "access_denied",
            "server_error",
            "temporarily_unavailable",
            "invalid_token",
            "insufficient_scope",
            "unsupported_token_type",
            "not_found",
        ]
    );
}
