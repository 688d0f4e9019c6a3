//! A `RegistryCache` is a backend too: changes of the registry go through it, and the node serves nothing stale afterwards.

use core::ops::ControlFlow;

use m2m_authority::TraceId;
use m2m_authority::registry::{Application, Organization, Records};
use m2m_jwt::UnixTime;

use super::RegistryCache;
use crate::{
    AnyRecord, ApplicationPage, AuditEvent, Backend, Change, Changes, CommitError, EventPage,
    EventQuery, Found, Frame, List, Named, Page, RefusalPage, RefusalQuery, Refused, Revocation,
    RevocationPage, RevokedToken, SecretUse, Snapshot, Sought, Stale, StoreError, Stored,
    UsageBatch, UsedPage, Version,
};

/// Reads and writes go to the store below. A change is forgotten here before [`commit`](Backend::commit) returns.
impl<B: Backend> Backend for RegistryCache<B> {
    async fn frame(&self) -> Result<Frame, StoreError> {
        self.backend.frame().await
    }

    async fn find(&self, client_id: &str) -> Result<Option<Found>, StoreError> {
        self.backend.find(client_id).await
    }

    async fn suspects(&self, sought: Vec<Sought>) -> Result<Vec<Records>, StoreError> {
        let mut found = self.backend.suspects(sought).await?;
        // They are compared with the audiences that callers present. Callers know the issuer and no placeholder.
        let applications = found
            .iter_mut()
            .flat_map(|records| &mut records.applications);
        applications.for_each(|application| application.fill_in_issuer(&self.issuer));
        Ok(found)
    }

    async fn authorized_for(
        &self,
        audience: &str,
        most: usize,
    ) -> Result<Vec<Box<str>>, StoreError> {
        self.backend.authorized_for(audience, most).await
    }

    async fn application(
        &self,
        named: Named<'_>,
    ) -> Result<Option<Stored<Application>>, StoreError> {
        self.backend.application(named).await
    }

    async fn applications(&self, list: List<'_>) -> Result<ApplicationPage, StoreError> {
        self.backend.applications(list).await
    }

    async fn used_applications(&self, list: List<'_>) -> Result<UsedPage, StoreError> {
        self.backend.used_applications(list).await
    }

    async fn organization(&self, code: &str) -> Result<Option<Stored<Organization>>, StoreError> {
        self.backend.organization(code).await
    }

    async fn organizations(&self, list: List<'_>) -> Result<Page<Organization>, StoreError> {
        self.backend.organizations(list).await
    }

    async fn has_system_user(&self, name: &str) -> Result<bool, StoreError> {
        self.backend.has_system_user(name).await
    }

    async fn events(&self, query: EventQuery<'_>) -> Result<EventPage, StoreError> {
        self.backend.events(query).await
    }

    async fn refusals(&self, query: RefusalQuery<'_>) -> Result<RefusalPage, StoreError> {
        self.backend.refusals(query).await
    }

    async fn outline(&self) -> Result<Snapshot, StoreError> {
        self.backend.outline().await
    }

    async fn snapshot(&self) -> Result<Snapshot, StoreError> {
        self.backend.snapshot().await
    }

    async fn walk<S: Send + 'static>(
        &self,
        state: S,
        each: fn(&mut S, AnyRecord) -> ControlFlow<()>,
    ) -> Result<S, StoreError> {
        self.backend.walk(state, each).await
    }

    async fn commit(&self, expected: Version, change: Change) -> Result<Version, CommitError> {
        // A change that fails here was not made, or its outcome is unknown, for example because the answer was lost. The next refresh
        // finds out. Forgetting everything now would stop a node that cannot reach its store.
        let events = self.on_commit.get().map(|_| change.events.clone());
        let version = self.backend.commit(expected, change).await?;
        if let (Some(told), Some(events)) = (self.on_commit.get(), events) {
            told(&events);
        }
        // The store knows best which entries are stale now, for example that of the client id that an application had before.
        let changes = self.backend.changes_since(expected).await;
        let changes = changes.unwrap_or(Changes {
            version,
            stale: Stale::Everything,
        });
        self.forget(&changes.stale);
        self.reached(expected, changes.version);
        if changes.stale == Stale::Everything {
            // The change is durable, whether or not it can be read again now. If it cannot, nothing is served before it can.
            let _ = self.current_common().await;
        }
        Ok(version)
    }

    async fn changes_since(&self, version: Version) -> Result<Changes, StoreError> {
        self.backend.changes_since(version).await
    }

    async fn add_usage(&self, batch: UsageBatch) -> Result<(), StoreError> {
        self.backend.add_usage(batch).await
    }

    async fn tokens_since(&self, client_id: &str, since: UnixTime) -> Result<u64, StoreError> {
        self.backend.tokens_since(client_id, since).await
    }

    async fn secret_uses(&self, client_id: &str) -> Result<Vec<SecretUse>, StoreError> {
        self.backend.secret_uses(client_id).await
    }

    async fn refused(&self, trace_id: TraceId) -> Result<Option<Refused>, StoreError> {
        self.backend.refused(trace_id).await
    }

    async fn revoke(
        &self,
        revocations: Vec<Revocation>,
        now: UnixTime,
    ) -> Result<usize, StoreError> {
        let tokens: Vec<_> = revocations
            .iter()
            .map(|revocation| (revocation.token, revocation.expires_at))
            .collect();
        let told = self.on_commit.get();
        let events: Vec<_> = match told {
            Some(_) => revocations.iter().map(|one| one.event.clone()).collect(),
            None => Vec::new(),
        };
        let made = self.backend.revoke(revocations, now).await?;
        for (token, expires_at) in tokens.iter().take(made) {
            self.revoked.insert(*token, *expires_at);
        }
        if let (Some(told), Some(events)) = (told, events.get(..made)) {
            let events: Vec<AuditEvent> = events.iter().flatten().cloned().collect();
            told(&events);
        }
        Ok(made)
    }

    async fn is_revoked(&self, token: RevokedToken) -> Result<bool, StoreError> {
        Ok(self.revoked.contains(token))
    }

    async fn revocations_after(&self, number: u64) -> Result<RevocationPage, StoreError> {
        self.backend.revocations_after(number).await
    }

    async fn forget_revocations(&self, now: UnixTime) -> Result<u64, StoreError> {
        self.backend.forget_revocations(now).await
    }
}
