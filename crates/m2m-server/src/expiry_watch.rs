//! The hourly warnings before secrets and applications expire: in the log, in the audit log and as a metric.

use std::sync::Arc;
use std::time::Duration;

use m2m_admin::{ExpiryWatch, Recording};
use m2m_host::{clock, output};

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
                report.log_lines(now).iter().for_each(output::log_line);
                INTERVAL
            }
            // The observer of the store records failures.
            Err(_) => AFTER_FAILURE,
        };
        tokio::time::sleep(pause).await;
    }
}

/// The time between two looks. A look reads every application, page by page.
const INTERVAL: Duration = Duration::from_secs(3600);

/// The time to the next look if the store failed.
const AFTER_FAILURE: Duration = Duration::from_secs(60);
