//! The first application that manages a server, and the recovery of access when its secret is lost.

mod error;

use m2m_api::SecretStep;
use m2m_authority::registry::{
    Api, Application, AuthenticationMethods, ClientType, GrantTypes, SecretHash, StoredSecret,
};
use m2m_jwt::UnixTime;
use m2m_store::{Actor, Backend, CommitError, RecordId, Snapshot, Stored};

pub use error::BootstrapError;

use crate::attempts::Attempts;
use crate::credentials::generate_client_id;
use crate::draft::Draft;
use crate::managers::{Term, any_manager};
use crate::randomness::bytes;
use crate::{
    Applied, GeneratedCredentials, Prepared, PresetCredentials, Randomness, management, secrets,
};

/// Creates the management API and an application with all of its scopes. If an application manages the server already, nothing is done. Without
/// `preset` the credentials of the application are generated, and are to be shown once.
///
/// # Errors
///
/// - [`BootstrapError::ClientIdTaken`] if another application has the preset client id, and [`BootstrapError::Incapable`] if that
///   application takes part in the management of the server without being able to manage it.
/// - [`BootstrapError::Misfit`] if the new records do not fit the registry, such as when another API has a name of the management API.
/// - [`BootstrapError::Commit`] if the store fails.
pub async fn bootstrap<B: Backend>(
    backend: &B,
    preset: Option<&PresetCredentials>,
    actor: &Actor,
    randomness: &mut dyn Randomness,
    now: UnixTime,
) -> Result<Applied, BootstrapError> {
    let mut attempts = Attempts::new();
    loop {
        let outcome = async {
            let prepared = prepare_bootstrap(backend, preset, actor, randomness, now).await?;
            Ok(prepared.commit(backend).await?)
        }
        .await;
        if attempts.settled(&outcome) {
            return outcome;
        }
    }
}

/// Decides on the change that [`bootstrap`] makes, for callers that store the credentials before they become valid.
///
/// # Errors
///
/// As [`bootstrap`].
pub async fn prepare_bootstrap<B: Backend>(
    backend: &B,
    preset: Option<&PresetCredentials>,
    actor: &Actor,
    randomness: &mut dyn Randomness,
    now: UnixTime,
) -> Result<Prepared, BootstrapError> {
    // The registry may be large, and a server that starts does not need the rest of it here.
    let outline = backend.outline().await.map_err(CommitError::from)?;
    let is_managed =
        any_manager(backend, Term::Now, now, |stored| Some(stored.value.clone())).await;
    if is_managed.map_err(CommitError::from)? {
        return Ok(Draft::new(actor, now).prepared(outline.version));
    }
    let snapshot = match preset {
        // A preset client id must not be that of another application or the name of a system user.
        Some(_) => backend.snapshot().await.map_err(CommitError::from)?,
        None => outline,
    };
    decide(&snapshot, preset, Draft::new(actor, now), randomness)
}

/// Replaces the secrets of the oldest application that has every scope of the management API with a new one. The application is enabled, and every
/// obstacle to a token is removed. If there is no such application, one is created as by [`bootstrap`].
///
/// # Errors
///
/// As [`bootstrap`].
pub async fn reset_management<B: Backend>(
    backend: &B,
    actor: &Actor,
    randomness: &mut dyn Randomness,
    now: UnixTime,
) -> Result<Applied, BootstrapError> {
    let mut attempts = Attempts::new();
    loop {
        let outcome = async {
            let prepared = prepare_reset_management(backend, actor, randomness, now).await?;
            Ok(prepared.commit(backend).await?)
        }
        .await;
        if attempts.settled(&outcome) {
            return outcome;
        }
    }
}

/// Decides on the change that [`reset_management`] makes, for callers that store the credentials before they become valid.
///
/// # Errors
///
/// As [`bootstrap`].
pub async fn prepare_reset_management<B: Backend>(
    backend: &B,
    actor: &Actor,
    randomness: &mut dyn Randomness,
    now: UnixTime,
) -> Result<Prepared, BootstrapError> {
    let snapshot = backend.snapshot().await.map_err(CommitError::from)?;
    let draft = Draft::new(actor, now);
    // An application with fewer scopes was never meant to have full access.
    let oldest = snapshot
        .applications
        .iter()
        .find(|stored| management::has_all_scopes(&stored.value.spec));
    match oldest {
        Some(stored) => reset(&snapshot, stored, draft, randomness),
        None => decide(&snapshot, None, draft, randomness),
    }
}

