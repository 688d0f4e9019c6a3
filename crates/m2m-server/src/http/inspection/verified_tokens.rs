//! Tokens whose signature was verified: an API asks about the same token at each call, and a signature costs more than all else of the answer.

use core::fmt;
use std::sync::Arc;

use m2m_authority::inspection::InspectedToken;
use m2m_authority::registry::KeyState;
use m2m_jwt::{Limits, UnixTime};
use m2m_store::Common;
use quick_cache::Weighter;
use quick_cache::sync::Cache;

/// The tokens that were verified last, by the hash of the whole token.
pub(in super::super) struct VerifiedTokens(Cache<[u8; 32], Arc<InspectedToken>, Bytes>);

impl Default for VerifiedTokens {
    fn default() -> Self {
        Self(Cache::with_weighter(EXPECTED, MAX_BYTES, Bytes))
    }
}

impl VerifiedTokens {
    /// Returns the token if it is a valid one of this server: its key is published, and it has not expired.
    pub(super) fn find(
        &self,
        token: &str,
        common: &Common,
        issuer: &str,
        now: UnixTime,
    ) -> Option<Arc<InspectedToken>> {
        if token.len() > Limits::DEFAULT.max_token_bytes {
            return None;
        }
        let hash = m2m_jwt::sha256(token.as_bytes());
        if let Some(known) = self.0.get(&hash) {
            // A key id is never used for another key.
            let state = common.keys.state(known.key_id());
            let has_signed = matches!(state, Some(KeyState::Active | KeyState::Retiring));
            return Some(known).filter(|known| has_signed && known.expires_at() > now);
        }
        let verified = InspectedToken::verify(token, common.verification_keys(), issuer, now);
        let verified = Arc::new(verified.ok()?);
        self.0.insert(hash, Arc::clone(&verified));
        Some(verified)
    }
}

impl fmt::Debug for VerifiedTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedTokens").finish_non_exhaustive()
    }
}

/// The memory that a token takes.
#[derive(Debug, Clone)]
struct Bytes;

impl Weighter<[u8; 32], Arc<InspectedToken>> for Bytes {
    fn weight(&self, _: &[u8; 32], token: &Arc<InspectedToken>) -> u64 {
        token.weight().try_into().unwrap_or(u64::MAX)
    }
}

/// The number of tokens that are expected, each of about a kilobyte.
const EXPECTED: usize = 16 * 1024;

/// The maximum memory of all tokens. Unit: bytes.
const MAX_BYTES: u64 = 16 * 1024 * 1024;
