//! The mock itself: a request and the time in, a reply out.

use core::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use m2m_jwt::{KeyNotGenerated, UnixTime};
use oauth_proto::Issuer;

use crate::answer::{Answer, add_common_headers, answer};
use crate::asked::Asked;
use crate::broken_answer::BrokenAnswer;
use crate::caller::{self, Hosts};
use crate::control;
use crate::endpoint::{Endpoint, is_control};
use crate::forced_answer::{Effect, ForcedAnswer};
use crate::limits::MAX_HELD_ANSWERS;
use crate::refusal::Refusal;
use crate::reply::{Delivery, Reply};
use crate::script::Script;
use crate::state::State;
use crate::usual;

/// A mock issuer without a socket and without a clock of its own.
///
/// ```
/// use bytes::Bytes;
/// use http::Request;
/// use m2m_mock::{Mock, Script};
/// use oauth_proto::{Issuer, UnixTime};
///
/// let issuer = Issuer::parse("http://127.0.0.1:8090")?;
/// let now = UnixTime::from_seconds(1_800_000_000);
/// let mut mock = Mock::new(Script::default(), issuer, now)?;
///
/// let token = Request::post("/oauth2/token")
///     .header("host", "127.0.0.1:8090")
///     .header("content-type", "application/x-www-form-urlencoded")
///     .body(Bytes::from("grant_type=client_credentials&client_id=any&client_secret=any"))?;
/// let status = |mock: &mut Mock| mock.answer(&token, now).response().map(|answer| answer.status());
/// assert_eq!(status(&mut mock), Some(http::StatusCode::OK));
///
/// let control = Request::post("/mock/forced-answers")
///     .header("host", "127.0.0.1:8090")
///     .header("content-type", "application/json")
///     .body(Bytes::from(r#"{"error":"invalid_client","times":1}"#))?;
/// mock.answer(&control, now);
/// assert_eq!(status(&mut mock), Some(http::StatusCode::UNAUTHORIZED));
/// assert_eq!(status(&mut mock), Some(http::StatusCode::OK));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Mock(State);

impl Mock {
    /// Creates a mock with a new key, in the state that the script describes. The issuer is that of the script, if it names one.
    ///
    /// # Errors
    ///
    /// [`KeyNotGenerated`] if the crypto library cannot generate a key for the algorithm of the script: `ring` generates no RSA keys.
    pub fn new(script: Script, issuer: Issuer, now: UnixTime) -> Result<Self, KeyNotGenerated> {
        State::new(script, issuer, now).map(Self)
    }

    /// Lets clients address the endpoints by any host name, for a mock that other machines reach. Without this, `Host` has to be a loopback
    /// address, `localhost` or the host of the issuer, as it always has to be for control.
    ///
    /// ```
    /// use m2m_mock::{Mock, Script};
    /// # use bytes::Bytes;
    /// # use http::Request;
    /// # use oauth_proto::{Issuer, UnixTime};
    ///
    /// # let issuer = Issuer::parse("http://127.0.0.1:8090")?;
    /// # let now = UnixTime::from_seconds(1_800_000_000);
    /// let mut mock = Mock::new(Script::default(), issuer, now)?.addressed_by_any_host();
    /// let token = Request::post("/oauth2/token")
    ///     .header("host", "mock:8090")
    ///     .header("content-type", "application/x-www-form-urlencoded")
    ///     .body(Bytes::from("grant_type=client_credentials&client_id=any&client_secret=any"))?;
    /// let reply = mock.answer(&token, now);
    /// assert_eq!(reply.response().expect("it is answered").status(), 200);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn addressed_by_any_host(mut self) -> Self {
        self.0.hosts = Hosts::Any;
        self
    }

    /// The issuer.
    #[must_use]
    pub const fn issuer(&self) -> &Issuer {
        &self.0.issuer
    }

    /// Answers a request at this time of the machine. Each answer has the header `M2m-Mock`, and the mock's own time in `Date`.
    #[must_use]
    pub fn answer(&mut self, request: &Request<Bytes>, now: UnixTime) -> Reply {
        let state = &mut self.0;
        let path = request.uri().path();
        let mut reply = if is_control(path) {
            Reply::whole(control::answer(state, request, now))
        } else {
            let time = state.clock.time(now);
            let endpoint = Endpoint::at(path, &state.issuer);
            let asked = endpoint.map(|endpoint| Asked::read(endpoint, request));
            let asked = asked.unwrap_or_default();
            let reply = match endpoint {
                None => Reply::whole(unknown(path, &state.issuer)),
                Some(endpoint) => at_endpoint(state, endpoint, request, &asked, time),
            };
            let status = reply.status().map(|status| status.as_u16());
            state.received.add(request, &asked, status, time);
            reply
        };
        let time = state.clock.time(now);
        if let Some(answer) = reply.response_mut() {
            add_common_headers(answer.headers_mut(), time);
        }
        reply
    }

    /// Answers a request that could not be read, with the headers that each answer has.
    #[must_use]
    pub fn refuse(
        &self,
        status: StatusCode,
        reason: &'static str,
        now: UnixTime,
    ) -> Response<Bytes> {
        let mut answer = answer(status, "text/plain", reason);
        add_common_headers(answer.headers_mut(), self.0.clock.time(now));
        answer
    }
}

