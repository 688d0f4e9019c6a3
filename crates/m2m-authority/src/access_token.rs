//! The claims of an access token, and their signing.

use m2m_jwt::{JsonWriter, Signer, UnixTime};

use crate::error::IssueFailed;
use crate::registry::{ClaimSet, PropertyValue};

/// The contents of an access token, independent of the names that its claim set has for them.
///
/// `A` is the type of an audience, which is used as text.
///
/// Source: [RFC 9068, section 2.2](https://www.rfc-editor.org/rfc/rfc9068#section-2.2).
#[derive(Debug, Clone, Copy)]
pub struct AccessTokenClaims<'a, A = &'a str> {
    /// `iss`
    pub issuer: &'a str,
    /// `sub`, of a token for a system user. Without it the client is the subject.
    pub subject: Option<&'a str>,
    /// `client_id`, or `azp`.
    pub client_id: &'a str,
    /// `aud`: at least one audience.
    pub audience: &'a [A],
    /// `exp`
    pub expires_at: UnixTime,
    /// `iat`
    pub issued_at: UnixTime,
    /// `jti`
    pub jwt_id: &'a str,
    /// `scope`: scope tokens with one space between them. An empty one is left out.
    pub scope: &'a str,
    /// `org_code`, of an application that belongs to an organization.
    pub organization_code: Option<&'a str>,
    /// `application_properties`: the properties that the token carries, each key once. Without any the claim is left out.
    pub properties: &'a [(Box<str>, PropertyValue)],
    /// `feature_flags`: the flags that the token carries, each key once. Without any the claim is left out.
    pub feature_flags: &'a [(Box<str>, PropertyValue)],
}

/// Signs an access token with these claims.
///
/// It makes two allocations, beyond those of the signer.
///
/// # Errors
/// - [`IssueFailed::TooManyValues`], and [`IssueFailed::Signing`] with [`SigningFailed::TokenTooLong`](m2m_jwt::SigningFailed), if verifiers
///   would refuse the token for its size ([`Cause::IssuedTokenTooLong`](m2m_errors::Cause)). Nothing is signed then.
/// - [`IssueFailed::Signing`] if the signer fails ([`Cause::SigningFailed`](m2m_errors::Cause)).
///
/// ```
/// use m2m_authority::registry::ClaimSet;
/// use m2m_authority::{AccessTokenClaims, sign_access_token};
/// use m2m_jwt::{Algorithm, Limits, SigningKey, UnixTime, Unverified};
///
/// let (key, _) = SigningKey::generate(Algorithm::Es256, None)?;
/// let claims = AccessTokenClaims {
///     issuer: "https://as.example",
///     subject: None,
///     client_id: "billing-job",
///     audience: &["https://orders.example/api"],
///     expires_at: UnixTime::from_seconds(1_800_003_600),
///     issued_at: UnixTime::from_seconds(1_800_000_000),
///     jwt_id: "Wq0",
///     scope: "read:orders",
///     organization_code: None,
///     properties: &[],
///     feature_flags: &[],
/// };
/// let token = sign_access_token(&claims, ClaimSet::Rfc9068, &key)?;
/// let unverified = Unverified::parse(&token, &Limits::DEFAULT)?;
/// assert_eq!(
///     unverified.payload(),
///     br#"{"iss":"https://as.example","sub":"billing-job","client_id":"billing-job","aud":"https://orders.example/api","exp":1800003600,"iat":1800000000,"jti":"Wq0","scope":"read:orders"}"#
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn sign_access_token<A: AsRef<str>, S: Signer + ?Sized>(
    claims: &AccessTokenClaims<'_, A>,
    claim_set: ClaimSet,
    signer: &S,
) -> Result<String, IssueFailed> {
    let json = claims.fitting(claim_set)?;
    Ok(m2m_jwt::sign_access_token(json.as_bytes(), signer)?)
}

/// Checks that [`sign_access_token`] would not refuse these claims for the size of the token. Nothing is signed.
///
/// # Errors
/// As [`sign_access_token`], except for a signer that fails.
pub fn check_access_token<A: AsRef<str>, S: Signer + ?Sized>(
    claims: &AccessTokenClaims<'_, A>,
    claim_set: ClaimSet,
    signer: &S,
) -> Result<(), IssueFailed> {
    let json = claims.fitting(claim_set)?;
    Ok(m2m_jwt::check_access_token(json.as_bytes(), signer)?)
}

/// The maximum number of properties, and of feature flags, in an access token. Far enough below
/// [`MAX_JSON_MEMBERS`](m2m_jwt::limits::MAX_JSON_MEMBERS) for all other claims.
pub(crate) const MAX_TOKEN_VALUES: usize = 200;

