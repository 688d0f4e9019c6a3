//! The source of tokens, over a transport in memory, in virtual time.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use fastrand::Rng;
use http::{Request, Response};
use m2m_client::{
    AccessTokenRequest, Bytes, Client, Credentials, CredentialsProvider, CredentialsUnavailable,
    Issuer, TokenError, TokenSource, TokenSourceBuilder, TransportError, TransportFailure,
};
use tokio::time::{Instant, sleep};
use tower_service::Service;

/// A reply of the token endpoint, and the time that it takes.
struct Reply {
    after: Duration,
    outcome: Result<Response<Bytes>, TransportFailure>,
}

/// A request as the token endpoint sees it: its number from 1, the time since the start, and the header `Authorization`.
struct Asked {
    number: usize,
    at: Duration,
    authorization: String,
}

type Script = Box<dyn FnMut(&Asked) -> Reply + Send>;

/// A token endpoint that replies as its script says.
#[derive(Clone)]
struct Endpoint {
    state: Arc<Mutex<(usize, Script)>>,
    started_at: Instant,
}

impl Endpoint {
    fn new(script: impl FnMut(&Asked) -> Reply + Send + 'static) -> Self {
        Self {
            state: Arc::new(Mutex::new((0, Box::new(script)))),
            started_at: Instant::now(),
        }
    }

    /// The number of requests so far.
    fn requests(&self) -> usize {
        self.state.lock().expect("no script panics").0
    }

    fn source(&self) -> TokenSourceBuilder<Self> {
        let issuer = Issuer::parse("https://id.example").expect("it is valid");
        let client = Client::new(issuer, secret("first"), self.clone())
            .with_token_endpoint(http::Uri::from_static("https://id.example/oauth2/token"));
        TokenSource::builder(client).seed(7)
    }
}

impl Service<Request<Bytes>> for Endpoint {
    type Response = Response<Bytes>;
    type Error = TransportError;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Bytes>, TransportError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Bytes>) -> Self::Future {
        let reply = {
            let (requests, script) = &mut *self.state.lock().expect("no script panics");
            *requests += 1;
            script(&Asked {
                number: *requests,
                at: self.started_at.elapsed(),
                authorization: request.headers()["authorization"]
                    .to_str()
                    .expect("base64 is ASCII")
                    .to_owned(),
            })
        };
        Box::pin(async move {
            // Even a sleep of no time ends with the next tick of the clock.
            if !reply.after.is_zero() {
                sleep(reply.after).await;
            }
            let target = request.uri();
            reply
                .outcome
                .map_err(|failure| TransportError::new(failure, target, None))
        })
    }
}

fn token(asked: &Asked, lifetime: u64) -> Reply {
    let number = asked.number;
    let body = format!(
        r#"{{"access_token":"token-{number}","token_type":"Bearer","expires_in":{lifetime}}}"#
    );
    answer(200, body)
}

