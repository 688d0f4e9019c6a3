//! Answers each request with the address that it came from, on `127.0.0.1:8080` until it is interrupted.

use std::net::IpAddr;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::Full;
use m2m_listen::body::Incoming;
use m2m_listen::http::request::Parts;
use m2m_listen::http::{Request, Response};
use m2m_listen::{Handler, ListenError, ListenSettings, Listener, Refusal, Unobserved};

#[derive(Debug)]
struct Hello;

impl Handler for Hello {
    type Body = Full<Bytes>;

    async fn respond(&self, _: Request<Incoming>, address: IpAddr) -> Response<Self::Body> {
        Response::new(format!("Hello, {address}\n").into())
    }

    fn refuse(&self, refusal: Refusal, _: &Parts, _: IpAddr) -> Response<Self::Body> {
        refusal.to_response()
    }
}

#[tokio::main]
async fn main() -> Result<(), ListenError> {
    let settings = ListenSettings::at(([127, 0, 0, 1], 8080).into());
    let listener = Listener::bind(settings).await?;
    listener
        .serve(
            Arc::new(Hello),
            Arc::new(Unobserved),
            core::future::pending(),
        )
        .await;
    Ok(())
}
