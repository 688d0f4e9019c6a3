//! The first application that manages a server, and the way back in when its secret is lost.

use m2m_authority::Registry;
use m2m_authority::registry::{
    Api, Application, ApplicationState, AuthenticationMethods, ClientType, GrantTypes, SecretHash,
    StoredSecret,
};
use m2m_jwt::UnixTime;
use m2m_store::{
    Actor, Backend, CommitError, Filter, List, RecordId, Snapshot, Sort, StoreError, Stored,
};

use crate::credentials::generate_client_id;
use crate::draft::{Draft, MAX_ATTEMPTS};
use crate::plan::SecretStep;
use crate::randomness::bytes;
use crate::{
    Applied, BootstrapError, GeneratedCredentials, Prepared, PresetCredentials, Randomness,
    management, secrets,
};

/// Makes the management API and an application that may do everything there, unless an application manages the server already:
/// then nothing is done. Without `preset` its credentials are made, and are to be shown once.
///
/// # Errors
///
/// - [`BootstrapError::ClientIdTaken`] if another application has the client id that was preset.
/// - [`BootstrapError::Misfit`] if what is in the registry leaves no room for it: another API with a name of the management API, say.
/// - [`BootstrapError::Commit`] if the store fails.
pub async fn bootstrap<B: Backend>(
    backend: &B,
    preset: Option<&PresetCredentials>,
    actor: &Actor,
    randomness: &mut dyn Randomness,
    now: UnixTime,
) -> Result<Applied, BootstrapError> {
    for _ in 0..MAX_ATTEMPTS {
        // The registry may be large, and a server that starts has no use for it but this.
        let outline = backend.outline().await.map_err(CommitError::from)?;
        if is_managed(backend).await.map_err(CommitError::from)? {
            let nothing = Draft::new(actor, now).prepared(outline.version);
            return Ok(nothing.commit(backend).await?);
        }
        let snapshot = match preset {
            // A client id that somebody chose must be nobody else's, nor a system user.
            Some(_) => backend.snapshot().await.map_err(CommitError::from)?,
            None => outline,
        };
        let prepared = decide(&snapshot, preset, Draft::new(actor, now), randomness)?;
        match prepared.commit(backend).await {
            Err(CommitError::Conflict) => {}
            done => return Ok(done?),
        }
    }
    Err(CommitError::Conflict.into())
}

/// Whether any application can let others manage the server.
async fn is_managed<B: Backend>(backend: &B) -> Result<bool, StoreError> {
    for audience in [management::AUDIENCE, management::ALIAS] {
        let mut after = None;
        loop {
            let list = List {
                filter: Filter::AuthorizedFor(audience),
                sort: Sort::Age,
                after: after.as_ref(),
                most: PAGE,
            };
            let page = backend.applications(list).await?;
            let mut found = page.records.iter();
            if found.any(|stored| management::can_authorize(&stored.value)) {
                return Ok(true);
            }
            match page.next {
                Some(next) => after = Some(next),
                None => break,
            }
        }
    }
    Ok(false)
}

/// How many applications are looked at together.
const PAGE: usize = 100;

/// A new secret for the oldest application that can let others manage the server, whose other secrets end now; it is enabled, freed of whatever
/// could keep it out, and authorized for all scopes of the management API. If there is none it is made, as by [`bootstrap`].
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
    for _ in 0..MAX_ATTEMPTS {
        let snapshot = backend.snapshot().await.map_err(CommitError::from)?;
        let draft = Draft::new(actor, now);
        let oldest = snapshot
            .applications
            .iter()
            .find(|stored| management::can_authorize(&stored.value));
        let prepared = match oldest {
            Some(stored) => reset(&snapshot, stored, draft, randomness)?,
            None => decide(&snapshot, None, draft, randomness)?,
        };
        match prepared.commit(backend).await {
            Err(CommitError::Conflict) => {}
            done => return Ok(done?),
        }
    }
    Err(CommitError::Conflict.into())
}

fn decide(
    snapshot: &Snapshot,
    preset: Option<&PresetCredentials>,
    mut draft: Draft,
    randomness: &mut dyn Randomness,
) -> Result<Prepared, BootstrapError> {
    let mut applications = snapshot.applications.iter();
    if applications
        .clone()
        .any(|stored| management::can_authorize(&stored.value))
    {
        return Ok(draft.prepared(snapshot.version));
    }
    let client_id: Box<str> = match preset {
        Some(preset) => preset.client_id().into(),
        None => generate_client_id(randomness).into(),
    };
    if applications.any(|stored| stored.value.client_id == client_id) {
        return Err(BootstrapError::ClientIdTaken { client_id });
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
    application.authorizations.push(management::authorization());
    application.is_management = true;
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
    let by = &draft.actor().name;
    secrets::replace(&mut application.secrets, hash, by, randomness, draft.now());
    application.state = ApplicationState::Enabled;
    application.client_type = ClientType::Confidential;
    application.grant_types = GrantTypes {
        client_credentials: true,
    };
    application.authentication_methods = AuthenticationMethods {
        client_secret_basic: true,
        client_secret_post: true,
    };
    application.organization = None;
    application.allowed_addresses.clear();
    application.token_quota = None;
    let all = management::authorization();
    application.authorizations.retain(|authorization| {
        ![management::AUDIENCE, management::ALIAS].contains(&&*authorization.audience)
    });
    application.authorizations.insert(0, all);
    draft.update(stored, application.clone(), Some(SecretStep::Regenerated));
    finish(snapshot, draft, api, application)
}

/// Sees to it that the management API is there, with each of its scopes. What it has beyond them stays.
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
    draft.update(stored, api.clone(), None);
    api
}

/// Makes a secret that is to be shown once.
fn generate(
    application: &Application,
    draft: &mut Draft,
    randomness: &mut dyn Randomness,
) -> SecretHash {
    let credentials =
        GeneratedCredentials::new(&application.name, &application.client_id, randomness);
    let hash = credentials.hash();
    draft.show_once(credentials);
    hash
}

/// The change, if what comes of it is a registry.
fn finish(
    snapshot: &Snapshot,
    draft: Draft,
    api: Api,
    application: Application,
) -> Result<Prepared, BootstrapError> {
    let mut records = snapshot.records();
    // Who may introspect is among the applications, which may not be here, and does not change.
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
    Registry::assemble(records)?;
    Ok(draft.prepared(snapshot.version))
}
