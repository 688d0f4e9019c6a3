//! The values that a refused request presented, as far as a diagnosis needs them.

use core::net::IpAddr;
use std::borrow::Cow;

use m2m_errors::Cause;
use oauth_proto::ClientId;
use zeroize::Zeroizing;

use super::evidence::{Difference, Evidence};
use super::mangled::MAX_SECRET_BYTES;
use super::requested::possible_secrets;
use super::{Ignored, MAX_LISTED, mangled};
use crate::client::MAX_SECRETS;
use crate::registry::{
    GENERATED_CHARACTERS, GENERATED_PREFIX, SecretHash, StoredSecret, is_generated_secret,
};
use crate::{Check, FingerprintKey};

/// The values that a refused request presented: identifiers as they were, secrets only as hashes of themselves and of their variants
/// without a usual mistake. Client id and hashes are wiped on drop.
pub struct Suspect {
    cause: Cause,
    observed: Vec<Evidence>,
    client_id: Zeroizing<String>,
    presented: Zeroizing<Vec<SecretHash>>,
    variants: Vec<(Difference, Zeroizing<SecretHash>)>,
    client_id_as_secret: Option<Zeroizing<SecretHash>>,
    /// The hash of the presented secret, read as the text of a hash: what was decoded could be a secret itself.
    as_hash: Option<Zeroizing<SecretHash>>,
    /// The observation that the form of the presented secret allows by itself.
    secret_form: Option<Evidence>,
    audiences: Vec<Box<str>>,
    scope: Option<Box<str>>,
    grant_type: Option<Box<str>>,
    address: Option<IpAddr>,
    fingerprints: Option<FingerprintKey>,
}

impl Suspect {
    /// A request that failed to authenticate.
    pub(crate) fn of_credentials(
        cause: Cause,
        client_id: &str,
        secret: &str,
        other_reading: Option<&str>,
        body: &[u8],
    ) -> Self {
        let readings = core::iter::once(secret).chain(other_reading);
        let restored = core::str::from_utf8(body).map(mangled::restored);
        Self {
            presented: Zeroizing::new(
                readings
                    .clone()
                    .map(|reading| SecretHash::of(reading.as_bytes()))
                    .collect(),
            ),
            variants: readings
                .filter(|reading| reading.len() <= MAX_SECRET_BYTES)
                .flat_map(Difference::variants)
                .chain(restored.unwrap_or_default())
                .filter(|(_, variant)| **variant != *secret)
                .map(|(difference, variant)| {
                    (
                        difference,
                        Zeroizing::new(SecretHash::of(variant.as_bytes())),
                    )
                })
                .collect(),
            client_id_as_secret: Some(client_id)
                .filter(|client_id| client_id.len() <= MAX_SECRET_BYTES)
                .map(|client_id| Zeroizing::new(SecretHash::of(client_id.as_bytes()))),
            as_hash: Some(secret.trim())
                .filter(|text| text.len() <= MAX_SECRET_BYTES)
                .and_then(|text| SecretHash::from_base64(text).ok())
                .map(|hash| {
                    let hash = Zeroizing::new(hash);
                    Zeroizing::new(SecretHash::of(hash.as_bytes()))
                }),
            secret_form: secret_form(secret),
            ..Self::empty(cause, client_id)
        }
    }

