//! Compares the answers and the times of one API that different crates protect, and of clients that keep tokens. It prints tables in Markdown.

mod answers;
mod clients;
mod issuer;
mod keys;
mod times;
mod tokens;

use std::error::Error;

use axum::Router;

use issuer::Issuer;

/// The identifier of the API.
const AUDIENCE: &str = "https://orders.example/api";

/// The crates, in the order of the columns.
const CRATES: [&str; 3] = ["m2m-guard", "huskarl", "oauth-resource-server"];

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// Returns the API of this issuer, protected by the crate at this position.
async fn api(position: usize, issuer: &str) -> Outcome<Router> {
    match position {
        0 => service_m2m::router(issuer, AUDIENCE).await,
        1 => service_huskarl::router(issuer, AUDIENCE).await,
        _ => service_oauth_resource_server::router(issuer, AUDIENCE).await,
    }
}

/// Returns the API, protected by each of the crates.
async fn apis(issuer: &str) -> Outcome<Vec<Router>> {
    let mut apis = Vec::new();
    for position in 0..CRATES.len() {
        apis.push(api(position, issuer).await?);
    }
    Ok(apis)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let is_wanted = |name: &str| wanted.is_empty() || wanted.iter().any(|own| own == name);
    let issuer = Issuer::start().await?;
    if is_wanted("answers") {
        answers::print(&issuer).await?;
    }
    if is_wanted("times") {
        times::print(&issuer).await?;
    }
    if is_wanted("clients") {
        clients::print(&issuer).await?;
    }
    if is_wanted("keys") {
        keys::print().await?;
    }
    Ok(())
}
