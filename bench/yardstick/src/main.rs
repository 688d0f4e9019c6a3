//! The minimum work of a token endpoint: HTTP/1.1 on one thread, a form, one hash, one comparison, one signature, JSON.
//!
//! ```text
//! yardstick KEYS ring|aws es256|eddsa|rs256
//! ```
//!
//! `KEYS` has `es256.der`, `eddsa.der` and `rs256.der`, in PKCS#8. It prints its address and serves until it is killed. It has no limits, no log and
//! no safeguards: it is the baseline for a careful server, and must not be exposed to a network.
#![forbid(unsafe_code)]

mod signer;
mod token;

use std::error::Error;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE};
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use signer::Signer;
use token::{Endpoint, Refused};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [keys, backend, algorithm] = arguments.as_slice() else {
        return Err("usage: yardstick KEYS ring|aws es256|eddsa|rs256".into());
    };
    let endpoint = Arc::new(Endpoint::new(Signer::read(
        Path::new(keys),
        backend,
        algorithm,
    )?));
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    println!("listening on {}", listener.local_addr()?);
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let endpoint = Arc::clone(&endpoint);
        tokio::spawn(async move {
            let service = service_fn(move |request| answer(Arc::clone(&endpoint), request));
            // An error of the connection concerns its caller only.
            let _ = hyper::server::conn::http1::Builder::new()
                .pipeline_flush(true)
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

async fn answer(
    endpoint: Arc<Endpoint>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, hyper::Error> {
    let (head, body) = request.into_parts();
    if head.method != Method::POST || head.uri.path() != "/oauth2/token" {
        return Ok(reply(Err(Refused::NotFound)));
    }
    let form = body.collect().await?.to_bytes();
    let authorization = head
        .headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    Ok(reply(endpoint.token(authorization, &form)))
}

fn reply(outcome: Result<String, Refused>) -> Response<Full<Bytes>> {
    let (status, body) = match outcome {
        Ok(body) => (200, body),
        Err(refused) => (
            refused.status(),
            format!(r#"{{"error":"{}"}}"#, refused.code()),
        ),
    };
    Response::builder()
        .status(status)
        .header(CONTENT_TYPE, "application/json")
        .header(CACHE_CONTROL, "no-store")
        .body(Full::new(Bytes::from(body)))
        .expect("the status and the headers are fixed")
}
