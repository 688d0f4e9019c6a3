//! The validity of a certificate.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use rustls_pki_types::CertificateDer;

/// The time in which every certificate of a chain is valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Validity {
    not_before: u64,
    not_after: u64,
}

impl Validity {
    /// The validity of a chain; `None` if a certificate does not state it as RFC 5280, section 4.1, demands.
    pub(crate) fn of(chain: &[CertificateDer<'_>]) -> Option<Self> {
        chain
            .iter()
            .map(|certificate| of_certificate(certificate))
            .reduce(|one, other| {
                let (one, other) = (one?, other?);
                Some(Self {
                    not_before: one.not_before.max(other.not_before),
                    not_after: one.not_after.min(other.not_after),
                })
            })?
    }

    /// The first second. Unit: seconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn not_before(self) -> u64 {
        self.not_before
    }

    /// The last second. Unit: seconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn not_after(self) -> u64 {
        self.not_after
    }
}

/// Reads `Certificate`, `TBSCertificate` and `Validity` of RFC 5280, section 4.1, and skips the rest.
fn of_certificate(der: &[u8]) -> Option<Validity> {
    let (certificate, _) = element(der, SEQUENCE)?;
    let (mut rest, _) = element(certificate, SEQUENCE)?;
    if let Some((_, after)) = element(rest, VERSION) {
        rest = after;
    }
    for tag in [INTEGER, SEQUENCE, SEQUENCE] {
        (_, rest) = element(rest, tag)?;
    }
    let (validity, _) = element(rest, SEQUENCE)?;
    let (not_before, rest) = time(validity)?;
    let (not_after, _) = time(rest)?;
    Some(Validity {
        not_before,
        not_after,
    })
}

/// The content of the element at the beginning, if it has this tag, and the rest.
fn element(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (own, rest) = der.split_first()?;
    if *own != tag {
        return None;
    }
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match *first {
        short @ 0..0x80 => (usize::from(short), rest),
        long => {
            let (bytes, rest) = rest.split_at_checked(usize::from(long & 0x7f))?;
            if bytes.is_empty() || bytes.len() > 4 {
                return None;
            }
            let length = bytes
                .iter()
                .fold(0, |length: usize, byte| (length << 8) | usize::from(*byte));
            (length, rest)
        }
    };
    rest.split_at_checked(length)
}

/// A time and the rest: `UTCTime` up to 2049, `GeneralizedTime` from then on, both in seconds and UTC (RFC 5280, section 4.1.2.5).
fn time(der: &[u8]) -> Option<(u64, &[u8])> {
    let (text, century, rest) = match element(der, UTC_TIME) {
        Some((text, rest)) => (text, None, rest),
        None => {
            let (text, rest) = element(der, GENERALIZED_TIME)?;
            let (century, text) = text.split_at_checked(2)?;
            (text, Some(pair(century)?), rest)
        }
    };
    let text = text.strip_suffix(b"Z").filter(|text| text.len() == 12)?;
    let mut pairs = text.chunks_exact(2).map(pair);
    let mut next = || pairs.next()?;
    let year = i16::from(next()?);
    let century = match century {
        Some(century) => i16::from(century),
        None if year < 50 => 20,
        None => 19,
    };
    let (month, day, hour, minute, second) = (next()?, next()?, next()?, next()?, next()?);
    let date = DateTime::new(century * 100 + year, month, day, hour, minute, second, 0).ok()?;
    let seconds = date.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second();
    // A certificate that was valid before 1970 has been valid since then.
    Some((seconds.try_into().unwrap_or(0), rest))
}

fn pair(digits: &[u8]) -> Option<i8> {
    let text = core::str::from_utf8(digits).ok()?;
    let is_digits = text.bytes().all(|byte| byte.is_ascii_digit());
    is_digits.then(|| text.parse().ok())?
}

const INTEGER: u8 = 0x02;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const SEQUENCE: u8 = 0x30;
/// `[0] EXPLICIT`.
const VERSION: u8 = 0xa0;

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair, date_time_ymd};

    use super::*;

    type Date = (i32, u8, u8);

    fn certificate(from: Date, to: Date) -> CertificateDer<'static> {
        let mut parameters = CertificateParams::new(["localhost".to_owned()]).unwrap();
        parameters.not_before = date_time_ymd(from.0, from.1, from.2);
        parameters.not_after = date_time_ymd(to.0, to.1, to.2);
        let key = KeyPair::generate().unwrap();
        parameters.self_signed(&key).unwrap().der().clone()
    }

    fn at(text: &str) -> u64 {
        let time: jiff::Timestamp = text.parse().unwrap();
        u64::try_from(time.as_second()).unwrap()
    }

    #[test]
    fn the_validity_of_a_chain_is_read_in_either_form_of_time() {
        let (near, far) = (
            certificate((2026, 1, 2), (2027, 3, 4)),
            certificate((1999, 12, 31), (2050, 1, 1)),
        );
        let validity = Validity::of(std::slice::from_ref(&far)).unwrap();
        assert_eq!(validity.not_after(), at("2050-01-01T00:00:00Z"));
        assert_eq!(validity.not_before(), at("1999-12-31T00:00:00Z"));
        let validity = Validity::of(&[far, near]).unwrap();
        assert_eq!(validity.not_after(), at("2027-03-04T00:00:00Z"));
        assert_eq!(validity.not_before(), at("2026-01-02T00:00:00Z"));
        assert_eq!(Validity::of(&[]), None);
    }

    #[test]
    fn no_bytes_are_read_beyond_the_end() {
        let whole = certificate((2026, 1, 1), (2027, 1, 1));
        for end in 0..whole.len().min(300) {
            let _ = Validity::of(&[CertificateDer::from(whole[..end].to_vec())]);
        }
        for bytes in [
            &[0x30, 0x84, 0xff, 0xff, 0xff, 0xff][..],
            &[0x30, 0x80],
            &[0x30, 0x85, 1, 1, 1, 1, 1],
        ] {
            assert_eq!(Validity::of(&[CertificateDer::from(bytes)]), None);
        }
    }
}