fn refusal(status: u16, error: &str) -> Reply {
    answer(status, format!(r#"{{"error":"{error}"}}"#))
}

fn answer(status: u16, body: String) -> Reply {
    let response = Response::builder()
        .status(status)
        .header("content-type", "application/json")
        .body(Bytes::from(body));
    Reply {
        after: Duration::ZERO,
        outcome: Ok(response.expect("the parts are valid")),
    }
}

impl Reply {
    fn after(mut self, time: Duration) -> Self {
        self.after = time;
        self
    }

    fn retry_after(mut self, seconds: u64) -> Self {
        let response = self.outcome.as_mut().expect("it is an answer");
        let value = seconds.into();
        response.headers_mut().insert("retry-after", value);
        self
    }
}

fn failure(failure: TransportFailure) -> Reply {
    Reply {
        after: Duration::ZERO,
        outcome: Err(failure),
    }
}

fn secret(secret: &str) -> Credentials {
    Credentials::new("billing-job", secret).expect("neither is empty")
}

fn orders() -> AccessTokenRequest {
    AccessTokenRequest::new().with_audience("https://orders.example/api")
}

const SECOND: Duration = Duration::from_secs(1);

async fn text<T: m2m_client::Transport>(tokens: &TokenSource<T>) -> Result<String, TokenError> {
    let token = tokens.token(&orders()).await?;
    Ok(token.expose_secret().to_owned())
}

#[tokio::test(start_paused = true)]
async fn many_tasks_that_ask_at_once_share_one_request() {
    let endpoint = Endpoint::new(|asked| token(asked, 3600).after(SECOND));
    let tokens = endpoint.source().build();
    let tasks: Vec<_> = (0..64)
        .map(|_| {
            let tokens = tokens.clone();
            tokio::spawn(async move { text(&tokens).await })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.unwrap().unwrap(), "token-1");
    }
    assert_eq!(endpoint.requests(), 1);
    // Another API has another token.
    let other = AccessTokenRequest::new().with_audience("https://other.example");
    assert_eq!(
        tokens.token(&other).await.unwrap().expose_secret(),
        "token-2"
    );
}

/// 64 tasks ask 10,000 times in 20 hours. The endpoint gets a request for the first token, and one whenever the lifetime demands it, which the test
/// computes from the same random numbers.
#[tokio::test(start_paused = true)]
async fn ten_thousand_calls_send_exactly_the_requests_that_the_lifetimes_demand() {
    const LIFETIME: u64 = 600;
    const TASKS: u64 = 64;
    const CALLS: u64 = 157;
    // The time between two calls of a task: 7.5 minutes.
    let interval = Duration::from_secs(450);
    let endpoint = Endpoint::new(|asked| token(asked, LIFETIME).after(3 * SECOND));
    let tokens = endpoint.source().build();
    let tasks: Vec<_> = (0..TASKS)
        .map(|task| {
            let tokens = tokens.clone();
            tokio::spawn(async move {
                sleep(Duration::from_secs(task * 7)).await;
                for call in 0..CALLS {
                    let started_at = Instant::now();
                    let token = tokens.token(&orders()).await.unwrap();
                    assert!(!token.expose_secret().is_empty());
                    let waited = started_at.elapsed();
                    assert!(
                        waited == Duration::ZERO || (call == 0 && waited <= 3 * SECOND),
                        "a call waited for {waited:?}"
                    );
                    sleep(interval - waited).await;
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }

    let mut random = Rng::with_seed(7);
    let mut expected = 0;
    let mut renew_at = 0.0;
    for second in (0..CALLS * 450).filter(|second| second % 450 % 7 == 0 && second % 450 < 448) {
        let second = f64::from(u32::try_from(second).unwrap());
        if second >= renew_at {
            expected += 1;
            renew_at = second + 600.0 * (0.75 + 0.1 * random.f64());
        }
    }
    assert_eq!(endpoint.requests(), expected);
}

#[tokio::test(start_paused = true)]
async fn a_slow_renewal_delays_no_caller() {
    let endpoint = Endpoint::new(|asked| {
        let is_first = asked.number == 1;
        let after = if is_first { 0 } else { 8 };
        token(asked, 200).after(Duration::from_secs(after))
    });
    let tokens = endpoint.source().build();
    for _ in 0..1000 {
        let started_at = Instant::now();
        text(&tokens).await.unwrap();
        assert_eq!(started_at.elapsed(), Duration::ZERO);
        sleep(SECOND).await;
    }
    assert!((5..=7).contains(&endpoint.requests()));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_is_overloaded_is_asked_again_when_it_says_so() {
    for status in [429, 503] {
        let endpoint = Endpoint::new(move |asked| match asked.number {
            1 => refusal(status, "temporarily_unavailable").retry_after(5),
            _ => token(asked, 3600),
        });
        let tokens = endpoint.source().build();
        let started_at = Instant::now();
        assert_eq!(text(&tokens).await.unwrap(), "token-2");
        assert!(started_at.elapsed() >= 5 * SECOND);
        assert_eq!(endpoint.requests(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn a_wait_beyond_the_patience_of_a_caller_fails_at_once() {
    let endpoint = Endpoint::new(|asked| match asked.number {
        1 => refusal(429, "temporarily_unavailable").retry_after(60),
        _ => token(asked, 3600),
    });
    let tokens = endpoint.source().build();
    let started_at = Instant::now();
    for _ in 0..100 {
        let error = text(&tokens).await.unwrap_err();
        assert_eq!(error.retry_after(), Some(60 * SECOND));
    }
    assert_eq!(started_at.elapsed(), Duration::ZERO);
    assert_eq!(endpoint.requests(), 1);
    sleep(60 * SECOND).await;
    assert_eq!(text(&tokens).await.unwrap(), "token-2");
}

#[tokio::test(start_paused = true)]
async fn a_refusal_for_good_is_reported_at_once_and_does_not_become_a_flood() {
    let endpoint = Endpoint::new(|_| refusal(401, "invalid_client"));
    let tokens = endpoint.source().build();
    for _ in 0..6000 {
        let started_at = Instant::now();
        let error = text(&tokens).await.unwrap_err();
        assert!(matches!(error, TokenError::Refused(_)), "{error}");
        assert_eq!(started_at.elapsed(), Duration::ZERO);
        sleep(SECOND / 10).await;
    }
    // Ten minutes: some while the pauses grow to half a minute, and then one in 15 to 30 seconds.
    assert!(
        (24..=46).contains(&endpoint.requests()),
        "{}",
        endpoint.requests()
    );
}

#[tokio::test(start_paused = true)]
async fn while_the_server_is_away_callers_have_the_token_and_then_wait_for_it() {
    // Away from the 70th to the 200th second; a token is used for 90 s at most, and callers have ten minutes of patience.
    let endpoint = Endpoint::new(|asked| {
        let is_away = (70..200).contains(&asked.at.as_secs());
        if is_away {
            failure(TransportFailure::ConnectionRefused)
        } else {
            token(asked, 100)
        }
    });
    let tokens = endpoint.source().max_wait(600 * SECOND).build();
    let mut longest = Duration::ZERO;
    let started_at = Instant::now();
    while started_at.elapsed() < 400 * SECOND {
        let asked_at = Instant::now();
        text(&tokens).await.unwrap();
        longest = longest.max(asked_at.elapsed());
        sleep(SECOND).await;
    }
    // From the 90th second until at most 30 seconds after its return.
    assert!(
        (100..=140).contains(&longest.as_secs()),
        "the longest wait took {longest:?}"
    );
}

/// Credentials that a test replaces.
#[derive(Debug, Clone)]
struct Replaceable(Arc<Mutex<&'static str>>);

impl CredentialsProvider for Replaceable {
    fn credentials(&self) -> Result<Credentials, CredentialsUnavailable> {
        let current = *self.0.lock().expect("no test panics with it");
        if current.is_empty() {
            return Err(CredentialsUnavailable::new("from the test", "it is gone"));
        }
        Ok(secret(current))
    }
}

#[tokio::test(start_paused = true)]
async fn a_secret_that_is_rotated_with_an_overlap_fails_no_call() {
    let valid: Arc<Mutex<Vec<Credentials>>> = Arc::new(Mutex::new(vec![secret("first")]));
    let accepted = Arc::clone(&valid);
    let endpoint = Endpoint::new(move |asked| {
        let known = accepted.lock().unwrap();
        let is_valid = known.iter().any(|own| basic(own) == asked.authorization);
        if is_valid {
            token(asked, 100)
        } else {
            refusal(401, "invalid_client")
        }
    });
    let current = Replaceable(Arc::new(Mutex::new("first")));
    let tokens = endpoint.source().credentials(current.clone()).build();
    for second in 0..1000 {
        match second {
            300 => valid.lock().unwrap().push(secret("second")),
            400 => *current.0.lock().unwrap() = "second",
            500 => drop(valid.lock().unwrap().remove(0)),
            _ => {}
        }
        text(&tokens).await.unwrap();
        sleep(SECOND).await;
    }
    assert!(endpoint.requests() <= 14);
}

fn basic(credentials: &Credentials) -> String {
    let request = orders().to_http(
        &http::Uri::from_static("https://id.example/"),
        credentials,
        m2m_client::AuthenticationMethod::ClientSecretBasic,
    );
    request.headers()["authorization"]
        .to_str()
        .expect("base64 is ASCII")
        .to_owned()
}

#[tokio::test(start_paused = true)]
async fn a_secret_that_was_replaced_during_the_request_is_used_at_once() {
    let current = Replaceable(Arc::new(Mutex::new("first")));
    let replaced = Arc::clone(&current.0);
    let endpoint = Endpoint::new(move |asked| match asked.number {
        1 => {
            *replaced.lock().unwrap() = "second";
            refusal(401, "invalid_client")
        }
        _ => token(asked, 100),
    });
    let tokens = endpoint.source().credentials(current).build();
    assert_eq!(text(&tokens).await.unwrap(), "token-2");
}

#[tokio::test(start_paused = true)]
async fn a_secret_that_cannot_be_read_is_an_error_that_names_the_place() {
    let endpoint = Endpoint::new(|asked| token(asked, 100));
    let current = Replaceable(Arc::new(Mutex::new("")));
    let tokens = endpoint.source().credentials(current.clone()).build();
    let error = text(&tokens).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the client secret cannot be read from the test: it is gone"
    );
    assert!(!error.fixes().is_empty());
    *current.0.lock().unwrap() = "first";
    sleep(SECOND).await;
    assert_eq!(text(&tokens).await.unwrap(), "token-1");
}

#[tokio::test(start_paused = true)]
async fn a_token_that_an_api_refuses_is_replaced_once_in_half_a_minute() {
    let endpoint = Endpoint::new(|asked| token(asked, 3600));
    let tokens = endpoint.source().build();
    let first = tokens.token(&orders()).await.unwrap();
    let second = tokens.replace(&orders(), &first).await.unwrap();
    assert_eq!(second.expose_secret(), "token-2");
    // Another task had the first token too.
    let current = tokens.replace(&orders(), &first).await.unwrap();
    assert_eq!(current.expose_secret(), "token-2");
    // The API refuses every token: that is not a reason for more requests.
    for _ in 0..29 {
        let same = tokens.replace(&orders(), &second).await.unwrap();
        assert_eq!(same.expose_secret(), "token-2");
        sleep(SECOND).await;
    }
    assert_eq!(endpoint.requests(), 2);
    sleep(SECOND).await;
    let third = tokens.replace(&orders(), &second).await.unwrap();
    assert_eq!(third.expose_secret(), "token-3");
}

#[tokio::test(start_paused = true)]
async fn a_token_that_one_api_refuses_is_used_until_there_is_another() {
    let is_away = Arc::new(AtomicBool::new(false));
    let away = Arc::clone(&is_away);
    let endpoint = Endpoint::new(move |asked| {
        if away.load(Ordering::Relaxed) {
            failure(TransportFailure::ConnectionRefused)
        } else {
            token(asked, 3600)
        }
    });
    let tokens = endpoint.source().build();
    let first = tokens.token(&orders()).await.unwrap();
    is_away.store(true, Ordering::Relaxed);
    let started_at = Instant::now();
    let same = tokens.replace(&orders(), &first).await.unwrap();
    assert_eq!(same.expose_secret(), "token-1");
    assert_eq!(text(&tokens).await.unwrap(), "token-1");
    assert_eq!(started_at.elapsed(), Duration::ZERO, "no one waits");
    assert_eq!(endpoint.requests(), 2);
}

/// Credentials whose provider panics.
#[derive(Debug)]
struct Broken;

impl CredentialsProvider for Broken {
    fn credentials(&self) -> Result<Credentials, CredentialsUnavailable> {
        panic!("the provider is broken")
    }
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_panics_is_an_error_after_the_patience_of_the_caller() {
    let endpoint = Endpoint::new(|asked| token(asked, 3600));
    let tokens = endpoint.source().credentials(Broken).build();
    let error = text(&tokens).await.unwrap_err();
    assert_eq!(error, TokenError::Interrupted);
    assert_eq!(endpoint.requests(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_request_goes_on_when_its_caller_is_dropped() {
    let endpoint = Endpoint::new(|asked| token(asked, 3600).after(5 * SECOND));
    let tokens = endpoint.source().build();
    let first = tokio::time::timeout(SECOND, text(&tokens)).await;
    assert!(first.is_err(), "the caller gave up");
    assert_eq!(text(&tokens).await.unwrap(), "token-1");
    assert_eq!(endpoint.requests(), 1);
}

#[test]
fn a_runtime_that_ends_during_a_request_does_not_block_the_next_one() {
    let is_slow = Arc::new(AtomicBool::new(true));
    let slow = Arc::clone(&is_slow);
    let endpoint = Endpoint::new(move |asked| {
        let hours = if slow.load(Ordering::Relaxed) { 100 } else { 0 };
        token(asked, 3600).after(Duration::from_secs(hours * 3600))
    });
    let tokens = endpoint.source().build();
    let runtime = || {
        tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap()
    };
    let first = runtime();
    let outcome =
        first.block_on(async { tokio::time::timeout(SECOND, text(&tokens)).await.is_err() });
    assert!(outcome);
    drop(first);
    is_slow.store(false, Ordering::Relaxed);
    // After a pause, since the first request failed.
    assert_eq!(runtime().block_on(text(&tokens)).unwrap(), "token-2");
}

#[tokio::test(start_paused = true)]
async fn a_token_is_used_at_least_once_however_short_its_lifetime_is() {
    for lifetime in [0, 1, 2] {
        let endpoint = Endpoint::new(move |asked| token(asked, lifetime).after(3 * SECOND));
        let tokens = endpoint.source().build();
        assert_eq!(text(&tokens).await.unwrap(), "token-1");
        sleep(2 * SECOND).await;
        assert_eq!(text(&tokens).await.unwrap(), "token-2");
        assert_eq!(endpoint.requests(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_without_a_stated_lifetime_is_kept_for_minutes() {
    let endpoint = Endpoint::new(|asked| {
        let number = asked.number;
        answer(
            200,
            format!(r#"{{"access_token":"token-{number}","token_type":"Bearer"}}"#),
        )
    });
    let tokens = endpoint.source().build();
    for _ in 0..200 {
        assert_eq!(text(&tokens).await.unwrap(), "token-1");
        sleep(SECOND).await;
    }
    sleep(100 * SECOND).await;
    assert_eq!(text(&tokens).await.unwrap(), "token-2");
}

#[tokio::test(start_paused = true)]
async fn the_tokens_of_a_thousand_requests_are_kept() {
    let endpoint = Endpoint::new(|asked| token(asked, 3600));
    let tokens = endpoint.source().build();
    let request = |tenant: usize| orders().with_resource(format!("https://{tenant}.example"));
    for tenant in 0..2000 {
        tokens.token(&request(tenant)).await.unwrap();
        sleep(SECOND / 100).await;
    }
    assert_eq!(endpoint.requests(), 2000);
    for tenant in 1000..2000 {
        tokens.token(&request(tenant)).await.unwrap();
    }
    assert_eq!(endpoint.requests(), 2000, "the newest ones are kept");
    tokens.token(&request(0)).await.unwrap();
    assert_eq!(endpoint.requests(), 2001, "the oldest one is forgotten");
}

#[test]
fn debug_shows_no_secret() {
    #[derive(Clone, Debug)]
    struct Never;
    impl Service<Request<Bytes>> for Never {
        type Response = Response<Bytes>;
        type Error = Infallible;
        type Future = std::future::Ready<Result<Response<Bytes>, Infallible>>;
        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
            Poll::Ready(Ok(()))
        }
        fn call(&mut self, _: Request<Bytes>) -> Self::Future {
            std::future::ready(Ok(Response::default()))
        }
    }
    let issuer = Issuer::parse("https://id.example").unwrap();
    let tokens = TokenSource::new(Client::new(issuer, secret("throw-away"), Never));
    let shown = format!("{tokens:?}");
    assert!(
        shown.contains("billing-job") && !shown.contains("throw-away"),
        "{shown}"
    );
}
