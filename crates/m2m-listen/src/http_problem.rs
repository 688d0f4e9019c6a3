//! The problems of a request that is not HTTP, or that can be read in more than one way.

/// A problem of a malformed request. It contains nothing that the caller sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum HttpProblem {
    /// The bytes do not begin like an HTTP request.
    NotHttp,
    /// The connection begins with a header of the PROXY protocol, which is not accepted from this peer.
    ProxyHeaderUnexpected,
    /// A trusted proxy sent no valid header of the PROXY protocol.
    ProxyHeaderMissing,
    /// The method is missing, or contains a byte that a method cannot have.
    Method,
    /// The target is missing, or contains a space, a control character or another byte that a URL cannot have.
    Target,
    /// The request line does not end in `HTTP/1.1` or `HTTP/1.0`.
    Version,
    /// A line of the header begins with whitespace, as a field does that is folded over several lines (RFC 9112, section 5.2).
    FoldedHeader,
    /// There is whitespace between the name of a header field and its colon (RFC 9112, section 5.1).
    SpaceBeforeColon,
    /// A line of the header has no colon.
    ColonMissing,
    /// The name of a header field is empty, or contains a byte that a name cannot have.
    HeaderName,
    /// There is a carriage return that is not followed by a line feed (RFC 9112, section 2.2).
    BareCarriageReturn,
    /// The value of a header field contains a control character, such as NUL.
    ControlCharacter,
    /// The connection ended before the header was complete.
    HeaderIncomplete,
    /// A request of HTTP/1.1 has no `Host` field (RFC 9112, section 3.2).
    HostMissing,
    /// The `Host` field occurs more than once.
    HostRepeated,
    /// The value of the `Host` field is not a host with an optional port.
    HostMalformed,
    /// `Content-Length` is not a number, or occurs with different values (RFC 9112, section 6.3).
    ContentLength,
    /// `Transfer-Encoding` is not exactly `chunked`, or occurs in HTTP/1.0 (RFC 9112, section 6.1).
    TransferEncoding,
    /// A trusted proxy states something that is not an address, such as `unknown`.
    AddressHeaderMalformed,
    /// The length of a chunk, or the end of it, cannot be read (RFC 9112, section 7.1).
    Chunk,
    /// The connection ended before the body was complete.
    BodyIncomplete,
    /// Another problem.
    Other,
}

impl HttpProblem {
    /// All problems, in their order.
    pub const ALL: &'static [Self] = &[
        Self::NotHttp,
        Self::ProxyHeaderUnexpected,
        Self::ProxyHeaderMissing,
        Self::Method,
        Self::Target,
        Self::Version,
        Self::FoldedHeader,
        Self::SpaceBeforeColon,
        Self::ColonMissing,
        Self::HeaderName,
        Self::BareCarriageReturn,
        Self::ControlCharacter,
        Self::HeaderIncomplete,
        Self::HostMissing,
        Self::HostRepeated,
        Self::HostMalformed,
        Self::ContentLength,
        Self::TransferEncoding,
        Self::AddressHeaderMalformed,
        Self::Chunk,
        Self::BodyIncomplete,
        Self::Other,
    ];

    /// The name of the problem, for logs and metrics, such as `folded_header`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.texts().0
    }

    /// The problem in a sentence.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.texts().1
    }

    const fn texts(self) -> (&'static str, &'static str) {
        match self {
            Self::NotHttp => ("not_http", "the bytes are not an HTTP request"),
            Self::ProxyHeaderUnexpected => (
                "proxy_header_unexpected",
                "the PROXY protocol is not accepted from this address",
            ),
            Self::ProxyHeaderMissing => (
                "proxy_header_missing",
                "the proxy sent no valid header of the PROXY protocol",
            ),
            Self::Method => ("method", "the method of the request is invalid"),
            Self::Target => ("target", "the target of the request is invalid"),
            Self::Version => (
                "version",
                "the request line does not end in a version of HTTP",
            ),
            Self::FoldedHeader => (
                "folded_header",
                "a header field is folded over several lines, which is not accepted",
            ),
            Self::SpaceBeforeColon => (
                "space_before_colon",
                "there is whitespace before the colon of a header field",
            ),
            Self::ColonMissing => ("colon_missing", "a line of the header has no colon"),
            Self::HeaderName => ("header_name", "the name of a header field is invalid"),
            Self::BareCarriageReturn => (
                "bare_carriage_return",
                "there is a carriage return without a line feed",
            ),
            Self::ControlCharacter => (
                "control_character",
                "a header field contains a control character",
            ),
            Self::HeaderIncomplete => (
                "header_incomplete",
                "the connection ended before the header was complete",
            ),
            Self::HostMissing => ("host_missing", "the Host header field is missing"),
            Self::HostRepeated => ("host_repeated", "there are several Host header fields"),
            Self::HostMalformed => ("host_malformed", "the Host header field is not a host"),
            Self::ContentLength => (
                "content_length",
                "Content-Length is invalid, or contradicts another one",
            ),
            Self::TransferEncoding => (
                "transfer_encoding",
                "Transfer-Encoding is not the single value chunked",
            ),
            Self::AddressHeaderMalformed => (
                "address_header_malformed",
                "the proxy does not state an address of the caller",
            ),
            Self::Chunk => ("chunk", "the chunks of the body are malformed"),
            Self::BodyIncomplete => (
                "body_incomplete",
                "the connection ended before the body was complete",
            ),
            Self::Other => ("other", "the request is not valid HTTP"),
        }
    }

    /// The first problem in the bytes of a header that could not be read; `None` if the bytes show none.
    ///
    /// The last line may be incomplete.
    pub(crate) fn in_header(bytes: &[u8]) -> Option<Self> {
        if bytes.starts_with(PROXY_SIGNATURE) {
            return Some(Self::ProxyHeaderUnexpected);
        }
        // Empty lines before a request are ignored (RFC 9112, section 2.2).
        let begin = bytes
            .iter()
            .position(|byte| !matches!(byte, b'\r' | b'\n'))?;
        let mut lines = bytes.get(begin..)?.split_inclusive(|byte| *byte == b'\n');
        let first = lines.next().map(Line::of)?;
        if let Some(problem) = first.request_line() {
            return Some(problem);
        }
        lines
            .map(Line::of)
            .take_while(|line| !(line.is_complete && line.text.is_empty()))
            .find_map(Line::field)
    }
}

