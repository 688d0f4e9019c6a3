//! The codes of wallets, which present credentials.

use crate::{Advice, CodeEntry, Source};

pub(crate) const VP_FORMATS_NOT_SUPPORTED: CodeEntry = CodeEntry {
    code: "vp_formats_not_supported",
    meaning: "The wallet does not support any credential format that the verifier requests.",
    advice: Advice {
        causes: &["The request asks for a credential format that the wallet does not have."],
        fixes: &["Request a format that the wallet supports, or several formats."],
    },
    sources: &[Source::openid(
        "OpenID for Verifiable Presentations 1.0",
        "8.5",
    )],
};

pub(crate) const INVALID_REQUEST_URI_METHOD: CodeEntry = CodeEntry {
    code: "invalid_request_uri_method",
    meaning: "The request_uri_method is neither get nor post.",
    advice: Advice {
        causes: &["The value of request_uri_method is misspelled, or is in upper case."],
        fixes: &["Send request_uri_method as get or post, in lower case."],
    },
    sources: &[Source::openid(
        "OpenID for Verifiable Presentations 1.0",
        "8.5",
    )],
};

pub(crate) const WALLET_UNAVAILABLE: CodeEntry = CodeEntry {
    code: "wallet_unavailable",
    meaning: "The wallet cannot process the request now.",
    advice: Advice {
        causes: &["The wallet application is not installed, or cannot be started."],
        fixes: &["Ask the user to install or to open the wallet, and send the request again."],
    },
    sources: &[Source::openid(
        "OpenID for Verifiable Presentations 1.0",
        "8.5",
    )],
};
