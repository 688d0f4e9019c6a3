//! Problems with an access token that is presented to an API.

use super::forms::refused;
use crate::{Advice, Cause, Disclosure, Entry, ErrorCode, Fault, Source, Status, Task, WireForms};

/// `invalid_token` with 401, in every profile (RFC 6750, section 3.1).
const fn invalid(text: &'static str) -> WireForms {
    WireForms::same(refused(Status::Unauthorized, ErrorCode::InvalidToken, text))
}

pub(crate) const TOKEN_MALFORMED: Entry = Entry {
    id: "token-malformed",
    title: "Token is not a JWT",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: invalid(
        "The token is not a JWT. Send the access_token exactly as the token endpoint returned it",
    ),
    operator: "The token is not a JWT in compact serialization.",
    for_caller: Advice {
        causes: &[
            "The token was truncated, for example by a database column or when it was copied.",
            "Something else was sent: an id, a secret, or an opaque token from another server.",
        ],
        fixes: &[
            "Send the complete, unchanged value of access_token: three parts separated by dots.",
            "If the stored token is damaged, request a new token.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "The caller sends a damaged token, or one from a server that does not issue JWTs.",
        ],
        fixes: &[
            "Compare the length of the token that the caller stores with the length of the token that the caller received.",
        ],
    },
    tasks: &[],
    related: &[
        Cause::TokenTypeWrong,
        Cause::AuthorizationHeaderMalformed,
        Cause::TokenSignatureWrong,
    ],
    sources: &[
        Source::rfc("RFC 7515", "3.1"),
        Source::rfc("RFC 7519", "7.2"),
    ],
};

pub(crate) const TOKEN_TOO_LONG: Entry = Entry {
    id: "token-too-long",
    title: "Token too long",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: invalid(
        "The token is too long or has too many claims. Request a token with fewer audiences or scopes",
    ),
    operator: "The token exceeds a limit of the API: the length (16 KiB by default), the number of members of its JSON objects, or their nesting depth.",
    for_caller: Advice {
        causes: &[
            "The token contains very many scopes or properties, or is not an access token at all.",
        ],
        fixes: &["Request a token with only the audience and the scopes that this API needs."],
    },
    for_operator: Advice {
        causes: &[
            "The tokens of the application contain more scopes, properties or feature flags than fit into an HTTP header.",
            "The issuer writes all roles or groups of the caller into its tokens.",
        ],
        fixes: &[
            "Raise the limit that the API's log names, if the server in front of the API accepts header fields of that size.",
            "Remove the properties and feature flags that no API reads from the application's tokens, and the scopes that the application does not need from its authorizations.",
        ],
    },
    tasks: &[Task::ReduceTokenValues, Task::ApplyRegistryFile],
    related: &[Cause::IssuedTokenTooLong, Cause::HeadersTooLarge],
    sources: &[Source::rfc("RFC 9110", "17.5")],
};

pub(crate) const TOKEN_TYPE_WRONG: Entry = Entry {
    id: "token-type-wrong",
    title: "Not an access token",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: invalid(
        "This API does not accept tokens of this type. Send the access_token, and if it was sent, contact the operator of the API",
    ),
    operator: "The type of the token is not accepted: its JOSE header typ is missing or is not at+jwt, or not one that the API expects of its issuer, or a claim shows that it is not an access token.",
    for_caller: Advice {
        causes: &[
            "An ID token or a client assertion is sent where an access token belongs.",
            "The token is an access token, but its issuer marks access tokens in another way than the API expects.",
        ],
        fixes: &[
            "Send the value of access_token from the response of the token endpoint.",
            "If it was the access_token, contact the operator of the API, and name the issuer.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "The caller sends another kind of JWT.",
            "The issuer does not set typ to at+jwt: Entra, Okta, Cognito, Kubernetes, Auth0 and Keycloak write JWT or leave it out by default.",
        ],
        fixes: &[
            "Decode the token, and compare the JOSE header typ with what the API expects: at+jwt by default.",
            "Configure the issuer to set typ to at+jwt in its access tokens, or configure the API to accept the tokens of this issuer, if its library has a profile for them.",
        ],
    },
    tasks: &[Task::DecodeToken],
    related: &[Cause::TokenMalformed, Cause::TokenClaimMissing],
    sources: &[
        Source::rfc("RFC 9068", "4"),
        Source::rfc("RFC 8725", "3.11"),
    ],
};

