//! What an operation may not do: shut out those who manage the server, or break what others rely on.

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

/// The management API keeps the scopes that the server has given it; those that were added to it may be deleted.
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
            "token_lifetime: tokens for the management API live a minute at least, or nobody could use one",
        ));
    }
    if before.signing_alg != after.signing_alg && keys.signing(after.signing_alg).is_none() {
        return Err(OperationError::ManagementProtected(
            "signing_alg: no key signs by this algorithm, and there would be no more tokens for the management API; import one first",
        ));
    }
    Ok(())
}

/// The management API itself stays.
pub(super) fn of_api(api: &Api) -> Result<()> {
    if api.is_management() {
        return Err(OperationError::ManagementProtected(
            "this is the management API; without it nobody could manage the server",
        ));
    }
    Ok(())
}

/// What is kept of a record, and told of it with each change, is bounded.
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

/// Nobody gets the power of an application, by a secret or a token of it, without as much power of their own. Who has every scope that
/// the server knows may do everything, and hands out also those that were added to the management API.
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

/// Nobody gets a token for the management API that opens more than the caller's own. Without an audience it may be one for that.
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

/// Checks that the application may be changed like this, as far as the management of the server is concerned: no caller grants more
/// than it has, and the server keeps its managers.
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

/// Returns true if the change lifts a restriction, after which a known secret or an earlier token of the application could open more than
/// before. Each one counts by itself, whatever others remain, since they may be lifted one after the other.
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
        || is_stopped(other) && !is_stopped(own)
}

/// Checks that the application may lose what it has beyond this, or be deleted (`after` is `None` then): callers keep what their own
/// application manages the server with, and the server keeps its last manager.
pub(super) async fn of_loss<H: Host>(
    decision: &Decision<'_, H>,
    before: &Application,
    after: Option<&Application>,
) -> Result<()> {
    if *before.client_id == *decision.actor()
        && !after.is_some_and(|after| management::keeps(before, after))
    {
        return Err(OperationError::ManagementProtected(
            "this is the application whose token you use: what it manages the server with can only be changed with another one, \
             or with `m2m apply --data` on a stopped server",
        ));
    }
    let (registry, now) = (decision.registry(), decision.now());
    for term in Term::ALL {
        // Of the last one no restriction is taken for harmless: whether its operator is among those that it leaves is not known here.
        let stays = match after {
            Some(after) => {
                management::keeps(before, after) && can_manage(registry, after, term, now).await?
            }
            None => false,
        };
        if !stays
            && can_manage(registry, before, term, now).await?
            && !any_manager(registry, term, now, |stored| {
                // With what the same change has done to others before.
                let after = decision.draft.latest(stored);
                let after = after.filter(|other| other.client_id != before.client_id);
                after.cloned()
            })
            .await?
        {
            return Err(OperationError::ManagementProtected(
                "this is the last application that manages this server; let another one do so first, with every scope of the management API",
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
            "the application whose token you use belongs to this organization, and could not get another token",
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
                "all applications that manage this server belong to this organization; let another one do so first, with every scope of the management API",
            ));
        }
    }
    Ok(())
}

/// Nobody gives back to the applications of an organization more than they have themselves.
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

/// The applications that are authorized for an API, by any of its names.
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

/// The applications that a change goes through with. Beyond so many it is not one change any more.
pub(super) async fn dependents<B: Backend>(
    registry: &B,
    filter: Filter<'_>,
) -> Result<Vec<Stored<Application>>> {
    let mut records = Vec::new();
    let mut after: Option<Cursor> = None;
    for _ in 0..MOST_DEPENDENT_PAGES {
        let list = List {
            filter,
            sort: Sort::Age,
            after: after.as_ref(),
            most: MOST_DEPENDENTS.saturating_sub(records.len()),
        };
        let page = registry.applications(list).await?;
        records.extend(page.records);
        after = page.next;
        if after.is_none() {
            return Ok(records);
        }
        if records.len() >= MOST_DEPENDENTS {
            break;
        }
    }
    Err(OperationError::InUse {
        most: MOST_DEPENDENTS,
    })
}

/// Far more than any record needs; each change keeps it twice in the audit log. Unit: bytes.
const MAX_RECORD_BYTES: usize = 256 * 1024;

/// The maximum number of pages that their records fill: each ends before [`m2m_store::MAX_PAGE_BYTES`].
const MOST_DEPENDENT_PAGES: usize = 32;

/// How many applications are changed together with what they rely on.
const MOST_DEPENDENTS: usize = 10_000;
