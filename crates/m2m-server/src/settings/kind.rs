//! The kinds of values: how each is written, read and shown, the same for flags, variables and files.

use core::convert::Infallible;
use core::fmt::Display;
use core::net::IpAddr;
use core::str::FromStr;
use std::ffi::OsStr;
use std::path::PathBuf;

use clap::ValueHint;
use ipnet::IpNet;
use m2m_authority::diagnose::nearest;
use m2m_dashboard::SupportUrl;
use m2m_errors::Profile;
use m2m_host::listen_address::{ListenAddress, listen_address};
use m2m_host::log_format::LogFormat;
use m2m_listen::AddressHeader;
use oauth_proto::{ClientId, Issuer};
use serde_json::{Value, json};

use super::setting::Form;

/// A kind of value, such as a file or a number within bounds.
#[derive(Debug)]
pub(super) struct Kind<T> {
    /// The part of it that does not depend on the type.
    pub(super) shape: Shape,
    /// A function that parses a value, or an element of a list.
    parse: fn(&Shape, &OsStr) -> Result<T, Wrong>,
    /// A function that returns the value as it is shown.
    pub(super) show: fn(&T) -> Value,
}

/// The shape of a value: how it is written, and what is expected of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape {
    /// Its form in a file.
    pub(crate) form: Form,
    /// The name of the value in the help of a flag.
    pub(crate) value_name: &'static str,
    /// The completions that shells offer.
    pub(crate) hint: ValueHint,
    /// The words that are allowed, if the value is one of a few.
    pub(crate) words: fn() -> Vec<&'static str>,
    /// The least and the greatest number, if the value is one.
    pub(crate) bounds: Option<(u32, u32)>,
    /// False if the setting is recognized only to be refused.
    pub(crate) is_offered: bool,
    /// Its name in errors.
    expected: &'static str,
}

/// A mistake in a value.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Wrong {
    /// A description of the mistake, in one line.
    pub(super) what: String,
    /// The reason, if it is not obvious.
    pub(super) why: Option<String>,
    /// A suggested fix.
    pub(super) help: String,
}

impl<T> Kind<T> {
    /// Parses a value, or an element of a list.
    pub(super) fn parse(&self, written: &OsStr) -> Result<T, Wrong> {
        (self.parse)(&self.shape, written)
    }
}

/// A directory; its existence is not checked.
pub(super) const DIRECTORY: Kind<PathBuf> = path("DIR", ValueHint::DirPath);

/// A file; its existence is not checked.
pub(super) const FILE: Kind<PathBuf> = path("FILE", ValueHint::FilePath);

/// An address and a port.
pub(super) const ADDRESS: Kind<ListenAddress> = Kind {
    shape: Shape::text("ADDR", "an address and a port"),
    parse: |shape, written| {
        listen_address(shape.utf8(written)?).map_err(|help| shape.wrong(written, help))
    },
    show: |address| json!(address.to_string()),
};

/// An address and a port, or `off`, which is `None`.
pub(super) const ADDRESS_OR_OFF: Kind<Option<ListenAddress>> = Kind {
    shape: Shape::text("ADDR", "an address and a port, or off"),
    parse: |shape, written| match shape.utf8(written)? {
        "off" => Ok(None),
        _ => (ADDRESS.parse)(shape, written).map(Some),
    },
    show: |address| address.as_ref().map_or_else(|| json!("off"), ADDRESS.show),
};

/// An issuer identifier.
pub(super) const ISSUER: Kind<Issuer> = Kind {
    shape: Shape {
        hint: ValueHint::Url,
        ..Shape::text("URL", "an issuer identifier")
    },
    parse: |shape, written| {
        let help = "an issuer is an https URL without query and fragment, as in https://id.example";
        url(shape, written, help)
    },
    show: |issuer| json!(issuer),
};

