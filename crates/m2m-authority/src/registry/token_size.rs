//! The size of the tokens that an application can get.
//!
//! Servers do not accept a token that does not fit into a header field. The contents of tokens are bounded when the records are written, so
//! that an application that is authorized for an API can get a token for it; a request for several APIs is checked when the token is issued.

use m2m_jwt::UnixTime;

use super::at::At;
use crate::access_token::{AccessTokenClaims, MAX_TOKEN_VALUES};
use crate::policy::{feature_flags, token_properties};
use crate::registry::{
    Application, ClaimSet, InvalidRegistry, Organization, Problem, PropertyValue,
};

/// The parts of an API that the size of its tokens depends on.
#[derive(Debug, Clone, Copy)]
pub(super) struct TokenForm<'a> {
    /// The longest of its names.
    pub(super) audience: &'a str,
    pub(super) claim_set: ClaimSet,
}

/// Checks that a token with all scopes that are assigned on one API is short enough, for each API.
///
/// `form` finds the API by the audience of an authorization.
pub(super) fn check<'a>(
    at: At,
    application: &Application,
    organization: Option<&Organization>,
    form: impl Fn(&str) -> Option<TokenForm<'a>>,
) -> Result<(), InvalidRegistry> {
    let spec = &application.spec;
    let own = spec.feature_flags.len();
    if spec.token_properties.len() > MAX_TOKEN_VALUES {
        return Err(too_many(at, "token_properties"));
    }
    if own + spec.token_feature_flags.len() > MAX_TOKEN_VALUES {
        return Err(too_many(at, "feature_flags"));
    }
    let forms = spec.authorize.iter().filter_map(|own| form(&own.audience));
    let longest = forms.map(|form| form.audience.len()).max().unwrap_or(0);
    if is_surely_short(application, organization, longest) {
        return Ok(());
    }
    let properties = token_properties(spec);
    let flags = feature_flags(spec, organization);
    for (item, authorization) in spec.authorize.iter().enumerate() {
        let Some(TokenForm {
            audience,
            claim_set,
        }) = form(&authorization.audience)
        else {
            continue;
        };
        let scope = authorization.scopes.join(" ");
        let claims = AccessTokenClaims {
            issuer: ISSUER,
            subject: spec.system_user.as_deref(),
            client_id: &application.client_id,
            audience: &[audience],
            issued_at: TIME,
            expires_at: TIME,
            jwt_id: "Wq0-5h7XkS0Wq0-5h7XkS0",
            scope: &scope,
            organization_code: spec.organization.as_deref(),
            properties: &properties,
            feature_flags: &flags,
        };
        let bytes = claims.json_bytes(claim_set);
        if bytes > MAX_CLAIMS_BYTES {
            // The largest part is the one to be shortened.
            let parts = [
                (scope.len() * 2, Part::Scopes),
                (bytes_of(&properties), Part::Properties),
                (bytes_of(&flags), Part::Flags),
            ];
            let largest = parts.into_iter().max_by_key(|(bytes, _)| *bytes);
            let path = match largest.map(|(_, part)| part) {
                Some(Part::Properties) => at.member("token_properties"),
                Some(Part::Flags) if own > 0 => at.member("feature_flags"),
                Some(Part::Flags) => at.member("token_feature_flags"),
                Some(Part::Scopes) | None => at.member("authorize").item(item).member("scopes"),
            };
            let problem = Problem::TokenTooLong {
                client_id: application.client_id.clone(),
                audience: authorization.audience.clone(),
                bytes,
                limit: MAX_CLAIMS_BYTES,
            };
            return Err(InvalidRegistry { path, problem });
        }
    }
    Ok(())
}

/// A part of a token that an operator can shorten.
enum Part {
    Scopes,
    Properties,
    Flags,
}

fn too_many(at: At, field: &str) -> InvalidRegistry {
    InvalidRegistry {
        path: at.member(field),
        problem: Problem::TooMany {
            limit: MAX_TOKEN_VALUES,
        },
    }
}

/// Returns true if a rough estimate shows that no token is too long. It saves the exact sum for almost all of the many applications.
fn is_surely_short(
    application: &Application,
    organization: Option<&Organization>,
    audience_bytes: usize,
) -> bool {
    let spec = &application.spec;
    let own = spec.feature_flags.iter();
    let of_organization = organization
        .into_iter()
        .flat_map(|organization| &organization.feature_flags);
    let values = own.chain(of_organization).chain(&spec.properties);
    let values: usize = values.map(|(key, value)| rough(key, value)).sum();
    let scopes = spec.authorize.iter().map(|authorization| {
        let scopes = authorization.scopes.iter();
        scopes.map(|scope| scope.len() + 8).sum::<usize>()
    });
    let texts = values + audience_bytes + 2 * scopes.max().unwrap_or(0) + MAX_OTHER_BYTES;
    // JSON writes a character with at most six.
    texts * 6 < MAX_CLAIMS_BYTES
}

fn bytes_of(values: &[(Box<str>, PropertyValue)]) -> usize {
    values.iter().map(|(key, value)| rough(key, value)).sum()
}

/// The length of a value and its key, without escapes.
fn rough(key: &str, value: &PropertyValue) -> usize {
    let value = match value {
        PropertyValue::Text(text) => text.len(),
        PropertyValue::Boolean(_) | PropertyValue::Integer(_) => 20,
    };
    key.len() + value + 20
}

/// The maximum length of the claims of a token, as JSON. In base64url, with the longest key id and the signature of an RSA key of 4096 bits,
/// the token stays within [`MAX_ISSUED_TOKEN_BYTES`](m2m_jwt::limits::MAX_ISSUED_TOKEN_BYTES). Unit: bytes.
const MAX_CLAIMS_BYTES: usize = 8_000;

/// The usual length of all other claims together. An application with longer ids, and nothing else in its tokens, is far below any limit.
const MAX_OTHER_BYTES: usize = 400;

/// A sample issuer with the maximum length of a name, since a registry does not know the issuer.
const ISSUER: &str = match core::str::from_utf8(&[b'x'; 256]) {
    Ok(issuer) => issuer,
    Err(_) => "",
};

/// A time with as many digits as times have until 2286.
const TIME: UnixTime = UnixTime::from_seconds(1_800_000_000);

#[cfg(test)]
mod tests {
    use m2m_jwt::limits::MAX_ISSUED_TOKEN_BYTES;

    use super::*;

    #[test]
    fn f17_the_longest_claims_fit_into_a_token() {
        let base64 = |bytes: usize| bytes.div_ceil(3) * 4;
        // Every character of the key id escaped by another.
        let header = r#"{"alg":"RS256","typ":"at+jwt","kid":""}"#.len() + 2 * 256;
        let token = base64(header) + 1 + base64(MAX_CLAIMS_BYTES) + 1 + base64(512);
        assert!(token <= MAX_ISSUED_TOKEN_BYTES, "{token}");
    }
}
