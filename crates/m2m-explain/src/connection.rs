//! Problems before a server answers that are not causes of the catalogue: proxies, redirects and client certificates.

use m2m_errors::Advice;

/// A problem with the connection.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Connection {
    /// The name, in kebab case.
    pub(crate) name: &'static str,
    /// The meaning, in one sentence.
    pub(crate) meaning: &'static str,
    /// The usual causes and the fixes.
    pub(crate) advice: Advice,
}

impl Connection {
    /// All problems.
    pub(crate) const ALL: &'static [Self] = &[CLIENT_CERTIFICATE, PROXY, REDIRECT, GATEWAY];

    /// Returns the problem that the status reports: a redirect, or a proxy that cannot get an answer.
    pub(crate) const fn of_status(status: u16) -> Option<&'static Self> {
        match status {
            301 | 302 | 303 | 307 | 308 => Some(&REDIRECT),
            407 => Some(&PROXY),
            502 | 504 => Some(&GATEWAY),
            _ => None,
        }
    }
}

pub(crate) const CLIENT_CERTIFICATE: Connection = Connection {
    name: "client-certificate",
    meaning: "The client certificate cannot be used.",
    advice: Advice {
        causes: &[
            "The file of the certificate or of its key is missing, has another format, or needs a passphrase.",
            "The key does not belong to the certificate.",
            "The server does not accept the certificate.",
        ],
        fixes: &[
            "Check the files of the certificate and of the key, and that both belong together.",
            "Ask the operator which certificates the server accepts.",
        ],
    },
};

pub(crate) const PROXY: Connection = Connection {
    name: "proxy",
    meaning: "The proxy between the caller and the server refused or failed the connection.",
    advice: Advice {
        causes: &[
            "The proxy requires credentials.",
            "The name or the port of the proxy is wrong.",
            "The proxy does not allow connections to the server.",
        ],
        fixes: &[
            "Check the variables HTTPS_PROXY and NO_PROXY of the caller.",
            "Configure the credentials of the proxy, or exclude the server from it.",
        ],
    },
};

pub(crate) const REDIRECT: Connection = Connection {
    name: "redirect",
    meaning: "The server answered with a redirect instead of a result.",
    advice: Advice {
        causes: &[
            "The URL begins with http, has or lacks a final slash, or has an old host name.",
            "The address is that of a page for users, which redirects to a sign-in page.",
        ],
        fixes: &[
            "Send the request to the address in the Location header, if you know that it is the right server.",
            "Do not follow redirects with a POST request: many programs turn it into a GET request, and send the secret to another address.",
        ],
    },
};

pub(crate) const GATEWAY: Connection = Connection {
    name: "gateway",
    meaning: "A proxy could not get an answer from the server behind it.",
    advice: Advice {
        causes: &[
            "The server behind the proxy is not running, is restarting, or is overloaded.",
            "The proxy has a wrong address, port or scheme of the server.",
        ],
        fixes: &[
            "Try again later, and increase the delay each time.",
            "As the operator, read the log of the proxy, and check the health of the server behind it.",
        ],
    },
};