/// An address at which callers can get help.
pub(super) const SUPPORT: Kind<SupportUrl> = Kind {
    shape: Shape {
        hint: ValueHint::Url,
        ..Shape::text("URL", "an https URL or a mailto: address")
    },
    parse: |shape, written| {
        let help = "as in https://help.example/m2m or mailto:support@help.example";
        url(shape, written, help)
    },
    show: |support| json!(support.as_str()),
};

/// A profile.
pub(super) const PROFILE: Kind<Profile> = Kind {
    shape: Shape {
        words: || Profile::ALL.map(Profile::as_str).into(),
        ..Shape::text("PROFILE", "a profile")
    },
    parse: |shape, written| shape.word(written, &Profile::ALL, Profile::as_str),
    show: |profile| json!(profile.as_str()),
};

/// The name of a header that proxies set.
pub(super) const ADDRESS_HEADER: Kind<AddressHeader> = Kind {
    shape: Shape {
        words: || {
            AddressHeader::ALL
                .iter()
                .map(|header| header.as_str())
                .collect()
        },
        ..Shape::text("HEADER", "the name of a header")
    },
    parse: |shape, written| shape.word(written, AddressHeader::ALL, AddressHeader::as_str),
    show: |header| json!(header.as_str()),
};

/// A client id. It is not repeated in errors: an operator who confuses the two has written the secret there.
pub(super) const CLIENT_ID: Kind<String> = Kind {
    shape: Shape::text("ID", "a client id"),
    parse: |shape, written| {
        let text = shape.utf8(written)?;
        match ClientId::parse(text) {
            Ok(_) => Ok(text.to_owned()),
            Err(error) => Err(Wrong {
                what: format!("expected {}", shape.expected),
                why: Some(error.to_string()),
                help: "write 1 to 256 visible ASCII characters other than %, + and :".to_owned(),
            }),
        }
    },
    show: |client_id| json!(client_id),
};

/// A format of the log.
pub(super) const LOG_FORMAT: Kind<LogFormat> = Kind {
    shape: Shape {
        words: || LogFormat::ALL.map(LogFormat::as_str).into(),
        ..Shape::text("FORMAT", "a format of the log")
    },
    parse: |shape, written| shape.word(written, &LogFormat::ALL, LogFormat::as_str),
    show: |format| json!(format.as_str()),
};

/// `true` or `false`; variables may contain `1` or `0`.
pub(super) const SWITCH: Kind<bool> = Kind {
    shape: Shape {
        form: Form::Boolean,
        ..Shape::text("true|false", "true or false")
    },
    parse: |shape, written| match written.to_str() {
        Some("true" | "1") => Ok(true),
        Some("false" | "0") => Ok(false),
        Some(_) | None => Err(shape.wrong(written, "write true or false")),
    },
    show: |boolean| json!(boolean),
};

/// A list of addresses and blocks of them.
pub(super) const BLOCKS: Kind<IpNet> = Kind {
    shape: Shape {
        form: Form::List,
        ..Shape::text("ADDR,…", "an address or a block of addresses")
    },
    parse: block,
    show: |block| json!(block.to_string()),
};

/// The URL of a database, which may hold a password and is refused without being repeated.
pub(super) const DATABASE: Kind<Infallible> = Kind {
    shape: Shape {
        is_offered: false,
        ..Shape::text("URL", "")
    },
    parse: |_, _| {
        Err(Wrong {
            what: "PostgreSQL is not supported in this release; use --data DIR (M2M_DATA)"
                .to_owned(),
            why: None,
            help: "a data directory needs no database server".to_owned(),
        })
    },
    show: |never| match *never {},
};

/// Returns the kind of a number within these bounds.
pub(super) const fn number<const LEAST: u32, const MOST: u32>(
    value_name: &'static str,
) -> Kind<u32> {
    Kind {
        shape: Shape {
            form: Form::Number,
            bounds: Some((LEAST, MOST)),
            ..Shape::text(value_name, "a number")
        },
        parse: |shape, written| {
            let number = written
                .to_str()
                .filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))
                .and_then(|text| text.parse::<u32>().ok())
                .filter(|number| (LEAST..=MOST).contains(number));
            let is_number =
                |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            number.ok_or_else(|| match written.to_str().is_some_and(is_number) {
                true => shape.wrong(written, format!("choose a number from {LEAST} to {MOST}")),
                false => shape.wrong(written, "write it in digits, without a unit"),
            })
        },
        show: |number| json!(number),
    }
}

