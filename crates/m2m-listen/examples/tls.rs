//! A hyper service with TLS and limits, on `https://localhost:8443` until it is interrupted.
//!
//! ```text
//! cargo run -p m2m-listen --example tls
//! curl --insecure https://localhost:8443/
//! ```
//!
//! The certificate is created for this run. A real server names the files of its own.

use std::convert::Infallible;
use std::error::Error;
use std::time::Duration;

use m2m_listen::{
    Bytes, CallerAddress, Full, Incoming, ListenSettings, Listener, Request, Response,
    ServiceHandler, TlsFiles, service_fn,
};

async fn hello(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let caller = match request.extensions().get() {
        Some(CallerAddress(address)) => address.to_string(),
        None => "stranger".to_owned(),
    };
    let answer = format!("Hello, {caller}, by {:?}\n", request.version());
    Ok(Response::new(answer.into()))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let mut settings = ListenSettings::at(([127, 0, 0, 1], 8443).into());
    settings.tls = Some(certificate(&folder)?);
    settings.max_connections = 1_000;
    settings.max_requests = 100;
    settings.times.idle = Duration::from_secs(30);
    let listener = Listener::bind(settings).await?;
    let service = ServiceHandler(service_fn(hello));
    listener.serve(service, std::future::pending()).await;
    Ok(())
}

/// A certificate for `localhost` that no client trusts, and its key.
fn certificate(folder: &tempfile::TempDir) -> Result<TlsFiles, Box<dyn Error>> {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()])?;
    let files = TlsFiles::new(
        folder.path().join("cert.pem"),
        folder.path().join("key.pem"),
    );
    std::fs::write(&files.cert, made.cert.pem())?;
    std::fs::write(&files.key, made.signing_key.serialize_pem())?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(&files.key, std::fs::Permissions::from_mode(0o600))?;
    }
    Ok(files)
}
