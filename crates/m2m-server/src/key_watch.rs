//! The signing keys of a server while it runs: how old they are, and when they change.

use m2m_authority::registry::KeyState;
use m2m_host::timestamp::rfc3339;
use m2m_jwt::UnixTime;
use m2m_store::KeyRecord;
use serde_json::{Value, json};

use crate::metrics::Metrics;

/// Notices when the signing keys change, on whichever node they were changed.
#[derive(Debug, Default)]
pub(crate) struct KeyWatch {
    /// The keys at the last look; none before the first.
    known: Option<Vec<(Box<str>, KeyState)>>,
}

impl KeyWatch {
    /// Looks at the keys, measures the age of those that sign, and returns a line for the log if they have changed since the last look.
    pub(crate) fn look(
        &mut self,
        keys: &[KeyRecord],
        metrics: &Metrics,
        now: UnixTime,
    ) -> Option<Value> {
        for key in keys.iter().filter(|key| key.state == KeyState::Active) {
            let seconds = now
                .as_seconds()
                .saturating_sub(key.state_since.as_seconds());
            metrics.signing_key_age(key.algorithm, seconds);
        }
        let current = keys
            .iter()
            .map(|key| (key.kid.clone(), key.state))
            .collect();
        let before = self.known.replace(current)?;
        let current = self.known.as_deref().unwrap_or_default();
        if before == current {
            return None;
        }
        let of = |state| {
            let keys = current.iter().filter(move |(_, own)| *own == state);
            keys.map(|(kid, _)| kid.clone()).collect::<Vec<_>>()
        };
        let is_there = |kid: &str| current.iter().any(|(own, _)| **own == *kid);
        let removed = before.iter().map(|(kid, _)| kid);
        let removed: Vec<_> = removed.filter(|kid| !is_there(kid)).collect();
        Some(json!({
            "time": rfc3339(now),
            "event": "signing_keys_changed",
            "signing": of(KeyState::Active),
            "announced": of(KeyState::Next),
            "retiring": of(KeyState::Retiring),
            "removed": removed,
        }))
    }
}

#[cfg(test)]
mod tests {
    use m2m_jwt::Algorithm;
    use m2m_store::SealedKey;

    use super::*;

    const NOW: UnixTime = UnixTime::from_seconds(1_800_000_000);

    fn key(kid: &str, state: KeyState) -> KeyRecord {
        KeyRecord {
            kid: kid.into(),
            algorithm: Algorithm::Es256,
            state,
            created_at: NOW,
            state_since: NOW,
            public_jwk: "{}".into(),
            sealed: SealedKey::from_bytes([]),
        }
    }

    #[test]
    fn a_change_of_keys_is_logged_once() {
        let (mut watch, metrics) = (KeyWatch::default(), Metrics::new());
        let before = [key("a", KeyState::Active), key("b", KeyState::Next)];
        assert_eq!(watch.look(&before, &metrics, NOW), None);
        assert_eq!(watch.look(&before, &metrics, NOW), None);
        let after = [key("c", KeyState::Active)];
        let line = watch.look(&after, &metrics, NOW).unwrap();
        assert_eq!(line["event"], "signing_keys_changed");
        assert_eq!(line["signing"], json!(["c"]));
        assert_eq!(line["removed"], json!(["a", "b"]));
        assert_eq!(watch.look(&after, &metrics, NOW), None);
    }

    #[test]
    fn the_age_of_a_signing_key_is_never_negative() {
        let (mut watch, metrics) = (KeyWatch::default(), Metrics::new());
        let keys = [key("a", KeyState::Active)];
        for (now, age) in [
            (NOW.saturating_add_seconds(90), 90),
            (NOW.saturating_sub_seconds(90), 0),
        ] {
            watch.look(&keys, &metrics, now);
            let line = format!("m2m_signing_key_age_seconds{{alg=\"ES256\"}} {age}");
            assert!(metrics.text().lines().any(|own| own == line), "{line}");
        }
    }
}
