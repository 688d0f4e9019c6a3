//! What an operation may not do: shut out those who manage the server, or break what others rely on.

use m2m_authority::registry::{Api, Application, Organization, fill_in_issuer};
use m2m_errors::SystemUserRule;
use m2m_jwt::UnixTime;
use m2m_store::{Backend, Cursor, Filter, List, Named, Sort, Stored};

use super::Result;
use crate::manager::Decision;
use crate::managers::{Candidates, Term, any_manager, can_manage};
use crate::record::{Managed, same_secrets};
use crate::{Host, OperationError, management};

/// The management API itself stays.
pub(super) fn of_api(api: &Api) -> Result<()> {
    if api.is_management() {
        return Err(OperationError::keeps_management(
            "this is the management API; without it nobody could manage the server",
        ));
    }
    Ok(())
}

/// What is kept of a record, and told of it with each change, is bounded.
pub(super) fn of_size<T: Managed>(record: &T) -> Result<()> {
    let bytes = serde_json::to_string(&record.view()).map_or(0, |view| view.len());
    if bytes > MAX_RECORD_BYTES {
        let message =
            format!("the record would have {bytes} bytes, and {MAX_RECORD_BYTES} are the most");
        return Err(OperationError::conflict("RECORD_TOO_LARGE", message));
    }
    Ok(())
}

/// Nobody gets the power of an application, by a secret or a token of it, who does not have as much himself.
pub(super) fn of_power(scopes: &[Box<str>], application: &Application) -> Result<()> {
    let has = |scope: &&str| scopes.iter().any(|own| **own == **scope);
    match application
        .spec
        .management_scopes()
        .find(|scope| !has(scope))
    {
        Some(beyond) => Err(OperationError::beyond_token(beyond)),
        None => Ok(()),
    }
}

/// Nobody gets a token for the management API that opens more than his own. Without an audience it may be one for that.
pub(super) fn of_test_token(
    scopes: &[Box<str>],
    application: &Application,
    audience: Option<&str>,
    issuer: &str,
) -> Result<()> {
    let own = [management::AUDIENCE, management::ALIAS].map(|own| fill_in_issuer(own, issuer));
    if audience.is_none_or(|audience| own.iter().any(|own| **own == *audience)) {
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
    // Its power comes back with the last obstacle that goes, whichever that is.
    let opens = !same_secrets(&before.secrets, &after.secrets)
        || (can_get_token(decision, after).await?
            && (comes_sooner(before, after, decision.now())
                || !can_get_token(decision, before).await?));
    if gains || opens {
        of_power(&decision.scopes, after)?;
    }
    of_loss(decision, before, Some(after)).await
}

/// Returns true if the change moves the time from which the application can get tokens to an earlier one.
fn comes_sooner(before: &Application, after: &Application, now: UnixTime) -> bool {
    let not_before = before.spec.not_before;
    not_before.is_some_and(|time| time > now) && after.spec.not_before < not_before
}

/// Returns true if the application can get a token for the management API, now or once its `not_before` has passed.
async fn can_get_token<H: Host>(
    decision: &Decision<'_, H>,
    application: &Application,
) -> Result<bool> {
    let organization = match &application.spec.organization {
        Some(code) => decision.registry().organization(code).await?,
        None => None,
    };
    let organization = organization.as_ref().map(|stored| &stored.value);
    Ok(opens_management(application, organization, decision.now()))
}

fn opens_management(
    application: &Application,
    organization: Option<&Organization>,
    now: UnixTime,
) -> bool {
    if !application.spec.takes_part_in_management() {
        return false;
    }
    let mut application = application.clone();
    application.spec.not_before = None;
    let obstacle = application.token_obstacle(organization, SystemUserRule::Optional, now);
    obstacle.is_none()
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
        return Err(OperationError::keeps_management(
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
            return Err(OperationError::keeps_management(
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
        return Err(OperationError::keeps_management(
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
            return Err(OperationError::keeps_management(
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
            if code == Some(&*organization.code)
                && opens_management(application, Some(organization), decision.now())
            {
                of_power(&decision.scopes, application)?;
            }
        }
    }
    Ok(())
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
    Err(OperationError::conflict(
        "IN_USE",
        format!(
            "more than {MOST_DEPENDENTS} applications rely on it, or their records are too large for one change; take it from them \
             first, which m2m apply does in one go"
        ),
    ))
}

/// Far more than any record needs; each change keeps it twice in the audit log. Unit: bytes.
const MAX_RECORD_BYTES: usize = 256 * 1024;

/// The maximum number of pages that their records fill: each ends before [`m2m_store::MAX_PAGE_BYTES`].
const MOST_DEPENDENT_PAGES: usize = 32;

/// How many applications are changed together with what they rely on.
const MOST_DEPENDENTS: usize = 10_000;
