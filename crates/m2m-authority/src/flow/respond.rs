//! Step 6: the reply to the caller, in the profile's dialect.
//!
//! Source: RFC 6749, sections 5.1 and 5.2; RFC 9110, section 11.6.1.

use std::borrow::Cow;

use m2m_errors::{Status, Wire};
use oauth_proto::{
    Challenge, ChallengeParameter, ErrorResponse, IntrospectionResponse, TokenResponse,
};

use super::authorize::QuotaLeft;
use super::issue::Issued;
use super::record::Exchange;
use crate::refusal::{Refusal, TargetParameter};
use crate::{Authority, RequestId};

/// An answer as the caller gets it.
#[derive(Clone, PartialEq, Eq)]
#[must_use = "a reply has to be sent"]
pub struct Reply {
    status: u16,
    body: Vec<u8>,
    challenge: Option<String>,
    allow: Option<&'static str>,
    accept_encoding: Option<&'static str>,
    retry_after_seconds: Option<u32>,
    /// `RateLimit-Policy` and `RateLimit`.
    quota: Option<[String; 2]>,
    request_id: Option<RequestId>,
}

impl Reply {
    /// The HTTP status.
    #[must_use]
    pub const fn status(&self) -> u16 {
        self.status
    }

    /// The body, which is JSON.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// Returns the body by value, for the program that sends it.
    #[must_use]
    pub fn into_body(self) -> Vec<u8> {
        self.body
    }

    /// The fields of the header, names in lower case.
    pub fn headers(&self) -> impl Iterator<Item = (&'static str, Cow<'_, str>)> {
        let always = [
            ("content-type", Cow::Borrowed("application/json")),
            // RFC 6749, section 5.1: caches must store neither a token nor the reason of a refusal.
            ("cache-control", Cow::Borrowed("no-store")),
            ("pragma", Cow::Borrowed("no-cache")),
        ];
        let sometimes = [
            self.challenge
                .as_deref()
                .map(|challenge| ("www-authenticate", Cow::Borrowed(challenge))),
            self.allow.map(|allow| ("allow", Cow::Borrowed(allow))),
            self.accept_encoding
                .map(|codings| ("accept-encoding", Cow::Borrowed(codings))),
            self.retry_after_seconds
                .map(|seconds| ("retry-after", Cow::Owned(seconds.to_string()))),
            self.request_id
                .as_ref()
                .map(|request_id| ("x-request-id", Cow::Borrowed(request_id.as_str()))),
        ];
        let names = ["ratelimit-policy", "ratelimit"];
        let quota = self.quota.iter().flat_map(move |values| {
            let values = values.iter().map(|value| Cow::Borrowed(&**value));
            names.into_iter().zip(values)
        });
        let sometimes = sometimes.into_iter().flatten().chain(quota);
        always.into_iter().chain(sometimes)
    }
}

impl core::fmt::Debug for Reply {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        // The body may hold a token.
        f.debug_struct("Reply")
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

/// Returns the reply to a decision, in the dialect of the authority.
pub fn respond(
    decision: Result<&Issued, &Refusal>,
    exchange: &Exchange,
    authority: &Authority,
) -> Reply {
    let mut reply = match decision {
        Ok(issued) => granted(issued),
        Err(refusal) => refused(refusal, exchange, authority),
    };
    reply.request_id.clone_from(&exchange.request_id);
    reply
}

impl Reply {
    /// Returns the answer to an introspection request (RFC 7662, section 2.2).
    pub fn introspected(response: &IntrospectionResponse<'_>, exchange: &Exchange) -> Self {
        let mut reply = reply(200, response.to_json().into_bytes());
        reply.request_id.clone_from(&exchange.request_id);
        reply
    }

