//! Revocations of tokens.

use m2m_jwt::UnixTime;

use crate::AuditEvent;

/// The identifier of a revoked token in a store: the first half of the SHA-256 of its `jti`.
///
/// Every token takes the same room, whatever its `jti`, and only a token that was issued here can have a `jti` that a caller knows.
///
/// ```
/// use m2m_store::RevokedToken;
///
/// assert_eq!(RevokedToken::of("abc"), RevokedToken::of("abc"));
/// assert_ne!(RevokedToken::of("abc"), RevokedToken::of("ABC"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RevokedToken([u8; 16]);

impl RevokedToken {
    /// Returns the identifier of the token with this `jti`.
    #[must_use]
    pub fn of(jwt_id: &str) -> Self {
        let mut half = [0; 16];
        let whole = m2m_jwt::sha256(jwt_id.as_bytes());
        half.iter_mut()
            .zip(whole)
            .for_each(|(half, byte)| *half = byte);
        Self(half)
    }

    /// Returns the identifier with these bytes, as they are stored.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// Its 16 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

/// A revocation of a token, with the event that the audit log keeps of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revocation {
    /// The token.
    pub token: RevokedToken,
    /// The time at which the token expires. The revocation is kept until then.
    pub expires_at: UnixTime,
    /// True if an operator revokes the token. Some room is only for operators, so that no client can use it up.
    pub is_by_operator: bool,
    /// The audit event, which is written in the same transaction unless the token was revoked already. A caller that has caused very many events is
    /// not listed for a while, so that it does not push out the events of others.
    pub event: Option<AuditEvent>,
}

/// Revocations in the order in which they were made.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RevocationPage {
    /// The revoked tokens, each with the time at which it expires.
    pub entries: Vec<(RevokedToken, UnixTime)>,
    /// The number of the last of them, after which the next page begins. Without entries, the number after which this page begins.
    pub last: u64,
}

impl RevocationPage {
    /// The maximum number of entries of a page. A page that has fewer is the last one.
    pub const MAX_ENTRIES: usize = 10_000;
}
