//! The embedded store: one SQLite file, in the binary.

mod asked;
mod column;
mod commit;
mod connection;
mod document;
mod effort;
mod fault;
mod folder;
mod log;
mod look;
mod migrations;
mod near;
mod page;
mod read;
mod revocation;
mod search;
mod shared;
mod usage;
mod uses;
mod worker;

use core::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use m2m_authority::TraceId;
use m2m_authority::registry::{Application, Organization, Records};
use m2m_jwt::UnixTime;
use rusqlite::Connection;

use crate::{
    Access, AnyRecord, ApplicationPage, Backend, Change, Changes, CommitError, EventPage,
    EventQuery, Found, Frame, List, Named, Observer, Page, RefusalPage, RefusalQuery, Refused,
    Revocation, RevocationPage, RevokedToken, SecretUse, Snapshot, Sought, StoreError, StoreLimits,
    Stored, UsageBatch, UsedPage, Version,
};
use effort::Effort;
use fault::Fault;
pub use folder::SEALING_KEY_FILE;
use folder::{Folder, unopened_for};
use migrations::Schema;
use shared::{JournalState, Shared};
use worker::Worker;

/// The number of threads that read for requests for tokens and for diagnoses. There are two, so that neither kind holds the other up.
const READERS: usize = 2;

/// The maximum number of reads that wait. Each takes some ten microseconds, so that the last one waits some ten milliseconds.
const MAX_READS_WAITING: usize = 1_024;

/// The maximum number of writes that wait. Each takes a write to the disk, some milliseconds, so that the last one waits about a second.
const MAX_WRITES_WAITING: usize = 256;

/// A registry in a SQLite file, or in memory alone.
///
/// All writes are done by one thread and all reads by three others, so that threads that serve requests do not wait for a disk, and
/// requests for tokens do not wait for a page that is being listed.
/// Changes that [`commit`](Backend::commit) and [`revoke`](Backend::revoke) acknowledge survive a loss of power. This process has the
/// directory to itself until the value is dropped, which finishes queued work, stops the threads and leaves no journal.
///
/// ```
/// use m2m_store::{Backend as _, Sqlite, Version};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let folder = tempfile::tempdir()?;
/// let store = Sqlite::open(&folder.path().join("data"))?;
/// assert_eq!(store.frame().await?.version, Version(0));
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Sqlite {
    /// The threads that read; absent for a registry in memory, which has one connection only. The field comes before the writer, so that
    /// the writer stops last and cleans up.
    readers: Option<Worker>,
    /// The thread that reads pages, logs and whole registries, which is work whose size callers choose; no request for a token waits for it.
    listing: Option<(Worker, Effort)>,
    writer: Worker,
    /// The shared state. The field comes after the threads, so that the folder is released when they have stopped.
    shared: Arc<Shared>,
    rolled_back: Option<RolledBack>,
}

/// A finding that the database is an older copy of itself: a backup was restored, or its journal was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RolledBack {
    /// The version that the registry had reached, at least.
    pub from: Version,
    /// The version that it has now.
    pub to: Version,
}

