//! The values of a request that a diagnosis may keep.

use core::fmt;
use std::borrow::Cow;
use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{Suspect, mangled};
use crate::fingerprint::write_withheld;
use crate::redaction::redacted;
use crate::registry::{GENERATED_PREFIX, RecordsView, SecretHash};

/// A scope or an audience of a request, as far as a diagnosis may keep it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Requested {
    /// The value: it is short, has only the characters that it may have, and does not look like a secret.
    Shown(Box<str>),
    /// Any other value.
    Withheld {
        /// Its length. Unit: bytes.
        bytes: usize,
        /// Its fingerprint, which shows that two requests to one process have the same value. Absent if the shell has no
        /// [`FingerprintKey`](crate::FingerprintKey).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fingerprint: Option<u32>,
    },
}

impl Requested {
    /// Returns a requested scope.
    pub(super) fn scope(value: &str, suspect: &Suspect, records: RecordsView<'_>) -> Self {
        Self::of(value, suspect, records, MAX_SCOPE_BYTES)
    }

    /// Returns a requested audience.
    pub(super) fn audience(value: &str, suspect: &Suspect, records: RecordsView<'_>) -> Self {
        Self::of(value, suspect, records, MAX_AUDIENCE_BYTES)
    }

    fn of(value: &str, suspect: &Suspect, records: RecordsView<'_>, max_bytes: usize) -> Self {
        let is_clean = |byte: u8| byte.is_ascii_graphic() && !UNUSUAL.contains(&byte);
        let mut whole = suspect.whole_hashes();
        let is_withheld = looks_like_credential(value)
            || is_secret(value, records)
            || whole.any(|hash| has_secret(&hash, records));
        if value.len() <= max_bytes
            && value.bytes().all(is_clean)
            && !(value.contains("://") && value.contains(['@', '?']))
            && !is_withheld
        {
            return Self::Shown(value.into());
        }
        Self::Withheld {
            bytes: value.len(),
            fingerprint: suspect.fingerprints().map(|key| key.of(value)),
        }
    }
}

impl fmt::Display for Requested {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shown(value) => write!(f, "{value:?}"),
            Self::Withheld { bytes, fingerprint } => write_withheld(f, *bytes, *fingerprint),
        }
    }
}

/// Returns the hashes of a value, of its parts, and of what is between punctuation marks, any of which may be a secret.
#[must_use]
pub fn possible_secrets(value: &str) -> Vec<SecretHash> {
    let parts = value.split(SEPARATORS).take(MAX_PARTS);
    let parts = parts.filter(|part| part.len() >= MIN_PART_BYTES);
    let texts = core::iter::once(value).chain(parts).flat_map(|text| {
        let inner = text.trim_matches(|character: char| !character.is_ascii_alphanumeric());
        let begins_later =
            text.trim_start_matches(|character: char| !character.is_ascii_alphanumeric());
        [text, inner, begins_later]
    });
    let texts: BTreeSet<&str> = texts.collect();
    let hash = |text: &str| SecretHash::of(text.as_bytes());
    let mut hashes: Vec<SecretHash> = texts.into_iter().map(hash).collect();
    // The credentials of a Basic header, and a text that was divided by dots.
    let decoded = mangled::base64_decoded(value);
    let decoded = decoded.as_ref().and_then(|text| text.split_once(':'));
    hashes.extend(decoded.map(|(_, secret)| hash(secret)));
    if value.contains('.') {
        hashes.push(hash(&Zeroizing::new(value.replace('.', ""))));
    }
    hashes
}

/// Returns true if an application has this secret, or a part of it, or if it has too many parts.
fn is_secret(value: &str, records: RecordsView<'_>) -> bool {
    let possible = possible_secrets(value);
    let secrets = records.applications.iter().flat_map(|own| &own.secrets);
    let equal = secrets.flat_map(|secret| {
        let hashes = possible.iter();
        hashes.map(|hash| bool::from(secret.hash.constant_time_eq(hash)))
    });
    let is_long = value.split(SEPARATORS).nth(MAX_PARTS).is_some();
    equal.fold(is_long, |found, is_equal| found | is_equal)
}

/// Returns true if an application has the secret with this hash.
fn has_secret(hash: &SecretHash, records: RecordsView<'_>) -> bool {
    let secrets = records.applications.iter().flat_map(|own| &own.secrets);
    let equal = secrets.map(|secret| bool::from(secret.hash.constant_time_eq(hash)));
    equal.fold(false, |found, is_equal| found | is_equal)
}

/// Returns true if a text has a part that looks generated: by this server, in whole or in part, or by another program.
fn looks_like_credential(text: &str) -> bool {
    let is_part =
        |character: char| character.is_ascii_alphanumeric() || "-_~+=".contains(character);
    let mut parts = text.split(|character| !is_part(character));
    matches!(redacted(text), Cow::Owned(_))
        || parts.any(|part| {
            let has = |is_kind: fn(&u8) -> bool| part.bytes().any(|byte| is_kind(&byte));
            let is_mixed = has(u8::is_ascii_lowercase)
                && has(u8::is_ascii_uppercase)
                && has(u8::is_ascii_digit);
            let is_hexadecimal = part.bytes().all(|byte| byte.is_ascii_hexdigit());
            part.len() >= MIN_RANDOM_BYTES && (is_mixed || is_hexadecimal)
                || part.contains(GENERATED_PREFIX) && part.len() >= MIN_GENERATED_BYTES
        })
}

