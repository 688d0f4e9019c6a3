//! Problems with an access token that is presented to an API.

use super::forms::refused;
use super::sentences::APPLY_WORLD;
use crate::{Advice, Disclosure, Entry, ErrorCode, Fault, Source, Status, WireForms};

/// `invalid_token` with 401, in every profile (RFC 6750, section 3.1).
const fn invalid(text: &'static str) -> WireForms {
    WireForms::same(refused(Status::Unauthorized, ErrorCode::InvalidToken, text))
}

pub(crate) const TOKEN_MALFORMED: Entry = Entry {
    id: "token-malformed",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: invalid(
        "The token is not a JWT. Send the access_token as the token endpoint gave it, whole",
    ),
    operator: "The token is not a JWT in compact serialization.",
    for_caller: Advice {
        causes: &[
            "The token was cut off, by a column of a database or by copying.",
            "Something else was sent: an id, a secret, or an opaque token of another server.",
        ],
        fixes: &[
            "Send the value of access_token whole and unchanged: three parts with two dots between them.",
            "Request a new token if the stored one was damaged.",
        ],
    },
    for_operator: Advice {
        causes: &["The caller sends a damaged token, or one of a server that issues no JWTs."],
        fixes: &["Compare the length of what the caller stores with that of what it received."],
    },
    sources: &[
        Source::rfc("RFC 7515", "3.1"),
        Source::rfc("RFC 7519", "7.2"),
    ],
};

pub(crate) const TOKEN_TOO_LONG: Entry = Entry {
    id: "token-too-long",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: invalid("The token is too long. Request one with fewer audiences or scopes"),
    operator: "The token is longer than the limit.",
    for_caller: Advice {
        causes: &[
            "The token carries very many scopes or properties, or is not an access token at all.",
        ],
        fixes: &[
            "Request a token with the audience and the scopes that this API needs, and no others.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "The application has more scopes, properties or feature flags in its tokens than a header should carry.",
        ],
        fixes: &[
            "Take what no API reads out of token_properties and feature_flags of the application in world.toml.",
            APPLY_WORLD,
        ],
    },
    sources: &[Source::rfc("RFC 9110", "17.5")],
};

pub(crate) const TOKEN_TYPE_WRONG: Entry = Entry {
    id: "token-type-wrong",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: invalid("The token is not an access token. Send the access_token and not another JWT"),
    operator: "The typ in the token's header is not the one of an access token.",
    for_caller: Advice {
        causes: &["An ID token or a client assertion is sent where an access token belongs."],
        fixes: &["Send the value of access_token from the answer of the token endpoint."],
    },
    for_operator: Advice {
        causes: &[
            "The caller sends another kind of JWT.",
            "The issuer does not set typ to at+jwt, as older servers do not.",
        ],
        fixes: &[
            "Look at the header with m2m jwt decode: typ has to be at+jwt.",
            "Update the issuer, or have it set the typ of its access tokens.",
        ],
    },
    sources: &[
        Source::rfc("RFC 9068", "4"),
        Source::rfc("RFC 8725", "3.11"),
    ],
};

pub(crate) const TOKEN_ALGORITHM_WRONG: Entry = Entry {
    id: "token-algorithm-wrong",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: invalid("The token is not signed with an algorithm that this API expects"),
    operator: "The alg in the token's header is not expected here, or is not that of the key.",
    for_caller: Advice {
        causes: &[
            "The token is from another issuer, or for an API that expects another algorithm.",
            "The token was made by hand, with none or with a shared key.",
        ],
        fixes: &["Request a token from the issuer of this API, with the audience of this API."],
    },
    for_operator: Advice {
        causes: &[
            "signing_alg of the API was changed, and the guard still expects the old one.",
            "Somebody tries a forged token: none, or a public key used as a shared one.",
        ],
        fixes: &[
            "Let the algorithms that the guard expects contain signing_alg of the API.",
            "Look at the header with m2m jwt decode; if the alg is none or begins with HS, treat it as an attack.",
        ],
    },
    sources: &[Source::rfc("RFC 8725", "3.1"), Source::rfc("RFC 9068", "4")],
};