fn decide(
    snapshot: &Snapshot,
    preset: Option<&PresetCredentials>,
    mut draft: Draft,
    randomness: &mut dyn Randomness,
) -> Result<Prepared, BootstrapError> {
    let client_id: Box<str> = match preset {
        Some(preset) => preset.client_id().into(),
        None => generate_client_id(randomness).into(),
    };
    let mut applications = snapshot.applications.iter();
    if let Some(stored) = applications.find(|stored| stored.value.client_id == client_id) {
        return Err(if stored.value.spec.takes_part_in_management() {
            BootstrapError::Incapable { client_id }
        } else {
            BootstrapError::ClientIdTaken { client_id }
        });
    }
    let api = complete_api(snapshot, &mut draft, randomness);
    let mut application = Application::new(management::APPLICATION_NAME, &client_id);
    let (hash, step) = match preset {
        Some(preset) => (preset.hash(), SecretStep::Set),
        None => (
            generate(&application, &mut draft, randomness),
            SecretStep::Generated,
        ),
    };
    let now = draft.now();
    let id = RecordId::new(now, bytes(randomness)).to_string();
    application.secrets.push(StoredSecret::new(&id, hash, now));
    application.spec.authorize.push(management::authorization());
    draft.create(application.clone(), Some(step), randomness);
    finish(snapshot, draft, api, application)
}

fn reset(
    snapshot: &Snapshot,
    stored: &Stored<Application>,
    mut draft: Draft,
    randomness: &mut dyn Randomness,
) -> Result<Prepared, BootstrapError> {
    let api = complete_api(snapshot, &mut draft, randomness);
    let mut application = stored.value.clone();
    let hash = generate(&application, &mut draft, randomness);
    let (by, now) = (&draft.actor().name, draft.now());
    secrets::replace(&mut application.secrets, hash, by, randomness, now);
    let spec = &mut application.spec;
    spec.enabled = true;
    spec.expires_at = None;
    spec.client_type = ClientType::Confidential;
    spec.grant_types = GrantTypes::default();
    spec.authentication_methods = AuthenticationMethods::default();
    spec.organization = None;
    spec.token_feature_flags.clear();
    spec.allowed_addresses.clear();
    spec.token_quota = None;
    if !spec.has_usable_management_tokens() {
        spec.token_lifetime = None;
    }
    if spec.not_before.is_some_and(|not_before| not_before > now) {
        // Tokens that were issued before stay revoked, and the next token is valid.
        spec.not_before = Some(now.saturating_sub_seconds(1));
    }
    if !spec.system_user_allowed {
        spec.system_user = None;
    }
    spec.authorize
        .retain(|authorization| !authorization.is_for_management());
    spec.authorize.insert(0, management::authorization());
    draft.update(stored, application.clone(), Some(SecretStep::Regenerated));
    finish(snapshot, draft, api, application)
}

/// Ensures that the management API exists with all of its scopes and a usable token lifetime. Other scopes that it has are kept.
fn complete_api(snapshot: &Snapshot, draft: &mut Draft, randomness: &mut dyn Randomness) -> Api {
    let complete = management::api();
    let stored = snapshot
        .apis
        .iter()
        .find(|stored| stored.value.audience == complete.audience);
    let Some(stored) = stored else {
        draft.create(complete.clone(), None, randomness);
        return complete;
    };
    let mut api = stored.value.clone();
    for scope in complete.scopes {
        if api.scopes.iter().all(|own| own.key != scope.key) {
            api.scopes.push(scope);
        }
    }
    for alias in complete.aliases {
        if !api.aliases.contains(&alias) {
            api.aliases.push(alias);
        }
    }
    if !api.token_lifetime.suits_management() {
        api.token_lifetime = complete.token_lifetime;
    }
    draft.update(stored, api.clone(), None);
    api
}

/// Generates a secret that is to be shown once.
fn generate(
    application: &Application,
    draft: &mut Draft,
    randomness: &mut dyn Randomness,
) -> SecretHash {
    let credentials =
        GeneratedCredentials::new(&application.spec.name, &application.client_id, randomness);
    let hash = credentials.hash();
    draft.show_once(credentials);
    hash
}

/// Returns the change, if the records fit together afterwards.
fn finish(
    snapshot: &Snapshot,
    draft: Draft,
    api: Api,
    application: Application,
) -> Result<Prepared, BootstrapError> {
    let mut records = snapshot.records();
    // The client ids for introspection refer to applications that may not be loaded here, and they do not change.
    for api in &mut records.apis {
        api.introspection_clients.clear();
    }
    let api = Api {
        introspection_clients: Vec::new(),
        ..api
    };
    records.apis.retain(|own| own.audience != api.audience);
    records.apis.push(api);
    records
        .applications
        .retain(|own| own.client_id != application.client_id);
    records.applications.push(application);
    records.check()?;
    Ok(draft.prepared(snapshot.version))
}