pub(crate) const TOKEN_ALGORITHM_WRONG: Entry = Entry {
    id: "token-algorithm-wrong",
    title: "Signature algorithm not accepted",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: invalid(
        "The token is not signed with an algorithm that this API accepts. Request a token from the issuer that this API trusts",
    ),
    operator: "The JOSE header alg of the token is not an accepted algorithm, or does not match the key.",
    for_caller: Advice {
        causes: &[
            "The token is from another issuer, or for an API that accepts another algorithm.",
            "The token was created by hand, with the algorithm none or with a shared key.",
        ],
        fixes: &[
            "Request a token from the issuer that this API trusts, with the audience of this API.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "The API's signing_alg was changed on the authorization server, but the API still accepts only the previous algorithm.",
            "An attacker sends a forged token: with the algorithm none, or signed with the public key as a shared key.",
        ],
        fixes: &[
            "Configure the API to accept the algorithm with which the authorization server signs its tokens.",
            "Decode the token, and check the header: treat an alg of none, or one that starts with HS, as an attack.",
        ],
    },
    tasks: &[Task::DecodeToken],
    related: &[
        Cause::TokenKeyUnknown,
        Cause::TokenSignatureWrong,
        Cause::AudiencesIncompatible,
    ],
    sources: &[Source::rfc("RFC 8725", "3.1"), Source::rfc("RFC 9068", "4")],
};

pub(crate) const TOKEN_CRITICAL_HEADER: Entry = Entry {
    id: "token-critical-header",
    title: "Unsupported extension in the token",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: invalid("The token requires an extension that this API does not support"),
    operator: "The token's JOSE header requires an extension that is not supported: the header contains crit or zip, or b64 with a value other than true.",
    for_caller: Advice {
        causes: &["The issuer of the token uses an extension of JWS."],
        fixes: &["Request a token from the issuer that this API trusts."],
    },
    for_operator: Advice {
        causes: &["The token is from another issuer, or was created to probe the API."],
        fixes: &["Decode the token, and find out which issuer uses the extension."],
    },
    tasks: &[Task::DecodeToken],
    related: &[Cause::TokenTypeWrong, Cause::IssuerMismatch],
    sources: &[
        Source::rfc("RFC 7515", "4.1.11"),
        Source::rfc("RFC 7797", "6"),
    ],
};

pub(crate) const TOKEN_KEY_UNKNOWN: Entry = Entry {
    id: "token-key-unknown",
    title: "Unknown signing key",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: invalid(
        "The token is not signed with a key of the issuer that this API trusts. Request a new token from that issuer",
    ),
    operator: "No key of the issuer matches the token's kid and alg.",
    for_caller: Advice {
        causes: &[
            "The token is from another server or another environment.",
            "The key that signed the token has since been removed.",
        ],
        fixes: &[
            "Request a new token from the issuer that this API trusts.",
            "Check that the token endpoint and the API belong to the same environment.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "The caller requests tokens from an issuer other than the one that the API trusts.",
            "The key was removed in an emergency rotation, so the tokens that were signed with the key are refused.",
            "The issuer already signs with a new key, but the API still caches the previous JWK set.",
        ],
        fixes: &[
            "Decode the token, and compare its kid with the key ids in the issuer's JWK set.",
            "If the API caches the JWK set for longer than the max-age in the Cache-Control header of the JWK set, restart the API.",
        ],
    },
    tasks: &[Task::DecodeToken],
    related: &[
        Cause::IssuerMismatch,
        Cause::TokenSignatureWrong,
        Cause::KeysUnavailable,
    ],
    sources: &[
        Source::rfc("RFC 7515", "4.1.4"),
        Source::rfc("RFC 8725", "3.10"),
    ],
};

pub(crate) const TOKEN_KEY_AMBIGUOUS: Entry = Entry {
    id: "token-key-ambiguous",
    title: "Signing key not determined",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: invalid(
        "The API cannot determine which key of the issuer signed the token. Request a token whose header has a kid",
    ),
    operator: "The token or the keys of the issuer have no kid, and more keys match the token than the API tries.",
    for_caller: Advice {
        causes: &["The issuer signs tokens without a kid and publishes many keys."],
        fixes: &[
            "Request a token from the issuer that this API trusts.",
            "Ask the operator of the issuer to write the kid of the signing key into the header of tokens.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "The issuer signs tokens without a kid, or publishes many keys without a kid.",
            "An attacker sends forged tokens without a kid, so that the API verifies each with many keys.",
        ],
        fixes: &[
            "Configure the issuer to write the kid of the signing key into the header of tokens, and to publish each key with its kid.",
            "Remove the keys that no longer sign tokens from the issuer's JWK set.",
        ],
    },
    tasks: &[Task::DecodeToken],
    related: &[Cause::TokenKeyUnknown, Cause::TokenSignatureWrong],
    sources: &[
        Source::rfc("RFC 7515", "4.1.4"),
        Source::rfc("RFC 7517", "4.5"),
    ],
};

