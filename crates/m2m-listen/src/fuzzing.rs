//! Properties that hold for all bytes: the bodies of the fuzz targets, replayed by the tests.

use http::header::{FORWARDED, HOST};
use http::{HeaderValue, Request};

use crate::admit::{Trust, X_FORWARDED_FOR, admit};
use crate::proxy_protocol::{self, ProxyHeader};
use crate::{AddressHeader, HttpProblem};

/// Reads headers of the PROXY protocol: bytes that follow do not change how a prefix is read, and no more bytes are consumed than there are.
pub fn proxy_protocol(data: &[u8]) {
    let whole = proxy_protocol::read(data);
    if let ProxyHeader::Complete { length, .. } = whole {
        // The rest of the connection is not a part of it.
        let header = data.get(..length).expect("no more than there is");
        assert_eq!(proxy_protocol::read(header), whole);
    }
    for (end, _) in data.iter().enumerate() {
        let (begun, _) = data.split_at(end);
        match proxy_protocol::read(begun) {
            ProxyHeader::Incomplete => {}
            decided @ (ProxyHeader::Complete { .. } | ProxyHeader::Wrong) => {
                assert_eq!(decided, whole, "after {end} bytes");
            }
        }
    }
}

/// Reads `Forwarded` and `X-Forwarded-For`: a trusted proxy leads to an address or a refusal, and a stranger is not believed.
pub fn forwarded(data: &[u8]) {
    let Ok(value) = HeaderValue::from_bytes(data) else {
        return;
    };
    for (header, name) in [
        (AddressHeader::Forwarded, FORWARDED),
        (AddressHeader::XForwardedFor, X_FORWARDED_FOR),
    ] {
        let mut request = Request::new(());
        request.headers_mut().insert(name, value.clone());
        request
            .headers_mut()
            .insert(HOST, HeaderValue::from_static("a.example"));
        let (parts, ()) = request.into_parts();
        let proxy = core::net::IpAddr::from([10, 0, 0, 1]);
        let stranger = core::net::IpAddr::from([192, 0, 2, 1]);
        let trust = Trust {
            proxies: [proxy.into()].into(),
            header: Some(header),
        };
        let _ = admit(&parts, proxy, &trust);
        assert_eq!(admit(&parts, stranger, &trust), Ok(stranger));
    }
}

/// Looks for the problem of a header: bytes after a whole line do not change what was found before them.
pub fn http_header(data: &[u8]) {
    let whole = HttpProblem::in_header(data);
    if whole == Some(HttpProblem::ProxyHeaderUnexpected) {
        // The signature of the PROXY protocol contains ends of lines.
        return;
    }
    for (end, byte) in data.iter().enumerate() {
        let (begun, _) = data.split_at(end.saturating_add(1));
        if *byte == b'\n'
            && let Some(found) = HttpProblem::in_header(begun)
        {
            assert_eq!(Some(found), whole, "after {end} bytes");
        }
    }
}
