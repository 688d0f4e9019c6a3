//! The scheme and the rest of an `Authorization` header.

/// Returns the text after the scheme `expected`, with its offset in the value, or `None` if the scheme is another one.
///
/// ```abnf
/// credentials = auth-scheme [ 1*SP ( token68 / #auth-param ) ]   ; RFC 9110, section 11.4
/// ```
///
/// The scheme is compared in any case (RFC 9110, section 11.1). White space around the value is not part of it (RFC 9110,
/// section 5.5).
pub(crate) fn credentials_of<'a>(value: &'a [u8], expected: &str) -> Option<(usize, &'a [u8])> {
    let start = value.iter().take_while(|byte| is_space(**byte)).count();
    let (_, trimmed) = value.split_at_checked(start)?;
    let trimmed = trimmed.trim_ascii_end();
    let scheme_bytes = trimmed.iter().take_while(|byte| is_tchar(**byte)).count();
    let (scheme, rest) = trimmed.split_at_checked(scheme_bytes)?;
    if !scheme.eq_ignore_ascii_case(expected.as_bytes()) {
        return None;
    }
    let spaces = rest.iter().take_while(|byte| **byte == b' ').count();
    let (_, credentials) = rest.split_at_checked(spaces)?;
    Some((start + scheme_bytes + spaces, credentials))
}

/// `tchar` of RFC 9110, section 5.6.2.
pub(crate) const fn is_tchar(byte: u8) -> bool {
    matches!(byte,
        b'!' | b'#' | b'$' | b'%' | b'&' | b'\'' | b'*' | b'+' | b'-' | b'.' | b'^' | b'_' | b'`'
        | b'|' | b'~' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z')
}

/// A byte of `token68`, and of `b64token`, before its `=` signs (RFC 9110, section 11.2; RFC 6750, section 2.1).
pub(crate) const fn is_token68(byte: u8) -> bool {
    matches!(byte,
        b'-' | b'.' | b'_' | b'~' | b'+' | b'/' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z')
}

/// Returns true if all bytes are of this kind. It looks at all of them, so that the compiler can look at several at once: nearly every token consists of
/// them.
pub(crate) fn is_all_token68(bytes: &[u8]) -> bool {
    bytes.iter().fold(true, |all, byte| all & is_token68(*byte))
}

/// `OWS` of RFC 9110, section 5.6.3.
pub(crate) const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}