    /// A request that asked for something that the application may not have.
    pub(crate) fn of_request(
        cause: Cause,
        client_id: &str,
        audiences: &[Cow<'_, str>],
        scope: Option<&str>,
        address: Option<IpAddr>,
        ignored: Option<Ignored>,
    ) -> Self {
        let mut bytes = 0;
        Self {
            observed: ignored.into_iter().map(Evidence::from).collect(),
            audiences: audiences
                .iter()
                .map(|audience| bounded(audience, LONGEST))
                .take_while(|audience| {
                    bytes += audience.len();
                    bytes <= 2 * LONGEST
                })
                .collect(),
            scope: scope.map(|scope| bounded(scope, LONGEST)),
            address,
            ..Self::empty(cause, client_id)
        }
    }

    /// The same for a request without an audience, for which the default audience of the application was used.
    pub(crate) fn by_default(mut self, audience: &str) -> Self {
        if matches!(Check::of(self.cause), Some(Check::Audience | Check::Scope)) {
            self.observed.push(Evidence::DefaultAudienceUsed {
                audience: audience.into(),
            });
            self.audiences = vec![bounded(audience, LONGEST)];
        }
        self
    }

    /// A request for another grant.
    pub(crate) fn of_grant_type(
        cause: Cause,
        grant_type: &str,
        observed: Option<Evidence>,
    ) -> Self {
        Self {
            observed: observed.into_iter().collect(),
            grant_type: Some(bounded(grant_type, LONGEST)),
            ..Self::empty(cause, "")
        }
    }

    /// A request whose very form shows what is wrong.
    pub(crate) fn of_form(cause: Cause, observed: Vec<Evidence>) -> Self {
        Self {
            observed,
            ..Self::empty(cause, "")
        }
    }

    /// A request of which only the cause of its refusal is known.
    pub(crate) fn of_cause(cause: Cause) -> Self {
        Self::empty(cause, "")
    }

    /// The same for a request that states this client id.
    pub(crate) fn naming(mut self, client_id: &str) -> Self {
        self.client_id = Zeroizing::new(bounded(client_id, ClientId::MAX_BYTES).into());
        self
    }

    fn empty(cause: Cause, client_id: &str) -> Self {
        Self {
            cause,
            observed: Vec::new(),
            client_id: Zeroizing::new(bounded(client_id, ClientId::MAX_BYTES).into()),
            presented: Zeroizing::default(),
            variants: Vec::new(),
            client_id_as_secret: None,
            as_hash: None,
            secret_form: None,
            audiences: Vec::new(),
            scope: None,
            grant_type: None,
            address: None,
            fingerprints: None,
        }
    }

    /// The cause of the refusal.
    #[must_use]
    pub const fn cause(&self) -> Cause {
        self.cause
    }

    /// Returns true if no application has the client id that was presented, so that similar client ids are of interest.
    #[must_use]
    pub const fn is_of_unknown_client(&self) -> bool {
        matches!(self.cause, Cause::ClientUnknown | Cause::ClientIdMalformed)
    }

    /// The client id that was presented. It may be a secret that was mistaken for one, and must not be logged.
    #[must_use]
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    /// The hashes of the presented secret and client id, of the secret's variants without the usual mistakes, and of the requested audiences
    /// and scopes, any of which may be a secret. A store finds the applications that have such a secret by them.
    pub fn secret_hashes(&self) -> impl Iterator<Item = SecretHash> {
        let presented = self.presented.iter().copied();
        let variants = self.variants.iter().map(|(_, variant)| **variant);
        let swapped = self.client_id_as_secret.iter().map(|hash| **hash);
        let scopes = self.scope().unwrap_or_default().split(' ');
        let audiences = self.audiences().take(MAX_LISTED);
        let requested = audiences.chain(scopes.take(MAX_SCOPES));
        let requested = requested.flat_map(possible_secrets);
        let whole = self.whole_hashes();
        let all = presented.chain(variants).chain(swapped);
        all.chain(requested).chain(whole)
    }

    /// The hashes of all requested scopes and of all requested audiences, each as one text: the words of a secret with spaces are read as several.
    pub(super) fn whole_hashes(&self) -> impl Iterator<Item = SecretHash> {
        let scope = self.scope().map(|scope| Zeroizing::new(scope.to_owned()));
        let audiences = Zeroizing::new(self.audiences.join(" "));
        let texts = scope.into_iter().chain([audiences]);
        texts
            .filter(|text| text.contains(' '))
            .map(|text| SecretHash::of(text.as_bytes()))
    }

    /// Sets the key of the fingerprints of values that the diagnosis does not show.
    pub(crate) const fn fingerprint_by(&mut self, key: FingerprintKey) {
        self.fingerprints = Some(key);
    }

    pub(crate) const fn fingerprints(&self) -> Option<&FingerprintKey> {
        self.fingerprints.as_ref()
    }

    pub(crate) fn observed(&self) -> &[Evidence] {
        &self.observed
    }

    /// Returns true if a reading of the presented secret has this hash.
    pub(crate) fn presents(&self, hash: &SecretHash) -> bool {
        self.presented
            .iter()
            .any(|presented| presented.constant_time_eq(hash).into())
    }

    /// Returns what each secret of an application has in common with the presented one. The number of comparisons depends on the request
    /// alone: it is the same for an application without secrets, and for none.
    pub(crate) fn likenesses(&self, secrets: &[StoredSecret]) -> [Option<Likeness>; MAX_SECRETS] {
        core::array::from_fn(|position| {
            let hash = secrets.get(position).map_or(&NO_SECRET, |own| &own.hash);
            let is_hash = self.is_hash(hash).then_some(Likeness::Hash);
            let variants = self.variants.iter().map(|(difference, variant)| {
                let is_equal: bool = variant.constant_time_eq(hash).into();
                is_equal.then_some(Likeness::Without(*difference))
            });
            variants.fold(is_hash, Option::or)
        })
    }

    /// Returns true if the presented secret is this text.
    pub(crate) fn secret_is(&self, text: &str) -> bool {
        self.presents(&SecretHash::of(text.as_bytes()))
    }

    /// Returns true if the presented client id is the secret with this hash.
    pub(crate) fn client_id_is_secret(&self, hash: &SecretHash) -> bool {
        self.client_id_as_secret
            .as_ref()
            .is_some_and(|presented| presented.constant_time_eq(hash).into())
    }

    /// Returns true if the text of this hash was presented as the secret.
    fn is_hash(&self, hash: &SecretHash) -> bool {
        self.as_hash.as_ref().is_some_and(|presented| {
            let hash = SecretHash::of(hash.as_bytes());
            presented.constant_time_eq(&hash).into()
        })
    }

    pub(crate) const fn secret_form(&self) -> Option<&Evidence> {
        self.secret_form.as_ref()
    }

    pub(crate) fn audiences(&self) -> impl Iterator<Item = &str> {
        self.audiences.iter().map(|audience| &**audience)
    }

    pub(crate) fn scope(&self) -> Option<&str> {
        self.scope.as_deref()
    }

    pub(crate) fn grant_type(&self) -> Option<&str> {
        self.grant_type.as_deref()
    }

    pub(crate) const fn address(&self) -> Option<IpAddr> {
        self.address
    }
}

/// The property that a presented secret and a stored one have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Likeness {
    /// The text of the stored hash was presented.
    Hash,
    /// They are equal except for a usual mistake.
    Without(Difference),
}

