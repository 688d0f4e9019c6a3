//! The certificate of the server: when operators are warned of its expiry, and the messages about its files.

use std::io::ErrorKind;
use std::path::Path;

use m2m_errors::Cause;
use m2m_host::error::Failure;
use m2m_host::timestamp::{relative, rfc3339};
use m2m_jwt::UnixTime;
use m2m_listen::{ListenError, TlsError, TlsFiles, Validity};
use serde_json::{Value, json};

use m2m_host::log_interval::LogInterval;

/// Warns the operator that the certificate in use has expired or soon will: at once, and then once a day.
#[derive(Debug, Default)]
pub(crate) struct Expiry(LogInterval);

impl Expiry {
    /// Returns a line for the log when a warning is due.
    pub(crate) fn line(
        &mut self,
        files: &TlsFiles,
        validity: Validity,
        now: UnixTime,
    ) -> Option<Value> {
        let state = state(validity, now)?;
        self.0.count(now, WARNING_INTERVAL_SECONDS)?;
        let not_after = UnixTime::from_seconds(validity.not_after());
        Some(json!({
            "time": rfc3339(now),
            "event": "certificate_expires",
            "state": state.as_str(),
            "file": files.cert.display().to_string(),
            "not_after": rfc3339(not_after),
            "warning": in_words(validity, now),
            "consequence": "callers reject a certificate that is not valid; replace the file with a renewed one, which is loaded without a restart",
        }))
    }
}

/// A state of the certificate that operators are warned of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    NotValidYet,
    Expires,
    Expired,
}

impl State {
    const fn as_str(self) -> &'static str {
        match self {
            Self::NotValidYet => "not-valid-yet",
            Self::Expires => "expires",
            Self::Expired => "expired",
        }
    }
}

/// Returns the state at `now`, if operators should be warned of it.
fn state(validity: Validity, now: UnixTime) -> Option<State> {
    let (from, to, now) = (
        validity.not_before(),
        validity.not_after(),
        now.as_seconds(),
    );
    // Certificates that live for a week are renewed within days.
    let early = (to.saturating_sub(from) / 3).min(EARLY_SECONDS);
    if now > to {
        Some(State::Expired)
    } else if now < from {
        Some(State::NotValidYet)
    } else if now > to.saturating_sub(early) {
        Some(State::Expires)
    } else {
        None
    }
}

/// Returns the state at `now` in words, if operators should be warned of it.
fn in_words(validity: Validity, now: UnixTime) -> Option<String> {
    let from = UnixTime::from_seconds(validity.not_before());
    let to = UnixTime::from_seconds(validity.not_after());
    let end = |verb: &str| {
        format!(
            "the TLS certificate {verb} {}, at {}",
            relative(to, now),
            rfc3339(to)
        )
    };
    Some(match state(validity, now)? {
        State::Expired => end("expired"),
        State::Expires => end("expires"),
        State::NotValidYet => format!(
            "the TLS certificate is not valid before {}, and the clock of this machine shows {}",
            rfc3339(from),
            rfc3339(now)
        ),
    })
}

/// Returns a warning if the certificate has expired or soon will.
pub(crate) fn warning(files: &TlsFiles, now: UnixTime) -> Option<String> {
    let warning = in_words(files.validity()?, now)?;
    Some(format!("{}: {warning}", files.cert.display()))
}

/// Returns the failure for a listener that cannot be started. `option` is the option that can name another address.
pub(crate) fn listen_failure(error: &ListenError, option: &str) -> Failure {
    match error {
        ListenError::Bind { address, error } => {
            let help = if error.kind() == ErrorKind::AddrNotAvailable {
                format!(
                    "set {option} to an address of this machine; 0.0.0.0 means all of its IPv4 addresses"
                )
            } else {
                format!("choose another address with {option}; port 0 picks a free port")
            };
            Failure::of_listening(*address, error).help(help)
        }
        ListenError::Tls(error) => tls_failure(error),
        other => Failure::refused(other.to_string()),
    }
}

/// Returns the failure for a certificate or a key that cannot be used, with the remedy.
pub(crate) fn tls_failure(error: &TlsError) -> Failure {
    let wrong_certificate = |what: String| Failure::mistake(Cause::TlsCertificateUnusable, what);
    let wrong_key = |what: String| Failure::mistake(Cause::TlsKeyUnusable, what);
    let shown = |path: &Path| path.display().to_string();
    match error {
        TlsError::Unreadable { kind, path, error } => {
            Failure::of_io(format!("cannot read the {kind} file {}", shown(path)), error)
                .help("check that the file exists, and that the user of the server may read it")
        }
        TlsError::OpenToOthers { path, mode } => {
            let path = shown(path);
            Failure::mistake(Cause::FileOpenToOthers, format!("{path} can be read by others"))
                .because(format!("its mode is {mode:03o}, and anyone who has the key can impersonate this server"))
                .help(format!("run chmod o= {path}; if others may have read the key, replace it and its certificate"))
        }
        TlsError::NoCertificate { path, found } => {
            wrong_certificate(format!("there is no certificate in {}", shown(path)))
                .because(found.to_string())
                .help("set --tls-cert (M2M_TLS_CERT) to a PEM file with the certificate of the server first, followed by those of its issuers")
        }
        TlsError::Damaged { path, why } => {
            wrong_certificate(format!("{} is damaged", shown(path)))
                .because(&**why)
                .help("get the file again from the issuer of the certificate")
        }
        TlsError::NoPrivateKey { path, found } => {
            wrong_key(format!("there is no private key in {}", shown(path)))
                .because(found.to_string())
                .help("set --tls-key (M2M_TLS_KEY) to a PEM file with `BEGIN PRIVATE KEY`, `BEGIN EC PRIVATE KEY` or `BEGIN RSA PRIVATE KEY`")
        }
        TlsError::EncryptedKey { path } => {
            let path = shown(path);
            wrong_key(format!("the key in {path} is encrypted"))
                .because("the server cannot ask for a passphrase when it starts")
                .help(format!("run openssl pkey -in {path} -out {path}.plain && chmod 600 {path}.plain, and use that file"))
        }
        TlsError::KeyMismatch { cert, key } => Failure::usage(format!(
            "the key in {} does not belong to the certificate in {}",
            shown(key),
            shown(cert)
        ))
        .because("their public keys differ")
        .caused_by(Cause::TlsKeyMismatch)
        .help("use the key with which the certificate was requested, and put the certificate of the server first in its file"),
        TlsError::UnusableCertificate { path, why } => {
            wrong_certificate(format!("{} does not contain a usable certificate", shown(path)))
                .because(&**why)
                .help("use an X.509 certificate of version 3 in PEM, as certificate authorities issue it")
        }
        TlsError::UnusableKey { path, why } => {
            wrong_key(format!("the key in {} cannot be used", shown(path)))
                .because(&**why)
                .help("use an RSA key of 2048 bits or more, an ECDSA key on P-256 or P-384, or an Ed25519 key")
        }
        TlsError::Setup { why } => Failure::refused("TLS cannot be set up").because(&**why),
        other => Failure::refused(other.to_string()),
    }
}

