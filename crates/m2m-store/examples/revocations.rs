//! The memory and the room in the file that a million revocations take:
//!
//! ```text
//! cargo run --release -p m2m-store --example revocations
//! ```

use std::error::Error;
use std::time::Instant;

use m2m_jwt::UnixTime;
use m2m_store::{
    Action, Actor, AuditEvent, Backend as _, CacheLimits, KeyRecord, RegistryCache, Revocation,
    RevokedToken, Sqlite, StoreError, StoreLimits, Subject, Uptime,
};

const REVOCATIONS: u64 = 1_000_000;
const AT_ONCE: u64 = 10_000;
const NOW: UnixTime = UnixTime::from_seconds(1_800_000_000);

#[expect(clippy::print_stdout, reason = "an example shows what it does")]
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    // The audit log is bounded, so that its events do not hide the size of the revocations.
    let limits = StoreLimits {
        audit_events: 1,
        ..StoreLimits::default()
    };
    let cache = open(Sqlite::open_with(&data, limits)?).await?;
    let before = resident_bytes()?;
    #[expect(clippy::disallowed_methods, reason = "the example measures time")]
    let start = Instant::now();
    for from in (0..REVOCATIONS).step_by(usize::try_from(AT_ONCE)?) {
        let revocations = (from..from + AT_ONCE).map(revocation).collect();
        cache.revoke(revocations, NOW).await?;
    }
    let full = cache.revoke(vec![revocation(REVOCATIONS)], NOW).await?;
    println!(
        "{REVOCATIONS} revocations in {:.1} s",
        start.elapsed().as_secs_f64()
    );
    println!("one more is refused: {}", full == 0);
    println!(
        "memory: {} bytes each",
        (resident_bytes()? - before) / REVOCATIONS
    );
    drop(cache);
    let size = std::fs::metadata(data.join("m2m.db"))?.len();
    println!("file: {} bytes each", size / REVOCATIONS);
    #[expect(clippy::disallowed_methods, reason = "the example measures time")]
    let start = Instant::now();
    let cache = open(Sqlite::open(&data)?).await?;
    println!("opened again in {:.2} s", start.elapsed().as_secs_f64());
    println!(
        "all are there: {}",
        cache.is_token_revoked(&(REVOCATIONS - 1).to_string())
    );
    Ok(())
}

async fn open(store: Sqlite) -> Result<RegistryCache<Sqlite>, StoreError> {
    let no_keys = |key: &KeyRecord| {
        Err(StoreError::WrongSealingKey {
            kid: key.kid.clone(),
        })
    };
    let limits = CacheLimits::DEFAULT;
    RegistryCache::open(store, "https://id.example", no_keys, limits, Uptime::ZERO).await
}

fn revocation(number: u64) -> Revocation {
    let jti = number.to_string();
    Revocation {
        token: RevokedToken::of(&jti),
        expires_at: NOW.saturating_add_seconds(1 + number % 3600),
        is_by_operator: false,
        event: Some(AuditEvent {
            time: NOW,
            actor: Actor::command("example"),
            action: Action::Revoked,
            subject: Subject::Token,
            name: jti.into(),
            before: None,
            after: None,
        }),
    }
}

/// The resident memory of the process, where the system tells it.
fn resident_bytes() -> Result<u64, Box<dyn Error>> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kibibytes = line.unwrap_or("0").trim().trim_end_matches(" kB");
    Ok(kibibytes.parse::<u64>()? * 1024)
}
