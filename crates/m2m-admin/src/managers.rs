//! The applications that can manage the server, determined in this one place.
//!
//! As long as there is one, access to the server is not lost. Every change that could remove the last one is checked here first.

use std::collections::HashMap;

use m2m_authority::registry::{Application, Organization, StoredSecret};
use m2m_errors::SystemUserRule;
use m2m_jwt::UnixTime;
use m2m_store::{Backend, Cursor, Filter, List, Sort, StoreError, Stored};

use crate::management;

/// The time for which an application can manage a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Term {
    /// Now, but not necessarily later.
    Now,
    /// Now, and also after all secrets and applications that expire have expired.
    Lasting,
}

impl Term {
    /// The terms, for each of which a server must keep a manager.
    pub(crate) const ALL: [Self; 2] = [Self::Now, Self::Lasting];
}

/// Returns true if the application can manage the server for this term: it can get a token with a sufficient lifetime, and has every scope of the
/// management API. `organization` is the organization of the application.
#[must_use]
pub(crate) fn is_manager(
    application: &Application,
    organization: Option<&Organization>,
    term: Term,
    now: UnixTime,
) -> bool {
    let lasts = |secret: &StoredSecret| secret.ending.is_none();
    let lasts = match term {
        Term::Now => true,
        Term::Lasting => {
            application.spec.expires_at.is_none() && application.secrets.iter().any(lasts)
        }
    };
    let rule = SystemUserRule::Optional;
    let obstacle = application.token_obstacle(organization, rule, now);
    lasts
        && management::has_all_scopes(&application.spec)
        && application.spec.has_usable_management_tokens()
        && obstacle.is_none()
}

/// The managers of a server whose organizations are known.
pub(crate) struct Managers<'r> {
    organizations: HashMap<&'r str, &'r Organization>,
    now: UnixTime,
}

impl<'r> Managers<'r> {
    pub(crate) fn among(
        organizations: impl IntoIterator<Item = &'r Organization>,
        now: UnixTime,
    ) -> Self {
        let organizations = organizations.into_iter();
        Self {
            organizations: organizations
                .map(|organization| (&*organization.code, organization))
                .collect(),
            now,
        }
    }

    /// Returns true if the application can manage the server now.
    pub(crate) fn is_manager(&self, application: &Application) -> bool {
        self.is_manager_for(application, Term::Now)
    }

    /// Returns true if any of these applications can manage the server now.
    pub(crate) fn any<'a>(&self, applications: impl IntoIterator<Item = &'a Application>) -> bool {
        let mut applications = applications.into_iter();
        applications.any(|application| self.is_manager(application))
    }

    /// Returns a manager of the server, if the server would not have one afterwards, now or later.
    pub(crate) fn lost<'a>(
        &self,
        before: impl Iterator<Item = &'a Application> + Clone,
        others: &Managers<'_>,
        after: &[Application],
    ) -> Option<&'a Application> {
        Term::ALL.into_iter().find_map(|term| {
            let mut before = before.clone();
            let manager = before.find(|application| self.is_manager_for(application, term))?;
            let mut after = after.iter();
            let is_managed = after.any(|application| others.is_manager_for(application, term));
            (!is_managed).then_some(manager)
        })
    }

    fn is_manager_for(&self, application: &Application, term: Term) -> bool {
        let code = application.spec.organization.as_deref();
        let organization = code.and_then(|code| self.organizations.get(code).copied());
        is_manager(application, organization, term, self.now)
    }
}

/// The applications that are authorized for the management API, in pages. An application that is authorized under both names is returned twice.
pub(crate) struct Candidates<'b, B> {
    registry: &'b B,
    /// The audiences that are not completely read yet.
    audiences: &'static [&'static str],
    after: Option<Cursor>,
}

impl<'b, B: Backend> Candidates<'b, B> {
    pub(crate) const fn of(registry: &'b B) -> Self {
        Self {
            registry,
            audiences: &[management::AUDIENCE, management::ALIAS],
            after: None,
        }
    }

    /// Returns the next page, or `None` at the end.
    pub(crate) async fn next(&mut self) -> Result<Option<Vec<Stored<Application>>>, StoreError> {
        let Some((audience, others)) = self.audiences.split_first() else {
            return Ok(None);
        };
        let list = List {
            filter: Filter::AuthorizedFor(audience),
            sort: Sort::Age,
            after: self.after.as_ref(),
            most: PAGE,
        };
        let page = self.registry.applications(list).await?;
        if page.next.is_none() {
            self.audiences = others;
        }
        self.after = page.next;
        Ok(Some(page.records))
    }
}

/// Returns true if any application of a registry can manage the server for this term. `after` returns an application as it will be after a change, or
/// `None` if it is to be ignored.
pub(crate) async fn any_manager<B: Backend>(
    registry: &B,
    term: Term,
    now: UnixTime,
    after: impl Fn(&Stored<Application>) -> Option<Application>,
) -> Result<bool, StoreError> {
    let mut candidates = Candidates::of(registry);
    while let Some(some) = candidates.next().await? {
        for application in some.iter().filter_map(&after) {
            if can_manage(registry, &application, term, now).await? {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// Returns true if the application can manage the server for this term. Its organization is read from the registry.
pub(crate) async fn can_manage<B: Backend>(
    registry: &B,
    application: &Application,
    term: Term,
    now: UnixTime,
) -> Result<bool, StoreError> {
    // Few applications have all scopes, so that the organization is rarely read.
    if !management::has_all_scopes(&application.spec) {
        return Ok(false);
    }
    let organization = match &application.spec.organization {
        Some(code) => registry.organization(code).await?,
        None => None,
    };
    let organization = organization.as_ref().map(|stored| &stored.value);
    Ok(is_manager(application, organization, term, now))
}

/// The number of applications that are read at once.
const PAGE: usize = 100;
