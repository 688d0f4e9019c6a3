//! Access tokens, made.

use crate::error::SigningFailed;
use crate::json::JsonWriter;
use crate::limits::{MAX_ISSUED_TOKEN_BYTES, MAX_TOKEN_VALUES};
use crate::signer::{Signer, compact_bytes, sign_compact};
use crate::words::words;
use oauth_proto::UnixTime;

/// What an access token says, whatever the claim set calls it.
///
/// `A` is the type of an audience, `K` that of the key of a property; both are read as text.
///
/// Source: [RFC 9068, section 2.2](https://www.rfc-editor.org/rfc/rfc9068#section-2.2).
#[derive(Debug, Clone, Copy)]
pub struct AccessTokenClaims<'a, A = &'a str, K = Box<str>> {
    /// `iss`
    pub issuer: &'a str,
    /// `sub`, of a token for a system user. Without it the client is the subject.
    pub subject: Option<&'a str>,
    /// `client_id`, or `azp`.
    pub client_id: &'a str,
    /// `aud`: one at least.
    pub audience: &'a [A],
    /// `exp`
    pub expires_at: UnixTime,
    /// `iat`
    pub issued_at: UnixTime,
    /// `jti`
    pub jwt_id: &'a str,
    /// `scope`: scope tokens with one space between them. Where there is none the claim is left out.
    pub scope: &'a str,
    /// `org_code`, of an application that belongs to an organization.
    pub organization_code: Option<&'a str>,
    /// `application_properties`: those that the token is to carry, each key once. Where there is none the claim is left out.
    pub properties: &'a [(K, PropertyValue)],
    /// `feature_flags`: those that are switched on, each key once. Where there is none the claim is left out.
    pub feature_flags: &'a [(K, PropertyValue)],
}

/// The value of a property or of a feature flag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PropertyValue {
    /// `true` or `false`; as a flag of the type `b`.
    Boolean(bool),
    /// A text; as a flag of the type `s`.
    Text(Box<str>),
    /// A whole number; as a flag of the type `i`.
    Integer(i64),
}

impl PropertyValue {
    /// `t` of a feature flag.
    const fn flag_type(&self) -> &'static str {
        match self {
            Self::Boolean(_) => "b",
            Self::Text(_) => "s",
            Self::Integer(_) => "i",
        }
    }

    fn write(&self, json: &mut JsonWriter) {
        match self {
            Self::Boolean(value) => json.boolean(*value),
            Self::Text(value) => json.string(value),
            Self::Integer(value) => json.signed(*value),
        }
    }
}

words! {
    /// The claim format of an access token. The header is the same in both.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
    pub enum ClaimSet {
        /// `iss sub client_id aud exp iat jti scope`, as RFC 9068 says; `aud` is a string if there is one audience.
        #[default]
        Rfc9068 = "rfc9068",
        /// `aud azp exp gty iat iss jti scope scp v`: `aud` is always an array, there is no `client_id`, and a `sub` only for a system user.
        Kinde = "kinde",
    }
}

/// Makes an access token: claims, header and signature.
///
/// Two allocations, beyond those of the signer.
///
/// # Errors
/// - [`SigningFailed::TokenTooLong`] and [`SigningFailed::TooManyValues`] if verifiers would refuse the token for its size
///   ([`Cause::IssuedTokenTooLong`](m2m_errors::Cause)). Nothing is signed then.
/// - Another [`SigningFailed`] if the signer fails ([`Cause::SigningFailed`](m2m_errors::Cause)).
///
/// ```
/// use m2m_jwt::{
///     AccessTokenClaims, Algorithm, ClaimSet, Limits, SigningKey, UnixTime, Unverified, sign_access_token,
/// };
///
/// let (key, _) = SigningKey::generate(Algorithm::Es256, None)?;
/// let claims = AccessTokenClaims::<_> {
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
pub fn sign_access_token<A: AsRef<str>, K: AsRef<str>, S: Signer + ?Sized>(
    claims: &AccessTokenClaims<'_, A, K>,
    claim_set: ClaimSet,
    signer: &S,
) -> Result<String, SigningFailed> {
    let json = claims.fitting(claim_set, signer)?;
    let header = signer.access_token_header().encoded();
    sign_compact(
        header,
        json.as_bytes(),
        signer.signature_bytes(),
        |input, signature| signer.sign(input, signature),
    )
}

/// Checks that [`sign_access_token`] would not refuse these claims for the size of the token. Nothing is signed.
///
/// # Errors
/// [`SigningFailed::TokenTooLong`] and [`SigningFailed::TooManyValues`] ([`Cause::IssuedTokenTooLong`](m2m_errors::Cause)).
pub fn check_access_token<A: AsRef<str>, K: AsRef<str>, S: Signer + ?Sized>(
    claims: &AccessTokenClaims<'_, A, K>,
    claim_set: ClaimSet,
    signer: &S,
) -> Result<(), SigningFailed> {
    claims.fitting(claim_set, signer).map(drop)
}

impl<A: AsRef<str>, K: AsRef<str>> AccessTokenClaims<'_, A, K> {
    /// The length of the claims in this claim set, as JSON. Unit: bytes.
    #[must_use]
    pub fn json_bytes(&self, claim_set: ClaimSet) -> usize {
        self.json(claim_set).as_bytes().len()
    }

    /// The claims as JSON, unless the token would be too large for verifiers.
    fn fitting<S: Signer + ?Sized>(
        &self,
        claim_set: ClaimSet,
        signer: &S,
    ) -> Result<JsonWriter, SigningFailed> {
        let count = self.properties.len().max(self.feature_flags.len());
        if count > MAX_TOKEN_VALUES {
            return Err(SigningFailed::TooManyValues { count });
        }
        let json = self.json(claim_set);
        let header = signer.access_token_header().encoded();
        let bytes = compact_bytes(header, json.as_bytes(), signer.signature_bytes());
        if bytes > MAX_ISSUED_TOKEN_BYTES {
            return Err(SigningFailed::TokenTooLong { bytes });
        }
        Ok(json)
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
            json.string(key.as_ref());
            json.raw(":{\"v\":");
            value.write(json);
            json.raw("}");
            separator = ",";
        }
        json.raw(if self.properties.is_empty() { "" } else { "}" });
        let mut separator = ",\"feature_flags\":{";
        for (key, value) in self.feature_flags {
            json.raw(separator);
            json.string(key.as_ref());
            json.raw(":{\"t\":");
            json.string(value.flag_type());
            json.raw(",\"v\":");
            value.write(json);
            json.raw("}");
            separator = ",";
        }
        json.raw(if self.feature_flags.is_empty() {
            "}"
        } else {
            "}}"
        });
    }

    /// How long the claims become if nothing in them must be escaped, or a little more.
    fn expected_length(&self) -> usize {
        /// Names, times and punctuation of the longer claim set.
        const FRAME: usize = 220;
        /// Quotation marks, a comma, and what stands around a value.
        const ENTRY: usize = 24;
        let entry = |(key, value): &(K, PropertyValue)| {
            let value = match value {
                PropertyValue::Text(text) => text.len(),
                PropertyValue::Boolean(_) | PropertyValue::Integer(_) => ENTRY,
            };
            key.as_ref().len() + value + ENTRY
        };
        let texts = self.issuer.len()
            + self.jwt_id.len()
            + 2 * self.client_id.len().max(self.subject.map_or(0, str::len));
        let audience: usize = self
            .audience
            .iter()
            .map(|audience| audience.as_ref().len() + 3)
            .sum();
        // The scope stands twice in one of the claim sets, there with three letters more for each token.
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
