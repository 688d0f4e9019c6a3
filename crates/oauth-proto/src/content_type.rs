//! The media type of a request body.

use crate::{InvalidContentType, scheme};

/// Proof that a `Content-Type` is `application/x-www-form-urlencoded`, in UTF-8.
///
/// The type is compared in any case. Parameters may follow; `charset` has to be UTF-8 (also spelled `utf8`), others are
/// ignored. RFC 6749, appendix B prescribes UTF-8 regardless of the header, so another charset would promise an
/// encoding that the body does not have.
///
/// Source: RFC 6749, section 4.4.2 and appendix B; RFC 9110, section 8.3.1,
/// <https://www.rfc-editor.org/rfc/rfc9110#section-8.3.1>.
///
/// ```
/// use oauth_proto::{FormContentType, InvalidContentType};
///
/// assert!(FormContentType::parse(Some(b"application/x-www-form-urlencoded; charset=UTF-8")).is_ok());
/// assert_eq!(
///     FormContentType::parse(Some(b"application/json")),
///     Err(InvalidContentType::OtherMediaType),
/// );
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FormContentType(());

impl FormContentType {
    /// The value to send.
    pub const AS_STR: &'static str = "application/x-www-form-urlencoded";

    /// Reads the value of a `Content-Type` header, if there is one.
    ///
    /// # Errors
    /// [`InvalidContentType`] (cause `content-type-wrong`), which states the problem.
    pub fn parse(header_value: Option<&[u8]>) -> Result<Self, InvalidContentType> {
        let value = header_value.ok_or(InvalidContentType::Missing)?;
        let media_type_end = value
            .iter()
            .position(|byte| *byte == b';')
            .unwrap_or(value.len());
        let (media_type, mut rest) = value
            .split_at_checked(media_type_end)
            .ok_or(InvalidContentType::OtherMediaType)?;
        if media_type.trim_ascii().is_empty() && rest.is_empty() {
            return Err(InvalidContentType::Missing);
        }
        if !media_type
            .trim_ascii()
            .eq_ignore_ascii_case(Self::AS_STR.as_bytes())
        {
            return Err(InvalidContentType::OtherMediaType);
        }
        while let [b';', after @ ..] = rest {
            let malformed = InvalidContentType::MalformedParameters {
                offset: value.len() - after.len(),
            };
            let parameter = skip_spaces(after);
            // `parameters = *( OWS ";" OWS [ parameter ] )`: an empty one is allowed.
            rest = match parameter.first() {
                None | Some(b';') => parameter,
                Some(_) => {
                    let (name, content, after) = read_parameter(parameter).ok_or(malformed)?;
                    if name.eq_ignore_ascii_case(b"charset") && !is_utf8(content) {
                        return Err(InvalidContentType::OtherCharset);
                    }
                    skip_spaces(after)
                }
            };
            if !matches!(rest.first(), None | Some(b';')) {
                return Err(malformed);
            }
        }
        Ok(Self(()))
    }
}

impl TryFrom<&[u8]> for FormContentType {
    type Error = InvalidContentType;

    fn try_from(header_value: &[u8]) -> Result<Self, InvalidContentType> {
        Self::parse(Some(header_value))
    }
}

/// Returns the name, the content and the text after the parameter.
///
/// ```abnf
/// parameter = token "=" ( token / quoted-string )   ; RFC 9110, section 5.6.6
/// ```
///
/// An escape in a quoted string is left as it is: no spelling of UTF-8 needs one.
fn read_parameter(text: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let (name, after) = read_token(text)?;
    let after = after.strip_prefix(b"=")?;
    let Some(quoted) = after.strip_prefix(b"\"") else {
        let (content, after) = read_token(after)?;
        return Some((name, content, after));
    };
    let mut escaped = false;
    let end = quoted.iter().position(|byte| {
        let closes = *byte == b'"' && !escaped;
        escaped = *byte == b'\\' && !escaped;
        closes
    })?;
    let (content, after) = quoted.split_at_checked(end)?;
    Some((name, content, after.strip_prefix(b"\"")?))
}

fn read_token(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let length = text
        .iter()
        .take_while(|byte| scheme::is_tchar(**byte))
        .count();
    text.split_at_checked(length)
        .filter(|(token, _)| !token.is_empty())
}

fn skip_spaces(text: &[u8]) -> &[u8] {
    let spaces = text
        .iter()
        .take_while(|byte| scheme::is_space(**byte))
        .count();
    text.get(spaces..).unwrap_or_default()
}

fn is_utf8(charset: &[u8]) -> bool {
    charset.eq_ignore_ascii_case(b"utf-8") || charset.eq_ignore_ascii_case(b"utf8")
}
