//! URIs by the letter of RFC 3986.

/// The parts of a URI that has a scheme and no fragment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Uri<'a> {
    pub(crate) scheme: &'a str,
    /// `userinfo`, `host` and `port`, where `//` introduces them.
    pub(crate) authority: Option<&'a str>,
    pub(crate) path: &'a str,
    pub(crate) query: Option<&'a str>,
}

/// Why a text is no such URI.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InvalidUri {
    SchemeMissing,
    Fragment { offset: usize },
    ByteRefused { offset: usize },
}

impl<'a> Uri<'a> {
    /// ```abnf
    /// absolute-URI = scheme ":" hier-part [ "?" query ]              ; RFC 3986, section 4.3
    /// scheme       = ALPHA *( ALPHA / DIGIT / "+" / "-" / "." )
    /// hier-part    = "//" authority path-abempty / path-absolute / path-rootless / path-empty
    /// ```
    pub(crate) fn parse(text: &'a str) -> Result<Self, InvalidUri> {
        let (scheme, rest) = text.split_once(':').ok_or(InvalidUri::SchemeMissing)?;
        let mut letters = scheme.bytes();
        if !letters
            .next()
            .is_some_and(|first| first.is_ascii_alphabetic())
            || !letters.all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
        {
            return Err(InvalidUri::SchemeMissing);
        }
        let start = scheme.len() + 1;
        check(rest, start, |byte| {
            is_pchar(byte) || b"/?[]".contains(&byte)
        })?;
        let (hierarchy, query) = match rest.split_once('?') {
            Some((hierarchy, query)) => (hierarchy, Some(query)),
            None => (rest, None),
        };
        let (authority, path, path_start) = match hierarchy.strip_prefix("//") {
            Some(after) => {
                let (authority, path) = after
                    .split_at_checked(after.find('/').unwrap_or(after.len()))
                    .unwrap_or((after, ""));
                (Some(authority), path, start + 2 + authority.len())
            }
            None => (None, hierarchy, start),
        };
        if let Some(authority) = authority {
            check_authority(authority, start + 2)?;
        }
        // Square brackets belong to addresses of version 6 only.
        check(path, path_start, |byte| is_pchar(byte) || byte == b'/')?;
        if let Some(query) = query {
            let query_start = start + hierarchy.len() + 1;
            check(query, query_start, |byte| {
                is_pchar(byte) || b"/?".contains(&byte)
            })?;
        }
        Ok(Self {
            scheme,
            authority,
            path,
            query,
        })
    }

    /// Where the path starts in `text`, of which this is the reading.
    pub(crate) fn path_offset(&self) -> usize {
        let authority = self.authority.map_or(0, |authority| authority.len() + 2);
        self.scheme.len() + 1 + authority
    }
}

/// ```abnf
/// authority = [ userinfo "@" ] host [ ":" port ]
/// ```
fn check_authority(authority: &str, start: usize) -> Result<(), InvalidUri> {
    let (userinfo, host_port) = match authority.rsplit_once('@') {
        Some((userinfo, host_port)) => (Some(userinfo), host_port),
        None => (None, authority),
    };
    if let Some(userinfo) = userinfo {
        check(userinfo, start, |byte| {
            is_unreserved(byte) || is_sub_delim(byte) || byte == b':'
        })?;
    }
    let host_start = start + userinfo.map_or(0, |userinfo| userinfo.len() + 1);
    let (host, port) = match host_port.strip_prefix('[') {
        Some(literal) => {
            let refused = InvalidUri::ByteRefused { offset: host_start };
            let (address, port) = literal.split_once(']').ok_or(refused)?;
            if address.is_empty() {
                return Err(refused);
            }
            let allowed = |byte: u8| is_unreserved(byte) || is_sub_delim(byte) || byte == b':';
            if let Some(offset) = address.bytes().position(|byte| !allowed(byte)) {
                return Err(InvalidUri::ByteRefused {
                    offset: host_start + 1 + offset,
                });
            }
            (None, port)
        }
        None => {
            let (host, port) = host_port
                .split_at_checked(host_port.find(':').unwrap_or(host_port.len()))
                .unwrap_or((host_port, ""));
            (Some(host), port)
        }
    };
    if let Some(host) = host {
        check(host, host_start, |byte| {
            is_unreserved(byte) || is_sub_delim(byte)
        })?;
    }
    let port_start = start + authority.len() - port.len();
    match port.strip_prefix(':') {
        None if port.is_empty() => Ok(()),
        None => Err(InvalidUri::ByteRefused { offset: port_start }),
        Some(digits) => match digits.bytes().position(|byte| !byte.is_ascii_digit()) {
            None => Ok(()),
            Some(offset) => Err(InvalidUri::ByteRefused {
                offset: port_start + 1 + offset,
            }),
        },
    }
}

/// Every byte is allowed, or part of an escape.
fn check(text: &str, start: usize, allowed: impl Fn(u8) -> bool) -> Result<(), InvalidUri> {
    let mut bytes = text.bytes().enumerate();
    while let Some((offset, byte)) = bytes.next() {
        let refused = match byte {
            b'#' => {
                return Err(InvalidUri::Fragment {
                    offset: start + offset,
                });
            }
            b'%' => {
                let mut digit = || {
                    bytes
                        .next()
                        .is_some_and(|(_, byte)| byte.is_ascii_hexdigit())
                };
                !(digit() && digit())
            }
            byte => !allowed(byte),
        };
        if refused {
            return Err(InvalidUri::ByteRefused {
                offset: start + offset,
            });
        }
    }
    Ok(())
}

const fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

const fn is_sub_delim(byte: u8) -> bool {
    matches!(
        byte,
        b'!' | b'$' | b'&' | b'\'' | b'(' | b')' | b'*' | b'+' | b',' | b';' | b'='
    )
}

const fn is_pchar(byte: u8) -> bool {
    is_unreserved(byte) || is_sub_delim(byte) || matches!(byte, b':' | b'@')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_parts() {
        let uri = Uri::parse("https://u@[::1]:8080/a/b?c=/?").unwrap();
        assert_eq!(uri.scheme, "https");
        assert_eq!(uri.authority, Some("u@[::1]:8080"));
        assert_eq!(uri.path, "/a/b");
        assert_eq!(uri.query, Some("c=/?"));
        assert_eq!(uri.path_offset(), 20);
        assert_eq!(Uri::parse("urn:example:api").unwrap().path, "example:api");
    }

    #[test]
    fn refuses_with_the_place() {
        let refused = |text| Uri::parse(text).unwrap_err();
        for relative in [
            "",
            "/api",
            "api.example",
            "//api.example",
            "1a:b",
            "ü:b",
            ":b",
        ] {
            assert_eq!(refused(relative), InvalidUri::SchemeMissing, "{relative}");
        }
        assert_eq!(
            refused("https://a/b#c"),
            InvalidUri::Fragment { offset: 11 }
        );
        assert_eq!(
            refused("https://a/b?c#"),
            InvalidUri::Fragment { offset: 13 }
        );
        for (text, offset) in [
            ("https://a/b c", 11),
            ("https://a/%4", 10),
            ("https://a/[", 10),
            ("https://a/?[", 11),
            ("https://[::1/", 8),
            ("https://[]/", 8),
            ("https://a]/", 9),
            ("https://[::1]x/", 13),
            ("https://a:8o/", 11),
            ("https://a@b@c/", 9),
            ("https://a/\u{fc}", 10),
            ("https://[%31]/", 9),
        ] {
            assert_eq!(refused(text), InvalidUri::ByteRefused { offset }, "{text}");
        }
    }
}
