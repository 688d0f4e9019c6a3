//! What a store has to do, whatever it is made of.

use core::future::Future;
use core::ops::ControlFlow;

use m2m_authority::TraceId;
use m2m_authority::registry::{Application, Organization, Records};
use m2m_jwt::UnixTime;

use crate::{
    AnyRecord, ApplicationPage, Change, Changes, CommitError, EventPage, EventQuery, Found, Frame,
    List, Named, Page, RefusalPage, RefusalQuery, Refused, SecretUse, Snapshot, Sought, StoreError,
    Stored, UsageBatch, Version,
};

/// A store that several nodes may share. `RegistryCache` is what a node serves from.
///
/// Every method reads or writes durably, and may wait. A change is made by comparing the version that it was decided at: who
/// changes the registry reads it, decides, and commits; on [`CommitError::Conflict`] again.
pub trait Backend: Send + Sync + 'static {
    /// What all applications have in common.
    fn frame(&self) -> impl Future<Output = Result<Frame, StoreError>> + Send;

    /// What there is under a client id.
    fn find(
        &self,
        client_id: &str,
    ) -> impl Future<Output = Result<Option<Found>, StoreError>> + Send;

    /// The records that a diagnosis compares with: the application that was named, those with one of the secrets, those with
    /// nearly the same client id, their organizations, and all APIs. Never more than a few hundred.
    fn suspects(
        &self,
        sought: Sought<'_>,
    ) -> impl Future<Output = Result<Records, StoreError>> + Send;

    /// The client ids of applications that are authorized for an API, by age, so many at most. The audience is the one that stands in
    /// the records, with its placeholder if it has one.
    fn authorized_for(
        &self,
        audience: &str,
        most: usize,
    ) -> impl Future<Output = Result<Vec<Box<str>>, StoreError>> + Send;

    /// An application with its record.
    fn application(
        &self,
        named: Named<'_>,
    ) -> impl Future<Output = Result<Option<Stored<Application>>, StoreError>> + Send;

    /// Some applications of many.
    fn applications(
        &self,
        list: List<'_>,
    ) -> impl Future<Output = Result<ApplicationPage, StoreError>> + Send;

    /// An organization with its record.
    fn organization(
        &self,
        code: &str,
    ) -> impl Future<Output = Result<Option<Stored<Organization>>, StoreError>> + Send;

    /// Some organizations of many.
    fn organizations(
        &self,
        list: List<'_>,
    ) -> impl Future<Output = Result<Page<Organization>, StoreError>> + Send;

    /// Whether tokens of an application stand for a system user of this name.
    fn has_system_user(&self, name: &str) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Audit events, the latest first. Like every page, it ends before it exceeds [`MAX_PAGE_BYTES`](crate::MAX_PAGE_BYTES).
    fn events(
        &self,
        query: EventQuery<'_>,
    ) -> impl Future<Output = Result<EventPage, StoreError>> + Send;

    /// Refused requests, the latest first.
    fn refusals(
        &self,
        query: RefusalQuery<'_>,
    ) -> impl Future<Output = Result<RefusalPage, StoreError>> + Send;

    /// The APIs and the properties, of which there are few. Nothing of what there may be many of: no organizations, no applications.
    fn outline(&self) -> impl Future<Output = Result<Snapshot, StoreError>> + Send;

    /// The whole registry. It takes memory for all of it, so that it is for commands and not for the start of a server.
    fn snapshot(&self) -> impl Future<Output = Result<Snapshot, StoreError>> + Send;

    /// Reads all APIs, organizations, properties and applications at one version, each kind by age, and hands them to `each` one by
    /// one until it breaks off. One record at a time is in memory, so that it is for a registry of any size.
    fn walk<S: Send + 'static>(
        &self,
        state: S,
        each: fn(&mut S, AnyRecord) -> ControlFlow<()>,
    ) -> impl Future<Output = Result<S, StoreError>> + Send;

    /// Makes a change if the registry is still at `expected`. When it returns, the change is durable with its events.
    fn commit(
        &self,
        expected: Version,
        change: Change,
    ) -> impl Future<Output = Result<Version, CommitError>> + Send;

    /// What changed since a version.
    fn changes_since(
        &self,
        version: Version,
    ) -> impl Future<Output = Result<Changes, StoreError>> + Send;

    /// Adds counts, notes and refusals. The oldest beyond the limits are forgotten.
    fn add_usage(&self, batch: UsageBatch) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// How many tokens an application was issued since a time, to the minute, as far as was written.
    fn tokens_since(
        &self,
        client_id: &str,
        since: UnixTime,
    ) -> impl Future<Output = Result<u64, StoreError>> + Send;

    /// When each secret of an application was last used, as far as was written.
    fn secret_uses(
        &self,
        client_id: &str,
    ) -> impl Future<Output = Result<Vec<SecretUse>, StoreError>> + Send;

    /// A refused request by the name of its answer.
    fn refused(
        &self,
        trace_id: TraceId,
    ) -> impl Future<Output = Result<Option<Refused>, StoreError>> + Send;

    /// Revokes the token with this `jti`, durably, until it expires.
    fn revoke(
        &self,
        jti: &str,
        expires_at: UnixTime,
        now: UnixTime,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Whether the token with this `jti` was revoked.
    fn is_revoked(&self, jti: &str) -> impl Future<Output = Result<bool, StoreError>> + Send;
}
