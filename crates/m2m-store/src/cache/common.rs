//! The data that all applications share, prepared for requests.

use std::sync::{Arc, OnceLock};

use m2m_authority::policy::Targets;
use m2m_authority::registry::{Api, ISSUER_PLACEHOLDER, SigningKeys, fill_in_issuer};
use m2m_jwt::{KeySet, SigningKey};

use crate::{Frame, KeyRecord, Maintenance, StoreError, Version};

/// The data that all applications share, prepared for requests. It is replaced as a whole.
#[derive(Debug)]
pub struct Common {
    /// The version of the registry that it was read at.
    pub version: Version,
    /// The APIs as the decision sees them.
    pub targets: Arc<Targets>,
    /// The APIs, by age, with the issuer in their audiences.
    pub apis: Arc<[Api]>,
    /// The keys that tokens are signed with.
    pub keys: Arc<SigningKeys>,
    /// The number of applications.
    pub applications: u64,
    /// The state of the maintenance mode, in which callers are not served.
    pub maintenance: Maintenance,
    /// Audiences of APIs that are not served, because a [placeholder](ISSUER_PLACEHOLDER) stands for the same audience with this issuer.
    pub shadowed: Arc<[Box<str>]>,
    epoch: u64,
    /// The audiences that placeholders stand for: no other API and no authorization may spell them out.
    reserved: Arc<[Box<str>]>,
    /// The records that the keys were opened from.
    key_records: Arc<[KeyRecord]>,
    /// The keys in the states of their records.
    opened: Arc<SigningKeys>,
    /// The public keys of valid tokens. They are prepared when they are needed.
    verification: OnceLock<KeySet>,
}

/// A function that opens a sealed key.
pub(super) type OpenKey = dyn Fn(&KeyRecord) -> Result<SigningKey, StoreError> + Send + Sync;

impl Common {
    /// Prepares a frame for requests. Keys are opened only if they are not those of `before`, because that takes a millisecond.
    pub(super) fn new(
        frame: Frame,
        issuer: &str,
        epoch: u64,
        open_key: &OpenKey,
        before: Option<&Self>,
    ) -> Result<Self, StoreError> {
        let Frame {
            version,
            apis,
            keys: key_records,
            applications,
            maintenance,
        } = frame;
        // A caller that may create APIs must not create one that passes for the management API, nor get an authorization for that API by
        // spelling out its audience.
        let reserved: Vec<Box<str>> = apis
            .iter()
            .flat_map(|api| core::iter::once(&api.audience).chain(&api.aliases))
            .filter(|audience| audience.starts_with(ISSUER_PLACEHOLDER))
            .map(|audience| fill_in_issuer(audience, issuer).into())
            .collect();
        let (shadowed, mut apis): (Vec<Api>, Vec<Api>) = apis.into_iter().partition(|api| {
            let mut own = core::iter::once(&api.audience).chain(&api.aliases);
            own.any(|audience| reserved.contains(audience))
        });
        let (opened, key_records) = match before {
            Some(before) if *before.key_records == *key_records => {
                (Arc::clone(&before.opened), Arc::clone(&before.key_records))
            }
            Some(_) | None => {
                let open = |keys: SigningKeys, record: &KeyRecord| {
                    Ok(keys.with(record.state, open_key(record)?))
                };
                let keys = key_records.iter().try_fold(SigningKeys::default(), open)?;
                (Arc::new(keys), key_records.into())
            }
        };
        let keys = Arc::new(SigningKeys::clone(&opened).serving(&mut apis));
        let targets = Arc::new(Targets::served_by(issuer, &apis));
        for api in &mut apis {
            api.fill_in_issuer(issuer);
        }
        Ok(Self {
            version,
            targets,
            keys,
            applications,
            maintenance,
            epoch,
            apis: apis.into(),
            shadowed: shadowed.into_iter().map(|api| api.audience).collect(),
            reserved: reserved.into(),
            key_records,
            opened,
            verification: OnceLock::new(),
        })
    }

    /// Returns the same data with another number of applications.
    pub(super) fn with_applications(&self, applications: u64) -> Self {
        Self {
            version: self.version,
            targets: Arc::clone(&self.targets),
            apis: Arc::clone(&self.apis),
            keys: Arc::clone(&self.keys),
            applications,
            maintenance: self.maintenance,
            epoch: self.epoch,
            shadowed: Arc::clone(&self.shadowed),
            reserved: Arc::clone(&self.reserved),
            key_records: Arc::clone(&self.key_records),
            opened: Arc::clone(&self.opened),
            verification: self.verification.clone(),
        }
    }

    /// Returns the public keys by which valid tokens can be verified: those of the active and of the retiring keys.
    pub fn verification_keys(&self) -> &KeySet {
        self.verification
            .get_or_init(|| KeySet::new(&self.keys.signed()))
    }

    /// Returns the records of the keys, by age; retired ones are not among them.
    #[must_use]
    pub fn key_records(&self) -> &[KeyRecord] {
        &self.key_records
    }

    /// Returns the epoch in which it was read: the number of times that everything had been forgotten by then.
    pub(crate) const fn epoch(&self) -> u64 {
        self.epoch
    }

    /// Returns true if a placeholder stands for this audience, so that no record may spell it out.
    pub(super) fn is_reserved(&self, audience: &str) -> bool {
        self.reserved.iter().any(|reserved| **reserved == *audience)
    }
}
