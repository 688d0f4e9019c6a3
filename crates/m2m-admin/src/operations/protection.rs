//! The protection of the server's managers, and of records that others depend on.

use m2m_authority::registry::{
    AddressBlock, Api, Application, ApplicationSpec, AuthenticationMethod, ClientType, GrantType,
    Organization, SigningKeys, fill_in_issuer,
};
use m2m_store::{Backend, Cursor, Filter, List, Named, Sort, Stored};

use super::Result;
use crate::manager::Decision;
use crate::managers::{Candidates, Term, any_manager, can_manage};
use crate::record::{Managed, same_secrets};
use crate::{Host, OperationError, management};

/// Refuses to delete a scope that is built into the management API. Scopes that were added to it can be deleted.
pub(super) fn of_scope(api: &Api, scope: &str) -> Result<()> {
    if api.is_management() && management::is_built_in(scope) {
        return Err(OperationError::ManagementProtected(
            "this scope is built into the management API; only scopes that were added to it can be deleted",
        ));
    }
    Ok(())
}

/// Checks that tokens for the management API can be issued and used after a change of it.
pub(super) fn of_management_api(before: &Api, after: &Api, keys: &SigningKeys) -> Result<()> {
    if !after.is_management() {
        return Ok(());
    }
    if !after.token_lifetime.suits_management() {
        return Err(OperationError::ManagementProtected(
            "token_lifetime: tokens for the management API must be valid for at least a minute, so that they can be used",
        ));
    }
    if before.signing_alg != after.signing_alg && !keys.has(after.signing_alg) {
        return Err(OperationError::ManagementProtected(
            "signing_alg: no key signs with this algorithm, so tokens for the management API could not be issued; import one first",
        ));
    }
    Ok(())
}

/// Refuses to delete the management API itself.
pub(super) fn of_api(api: &Api) -> Result<()> {
    if api.is_management() {
        return Err(OperationError::ManagementProtected(
            "the management API cannot be deleted, because the server could no longer be managed",
        ));
    }
    Ok(())
}

/// Checks the size of a record, which is stored and is part of the event of each change.
pub(super) fn of_size<T: Managed>(record: &T) -> Result<()> {
    let bytes = serde_json::to_string(&record.view()).map_or(0, |view| view.len());
    if bytes > MAX_RECORD_BYTES {
        return Err(OperationError::RecordTooLarge {
            bytes,
            most: MAX_RECORD_BYTES,
        });
    }
    Ok(())
}

/// Refuses a secret or a token of an application to callers that have less power than the application. A caller that has every built-in scope may do
/// everything, and can also grant scopes that were added to the management API.
pub(super) fn of_power(scopes: &[Box<str>], application: &Application) -> Result<()> {
    let has = |scope: &&str| scopes.iter().any(|own| **own == **scope);
    if management::SCOPES.iter().all(|(scope, _)| has(scope)) {
        return Ok(());
    }
    match application
        .spec
        .management_scopes()
        .find(|scope| !has(scope))
    {
        Some(beyond) => Err(OperationError::ScopeBeyondToken {
            scope: beyond.into(),
        }),
        None => Ok(()),
    }
}

/// Refuses a test token for the management API that permits more than the caller's own token. Without an audience, the token may be one for that API.
pub(super) fn of_test_token(
    scopes: &[Box<str>],
    application: &Application,
    audiences: &[&str],
    issuer: &str,
) -> Result<()> {
    let own = [management::AUDIENCE, management::ALIAS].map(|own| fill_in_issuer(own, issuer));
    let mut named = audiences.iter();
    if audiences.is_empty() || named.any(|audience| own.iter().any(|own| **own == **audience)) {
        of_power(scopes, application)?;
    }
    Ok(())
}

/// Checks a change of an application with regard to the management of the server: a caller does not grant more than it has, and the server keeps its
/// managers.
pub(super) async fn of_application<H: Host>(
    decision: &Decision<'_, H>,
    before: &Application,
    after: &Application,
) -> Result<()> {
    let mut scopes = after.spec.management_scopes();
    let gains = scopes.any(|scope| !management::assigns(before, scope));
    if gains || lifts_restriction(before, after) {
        of_power(&decision.scopes, after)?;
    }
    of_loss(decision, before, Some(after)).await
}

/// Returns true if the change lifts a restriction, so that a known secret or an earlier token of the application could permit more than before. Each
/// restriction counts by itself, whatever others remain, because they can be lifted one after the other.
fn lifts_restriction(before: &Application, after: &Application) -> bool {
    let (own, other) = (&after.spec, &before.spec);
    let blocks = &other.allowed_addresses;
    let is_allowed = |block: &AddressBlock| blocks.iter().any(|other| other.covers(block));
    let widens_addresses = !blocks.is_empty()
        && (own.allowed_addresses.is_empty() || !own.allowed_addresses.iter().all(is_allowed));
    let methods = (own.authentication_methods, other.authentication_methods);
    let gains_method = AuthenticationMethod::ALL
        .iter()
        .any(|method| methods.0.allows(*method) && !methods.1.allows(*method));
    let gains_grant = GrantType::ALL
        .iter()
        .any(|grant| own.grant_types.allows(*grant) && !other.grant_types.allows(*grant));
    let is_stopped =
        |spec: &ApplicationSpec| spec.system_user.is_some() && !spec.system_user_allowed;
    !same_secrets(&before.secrets, &after.secrets)
        || own.enabled && !other.enabled
        || own.client_type != other.client_type && own.client_type == ClientType::Confidential
        || gains_grant
        || gains_method
        || widens_addresses
        || other.organization.is_some() && own.organization != other.organization
        || other.token_quota.is_some() && own.token_quota != other.token_quota
        || own.not_before < other.not_before
        || other.expires_before(own)
        || is_stopped(other) && !is_stopped(own)
}