/// A line of a header without its end.
#[derive(Debug, Clone, Copy)]
struct Line<'h> {
    text: &'h [u8],
    is_complete: bool,
}

impl<'h> Line<'h> {
    fn of(line: &'h [u8]) -> Self {
        let complete = line.strip_suffix(b"\n");
        let text = complete.unwrap_or(line);
        Self {
            text: text.strip_suffix(b"\r").unwrap_or(text),
            is_complete: complete.is_some(),
        }
    }

    /// The problem of a request line (RFC 9112, section 3).
    fn request_line(self) -> Option<HttpProblem> {
        if self.text.starts_with(b"PROXY ") {
            return Some(HttpProblem::ProxyHeaderUnexpected);
        }
        let mut words = self.text.splitn(2, |byte| *byte == b' ');
        let (method, rest) = (words.next()?, words.next());
        if !method.iter().all(|byte| is_of_token(*byte)) {
            let is_word = method.first().is_none_or(u8::is_ascii_alphabetic);
            return Some(if is_word {
                HttpProblem::Method
            } else {
                HttpProblem::NotHttp
            });
        }
        let Some(rest) = rest else {
            return self.is_complete.then_some(HttpProblem::NotHttp);
        };
        if method.is_empty() {
            return Some(HttpProblem::Method);
        }
        if rest.contains(&b'\r') {
            return Some(HttpProblem::BareCarriageReturn);
        }
        let target = if self.is_complete {
            match VERSIONS.iter().find_map(|own| rest.strip_suffix(*own)) {
                Some(target) => target,
                None => return Some(HttpProblem::Version),
            }
        } else {
            // The version may be the last word.
            rest.split(|byte| *byte == b' ').next()?
        };
        let is_empty = self.is_complete && target.is_empty();
        let is_invalid = target
            .iter()
            .any(|byte| byte.is_ascii_control() || *byte == b' ');
        (is_empty || is_invalid).then_some(HttpProblem::Target)
    }

    /// The problem of a header field (RFC 9112, section 5).
    fn field(self) -> Option<HttpProblem> {
        if let [b' ' | b'\t', ..] = self.text {
            return Some(HttpProblem::FoldedHeader);
        }
        let mut parts = self.text.splitn(2, |byte| *byte == b':');
        let name = parts.next()?;
        let Some(value) = parts.next() else {
            return self.is_complete.then_some(HttpProblem::ColonMissing);
        };
        if let [.., b' ' | b'\t'] = name {
            return Some(HttpProblem::SpaceBeforeColon);
        }
        if name.is_empty() || !name.iter().all(|byte| is_of_token(*byte)) {
            return Some(HttpProblem::HeaderName);
        }
        if value.contains(&b'\r') {
            return Some(HttpProblem::BareCarriageReturn);
        }
        value
            .iter()
            .any(|byte| byte.is_ascii_control() && *byte != b'\t')
            .then_some(HttpProblem::ControlCharacter)
    }
}

