//! The reading of answers of the token endpoint.

use core::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Response, header};
use oauth_proto::UnixTime;
use oauth_proto::{Challenge, ErrorResponse, MessageLimits, TokenResponse, TokenType};
use zeroize::Zeroizing;

use crate::excerpt::Cleaner;
use crate::limits::{MAX_DESCRIPTION_CHARACTERS, MAX_NAME_CHARACTERS, MAX_URL_CHARACTERS};
use crate::{AccessToken, Credentials, Refused, TokenError, UnexpectedAnswer, UnexpectedReason};

/// Reads an answer of a token endpoint.
///
/// `credentials` are those of the request: no text of an error repeats their secret. `now` is a moment before the
/// request was sent, so that the token is never kept beyond its lifetime.
///
/// `token_type` is compared in any case, `expires_in` may be a string or have a fraction, `scope` may be a list, and a document without a
/// `Content-Type` is read as JSON; other members may have any value. A refusal is read regardless of its status and type, from the body or
/// else from the challenge, which need not be in the grammar.
///
/// Source: RFC 6749, sections 5.1 and 5.2, <https://www.rfc-editor.org/rfc/rfc6749#section-5.1>.
///
/// # Errors
/// - [`TokenError::Refused`]: the server refuses the request, with this code;
/// - [`TokenError::Unexpected`]: the answer is neither a refusal nor a bearer token.
///
/// ```
/// use bytes::Bytes;
/// use m2m_client::{Credentials, TokenError, read_token};
/// use oauth_proto::UnixTime;
///
/// let credentials = Credentials::new("billing-job", "s3cr3t")?;
/// let now = UnixTime::from_seconds(1_800_000_000);
/// let answer = |body: &'static str| http::Response::new(Bytes::from_static(body.as_bytes()));
///
/// let body = r#"{"access_token":"a.b.c","token_type":"bearer","expires_in":60}"#;
/// let token = read_token(&answer(body), &credentials, now)?;
/// assert_eq!(token.expose_secret(), "a.b.c");
/// assert_eq!(token.expires_at(), Some(UnixTime::from_seconds(1_800_000_060)));
///
/// let error = read_token(&answer(r#"{"error":"invalid_client"}"#), &credentials, now).unwrap_err();
/// assert!(matches!(&error, TokenError::Refused(refused) if refused.error == "invalid_client"));
/// assert!(!error.fixes().is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn read_token(
    response: &Response<Bytes>,
    credentials: &Credentials,
    now: UnixTime,
) -> Result<AccessToken, TokenError> {
    let answer = Answer {
        response,
        cleaner: Cleaner::of(credentials),
    };
    let status = response.status();
    if status.is_redirection() {
        return Err(answer.unexpected(UnexpectedReason::Redirect {
            location: answer.location(),
        }));
    }
    if !status.is_success() {
        return Err(answer.no(UnexpectedReason::Status));
    }
    if let Some(content_type) = answer.other_content_type() {
        return Err(answer.no(UnexpectedReason::ContentType { content_type }));
    }
    let token = TokenResponse::parse(response.body())
        .map_err(|error| answer.no(UnexpectedReason::Document(error)))?;
    answer.token(token, now)
}

/// Reads a refusal of another endpoint, if the answer is one.
pub(crate) fn read_refusal(response: &Response<Bytes>, cleaner: Cleaner) -> Option<Refused> {
    Answer { response, cleaner }.refused()
}

struct Answer<'r> {
    response: &'r Response<Bytes>,
    cleaner: Cleaner,
}