/// A day. Unit: seconds.
const WARNING_INTERVAL_SECONDS: u64 = 24 * 3600;

/// Thirty days. Unit: seconds.
const EARLY_SECONDS: u64 = 30 * 24 * 3600;

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair, date_time_ymd};

    use super::*;

    type Date = (i32, u8, u8);

    /// Creates the files of a certificate that is valid for this time.
    fn files(from: Date, to: Date) -> (tempfile::TempDir, TlsFiles) {
        let mut parameters = CertificateParams::new(["localhost".to_owned()]).unwrap();
        parameters.not_before = date_time_ymd(from.0, from.1, from.2);
        parameters.not_after = date_time_ymd(to.0, to.1, to.2);
        let key = KeyPair::generate().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let files = TlsFiles::new(
            folder.path().join("cert.pem"),
            folder.path().join("key.pem"),
        );
        std::fs::write(&files.cert, parameters.self_signed(&key).unwrap().pem()).unwrap();
        std::fs::write(&files.key, key.serialize_pem()).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::Permissions::from_mode(0o600);
            std::fs::set_permissions(&files.key, mode).unwrap();
        }
        (folder, files)
    }

    fn validity(from: Date, to: Date) -> Validity {
        files(from, to).1.validity().unwrap()
    }

    fn at(text: &str) -> UnixTime {
        m2m_host::timestamp::parse(text).unwrap()
    }

    #[test]
    fn an_operator_is_warned_thirty_days_before_a_certificate_expires() {
        let validity = validity((2026, 1, 1), (2027, 1, 31));
        for (now, expected, text) in [
            (
                "2025-12-31T23:59:59Z",
                Some(State::NotValidYet),
                "is not valid before 2026-01-01",
            ),
            ("2026-01-01T00:00:00Z", None, ""),
            ("2027-01-01T00:00:00Z", None, ""),
            (
                "2027-01-01T00:00:01Z",
                Some(State::Expires),
                "expires in 29 days, at 2027-01-31",
            ),
            ("2027-01-31T00:00:00Z", Some(State::Expires), "expires now"),
            (
                "2027-02-02T00:00:00Z",
                Some(State::Expired),
                "expired 2 days ago, at 2027-01-31",
            ),
        ] {
            assert_eq!(state(validity, at(now)), expected, "{now}");
            let warning = in_words(validity, at(now)).unwrap_or_default();
            assert!(warning.contains(text), "{now}: {warning}");
            assert_eq!(warning.is_empty(), expected.is_none());
        }
    }

    #[test]
    fn an_operator_is_warned_in_the_last_third_of_a_certificate_for_a_week() {
        let validity = validity((2026, 1, 1), (2026, 1, 7));
        assert_eq!(state(validity, at("2026-01-05T00:00:00Z")), None);
        assert_eq!(
            state(validity, at("2026-01-05T00:00:01Z")),
            Some(State::Expires)
        );
    }

    #[test]
    fn the_expiry_of_a_certificate_is_reported_once_a_day() {
        let (_folder, files) = files((2026, 1, 1), (2027, 1, 15));
        let validity = files.validity().unwrap();
        let mut expiry = Expiry::default();
        let mut state_in = |text: &str| {
            let line = expiry.line(&files, validity, at(text))?;
            assert_eq!(line["event"], "certificate_expires");
            Some(line["state"].as_str().unwrap().to_owned())
        };
        assert_eq!(state_in("2026-06-01T00:00:00Z"), None);
        assert_eq!(state_in("2027-01-10T00:00:00Z").as_deref(), Some("expires"));
        assert_eq!(state_in("2027-01-10T23:59:59Z"), None);
        assert_eq!(state_in("2027-01-11T00:00:00Z").as_deref(), Some("expires"));
        assert_eq!(state_in("2027-01-20T00:00:00Z").as_deref(), Some("expired"));
    }

    #[test]
    fn each_mistake_has_a_remedy() {
        let (_folder, files) = files((2026, 1, 1), (2027, 1, 15));
        std::fs::write(&files.key, "").unwrap();
        let [mistake] = files.mistakes().try_into().unwrap();
        let failure = tls_failure(&mistake).to_string();
        assert!(
            failure.contains("there is no private key in") && failure.contains(" = help: "),
            "{failure}"
        );
    }
}
