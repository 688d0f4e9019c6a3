//! Scopes and lists of them.

use core::fmt;
use std::collections::BTreeSet;

use crate::InvalidScope;

/// One scope, such as `read:orders`.
///
/// ```abnf
/// scope-token = 1*NQCHAR
/// NQCHAR      = %x21 / %x23-5B / %x5D-7E
/// ```
///
/// Compared byte for byte, case included. Source: RFC 6749, section 3.3 and appendix A.4,
/// <https://www.rfc-editor.org/rfc/rfc6749#section-3.3>.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ScopeToken<'a>(&'a str);

impl<'a> ScopeToken<'a> {
    /// Reads one scope.
    ///
    /// # Errors
    /// [`InvalidScope`] (cause `scope-malformed`): empty, or a byte that is refused, white space included.
    pub const fn parse(text: &'a str) -> Result<Self, InvalidScope> {
        let mut rest = text.as_bytes();
        while let [byte, tail @ ..] = rest {
            if !is_nqchar(*byte) {
                return Err(InvalidScope {
                    offset: text.len() - rest.len(),
                });
            }
            rest = tail;
        }
        if text.is_empty() {
            return Err(InvalidScope { offset: 0 });
        }
        Ok(Self(text))
    }

    /// A scope that is written in the source.
    ///
    /// # Panics
    /// If the literal is not a scope: at compile time, in a `const`.
    #[must_use]
    pub const fn from_static(text: &'static str) -> ScopeToken<'static> {
        match ScopeToken::parse(text) {
            Ok(token) => token,
            Err(_) => panic!("the literal is not a scope token"),
        }
    }

    /// The text.
    #[must_use]
    pub const fn as_str(&self) -> &'a str {
        self.0
    }
}

impl<'a> TryFrom<&'a str> for ScopeToken<'a> {
    type Error = InvalidScope;

    fn try_from(text: &'a str) -> Result<Self, InvalidScope> {
        Self::parse(text)
    }
}

impl AsRef<str> for ScopeToken<'_> {
    fn as_ref(&self) -> &str {
        self.0
    }
}

impl fmt::Display for ScopeToken<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// A list of scopes, at least one, as in the parameter `scope`. Borrows from it.
///
/// ```abnf
/// scope = scope-token *( SP scope-token )
/// ```
///
/// Exactly one space separates two tokens, and there is no space at the beginning or end. The order has no meaning; a repeated token means
/// the same as a single one, and prints once.
///
/// Source: RFC 6749, section 3.3 and appendix A.4, <https://www.rfc-editor.org/rfc/rfc6749#section-3.3>.
///
/// ```
/// use oauth_proto::Scope;
///
/// let scope = Scope::parse("read:users write:flags read:users")?;
/// assert!(scope.contains("write:flags"));
/// assert_eq!(scope.to_string(), "read:users write:flags");
/// assert!(Scope::parse("read:users  write:flags").is_err());
/// # Ok::<(), oauth_proto::InvalidScope>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Scope<'a>(&'a str);

impl<'a> Scope<'a> {
    /// Reads the value of a `scope` parameter.
    ///
    /// # Errors
    /// [`InvalidScope`] (cause `scope-malformed`) with the offset of the first refused byte: one that a scope cannot contain, or a space
    /// without a scope on both sides.
    pub fn parse(text: &'a str) -> Result<Self, InvalidScope> {
        let mut offset = 0;
        for token in text.split(' ') {
            ScopeToken::parse(token).map_err(|error| InvalidScope {
                offset: offset + error.offset,
            })?;
            offset += token.len() + 1;
        }
        Ok(Self(text))
    }

    /// The scopes in the order in which they were sent, repeats included.
    #[must_use]
    pub fn tokens(&self) -> ScopeTokens<'a> {
        ScopeTokens(self.0.split(' '))
    }

    /// Returns true if the list contains this scope.
    #[must_use]
    pub fn contains(&self, token: &str) -> bool {
        self.tokens().any(|own| own.as_str() == token)
    }

    /// The list as it was sent.
    #[must_use]
    pub const fn as_str(&self) -> &'a str {
        self.0
    }
}

impl<'a> IntoIterator for Scope<'a> {
    type Item = ScopeToken<'a>;
    type IntoIter = ScopeTokens<'a>;

    fn into_iter(self) -> Self::IntoIter {
        self.tokens()
    }
}

impl<'a> TryFrom<&'a str> for Scope<'a> {
    type Error = InvalidScope;

    fn try_from(text: &'a str) -> Result<Self, InvalidScope> {
        Self::parse(text)
    }
}

/// Prints each scope once, in the order of their first appearance.
impl fmt::Display for Scope<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut printed = BTreeSet::new();
        for token in self.tokens() {
            if printed.insert(token) {
                let space = if printed.len() == 1 { "" } else { " " };
                write!(f, "{space}{token}")?;
            }
        }
        Ok(())
    }
}

/// The scopes of a [`Scope`].
#[derive(Debug, Clone)]
pub struct ScopeTokens<'a>(core::str::Split<'a, char>);

impl<'a> Iterator for ScopeTokens<'a> {
    type Item = ScopeToken<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(ScopeToken)
    }
}

/// `NQCHAR` of RFC 6749, appendix A: a character that a scope token may contain.
const fn is_nqchar(byte: u8) -> bool {
    matches!(byte, 0x21 | 0x23..=0x5B | 0x5D..=0x7E)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a14_accepts_every_byte_of_the_grammar_and_no_other() {
        for code in 0..=0x17Fu32 {
            let character = char::from_u32(code).unwrap();
            let allowed = matches!(code, 0x21 | 0x23..=0x5B | 0x5D..=0x7E);
            assert_eq!(
                ScopeToken::parse(&character.to_string()).is_ok(),
                allowed,
                "{code:#x}"
            );
        }
    }

    #[test]
    fn the_error_names_the_first_refused_byte() {
        let refused = |text| Scope::parse(text).unwrap_err().offset;
        assert_eq!(refused(""), 0);
        assert_eq!(refused(" a"), 0);
        assert_eq!(refused("a "), 2);
        assert_eq!(refused("a  b"), 2);
        assert_eq!(refused("ab c\"d"), 4);
        assert_eq!(refused("ab\tc"), 2);
    }

    #[test]
    fn a_literal_is_checked_by_the_compiler() {
        const READ: ScopeToken<'static> = ScopeToken::from_static("read:orders");
        assert_eq!(READ.as_str(), "read:orders");
    }
}