pub(crate) const TOKEN_CRITICAL_HEADER: Entry = Entry {
    id: "token-critical-header",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: invalid("The token demands an extension that this API does not understand"),
    operator: "The crit in the token's header demands an extension that is not understood.",
    for_caller: Advice {
        causes: &["The token was made by an issuer that uses an extension of JWS."],
        fixes: &["Request a token from the issuer of this API."],
    },
    for_operator: Advice {
        causes: &["The token is from another issuer, or was made to try how the guard treats it."],
        fixes: &[
            "Look at the header with m2m jwt decode, and find out who issues tokens with crit.",
        ],
    },
    sources: &[
        Source::rfc("RFC 7515", "4.1.11"),
        Source::rfc("RFC 7797", "6"),
    ],
};

pub(crate) const TOKEN_KEY_UNKNOWN: Entry = Entry {
    id: "token-key-unknown",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: invalid(
        "The token is not signed with a key of the issuer. Request a new one from the issuer of this API",
    ),
    operator: "No key of the issuer fits the kid and the alg of the token.",
    for_caller: Advice {
        causes: &[
            "The token is from another server or another environment.",
            "The key that signed the token has been withdrawn since.",
        ],
        fixes: &[
            "Request a new token from the issuer of this API.",
            "Check that the token endpoint and the API belong to the same environment.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "The API trusts another issuer than the caller asks.",
            "The key was removed by an emergency rotation, and the tokens that it signed are refused.",
            "A new key signs already, and the API still keeps the set from before.",
        ],
        fixes: &[
            "Compare the kid of the token, from m2m jwt decode, with those of the issuer's JWK set.",
            "Restart the API if it keeps keys for longer than the set's max-age.",
        ],
    },
    sources: &[
        Source::rfc("RFC 7515", "4.1.4"),
        Source::rfc("RFC 8725", "3.10"),
    ],
};

pub(crate) const TOKEN_SIGNATURE_WRONG: Entry = Entry {
    id: "token-signature-wrong",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: invalid(
        "The signature does not belong to the token. Send the token as the issuer gave it",
    ),
    operator: "The signature does not belong to the token under the issuer's key.",
    for_caller: Advice {
        causes: &[
            "The token was changed or cut off on its way.",
            "The token was signed by another server that uses the same kid.",
        ],
        fixes: &[
            "Send the token unchanged; request a new one if it was stored or edited.",
            "Check that the token endpoint and the API belong to the same environment.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "The caller damages the token, or asks another environment.",
            "Somebody tries a forged token.",
        ],
        fixes: &[
            "Check the token with m2m jwt verify TOKEN --issuer URL, which fetches the issuer's keys by itself.",
        ],
    },
    sources: &[Source::rfc("RFC 7515", "5.2"), Source::rfc("RFC 9068", "4")],
};

pub(crate) const TOKEN_CLAIM_MALFORMED: Entry = Entry {
    id: "token-claim-malformed",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: invalid(
        "A claim of the token has the wrong type. Request a new token from the issuer of this API",
    ),
    operator: "The claims are not one JSON object, or a claim has the wrong type or stands twice.",
    for_caller: Advice {
        causes: &["The token was made by a server that writes its claims in another way."],
        fixes: &["Request a token from the issuer of this API."],
    },
    for_operator: Advice {
        causes: &["The issuer writes a time as a text, or a list where one value is expected."],
        fixes: &[
            "Look at the claims with m2m jwt decode, and report the one that is wrong to the issuer.",
        ],
    },
    sources: &[Source::rfc("RFC 7519", "4.1"), Source::rfc("RFC 7519", "4")],
};