impl Sqlite {
    /// Opens the registry in a directory, and creates both if they do not exist. Only their owner may read the files that are created.
    ///
    /// # Errors
    ///
    /// - [`StoreError::InUse`] if another process has the directory.
    /// - [`StoreError::Lost`] if the directory contained a registry, and its database is missing or empty.
    /// - [`StoreError::Foreign`] if the database is that of another directory.
    /// - [`StoreError::NewerSchema`] if a newer release wrote it. Nothing is changed.
    /// - [`StoreError::Unopened`] if it cannot be read or written, or is a database of another program.
    /// - [`StoreError::Damaged`] if the file is not as it was written.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        Self::open_with(folder, StoreLimits::default())
    }

    /// Returns true if a directory has a registry, or lost the one that it had. Creates and changes nothing.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unopened`] if the directory cannot be read.
    pub fn is_at(folder: &Path) -> Result<bool, StoreError> {
        folder::has_registry(folder)
    }

    /// Opens a registry as [`open`](Self::open) does, with the given limits.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub fn open_with(folder: &Path, limits: StoreLimits) -> Result<Self, StoreError> {
        let folder = Folder::take(folder)?;
        let path = folder.database().to_owned();
        let file = path.display().to_string();
        let opened = |fault: Fault| fault.while_opening(&file);
        let mut writer = connection::to_write(&path).map_err(opened)?;
        let schema = Schema::of(&writer).map_err(opened)?;
        if schema.is_new() {
            folder.may_begin()?;
        } else {
            let found = schema.has_identity().then(|| read::store_id(&writer));
            folder.accept(found.transpose().map_err(opened)?)?;
        }
        connection::take_journal(&writer).map_err(opened)?;
        connection::make_durable(&writer, &limits).map_err(opened)?;
        schema.migrate(&mut writer).map_err(opened)?;
        let id = read::store_id(&writer).map_err(opened)?;
        let version = read::latest_version(&mut writer).map_err(opened)?;
        let rolled_back = folder
            .later_than(version)
            .map(|from| RolledBack { from, to: version });
        if schema.is_new() {
            // From now on the folder shows that it has a registry.
            folder.record(id, version)?;
        }
        let readers: Result<Vec<Connection>, Fault> =
            (0..READERS).map(|_| connection::to_read(&path)).collect();
        let readers = readers.map_err(opened)?;
        let mut lister = connection::to_read(&path).map_err(opened)?;
        let effort = Effort::bound(&mut lister, effort::MAX_STEPS).map_err(opened)?;
        folder.note_journal(&writer).map_err(opened)?;
        let start = |name, connections, most| {
            Worker::start(name, connections, most).map_err(|error| unopened_for(&path, &error))
        };
        let readers = start("m2m-store-read", readers, MAX_READS_WAITING)?;
        let lister = start("m2m-store-list", vec![lister], MAX_READS_WAITING)?;
        let shared = Arc::new(Shared::new(&file, limits, Some((folder, id))));
        let most = MAX_WRITES_WAITING;
        let writer = Worker::start_with("m2m-store-write", vec![writer], most, &{
            let shared = Arc::clone(&shared);
            Arc::new(move |connection: &Connection| shared.copy_journal(connection))
        });
        let writer = writer.map_err(|error| unopened_for(&path, &error))?;
        Ok(Self {
            readers: Some(readers),
            listing: Some((lister, effort)),
            writer,
            shared,
            rolled_back,
        })
    }

    /// Creates an empty registry in memory, which is gone when this is dropped.
    ///
    /// # Errors
    ///
    /// [`StoreError::Failed`] if there is no memory or no thread left.
    pub fn in_memory() -> Result<Self, StoreError> {
        Self::in_memory_with(StoreLimits::default())
    }

    /// Creates a registry as [`in_memory`](Self::in_memory) does, with the given limits.
    ///
    /// # Errors
    ///
    /// As [`in_memory`](Self::in_memory).
    pub fn in_memory_with(limits: StoreLimits) -> Result<Self, StoreError> {
        let file = "the in-memory store";
        let open = || {
            let mut connection = connection::in_memory(&limits)?;
            Schema::of(&connection)?.migrate(&mut connection)?;
            Ok(connection)
        };
        let connection = open().map_err(|fault: Fault| fault.in_file(file))?;
        let most = MAX_READS_WAITING;
        let writer = Worker::start("m2m-store", vec![connection], most).map_err(|error| {
            StoreError::Failed {
                why: error.to_string().into(),
            }
        })?;
        Ok(Self {
            readers: None,
            listing: None,
            writer,
            shared: Arc::new(Shared::new(file, limits, None)),
            rolled_back: None,
        })
    }

    /// Reports failures and recoveries to an observer from now on.
    #[must_use]
    pub fn observed_by(self, observer: Arc<impl Observer>) -> Self {
        self.shared.observe(observer);
        self
    }

    /// Returns the rollback that was found when the database was opened, if there was one.
    #[must_use]
    pub const fn rolled_back(&self) -> Option<RolledBack> {
        self.rolled_back
    }

    /// Confirms that the database belongs to the folder, for example after its keys were opened with the sealing key of the folder. From now
    /// on another database is refused, and an older copy is reported. A commit confirms this as well.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unopened`] if `m2m.id` cannot be written.
    pub async fn confirm(&self) -> Result<(), StoreError> {
        self.write(|connection, shared| {
            let version = read::latest_version(connection)?;
            shared.record(version).map_err(Fault::Store)
        })
        .await
    }

    /// Watches a file that the content of the database depends on, such as the sealing key of its private keys: once it was deleted or has
    /// another content, nothing is acknowledged until it is as it was. One file can be watched, and the first stays.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unopened`] if it cannot be read.
    pub fn watch(&self, file: &Path) -> Result<(), StoreError> {
        self.shared.watch(file)
    }

    /// Finds out whether a change that was answered with [`StoreError::Unknown`] was made, if there is one, and reports it to the observer.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the disk still fails, so that the outcome stays unknown.
    pub async fn settle(&self) -> Result<(), StoreError> {
        if !self.shared.is_unsettled() {
            return Ok(());
        }
        self.write(|connection, shared| shared.settle(connection))
            .await
    }

    async fn read<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Connection) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, StoreError> {
        let readers = self.readers.as_ref().unwrap_or(&self.writer);
        let read = readers.ask(job).await;
        let read = read.map_err(|fault| fault.in_file(&self.shared.file));
        self.shared.told(Access::Read, read)
    }

    /// Does a read for the management API, on a thread other than those that read for tokens.
    async fn list<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Connection) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, StoreError> {
        let Some((worker, effort)) = &self.listing else {
            return self.read(job).await;
        };
        let effort = effort.clone();
        let asked = worker.ask(move |connection| {
            effort.begin();
            job(connection)
        });
        let read = asked.await;
        let read = read.map_err(|fault| effort::named(fault).in_file(&self.shared.file));
        if let Err(StoreError::TooMuchWork) = read {
            // The query is at fault, and the store is not.
            return read;
        }
        self.shared.told(Access::Read, read)
    }

    async fn write<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Connection, &Shared) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, StoreError> {
        let shared = Arc::clone(&self.shared);
        let asked = self.writer.ask(move |connection| {
            shared.may_write(connection)?;
            job(connection, &shared)
        });
        let written = asked.await;
        let written = written.map_err(|fault| fault.of_write(&self.shared.file));
        self.shared.told(Access::Write, written)
    }
}

