//! The address at which callers can get help.

use core::str::FromStr;

use fluent_uri::Uri;

/// An address at which callers can get help: an https URL, or a `mailto:` address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SupportUrl(Box<str>);

/// The text is not an address at which callers can get help.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidSupportUrl {
    /// The text is not an absolute URI (RFC 3986).
    #[error("it is not a URL")]
    NotUri,
    /// The scheme is neither `https` nor `mailto`.
    #[error("its scheme is neither https nor mailto")]
    Scheme,
    /// An https URL without a host.
    #[error("it has no host name")]
    NoHost,
    /// A URL that contains a user name or a password, which every page would show.
    #[error("it contains credentials, which every page would show")]
    Credentials,
    /// A `mailto:` address without a mailbox.
    #[error("it has no mailbox, as in mailto:support@example.com")]
    NoMailbox,
}

impl SupportUrl {
    /// The URL.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address as people read it: without the scheme, and the mailbox alone.
    #[must_use]
    pub fn label(&self) -> &str {
        let rest = self.0.split_once(':').map_or(&*self.0, |(_, rest)| rest);
        match rest.strip_prefix("//") {
            Some(rest) => rest.trim_end_matches('/'),
            None => rest.split_once('?').map_or(rest, |(mailbox, _)| mailbox),
        }
    }
}

impl FromStr for SupportUrl {
    type Err = InvalidSupportUrl;

    fn from_str(text: &str) -> Result<Self, InvalidSupportUrl> {
        let uri = Uri::parse(text).map_err(|_| InvalidSupportUrl::NotUri)?;
        let authority = uri.authority();
        match uri.scheme().as_str().to_ascii_lowercase().as_str() {
            "https" => {
                let authority = authority.ok_or(InvalidSupportUrl::NoHost)?;
                if authority.has_userinfo() {
                    return Err(InvalidSupportUrl::Credentials);
                }
                if authority.host().is_empty() {
                    return Err(InvalidSupportUrl::NoHost);
                }
            }
            "mailto" => {
                let mailbox = uri.path().as_str().split_once('@');
                let is_mailbox = |(name, domain): (&str, &str)| {
                    !name.is_empty() && !domain.is_empty() && !domain.contains(['@', '/'])
                };
                if authority.is_some() || !mailbox.is_some_and(is_mailbox) {
                    return Err(InvalidSupportUrl::NoMailbox);
                }
            }
            _ => return Err(InvalidSupportUrl::Scheme),
        }
        Ok(Self(text.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_what_people_read() {
        for (url, label) in [
            ("https://help.example/", "help.example"),
            (
                "https://id.example/support?topic=m2m",
                "id.example/support?topic=m2m",
            ),
            ("mailto:support@id.example", "support@id.example"),
            (
                "mailto:support@id.example?subject=m2m",
                "support@id.example",
            ),
        ] {
            let support: SupportUrl = url.parse().unwrap();
            assert_eq!((support.as_str(), support.label()), (url, label));
        }
    }

    #[test]
    fn refuses_what_a_page_must_not_link_to() {
        for (url, mistake) in [
            ("", InvalidSupportUrl::NotUri),
            ("support@id.example", InvalidSupportUrl::NotUri),
            ("https://id.example/a b", InvalidSupportUrl::NotUri),
            ("https://id.example/\">", InvalidSupportUrl::NotUri),
            ("http://id.example", InvalidSupportUrl::Scheme),
            ("javascript:alert(1)", InvalidSupportUrl::Scheme),
            ("data:text/html,hello", InvalidSupportUrl::Scheme),
            ("https:id.example", InvalidSupportUrl::NoHost),
            ("https:///support", InvalidSupportUrl::NoHost),
            (
                "https://me:hunter2@id.example",
                InvalidSupportUrl::Credentials,
            ),
            ("mailto:", InvalidSupportUrl::NoMailbox),
            ("mailto:support", InvalidSupportUrl::NoMailbox),
            ("mailto:@id.example", InvalidSupportUrl::NoMailbox),
            ("mailto://support@id.example", InvalidSupportUrl::NoMailbox),
        ] {
            assert_eq!(url.parse::<SupportUrl>(), Err(mistake), "{url}");
        }
    }
}
