//! The codes of User-Managed Access.

use crate::{Advice, CodeEntry, Source};

pub(crate) const NEED_INFO: CodeEntry = CodeEntry {
    code: "need_info",
    meaning: "The server needs more claims about the requesting party before it can decide.",
    advice: Advice {
        causes: &[
            "The request has no claim token, or its claims do not satisfy the policy of the resource.",
            "The requesting party has to interact with the server, as redirect_user in the response says.",
        ],
        fixes: &[
            "Send the claims that required_claims of the response lists, together with the new ticket.",
            "Send the requesting party to the address in redirect_user, and use the new ticket afterwards.",
        ],
    },
    sources: &[Source::openid("UMA 2.0 Grant for OAuth 2.0", "3.3.6")],
};

pub(crate) const REQUEST_DENIED: CodeEntry = CodeEntry {
    code: "request_denied",
    meaning: "The policy of the resource does not allow the requested access.",
    advice: Advice {
        causes: &[
            "The resource owner has not granted the requesting party this permission.",
            "The request asks for more scopes than the policy allows.",
        ],
        fixes: &[
            "Ask the resource owner for access.",
            "Request fewer scopes, with a new permission ticket from the API.",
        ],
    },
    sources: &[Source::openid("UMA 2.0 Grant for OAuth 2.0", "3.3.6")],
};

pub(crate) const REQUEST_SUBMITTED: CodeEntry = CodeEntry {
    code: "request_submitted",
    meaning: "The resource owner was asked for the permission and has not decided yet.",
    advice: Advice {
        causes: &["The policy of the resource needs the approval of the resource owner."],
        fixes: &[
            "Try again later with the ticket of the response, and wait for its interval between two requests.",
            "Ask the resource owner to approve the request.",
        ],
    },
    sources: &[Source::openid("UMA 2.0 Grant for OAuth 2.0", "3.3.6")],
};
