//! An API of orders that serves only callers with a token.
//!
//! ```sh
//! ISSUER=http://127.0.0.1:8080 AUDIENCE=https://orders.example/api cargo run -p m2m-guard --example orders_api
//! ```
//!
//! If `AUDIENCE` is a URL of this API itself, such as `http://127.0.0.1:8081/orders`, it serves its metadata (RFC 9728), and its challenges name them:
//! clients find the issuer by themselves. `ADDRESS` sets another address. `PROFILE` sets the dialect of the answers.
//!
//! With `INTROSPECTION_CLIENT_ID` and `INTROSPECTION_CLIENT_SECRET`, the credentials of this API at the server, it denies tokens that were revoked.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "an example prints"
)]
#![expect(
    clippy::disallowed_methods,
    reason = "an example reads the environment"
)]

use std::env::{self, VarError};
use std::error::Error;
use std::time::Duration;

use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use m2m_guard::{
    ApiGuard, Caller, Credentials, Denied, Guard, GuardLayer, HyperTransport, Issuer, Profile,
    ResourceMetadata,
};

/// The address without the variable `ADDRESS`.
const ADDRESS: &str = "127.0.0.1:8081";

/// The time after which a token that was revoked is denied at the latest, if the issuer is asked.
const REVOKED_WITHIN: Duration = Duration::from_secs(10);

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let issuer = required("ISSUER", "the URL of the authorization server")?;
    let audience = required("AUDIENCE", "the identifier of this API")?;
    let address = env::var("ADDRESS").unwrap_or_else(|_| ADDRESS.to_owned());
    let listener = tokio::net::TcpListener::bind(&address).await?;
    let address = listener.local_addr()?;

    let metadata = metadata(&issuer, &audience, &format!("http://{address}/"))?;
    let mut guard = guard(&issuer, &audience, profile()?, metadata.as_ref())?;
    if let Ok(client_id) = env::var("INTROSPECTION_CLIENT_ID") {
        let secret = required("INTROSPECTION_CLIENT_SECRET", "the secret of the API")?;
        guard = guard.with_introspection(Credentials::new(client_id, secret)?, REVOKED_WITHIN);
    }
    let api = router(&guard);
    let api = match metadata {
        Some(metadata) => {
            let path = metadata.path().to_owned();
            api.route(&path, get(async move || metadata))
        }
        None => api,
    };

    println!("listening on http://{address}, for tokens of {issuer} for {audience}");
    axum::serve(listener, api).await?;
    Ok(())
}

/// The metadata of this API, if it is the server at the URL that is its identifier.
fn metadata(
    issuer: &str,
    audience: &str,
    own: &str,
) -> Result<Option<ResourceMetadata>, Box<dyn Error>> {
    if !audience.starts_with(own) {
        return Ok(None);
    }
    let metadata = ResourceMetadata::new(audience, &[Issuer::parse(issuer)?])?;
    Ok(Some(metadata.with_scopes(&["read:orders", "write:orders"])))
}

/// A guard that answers in a dialect, and names the pages of the server about errors and the metadata of the API.
pub(crate) fn guard(
    issuer: &str,
    audience: &str,
    profile: Profile,
    metadata: Option<&ResourceMetadata>,
) -> Result<ApiGuard<HyperTransport>, Box<dyn Error>> {
    let guard = Guard::new(issuer, &[audience])
        .with_profile(profile)
        .with_error_pages(&format!("{issuer}/errors/"));
    let guard = match metadata {
        Some(metadata) => guard.described_by(metadata),
        None => guard,
    };
    Ok(ApiGuard::over_hyper_with(guard)?)
}

pub(crate) fn router(guard: &ApiGuard<HyperTransport>) -> Router {
    let read = reporting(guard).scope("read:orders");
    let write = reporting(guard).scope("write:orders");
    Router::new()
        .route(
            "/orders",
            get(list)
                .layer(read.clone())
                .merge(axum::routing::post(create).layer(write)),
        )
        .route("/orders/{id}", get(show).layer(read.clone()))
        .route("/orgs/{org_code}/orders", get(list_of).layer(read))
        .route("/open", get(async || "open to everyone\n"))
}

/// A guard whose denied calls are printed, with the cause and the evidence, which the caller does not get. Those that the handlers deny are among them.
fn reporting(guard: &ApiGuard<HyperTransport>) -> GuardLayer<HyperTransport> {
    GuardLayer::new(guard).on_denied(|denied, parts| {
        let client = denied.client_id().unwrap_or("unknown client");
        eprintln!(
            "denied: {} {} by {client}: {denied}",
            parts.method,
            parts.uri.path()
        );
    })
}

/// An order, and the organization that it belongs to.
struct Order {
    id: u32,
    organization: &'static str,
    item: &'static str,
}

const ORDERS: [Order; 2] = [
    Order {
        id: 1,
        organization: "org_acme",
        item: "ten anvils",
    },
    Order {
        id: 2,
        organization: "org_globex",
        item: "a doomsday device",
    },
];

fn line(order: &Order) -> String {
    format!("{}: {} for {}\n", order.id, order.item, order.organization)
}

async fn list() -> String {
    ORDERS.iter().map(line).collect()
}

async fn create(caller: Caller) -> (StatusCode, String) {
    let created = format!("created for {}\n", caller.client_id());
    (StatusCode::CREATED, created)
}

/// The organization is in the path, so that it is checked before anything is loaded.
async fn list_of(caller: Caller, Path(org_code): Path<String>) -> Result<String, Denied> {
    caller.require_organization(&org_code)?;
    let own = ORDERS.iter().filter(|order| order.organization == org_code);
    Ok(own.map(line).collect())
}

/// The organization is that of the order, so that it is checked when the order is loaded.
async fn show(caller: Caller, Path(id): Path<u32>) -> Result<Response, Denied> {
    let Some(order) = ORDERS.iter().find(|order| order.id == id) else {
        return Ok(StatusCode::NOT_FOUND.into_response());
    };
    caller.require_organization(order.organization)?;
    Ok(line(order).into_response())
}

fn required(name: &str, meaning: &str) -> Result<String, String> {
    env::var(name).map_err(|_| format!("set the variable {name}: {meaning}"))
}

/// The dialect of the answers, `rfc` by default.
fn profile() -> Result<Profile, Box<dyn Error>> {
    match env::var("PROFILE") {
        Ok(name) => Ok(name.parse()?),
        Err(VarError::NotPresent) => Ok(Profile::Rfc),
        Err(error) => Err(error.into()),
    }
}
