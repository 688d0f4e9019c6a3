//! The HTTP client of commands that call a server.

use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::Bytes;
use clap::Args;
use http::{Request, Uri};
use m2m_client::{
    HyperTransport, HyperTransportBuilder, PlainHttp, TransportError, TransportFailure,
};
use m2m_errors::Cause;
use tower_service::Service as _;

use crate::error::Failure;
use crate::printable::printable;
use crate::regular_file::{Pipes, RegularFile, shown};

/// The options of the connection to a server.
#[derive(Debug, Default, Args)]
pub struct ConnectionOptions {
    /// PEM file with CA certificates to trust in addition to those of this machine
    #[arg(long, value_name = "FILE", env = "M2M_CA_FILE")]
    pub ca_file: Option<PathBuf>,
    /// Allow unencrypted HTTP to other machines; anyone on the network path can read and change the traffic
    #[arg(long)]
    pub allow_plain_http: bool,
}

/// A response with its whole body.
pub type Response = http::Response<Bytes>;

/// A client that trusts the certificate authorities of the machine and those that the user names.
#[derive(Debug, Clone)]
pub struct HttpClient(HyperTransport);

impl HttpClient {
    /// Returns a client with these options.
    ///
    /// # Errors
    ///
    /// If the file with CA certificates cannot be read, or contains none.
    pub fn new(options: &ConnectionOptions) -> Result<Self, Failure> {
        Self::of(HyperTransport::builder(), options)
    }

    /// Returns a client for responses as large as a whole registry, and for operations as long.
    ///
    /// # Errors
    ///
    /// As [`HttpClient::new`].
    pub fn of_management(options: &ConnectionOptions) -> Result<Self, Failure> {
        let builder = HyperTransport::builder()
            .max_answer_bytes(MAX_MANAGEMENT_ANSWER_BYTES)
            .total_timeout(MANAGEMENT_TIMEOUT);
        Self::of(builder, options)
    }

    fn of(
        mut builder: HyperTransportBuilder,
        options: &ConnectionOptions,
    ) -> Result<Self, Failure> {
        if let Some(path) = &options.ca_file {
            builder = builder
                .ca_certificates(&read_ca_file(path)?)
                .map_err(|error| {
                    let what = format!("cannot use the CA certificates in {}", shown(path));
                    Failure::mistake(Cause::CaCertificatesInvalid, what)
                        .because(error.to_string())
                        .help("set --ca-file to a PEM file with one or more certificates, each between -----BEGIN CERTIFICATE----- and -----END CERTIFICATE-----")
                })?;
        }
        if options.allow_plain_http {
            builder = builder.plain_http(PlainHttp::Allowed);
        }
        Ok(Self(builder.build()))
    }

    /// Returns the transport that sends the requests.
    pub fn transport(&self) -> HyperTransport {
        self.0.clone()
    }

    /// Fetches a document.
    ///
    /// # Errors
    ///
    /// If the URL is invalid, or the server cannot be reached, or its response is too late or too long.
    pub async fn get(&self, url: &str) -> Result<Response, Failure> {
        let uri: Uri = url.parse().map_err(|_| {
            Failure::mistake(
                Cause::ServerUrlInvalid,
                format!("{} is not a URL", printable(url)),
            )
            .help("write it as https://id.example/path")
        })?;
        let mut request = Request::new(Bytes::new());
        *request.uri_mut() = uri;
        self.send(request).await
    }

    /// Sends a request.
    ///
    /// # Errors
    ///
    /// As [`HttpClient::get`].
    pub async fn send(&self, request: Request<Bytes>) -> Result<Response, Failure> {
        let answer = self.transport().call(request).await;
        answer.map_err(|error| unreachable(&error))
    }
}

/// Returns the failure for a server that cannot be reached, with the reason and fixes.
pub fn unreachable(error: &TransportError) -> Failure {
    let kind = error.failure();
    let target = printable(error.target());
    let is_wrong_address = matches!(
        kind,
        TransportFailure::UrlInvalid | TransportFailure::PlainHttp
    );
    let failure = if is_wrong_address {
        Failure::usage(format!("cannot call {target}"))
    } else {
        Failure::unreachable(format!("cannot reach {target}"))
    };
    let mut failure = failure.because(kind.to_string()).caused_by(kind.cause());
    if let Some(detail) = error.detail() {
        failure = failure.because(printable(detail));
    }
    if kind == TransportFailure::CertificateUntrusted {
        failure = failure.help(
            "if the certificate was issued by an authority of your own, set --ca-file FILE or M2M_CA_FILE to the certificate of that authority, in PEM",
        );
    }
    if kind == TransportFailure::PlainHttp {
        failure = failure
            .help("if the whole network path is protected by other means, add --allow-plain-http");
    }
    let fixes = kind.advice().fixes.iter();
    fixes.fold(failure, |failure, fix| failure.help(*fix))
}

fn read_ca_file(path: &Path) -> Result<zeroize::Zeroizing<Vec<u8>>, Failure> {
    RegularFile::open(path, Pipes::Taken)
        .and_then(|file| file.read(MAX_CA_FILE_BYTES))
        .map_err(|error| {
            Failure::of_io(format!("cannot read {}", shown(path)), &error)
                .help("set --ca-file FILE or M2M_CA_FILE to a PEM file with the certificate of the authority")
        })
}

/// The maximum size of the CA file, four times the list of authorities that systems have. Unit: bytes.
const MAX_CA_FILE_BYTES: u32 = 1024 * 1024;

/// The maximum size of a response, four times the largest `world.toml`, which JSON makes longer. Unit: bytes.
const MAX_MANAGEMENT_ANSWER_BYTES: usize = 64 * 1024 * 1024;

/// The maximum time for writing a registry of tens of thousands of applications.
const MANAGEMENT_TIMEOUT: Duration = Duration::from_secs(120);
