//! Clients that keep a token.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use huskarl::cache::{
    GrantTokenSource, InMemoryRefreshTokenStore, InMemoryTokenCache, TokenSource as _,
};
use huskarl::core::client_auth::ClientSecret;
use huskarl::core::secrets::{ProvidedSecret, SecretString};
use huskarl::core::server_metadata::AuthorizationServerMetadata;
use huskarl::grant::client_credentials::{
    ClientCredentialsGrant, ClientCredentialsGrantParameters,
};
use huskarl_reqwest::ReqwestClient;
use m2m_client::{AccessTokenRequest, Credentials, TokenSource};

use crate::Outcome;
use crate::issuer::Issuer;

/// A client: asks for a token, and returns whether there is one.
type Ask = Arc<dyn Fn() -> std::pin::Pin<Box<dyn Future<Output = bool> + Send>> + Send + Sync>;

fn m2m(issuer: &Issuer, secret: &str) -> Outcome<Ask> {
    let tokens = TokenSource::over_hyper(&issuer.url, Credentials::new("billing-job", secret)?)?;
    let request = Arc::new(AccessTokenRequest::new());
    Ok(Arc::new(move || {
        let (tokens, request) = (tokens.clone(), Arc::clone(&request));
        Box::pin(async move { tokens.token(&request).await.is_ok() })
    }))
}

async fn huskarl(issuer: &Issuer, secret: &str) -> Outcome<Ask> {
    let client = ReqwestClient::builder().build().await?;
    let metadata = AuthorizationServerMetadata::fetch()
        .http_client(&client)
        .issuer(&issuer.url)
        .call()
        .await?;
    let grant: ClientCredentialsGrant = ClientCredentialsGrant::builder_from_metadata(&metadata)
        .client_id("billing-job")
        .http_client(client)
        .client_auth(ClientSecret::new(ProvidedSecret::new(SecretString::new(
            secret,
        ))))
        .build();
    let source = GrantTokenSource::builder()
        .grant(grant)
        .grant_parameters(ClientCredentialsGrantParameters::builder().build())
        .refresh_store(InMemoryRefreshTokenStore::default())
        .build();
    let cache = Arc::new(InMemoryTokenCache::builder().source(source).build());
    Ok(Arc::new(move || {
        let cache = Arc::clone(&cache);
        Box::pin(async move { cache.token().await.is_ok() })
    }))
}

/// Prints a column for each client.
pub async fn print(issuer: &Issuer) -> Outcome {
    println!("\n| client | m2m-client | huskarl |\n|---|---|---|");
    let state = &issuer.state;
    let requests = || state.requests.swap(0, Ordering::Relaxed);
    let both = async |secret: &'static str| -> Outcome<[Ask; 2]> {
        Ok([m2m(issuer, secret)?, huskarl(issuer, secret).await?])
    };

    let mut row = "| 64 tasks ask at once, an answer takes 50 ms |".to_owned();
    state.delay.store(50, Ordering::Relaxed);
    for ask in both("right").await? {
        let tokens = at_once(&ask, 64).await;
        row += &format!(" {tokens} tokens, {} request |", requests());
    }
    println!("{row}");
    state.delay.store(0, Ordering::Relaxed);

    let mut row =
        "| 64 tasks ask at once, and the server answers two requests with 503 |".to_owned();
    for ask in both("right").await? {
        state.failures.store(2, Ordering::Relaxed);
        let started_at = Instant::now();
        let tokens = at_once(&ask, 64).await;
        let waited = started_at.elapsed().as_secs_f64();
        row += &format!(" {tokens} tokens, {} requests, {waited:.1} s |", requests());
    }
    println!("{row}");
    state.failures.store(0, Ordering::Relaxed);

    let mut row = "| 100 calls within a second, with a wrong secret |".to_owned();
    for ask in both("wrong").await? {
        let mut tokens = 0;
        for _ in 0..100 {
            tokens += usize::from(ask().await);
            tokio::time::sleep(Duration::from_millis(9)).await;
        }
        row += &format!(" {tokens} tokens, {} requests |", requests());
    }
    println!("{row}");

    let mut row = "| a token that is kept, µs |".to_owned();
    for ask in both("right").await? {
        assert!(ask().await);
        let mut times: Vec<Duration> = Vec::new();
        for _ in 0..9 {
            let started_at = Instant::now();
            for _ in 0..10_000 {
                assert!(ask().await);
            }
            times.push(started_at.elapsed() / 10_000);
        }
        times.sort_unstable();
        row += &format!(" {:.2} |", times[4].as_secs_f64() * 1e6);
    }
    println!("{row}");
    Ok(())
}

/// Returns the number of tasks that got a token.
async fn at_once(ask: &Ask, tasks: usize) -> usize {
    let tasks: Vec<_> = (0..tasks).map(|_| tokio::spawn(ask())).collect();
    let mut tokens = 0;
    for task in tasks {
        tokens += usize::from(task.await.unwrap_or(false));
    }
    tokens
}
