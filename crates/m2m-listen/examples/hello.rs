//! Answers each request with the address that it came from, on `127.0.0.1:8080` until it is interrupted.

use std::future::pending;
use std::net::IpAddr;

use m2m_listen::{Bytes, Full, Incoming, ListenError, ListenSettings, Listener, Request, Response};

async fn hello(_: Request<Incoming>, caller: IpAddr) -> Response<Full<Bytes>> {
    Response::new(format!("Hello, {caller}\n").into())
}

#[tokio::main]
async fn main() -> Result<(), ListenError> {
    let settings = ListenSettings::at(([127, 0, 0, 1], 8080).into());
    let listener = Listener::bind(settings).await?;
    listener.serve(hello, pending()).await;
    Ok(())
}