pub(crate) const TOKEN_SIGNATURE_WRONG: Entry = Entry {
    id: "token-signature-wrong",
    title: "Invalid token signature",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: invalid(
        "The signature of the token is not valid. Send the token exactly as the issuer returned it",
    ),
    operator: "The token's signature is not valid for the issuer's key.",
    for_caller: Advice {
        causes: &[
            "The token was changed or truncated in transit.",
            "The token was signed by another server that uses the same kid.",
        ],
        fixes: &[
            "Send the token unchanged, or request a new token.",
            "Check that the token endpoint and the API belong to the same environment.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "The caller damages the token, or requests the token from another environment.",
            "An attacker sends a forged token.",
        ],
        fixes: &[
            "Verify the signature of the token with the keys in the issuer's JWK set, to see whether the caller or the API is wrong.",
        ],
    },
    tasks: &[Task::VerifyToken],
    related: &[
        Cause::TokenKeyUnknown,
        Cause::TokenMalformed,
        Cause::IssuerMismatch,
    ],
    sources: &[Source::rfc("RFC 7515", "5.2"), Source::rfc("RFC 9068", "4")],
};

pub(crate) const TOKEN_CLAIM_MALFORMED: Entry = Entry {
    id: "token-claim-malformed",
    title: "Malformed token claim",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: invalid(
        "A claim of the token has the wrong type or value. Request a new token from the issuer that this API trusts",
    ),
    operator: "The claims are not a JSON object, or a claim has the wrong type, is repeated, or has a value that the API does not accept, such as an exp too far in the future.",
    for_caller: Advice {
        causes: &["The token is from a server that formats its claims differently."],
        fixes: &["Request a token from the issuer that this API trusts."],
    },
    for_operator: Advice {
        causes: &[
            "The issuer writes a time as a string or in milliseconds, or a list where a single value is expected.",
        ],
        fixes: &["Decode the token, and report the wrong claim to the operator of the issuer."],
    },
    tasks: &[Task::DecodeToken],
    related: &[Cause::TokenClaimMissing, Cause::IssuerMismatch],
    sources: &[Source::rfc("RFC 7519", "4.1"), Source::rfc("RFC 7519", "4")],
};

pub(crate) const TOKEN_CLAIM_MISSING: Entry = Entry {
    id: "token-claim-missing",
    title: "Missing token claim",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: invalid(
        "The token lacks a claim that an access token must have. Request a new token from the issuer that this API trusts",
    ),
    operator: "The token lacks a claim that an access token must have.",
    for_caller: Advice {
        causes: &["The token is not an access token, or its issuer leaves out the claim."],
        fixes: &[
            "Request a token from the issuer that this API trusts, and send the value of access_token in the response.",
        ],
    },
    for_operator: Advice {
        causes: &["The issuer's claims match neither RFC 9068 nor the claims of Kinde."],
        fixes: &[
            "Decode the token, and compare its claims with RFC 9068, section 2.2.",
            "Update the issuer, or configure it to issue tokens as RFC 9068 requires.",
        ],
    },
    tasks: &[Task::DecodeToken],
    related: &[Cause::TokenClaimMalformed, Cause::TokenTypeWrong],
    sources: &[Source::rfc("RFC 9068", "2.2"), Source::rfc("RFC 9068", "4")],
};