impl<A: AsRef<str>> AccessTokenClaims<'_, A> {
    /// The length of the claims in this claim set, as JSON. Unit: bytes.
    #[must_use]
    pub fn json_bytes(&self, claim_set: ClaimSet) -> usize {
        self.json(claim_set).as_bytes().len()
    }

    /// The claims as JSON, unless there are more values than verifiers read.
    fn fitting(&self, claim_set: ClaimSet) -> Result<JsonWriter, IssueFailed> {
        let count = self.properties.len().max(self.feature_flags.len());
        if count > MAX_TOKEN_VALUES {
            return Err(IssueFailed::TooManyValues { count });
        }
        Ok(self.json(claim_set))
    }

    fn json(&self, claim_set: ClaimSet) -> JsonWriter {
        let mut json = JsonWriter::with_capacity(self.expected_length());
        match claim_set {
            ClaimSet::Rfc9068 => self.write_rfc9068(&mut json),
            ClaimSet::Kinde => self.write_kinde(&mut json),
        }
        json
    }

    fn write_rfc9068(&self, json: &mut JsonWriter) {
        json.raw("{\"iss\":");
        json.string(self.issuer);
        json.raw(",\"sub\":");
        json.string(self.subject.unwrap_or(self.client_id));
        json.raw(",\"client_id\":");
        json.string(self.client_id);
        json.raw(",\"aud\":");
        match self.audience {
            [only] => json.string(only.as_ref()),
            audience => json.strings(audience.iter().map(AsRef::as_ref)),
        }
        self.write_times(json);
        self.write_scope(json);
        self.write_extensions(json);
    }

    fn write_kinde(&self, json: &mut JsonWriter) {
        json.raw("{\"aud\":");
        json.strings(self.audience.iter().map(AsRef::as_ref));
        json.raw(",\"azp\":");
        json.string(self.client_id);
        json.raw(",\"gty\":[\"client_credentials\"],\"iss\":");
        json.string(self.issuer);
        if let Some(subject) = self.subject {
            json.raw(",\"sub\":");
            json.string(subject);
        }
        self.write_times(json);
        self.write_scope(json);
        json.raw(",\"scp\":");
        json.strings(self.scope.split(' ').filter(|token| !token.is_empty()));
        json.raw(",\"v\":\"2\"");
        self.write_extensions(json);
    }

    fn write_times(&self, json: &mut JsonWriter) {
        json.raw(",\"exp\":");
        json.unsigned(self.expires_at.as_seconds());
        json.raw(",\"iat\":");
        json.unsigned(self.issued_at.as_seconds());
        json.raw(",\"jti\":");
        json.string(self.jwt_id);
    }

    fn write_scope(&self, json: &mut JsonWriter) {
        if !self.scope.is_empty() {
            json.raw(",\"scope\":");
            json.string(self.scope);
        }
    }

    fn write_extensions(&self, json: &mut JsonWriter) {
        if let Some(code) = self.organization_code {
            json.raw(",\"org_code\":");
            json.string(code);
        }
        let mut separator = ",\"application_properties\":{";
        for (key, value) in self.properties {
            json.raw(separator);
            json.string(key);
            json.raw(":{\"v\":");
            write_value(json, value);
            json.raw("}");
            separator = ",";
        }
        json.raw(if self.properties.is_empty() { "" } else { "}" });
        let mut separator = ",\"feature_flags\":{";
        for (key, value) in self.feature_flags {
            json.raw(separator);
            json.string(key);
            json.raw(":{\"t\":");
            json.string(flag_type(value));
            json.raw(",\"v\":");
            write_value(json, value);
            json.raw("}");
            separator = ",";
        }
        json.raw(if self.feature_flags.is_empty() {
            "}"
        } else {
            "}}"
        });
    }

    /// Returns the length of the claims as JSON if no character has to be escaped, or slightly more. Unit: bytes.
    fn expected_length(&self) -> usize {
        /// Names, times and punctuation of the longer claim set.
        const FRAME: usize = 220;
        /// Quotation marks, a comma, and the punctuation around a value.
        const ENTRY: usize = 24;
        let entry = |(key, value): &(Box<str>, PropertyValue)| {
            let value = match value {
                PropertyValue::Text(text) => text.len(),
                PropertyValue::Boolean(_) | PropertyValue::Integer(_) => ENTRY,
            };
            key.len() + value + ENTRY
        };
        let texts = self.issuer.len()
            + self.jwt_id.len()
            + 2 * self.client_id.len().max(self.subject.map_or(0, str::len));
        let audience: usize = self
            .audience
            .iter()
            .map(|audience| audience.as_ref().len() + 3)
            .sum();
        // One of the claim sets has the scope twice, the second time with three more characters for each token.
        let scope =
            2 * self.scope.len() + 2 * self.scope.bytes().filter(|byte| *byte == b' ').count();
        let organization = self.organization_code.map_or(0, |code| code.len() + ENTRY);
        let entries: usize = self
            .properties
            .iter()
            .chain(self.feature_flags)
            .map(entry)
            .sum();
        FRAME + texts + audience + scope + organization + entries
    }
}

fn write_value(json: &mut JsonWriter, value: &PropertyValue) {
    match value {
        PropertyValue::Boolean(value) => json.boolean(*value),
        PropertyValue::Text(value) => json.string(value),
        PropertyValue::Integer(value) => json.signed(*value),
    }
}

/// `t` of a feature flag.
const fn flag_type(value: &PropertyValue) -> &'static str {
    match value {
        PropertyValue::Boolean(_) => "b",
        PropertyValue::Text(_) => "s",
        PropertyValue::Integer(_) => "i",
    }
}
