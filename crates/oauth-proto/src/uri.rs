//! URIs, strictly by RFC 3986, as `fluent-uri` reads them.

use fluent_uri::Uri;

/// The error of a text that is not an absolute URI.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InvalidUri {
    SchemeMissing,
    Fragment { offset: usize },
    ByteRefused { offset: usize },
}

/// ```abnf
/// absolute-URI = scheme ":" hier-part [ "?" query ]              ; RFC 3986, section 4.3
/// ```
pub(crate) fn parse(text: &str) -> Result<Uri<&str>, InvalidUri> {
    let (absolute, fragment) = match text.find('#') {
        Some(offset) => text.split_at_checked(offset).unwrap_or((text, "")),
        None => (text, ""),
    };
    let uri = Uri::parse(absolute).map_err(|error| match absolute.find(':') {
        // A text that ends too early is refused at its last byte.
        Some(colon) if colon < error.index() => InvalidUri::ByteRefused {
            offset: error.index().min(absolute.len() - 1),
        },
        Some(_) | None => InvalidUri::SchemeMissing,
    })?;
    if fragment.is_empty() {
        Ok(uri)
    } else {
        Err(InvalidUri::Fragment {
            offset: absolute.len(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_parts() {
        let uri = parse("https://u@[::1]:8080/a/b?c=/?").unwrap();
        assert_eq!(uri.scheme().as_str(), "https");
        assert_eq!(uri.authority().unwrap().as_str(), "u@[::1]:8080");
        assert_eq!(uri.path().as_str(), "/a/b");
        assert_eq!(uri.query().unwrap().as_str(), "c=/?");
        assert_eq!(
            parse("urn:example:api").unwrap().path().as_str(),
            "example:api"
        );
    }

    #[test]
    fn an_error_has_the_offset() {
        let refused = |text| parse(text).unwrap_err();
        for relative in [
            "",
            "#",
            "/api",
            "/a#b:c",
            "api.example",
            "//api.example",
            "//a:80",
            "a/b:c",
            "1a:b",
            "ü:b",
            ":b",
        ] {
            assert_eq!(refused(relative), InvalidUri::SchemeMissing, "{relative}");
        }
        for (text, offset) in [("https://a/b#c", 11), ("https://a/b?c# ", 13)] {
            assert_eq!(refused(text), InvalidUri::Fragment { offset }, "{text}");
        }
        for (text, offset) in [
            ("https://a/b c", 11),
            ("https://a/b c#d", 11),
            ("https://a/%4", 10),
            ("https://a/[", 10),
            ("https://a/?[", 11),
            ("https://[::1", 11),
            ("https://[::1/", 12),
            ("https://[]/", 9),
            ("https://a]/", 9),
            ("https://[::1]x/", 13),
            ("https://a:8o/", 11),
            ("https://a@b@c/", 11),
            ("https://a/\u{fc}", 10),
            ("https://[%31]/", 9),
        ] {
            assert_eq!(refused(text), InvalidUri::ByteRefused { offset }, "{text}");
        }
    }

    #[test]
    fn square_brackets_enclose_an_address_of_version_6_or_later() {
        for text in [
            "https://[2001:db8::7]/",
            "https://[::ffff:192.0.2.7]/",
            "https://[v7.a:b]/",
        ] {
            assert!(parse(text).is_ok(), "{text}");
        }
        for text in [
            "https://[id.example]/",
            "https://[192.0.2.7]/",
            "https://[1:2]/",
            "https://[::1%25eth0]/",
            "https://[vg.a]/",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
