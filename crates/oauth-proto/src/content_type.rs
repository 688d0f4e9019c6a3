//! The media type of a request body.

use crate::{InvalidContentType, scheme};

/// Proof that a `Content-Type` is `application/x-www-form-urlencoded`.
///
/// The type is compared in any case. Parameters may follow, and are ignored: the type has none, and RFC 6749, appendix B prescribes UTF-8
/// regardless of the header. A `charset` says nothing about the body, which [`Form`](crate::Form) refuses if it is not UTF-8; some clients
/// send `charset=ISO-8859-1` with every form.
///
/// Source: RFC 6749, section 4.4.2 and appendix B; RFC 9110, section 8.3.1,
/// <https://www.rfc-editor.org/rfc/rfc9110#section-8.3.1>.
///
/// ```
/// use oauth_proto::{FormContentType, InvalidContentType};
///
/// assert!(FormContentType::parse(Some(b"application/x-www-form-urlencoded; charset=ISO-8859-1")).is_ok());
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
                Some(_) => skip_spaces(after_parameter(parameter).ok_or(malformed)?),
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

/// Returns the text after the parameter.
///
/// ```abnf
/// parameter = token "=" ( token / quoted-string )   ; RFC 9110, section 5.6.6
/// ```
///
/// A token that is empty is accepted as well: clients send `charset=`.
fn after_parameter(text: &[u8]) -> Option<&[u8]> {
    let name = token_length(text);
    let after = text.get(name..)?.strip_prefix(b"=")?;
    if name == 0 {
        return None;
    }
    let Some(quoted) = after.strip_prefix(b"\"") else {
        return after.get(token_length(after)..);
    };
    let mut escaped = false;
    let end = quoted.iter().position(|byte| {
        let closes = *byte == b'"' && !escaped;
        escaped = *byte == b'\\' && !escaped;
        closes
    })?;
    quoted.get(end..)?.strip_prefix(b"\"")
}

fn token_length(text: &[u8]) -> usize {
    text.iter()
        .take_while(|byte| scheme::is_tchar(**byte))
        .count()
}

fn skip_spaces(text: &[u8]) -> &[u8] {
    let spaces = text
        .iter()
        .take_while(|byte| scheme::is_space(**byte))
        .count();
    text.get(spaces..).unwrap_or_default()
}