impl Backend for Sqlite {
    async fn frame(&self) -> Result<Frame, StoreError> {
        self.read(read::frame).await
    }

    async fn find(&self, client_id: &str) -> Result<Option<Found>, StoreError> {
        let client_id: Box<str> = client_id.into();
        self.read(move |connection| read::find(connection, &client_id))
            .await
    }

    async fn suspects(&self, sought: Vec<Sought>) -> Result<Vec<Records>, StoreError> {
        self.read(move |connection| read::suspects(connection, &sought))
            .await
    }

    async fn authorized_for(
        &self,
        audience: &str,
        most: usize,
    ) -> Result<Vec<Box<str>>, StoreError> {
        let audience: Box<str> = audience.into();
        self.list(move |connection| read::authorized_for(connection, &audience, most))
            .await
    }

    async fn application(
        &self,
        named: Named<'_>,
    ) -> Result<Option<Stored<Application>>, StoreError> {
        let asked = asked::Name::of(named);
        self.list(move |connection| page::application(connection, asked.named()))
            .await
    }

    async fn applications(&self, list: List<'_>) -> Result<ApplicationPage, StoreError> {
        let asked = asked::Listing::of(list);
        self.list(move |connection| page::applications(connection, &asked.list()))
            .await
    }

    async fn used_applications(&self, list: List<'_>) -> Result<UsedPage, StoreError> {
        let asked = asked::Listing::of(list);
        self.list(move |connection| uses::applications(connection, &asked.list()))
            .await
    }

    async fn organization(&self, code: &str) -> Result<Option<Stored<Organization>>, StoreError> {
        let code: Box<str> = code.into();
        self.list(move |connection| page::organization(connection, &code))
            .await
    }

    async fn organizations(&self, list: List<'_>) -> Result<Page<Organization>, StoreError> {
        let asked = asked::Listing::of(list);
        self.list(move |connection| page::organizations(connection, &asked.list()))
            .await
    }

