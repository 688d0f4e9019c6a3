//! The codes of OpenID Federation.

use crate::{Advice, CodeEntry, Source};

pub(crate) const INVALID_ISSUER: CodeEntry = CodeEntry {
    code: "invalid_issuer",
    meaning: "The endpoint does not serve the entity that iss of the request names.",
    advice: Advice {
        causes: &["The iss parameter of the request is misspelled, or names another entity."],
        fixes: &[
            "Send the entity identifier of the authority, character by character as in its entity configuration.",
        ],
    },
    sources: &[Source::openid("OpenID Federation 1.0", "8.9")],
};

pub(crate) const INVALID_SUBJECT: CodeEntry = CodeEntry {
    code: "invalid_subject",
    meaning: "The entity that sub of the request names is unknown or not allowed here.",
    advice: Advice {
        causes: &[
            "The sub parameter is misspelled, or names an entity that is not a subordinate of this authority.",
        ],
        fixes: &[
            "Compare sub with the entity identifier of the subordinate, and check that the subordinate is enrolled.",
        ],
    },
    sources: &[Source::openid("OpenID Federation 1.0", "8.9")],
};

pub(crate) const INVALID_TRUST_ANCHOR: CodeEntry = CodeEntry {
    code: "invalid_trust_anchor",
    meaning: "The trust anchor cannot be found or used.",
    advice: Advice {
        causes: &[
            "The entity does not trust this trust anchor, or the trust anchor is not reachable.",
        ],
        fixes: &[
            "Use a trust anchor that both entities have in common.",
            "Check that the entity configuration of the trust anchor can be fetched.",
        ],
    },
    sources: &[Source::openid("OpenID Federation 1.0", "8.9")],
};

pub(crate) const INVALID_TRUST_CHAIN: CodeEntry = CodeEntry {
    code: "invalid_trust_chain",
    meaning: "The trust chain of the entity cannot be built or verified.",
    advice: Advice {
        causes: &[
            "A statement in the chain has expired, or its signature is not valid.",
            "An authority_hints entry does not lead to the trust anchor.",
        ],
        fixes: &[
            "Fetch the statements again, and check each signature and each exp claim.",
            "Compare authority_hints of the entity with the authority that enrolled it.",
        ],
    },
    sources: &[Source::openid("OpenID Federation 1.0", "8.9")],
};

pub(crate) const INVALID_METADATA: CodeEntry = CodeEntry {
    code: "invalid_metadata",
    meaning: "The metadata of the entity is invalid or conflicts with the policies of the federation.",
    advice: Advice {
        causes: &[
            "A metadata policy of an authority does not allow a value of the entity.",
            "A required field of the metadata is missing.",
        ],
        fixes: &[
            "Compare the metadata with the metadata policies of the trust chain, and correct the fields.",
        ],
    },
    sources: &[Source::openid("OpenID Federation 1.0", "8.9")],
};

pub(crate) const UNSUPPORTED_PARAMETER: CodeEntry = CodeEntry {
    code: "unsupported_parameter",
    meaning: "The server does not support a parameter of the request.",
    advice: Advice {
        causes: &[
            "The request has an optional parameter, such as a filter, that this endpoint does not implement.",
        ],
        fixes: &["Send the request without the parameter that error_description names."],
    },
    sources: &[Source::openid("OpenID Federation 1.0", "8.9")],
};
