//! A mock, and requests to it.

use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode, header};
use m2m_jwt::{Algorithm, Expectations, JwkSet, KeySet, Limits, Unverified, verify};
use m2m_mock::{Delivery, Mock, Reply, Script};
use oauth_proto::{Issuer, UnixTime};
use serde_json::Value;

pub(crate) const ISSUER: &str = "http://127.0.0.1:8090";

/// The time of the machine in tests that do not change it.
pub(crate) const NOW: UnixTime = UnixTime::from_seconds(1_800_000_000);

/// An answer, with its body as JSON where it is JSON.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) json: Value,
}

impl Answered {
    pub(crate) fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value.map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn token(&self) -> &str {
        self.json["access_token"].as_str().unwrap()
    }
}

/// A mock with a clock of the machine that a test sets.
pub(crate) struct World {
    mock: Mock,
    pub(crate) now: UnixTime,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::of("")
    }

    /// A mock with this script.
    pub(crate) fn of(script: &str) -> Self {
        let issuer = Issuer::parse(ISSUER).unwrap();
        let script = Script::parse(script).unwrap();
        Self {
            mock: Mock::new(script, issuer, NOW).unwrap(),
            now: NOW,
        }
    }

    /// The mock, reached by other machines.
    pub(crate) fn addressed_by_any_host(self) -> Self {
        let mock = self.mock.addressed_by_any_host();
        Self { mock, ..self }
    }

    pub(crate) fn reply(&mut self, request: &Request<Bytes>) -> Reply {
        self.mock.answer(request, self.now)
    }

    /// Sends a request, whose answer is delivered as a whole.
    pub(crate) fn send(&mut self, request: &Request<Bytes>) -> Answered {
        let Delivery::Whole(answer) = self.reply(request).delivery else {
            panic!("the answer is not delivered as a whole");
        };
        let (parts, body) = answer.into_parts();
        assert_eq!(parts.headers["m2m-mock"], "not for production");
        Answered {
            status: parts.status,
            headers: parts.headers,
            json: serde_json::from_slice(&body).unwrap_or_default(),
            body,
        }
    }

    pub(crate) fn get(&mut self, path: &str) -> Answered {
        self.send(&request("GET", path, &[], ""))
    }

    /// Sends a control request with a JSON body.
    pub(crate) fn control(&mut self, method: &str, path: &str, json: &str) -> Answered {
        let headers = [("content-type", "application/json")];
        self.send(&request(method, path, &headers, json))
    }

    /// Adds a forced answer.
    #[track_caller]
    pub(crate) fn force(&mut self, json: &str) {
        let added = self.control("POST", "/mock/forced-answers", json);
        assert_eq!(added.status, StatusCode::CREATED, "{}", added.json);
    }

    /// Requests a token as the client `any`, with more parameters.
    pub(crate) fn token(&mut self, more: &str) -> Answered {
        self.send(&token_request(more))
    }

    /// Returns the claims of a token that is valid at the mock's own time, by the metadata and the JWK set alone.
    #[track_caller]
    pub(crate) fn verified(&mut self, token: &str, audience: &str) -> Result<Value, String> {
        let set = self.get("/.well-known/jwks.json");
        let keys = KeySet::new(&JwkSet::parse(&set.body).unwrap());
        let clock = self.get("/mock/clock");
        let time = UnixTime::from_seconds(clock.json["time"].as_u64().unwrap());
        let audiences = [audience];
        let expected = Expectations::access_token(ISSUER, &audiences, Algorithm::ALL);
        let unverified = Unverified::parse(token, &Limits::DEFAULT).unwrap();
        let claims = verify(&unverified, &keys, &expected, time);
        let claims = claims.map_err(|error| error.cause().id().to_owned())?;
        Ok(serde_json::from_str(claims.raw()).unwrap())
    }
}

/// Returns a request for a token as the client `any`, with more parameters.
pub(crate) fn token_request(more: &str) -> Request<Bytes> {
    let body =
        format!("grant_type=client_credentials&client_id=any&client_secret=s3cr3t-of-any{more}");
    form("/oauth2/token", &[], &body)
}

pub(crate) fn form(path: &str, headers: &[(&str, &str)], body: &str) -> Request<Bytes> {
    let form = ("content-type", "application/x-www-form-urlencoded");
    request("POST", path, &[&[form], headers].concat(), body)
}

/// Returns a request, to loopback unless it has another `Host`.
pub(crate) fn request(
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Request<Bytes> {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let mut request = request.body(Bytes::from(body.to_owned())).unwrap();
    let host = "127.0.0.1:8090".parse().unwrap();
    request.headers_mut().entry(header::HOST).or_insert(host);
    request
}
