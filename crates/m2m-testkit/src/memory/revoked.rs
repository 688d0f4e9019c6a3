//! The revoked tokens of a store in memory.

use m2m_jwt::UnixTime;
use m2m_store::{RevocationPage, RevokedToken};

/// The revoked tokens, in the order in which they were revoked, each with its number.
#[derive(Debug, Clone, Default)]
pub(super) struct Revoked {
    tokens: Vec<(u64, RevokedToken, UnixTime)>,
    last: u64,
}

impl Revoked {
    /// Revokes a token, and returns true if there was room for it.
    pub(super) fn add(&mut self, token: RevokedToken, expires_at: UnixTime) -> bool {
        let mut own = self.tokens.iter_mut();
        if let Some((.., until)) = own.find(|(_, own, _)| *own == token) {
            *until = expires_at.max(*until);
            return true;
        }
        if self.tokens.len() >= MAX_REVOKED {
            return false;
        }
        self.last += 1;
        self.tokens.push((self.last, token, expires_at));
        true
    }

    pub(super) fn contains(&self, token: RevokedToken) -> bool {
        self.tokens.iter().any(|(_, own, _)| *own == token)
    }

    /// Returns true if a token is revoked until this time or a later one.
    pub(super) fn is_as_long(&self, token: RevokedToken, expires_at: UnixTime) -> bool {
        let mut own = self.tokens.iter();
        own.any(|(_, own, until)| *own == token && *until >= expires_at)
    }

    pub(super) fn after(&self, number: u64) -> RevocationPage {
        let later = self.tokens.iter().filter(|(own, ..)| *own > number);
        let later: Vec<_> = later.take(RevocationPage::MAX_ENTRIES).collect();
        RevocationPage {
            last: later.last().map_or(number, |(last, ..)| *last),
            entries: later
                .iter()
                .map(|(_, token, until)| (*token, *until))
                .collect(),
        }
    }

    /// Deletes the revocations of tokens that expired by `now`, and returns their number.
    pub(super) fn forget(&mut self, now: UnixTime) -> u64 {
        let before = self.tokens.len();
        self.tokens.retain(|(.., until)| *until > now);
        u64::try_from(before - self.tokens.len()).unwrap_or(u64::MAX)
    }
}

/// The maximum number of revocations that are stored.
const MAX_REVOKED: usize = 10_000;
