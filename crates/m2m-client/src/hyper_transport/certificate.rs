//! Descriptions of certificate errors. The texts of rustls are mostly names of its own types.

use core::fmt;

use rustls::{AlertDescription, CertificateError, Error};

use crate::TransportFailure;

/// Returns the failure for an error of TLS, and its description.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the enum is that of rustls, and grows"
)]
pub(super) fn of_tls(error: &Error) -> (TransportFailure, String) {
    let detail = match error {
        Error::InvalidCertificate(error) => return of_certificate(error),
        Error::NoCertificatesPresented => "the server sends no certificate".to_owned(),
        Error::InvalidMessage(_)
        | Error::InappropriateMessage { .. }
        | Error::InappropriateHandshakeMessage { .. } => {
            "the server sent data that is not TLS, or a message out of order".to_owned()
        }
        Error::AlertReceived(alert) => {
            format!("the server sent the TLS alert {}", alert_name(*alert))
        }
        Error::PeerIncompatible(_) => {
            "client and server have no version, cipher suite or signature algorithm in common"
                .to_owned()
        }
        Error::PeerMisbehaved(_) => "the server violated the TLS protocol".to_owned(),
        Error::NoApplicationProtocol => {
            "client and server have no application protocol in common".to_owned()
        }
        Error::DecryptError => "data from the server cannot be decrypted".to_owned(),
        _ => "the handshake failed".to_owned(),
    };
    (TransportFailure::TlsFailed, detail)
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the enum is that of rustls, and grows"
)]
fn of_certificate(error: &CertificateError) -> (TransportFailure, String) {
    match error {
        CertificateError::ExpiredContext { time, not_after } => (
            TransportFailure::CertificateNotValidNow,
            format!(
                "it expired at {}; the time on this machine is {}",
                Time(not_after.as_secs()),
                Time(time.as_secs())
            ),
        ),
        CertificateError::NotValidYetContext { time, not_before } => (
            TransportFailure::CertificateNotValidNow,
            format!(
                "it is not valid before {}; the time on this machine is {}",
                Time(not_before.as_secs()),
                Time(time.as_secs())
            ),
        ),
        CertificateError::Expired => (
            TransportFailure::CertificateNotValidNow,
            "it has expired".to_owned(),
        ),
        CertificateError::NotValidYet => (
            TransportFailure::CertificateNotValidNow,
            "it is not valid yet".to_owned(),
        ),
        CertificateError::NotValidForNameContext {
            expected,
            presented,
        } => (
            TransportFailure::CertificateNameMismatch,
            format!(
                "the host in the address is {}; {}",
                expected.to_str(),
                names(presented)
            ),
        ),
        CertificateError::NotValidForName => (
            TransportFailure::CertificateNameMismatch,
            "it is for other names".to_owned(),
        ),
        CertificateError::UnknownIssuer => (
            TransportFailure::CertificateUntrusted,
            "it was not issued by a trusted authority".to_owned(),
        ),
        CertificateError::BadSignature => (
            TransportFailure::CertificateUntrusted,
            "a trusted authority has the same name as its issuer, but another key".to_owned(),
        ),
        CertificateError::BadEncoding => (
            TransportFailure::CertificateMalformed,
            "it is not an X.509 certificate as RFC 5280 describes it".to_owned(),
        ),
        CertificateError::Revoked => (
            TransportFailure::CertificateRevoked,
            "its authority has revoked it".to_owned(),
        ),
        // A self-signed certificate is compared with each authority of the same name.
        CertificateError::UnsupportedSignatureAlgorithmForPublicKeyContext {
            signature_algorithm_id,
            public_key_algorithm_id,
        } if family(signature_algorithm_id) != family(public_key_algorithm_id) => (
            TransportFailure::CertificateUntrusted,
            "a trusted authority has the same name as its issuer, but another kind of key"
                .to_owned(),
        ),
        CertificateError::UnsupportedSignatureAlgorithmContext { .. }
        | CertificateError::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => (
            TransportFailure::CertificateUnsupported,
            "its signature or its key uses an algorithm that is not supported, such as SHA-1 or RSA below 2048 bits".to_owned(),
        ),
        CertificateError::UnhandledCriticalExtension => (
            TransportFailure::CertificateUnsupported,
            "it has a critical extension that is not supported".to_owned(),
        ),
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => (
            TransportFailure::CertificatePurposeMismatch,
            "its extended key usage does not contain serverAuth".to_owned(),
        ),
        // The certificate library has no other way to tell which error it is.
        CertificateError::Other(other) => of_other(&other.to_string()),
        _ => unnamed(),
    }
}

/// Returns the bytes of an algorithm identifier in DER that signatures and keys of one kind have in common: the first five of the object
/// identifier, which for EC are 1.2.840.10045, and for RSA 1.2.840.113549.
fn family(algorithm_id: &[u8]) -> Option<&[u8]> {
    algorithm_id.get(2..7)
}

