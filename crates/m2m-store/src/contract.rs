//! The contract of every [`Backend`]: one test suite that each passes.
//!
//! ```
//! use m2m_store::{Sqlite, contract};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! contract::run(async || Sqlite::in_memory().expect("a store in memory")).await;
//! # }
//! ```

mod diagnosis;
mod listing;
mod logs;
mod reading;
mod refusals;
mod registry;
mod revocations;
mod search;
mod usage;
mod weight;

use m2m_authority::registry::{Application, Deletion};
use m2m_jwt::UnixTime;

use crate::{
    Action, Actor, AuditEvent, Backend, Change, EventQuery, RecordId, Snapshot, Stored, Subject,
    Version, Write,
};

pub use diagnosis::diagnosis;
pub use listing::listing;
pub use logs::logs;
pub use reading::reading;
pub use refusals::refusals;
pub use registry::registry;
pub use revocations::revocations;
pub use search::search;
pub use usage::usage;
pub use weight::weight;

/// Runs the whole suite. `make` returns an empty backend each time.
///
/// # Panics
///
/// If the backend violates the contract.
pub async fn run<B: Backend>(make: impl AsyncFn() -> B) {
    registry(&make).await;
    reading(&make).await;
    listing(&make).await;
    search(&make).await;
    logs(&make).await;
    refusals(&make).await;
    diagnosis(&make).await;
    usage(&make).await;
    revocations(&make).await;
    weight(&make).await;
}

/// The time of everything that the suite does, except for tests about time.
const NOW: UnixTime = UnixTime::from_seconds(1_800_000_000);

/// Returns a record whose name consists of one number.
fn stored<T>(number: u8, value: T) -> Stored<T> {
    Stored::new(id(number), value, NOW)
}

const fn id(number: u8) -> RecordId {
    RecordId::from_bytes([number; 16])
}

fn application(client_id: &str) -> Application {
    Application::new(&format!("Application {client_id}"), client_id)
}

fn put(number: u8, application: Application) -> Write {
    Write::PutApplication(Box::new(stored(number, application)))
}

fn delete(number: u8, client_id: &str) -> Write {
    let deletion = Deletion {
        client_id: client_id.into(),
        at: NOW,
        by: "operator".into(),
    };
    Write::DeleteApplication(id(number), deletion)
}

fn event(name: &str) -> AuditEvent {
    AuditEvent {
        time: NOW,
        actor: Actor::command("contract"),
        action: Action::Created,
        subject: Subject::Application,
        name: name.into(),
        before: None,
        after: None,
    }
}

fn change(writes: impl IntoIterator<Item = Write>) -> Change {
    Change {
        writes: writes.into_iter().collect(),
        events: vec![event("contract")],
    }
}

/// Makes a change at the current version.
async fn commit(backend: &impl Backend, writes: impl IntoIterator<Item = Write>) -> Version {
    let version = version(backend).await;
    let next = backend.commit(version, change(writes)).await;
    next.expect("a change at the current version")
}

async fn version(backend: &impl Backend) -> Version {
    let frame = backend.frame().await.expect("a frame");
    frame.version
}

/// Reads the latest audit events, the latest first.
async fn told(backend: &impl Backend, most: usize) -> Vec<AuditEvent> {
    let query = EventQuery {
        most,
        ..EventQuery::default()
    };
    let events = backend.events(query).await.expect("events");
    let entries = events.entries.into_iter();
    entries.map(|numbered| numbered.entry).collect()
}

async fn snapshot(backend: &impl Backend) -> Snapshot {
    backend.snapshot().await.expect("a snapshot")
}

/// Returns the whole content of a snapshot as text. The hashes of secrets do not show in `Debug`, and are added.
fn said(snapshot: &Snapshot) -> String {
    let hashes: Vec<String> = snapshot
        .applications
        .iter()
        .flat_map(|stored| &stored.value.secrets)
        .map(|secret| secret.hash.to_base64())
        .collect();
    format!("{snapshot:#?}\n{hashes:#?}")
}
