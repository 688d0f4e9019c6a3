//! Changes a registry to match a registry file.

mod error;
mod merge;
mod pair;

use m2m_authority::registry::{
    Api, Application, InvalidRegistry, KeyState, Path, Problem, Record, Records,
};
use m2m_jwt::UnixTime;
use m2m_store::{Actor, Backend, Snapshot, Subject, Write};

pub use error::ApplyError;

use crate::attempts::Attempts;
use crate::draft::Draft;
use crate::managers::Managers;
use crate::record::Managed;
use crate::{Applied, Plan, Prepared, Randomness, World, management};

use merge::Merged;

/// The treatment of records that are not in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Prune {
    /// They stay.
    Keep,
    /// They are deleted, except the management API, the last application that manages the server, and the one that applies the file.
    Remove,
}

/// Returns the plan of [`apply`] without changing anything. Client ids that would be generated are not part of it.
///
/// # Errors
///
/// As [`apply`].
pub async fn plan<B: Backend>(
    backend: &B,
    world: &World,
    prune: Prune,
    actor: &Actor,
    randomness: &mut dyn Randomness,
    now: UnixTime,
) -> Result<Plan, ApplyError> {
    let prepared = prepare(backend, world, prune, actor, randomness, now).await?;
    Ok(prepared.into_plan())
}

/// Decides on the change that [`apply`] makes, for callers that have work to do before it is committed.
///
/// # Errors
///
/// As [`apply`].
pub async fn prepare<B: Backend>(
    backend: &B,
    world: &World,
    prune: Prune,
    actor: &Actor,
    randomness: &mut dyn Randomness,
    now: UnixTime,
) -> Result<Prepared, ApplyError> {
    let snapshot = backend.snapshot().await?;
    decide(&snapshot, world, prune, Draft::new(actor, now), randomness)
}

/// Changes the registry to match the file, in one transaction with its audit events. Applying the same file again does nothing.
///
/// An application of the file is matched by its `client_id`, or else by its name if only one application has it. Without `secret_sha256` the secrets
/// of an application are unchanged, and a new application gets a generated secret, which is shown once. A hash that is not that of a live secret
/// replaces the live secrets of the application.
///
/// # Errors
///
/// - [`ApplyError::Mistake`] with a place in the file, if the file has a mistake or does not fit the registry.
/// - [`ApplyError::Left`] if a record that is not in the file would become invalid.
/// - [`ApplyError::LastManagement`] if the server would lose its last manager.
/// - [`ApplyError::Commit`] if the store fails, or the registry was changed by others during every attempt.
pub async fn apply<B: Backend>(
    backend: &B,
    world: &World,
    prune: Prune,
    actor: &Actor,
    randomness: &mut dyn Randomness,
    now: UnixTime,
) -> Result<Applied, ApplyError> {
    let mut attempts = Attempts::new();
    loop {
        let outcome = async {
            let prepared = prepare(backend, world, prune, actor, randomness, now).await?;
            Ok(prepared.commit(backend).await?)
        }
        .await;
        if attempts.settled(&outcome) {
            return outcome;
        }
    }
}

fn decide(
    snapshot: &Snapshot,
    world: &World,
    prune: Prune,
    mut draft: Draft,
    randomness: &mut dyn Randomness,
) -> Result<Prepared, ApplyError> {
    let stays = match prune {
        Prune::Keep => true,
        Prune::Remove => false,
    };
    let apis = Merged::of(
        &mut draft,
        &snapshot.apis,
        &world.apis,
        |api| stays || api.is_management(),
        randomness,
    );
    let organizations = Merged::of(
        &mut draft,
        &snapshot.organizations,
        &world.organizations,
        |_| stays,
        randomness,
    );
    let properties = Merged::of(
        &mut draft,
        &snapshot.properties,
        &world.properties,
        |_| stays,
        randomness,
    );
    check_management_api(snapshot, world, &apis)?;
    let pairs = pair::applications(&snapshot.applications, world)?;
    let mut applications = Merged::of_applications(
        &mut draft,
        &snapshot.applications,
        world,
        &pairs,
        randomness,
    );

    let now = draft.now();
    let before = Managers::among(
        snapshot.organizations.iter().map(|stored| &stored.value),
        now,
    );
    let after = Managers::among(&organizations.values, now);
    let is_managed = after.any(&applications.values);
    for stored in pairs.left(&snapshot.applications) {
        let application = &stored.value;
        let is_last = !is_managed && after.is_manager(application);
        // The application that applies the file is not deleted.
        let is_own = *application.client_id == *draft.actor().name;
        if stays || is_last || is_own {
            applications.keep(application.clone());
        } else {
            applications.leaving.push(stored);
        }
        if (is_last || is_own) && !stays {
            draft.keep(&application.client_id);
        }
    }
    let stored = snapshot.applications.iter().map(|stored| &stored.value);
    if let Some(manager) = before.lost(stored, &after, &applications.values) {
        return Err(last_management(&manager.client_id, world, &applications));
    }

    let own = snapshot
        .applications
        .iter()
        .find(|stored| *stored.value.client_id == *draft.actor().name);
    if let Some(own) = own {
        check_own(&own.value, world, &applications)?;
    }

    for stored in &applications.leaving {
        draft.delete_application(stored);
    }
    for stored in &properties.leaving {
        draft.delete(stored, Write::DeleteProperty(stored.id));
    }
    for stored in &organizations.leaving {
        draft.delete(stored, Write::DeleteOrganization(stored.id));
    }
    for stored in &apis.leaving {
        draft.delete(stored, Write::DeleteApi(stored.id));
    }

    let places = Places {
        apis: apis.in_file,
        organizations: organizations.in_file,
        properties: properties.in_file,
        applications: applications.in_file,
    };
    let records = Records {
        apis: apis.values,
        organizations: organizations.values,
        properties: properties.values,
        applications: applications.values,
        deleted: Vec::new(),
    };
    let not_before = |application: &Application| {
        let mut stored = snapshot.applications.iter();
        let before = stored.find(|stored| stored.value.client_id == application.client_id);
        before.and_then(|before| before.value.spec.not_before)
    };
    let checked = records.check();
    match checked.and_then(|()| records.check_not_before(not_before, now)) {
        Ok(()) => Ok(draft.prepared(snapshot.version)),
        Err(error) => Err(places.misfit(error, world, &records)),
    }
}

