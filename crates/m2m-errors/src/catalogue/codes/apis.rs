//! The codes of APIs and of revocation, and those of tokens that are bound to a key.

use crate::{Advice, CodeEntry, Source};

pub(crate) const INVALID_TOKEN: CodeEntry = CodeEntry {
    code: "invalid_token",
    meaning: "The token is malformed, has expired, was revoked, or is not meant for this API.",
    advice: Advice {
        causes: &[
            "The access token has expired or was revoked.",
            "The token is truncated or altered, or is not an access token.",
            "The token was issued to another client, or for another API.",
            "The token is from another issuer, or is signed with a key that does not belong to the issuer.",
            "A refresh token was sent to an API, or the refresh token is malformed, has expired, or was revoked.",
        ],
        fixes: &[
            "Request a new token with the audience of this API, and use it before it expires.",
            "Decode the token, and compare the claims iss, aud and exp with what the API expects.",
            "Send the access token to APIs, and a refresh token only to the token endpoint.",
        ],
    },
    sources: &[Source::rfc("RFC 6750", "3.1")],
};

pub(crate) const INSUFFICIENT_SCOPE: CodeEntry = CodeEntry {
    code: "insufficient_scope",
    meaning: "The token is valid, but does not grant access to this resource.",
    advice: Advice {
        causes: &[
            "The token lacks a scope that the call needs; the WWW-Authenticate header may name it.",
            "The token belongs to an organization other than that of the resource, or does not belong to an organization.",
        ],
        fixes: &[
            "Ask the operator to assign the scope to the application, and request a new token that has the scope.",
            "If a user is involved, send the user through authorization again with the scope.",
            "Compare the token's org_code claim with the organization of the resource.",
        ],
    },
    sources: &[Source::rfc("RFC 6750", "3.1")],
};

pub(crate) const UNSUPPORTED_TOKEN_TYPE: CodeEntry = CodeEntry {
    code: "unsupported_token_type",
    meaning: "The server does not revoke tokens of this type.",
    advice: Advice {
        causes: &[
            "The token that was sent to the revocation endpoint cannot be revoked; it only expires.",
        ],
        fixes: &[
            "Wait for the token to expire, or ask the operator to revoke all tokens of the application.",
            "Check that the token was issued by this server.",
        ],
    },
    sources: &[Source::rfc("RFC 7009", "2.2.1")],
};

pub(crate) const NOT_FOUND: CodeEntry = CodeEntry {
    code: "not_found",
    meaning: "There is nothing at this path.",
    advice: Advice {
        causes: &[
            "The URL of the endpoint or of the resource is misspelled.",
            "The resource was deleted, or never existed.",
            "In a federation of OpenID Connect: the requested entity is not known to the endpoint.",
        ],
        fixes: &[
            "Compare the URL with the server's metadata or with the documentation of the API.",
        ],
    },
    sources: &[
        Source::rfc("RFC 9110", "15.5.5"),
        Source::openid("OpenID Federation 1.0", "8.9"),
    ],
};

pub(crate) const INSUFFICIENT_USER_AUTHENTICATION: CodeEntry = CodeEntry {
    code: "insufficient_user_authentication",
    meaning: "The authentication of the user that the token is based on is too weak or too old for this call.",
    advice: Advice {
        causes: &[
            "The user logged in without a second factor, and the call needs one; acr_values in the challenge names the required level.",
            "The user logged in longer ago than the max_age of the challenge allows.",
            "The token belongs to a service, and the call needs a user.",
        ],
        fixes: &[
            "Send the user through authorization again with the acr_values and the max_age of the challenge.",
            "If the caller is a service, ask the operator of the API for a call that services may make.",
        ],
    },
    sources: &[Source::rfc("RFC 9470", "3")],
};

pub(crate) const INVALID_DPOP_PROOF: CodeEntry = CodeEntry {
    code: "invalid_dpop_proof",
    meaning: "The DPoP proof of the request is missing or invalid.",
    advice: Advice {
        causes: &[
            "The htu or htm claim of the proof differs from the URL or the method of the request, for example behind a proxy.",
            "The iat claim is too old or in the future, or the jti claim was used before.",
            "The proof is signed with a key other than the one that the token is bound to.",
            "The ath claim is missing or does not match the access token.",
        ],
        fixes: &[
            "Create a new proof for each request, with the public URL of the server without query and fragment.",
            "Synchronize the clock of the caller.",
            "Use the same key for the token request and for the calls with the token.",
        ],
    },
    sources: &[Source::rfc("RFC 9449", "5"), Source::rfc("RFC 9449", "7.1")],
};

pub(crate) const USE_DPOP_NONCE: CodeEntry = CodeEntry {
    code: "use_dpop_nonce",
    meaning: "The server requires a nonce in the DPoP proof and has sent one in the header DPoP-Nonce.",
    advice: Advice {
        causes: &[
            "The first request to a server that requires a nonce cannot have one, so this answer is expected.",
            "The nonce of the proof has expired, or is that of another server.",
        ],
        fixes: &[
            "Take the value of the DPoP-Nonce header of the response, put it into the nonce claim of a new proof, and send the request again.",
            "Store the latest nonce of each server, and use a library that does this.",
        ],
    },
    sources: &[Source::rfc("RFC 9449", "8"), Source::rfc("RFC 9449", "9")],
};