fn at_endpoint(
    state: &mut State,
    endpoint: Endpoint,
    request: &Request<Bytes>,
    asked: &Asked,
    time: UnixTime,
) -> Reply {
    if !endpoint.methods().contains(request.method()) {
        let refusal = Refusal::method_not_allowed(endpoint.methods().to_vec());
        return Reply::whole(refusal.answer(&state.issuer));
    }
    if *request.method() == Method::POST
        && let Err(denied) = caller::check(request, &state.issuer, state.hosts)
    {
        let refusal = Refusal::invalid_request(denied.to_string());
        return Reply::whole(refusal.answer(&state.issuer));
    }
    let forced = state.forced.take(endpoint, asked.client_id.as_deref());
    let delay = forced.as_ref().map_or(Duration::ZERO, ForcedAnswer::delay);
    let held = match delay {
        Duration::ZERO => None,
        _ => match state.held.add() {
            Some(held) => Some(held),
            None => return Reply::whole(too_many_held().answer(&state.issuer)),
        },
    };
    let mut usual = |template| {
        usual::answer(state, endpoint, asked, template, time)
            .unwrap_or_else(|refusal| refusal.answer(&state.issuer))
    };
    let Some(forced) = forced else {
        return Reply::whole(usual(None));
    };
    let delivery = match forced.effect() {
        Effect::Usual(template) => Delivery::Whole(usual(template)),
        Effect::Error(error) => Delivery::Whole(error.refusal().answer(&state.issuer)),
        Effect::Broken {
            broken,
            status,
            retry_after,
        } => broken_delivery(broken, status, retry_after, || usual(None)),
    };
    Reply {
        delay,
        delivery,
        held,
    }
}

fn too_many_held() -> Refusal {
    Refusal::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "temporarily_unavailable",
        format!(
            "the mock holds back {MAX_HELD_ANSWERS} answers already, and no more; shorten delay_ms"
        ),
    )
}

/// Returns a broken answer. `usual` is called only if it is a part of the usual one.
fn broken_delivery(
    broken: BrokenAnswer,
    status: Option<u16>,
    retry_after: Option<u32>,
    usual: impl FnOnce() -> Answer,
) -> Delivery {
    if broken == BrokenAnswer::Closed {
        return Delivery::Closed;
    }
    let mut answer = match broken.content() {
        Some((content_type, body)) => answer(StatusCode::OK, content_type, body),
        None => usual(),
    };
    let status = status.or_else(|| broken.status());
    if let Some(status) = status.and_then(|status| StatusCode::from_u16(status).ok()) {
        *answer.status_mut() = status;
    }
    if let Some(seconds) = retry_after {
        let seconds = HeaderValue::from(seconds);
        answer.headers_mut().insert(header::RETRY_AFTER, seconds);
    }
    match broken {
        BrokenAnswer::Truncated => Delivery::Truncated(answer),
        BrokenAnswer::NotJson | BrokenAnswer::Html | BrokenAnswer::Empty | BrokenAnswer::Closed => {
            Delivery::Whole(answer)
        }
    }
}

/// Answers a request for a path that is not that of an endpoint.
fn unknown(path: &str, issuer: &Issuer) -> Answer {
    let paths: Vec<String> = Endpoint::all_paths(issuer).collect();
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    Refusal::path_unknown(path, &paths).answer(issuer)
}
