//! From what somebody wrote to what it means, the same for flags, variables and files.

use core::net::{IpAddr, SocketAddr};
use core::str::FromStr as _;
use std::ffi::OsStr;
use std::path::PathBuf;

use ipnet::IpNet;
use m2m_authority::diagnose::nearest;
use m2m_errors::Profile;
use oauth_proto::Issuer;

use super::AddressHeader;
use crate::cli::listen_address;

/// What is wrong with a value.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Wrong {
    /// What, in one line.
    pub(super) what: String,
    /// Why it matters, where that is not plain.
    pub(super) why: Option<String>,
    /// What would be right.
    pub(super) help: String,
}

impl Wrong {
    fn expected(expected: &str, found: &OsStr, help: impl Into<String>) -> Self {
        let what = if found.is_empty() {
            format!("expected {expected}, found nothing")
        } else {
            format!("expected {expected}, found {found:?}")
        };
        Self {
            what,
            why: None,
            help: help.into(),
        }
    }
}

/// A file or a folder; whether there is one is not looked at.
pub(super) fn path(written: &OsStr) -> Result<PathBuf, Wrong> {
    if written.is_empty() {
        return Err(Wrong::expected("a path", written, "write a path"));
    }
    Ok(PathBuf::from(written))
}

/// An address and a port.
pub(super) fn address(written: &OsStr) -> Result<SocketAddr, Wrong> {
    let text = text(written, "an address and a port")?;
    listen_address(text).map_err(|help| Wrong::expected("an address and a port", written, help))
}

/// An address and a port, or `off`.
pub(super) fn address_or_off(written: &OsStr) -> Result<Option<SocketAddr>, Wrong> {
    let expected = "an address and a port, or off";
    match text(written, expected)? {
        OFF => Ok(None),
        text => listen_address(text)
            .map(Some)
            .map_err(|help| Wrong::expected(expected, written, help)),
    }
}

/// An issuer identifier. What is no URL without credentials is not repeated, for these may be in it.
pub(super) fn issuer(written: &OsStr) -> Result<Issuer, Wrong> {
    let expected = "an issuer identifier";
    let text = text(written, expected)?;
    Issuer::parse(text).map_err(|error| {
        let help = "an issuer is an https URL without query and fragment, as in https://id.example";
        let wrong = if text.contains('@') {
            Wrong {
                what: format!("expected {expected}, found one with credentials"),
                why: None,
                help: help.to_owned(),
            }
        } else {
            Wrong::expected(expected, written, help)
        };
        Wrong {
            why: Some(error.to_string()),
            ..wrong
        }
    })
}

/// A profile.
pub(super) fn profile(written: &OsStr) -> Result<Profile, Wrong> {
    word(written, "a profile", Profile::ALL, Profile::as_str)
}

/// The name of a header that proxies write.
pub(super) fn address_header(written: &OsStr) -> Result<AddressHeader, Wrong> {
    word(
        written,
        "the name of a header",
        AddressHeader::ALL,
        AddressHeader::as_str,
    )
}

/// `true` or `false`.
pub(super) fn boolean(written: &OsStr) -> Result<bool, Wrong> {
    match written.to_str() {
        Some("true" | "1") => Ok(true),
        Some("false" | "0") => Ok(false),
        Some(_) | None => Err(Wrong::expected(
            "true or false",
            written,
            "write true or false",
        )),
    }
}

/// A number in this range.
pub(super) fn number<const LEAST: u32, const MOST: u32>(written: &OsStr) -> Result<u32, Wrong> {
    let number = written
        .to_str()
        .filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))
        .and_then(|text| text.parse::<u32>().ok())
        .filter(|number| (LEAST..=MOST).contains(number));
    number.ok_or_else(|| {
        Wrong::expected(
            &format!("a number from {LEAST} to {MOST}"),
            written,
            "write it in digits, without a unit",
        )
    })
}