/// Checks that the application may be reduced to `after`, or be deleted if that is `None`: a caller keeps the access by which its own application
/// manages the server, and the server keeps its last manager.
pub(super) async fn of_loss<H: Host>(
    decision: &Decision<'_, H>,
    before: &Application,
    after: Option<&Application>,
) -> Result<()> {
    if *before.client_id == *decision.actor()
        && !after.is_some_and(|after| management::keeps(before, after))
    {
        return Err(OperationError::ManagementProtected(
            "your token belongs to this application: its access to the management API can be reduced only with a token of another \
             application, or with `m2m apply --data` on a stopped server",
        ));
    }
    let (registry, now) = (decision.registry(), decision.now());
    for term in Term::ALL {
        // For the last manager, no restriction counts as harmless: it is not known here if its operator would still satisfy it.
        let stays = match after {
            Some(after) => {
                management::keeps(before, after) && can_manage(registry, after, term, now).await?
            }
            None => false,
        };
        if !stays
            && can_manage(registry, before, term, now).await?
            && !any_manager(registry, term, now, |stored| {
                // Includes the earlier changes of the same request to other applications.
                let after = decision.draft.latest(stored);
                let after = after.filter(|other| other.client_id != before.client_id);
                after.cloned()
            })
            .await?
        {
            return Err(OperationError::ManagementProtected(
                "this is the last application that manages this server; authorize another one first, with every scope of the management API",
            ));
        }
    }
    Ok(())
}

/// Checks that the organization may be suspended or resumed.
pub(super) async fn of_organization<H: Host>(
    decision: &Decision<'_, H>,
    before: &Organization,
    after: &Organization,
) -> Result<()> {
    let (registry, now) = (decision.registry(), decision.now());
    match (before.suspended, after.suspended) {
        (false, true) => {}
        (true, false) => return of_resumption(decision, after).await,
        (true, true) | (false, false) => return Ok(()),
    }
    let own = registry
        .application(Named::ClientId(decision.actor()))
        .await?;
    let own = own.and_then(|own| own.value.spec.organization);
    if own.as_deref() == Some(&*before.code) {
        return Err(OperationError::ManagementProtected(
            "your token belongs to an application of this organization, which could not get another token",
        ));
    }
    for term in Term::ALL {
        if any_manager(registry, term, now, |stored| Some(stored.value.clone())).await?
            && !any_manager(registry, term, now, |stored| {
                let is_inside = stored.value.spec.organization.as_deref() == Some(&*before.code);
                (!is_inside).then(|| stored.value.clone())
            })
            .await?
        {
            return Err(OperationError::ManagementProtected(
                "all applications that manage this server belong to this organization; authorize another one first, with every scope of the management API",
            ));
        }
    }
    Ok(())
}

/// Refuses to resume an organization if its applications would regain more power than the caller has.
async fn of_resumption<H: Host>(
    decision: &Decision<'_, H>,
    organization: &Organization,
) -> Result<()> {
    let mut candidates = Candidates::of(decision.registry());
    while let Some(some) = candidates.next().await? {
        for application in some.iter().map(|stored| &stored.value) {
            let code = application.spec.organization.as_deref();
            if code == Some(&*organization.code) {
                of_power(&decision.scopes, application)?;
            }
        }
    }
    Ok(())
}

/// Returns the applications that are authorized for an API, under any of its names.
pub(super) async fn authorized<B: Backend>(
    registry: &B,
    api: &Api,
) -> Result<Vec<Stored<Application>>> {
    let mut applications = Vec::new();
    for audience in core::iter::once(&api.audience).chain(&api.aliases) {
        applications.extend(dependents(registry, Filter::AuthorizedFor(audience)).await?);
    }
    Ok(applications)
}

/// Returns the applications whose records have an API under any of its names: those that are authorized for it, and those with it as their default
/// audience.
pub(super) async fn referring<B: Backend>(
    registry: &B,
    api: &Api,
) -> Result<Vec<Stored<Application>>> {
    let mut applications = authorized(registry, api).await?;
    for audience in core::iter::once(&api.audience).chain(&api.aliases) {
        applications.extend(dependents(registry, Filter::WithDefaultAudience(audience)).await?);
    }
    // An application can be found both ways, and must be changed once.
    applications.sort_by_key(|stored| stored.id);
    applications.dedup_by_key(|stored| stored.id);
    Ok(applications)
}

/// Returns the applications that match the filter, up to a maximum. A change of more applications is refused.
pub(super) async fn dependents<B: Backend>(
    registry: &B,
    filter: Filter<'_>,
) -> Result<Vec<Stored<Application>>> {
    let mut records = Vec::new();
    let mut after: Option<Cursor> = None;
    for _ in 0..MAX_DEPENDENT_PAGES {
        let list = List {
            filter,
            sort: Sort::Age,
            after: after.as_ref(),
            most: MAX_DEPENDENTS.saturating_sub(records.len()),
        };
        let page = registry.applications(list).await?;
        records.extend(page.records);
        after = page.next;
        if after.is_none() {
            return Ok(records);
        }
        if records.len() >= MAX_DEPENDENTS {
            break;
        }
    }
    Err(OperationError::InUse {
        most: MAX_DEPENDENTS,
    })
}

/// The maximum size of a record, far more than any needs. Each change stores it twice in the audit log. Unit: bytes.
const MAX_RECORD_BYTES: usize = 256 * 1024;

/// The maximum number of pages that the applications fill: each page ends before [`m2m_store::MAX_PAGE_BYTES`].
const MAX_DEPENDENT_PAGES: usize = 32;

/// The maximum number of applications that one change checks or changes.
const MAX_DEPENDENTS: usize = 10_000;