pub(crate) const TOKEN_EXPIRED: Entry = Entry {
    id: "token-expired",
    title: "Token expired",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: invalid("The token has expired. Request a new one"),
    operator: "The token's expiration time (exp claim) has passed.",
    for_caller: Advice {
        causes: &[
            "The service kept using the token after the time in expires_in had passed.",
            "The clock of the service is slow, so the service considers the token valid for too long.",
        ],
        fixes: &[
            "Request a new token, and replace each token shortly before the time in expires_in has passed.",
            "Compare the exp claim of the token with the current time, in seconds since 1970.",
            "Synchronize the clock of the machine over the network, with NTP.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "The caller caches its token without checking expires_in.",
            "The clock of the API is fast.",
        ],
        fixes: &[
            "Decode the token, and compare its exp claim with the current time. If that time has not passed, correct the clock of the API.",
            "Advise the owner of the caller to renew each token shortly before it expires.",
        ],
    },
    tasks: &[Task::DecodeToken],
    related: &[Cause::TokenRevoked, Cause::TokenNotYetValid],
    sources: &[
        Source::rfc("RFC 7519", "4.1.4"),
        Source::rfc("RFC 6750", "3.1"),
    ],
};

pub(crate) const TOKEN_NOT_YET_VALID: Entry = Entry {
    id: "token-not-yet-valid",
    title: "Token not valid yet",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: invalid("The token is not valid yet. Wait a moment and send the token again"),
    operator: "The time from which the token is valid (nbf claim) is in the future.",
    for_caller: Advice {
        causes: &[
            "The clocks of the issuer and the API differ by more than the tolerance, 10 seconds by default, or the token was issued for later use.",
        ],
        fixes: &[
            "Wait until the time in the nbf claim. If that time has passed, tell the operator of the API that the clock of the API is slow.",
        ],
    },
    for_operator: Advice {
        causes: &["The clock of the API is slow, or that of the issuer is fast."],
        fixes: &["Synchronize both clocks over the network, with NTP."],
    },
    tasks: &[],
    related: &[Cause::TokenIssuedInFuture, Cause::TokenExpired],
    sources: &[Source::rfc("RFC 7519", "4.1.5")],
};

pub(crate) const TOKEN_ISSUED_IN_FUTURE: Entry = Entry {
    id: "token-issued-in-future",
    title: "Token issued in the future",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: invalid(
        "The issue time (iat) of the token is in the future. Wait a moment and send the token again",
    ),
    operator: "The token's issue time (iat claim) is in the future.",
    for_caller: Advice {
        causes: &[
            "The clocks of the issuer and the API differ by more than the tolerance, 10 seconds by default.",
        ],
        fixes: &[
            "Repeat the call after a moment. If the error persists, tell the operator of the API.",
        ],
    },
    for_operator: Advice {
        causes: &["The clock of the API is slow, or that of the issuer is fast."],
        fixes: &["Synchronize both clocks over the network, with NTP."],
    },
    tasks: &[],
    related: &[Cause::TokenNotYetValid, Cause::TokenExpired],
    sources: &[Source::rfc("RFC 7519", "4.1.6")],
};

pub(crate) const ISSUER_MISMATCH: Entry = Entry {
    id: "issuer-mismatch",
    title: "Token from another issuer",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: invalid(
        "The token is from another issuer. Request a token from the issuer that this API trusts",
    ),
    operator: "The token's iss claim is not, character by character, the issuer URL that the API trusts.",
    for_caller: Advice {
        causes: &["The token was requested from another server or another environment."],
        fixes: &["Request the token from the authorization server that this API trusts."],
    },
    for_operator: Advice {
        causes: &[
            "The caller requests its token from another environment.",
            "The issuer in the API's configuration differs from the token's iss by a slash, the scheme or the port.",
            "The issuer that the authorization server is configured with is not the URL that callers use.",
        ],
        fixes: &[
            "If the token is from an issuer that you trust, decode the token, and copy its iss claim into the API's configuration.",
            "If the issuer of the authorization server is wrong, set it to the URL that callers use.",
        ],
    },
    tasks: &[Task::DecodeToken, Task::SetIssuer],
    related: &[Cause::TokenKeyUnknown, Cause::AudienceMismatch],
    sources: &[Source::rfc("RFC 9068", "4"), Source::rfc("RFC 8725", "3.8")],
};

