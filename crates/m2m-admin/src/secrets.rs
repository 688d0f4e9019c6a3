//! The replacement of an application's secrets.

use m2m_authority::MAX_SECRETS;
use m2m_authority::registry::{Ending, SecretHash, StoredSecret};
use m2m_jwt::UnixTime;
use m2m_store::RecordId;

use crate::Randomness;
use crate::randomness::bytes;

/// Returns the live secret that was created last.
pub(crate) fn newest_live(secrets: &[StoredSecret], now: UnixTime) -> Option<&StoredSecret> {
    // Secrets are stored in the order of their creation; their times may differ from it after a clock was set back.
    secrets.iter().rfind(|secret| secret.is_in_force(now))
}

/// Returns true if a live secret has this hash.
pub(crate) fn has_live(secrets: &[StoredSecret], hash: &SecretHash, now: UnixTime) -> bool {
    secrets
        .iter()
        .any(|secret| secret.is_in_force(now) && is(secret, hash))
}

/// A secret that is added to an application.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NewSecret {
    /// Its hash.
    pub(crate) hash: SecretHash,
    /// The first second at which it does not work. A secret without it does not expire.
    pub(crate) expires_at: Option<UnixTime>,
}

impl NewSecret {
    /// Returns a secret that does not expire.
    pub(crate) const fn lasting(hash: SecretHash) -> Self {
        Self {
            hash,
            expires_at: None,
        }
    }
}

/// Adds a secret, and ends all others now. The oldest ended secrets are deleted, so that there are at most [`MAX_SECRETS`].
pub(crate) fn replace(
    secrets: &mut Vec<StoredSecret>,
    hash: SecretHash,
    by: &str,
    randomness: &mut dyn Randomness,
    now: UnixTime,
) {
    // This succeeds, because all other secrets have ended.
    let _ = rotate(secrets, NewSecret::lasting(hash), by, now, randomness, now);
}

/// Adds a secret, and ends all others at `ends_at` or at their earlier end. The oldest ended secrets are deleted. Returns the id of the new secret,
/// or `None` if [`MAX_SECRETS`] are still live. A secret with the same hash is deleted: otherwise the two could not be distinguished when one is
/// presented.
pub(crate) fn rotate(
    secrets: &mut Vec<StoredSecret>,
    new: NewSecret,
    by: &str,
    ends_at: UnixTime,
    randomness: &mut dyn Randomness,
    now: UnixTime,
) -> Option<String> {
    secrets.retain(|secret| !is(secret, &new.hash));
    for secret in secrets.iter_mut().filter(|secret| secret.is_in_force(now)) {
        let ends = secret.ending.as_ref().map(Ending::at);
        if ends.is_none_or(|ends| ends > ends_at) {
            secret.ending = Some(Ending::RotatedOut {
                at: ends_at,
                at_once: ends_at <= now,
                by: by.into(),
            });
        }
    }
    while secrets.len() >= MAX_SECRETS {
        let ended_at = |(_, secret): &(usize, &StoredSecret)| {
            (secret.ending.as_ref().map(Ending::at), secret.created_at)
        };
        let ended = secrets
            .iter()
            .enumerate()
            .filter(|(_, secret)| !secret.is_in_force(now));
        let (oldest, _) = ended.min_by_key(ended_at)?;
        secrets.remove(oldest);
    }
    let id = RecordId::new(now, bytes(randomness)).to_string();
    let mut secret = StoredSecret::new(&id, new.hash, now);
    secret.ending = new.expires_at.map(|at| Ending::Expires { at });
    secrets.push(secret);
    Some(id)
}

fn is(secret: &StoredSecret, hash: &SecretHash) -> bool {
    bool::from(secret.hash.constant_time_eq(hash))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixTime = UnixTime::from_seconds(1_800_000_000);

    fn hash(number: u8) -> SecretHash {
        SecretHash::from_bytes([number; 32])
    }

    fn rotate(secrets: &mut Vec<StoredSecret>, number: u8, now: UnixTime) {
        let mut zeros = |bytes: &mut [u8]| bytes.fill(0);
        replace(secrets, hash(number), "me", &mut zeros, now);
    }

    #[test]
    fn the_other_secrets_end_now_with_the_name_of_the_actor() {
        let mut secrets = Vec::new();
        rotate(&mut secrets, 1, NOW);
        let later = NOW.saturating_add_seconds(60);
        rotate(&mut secrets, 2, later);
        assert!(!has_live(&secrets, &hash(1), later));
        assert!(has_live(&secrets, &hash(2), later));
        let rotated = Ending::RotatedOut {
            at: later,
            at_once: true,
            by: "me".into(),
        };
        assert_eq!(secrets[0].ending, Some(rotated));
    }

    #[test]
    fn the_oldest_ended_secrets_are_forgotten() {
        let mut secrets = Vec::new();
        for number in 1..=20 {
            let now = NOW.saturating_add_seconds(u64::from(number));
            rotate(&mut secrets, number, now);
            assert!(secrets.len() <= MAX_SECRETS);
        }
        let end = NOW.saturating_add_seconds(20);
        assert!(has_live(&secrets, &hash(20), end));
        assert!(is(&secrets[0], &hash(13)));
    }

    #[test]
    fn an_ended_secret_that_is_set_again_is_kept_once() {
        let mut secrets = Vec::new();
        for number in [1, 2, 1] {
            rotate(&mut secrets, number, NOW);
        }
        assert_eq!(secrets.len(), 2);
        assert!(has_live(&secrets, &hash(1), NOW));
        assert!(!has_live(&secrets, &hash(2), NOW));
    }
}