/// An address, or a block of them. One that contains everybody is refused: it would believe every stranger.
pub(super) fn block(written: &OsStr) -> Result<IpNet, Wrong> {
    let expected = "an address or a block of addresses";
    let text = text(written, expected)?;
    let as_in = "as in 10.0.0.5 or 10.0.0.0/8";
    let block = match (text.parse::<IpAddr>(), IpNet::from_str(text)) {
        (Ok(address), _) => IpNet::from(address),
        (_, Ok(block)) => block,
        (Err(_), Err(_)) => return Err(Wrong::expected(expected, written, as_in)),
    };
    if block.prefix_len() == 0 {
        return Err(Wrong {
            why: Some("any caller could claim any address".to_owned()),
            ..Wrong::expected("the addresses of proxies", written, as_in)
        });
    }
    if block.addr() != block.network() {
        return Err(Wrong::expected(
            "a block that begins at its first address",
            written,
            format!(
                "write {} for the block, or {} for the one address",
                block.trunc(),
                block.addr()
            ),
        ));
    }
    Ok(block)
}

fn word<T: Copy, const N: usize>(
    written: &OsStr,
    expected: &str,
    values: [T; N],
    name: fn(T) -> &'static str,
) -> Result<T, Wrong> {
    let text = text(written, expected)?;
    if let Some(value) = values.into_iter().find(|value| name(*value) == text) {
        return Ok(value);
    }
    let names = values.map(name);
    let help = match nearest(&text.to_ascii_lowercase(), names) {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None => format!("there are {}", names.join(", ")),
    };
    Err(Wrong::expected(expected, written, help))
}

fn text<'w>(written: &'w OsStr, expected: &str) -> Result<&'w str, Wrong> {
    let text = written.to_str();
    text.ok_or_else(|| Wrong::expected(expected, written, "write it in UTF-8"))
}

/// What switches off a listener.
const OFF: &str = "off";

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused<T: core::fmt::Debug>(
        parse: impl Fn(&OsStr) -> Result<T, Wrong>,
        written: &str,
        help: &str,
    ) {
        let wrong = parse(OsStr::new(written)).unwrap_err();
        assert!(wrong.what.starts_with("expected "), "{wrong:?}");
        assert!(wrong.help.contains(help), "{wrong:?}");
    }

    #[test]
    fn a_word_is_one_of_a_few() {
        refused(profile, "kind", "did you mean `kinde`?");
        refused(profile, "RFC", "did you mean `rfc`?");
        refused(profile, "oauth", "there are rfc, kinde");
        refused(address_header, "x-forward-for", "`x-forwarded-for`");
        assert_eq!(profile(OsStr::new("generic")), Ok(Profile::Generic));
    }

    #[test]
    fn a_number_has_a_range_and_no_unit() {
        let parse = number::<1, 100>;
        assert_eq!(parse(OsStr::new("100")), Ok(100));
        for written in ["0", "101", "", "-1", "+1", "10s", "1e2", "99999999999"] {
            refused(parse, written, "without a unit");
        }
    }

    #[test]
    fn x16_a_block_is_what_it_says_and_never_everybody() {
        for written in ["10.0.0.5", "10.0.0.0/8", "2001:db8::/32", "::1"] {
            assert!(block(OsStr::new(written)).is_ok(), "{written}");
        }
        refused(block, "10.0.0.5/8", "write 10.0.0.0/8");
        refused(block, "proxy.example", "as in 10.0.0.5");
        for everybody in ["0.0.0.0/0", "::/0"] {
            let wrong = block(OsStr::new(everybody)).unwrap_err();
            assert!(wrong.why.is_some(), "{wrong:?}");
        }
    }

    #[test]
    fn true_is_true_in_every_place() {
        for (written, expected) in [("true", true), ("1", true), ("false", false), ("0", false)] {
            assert_eq!(boolean(OsStr::new(written)), Ok(expected));
        }
        refused(boolean, "yes", "write true or false");
        refused(boolean, "", "write true or false");
    }

    #[test]
    fn the_listener_of_operators_can_be_off() {
        assert_eq!(address_or_off(OsStr::new("off")), Ok(None));
        refused(address_or_off, "of", "as in 127.0.0.1:");
    }

    #[test]
    fn x9_an_issuer_with_credentials_is_not_repeated() {
        let wrong = issuer(OsStr::new("https://me:hunter2@id.example")).unwrap_err();
        assert!(!format!("{wrong:?}").contains("hunter2"));
        refused(issuer, "id.example", "https://id.example");
    }
}
