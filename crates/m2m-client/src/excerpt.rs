//! Texts of a server, prepared for an error: short, safe to print, and without the client's secret.

use oauth_proto::{BasicCredentials, FormWriter};
use zeroize::Zeroizing;

use crate::Credentials;
use crate::limits::{
    MAX_EXCERPT_CHARACTERS, MAX_EXCERPT_SOURCE_BYTES, MIN_REDACTED_BYTES,
    SUSPICIOUS_WORD_CHARACTERS,
};

/// The text that replaces a secret that a server repeats.
const REDACTED: &str = "[redacted]";

/// Cleans the texts of a server to which these credentials were sent.
pub(crate) struct Cleaner {
    /// The secret in every spelling in which it was sent, or in which it would appear after cleaning.
    secrets: Vec<Zeroizing<String>>,
}

impl Cleaner {
    pub(crate) fn of(credentials: &Credentials) -> Self {
        let secret = credentials.expose_secret();
        let header = Zeroizing::new(BasicCredentials::write(credentials.client_id(), secret));
        let basic = header.rsplit(' ').next().unwrap_or_default().to_owned();
        let mut form = FormWriter::new();
        form.append("", secret);
        let encoded = form.finish();
        let encoded = encoded.trim_start_matches('=').to_owned();
        let cleaned = harmless(secret).trim().to_owned();
        let words = cleaned.split_whitespace().collect::<Vec<_>>().join(" ");
        let secrets = [secret.to_owned(), basic, encoded, cleaned, words];
        Self {
            secrets: secrets
                .into_iter()
                .filter(|secret| secret.len() >= MIN_REDACTED_BYTES)
                .map(Zeroizing::new)
                .collect(),
        }
    }

    /// Returns a cleaner for texts of a server to which no secret was sent.
    pub(crate) const fn without_secret() -> Self {
        Self {
            secrets: Vec::new(),
        }
    }

    /// Returns the text, cut to this number of characters.
    pub(crate) fn text(&self, text: &str, max_characters: usize) -> String {
        let text = self.redacted(text.to_owned());
        shortened(&self.redacted(harmless(&text)), max_characters)
    }

    /// Returns an address without its query, which may contain anything.
    pub(crate) fn url(&self, url: &str, max_characters: usize) -> String {
        let end = url.find(['?', '#']).unwrap_or(url.len());
        self.text(url.get(..end).unwrap_or_default(), max_characters)
    }

    /// Returns the beginning of an answer that is not that of a token endpoint: the title of a page, or its words.
    /// `None` if it may contain a token; words that look like one are left out.
    pub(crate) fn excerpt(&self, body: &[u8]) -> Option<String> {
        let start = body.get(..MAX_EXCERPT_SOURCE_BYTES).unwrap_or(body);
        let text = self.redacted(String::from_utf8_lossy(start).into_owned());
        let lower = text.to_ascii_lowercase();
        if lower.contains("access_token") || lower.contains("client_secret") {
            return None;
        }
        let words = match element(&text, &lower, "title") {
            Some(title) => title.to_owned(),
            None if text.trim_start().starts_with('<') => without_markup(&text),
            None => text,
        };
        let words = self.redacted(harmless(&unescaped(&words)));
        let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
        let words = self.redacted(without_suspicious_words(&words));
        (!words.is_empty()).then(|| shortened(&words, MAX_EXCERPT_CHARACTERS))
    }

    /// Returns the text without the secret.
    pub(crate) fn redacted(&self, text: String) -> String {
        self.secrets
            .iter()
            .filter(|secret| !REDACTED.contains(secret.as_str()))
            .fold(text, |text, secret| text.replace(secret.as_str(), REDACTED))
    }
}

/// Returns the text with a space in the place of every character that controls a terminal or the writing direction.
fn harmless(text: &str) -> String {
    let replace = |character: char| match character {
        '\u{ad}'
        | '\u{61c}'
        | '\u{180e}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0001}'
        | '\u{e0020}'..='\u{e007f}' => ' ',
        character if character.is_control() => ' ',
        character => character,
    };
    text.chars().map(replace).collect()
}

fn shortened(text: &str, max_characters: usize) -> String {
    match text.char_indices().nth(max_characters) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
    }
}

