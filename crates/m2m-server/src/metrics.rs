//! The metrics of a server. A request costs a few atomic additions, and takes no lock.

use std::path::Path;
use std::time::Duration;

use m2m_admin::KeyAge;
use m2m_errors::Cause;
use m2m_jwt::{Algorithm, UnixTime};
use m2m_listen::{Closed, HandshakeProblem};
use m2m_recorder::Counters;
use m2m_store::{FailureKind, Maintenance};
use prometheus_client::encoding::text;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

/// The counters of a server.
#[derive(Debug)]
pub(crate) struct Metrics {
    registry: Registry,
    issued: Counter,
    test_tokens: Counter,
    tokens_reused: Counter,
    asking_often: Gauge,
    /// The causes with which requests are answered, in the order of [`Cause::ALL`].
    answered: Box<[Cause]>,
    /// One counter for each of them.
    refused: Box<[Counter]>,
    throttled: Counter,
    /// Introspected tokens that were active, and those that were not.
    introspected: Box<[Counter]>,
    tokens_revoked: Counter,
    revoked_tokens: Gauge,
    in_flight: Gauge,
    connections: Gauge,
    /// One counter for each reason, in the order of [`Closed::ALL`].
    closed: Box<[Counter]>,
    /// One counter for each reason, in the order of [`HandshakeProblem::ALL`].
    handshakes_failed: Box<[Counter]>,
    connections_refused: Counter,
    accept_failures: Counter,
    tls_reloads: Counter,
    tls_reload_failures: Counter,
    cache_hits: Counter,
    cache_misses: Counter,
    events_dropped: Counter,
    refusals_summarized: Counter,
    log_write_failures: Counter,
    management_refused: Family<[(&'static str, Box<str>); 1], Counter>,
    out_of_contact: Gauge,
    /// One counter for each kind, in the order of [`FailureKind::ALL`].
    store_failures: Box<[Counter]>,
    maintenance: Gauge,
    /// One gauge for each algorithm that has a signing key.
    signing_key_age: Family<[(&'static str, &'static str); 1], Gauge>,
    /// One gauge for each algorithm whose signing key is replaced by schedule.
    signing_key_rotation: Family<[(&'static str, &'static str); 1], Gauge>,
    key_step_failures: Counter,
    /// One gauge for each kind and threshold.
    expiring: Family<[(&'static str, &'static str); 2], Gauge>,
    /// One gauge for each certificate file; empty without a certificate.
    certificate_expiry: Family<[(&'static str, String); 1], Gauge>,
}

/// Counters that differ in one label, all of them present from the start: a counter that appears only with its first event hides it.
fn labelled(
    registry: &mut Registry,
    name: &str,
    help: &str,
    label: &'static str,
    values: impl Iterator<Item = &'static str>,
) -> Box<[Counter]> {
    let family = Family::<[(&'static str, &'static str); 1], Counter>::default();
    registry.register(name, help, family.clone());
    values
        .map(|value| family.get_or_create_owned(&[(label, value)]))
        .collect()
}

/// Increments the counter of a value. `counters` are in the order of `all`, which is the order of the values.
fn count<V: Ord>(all: &[V], value: V, counters: &[Counter]) {
    let index = all.binary_search(&value).ok();
    if let Some(counter) = index.and_then(|index| counters.get(index)) {
        counter.inc();
    }
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let mut registry = Registry::with_prefix("m2m");
        let build = Info::new([
            ("version", env!("CARGO_PKG_VERSION")),
            ("crypto", CRYPTO_LIBRARY),
        ]);
        registry.register(
            "build",
            "Version and cryptographic library of the server",
            build,
        );
        let answered = Cause::ALL
            .iter()
            .copied()
            .filter(|cause| cause.is_answered());
        let answered: Box<[Cause]> = answered.collect();
        let refused = labelled(
            &mut registry,
            "refusals",
            "Refused requests, by exact cause",
            "cause",
            answered.iter().map(|cause| cause.id()),
        );
        let closed = labelled(
            &mut registry,
            "connections_closed",
            "Closed connections, by reason",
            "reason",
            Closed::ALL.iter().map(|reason| reason.as_str()),
        );
        let handshakes_failed = labelled(
            &mut registry,
            "tls_handshake_failures",
            "Failed TLS handshakes, by the alert of the caller or another reason",
            "reason",
            HandshakeProblem::ALL.iter().map(|reason| reason.name()),
        );
        let store_failures = labelled(
            &mut registry,
            "store_failures",
            "Failed reads and writes of the store, by kind",
            "kind",
            FailureKind::ALL.into_iter().map(FailureKind::as_str),
        );
        let introspected = labelled(
            &mut registry,
            "introspections",
            "Answered introspection requests, by whether the token was active",
            "active",
            ["false", "true"].into_iter(),
        );
        let mut counter = |name: &str, help: &str| {
            let counter = Counter::default();
            registry.register(name, help, counter.clone());
            counter
        };
        let issued = counter("tokens_issued", "Issued access tokens");
        let test_tokens = counter(
            "test_tokens_issued",
            "Access tokens that operators obtained in the name of applications, also counted as issued",
        );
        let tokens_reused = counter(
            "tokens_reused",
            "Requests that got a token again, within the reuse window of the API",
        );
        let throttled = counter(
            "authentications_throttled",
            "Failed authentications that were answered with 429",
        );
        let tokens_revoked = counter(
            "tokens_revoked",
            "Access tokens that clients or operators revoked",
        );
        let connections_refused = counter(
            "connections_refused",
            "Connections refused because the maximum was reached",
        );
        let accept_failures = counter("accept_failures", "Failed attempts to accept a connection");
        let tls_reloads = counter("tls_reloads", "Successful reloads of the TLS certificate");
        let tls_reload_failures = counter(
            "tls_reload_failures",
            "Failed reloads of the TLS certificate, after which the previous one stays in use",
        );
        let cache_hits = counter("cache_hits", "Lookups answered from memory");
        let cache_misses = counter("cache_misses", "Lookups that read the store");
        let events_dropped = counter(
            "events_dropped",
            "Refusals and diagnoses neither logged nor stored, because there were too many",
        );
        let refusals_summarized = counter(
            "refusals_summarized",
            "Refusals logged as counts by cause and address block, not one by one",
        );
        let log_write_failures =
            counter("log_write_failures", "Log lines that could not be written");
        let key_step_failures = counter(
            "signing_key_step_failures",
            "Failed steps of the schedule of signing keys, which are tried again every minute",
        );
        let management_refused = Family::<[(&str, Box<str>); 1], Counter>::default();
        registry.register(
            "management_refusals",
            "Refused requests to the management API, by error code",
            management_refused.clone(),
        );
        for code in ["SCOPE_BEYOND_TOKEN", "MANAGEMENT_PROTECTED"] {
            drop(management_refused.get_or_create(&[("code", code.into())]));
        }
        let mut gauge = |name: &str, help: &str| {
            let gauge = Gauge::default();
            registry.register(name, help, gauge.clone());
            gauge
        };
        let asking_often = gauge(
            "applications_asking_often",
            "Applications that requested at least 60 tokens in the last minute, and probably request one for each call",
        );
        let revoked_tokens = gauge("revoked_tokens", "Revoked tokens that have not expired");
        let in_flight = gauge("requests_in_flight", "Requests in progress");
        let connections = gauge("connections_open", "Open connections");
        let maintenance = gauge("maintenance", "1 while maintenance is on, otherwise 0");
        let out_of_contact = Gauge::default();
        registry.register_with_unit(
            "store_unreachable",
            "Time for which the store has been unreachable",
            Unit::Seconds,
            out_of_contact.clone(),
        );
        let signing_key_age = Family::default();
        registry.register_with_unit(
            "signing_key_age",
            "Age of the active signing key, by algorithm",
            Unit::Seconds,
            Family::clone(&signing_key_age),
        );
        let signing_key_rotation = Family::default();
        registry.register_with_unit(
            "signing_key_next_rotation",
            "Next scheduled rotation of the signing key, by algorithm, in seconds since 1970",
            Unit::Seconds,
            Family::clone(&signing_key_rotation),
        );
        let expiring = Family::default();
        registry.register(
            "expiring",
            "Secrets and applications that expire within a time, those within a shorter time included",
            Family::clone(&expiring),
        );
        let certificate_expiry = Family::default();
        registry.register_with_unit(
            "tls_certificate_expiry",
            "Expiry of the TLS certificate in use, in seconds since 1970",
            Unit::Seconds,
            Family::clone(&certificate_expiry),
        );
        Self {
            registry,
            issued,
            test_tokens,
            tokens_reused,
            asking_often,
            answered,
            refused,
            throttled,
            introspected,
            tokens_revoked,
            revoked_tokens,
            in_flight,
            connections,
            closed,
            handshakes_failed,
            connections_refused,
            accept_failures,
            tls_reloads,
            tls_reload_failures,
            cache_hits,
            cache_misses,
            events_dropped,
            refusals_summarized,
            log_write_failures,
            management_refused,
            out_of_contact,
            store_failures,
            maintenance,
            signing_key_age,
            signing_key_rotation,
            key_step_failures,
            expiring,
            certificate_expiry,
        }
    }

    /// Returns all metrics in the text format of OpenMetrics.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        // Writing into a string does not fail.
        let _ = text::encode(&mut text, &self.registry);
        text
    }

    /// Counts a failed authentication that was answered with 429.
    pub(crate) fn throttled(&self) {
        self.throttled.inc();
    }

    /// Counts an answered introspection request.
    pub(crate) fn introspected(&self, is_active: bool) {
        if let Some(counter) = self.introspected.get(usize::from(is_active)) {
            counter.inc();
        }
    }

    /// Counts a revoked token.
    pub(crate) fn token_revoked(&self) {
        self.tokens_revoked.inc();
    }

    /// Sets the number of revoked tokens that have not expired.
    pub(crate) fn revoked_tokens(&self, tokens: usize) {
        self.revoked_tokens
            .set(i64::try_from(tokens).unwrap_or(i64::MAX));
    }

    /// Counts a request that is now being answered, and returns the number of all that are.
    pub(crate) fn request_began(&self) -> i64 {
        self.in_flight.inc().saturating_add(1)
    }

    /// Counts a request as answered.
    pub(crate) fn request_ended(&self) {
        self.in_flight.dec();
    }

    /// Counts an accepted connection.
    pub(crate) fn connection_opened(&self) {
        self.connections.inc();
    }

    /// Counts a closed connection by its reason.
    pub(crate) fn connection_closed(&self, reason: Closed) {
        self.connections.dec();
        count(Closed::ALL, reason, &self.closed);
    }

    /// Counts a failed TLS handshake by its reason.
    pub(crate) fn handshake_failed(&self, reason: HandshakeProblem) {
        count(HandshakeProblem::ALL, reason, &self.handshakes_failed);
    }

    /// Counts a connection that was refused because the maximum number was reached.
    pub(crate) fn connection_refused(&self) {
        self.connections_refused.inc();
    }

    /// Counts a connection that could not be accepted.
    pub(crate) fn accept_failed(&self) {
        self.accept_failures.inc();
    }

    /// Counts a replacement of the certificate.
    pub(crate) fn tls_reloaded(&self) {
        self.tls_reloads.inc();
    }

    /// Counts a failed replacement of the certificate.
    pub(crate) fn tls_reload_failed(&self) {
        self.tls_reload_failures.inc();
    }

    /// Counts a look-up that was answered from memory.
    pub(crate) fn cache_hit(&self) {
        self.cache_hits.inc();
    }

    /// Counts a look-up that went to the store.
    pub(crate) fn cache_missed(&self) {
        self.cache_misses.inc();
    }

    /// Sets the time for which the store has not been reached: zero if it is reached.
    pub(crate) fn out_of_contact_for(&self, duration: Duration) {
        self.out_of_contact
            .set(i64::try_from(duration.as_secs()).unwrap_or(i64::MAX));
    }

    /// Sets the age of the key that signs with this algorithm. `None` if there is no such key.
    pub(crate) fn signing_key(&self, algorithm: Algorithm, key: Option<KeyAge>) {
        let labels = [("alg", algorithm.as_str())];
        let set = |family: &Family<_, Gauge>, value: Option<u64>| match value {
            Some(value) => {
                let gauge = family.get_or_create_owned(&labels);
                gauge.set(i64::try_from(value).unwrap_or(i64::MAX));
            }
            None => drop(family.remove(&labels)),
        };
        set(&self.signing_key_age, key.map(|key| key.seconds));
        let rotates_at = key.and_then(|key| key.rotates_at);
        set(
            &self.signing_key_rotation,
            rotates_at.map(UnixTime::as_seconds),
        );
    }

    /// Counts steps of the schedule of signing keys that failed.
    pub(crate) fn key_steps_failed(&self, more: u64) {
        self.key_step_failures.inc_by(more);
    }

    /// Sets the number of secrets or applications that expire within a time.
    pub(crate) fn expiring(&self, kind: &'static str, within: &'static str, number: i64) {
        let labels = [("kind", kind), ("within", within)];
        self.expiring.get_or_create_owned(&labels).set(number);
    }

    /// Sets the end of the validity of the certificate that is served.
    pub(crate) fn certificate_expires(&self, file: &Path, at: UnixTime) {
        let labels = [("file", file.display().to_string())];
        let expiry = self.certificate_expiry.get_or_create_owned(&labels);
        expiry.set(i64::try_from(at.as_seconds()).unwrap_or(i64::MAX));
    }

    /// Sets whether the server is in maintenance.
    pub(crate) fn in_maintenance(&self, maintenance: Maintenance) {
        self.maintenance.set(match maintenance {
            Maintenance::Off => 0,
            Maintenance::On => 1,
        });
    }
}

impl Counters for Metrics {
    fn issued(&self) {
        self.issued.inc();
    }

    fn token_reused(&self) {
        self.tokens_reused.inc();
    }

    fn applications_asking_often(&self, applications: usize) {
        let applications = i64::try_from(applications).unwrap_or(i64::MAX);
        self.asking_often.set(applications);
    }

    fn test_token_issued(&self) {
        self.test_tokens.inc();
    }

    fn refused(&self, cause: Cause) {
        count(&self.answered, cause, &self.refused);
    }

    // The codes are those of this program.
    fn management_refused(&self, code: &str) {
        self.management_refused
            .get_or_create(&[("code", code.into())])
            .inc();
    }

    fn events_dropped(&self, more: u64) {
        if more > 0 {
            self.events_dropped.inc_by(more);
        }
    }

    fn refusals_summarized(&self, more: u64) {
        self.refusals_summarized.inc_by(more);
    }

    fn log_writes_failed(&self, lines: usize) {
        self.log_write_failures
            .inc_by(u64::try_from(lines).unwrap_or(u64::MAX));
    }

    fn store_failed(&self, kind: FailureKind) {
        count(&FailureKind::ALL, kind, &self.store_failures);
    }

    fn issued_and_refused(&self) -> (u64, u64) {
        let refused = self.refused.iter().map(Counter::get).sum();
        (self.issued.get(), refused)
    }
}

const CRYPTO_LIBRARY: &str = if cfg!(feature = "aws-lc-rs") {
    "aws-lc-rs"
} else {
    "ring"
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_events_and_shows_zero_for_those_that_did_not_happen() {
        let metrics = Metrics::new();
        metrics.issued();
        for cause in Cause::ALL {
            metrics.refused(*cause);
        }
        metrics.refused(Cause::SecretWrong);
        metrics.throttled();
        assert_eq!(metrics.request_began(), 1);
        assert_eq!(metrics.request_began(), 2);
        metrics.request_ended();
        for reason in Closed::ALL {
            metrics.connection_opened();
            metrics.connection_closed(*reason);
        }
        metrics.connection_opened();
        metrics.connection_refused();
        metrics.tls_reloaded();
        metrics.tls_reload_failed();
        metrics.cache_hit();
        metrics.cache_missed();
        metrics.events_dropped(7);
        metrics.refusals_summarized(3);
        metrics.log_writes_failed(1);
        metrics.management_refused("API_NOT_FOUND");
        metrics.out_of_contact_for(Duration::from_secs(12));
        metrics.in_maintenance(Maintenance::On);
        let age = KeyAge {
            seconds: 60,
            rotates_at: Some(UnixTime::from_seconds(90)),
        };
        for (algorithm, age) in [
            (Algorithm::Es256, Some(age)),
            (Algorithm::EdDsa, Some(age)),
            (Algorithm::EdDsa, None),
        ] {
            metrics.signing_key(algorithm, age);
        }
        metrics.key_steps_failed(2);
        assert!(!metrics.text().contains("m2m_expiring{"));
        metrics.expiring("secret", "3d", 2);
        assert!(
            !metrics
                .text()
                .contains("m2m_tls_certificate_expiry_seconds{")
        );
        metrics.certificate_expires(Path::new("a.pem"), UnixTime::from_seconds(1_800_000_000));
        let text = metrics.text();
        for line in [
            "m2m_tokens_issued_total 1",
            "m2m_refusals_total{cause=\"secret-wrong\"} 2",
            "m2m_refusals_total{cause=\"overloaded\"} 1",
            "m2m_authentications_throttled_total 1",
            "m2m_requests_in_flight 1",
            "m2m_connections_open 1",
            "m2m_connections_closed_total{reason=\"displaced\"} 1",
            "m2m_connections_refused_total 1",
            "m2m_tls_reload_failures_total 1",
            "m2m_cache_hits_total 1",
            "m2m_events_dropped_total 7",
            "m2m_refusals_summarized_total 3",
            "m2m_log_write_failures_total 1",
            "m2m_management_refusals_total{code=\"API_NOT_FOUND\"} 1",
            "m2m_management_refusals_total{code=\"SCOPE_BEYOND_TOKEN\"} 0",
            "m2m_store_unreachable_seconds 12",
            "m2m_maintenance 1",
            "m2m_signing_key_age_seconds{alg=\"ES256\"} 60",
            "m2m_signing_key_next_rotation_seconds{alg=\"ES256\"} 90",
            "m2m_signing_key_step_failures_total 2",
            "m2m_expiring{kind=\"secret\",within=\"3d\"} 2",
            "m2m_tls_certificate_expiry_seconds{file=\"a.pem\"} 1800000000",
            "m2m_test_tokens_issued_total 0",
            "# EOF",
        ] {
            assert!(text.lines().any(|own| own == line), "{line} in {text}");
        }
        assert!(text.contains(concat!("version=\"", env!("CARGO_PKG_VERSION"), "\"")));
        let refusals = text.matches("m2m_refusals_total{").count();
        let answered = Cause::ALL.iter().filter(|cause| cause.is_answered());
        assert_eq!(refusals, answered.count());
        assert!(!text.contains("cause=\"connection-refused\""));
    }

    #[test]
    fn the_guide_names_metrics_that_exist_with_their_labels() {
        let metrics = Metrics::new();
        metrics.refused(Cause::SecretWrong);
        let age = KeyAge {
            seconds: 0,
            rotates_at: Some(UnixTime::from_seconds(0)),
        };
        metrics.signing_key(Algorithm::Es256, Some(age));
        metrics.expiring("secret", "3d", 0);
        let text = metrics.text();
        let guide = include_str!("../../../docs/guide/production.md");
        let names = guide.split('`').filter(|word| word.starts_with("m2m_"));
        let mut count = 0;
        for name in names {
            // A label is followed by its value.
            let start = match name.strip_suffix('}') {
                Some(labelled) => format!("{labelled}=\""),
                None => format!("{name} "),
            };
            assert!(text.contains(&start), "{name} in {text}");
            count += 1;
        }
        assert!(count >= 5, "{count}");
    }
}
