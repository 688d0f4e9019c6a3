//! The likeliest cause of what was received, in words for servers of all kinds.

use m2m_errors::Cause;

/// A cause that the words of a server point to, with its fix.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Likely {
    /// The cause of the catalogue, if it has one.
    pub(crate) cause: Option<Cause>,
    /// The cause in one sentence.
    pub(crate) text: &'static str,
    /// The fix, for the caller.
    pub(crate) fix: &'static str,
}

/// Declares a likely cause.
macro_rules! likely {
    ($name:ident, $cause:expr, $text:literal, $fix:literal) => {
        pub(super) const $name: &Likely = &Likely {
            cause: $cause,
            text: $text,
            fix: $fix,
        };
    };
}

likely!(
    SECRET_WRONG,
    Some(Cause::SecretWrong),
    "The client secret is wrong: it was replaced, is cut off, belongs to another application or environment, or is the id of the secret instead of its value.",
    "Compare the client secret with that of the application, without spaces, quotes and line breaks; if it cannot be displayed, create a new one."
);
likely!(
    SECRET_EXPIRED,
    Some(Cause::SecretExpired),
    "The client secret has expired.",
    "Create a new client secret for the application, deploy it, and note when the new one expires."
);
likely!(
    CREDENTIALS_WRONG,
    Some(Cause::SecretWrong),
    "The client id or the client secret is wrong, for example because they belong to another application or environment.",
    "Compare the client id and the client secret with those of the application at this server, without spaces, quotes and line breaks."
);
likely!(
    CLIENT_UNKNOWN,
    Some(Cause::ClientUnknown),
    "The client id is wrong, or belongs to another tenant, realm or environment than the one that the token URL addresses.",
    "Compare the client id with that of the application, and the token URL with that of the application's tenant or realm."
);
likely!(
    CLIENT_DISABLED,
    Some(Cause::ApplicationDisabled),
    "The application is disabled.",
    "Ask the operator to enable the application."
);
likely!(
    CREDENTIALS_MISSING,
    Some(Cause::CredentialsMissing),
    "The request contains no client credentials, or not in the way that the server expects them.",
    "Send client_id and client_secret, either in the body or as a Basic header, as the application is configured."
);
likely!(
    METHOD_NOT_ALLOWED_FOR_CLIENT,
    Some(Cause::AuthenticationMethodNotAllowed),
    "The application has to authenticate in another way than the request does, such as by a Basic header instead of the body, or by a signed assertion.",
    "Use the authentication method that is configured for the application, such as client_secret_basic, client_secret_post or private_key_jwt."
);
likely!(
    ASSERTION_INVALID,
    Some(Cause::AssertionUnsupported),
    "The client assertion is not valid: it is signed with a key that is not registered, has expired, or has a wrong aud, iss or sub claim.",
    "Sign the assertion with the registered key, set iss and sub to the client id and aud to the token URL or the issuer, and create a new one for each request."
);
likely!(
    GRANT_NOT_ALLOWED,
    Some(Cause::GrantNotAllowed),
    "The application is not allowed to use this grant type.",
    "Ask the operator to allow the client credentials grant for the application."
);
likely!(
    GRANT_UNSUPPORTED,
    Some(Cause::GrantTypeUnsupported),
    "The grant type is misspelled, or the server does not support it.",
    "Send grant_type=client_credentials as a form field, spelled exactly like this."
);
likely!(
    TENANT_UNKNOWN,
    None,
    "The tenant, realm or organization in the token URL does not exist, or is not the one of the application.",
    "Compare the tenant, realm or organization in the token URL with that of the application."
);
likely!(
    PARAMETER_MISSING,
    None,
    "A parameter that the server needs is missing, or the body is not sent as a form.",
    "Send the parameter that the message names, in the body, with the Content-Type application/x-www-form-urlencoded."
);
likely!(
    SCOPE_UNKNOWN,
    Some(Cause::ScopeUnknown),
    "The scope is misspelled, or the server does not define it.",
    "Compare the scope with those that the API defines, and join several with one space."
);
likely!(
    SCOPE_NOT_ASSIGNED,
    Some(Cause::ScopeNotAssigned),
    "The scope is not assigned to the application.",
    "Ask the operator to assign the scope to the application, or request only scopes that are assigned."
);
likely!(
    SCOPE_MISSING,
    None,
    "The request names no scope, and the server has no default scope.",
    "Add the scope parameter with the scopes that the call needs."
);
likely!(
    SCOPE_DEFAULT,
    None,
    "The server accepts only the scope of a whole API, which ends with /.default, in a client credentials request.",
    "Send the application ID URI of the API followed by /.default as scope; the permissions come from those that are granted to the application."
);
likely!(
    AUDIENCE_MISSING,
    Some(Cause::AudienceMissing),
    "The request names no audience or resource.",
    "Send the identifier of the API as audience, or as resource if the server expects that."
);
likely!(
    AUDIENCE_UNKNOWN,
    Some(Cause::AudienceUnknown),
    "No API with the requested audience or resource exists in this tenant.",
    "Compare the audience or resource with the identifier of the API, character by character, including a final slash."
);
likely!(
    API_NOT_AUTHORIZED,
    Some(Cause::AudienceNotAuthorized),
    "The application is not authorized for the API that the request names.",
    "Ask the operator to authorize the application for the API."
);
likely!(
    CONSENT_MISSING,
    None,
    "An administrator has not consented to the permissions of the application.",
    "Ask an administrator to grant consent to the application's permissions."
);
likely!(
    POLICY,
    None,
    "A policy of the server does not allow this client or this request.",
    "Ask the operator which policy applies to the client, the grant type and the scopes, and change it."
);
likely!(
    USER_PASSWORD,
    None,
    "The user name or the password is wrong; the grant for user passwords is used.",
    "If the caller is a service, use the client credentials grant instead of a user's password."
);
likely!(
    INTERACTION,
    None,
    "The user has to act, for example confirm a second factor, and this flow cannot ask for it.",
    "If the caller is a service, use the client credentials grant; otherwise send the user through authorization again."
);
likely!(
    CODE_EXPIRED,
    None,
    "The authorization code has expired or was used before.",
    "Send the user through authorization again, and exchange the code once and at once."
);
likely!(
    REFRESH_TOKEN_EXPIRED,
    None,
    "The refresh token has expired, was revoked, or was replaced by a newer one.",
    "Send the user through authorization again, and store the newest refresh token after each use."
);
likely!(
    REDIRECT_MISMATCH,
    None,
    "The redirect URI differs from the registered one or from the one of the authorization request.",
    "Send the registered redirect URI, character by character, in both requests."
);
likely!(
    TOKEN_EXPIRED,
    Some(Cause::TokenExpired),
    "The access token has expired.",
    "Request a new access token shortly before the old one expires, and check the clocks if a new token is refused too."
);
likely!(
    TOKEN_NOT_YET_VALID,
    Some(Cause::TokenNotYetValid),
    "The token is not valid yet, because the clocks of issuer and API differ.",
    "Synchronize the clocks of the issuer and of the API."
);
likely!(
    TOKEN_REVOKED,
    Some(Cause::TokenRevoked),
    "The access token was revoked.",
    "Request a new access token, and ask the operator why the old one was revoked."
);
likely!(
    TOKEN_MISSING,
    Some(Cause::TokenMissing),
    "The call has no access token, or a proxy removed the Authorization header.",
    "Send the header Authorization: Bearer TOKEN with each call."
);
likely!(
    TOKEN_MALFORMED,
    Some(Cause::TokenMalformed),
    "The token is cut off, has quotes or spaces around it, or is not of the kind that the API accepts.",
    "Send the access token unchanged after the word Bearer and one space."
);
likely!(
    TOKEN_INVALID,
    None,
    "The access token is not one that this API accepts: it is from another environment, has expired, was revoked, or is altered.",
    "Request a new token from the issuer and for the audience that the API documents."
);
likely!(
    SIGNATURE,
    Some(Cause::TokenSignatureWrong),
    "The signature of the token is not valid for the keys of the issuer that the API trusts.",
    "Compare the issuer of the token with the one that the API trusts, and let the API fetch the issuer's current keys."
);
likely!(
    KEY_UNKNOWN,
    Some(Cause::TokenKeyUnknown),
    "The API has no key for the kid of the token, because the keys were rotated or the token is from another issuer.",
    "Let the API fetch the issuer's current keys, and compare the iss claim with the trusted issuer."
);
likely!(
    KEYS_UNAVAILABLE,
    Some(Cause::KeysUnavailable),
    "The API or its gateway cannot fetch the keys of the issuer.",
    "Check that the API can reach the jwks_uri of the issuer, and that its URL is configured correctly."
);
likely!(
    ISSUER,
    Some(Cause::IssuerMismatch),
    "The token is from another issuer than the one that the API trusts.",
    "Request the token from the issuer that the API trusts; both URLs have to be equal, including a final slash."
);
likely!(
    AUDIENCE_MISMATCH,
    Some(Cause::AudienceMismatch),
    "The token was issued for another audience than this API.",
    "Request a token with the audience or the scope of this API, and compare the aud claim with what the API expects."
);
likely!(
    ALGORITHM,
    Some(Cause::TokenAlgorithmWrong),
    "The token is signed with an algorithm that the API does not accept.",
    "Configure the same signing algorithm at the issuer and at the API."
);
likely!(
    SCOPE_INSUFFICIENT,
    Some(Cause::ScopeInsufficient),
    "The token lacks a scope or a permission that the call needs.",
    "Request a new token with the scope that the call needs, after the operator has assigned it."
);
likely!(
    NO_PERMISSION,
    None,
    "The caller was recognized, but has no permission for this operation.",
    "Ask the operator of the API to give the application the role or the permission that the operation needs."
);
likely!(
    API_KEY_MISSING,
    None,
    "The call has no API key, which this gateway requires.",
    "Send the API key in the header or the parameter that the gateway documents, in addition to a token if one is required."
);
likely!(
    API_KEY_INVALID,
    None,
    "The API key is wrong, was revoked, or does not belong to this API.",
    "Compare the API key with the one in the portal of the gateway, and check that its subscription is active."
);
likely!(
    PATH_OR_SIGNATURE,
    Some(Cause::PathUnknown),
    "The path or the method does not exist in this stage of the API; the gateway answers such calls as if a signature were missing.",
    "Compare the URL, including the stage, and the method with the deployed API."
);
likely!(
    RATE_LIMIT,
    Some(Cause::QuotaExceeded),
    "The caller sent too many requests in a short time.",
    "Wait for the time in the Retry-After header, and reuse a token until shortly before it expires."
);
likely!(
    DPOP_NONCE,
    None,
    "The server requires a nonce in the DPoP proof.",
    "Repeat the request with a new proof that contains the value of the DPoP-Nonce header."
);
likely!(
    ADDRESS,
    Some(Cause::AddressNotAllowed),
    "The address of the caller is not allowed.",
    "Ask the operator to allow the address from which the requests reach the server."
);
likely!(
    ACCOUNT_LOCKED,
    None,
    "The account is locked or disabled after failed attempts.",
    "Ask the operator to unlock the account, and correct the credentials of all instances first."
);
likely!(
    HTTP_VERB,
    Some(Cause::MethodNotAllowed),
    "The request is not a POST, or a redirect changed it to GET.",
    "Send a POST request to the exact https address of the token endpoint, without a redirect in between."
);
likely!(
    UPSTREAM,
    None,
    "The proxy cannot reach the service behind it.",
    "Check that the service behind the proxy is running, and try again later."
);
