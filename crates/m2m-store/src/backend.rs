//! The interface of every store.

use core::future::Future;
use core::ops::ControlFlow;

use m2m_authority::TraceId;
use m2m_authority::registry::{Application, Organization, Records};
use m2m_jwt::UnixTime;

use crate::{
    AnyRecord, ApplicationPage, Change, Changes, CommitError, EventPage, EventQuery, Found, Frame,
    List, Named, Page, RefusalPage, RefusalQuery, Refused, Revocation, RevocationPage,
    RevokedToken, SecretUse, Snapshot, Sought, StoreError, Stored, UsageBatch, UsedPage, Version,
};

/// A store that several nodes may share. A node serves from a `RegistryCache` above it.
///
/// Every method reads or writes durably, and may wait. A change is compared with the version that it was decided at: a caller that
/// changes the registry reads it, decides, and commits, and does so again on [`CommitError::Conflict`].
pub trait Backend: Send + Sync + 'static {
    /// Reads the data that all applications share.
    fn frame(&self) -> impl Future<Output = Result<Frame, StoreError>> + Send;

    /// Reads the application with a client id, or the record of its deletion.
    fn find(
        &self,
        client_id: &str,
    ) -> impl Future<Output = Result<Option<Found>, StoreError>> + Send;

    /// Reads the records that each of these diagnoses compares with: the application that was named, those with one of the secrets, those
    /// with nearly the same client id, and their organizations. There are never more than a few hundred applications for one diagnosis. The
    /// APIs are part of the [frame](Self::frame), and are not read again.
    ///
    /// The results have the order of the diagnoses. Reading for several at once costs much less than reading for each of them.
    fn suspects(
        &self,
        sought: Vec<Sought>,
    ) -> impl Future<Output = Result<Vec<Records>, StoreError>> + Send;

    /// Reads the client ids of applications that are authorized for an API, by age, at most `most` of them. The audience is the one in
    /// the records, with its placeholder if it has one.
    fn authorized_for(
        &self,
        audience: &str,
        most: usize,
    ) -> impl Future<Output = Result<Vec<Box<str>>, StoreError>> + Send;

    /// Reads an application with its record.
    fn application(
        &self,
        named: Named<'_>,
    ) -> impl Future<Output = Result<Option<Stored<Application>>, StoreError>> + Send;

    /// Reads a page of applications.
    fn applications(
        &self,
        list: List<'_>,
    ) -> impl Future<Output = Result<ApplicationPage, StoreError>> + Send;

    /// Reads a page of applications with the times of their uses.
    fn used_applications(
        &self,
        list: List<'_>,
    ) -> impl Future<Output = Result<UsedPage, StoreError>> + Send;

    /// Reads an organization with its record.
    fn organization(
        &self,
        code: &str,
    ) -> impl Future<Output = Result<Option<Stored<Organization>>, StoreError>> + Send;

    /// Reads a page of organizations.
    fn organizations(
        &self,
        list: List<'_>,
    ) -> impl Future<Output = Result<Page<Organization>, StoreError>> + Send;

    /// Returns true if tokens of an application stand for a system user of this name.
    fn has_system_user(&self, name: &str) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Reads a page of audit events, the latest first. Like every page, it ends before it exceeds [`MAX_PAGE_BYTES`](crate::MAX_PAGE_BYTES).
    fn events(
        &self,
        query: EventQuery<'_>,
    ) -> impl Future<Output = Result<EventPage, StoreError>> + Send;

    /// Reads a page of refused requests, the latest first.
    fn refusals(
        &self,
        query: RefusalQuery<'_>,
    ) -> impl Future<Output = Result<RefusalPage, StoreError>> + Send;

    /// Reads the APIs and the properties, of which there are few, without the organizations and applications, of which there may be many.
    fn outline(&self) -> impl Future<Output = Result<Snapshot, StoreError>> + Send;

    /// Reads the whole registry. It takes memory for all of it, so it is for commands and not for the start of a server.
    fn snapshot(&self) -> impl Future<Output = Result<Snapshot, StoreError>> + Send;

    /// Reads all APIs, organizations, properties and applications at one version, each kind by age, and hands them to `each` one by
    /// one until it breaks. One record at a time is in memory, so it is for a registry of any size.
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

    /// Returns the changes since a version.
    fn changes_since(
        &self,
        version: Version,
    ) -> impl Future<Output = Result<Changes, StoreError>> + Send;

    /// Adds counts, secret uses, refusals and diagnoses. The oldest beyond the limits are deleted.
    fn add_usage(&self, batch: UsageBatch) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Returns the number of tokens that an application was issued since a time, to the minute, as far as they were written.
    fn tokens_since(
        &self,
        client_id: &str,
        since: UnixTime,
    ) -> impl Future<Output = Result<u64, StoreError>> + Send;

    /// Returns the time at which each secret of an application was last used, as far as it was written.
    fn secret_uses(
        &self,
        client_id: &str,
    ) -> impl Future<Output = Result<Vec<SecretUse>, StoreError>> + Send;

    /// Reads a refused request by the trace id of its answer.
    fn refused(
        &self,
        trace_id: TraceId,
    ) -> impl Future<Output = Result<Option<Refused>, StoreError>> + Send;

    /// Revokes tokens, durably and each with its audit event, until they expire. Revocations of tokens that expired by `now` are deleted; a token
    /// that has expired by then is not stored, and its event is.
    ///
    /// Returns the number of those, from the first on, that are revoked. It is smaller than their number if there is no more room.
    fn revoke(
        &self,
        revocations: Vec<Revocation>,
        now: UnixTime,
    ) -> impl Future<Output = Result<usize, StoreError>> + Send;

    /// Returns true if a token was revoked.
    fn is_revoked(
        &self,
        token: RevokedToken,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Reads the revocations after the one with this number, in the order in which they were made, at most
    /// [`MAX_ENTRIES`](RevocationPage::MAX_ENTRIES).
    fn revocations_after(
        &self,
        number: u64,
    ) -> impl Future<Output = Result<RevocationPage, StoreError>> + Send;

    /// Deletes revocations of tokens that expired by `now`, at most some thousands. Returns their number.
    fn forget_revocations(
        &self,
        now: UnixTime,
    ) -> impl Future<Output = Result<u64, StoreError>> + Send;
}