pub(crate) const TOKEN_CLAIM_MISSING: Entry = Entry {
    id: "token-claim-missing",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: invalid(
        "The token lacks a claim that an access token has. Request a new one from the issuer of this API",
    ),
    operator: "A claim that is required of an access token is missing.",
    for_caller: Advice {
        causes: &[
            "The token is not an access token, or is from a server that leaves the claim out.",
        ],
        fixes: &["Request a token from the issuer of this API, and send its access_token."],
    },
    for_operator: Advice {
        causes: &[
            "The issuer's claims are neither those of RFC 9068 nor those of the claim set kinde.",
        ],
        fixes: &[
            "Look at the claims with m2m jwt decode, and compare them with RFC 9068, section 2.2.",
            "Update the issuer, or configure it to issue tokens by RFC 9068.",
        ],
    },
    sources: &[Source::rfc("RFC 9068", "2.2"), Source::rfc("RFC 9068", "4")],
};

pub(crate) const TOKEN_EXPIRED: Entry = Entry {
    id: "token-expired",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: invalid("The token has expired. Request a new one"),
    operator: "The exp of the token has passed.",
    for_caller: Advice {
        causes: &[
            "The token was kept for longer than the expires_in that came with it.",
            "The clock of the service is slow, so that it believes the token good for longer.",
        ],
        fixes: &[
            "Request a new token, and renew it shortly before expires_in has passed.",
            "Compare the exp claim of the token with the present time, in seconds since 1970.",
            "Let the clock of the machine be set over the network.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "The caller keeps its token without looking at expires_in.",
            "The clock of the API is fast.",
        ],
        fixes: &[
            "See since when it has expired with m2m jwt decode; if not at all, set the clock of the API.",
            "Advise the owner of the caller to renew each token shortly before it expires.",
        ],
    },
    sources: &[
        Source::rfc("RFC 7519", "4.1.4"),
        Source::rfc("RFC 6750", "3.1"),
    ],
};

pub(crate) const TOKEN_NOT_YET_VALID: Entry = Entry {
    id: "token-not-yet-valid",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: invalid("The token is not valid yet. Wait a moment and send it again"),
    operator: "The nbf of the token lies ahead.",
    for_caller: Advice {
        causes: &[
            "The token was made to be used later, or the clocks of issuer and API differ by more than 10 seconds.",
        ],
        fixes: &[
            "Use the token from its nbf on; if that is now, tell the operator of the API that its clock is slow.",
        ],
    },
    for_operator: Advice {
        causes: &["The clock of the API is slow, or that of the issuer is fast."],
        fixes: &["Let the clocks of both be set over the network."],
    },
    sources: &[Source::rfc("RFC 7519", "4.1.5")],
};

pub(crate) const TOKEN_ISSUED_IN_FUTURE: Entry = Entry {
    id: "token-issued-in-future",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: invalid("The token claims to be issued later than now. Wait a moment and send it again"),
    operator: "The iat of the token lies ahead.",
    for_caller: Advice {
        causes: &[
            "The clocks of issuer and API differ by more than is tolerated, 10 seconds by default.",
        ],
        fixes: &["Send the call again after a moment; if it stays, tell the operator of the API."],
    },
    for_operator: Advice {
        causes: &["The clock of the API is slow, or that of the issuer is fast."],
        fixes: &["Let the clocks of both be set over the network."],
    },
    sources: &[Source::rfc("RFC 7519", "4.1.6")],
};

pub(crate) const ISSUER_MISMATCH: Entry = Entry {
    id: "issuer-mismatch",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: invalid("The token is from another issuer. Request one from the issuer of this API"),
    operator: "The iss of the token is not, character by character, the issuer that the API trusts.",
    for_caller: Advice {
        causes: &["The token was requested from another server or another environment."],
        fixes: &["Request the token from the authorization server that this API trusts."],
    },
    for_operator: Advice {
        causes: &[
            "The caller asks another environment.",
            "The issuer in the API's configuration has a slash more or less, or another scheme or port, than the token's iss.",
            "The server was given another --issuer than callers see.",
        ],
        fixes: &[
            "Copy the iss from m2m jwt decode into the API's configuration, if it is the issuer that you trust.",
            "Set the issuer of the server, with --issuer or in its configuration, to the address that callers use.",
        ],
    },
    sources: &[Source::rfc("RFC 9068", "4"), Source::rfc("RFC 8725", "3.8")],
};