    async fn has_system_user(&self, name: &str) -> Result<bool, StoreError> {
        let name: Box<str> = name.into();
        self.list(move |connection| page::has_system_user(connection, &name))
            .await
    }

    async fn events(&self, query: EventQuery<'_>) -> Result<EventPage, StoreError> {
        let name = query.name.map(Box::<str>::from);
        let actor = query.actor.map(Box::<str>::from);
        let query = EventQuery {
            name: None,
            actor: None,
            ..query
        };
        self.list(move |connection| {
            let query = EventQuery {
                name: name.as_deref(),
                actor: actor.as_deref(),
                ..query
            };
            log::events(connection, &query)
        })
        .await
    }

    async fn refusals(&self, query: RefusalQuery<'_>) -> Result<RefusalPage, StoreError> {
        let client_id = query.client_id.map(Box::<str>::from);
        let request_id = query.request_id.map(Box::<str>::from);
        let query = RefusalQuery {
            client_id: None,
            request_id: None,
            ..query
        };
        self.list(move |connection| {
            let query = RefusalQuery {
                client_id: client_id.as_deref(),
                request_id: request_id.as_deref(),
                ..query
            };
            log::refusals(connection, &query)
        })
        .await
    }

    async fn outline(&self) -> Result<Snapshot, StoreError> {
        self.list(read::outline).await
    }

    async fn snapshot(&self) -> Result<Snapshot, StoreError> {
        self.list(read::snapshot).await
    }

    async fn walk<S: Send + 'static>(
        &self,
        state: S,
        each: fn(&mut S, AnyRecord) -> ControlFlow<()>,
    ) -> Result<S, StoreError> {
        self.list(move |connection| read::walk(connection, state, each))
            .await
    }

    async fn commit(&self, expected: Version, change: Change) -> Result<Version, CommitError> {
        self.write(move |connection, shared| shared.commit(connection, expected, &change))
            .await?
    }

    async fn changes_since(&self, version: Version) -> Result<Changes, StoreError> {
        let shared = Arc::clone(&self.shared);
        let read = self.read(move |connection| match shared.check()? {
            JournalState::Whole => read::changes_since(connection, version).map(Some),
            JournalState::Short => Ok(None),
        });
        if let Some(changes) = read.await? {
            return Ok(changes);
        }
        self.write(|_, _| Ok(())).await?;
        self.read(move |connection| read::changes_since(connection, version))
            .await
    }

    async fn add_usage(&self, batch: UsageBatch) -> Result<(), StoreError> {
        self.write(move |connection, shared| {
            usage::add(connection, &shared.limits, &batch)?;
            shared.may_acknowledge(connection)
        })
        .await
    }

    async fn tokens_since(&self, client_id: &str, since: UnixTime) -> Result<u64, StoreError> {
        let client_id: Box<str> = client_id.into();
        self.read(move |connection| usage::tokens_since(connection, &client_id, since))
            .await
    }

    async fn secret_uses(&self, client_id: &str) -> Result<Vec<SecretUse>, StoreError> {
        let client_id: Box<str> = client_id.into();
        self.list(move |connection| usage::secret_uses(connection, &client_id))
            .await
    }

    async fn refused(&self, trace_id: TraceId) -> Result<Option<Refused>, StoreError> {
        self.list(move |connection| log::refused(connection, trace_id))
            .await
    }

    async fn revoke(
        &self,
        revocations: Vec<Revocation>,
        now: UnixTime,
    ) -> Result<usize, StoreError> {
        self.write(move |connection, shared| {
            let made = revocation::revoke(connection, &shared.limits, &revocations, now)?;
            shared.may_acknowledge(connection)?;
            Ok(made)
        })
        .await
    }

    async fn is_revoked(&self, token: RevokedToken) -> Result<bool, StoreError> {
        self.read(move |connection| revocation::is_revoked(connection, token))
            .await
    }

    async fn revocations_after(&self, number: u64) -> Result<RevocationPage, StoreError> {
        self.read(move |connection| revocation::after(connection, number))
            .await
    }

    async fn forget_revocations(&self, now: UnixTime) -> Result<u64, StoreError> {
        self.write(move |connection, _| revocation::forget(connection, now))
            .await
    }
}