impl Answer<'_> {
    fn token(&self, token: TokenResponse<'_>, now: UnixTime) -> Result<AccessToken, TokenError> {
        match token.token_type {
            TokenType::Bearer => {}
            TokenType::Dpop | TokenType::Other(_) => {
                // The token may be in this member, if an answer mixes up its members.
                let token_type = self
                    .cleaner
                    .excerpt(token.token_type.as_str().as_bytes())
                    .unwrap_or_default();
                return Err(self.unexpected(UnexpectedReason::TokenType { token_type }));
            }
        }
        let expires_at = token
            .expires_in
            .map(|seconds| now.saturating_add_seconds(seconds));
        let scope = token
            .scope
            .map(|scope| self.cleaner.text(&scope, MAX_URL_CHARACTERS));
        let secret = Zeroizing::new(token.access_token.into_exposed_secret().into_owned());
        AccessToken::new(secret, expires_at, scope)
            .ok_or_else(|| self.unexpected(UnexpectedReason::TokenMalformed))
    }

    /// Returns a refusal, if the answer is one; else the unexpected answer.
    fn no(&self, because: UnexpectedReason) -> TokenError {
        match self.refused() {
            Some(refused) => Box::new(refused).into(),
            None => self.unexpected(because),
        }
    }

    fn refused(&self) -> Option<Refused> {
        let body = ErrorResponse::parse(self.response.body()).ok();
        let challenges = self.response.headers().get_all(header::WWW_AUTHENTICATE);
        let challenges: Vec<_> = challenges
            .iter()
            .flat_map(|value| {
                Challenge::recognize(value.as_bytes(), &MessageLimits::DEFAULT).challenges
            })
            .collect();
        let challenge = |name| {
            let mut values = challenges
                .iter()
                .filter_map(|challenge| challenge.parameter(name));
            values.next()
        };
        let text =
            |text: &str, max| Some(self.cleaner.text(text, max)).filter(|text| !text.is_empty());
        let own = |of_body: Option<&str>, name, max| {
            let value = if body.is_some() {
                of_body
            } else {
                challenge(name)
            };
            value.and_then(|value| text(value, max))
        };
        let (mut error, mut description, mut uri, mut trace_id) = (None, None, None, None);
        if let Some(body) = &body {
            error = Some(&*body.error);
            description = body.error_description.as_deref();
            uri = body.error_uri.as_deref();
            trace_id = body.trace_id.as_deref();
        }
        Some(Refused {
            status: self.response.status(),
            error: own(error, "error", MAX_NAME_CHARACTERS)?,
            error_description: own(description, "error_description", MAX_DESCRIPTION_CHARACTERS),
            error_uri: own(uri, "error_uri", MAX_URL_CHARACTERS),
            trace_id: own(trace_id, "trace_id", MAX_NAME_CHARACTERS),
            retry_after: retry_after(self.response.headers()),
        })
    }

    fn unexpected(&self, because: UnexpectedReason) -> TokenError {
        // An answer that contains a token is not shown.
        let excerpt = match because {
            UnexpectedReason::TokenType { .. } | UnexpectedReason::TokenMalformed => None,
            UnexpectedReason::Redirect { .. }
            | UnexpectedReason::Status
            | UnexpectedReason::ContentType { .. }
            | UnexpectedReason::Document(_) => self.cleaner.excerpt(self.response.body()),
        };
        let answer = UnexpectedAnswer {
            status: self.response.status(),
            because,
            excerpt,
            retry_after: retry_after(self.response.headers()),
        };
        Box::new(answer).into()
    }

    /// Returns the media type, if there is one and it is not JSON.
    fn other_content_type(&self) -> Option<String> {
        let value = header_text(self.response.headers(), &header::CONTENT_TYPE)?;
        let media_type = value.split(';').next().unwrap_or_default().trim();
        let is_json = media_type.eq_ignore_ascii_case("application/json")
            || media_type.to_ascii_lowercase().ends_with("+json");
        (!is_json).then(|| self.cleaner.text(media_type, MAX_NAME_CHARACTERS))
    }

    fn location(&self) -> Option<String> {
        header_text(self.response.headers(), &header::LOCATION)
            .map(|location| self.cleaner.url(&location, MAX_URL_CHARACTERS))
    }
}

/// Returns the time in `Retry-After`, for the error of a request that can be sent again.
///
/// Only seconds are read: a date would have to be compared with a clock that the server does not share.
#[must_use]
pub fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    header_text(headers, &header::RETRY_AFTER)?
        .trim()
        .parse()
        .ok()
        .map(Duration::from_secs)
}

fn header_text(headers: &HeaderMap, name: &header::HeaderName) -> Option<String> {
    let value = headers.get(name)?;
    Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
}