const fn path(value_name: &'static str, hint: ValueHint) -> Kind<PathBuf> {
    Kind {
        shape: Shape {
            form: Form::Path,
            hint,
            ..Shape::text(value_name, "a path")
        },
        parse: |shape, written| match written.is_empty() {
            true => Err(shape.wrong(written, "write a path")),
            false => Ok(PathBuf::from(written)),
        },
        // JSON can contain only paths in UTF-8.
        show: |path| json!(path.display().to_string()),
    }
}

/// Parses a URL. One with credentials is not repeated.
fn url<T: FromStr<Err: Display>>(shape: &Shape, written: &OsStr, help: &str) -> Result<T, Wrong> {
    let text = shape.utf8(written)?;
    text.parse().map_err(|error: T::Err| {
        let mut wrong = shape.wrong(written, help);
        let before_host = text.rsplit_once('@').map_or("", |(before, _)| before);
        if before_host.contains(':') && !before_host.starts_with("mailto:") {
            wrong.what = format!("expected {}, found one with credentials", shape.expected);
        }
        wrong.why = Some(error.to_string());
        wrong
    })
}

/// Parses an address, or a block of them. One that contains all addresses is refused: it would trust any caller.
fn block(shape: &Shape, written: &OsStr) -> Result<IpNet, Wrong> {
    let text = shape.utf8(written)?;
    let as_in = "as in 10.0.0.5 or 10.0.0.0/8";
    let address = text.parse::<IpAddr>().map(IpNet::from);
    let Ok(block) = address.or_else(|_| IpNet::from_str(text)) else {
        return Err(shape.wrong(written, as_in));
    };
    let expecting = |expected| Shape { expected, ..*shape };
    if block.prefix_len() == 0 {
        return Err(Wrong {
            why: Some("any caller could claim any address".to_owned()),
            ..expecting("the addresses of proxies").wrong(written, as_in)
        });
    }
    if block.addr() != block.network() {
        let (block, address) = (block.trunc(), block.addr());
        let help = format!("write {block} for the block, or {address} for the one address");
        return Err(expecting("a block that begins at its first address").wrong(written, help));
    }
    Ok(block)
}

impl Shape {
    const fn text(value_name: &'static str, expected: &'static str) -> Self {
        Self {
            form: Form::Text,
            value_name,
            hint: ValueHint::Unknown,
            words: Vec::new,
            bounds: None,
            is_offered: true,
            expected,
        }
    }

    fn wrong(&self, written: &OsStr, help: impl Into<String>) -> Wrong {
        let expected = self.expected;
        let bounds = self
            .bounds
            .map(|(least, most)| format!(" from {least} to {most}"));
        let found = match written.is_empty() {
            true => "nothing".to_owned(),
            false => format!("{written:?}"),
        };
        Wrong {
            what: format!(
                "expected {expected}{}, found {found}",
                bounds.unwrap_or_default()
            ),
            why: None,
            help: help.into(),
        }
    }