/// Returns true if a method or the name of a header field can contain this byte (RFC 9110, section 5.6.2).
const fn is_of_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'!' | b'#'
                | b'$'
                | b'%'
                | b'&'
                | b'\''
                | b'*'
                | b'+'
                | b'-'
                | b'.'
                | b'^'
                | b'_'
                | b'`'
                | b'|'
                | b'~'
        )
}

/// The end of a request line.
const VERSIONS: [&[u8]; 2] = [b" HTTP/1.1", b" HTTP/1.0"];

/// The first bytes of the PROXY protocol, version 2.
const PROXY_SIGNATURE: &[u8] = b"\r\n\r\n\0\r\nQUIT\n";

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::HttpProblem::{
        BareCarriageReturn, ColonMissing, ControlCharacter, FoldedHeader, HeaderName, Method,
        NotHttp, ProxyHeaderUnexpected, SpaceBeforeColon, Target, Version,
    };
    use super::*;

    #[test]
    fn f7e_the_first_problem_of_a_header_is_found() {
        for (head, expected) in [
            ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", None),
            ("\r\nGET / HTTP/1.0\nHost: a\n\n folded body", None),
            ("GET / HTTP/1.1\r\nHo", None),
            ("GET / HT", None),
            ("", None),
            (
                "GET / HTTP/1.1\r\nA: b\r\n c\r\nHost : a\r\n",
                Some(FoldedHeader),
            ),
            ("GET / HTTP/1.1\r\n\tA: b\r\n", Some(FoldedHeader)),
            ("GET / HTTP/1.1\r\nHost : a\r\n", Some(SpaceBeforeColon)),
            ("GET / HTTP/1.1\r\nHost\r\n", Some(ColonMissing)),
            ("GET / HTTP/1.1\r\n: a\r\n", Some(HeaderName)),
            ("GET / HTTP/1.1\r\nA b: c\r\n", Some(HeaderName)),
            ("GET / HTTP/1.1\r\nA: b\rC: d\r\n", Some(BareCarriageReturn)),
            ("GET / HTTP/1.1\rHost: a\r\n", Some(BareCarriageReturn)),
            ("GET / HTTP/1.1\r\nA: b\0\r\n", Some(ControlCharacter)),
            ("G@T / HTTP/1.1\r\n", Some(Method)),
            (" GET / HTTP/1.1\r\n", Some(Method)),
            ("GET /a b HTTP/1.1\r\n", Some(Target)),
            ("GET  HTTP/1.1\r\n", Some(Target)),
            ("GET /\u{1}", Some(Target)),
            ("GET /\r\n", Some(Version)),
            ("GET / HTTP/1.2\r\n", Some(Version)),
            ("GET / HTTP/1.1 \r\n", Some(Version)),
            ("SSH-2.0-OpenSSH_9.6\r\n", Some(NotHttp)),
            ("\u{80}\u{1}\u{3}", Some(NotHttp)),
            ("{\"a\": 1}\r\n", Some(NotHttp)),
            (
                "PROXY TCP4 192.0.2.7 198.51.100.1 1 2\r\n",
                Some(ProxyHeaderUnexpected),
            ),
            ("\r\n\r\n\0\r\nQUIT\n\u{21}", Some(ProxyHeaderUnexpected)),
        ] {
            assert_eq!(
                HttpProblem::in_header(head.as_bytes()),
                expected,
                "{head:?}"
            );
        }
    }

    #[test]
    fn the_list_is_in_order_and_the_texts_differ() {
        let all = HttpProblem::ALL;
        assert!(all.is_sorted() && all.windows(2).all(|pair| pair[0] != pair[1]));
        for text in [HttpProblem::name, HttpProblem::as_str] {
            let texts: std::collections::BTreeSet<_> = all.iter().map(|own| text(*own)).collect();
            assert_eq!(texts.len(), all.len());
        }
    }

    proptest! {
        #[test]
        fn a_header_in_the_grammar_has_no_problem_wherever_it_is_cut(
            method in "[A-Z!#$%&'*+.^_`|~-]{1,9}",
            target in "/[!-~]{0,20}",
            fields in proptest::collection::vec(("[a-zA-Z0-9!#$%&'*+.^_`|~-]{1,9}", "[\t -~]{0,20}"), 0..5),
            cut in any::<proptest::sample::Index>(),
        ) {
            prop_assume!(method != "PROXY");
            let mut head = format!("{method} {target} HTTP/1.1\r\n");
            for (name, value) in &fields {
                head += &format!("{name}:{value}\r\n");
            }
            let end = cut.index(head.len() + 1);
            prop_assert_eq!(HttpProblem::in_header(&head.as_bytes()[..end]), None);
        }

        #[test]
        fn any_bytes_are_read_to_the_same_end(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            crate::fuzzing::http_header(&bytes);
        }
    }
}
