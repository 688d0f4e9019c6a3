//! Texts of callers, of any kind: they are shown as text, and none causes a panic.

#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

use m2m_dashboard::{ErrorPages, Representation};
use m2m_errors::Profile;
use oauth_proto::{FormWriter, Issuer};
use proptest::prelude::*;

fn pages() -> ErrorPages {
    let issuer = Issuer::parse("https://id.example").unwrap();
    ErrorPages::new(Profile::Rfc, &issuer, None)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn x18_any_text_of_a_caller_is_shown_as_text(text in "(?s).{0,200}") {
        let pages = pages();
        let markup = format!("<x{text}>");
        let query = FormWriter::new().append("q", &markup).clone().finish();
        for body in [
            pages.unknown(&markup).body,
            pages.index(Some(&query), Representation::Html).body,
        ] {
            prop_assert!(!body.contains("<x"));
            prop_assert!(body.contains("&#60;x"));
        }
    }

    #[test]
    fn any_query_has_a_page(query in "(?s).{0,200}", name in "[a-zA-Z0-9_ -]{0,80}") {
        let pages = pages();
        for query in [&query, &format!("q={query}"), &format!("q={name}")] {
            prop_assert_eq!(pages.index(Some(query), Representation::Html).status, 200);
        }
        prop_assert_eq!(pages.unknown(&name).status, 404);
    }

    #[test]
    fn any_accept_field_has_a_representation(values in prop::collection::vec("(?s).{0,60}", 0..4)) {
        let _ = Representation::preferred(values.iter().map(String::as_str));
    }

    #[test]
    fn the_higher_quality_wins(html in 0_u16..=1000, json in 0_u16..=1000) {
        let quality = |thousandths: u16| match thousandths {
            1000 => "1".to_owned(),
            below => format!("0.{below:03}"),
        };
        let accept = format!("text/html;q={}, application/json;q={}", quality(html), quality(json));
        let expected = if html > json { Representation::Html } else { Representation::Json };
        prop_assert_eq!(Representation::preferred([accept.as_str()]), expected);
    }
}
