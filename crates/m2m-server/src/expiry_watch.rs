//! The hourly warnings before secrets and applications expire: in the log, in the audit log and as a metric.

use std::sync::Arc;
use std::time::Duration;

use m2m_admin::{Expiring, ExpiringPart, ExpiryWatch, Recording};
use m2m_host::timestamp::{relative, rfc3339};
use m2m_host::{clock, output};
use m2m_jwt::UnixTime;
use serde_json::{Value, json};

use crate::metrics::Metrics;
use crate::store::RegistryCache;

/// Looks at the registry at the start and every hour.
pub(crate) async fn watch(cache: Arc<RegistryCache>, metrics: Arc<Metrics>, is_writable: bool) {
    let mut watch = ExpiryWatch::new(match is_writable {
        true => Recording::AuditLog,
        false => Recording::Memory,
    });
    loop {
        let now = clock::now();
        let pause = match watch.look(&*cache, now).await {
            Ok(report) => {
                for count in &report.counts {
                    metrics.expiring(count.kind, count.within.as_str(), count.number);
                }
                for warning in &report.warnings {
                    output::log_line(&line(warning, now));
                }
                if report.more > 0 {
                    output::log_line(&json!({
                        "time": rfc3339(now),
                        "event": "expiring",
                        "message": "more secrets and applications expire soon than are listed now; the others follow",
                        "more": report.more,
                    }));
                }
                INTERVAL
            }
            // The observer of the store records failures.
            Err(_) => AFTER_FAILURE,
        };
        tokio::time::sleep(pause).await;
    }
}

/// Returns the line of the log for a warning.
fn line(warning: &Expiring, now: UnixTime) -> Value {
    let what = match &warning.what {
        ExpiringPart::Application => "the application expires",
        ExpiringPart::Secret(_) => "a secret of the application expires",
        ExpiringPart::RotatedSecret(_) => {
            "a secret that was replaced is still used, and is valid only for a short time: it expires"
        }
    };
    json!({
        "time": rfc3339(now),
        "event": "expiring",
        "message": format!("{what} {}", relative(warning.at, now)),
        "kind": warning.what.kind(),
        "client_id": warning.client_id,
        "name": warning.name,
        "owner": warning.owner,
        "contact": warning.contact,
        "secret_id": warning.what.secret_id(),
        "expires_at": rfc3339(warning.at),
        "within": warning.within.as_str(),
    })
}

/// The time between two looks. A look reads every application, page by page.
const INTERVAL: Duration = Duration::from_secs(3600);

/// The time to the next look if the store failed.
const AFTER_FAILURE: Duration = Duration::from_secs(60);
