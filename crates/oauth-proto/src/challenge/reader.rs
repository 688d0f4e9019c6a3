//! The parser of challenges.

use std::borrow::Cow;

use super::Challenge;
use crate::{
    InvalidChallenge, MessageLimits,
    scheme::{is_space, is_tchar, is_token68},
};

/// Reads a list with at least one challenge. Empty elements are skipped (RFC 9110, section 5.6.1.2).
pub(super) fn read<'a>(
    header_value: &'a [u8],
    limits: &MessageLimits,
) -> Result<Vec<Challenge<'a>>, InvalidChallenge> {
    if header_value.len() > limits.max_header_bytes {
        return Err(InvalidChallenge::TooLong);
    }
    let text =
        core::str::from_utf8(header_value).map_err(|error| InvalidChallenge::ByteRefused {
            offset: error.valid_up_to(),
        })?;
    let mut cursor = Cursor { text, rest: text };
    let mut challenges = Vec::new();
    cursor.skip(|byte| is_space(byte) || byte == b',');
    while !cursor.rest.is_empty() {
        challenges.push(cursor.challenge(limits)?);
        cursor.skip(|byte| is_space(byte) || byte == b',');
    }
    if challenges.is_empty() {
        return Err(cursor.refused());
    }
    Ok(challenges)
}

#[derive(Clone, Copy)]
struct Cursor<'a> {
    text: &'a str,
    rest: &'a str,
}

impl<'a> Cursor<'a> {
    fn challenge(&mut self, limits: &MessageLimits) -> Result<Challenge<'a>, InvalidChallenge> {
        let scheme = self.token()?;
        let spaces = self.skip(is_space);
        let mut challenge = Challenge {
            scheme: Cow::Borrowed(scheme),
            token68: None,
            parameters: Vec::new(),
        };
        if self.at_end_of_element() {
            return Ok(challenge);
        }
        if spaces.is_empty() {
            return Err(self.refused());
        }
        if let Some(token68) = self.token68() {
            challenge.token68 = Some(Cow::Borrowed(token68));
            return Ok(challenge);
        }
        loop {
            if challenge.parameters.len() == limits.max_parameters {
                return Err(InvalidChallenge::ParametersTooMany);
            }
            let offset = self.offset();
            let (name, value) = self.parameter()?;
            if challenge.parameter(name).is_some() {
                return Err(InvalidChallenge::ParameterRepeated { offset });
            }
            challenge.parameters.push((Cow::Borrowed(name), value));
            self.skip(is_space);
            if !self.at_end_of_element() {
                return Err(self.refused());
            }
            let mut ahead = *self;
            ahead.skip(|byte| is_space(byte) || byte == b',');
            if !ahead.at_parameter() {
                return Ok(challenge);
            }
            *self = ahead;
        }
    }

    /// After a comma, a token that `=` follows is a parameter of the same challenge, any other the scheme of the next.
    fn at_parameter(mut self) -> bool {
        let name = self.skip(is_tchar);
        self.skip(is_space);
        !name.is_empty() && self.rest.starts_with('=')
    }

    fn parameter(&mut self) -> Result<(&'a str, Cow<'a, str>), InvalidChallenge> {
        let name = self.token()?;
        self.skip(is_space);
        let Some(rest) = self.rest.strip_prefix('=') else {
            return Err(self.refused());
        };
        self.rest = rest;
        self.skip(is_space);
        let value = if self.rest.starts_with('"') {
            self.quoted_string()?
        } else {
            Cow::Borrowed(self.token()?)
        };
        Ok((name, value))
    }

    /// ```abnf
    /// quoted-string = DQUOTE *( qdtext / quoted-pair ) DQUOTE       ; RFC 9110, section 5.6.4
    /// qdtext        = HTAB / SP / %x21 / %x23-5B / %x5D-7E / obs-text
    /// quoted-pair   = "\" ( HTAB / SP / VCHAR / obs-text )
    /// ```
    fn quoted_string(&mut self) -> Result<Cow<'a, str>, InvalidChallenge> {
        let open = InvalidChallenge::QuoteOpen {
            offset: self.offset(),
        };
        let inside = self.rest.strip_prefix('"').ok_or(open)?;
        let mut escaped = false;
        for (place, character) in inside.char_indices() {
            if character.is_ascii_control() && character != '\t' {
                return Err(InvalidChallenge::ByteRefused {
                    offset: self.offset() + 1 + place,
                });
            }
            if character == '"' && !escaped {
                let (quoted, after) = inside.split_at_checked(place).ok_or(open)?;
                self.rest = after.strip_prefix('"').ok_or(open)?;
                return Ok(unescape(quoted));
            }
            escaped = character == '\\' && !escaped;
        }
        Err(open)
    }

    /// Returns a `token68`, if there is one here and nothing else up to the next comma.
    fn token68(&mut self) -> Option<&'a str> {
        let mut ahead = *self;
        let letters = ahead.skip(is_token68);
        let signs = ahead.skip(|byte| byte == b'=');
        let (token68, _) = self.rest.split_at_checked(letters.len() + signs.len())?;
        ahead.skip(is_space);
        if letters.is_empty() || !ahead.at_end_of_element() {
            return None;
        }
        *self = ahead;
        Some(token68)
    }

    fn token(&mut self) -> Result<&'a str, InvalidChallenge> {
        let token = self.skip(is_tchar);
        if token.is_empty() {
            Err(self.refused())
        } else {
            Ok(token)
        }
    }

    fn at_end_of_element(&self) -> bool {
        self.rest.is_empty() || self.rest.starts_with(',')
    }

    /// Moves over bytes of ASCII, and returns them.
    fn skip(&mut self, allowed: impl Fn(u8) -> bool) -> &'a str {
        let end = self
            .rest
            .bytes()
            .position(|byte| !allowed(byte))
            .unwrap_or(self.rest.len());
        let (skipped, rest) = self.rest.split_at_checked(end).unwrap_or(("", self.rest));
        self.rest = rest;
        skipped
    }

    fn offset(&self) -> usize {
        self.text.len() - self.rest.len()
    }

    fn refused(&self) -> InvalidChallenge {
        InvalidChallenge::ByteRefused {
            offset: self.offset(),
        }
    }
}

/// Drops the backslash of every pair.
fn unescape(quoted: &str) -> Cow<'_, str> {
    if !quoted.contains('\\') {
        return Cow::Borrowed(quoted);
    }
    let mut escaped = false;
    let kept = |character: &char| {
        escaped = *character == '\\' && !escaped;
        !escaped
    };
    Cow::Owned(quoted.chars().filter(kept).collect())
}