/// Refuses a file that would leave the management API without a key to sign its tokens. Before the first start there are no keys, and then every
/// algorithm gets one.
fn check_management_api(
    snapshot: &Snapshot,
    world: &World,
    apis: &Merged<'_, Api>,
) -> Result<(), ApplyError> {
    let mut values = apis.values.iter().zip(&apis.in_file);
    let Some((api, Some(index))) = values.find(|(api, _)| api.is_management()) else {
        return Ok(());
    };
    let mut before = snapshot.apis.iter().map(|stored| &stored.value);
    let is_new = before.any(|own| own.is_management() && own.signing_alg != api.signing_alg);
    let mut keys = snapshot.keys.iter();
    let is_signed =
        keys.any(|key| key.state != KeyState::Retired && key.algorithm == api.signing_alg);
    if is_new && !snapshot.keys.is_empty() && !is_signed {
        return Err(world.unsigned_management(*index).into());
    }
    Ok(())
}

fn last_management(
    client_id: &str,
    world: &World,
    applications: &Merged<'_, Application>,
) -> ApplyError {
    let position = applications
        .values
        .iter()
        .position(|application| *application.client_id == *client_id);
    let in_file = position.and_then(|position| applications.in_file.get(position).copied());
    match in_file.flatten() {
        Some(index) => world.last_management(index).into(),
        None => ApplyError::LastManagement {
            client_id: client_id.into(),
        },
    }
}

/// Refuses a file that takes from the caller's own application the access with which it manages the server.
fn check_own(
    own: &Application,
    world: &World,
    applications: &Merged<'_, Application>,
) -> Result<(), ApplyError> {
    let mut values = applications.values.iter().zip(&applications.in_file);
    let after = values.find(|(value, _)| value.client_id == own.client_id);
    match after {
        Some((after, Some(index))) if !management::keeps(own, after) => {
            Err(world.own_management(*index).into())
        }
        Some(_) | None => Ok(()),
    }
}

/// The position of each record in the file, if the file has the record.
struct Places {
    apis: Vec<Option<usize>>,
    organizations: Vec<Option<usize>>,
    properties: Vec<Option<usize>>,
    applications: Vec<Option<usize>>,
}

impl Places {
    /// Returns the error for records that do not fit together: a mistake in the file if the record is in it, otherwise one about the record.
    fn misfit(&self, error: InvalidRegistry, world: &World, records: &Records) -> ApplyError {
        let record = error.path.record();
        let in_file = |path: &Path| {
            let index = self.in_file(path.record()?)?;
            Some(path.clone().in_record(index))
        };
        if let Some(path) = in_file(&error.path) {
            let mut error = error;
            error.path = path;
            if let Problem::Taken { earlier, .. } = &mut error.problem {
                *earlier = in_file(earlier).unwrap_or_default();
            }
            return world.mistake(&error).into();
        }
        let (subject, name) = match record {
            Some((Record::Api, index)) => (Subject::Api, identifier(&records.apis, index)),
            Some((Record::Organization, index)) => (
                Subject::Organization,
                identifier(&records.organizations, index),
            ),
            Some((Record::Property, index)) => {
                (Subject::Property, identifier(&records.properties, index))
            }
            Some((Record::Application, index)) => (
                Subject::Application,
                identifier(&records.applications, index),
            ),
            None => (Subject::Application, Box::default()),
        };
        ApplyError::Left {
            subject,
            name,
            problem: error.problem,
        }
    }

    fn in_file(&self, (record, index): (Record, usize)) -> Option<usize> {
        let places = match record {
            Record::Api => &self.apis,
            Record::Organization => &self.organizations,
            Record::Property => &self.properties,
            Record::Application => &self.applications,
        };
        places.get(index).copied().flatten()
    }
}

fn identifier<T: Managed>(records: &[T], index: usize) -> Box<str> {
    records
        .get(index)
        .map_or_else(Box::default, |record| record.identifier().into())
}