/// Returns the failure for a certificate that the certificate library refuses with this name.
fn of_other(name: &str) -> (TransportFailure, String) {
    let (failure, detail) = match name {
        "CaUsedAsEndEntity" => (
            TransportFailure::CertificateIsCa,
            "its basic constraints contain CA:TRUE",
        ),
        "EndEntityUsedAsCa" => (
            TransportFailure::CertificateUntrusted,
            "a certificate between it and the authority is not a CA certificate",
        ),
        "UnsupportedCertVersion" => (
            TransportFailure::CertificateMalformed,
            "it does not have version 3, which is needed for the names of servers",
        ),
        "MalformedExtensions"
        | "ExtensionValueInvalid"
        | "MalformedDnsIdentifier"
        | "MalformedNameConstraint"
        | "InvalidSerialNumber"
        | "EmptyEkuExtension" => (
            TransportFailure::CertificateMalformed,
            "one of its fields has a value that RFC 5280 does not allow",
        ),
        "NameConstraintViolation" | "PathLenConstraintViolated" => (
            TransportFailure::CertificateRejected,
            "a constraint in the certificate of its authority does not allow it",
        ),
        "SignatureAlgorithmMismatch" => (
            TransportFailure::CertificateMalformed,
            "it names two different signature algorithms",
        ),
        "MaximumPathDepthExceeded"
        | "MaximumPathBuildCallsExceeded"
        | "MaximumSignatureChecksExceeded"
        | "MaximumNameConstraintComparisonsExceeded" => (
            TransportFailure::CertificateRejected,
            "its chain is too long or too complex to be verified",
        ),
        _ => return unnamed(),
    };
    (failure, detail.to_owned())
}

fn unnamed() -> (TransportFailure, String) {
    (
        TransportFailure::CertificateRejected,
        "the certificate library rejected it".to_owned(),
    )
}

/// Returns the names in a certificate, in a sentence. The certificate library returns each name with its type, such as
/// `DnsName("id.example")`.
fn names(presented: &[String]) -> String {
    if presented.is_empty() {
        return "the certificate has no names (subjectAltName)".to_owned();
    }
    let names: Vec<&str> = presented
        .iter()
        .map(|name| {
            let inner = name
                .split_once('(')
                .and_then(|(_, rest)| rest.strip_suffix(')'));
            inner.unwrap_or(name).trim_matches('"')
        })
        .collect();
    format!("the certificate is for {}", names.join(", "))
}

/// Returns the name of an alert, as in RFC 8446, section 6.
fn alert_name(alert: AlertDescription) -> String {
    let Some(name) = alert.as_str() else {
        return u8::from(alert).to_string();
    };
    let mut text = String::with_capacity(name.len() + 4);
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !text.is_empty() && !text.ends_with('_') {
            text.push('_');
        }
        text.push(letter.to_ascii_lowercase());
    }
    text
}

/// Seconds since 1970 as RFC 3339 writes them.
struct Time(u64);

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (days, seconds) = (self.0 / 86_400, self.0 % 86_400);
        // The days of the proleptic Gregorian calendar, in cycles of 400 years that begin in March.
        let since_march = days + 719_468;
        let (cycle, day_of_cycle) = (since_march / 146_097, since_march % 146_097);
        let year_of_cycle = (day_of_cycle - day_of_cycle / 1_460 + day_of_cycle / 36_524
            - day_of_cycle / 146_096)
            / 365;
        let day_of_year =
            day_of_cycle - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
        let month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month + 2) / 5 + 1;
        let (year, month) = match month {
            0..10 => (cycle * 400 + year_of_cycle, month + 3),
            _ => (cycle * 400 + year_of_cycle + 1, month - 9),
        };
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z",
            seconds / 3_600,
            seconds / 60 % 60,
            seconds % 60
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_dates() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_800_000_000, "2027-01-15T08:00:00Z"),
            (4_107_542_399, "2100-02-28T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
        ] {
            assert_eq!(Time(seconds).to_string(), text);
        }
    }

    #[test]
    fn f20_no_certificate_error_contains_the_name_of_a_type() {
        let other = |text: &str| of_other(text);
        for name in [
            "CaUsedAsEndEntity",
            "UnsupportedCertVersion",
            "SomethingNew",
        ] {
            let (_, detail) = other(name);
            assert!(!detail.contains(name), "{detail}");
        }
        assert_eq!(
            other("CaUsedAsEndEntity").0,
            TransportFailure::CertificateIsCa
        );
        assert_eq!(
            other("SomethingNew").0,
            TransportFailure::CertificateRejected
        );
        for error in [
            CertificateError::ApplicationVerificationFailure,
            CertificateError::InvalidOcspResponse,
            CertificateError::UnknownRevocationStatus,
            CertificateError::BadSignature,
            CertificateError::Revoked,
        ] {
            let (_, detail) = of_certificate(&error);
            assert!(!detail.contains(&format!("{error:?}")), "{detail}");
        }
    }

    #[test]
    fn f20_an_authority_of_the_same_name_with_another_kind_of_key_is_not_an_unsupported_algorithm()
    {
        let refused = |signature: &[u8], key: &[u8]| {
            let error = CertificateError::UnsupportedSignatureAlgorithmForPublicKeyContext {
                signature_algorithm_id: signature.to_vec(),
                public_key_algorithm_id: key.to_vec(),
            };
            of_certificate(&error).0
        };
        let ecdsa_with_sha256 = b"\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02";
        let rsa = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00";
        let ed25519 = b"\x06\x03\x2b\x65\x70";
        let p521 = b"\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00\x23";
        for key in [&rsa[..], ed25519] {
            let untrusted = TransportFailure::CertificateUntrusted;
            assert_eq!(refused(ecdsa_with_sha256, key), untrusted);
        }
        let unsupported = TransportFailure::CertificateUnsupported;
        assert_eq!(refused(ecdsa_with_sha256, p521), unsupported);
    }

    #[test]
    fn alerts_have_the_names_of_the_rfc() {
        assert_eq!(
            alert_name(AlertDescription::HandshakeFailure),
            "handshake_failure"
        );
        assert_eq!(
            alert_name(AlertDescription::UnrecognisedName),
            "unrecognised_name"
        );
        assert_eq!(alert_name(AlertDescription::Unknown(200)), "200");
    }
}