pub(crate) const AUDIENCE_MISMATCH: Entry = Entry {
    id: "audience-mismatch",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: invalid("The token is for another audience. Request one whose audience is this API"),
    operator: "The aud of the token does not contain an identifier of the API.",
    for_caller: Advice {
        causes: &[
            "The token was requested for another API: a token is good for the audiences that it was issued for, and no others.",
            "The audience differs from the API's identifier by a slash, a letter or the scheme.",
        ],
        fixes: &[
            "Request a token with audience set to the identifier of this API.",
            "Request several audiences at once if one token is to serve several APIs.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "The caller uses one token for several APIs.",
            "The guard expects another audience than the API is registered with.",
        ],
        fixes: &[
            "Compare the aud from m2m jwt decode with the audience that the guard expects.",
            "Set the audience of the guard to the one that the API has in world.toml.",
        ],
    },
    sources: &[
        Source::rfc("RFC 9068", "4"),
        Source::rfc("RFC 7519", "4.1.3"),
    ],
};

pub(crate) const TOKEN_BOUND: Entry = Entry {
    id: "token-bound",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: invalid(
        "The token is bound to a certificate or a key, and this API takes bearer tokens only. Request one that is not bound",
    ),
    operator: "The token has a cnf claim: it is bound to a certificate or a key, and who sends it has proved neither.",
    for_caller: Advice {
        causes: &[
            "The token was requested over mutual TLS or with a DPoP proof, and is sent as a plain bearer token.",
        ],
        fixes: &["Request a token without a client certificate and without a DPoP proof."],
    },
    for_operator: Advice {
        causes: &[
            "The issuer binds the tokens of this client, which the guard cannot check.",
            "Somebody uses a token that was stolen, without the key that it is bound to.",
        ],
        fixes: &[
            "Find out from the issuer whether the client asked for bound tokens; if not, treat it as an attack.",
            "Have the issuer give this client plain bearer tokens for this API.",
        ],
    },
    sources: &[Source::rfc("RFC 8705", "3"), Source::rfc("RFC 9449", "7.2")],
};

pub(crate) const TOKEN_REVOKED: Entry = Entry {
    id: "token-revoked",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: invalid("The token was revoked. Request a new one"),
    operator: "The token was revoked, by itself or by the application's not_before.",
    for_caller: Advice {
        causes: &[
            "The token was revoked, by its owner or by the operator.",
            "All earlier tokens of the application were declared void, perhaps after a leak.",
        ],
        fixes: &[
            "Request a new token and drop the old one.",
            "Ask the operator why, if new tokens are refused as well.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "Somebody revoked the token, or set not_before of the application.",
            "The application was deleted or disabled, and the API introspects.",
        ],
        fixes: &[
            "Find out why it was done before you lift anything.",
            "Set not_before of the application in world.toml back only if it was set by mistake.",
            APPLY_WORLD,
        ],
    },
    sources: &[Source::rfc("RFC 7009", "2"), Source::rfc("RFC 7662", "2.2")],
};

pub(crate) const CLIENT_MISMATCH: Entry = Entry {
    id: "client-mismatch",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: invalid("The token was issued to another client. Request one with your own credentials"),
    operator: "The client that the token was issued to is not among those that the API accepts.",
    for_caller: Advice {
        causes: &[
            "A token of another application is used, or is passed on from one service to the next.",
        ],
        fixes: &["Request a token with the credentials of your own application."],
    },
    for_operator: Advice {
        causes: &[
            "The guard accepts only some clients, and this one is not among them.",
            "A service hands the token of its caller on.",
        ],
        fixes: &[
            "Add the client id to those that the guard accepts, if it may call.",
            "Look at client_id, or at azp, with m2m jwt decode to see whose token it is.",
        ],
    },
    sources: &[
        Source::rfc("RFC 6750", "3.1"),
        Source::rfc("RFC 9068", "2.2"),
    ],
};
