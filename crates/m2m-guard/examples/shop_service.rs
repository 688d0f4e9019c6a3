//! A shop that serves only callers with a token, and calls the API of orders with a token of its own.
//!
//! With a server at port 8080, and the example `orders_api` at port 8081:
//!
//! ```sh
//! ISSUER=http://127.0.0.1:8080 CLIENT_ID=shop CLIENT_SECRET=… cargo run -p m2m-guard --example shop_service
//! ```

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "an example prints"
)]
#![expect(
    clippy::disallowed_methods,
    reason = "an example reads the environment"
)]

use std::error::Error;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use m2m_client::{
    AccessTokenRequest, AuthorizeMiddleware, Credentials, InvalidIssuer, TokenError, TokenSource,
};
use m2m_guard::{ApiGuard, Caller, GuardLayer, HyperTransport};
use reqwest::Client;
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware};
use tokio::net::TcpListener;

const ADDRESS: &str = "127.0.0.1:8082";

/// The identifier of this API.
const AUDIENCE: &str = "https://shop.example/api";

/// The identifier and the URL of the API that it calls.
const ORDERS: &str = "https://orders.example/api";
const ORDERS_URL: &str = "http://127.0.0.1:8081/orders";

/// The time for a call of that API, in which it also gets its token.
const TIMEOUT: Duration = Duration::from_secs(10);

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let issuer = std::env::var("ISSUER")?;
    let credentials = Credentials::from_environment("CLIENT_ID", "CLIENT_SECRET")?;
    let orders = Orders {
        http: with_tokens(Client::new(), &issuer, credentials)?,
        url: ORDERS_URL.to_owned(),
    };
    let guard = ApiGuard::over_hyper(&issuer, AUDIENCE)?;
    let api = router(&guard, orders);

    println!("listening on http://{ADDRESS}, for tokens of {issuer} for {AUDIENCE}");
    axum::serve(TcpListener::bind(ADDRESS).await?, api).await?;
    Ok(())
}

/// The routes, each with the scope that it requires.
pub(crate) fn router(guard: &ApiGuard<HyperTransport>, orders: Orders) -> Router {
    let overview = get(overview).layer(GuardLayer::new(guard).scope("read:shop"));
    Router::new()
        .route("/overview", overview)
        .with_state(orders)
}

/// Returns a client whose calls have a token for the API of orders. The token is kept, and renewed before it expires.
pub(crate) fn with_tokens(
    http: Client,
    issuer: &str,
    credentials: Credentials,
) -> Result<ClientWithMiddleware, InvalidIssuer> {
    let tokens = TokenSource::over_hyper(issuer, credentials)?;
    let orders = AuthorizeMiddleware::new(tokens, AccessTokenRequest::new().with_audience(ORDERS));
    Ok(ClientBuilder::new(http).with(orders).build())
}

/// The API of orders.
#[derive(Debug, Clone)]
pub(crate) struct Orders {
    pub(crate) http: ClientWithMiddleware,
    pub(crate) url: String,
}

impl Orders {
    async fn list(&self) -> Result<String, reqwest_middleware::Error> {
        let call = self.http.get(&self.url).timeout(TIMEOUT);
        let orders = call.send().await?.error_for_status()?.text().await?;
        Ok(orders)
    }
}

async fn overview(caller: Caller, State(orders): State<Orders>) -> Result<String, StatusCode> {
    let list = orders.list().await.map_err(|error| report(&error))?;
    Ok(format!("orders for {}:\n{list}", caller.client_id()))
}

/// Prints why there are no orders. If the reason is that the shop got no token, it says what to change.
fn report(error: &reqwest_middleware::Error) -> StatusCode {
    eprintln!("cannot list the orders: {error}");
    if let reqwest_middleware::Error::Middleware(error) = error
        && let Some(error) = error.downcast_ref::<TokenError>()
    {
        let fixes = error.fixes().iter();
        fixes.for_each(|fix| eprintln!("- {fix}"));
    }
    StatusCode::BAD_GATEWAY
}