/// Characters that scopes and audiences do not have, and texts around them do.
const UNUSUAL: &[u8] = b"\"\\'`()[]{}<>$!#";

/// Characters between the parts of a scope or an audience.
const SEPARATORS: [char; 11] = [':', '/', '=', ',', ';', '|', '?', '#', '&', '@', '+'];

/// The maximum number of parts of a value that is shown.
const MAX_PARTS: usize = 8;

/// The minimum length of a part that may be a secret. Unit: bytes.
const MIN_PART_BYTES: usize = 4;

/// The maximum length of a requested scope that is shown. Unit: bytes.
const MAX_SCOPE_BYTES: usize = 64;

/// The maximum length of a requested audience that is shown. Unit: bytes.
const MAX_AUDIENCE_BYTES: usize = 200;

/// The minimum length of a part that may be random. Unit: bytes.
const MIN_RANDOM_BYTES: usize = 16;

/// The minimum length of a part of a generated secret, with its prefix. Unit: bytes.
const MIN_GENERATED_BYTES: usize = 12;

#[cfg(test)]
mod tests {
    use m2m_errors::Cause;

    use super::*;
    use crate::FingerprintKey;
    use crate::registry::{Application, StoredSecret, generate_secret};
    use m2m_jwt::UnixTime;

    #[test]
    fn x29_a_value_that_looks_like_a_credential_is_withheld() {
        let secret = generate_secret(&[7; 32]);
        for text in [
            &**secret,
            &secret[..20],
            &format!("read:{}", *secret),
            "Bx8~Q3kdpZ1vYw7mTq0LrN",
            "6f1ed002ab5595859014ebf0951522d9",
            "read:Bx8Q3kdpZ1vYw7mTq0LrN",
            "two words",
            "https://svc:hunter2@orders.example/x",
            "https://orders.example/api?token=hunter3",
            "'quoted'",
            "https://b\u{fc}cher.example",
            "a\"b",
        ] {
            let requested = Requested::scope(text, &suspect(7), RecordsView::default());
            let Requested::Withheld { bytes, .. } = requested else {
                panic!("{text} is shown");
            };
            assert_eq!(bytes, text.len());
            assert!(!requested.to_string().contains(text));
        }
    }

    #[test]
    fn x29_the_fingerprint_of_a_withheld_value_depends_on_the_process() {
        let records = RecordsView::default();
        let of = |value, bits| Requested::scope(value, &suspect(bits), records);
        assert_eq!(of("two words", 7), of("two words", 7));
        assert_ne!(of("two words", 7), of("two worms", 7));
        assert_ne!(of("two words", 7), of("two words", 8));
        let without_key = Suspect::of_cause(Cause::ScopeUnknown);
        let without_key = Requested::scope("two words", &without_key, records);
        assert_eq!(without_key.to_string(), "(9 bytes)");
        for requested in [of("two words", 7), without_key] {
            let json = serde_json::to_string(&requested).unwrap();
            assert_eq!(serde_json::from_str::<Requested>(&json).unwrap(), requested);
        }
    }

    #[test]
    fn x29_no_word_of_a_secret_with_spaces_is_shown() {
        let secret = "correct horse battery staple";
        let audiences = secret.split(' ').map(Cow::Borrowed).collect::<Vec<_>>();
        for (audiences, scope) in [(&*audiences, None), (&[], Some(secret))] {
            let cause = Cause::AudienceUnknown;
            let suspect = Suspect::of_request(cause, "a", audiences, scope, None, None);
            let hash = SecretHash::of(secret.as_bytes());
            let mut asked = suspect.secret_hashes();
            assert!(asked.any(|own| own.constant_time_eq(&hash).into()));
            let is_shown = |records| {
                let requested = Requested::audience("correct", &suspect, records);
                requested == Requested::Shown("correct".into())
            };
            assert!(is_shown(RecordsView::default()));
            let stored = StoredSecret::new("1", hash, UnixTime::from_seconds(0));
            let application = Application::new("A", "a").with_secret(stored);
            let applications = [application];
            assert!(!is_shown(RecordsView {
                applications: &applications,
                ..RecordsView::default()
            }));
        }
    }

    /// Returns a request to the process with this key.
    fn suspect(bits: u8) -> Suspect {
        let mut suspect = Suspect::of_cause(Cause::ScopeUnknown);
        suspect.fingerprint_by(FingerprintKey::from_random([bits; 32]));
        suspect
    }

    #[test]
    fn usual_scopes_and_audiences_are_shown() {
        for text in [
            "read:orders",
            "https://orders.example/api/v2",
            "api://3f2504e0-4f89-11d3-9a0c-0305e82c3301/.default",
            "urn:example:m2m_orders",
            "https://tenant-1234567890.eu-west-1.example/Orders",
        ] {
            let requested = Requested::audience(text, &suspect(7), RecordsView::default());
            assert_eq!(requested, Requested::Shown(text.into()));
        }
    }
}
