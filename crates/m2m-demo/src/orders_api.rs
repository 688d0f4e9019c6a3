//! The API of the demo: it serves orders to callers with a token.

use core::future::pending;
use core::net::IpAddr;
use std::sync::mpsc::{Receiver, Sender, channel};

use m2m_client::{HyperTransport, http};
use m2m_guard::{ApiGuard, Call, Denied, Guard, Requirement};
use m2m_host::error::Failure;
use m2m_host::{clock, output, timestamp};
use m2m_listen::{Bytes, Full, Incoming, ListenSettings, Listener, Request, Response, StatusCode};
use oauth_proto::Issuer;
use serde_json::json;

use super::steps::AUDIENCE;

/// The scope that reading orders requires. The world of the demo assigns it to every application.
const READ: &str = "read:orders";

/// The scope that creating an order requires. The world of the demo assigns it to no application.
const WRITE: &str = "write:orders";

/// An API that serves for as long as the runtime exists.
#[derive(Debug)]
pub(super) struct OrdersApi {
    /// The URL of its orders.
    pub(super) orders: String,
    denials: Receiver<Denied>,
}

impl OrdersApi {
    /// Starts the API on a free port of this address. It trusts the issuer, whose keys it fetches when the first call needs them.
    pub(super) async fn start(issuer: &Issuer, ip: IpAddr) -> Result<Self, Failure> {
        let guard =
            Guard::new(issuer.as_str(), &[AUDIENCE]).with_error_pages(&format!("{issuer}/errors/"));
        let guard = ApiGuard::over_hyper_with(guard).map_err(|error| cannot_start(&error))?;
        let listener = Listener::bind(ListenSettings::at((ip, 0).into())).await;
        let listener = listener.map_err(|error| cannot_start(&error))?;
        let orders = format!("http://{}/orders", listener.address());
        let (report, denials) = channel();
        let answer = move |request, _| answer(guard.clone(), request, report.clone());
        tokio::spawn(listener.serve(answer, pending()));
        Ok(Self { orders, denials })
    }

    /// Returns the denial of the last call, if it was denied. The caller sees less of it.
    pub(super) fn denial(&self) -> Option<Denied> {
        self.denials.try_recv().ok()
    }
}

fn cannot_start(error: &dyn core::error::Error) -> Failure {
    Failure::refused("cannot start the API of the demo").because(error.to_string())
}

/// Answers a call, and reports it if it is denied: to the demo, and once that only serves, to the log.
async fn answer(
    guard: ApiGuard<HyperTransport>,
    request: Request<Incoming>,
    report: Sender<Denied>,
) -> Response<Full<Bytes>> {
    let (parts, _) = request.into_parts();
    let (scope, status) = match (parts.method.as_str(), parts.uri.path()) {
        ("GET", "/orders") => (READ, StatusCode::OK),
        ("POST", "/orders") => (WRITE, StatusCode::CREATED),
        _ => {
            return text(
                StatusCode::NOT_FOUND,
                "the API has only /orders\n".to_owned(),
            );
        }
    };
    let call = Call::from(&parts);
    match guard.check(&call, Requirement::scope(scope)).await {
        Ok(caller) => {
            let organization = caller.organization_code().unwrap_or("no organization");
            text(status, format!("ten anvils for {organization}\n"))
        }
        Err(denied) => {
            let answer = denied.to_http(None).map(|()| Full::default());
            if let Err(unreceived) = report.send(denied) {
                log(&parts, &unreceived.0);
            }
            answer
        }
    }
}

fn text(status: StatusCode, text: String) -> Response<Full<Bytes>> {
    let mut response = Response::new(text.into());
    *response.status_mut() = status;
    response
}

/// Logs a denied call in the form of the server's log.
fn log(call: &http::request::Parts, denied: &Denied) {
    output::log_line(&json!({
        "time": timestamp::rfc3339(clock::now()),
        "event": "call_denied",
        "method": call.method.as_str(),
        "path": call.uri.path(),
        "client_id": denied.client_id(),
        "cause": denied.cause().id(),
        "evidence": denied.evidence().to_string(),
    }));
}
