//! A small HTTP client over plain TCP, for the commands that look at a server from outside.

use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, Uri, header};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::error::Failure;

/// An answer with its whole body.
pub(crate) type Response = http::Response<Bytes>;

/// Fetches a document.
///
/// # Errors
///
/// If the URL is none of plain http, or the server cannot be reached, or does not answer in time or at bearable length.
pub(crate) async fn get(url: &str) -> Result<Response, Failure> {
    send(Method::GET, url, None).await
}

/// Sends a form.
///
/// # Errors
///
/// As [`get`].
pub(crate) async fn post_form(url: &str, form: String) -> Result<Response, Failure> {
    send(Method::POST, url, Some(form)).await
}

async fn send(method: Method, url: &str, form: Option<String>) -> Result<Response, Failure> {
    let unreachable =
        |why: String| Failure::unreachable(format!("cannot reach {url}")).because(why);
    let (uri, authority) = parse(url)?;
    let mut request = Request::builder()
        .method(method)
        .uri(
            uri.path_and_query()
                .map_or("/", http::uri::PathAndQuery::as_str),
        )
        .header(header::HOST, authority.as_str())
        .header(header::CONNECTION, "close");
    if form.is_some() {
        request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    }
    let request = request
        .body(Full::new(Bytes::from(form.unwrap_or_default())))
        .map_err(|error| unreachable(error.to_string()))?;
    let host = (
        authority.host().trim_matches(['[', ']']),
        authority.port_u16().unwrap_or(80),
    );
    let exchange = async {
        let stream = TcpStream::connect(host)
            .await
            .map_err(|error| unreachable(error.to_string()))?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
            .await
            .map_err(|error| unreachable(error.to_string()))?;
        tokio::spawn(connection);
        let response = sender
            .send_request(request)
            .await
            .map_err(|error| unreachable(error.to_string()))?;
        let (parts, body) = response.into_parts();
        let body = Limited::new(body, MAX_BODY_BYTES)
            .collect()
            .await
            .map_err(|error| unreachable(error.to_string()))?;
        Ok(Response::from_parts(parts, body.to_bytes()))
    };
    tokio::time::timeout(MAX_TIME, exchange)
        .await
        .unwrap_or_else(|_| {
            Err(unreachable(format!(
                "there was no answer within {} seconds",
                MAX_TIME.as_secs()
            )))
        })
}

fn parse(url: &str) -> Result<(Uri, http::uri::Authority), Failure> {
    let invalid = || {
        Failure::usage(format!("{url} is not a URL")).help("write it as http://127.0.0.1:8080/path")
    };
    let uri: Uri = url.parse().map_err(|_| invalid())?;
    match uri.scheme_str() {
        Some("http") => {}
        Some("https") => {
            return Err(Failure::usage(format!("cannot fetch {url}"))
                .because("this release speaks no TLS; the next one does")
                .help("download it with curl and name the file instead"));
        }
        Some(_) | None => return Err(invalid()),
    }
    let authority = uri.authority().cloned().ok_or_else(invalid)?;
    Ok((uri, authority))
}

/// How long one exchange may take.
const MAX_TIME: Duration = Duration::from_secs(10);

/// The largest answer that is read. A JWK set has at most half of it. Unit: bytes.
const MAX_BODY_BYTES: usize = 1024 * 1024;