pub(crate) const AUDIENCE_MISMATCH: Entry = Entry {
    id: "audience-mismatch",
    title: "Token for another audience",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: invalid("The token is for another audience. Request a token whose audience is this API"),
    operator: "The token's aud claim does not contain an identifier of the API.",
    for_caller: Advice {
        causes: &[
            "The token was requested for another API: a token is valid only for the audiences that it was issued for.",
            "The audience differs from the API's identifier by a slash, a letter or the scheme.",
        ],
        fixes: &[
            "Request a token with audience set to the identifier of this API.",
            "If you need one token for several APIs, request all their audiences at once.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "The caller uses one token for several APIs.",
            "The API expects an audience that differs from the one that it is registered with.",
        ],
        fixes: &[
            "Decode the token, and compare its aud claim with the audience that the API expects.",
            "Configure the API to expect the audience that it is registered with.",
        ],
    },
    tasks: &[Task::DecodeToken, Task::ShowApi],
    related: &[
        Cause::IssuerMismatch,
        Cause::AudienceNotAuthorized,
        Cause::ScopeInsufficient,
    ],
    sources: &[
        Source::rfc("RFC 9068", "4"),
        Source::rfc("RFC 7519", "4.1.3"),
    ],
};

pub(crate) const TOKEN_BOUND: Entry = Entry {
    id: "token-bound",
    title: "Token bound to a key",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: invalid(
        "The token is bound to a certificate or a key, but this API accepts only bearer tokens. Request an unbound token",
    ),
    operator: "The token has a cnf claim, which binds the token to a certificate or a key, and the API cannot check that the caller has that certificate or key.",
    for_caller: Advice {
        causes: &[
            "The token was requested over mutual TLS or with a DPoP proof, but is sent as a plain bearer token.",
        ],
        fixes: &["Request a token without a client certificate and without a DPoP proof."],
    },
    for_operator: Advice {
        causes: &[
            "The issuer binds the tokens of this client, although the API accepts only bearer tokens.",
            "An attacker uses a stolen token without having the key that the token is bound to.",
        ],
        fixes: &[
            "Ask the owner of the client whether the client sent this call. If it did not, treat the call as an attack. If it did, ask the operator of the issuer for tokens that are not bound.",
            "Configure the issuer to issue plain bearer tokens to this client for this API.",
        ],
    },
    tasks: &[],
    related: &[Cause::ClientMismatch, Cause::TokenTypeWrong],
    sources: &[Source::rfc("RFC 8705", "3"), Source::rfc("RFC 9449", "7.2")],
};

pub(crate) const TOKEN_REVOKED: Entry = Entry {
    id: "token-revoked",
    title: "Token revoked",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: invalid("The token was revoked. Request a new one"),
    operator: "The token was revoked, individually or together with all earlier tokens by the application's not_before.",
    for_caller: Advice {
        causes: &[
            "The token was revoked by its owner or by the operator.",
            "All tokens issued to the application before a certain time were revoked, perhaps after a leak.",
        ],
        fixes: &[
            "Request a new token and discard the old one.",
            "If new tokens are refused as well, ask the operator for the reason.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "An operator revoked the token, or set the application's not_before.",
            "The application was deleted or disabled, and the API checks tokens by token introspection.",
        ],
        fixes: &[
            "Find out why the token was revoked before you undo anything.",
            "Change the application's not_before back only if not_before was set by mistake.",
        ],
    },
    tasks: &[
        Task::ListEvents,
        Task::SetNotBefore,
        Task::ApplyRegistryFile,
    ],
    related: &[
        Cause::TokenExpired,
        Cause::NotBeforeInFuture,
        Cause::ApplicationDisabled,
    ],
    sources: &[Source::rfc("RFC 7009", "2"), Source::rfc("RFC 7662", "2.2")],
};

pub(crate) const CLIENT_MISMATCH: Entry = Entry {
    id: "client-mismatch",
    title: "Token of another client",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: invalid(
        "The token was issued to another client. Request a token with your own credentials",
    ),
    operator: "The token was issued to a client that the API does not accept.",
    for_caller: Advice {
        causes: &[
            "The service uses the token of another application, or passes on a token that it received from its own caller.",
        ],
        fixes: &["Request a token with the credentials of your own application."],
    },
    for_operator: Advice {
        causes: &[
            "The API accepts only some clients, and this client is not one of them.",
            "A service passes on the token of its caller.",
        ],
        fixes: &[
            "If the client may call the API, add its client id to the client ids that the API accepts.",
            "Decode the token: the claim client_id or azp names the application that the token was issued to.",
        ],
    },
    tasks: &[Task::DecodeToken],
    related: &[
        Cause::AudienceMismatch,
        Cause::OrganizationMismatch,
        Cause::TokenBound,
    ],
    sources: &[
        Source::rfc("RFC 6750", "3.1"),
        Source::rfc("RFC 9068", "2.2"),
    ],
};
