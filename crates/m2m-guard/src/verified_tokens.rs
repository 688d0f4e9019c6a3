//! A cache of tokens that were verified.

use core::fmt;
use std::sync::Arc;

use m2m_jwt::UnixTime;
use quick_cache::sync::Cache;

use crate::Caller;
use crate::introspection::Status;

/// Tokens that were verified, each with its caller. Only valid tokens are in it, so that a stranger cannot fill it.
///
/// A token is found by its whole text. It is used up to its `exp`, and as long as the keys are those that it was verified with.
pub(crate) struct VerifiedTokens {
    tokens: Cache<Box<str>, Verification>,
}

/// The verification of one token.
#[derive(Clone)]
pub(crate) struct Verification {
    pub(crate) caller: Caller,
    /// The position of its issuer among those of the guard.
    pub(crate) issuer: usize,
    /// The keys that it was verified with.
    pub(crate) keys: u64,
    /// The last answer of the issuer about it.
    pub(crate) status: Arc<Status>,
}

impl VerifiedTokens {
    pub(crate) fn new(max_tokens: usize) -> Self {
        Self {
            tokens: Cache::new(max_tokens),
        }
    }

    pub(crate) fn get(&self, token: &str) -> Option<Verification> {
        self.tokens.get(token)
    }

    pub(crate) fn insert(&self, token: &str, verification: Verification) {
        self.tokens.insert(token.into(), verification);
    }

    pub(crate) fn remove(&self, token: &str) {
        self.tokens.remove(token);
    }
}

impl Verification {
    /// Returns true if the token is valid at this time with these keys.
    pub(crate) fn holds(&self, keys: u64, now: UnixTime) -> bool {
        self.keys == keys && now < self.caller.expires_at()
    }
}

impl fmt::Debug for VerifiedTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedTokens")
            .field("tokens", &self.tokens.len())
            .finish()
    }
}
