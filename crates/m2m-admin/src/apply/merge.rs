//! The records of a registry after a file is applied.

use m2m_authority::registry::{Application, ClientType, StoredSecret};
use m2m_store::{RecordId, Stored};

use super::pair::{self, Pairs};
use crate::credentials::generate_client_id;
use crate::draft::Draft;
use crate::randomness::bytes;
use crate::record::Managed;
use crate::world::Declared;
use crate::{GeneratedCredentials, Randomness, World, secrets};
use m2m_api::SecretStep;

/// The records of one kind after the file is applied.
pub(super) struct Merged<'s, T> {
    /// All records that there will be.
    pub(super) values: Vec<T>,
    /// The position of each record in the file, if the file has it.
    pub(super) in_file: Vec<Option<usize>>,
    /// The stored records that will be deleted.
    pub(super) leaving: Vec<&'s Stored<T>>,
}

impl<'s, T: Managed> Merged<'s, T> {
    fn new() -> Self {
        Self {
            values: Vec::new(),
            in_file: Vec::new(),
            leaving: Vec::new(),
        }
    }

    /// Merges the records of the file with the stored records for which `stays` is true; the other stored records are to be deleted.
    pub(super) fn of(
        draft: &mut Draft,
        stored: &'s [Stored<T>],
        declared: &[T],
        stays: impl Fn(&T) -> bool,
        randomness: &mut dyn Randomness,
    ) -> Self {
        let pairs = pair::by_identifier(stored, declared);
        let mut merged = Self::new();
        for left in pairs.left(stored) {
            if stays(&left.value) {
                merged.keep(left.value.clone());
            } else {
                merged.leaving.push(left);
            }
        }
        for (stored, in_file) in stored.iter().zip(&pairs.in_file) {
            let Some((in_file, declared)) = at(declared, *in_file) else {
                continue;
            };
            draft.update(stored, declared.clone(), None);
            merged.push(declared.clone(), Some(in_file));
        }
        for in_file in pairs.new {
            if let Some((in_file, declared)) = at(declared, Some(in_file)) {
                draft.create(declared.clone(), None, randomness);
                merged.push(declared.clone(), Some(in_file));
            }
        }
        merged
    }

    /// Keeps a record that is not in the file.
    pub(super) fn keep(&mut self, value: T) {
        self.push(value, None);
    }

    fn push(&mut self, value: T, in_file: Option<usize>) {
        self.values.push(value);
        self.in_file.push(in_file);
    }
}

impl<'s> Merged<'s, Application> {
    /// Returns the applications of the file. Stored applications that the file does not have are left to the caller.
    pub(super) fn of_applications(
        draft: &mut Draft,
        stored: &'s [Stored<Application>],
        world: &World,
        pairs: &Pairs,
        randomness: &mut dyn Randomness,
    ) -> Self {
        let mut merged = Self::new();
        for (stored, in_file) in stored.iter().zip(&pairs.in_file) {
            if let Some((in_file, declared)) = at(&world.applications, *in_file) {
                let (value, secret) = changed(draft, &stored.value, declared, randomness);
                draft.update(stored, value.clone(), secret);
                merged.push(value, Some(in_file));
            }
        }
        for in_file in &pairs.new {
            if let Some((in_file, declared)) = at(&world.applications, Some(*in_file)) {
                let (value, secret) = made(draft, declared, randomness);
                draft.create(value.clone(), secret, randomness);
                merged.push(value, Some(in_file));
            }
        }
        merged
    }
}

/// Returns a stored application as the file declares it, and the change of its secrets.
fn changed(
    draft: &Draft,
    stored: &Application,
    declared: &Declared,
    randomness: &mut dyn Randomness,
) -> (Application, Option<SecretStep>) {
    let mut value = Application {
        spec: declared.spec.clone(),
        ..stored.clone()
    };
    // A file that does not have it leaves it alone: without it, revoked tokens would be valid again.
    value.spec.not_before = value.spec.not_before.or(stored.spec.not_before);
    let now = draft.now();
    let secret = declared
        .secret
        .filter(|hash| !secrets::has_live(&value.secrets, hash, now))
        .map(|hash| {
            let had_one = secrets::newest_live(&value.secrets, now).is_some();
            let by = &draft.actor().name;
            secrets::replace(&mut value.secrets, hash, by, randomness, now);
            if had_one {
                SecretStep::Replaced
            } else {
                SecretStep::Set
            }
        });
    (value, secret)
}

/// Returns a new application of the file, and the origin of its secret.
fn made(
    draft: &mut Draft,
    declared: &Declared,
    randomness: &mut dyn Randomness,
) -> (Application, Option<SecretStep>) {
    let client_id = match &declared.client_id {
        Some(client_id) => client_id.clone(),
        None => {
            draft.next_is_nameless();
            generate_client_id(randomness).into()
        }
    };
    let mut value = Application {
        client_id,
        spec: declared.spec.clone(),
        secrets: Vec::new(),
    };
    let (hash, step) = match (declared.secret, value.spec.client_type) {
        (Some(hash), _) => (hash, SecretStep::Set),
        (None, ClientType::Public) => return (value, None),
        (None, ClientType::Confidential) => {
            let credentials =
                GeneratedCredentials::new(&value.spec.name, &value.client_id, randomness);
            let hash = credentials.hash();
            draft.show_once(credentials);
            (hash, SecretStep::Generated)
        }
    };
    let now = draft.now();
    let id = RecordId::new(now, bytes(randomness)).to_string();
    value.secrets.push(StoredSecret::new(&id, hash, now));
    (value, Some(step))
}

/// Returns a position and the item at it.
fn at<T>(declared: &[T], position: Option<usize>) -> Option<(usize, &T)> {
    let position = position?;
    declared.get(position).map(|declared| (position, declared))
}