    /// Returns the answer to a revocation request: nothing, whether there was something to revoke or not (RFC 7009, section 2.2).
    pub fn revoked(exchange: &Exchange) -> Self {
        let mut reply = reply(200, Vec::new());
        reply.request_id.clone_from(&exchange.request_id);
        reply
    }
}

fn granted(issued: &Issued) -> Reply {
    let mut response = TokenResponse::bearer(issued.access_token.as_str());
    response.expires_in = Some(u64::from(issued.lifetime.as_seconds()));
    response.scope = issued
        .scope_in_answer
        .then_some(Cow::Borrowed(issued.scope.as_str()));
    let mut reply = reply(200, response.to_json_with_secret().into_bytes());
    let taken = u64::from(!issued.is_reused);
    reply.quota = issued.quota.map(|quota| rate_limit(quota, taken));
    reply
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the other statuses need no header field of their own"
)]
fn refused(refusal: &Refusal, exchange: &Exchange, authority: &Authority) -> Reply {
    let wire = wire(refusal, authority);
    let description = description(wire, refusal.echo());
    let trace_id = exchange.trace_id.encode();
    let code = wire.error.map(m2m_errors::ErrorCode::as_str);
    let mut response = ErrorResponse::new(code.unwrap_or("invalid_request"));
    response.error_description = Some(Cow::Borrowed(&description));
    response.error_uri = wire.error.map(|code| Cow::Owned(authority.error_uri(code)));
    response.trace_id = Some(Cow::Borrowed(trace_id.as_str()));
    let mut reply = reply(wire.status.code(), response.to_json().into_bytes());
    reply.quota = refusal.quota().map(|quota| rate_limit(quota, 0));
    match wire.status {
        Status::Unauthorized => {
            let mut challenge =
                Challenge::basic().with(ChallengeParameter::Realm, authority.issuer());
            if let Some(code) = code {
                challenge = challenge.with(ChallengeParameter::Error, code);
            }
            // Clients such as openid-client show the challenge of a 401 and leave its body unread.
            challenge = challenge
                .with(ChallengeParameter::ErrorDescription, &description)
                .with(ChallengeParameter::TraceId, trace_id.as_str());
            reply.challenge = Some(challenge.to_string());
        }
        Status::MethodNotAllowed => reply.allow = Some("POST"),
        Status::UnsupportedMediaType => reply.accept_encoding = Some("identity"),
        Status::ServiceUnavailable | Status::TooManyRequests => {
            reply.retry_after_seconds =
                Some(refusal.retry_after_seconds().unwrap_or(RETRY_AFTER_SECONDS));
        }
        _ => {}
    }
    reply
}

/// The default for `Retry-After`, where the refusal has no value of its own. Unit: seconds.
const RETRY_AFTER_SECONDS: u32 = 5;

fn wire<'c>(refusal: &Refusal, authority: &Authority) -> &'c Wire {
    let forms = &refusal.cause().entry().wire;
    match refusal.target() {
        TargetParameter::Audience => forms.of(authority.profile()),
        TargetParameter::Resource => forms.of_resource(authority.profile()),
    }
}

/// Returns the description, with the caller's own value in it if there is one that may be repeated.
fn description(wire: &Wire, echo: Option<&str>) -> Cow<'static, str> {
    match (echo, wire.description.split()) {
        (Some(value), Some((before, after))) => Cow::Owned([before, value, after].concat()),
        _ => Cow::Borrowed(wire.description.plain),
    }
}

const fn reply(status: u16, body: Vec<u8>) -> Reply {
    Reply {
        status,
        body,
        challenge: None,
        allow: None,
        accept_encoding: None,
        retry_after_seconds: None,
        quota: None,
        request_id: None,
    }
}

/// Returns the values of the fields that tell a caller its quota and what is left of it (draft-ietf-httpapi-ratelimit-headers). A token takes one; one
/// that is used again takes none.
fn rate_limit(left: QuotaLeft, taken: u64) -> [String; 2] {
    let QuotaLeft { quota, usage } = left;
    let (most, window) = (quota.tokens, quota.per.as_seconds());
    let rest = most.saturating_sub(usage.tokens.saturating_add(taken));
    [
        format!("\"tokens\";q={most};w={window}"),
        format!("\"tokens\";r={rest};t={}", usage.window_ends_in_seconds),
    ]
}
