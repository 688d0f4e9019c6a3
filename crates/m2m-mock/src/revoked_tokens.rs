//! The tokens that were revoked.

use std::collections::HashSet;

use m2m_jwt::sha256;

use crate::limits::MAX_REVOKED_TOKENS;

/// The revoked tokens, by their hashes.
#[derive(Debug, Default)]
pub(crate) struct RevokedTokens(HashSet<[u8; 32]>);

impl RevokedTokens {
    /// Revokes a token. Returns false if there are as many as the mock keeps.
    #[must_use]
    pub(crate) fn add(&mut self, token: &str) -> bool {
        let hash = sha256(token.as_bytes());
        if self.0.len() >= MAX_REVOKED_TOKENS && !self.0.contains(&hash) {
            return false;
        }
        self.0.insert(hash);
        true
    }

    /// True if the token was revoked.
    pub(crate) fn contains(&self, token: &str) -> bool {
        self.0.contains(&sha256(token.as_bytes()))
    }

    /// The number of revoked tokens.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beyond_the_maximum_no_token_is_revoked_and_none_is_forgotten() {
        let mut revoked = RevokedTokens::default();
        for number in 0..MAX_REVOKED_TOKENS {
            assert!(revoked.add(&number.to_string()));
        }
        assert!(!revoked.add("one more"));
        assert!(revoked.add("0"), "it is revoked already");
        assert!(revoked.contains("0") && !revoked.contains("one more"));
    }
}
