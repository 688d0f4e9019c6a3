//! The discovery of a token endpoint from its issuer.

use bytes::Bytes;
use http::{Request, Response, Uri};
use oauth_proto::{AuthorizationServerMetadata, InvalidMetadata, Issuer, MemberProblem};

use crate::access_token_request::accept_json;
use crate::excerpt::Cleaner;
use crate::limits::MAX_URL_CHARACTERS;
use crate::token_answer::retry_after;
use crate::transport::send;
use crate::{DiscoveryError, TokenError, Transport};

/// Returns the requests for the metadata of an issuer, in the order in which they are tried: first the URL of RFC 8414, with the well-known
/// name before the issuer's own path, then the URL of OpenID providers, with the well-known name after it.
///
/// Source: RFC 8414, section 3.1, <https://www.rfc-editor.org/rfc/rfc8414#section-3.1>; OpenID Connect Discovery 1.0, section 4.
///
/// ```
/// use m2m_client::discovery_requests;
///
/// let issuer = oauth_proto::Issuer::parse("https://id.example/tenant")?;
/// let [first, second] = discovery_requests(&issuer);
/// assert_eq!(first.uri(), "https://id.example/.well-known/oauth-authorization-server/tenant");
/// assert_eq!(second.uri(), "https://id.example/tenant/.well-known/openid-configuration");
/// # Ok::<(), oauth_proto::InvalidIssuer>(())
/// ```
#[must_use]
pub fn discovery_requests(issuer: &Issuer) -> [Request<Bytes>; 2] {
    let paths = [
        AuthorizationServerMetadata::path(issuer),
        AuthorizationServerMetadata::openid_path(issuer),
    ];
    paths.map(|path| {
        let mut request = Request::new(Bytes::new());
        // A URL that the crate `http` refuses, such as one with a port beyond 65535, becomes `/` here, and every transport refuses that.
        *request.uri_mut() = format!("{}{path}", issuer.origin())
            .parse()
            .unwrap_or_default();
        accept_json(request.headers_mut());
        request
    })
}

/// Reads an answer to one of [`discovery_requests`].
///
/// The document has to name exactly the requested issuer, byte for byte. All other members may have any value: those that cannot be used are
/// listed in [`AuthorizationServerMetadata::skipped`].
///
/// Source: RFC 8414, section 3.3, <https://www.rfc-editor.org/rfc/rfc8414#section-3.3>.
///
/// # Errors
/// - [`DiscoveryError::Status`]: the status of the answer is not a success;
/// - [`DiscoveryError::Document`]: the document is not metadata;
/// - [`DiscoveryError::OtherIssuer`]: the metadata names another issuer.
pub fn read_metadata(
    issuer: &Issuer,
    response: &Response<Bytes>,
) -> Result<AuthorizationServerMetadata, DiscoveryError> {
    let status = response.status();
    if !status.is_success() {
        return Err(DiscoveryError::Status {
            issuer: issuer.as_str().to_owned(),
            status,
            retry_after: retry_after(response.headers()),
        });
    }
    let body = response.body();
    AuthorizationServerMetadata::parse(body, issuer).map_err(|error| match error {
        InvalidMetadata::Document(error) => DiscoveryError::Document {
            issuer: issuer.as_str().to_owned(),
            error,
        },
        InvalidMetadata::OtherIssuer | InvalidMetadata::OtherResource | _ => {
            DiscoveryError::OtherIssuer {
                issuer: issuer.as_str().to_owned(),
                named: issuer_in(body),
            }
        }
    })
}

/// Fetches the metadata of an issuer, from the second URL if there is nothing useful at the first.
///
/// # Errors
/// - [`TokenError::Transport`]: there is no answer;
/// - [`TokenError::Discovery`]: the answer is not the metadata of this issuer. Of the two answers, the error describes
///   the one that is closer to it.
pub async fn discover<T: Transport>(
    issuer: &Issuer,
    transport: &T,
) -> Result<AuthorizationServerMetadata, TokenError> {
    discover_cleaned(issuer, transport, &Cleaner::without_secret()).await
}

pub(crate) async fn discover_cleaned<T: Transport>(
    issuer: &Issuer,
    transport: &T,
    cleaner: &Cleaner,
) -> Result<AuthorizationServerMetadata, TokenError> {
    let [first, second] = discovery_requests(issuer);
    let response = send(transport, first, cleaner).await?;
    let first = match read_metadata(issuer, &response) {
        Ok(metadata) => return Ok(metadata),
        Err(error) => error,
    };
    let response = send(transport, second, cleaner).await?;
    read_metadata(issuer, &response).map_err(|second| {
        let nearer = if second.distance() < first.distance() {
            second
        } else {
            first
        };
        nearer.cleaned(cleaner).into()
    })
}

/// Returns the token endpoint in the metadata of an issuer.
///
/// Source: RFC 8414, section 2, <https://www.rfc-editor.org/rfc/rfc8414#section-2>.
///
/// ```
/// use m2m_client::{AuthorizationServerMetadata, Issuer, token_endpoint};
///
/// let mut metadata = AuthorizationServerMetadata::new(Issuer::parse("https://id.example")?);
/// metadata.token_endpoint = Some("https://id.example/oauth2/token".to_owned());
/// assert_eq!(token_endpoint(&metadata)?, "https://id.example/oauth2/token");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// - [`DiscoveryError::TokenEndpointMissing`], [`DiscoveryError::TokenEndpointMalformed`]: there is none, or it is not a string;
/// - [`DiscoveryError::TokenEndpointUnusable`]: it is not a URL, or is plain http while the issuer is https.
pub fn token_endpoint(metadata: &AuthorizationServerMetadata) -> Result<Uri, DiscoveryError> {
    let issuer = &metadata.issuer;
    let Some(named) = metadata.token_endpoint.as_deref() else {
        let issuer = issuer.as_str().to_owned();
        let problem = metadata.problem_of("token_endpoint");
        return Err(if matches!(problem, MemberProblem::Missing) {
            DiscoveryError::TokenEndpointMissing { issuer }
        } else {
            DiscoveryError::TokenEndpointMalformed { issuer, problem }
        });
    };
    named
        .parse()
        .ok()
        .filter(|uri: &Uri| {
            issuer.permits_scheme(uri.scheme_str())
                && uri.host().is_some_and(|host| !host.is_empty())
        })
        .ok_or_else(|| DiscoveryError::TokenEndpointUnusable {
            issuer: issuer.as_str().to_owned(),
            token_endpoint: Cleaner::without_secret().url(named, MAX_URL_CHARACTERS),
        })
}

/// Returns the issuer that the document names, as it can be shown.
fn issuer_in(json: &[u8]) -> String {
    let named = AuthorizationServerMetadata::issuer_in(json);
    Cleaner::without_secret().url(&named.unwrap_or_default(), MAX_URL_CHARACTERS)
}