/// A hash in place of a secret that does not exist. No text with this hash is known.
const NO_SECRET: SecretHash = SecretHash::from_bytes([0; 32]);

/// Returns the observation that the form of a presented secret allows by itself. It contains nothing of the secret.
fn secret_form(secret: &str) -> Option<Evidence> {
    match mangled::placeholder(secret) {
        Some(placeholder) => Some(Evidence::SecretPlaceholder {
            word: placeholder.word(),
        }),
        None => {
            let secret = secret.trim();
            let is_damaged = secret.starts_with(GENERATED_PREFIX) && !is_generated_secret(secret);
            is_damaged.then(|| Evidence::SecretDamaged {
                missing: GENERATED_CHARACTERS.saturating_sub(secret.chars().count()),
            })
        }
    }
}

/// Returns the value, or an empty text if it is longer than `most_bytes`: a diagnosis could not name the mistake in such a value.
fn bounded(value: &str, most_bytes: usize) -> Box<str> {
    if value.len() <= most_bytes {
        value.into()
    } else {
        Box::default()
    }
}

/// The maximum length of a value that is kept. Unit: bytes.
const LONGEST: usize = 2048;

/// The maximum number of requested scopes that are compared: the rest of a long list has the same mistake.
pub(super) const MAX_SCOPES: usize = 16;

impl core::fmt::Debug for Suspect {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Suspect")
            .field("cause", &self.cause)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use m2m_jwt::UnixTime;

    use super::*;

    #[test]
    fn x29_the_store_is_asked_for_the_hash_of_each_requested_value_and_its_parts() {
        let audiences = [Cow::Borrowed("https://x.example/hunter22")];
        let cause = Cause::ScopeUnknown;
        let scope = Some("read:secret-1 secret-2");
        let suspect = Suspect::of_request(cause, "a", &audiences, scope, None, None);
        for text in ["hunter22", "secret-1", "read:secret-1", "secret-2"] {
            let hash = SecretHash::of(text.as_bytes());
            let mut asked = suspect.secret_hashes();
            assert!(
                asked.any(|own| own.constant_time_eq(&hash).into()),
                "{text}"
            );
        }
    }

    #[test]
    fn x8_the_diagnosis_of_a_large_body_computes_few_hashes() {
        let cause = Cause::SecretWrong;
        let long = "%41+ &amp;".repeat(1600);
        let of_long = Suspect::of_credentials(cause, &long, &long, Some(&long), long.as_bytes());
        let hashes = (of_long.presented.len(), of_long.variants.len());
        assert_eq!(hashes, (2, 0), "those of both readings");
        assert!(of_long.client_id_as_secret.is_none() && of_long.as_hash.is_none());
        let body = format!("client_secret=a%41{}", "&b%41".repeat(12 * 1024));
        let of_body = Suspect::of_credentials(cause, "a", "aA", None, body.as_bytes());
        assert!(of_body.secret_hashes().count() <= 6);
    }

    #[test]
    fn x8_a_presented_secret_is_compared_with_as_many_positions_whatever_there_is() {
        let cause = Cause::SecretWrong;
        let suspect = Suspect::of_credentials(cause, "a", "s3cr3t\n", None, b"");
        let own = StoredSecret::new("s", SecretHash::of(b"s3cr3t"), UnixTime::from_seconds(0));
        assert_eq!(suspect.likenesses(&[]), [None; MAX_SECRETS]);
        let found = suspect.likenesses(&vec![own; MAX_SECRETS]);
        let expected = Likeness::Without(Difference::TrailingNewline);
        assert_eq!(found, [Some(expected); MAX_SECRETS]);
    }
}