    fn utf8<'w>(&self, written: &'w OsStr) -> Result<&'w str, Wrong> {
        let text = written.to_str();
        text.ok_or_else(|| self.wrong(written, "write it in UTF-8"))
    }

    fn word<T: Copy>(
        &self,
        written: &OsStr,
        values: &[T],
        name: fn(T) -> &'static str,
    ) -> Result<T, Wrong> {
        let text = self.utf8(written)?;
        let value = values.iter().copied().find(|value| name(*value) == text);
        value.ok_or_else(|| {
            let names: Vec<&str> = values.iter().copied().map(name).collect();
            let help = match nearest(&text.to_ascii_lowercase(), names.iter().copied()) {
                Some(nearest) => format!("did you mean `{nearest}`?"),
                None => format!("expected one of {}", names.join(", ")),
            };
            self.wrong(written, help)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused<T: core::fmt::Debug>(kind: &Kind<T>, written: &str, help: &str) {
        let wrong = kind.parse(OsStr::new(written)).unwrap_err();
        assert!(wrong.what.starts_with("expected "), "{wrong:?}");
        assert!(wrong.help.contains(help), "{wrong:?}");
    }

    #[test]
    fn a_word_is_one_of_a_few() {
        refused(&PROFILE, "kind", "did you mean `kinde`?");
        refused(&PROFILE, "RFC", "did you mean `rfc`?");
        refused(&PROFILE, "oauth", "expected one of rfc, kinde");
        refused(&ADDRESS_HEADER, "x-forward-for", "`x-forwarded-for`");
        assert_eq!(PROFILE.parse(OsStr::new("generic")), Ok(Profile::Generic));
    }

    #[test]
    fn a_number_has_a_range_and_no_unit() {
        let kind = number::<1, 100>("NUMBER");
        assert_eq!(kind.parse(OsStr::new("100")), Ok(100));
        for written in ["-1", "+1", "10s", "1e2"] {
            refused(&kind, written, "without a unit");
        }
        for written in ["0", "101", "99999999999"] {
            refused(&kind, written, "choose a number from 1 to 100");
        }
        refused(&kind, "", "without a unit");
    }

    #[test]
    fn x16_a_block_begins_at_its_address_and_never_contains_all_addresses() {
        for written in ["10.0.0.5", "10.0.0.0/8", "2001:db8::/32", "::1"] {
            assert!(BLOCKS.parse(OsStr::new(written)).is_ok(), "{written}");
        }
        refused(&BLOCKS, "10.0.0.5/8", "write 10.0.0.0/8");
        refused(&BLOCKS, "proxy.example", "as in 10.0.0.5");
        for all in ["0.0.0.0/0", "::/0"] {
            let wrong = BLOCKS.parse(OsStr::new(all)).unwrap_err();
            assert!(wrong.why.is_some(), "{wrong:?}");
        }
    }

    #[test]
    fn true_is_true_in_every_place() {
        for (written, expected) in [("true", true), ("1", true), ("false", false), ("0", false)] {
            assert_eq!(SWITCH.parse(OsStr::new(written)), Ok(expected));
        }
        refused(&SWITCH, "yes", "write true or false");
        refused(&SWITCH, "", "write true or false");
    }

    #[test]
    fn the_listener_of_operators_can_be_off() {
        assert_eq!(ADDRESS_OR_OFF.parse(OsStr::new("off")), Ok(None));
        refused(&ADDRESS_OR_OFF, "of", "as in 127.0.0.1:");
    }

    #[test]
    fn x9_an_issuer_with_credentials_is_not_repeated() {
        let wrong = ISSUER
            .parse(OsStr::new("https://me:hunter2@id.example"))
            .unwrap_err();
        assert!(!format!("{wrong:?}").contains("hunter2"));
        refused(&ISSUER, "id.example", "https://id.example");
    }

    #[test]
    fn callers_get_help_by_https_or_mail() {
        for written in ["https://help.example/m2m", "mailto:support@help.example"] {
            assert_eq!(
                SUPPORT.parse(OsStr::new(written)).unwrap().as_str(),
                written
            );
        }
        for written in [
            "",
            "support@help.example",
            "http://help.example",
            "javascript:alert(1)",
        ] {
            refused(&SUPPORT, written, "as in https://help.example/m2m");
        }
        let url = "https://me:hunter2@help.example";
        let wrong = SUPPORT.parse(OsStr::new(url)).unwrap_err();
        assert!(!format!("{wrong:?}").contains("hunter2"));
        let wrong = SUPPORT
            .parse(OsStr::new("http://help.example"))
            .unwrap_err();
        assert_eq!(
            wrong.why.as_deref(),
            Some("its scheme is neither https nor mailto")
        );
    }
}