/// Returns the content of the first element with this name. `lower` is the text in lower case, with the same offsets.
fn element<'t>(text: &'t str, lower: &str, name: &str) -> Option<&'t str> {
    let open = lower.find(&format!("<{name}"))?;
    let start = open + lower.get(open..)?.find('>')? + 1;
    let end = start + lower.get(start..)?.find('<')?;
    text.get(start..end)
        .filter(|inside| !inside.trim().is_empty())
}

/// Returns the words of a page. The content of tags is left out; so are scripts and styles as far as they look like
/// one.
fn without_markup(page: &str) -> String {
    let mut words = String::new();
    for part in page.split('<') {
        let is_code = ["script", "style"].iter().any(|name| {
            part.get(..name.len())
                .is_some_and(|tag| tag.eq_ignore_ascii_case(name))
        });
        if let Some((_, after)) = part.split_once('>')
            && !is_code
        {
            words.push_str(after);
            words.push(' ');
        }
    }
    words
}

/// Replaces the five entities that every page has.
fn unescaped(text: &str) -> String {
    [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&amp;", "&"),
    ]
    .into_iter()
    .fold(text.to_owned(), |text, (entity, character)| {
        text.replace(entity, character)
    })
}

/// Returns the text with `…` in the place of every run that may be a token or a secret.
fn without_suspicious_words(text: &str) -> String {
    let is_of_token =
        |character: char| character.is_ascii_alphanumeric() || "-._~+/=%".contains(character);
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest
            .find(|character| !is_of_token(character))
            .unwrap_or(rest.len());
        let (word, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
        kept.push_str(if word.len() < SUSPICIOUS_WORD_CHARACTERS {
            word
        } else {
            "…"
        });
        let end = after.find(is_of_token).unwrap_or(after.len());
        let (between, after) = after.split_at_checked(end).unwrap_or((after, ""));
        kept.push_str(between);
        rest = after;
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cleaner() -> Cleaner {
        Cleaner::of(&Credentials::new("id", "hunter2 & more\n").unwrap())
    }

    #[test]
    fn a_page_is_described_by_its_title_or_its_first_words() {
        let excerpt = |body: &str| cleaner().excerpt(body.as_bytes());
        assert_eq!(
            excerpt("<html><TITLE>502 Bad\n Gateway</title>x").as_deref(),
            Some("502 Bad Gateway")
        );
        assert_eq!(
            excerpt("<p>Sign <b>in</b></p><script>x()</script>").as_deref(),
            Some("Sign in")
        );
        assert_eq!(
            excerpt(r#"{"message":"Forbidden"}"#).as_deref(),
            Some(r#"{"message":"Forbidden"}"#)
        );
        assert_eq!(excerpt(" \r\n"), None);
        assert_eq!(
            excerpt(&"word ".repeat(100)).map(|text| text.chars().count()),
            Some(MAX_EXCERPT_CHARACTERS + 1)
        );
    }

    #[test]
    fn text_that_may_be_a_token_is_not_shown() {
        let excerpt = |body: &str| cleaner().excerpt(body.as_bytes());
        assert_eq!(excerpt("access_token=abc&scope=x"), None);
        assert_eq!(
            excerpt("id_token e72e16c7e42f292c6912e7710c838347ae178b4a end").as_deref(),
            Some("id_token … end")
        );
    }

    #[test]
    fn the_secret_is_not_repeated_in_any_spelling() {
        let cleaner = cleaner();
        for text in [
            "a hunter2 & more\n b",
            "a hunter2 & more b",
            "a hunter2+%26+more%0A b",
        ] {
            assert_eq!(cleaner.text(text, 100), "a [redacted] b", "{text}");
        }
        let header = BasicCredentials::write("id", "hunter2 & more\n");
        assert_eq!(cleaner.text(&header, 100), "Basic [redacted]");
        let page = "<p>hunter2 &amp; more</p>";
        assert_eq!(
            cleaner.excerpt(page.as_bytes()).as_deref(),
            Some("[redacted]")
        );
    }

    #[test]
    fn an_address_is_shown_without_its_query() {
        let cleaner = Cleaner::without_secret();
        assert_eq!(
            cleaner.url("https://id.example/a?code=1#b", 100),
            "https://id.example/a"
        );
    }
}
