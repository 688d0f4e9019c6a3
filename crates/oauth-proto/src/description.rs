//! The characters and the length that `error_description` allows.

use std::borrow::Cow;

/// The maximum length of a caller's value that is repeated in a description. Unit: bytes. Long enough for a scope or a
/// grant type, too short to carry a page or a token.
pub const MAX_ECHOED_BYTES: usize = 64;

/// Returns the text, if it may be repeated in an `error_description`: not empty, short and clean.
///
/// Short means up to [`MAX_ECHOED_BYTES`]. Clean means that the grammar allows every character, so that nothing has to be escaped in JSON,
/// in a quoted string or in a log:
///
/// ```abnf
/// error-description = 1*NQSCHAR
/// NQSCHAR           = %x20-21 / %x23-5B / %x5D-7E
/// ```
///
/// Source: RFC 6749, section 5.2 and appendix A.8, <https://www.rfc-editor.org/rfc/rfc6749#section-5.2>.
///
/// ```
/// use oauth_proto::clean_for_description;
///
/// assert_eq!(clean_for_description("read:users"), Some("read:users"));
/// assert_eq!(clean_for_description("<b>\"quoted\"</b>"), None);
/// ```
#[must_use]
pub fn clean_for_description(text: &str) -> Option<&str> {
    let short = (1..=MAX_ECHOED_BYTES).contains(&text.len());
    (short && text.bytes().all(is_nqschar)).then_some(text)
}

/// Returns the text with `?` in the place of every character that an `error_description` cannot have.
pub(crate) fn clean_text(text: &str) -> Cow<'_, str> {
    replace_refused(text, is_nqschar)
}

/// Returns the text with `?` in the place of every character that an `error_uri` cannot have: as above, and the space.
pub(crate) fn clean_uri(text: &str) -> Cow<'_, str> {
    replace_refused(text, |byte| is_nqschar(byte) && byte != b' ')
}

/// Returns the text with `?` in the place of every character that is not printable ASCII.
pub(crate) fn clean_printable(text: &str) -> Cow<'_, str> {
    replace_refused(text, |byte| matches!(byte, 0x20..=0x7E))
}

/// `allowed` answers for ASCII; nothing beyond it is allowed.
fn replace_refused(text: &str, allowed: impl Fn(u8) -> bool) -> Cow<'_, str> {
    if text.bytes().all(&allowed) {
        return Cow::Borrowed(text);
    }
    let replace = |character| match u8::try_from(character) {
        Ok(byte) if byte.is_ascii() && allowed(byte) => character,
        Ok(_) | Err(_) => '?',
    };
    text.chars().map(replace).collect()
}

/// `NQSCHAR` of RFC 6749, appendix A.
const fn is_nqschar(byte: u8) -> bool {
    matches!(byte, 0x20..=0x21 | 0x23..=0x5B | 0x5D..=0x7E)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a21_repeats_only_what_the_grammar_allows() {
        for byte in 0..=0x7Fu8 {
            let allowed = matches!(byte, 0x20..=0x21 | 0x23..=0x5B | 0x5D..=0x7E);
            let text = char::from(byte).to_string();
            assert_eq!(clean_for_description(&text).is_some(), allowed, "{byte:#x}");
        }
        assert_eq!(clean_for_description("é"), None);
    }

    #[test]
    fn a21_repeats_only_what_is_short() {
        assert_eq!(clean_for_description(""), None);
        assert!(clean_for_description(&"a".repeat(64)).is_some());
        assert!(clean_for_description(&"a".repeat(65)).is_none());
    }
}
