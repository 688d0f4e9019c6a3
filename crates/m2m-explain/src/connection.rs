//! Problems before a server answers: names, connections, TLS and proxies.

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
    pub(crate) const ALL: &'static [Self] = &[
        DNS,
        REFUSED,
        TIMEOUT,
        CLOSED,
        UNTRUSTED,
        EXPIRED,
        NAME,
        HANDSHAKE,
        CLIENT_CERTIFICATE,
        URL,
        PROXY,
        REDIRECT,
        GATEWAY,
    ];

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

pub(crate) const DNS: Connection = Connection {
    name: "host-unknown",
    meaning: "The name of the server cannot be resolved.",
    advice: Advice {
        causes: &[
            "The host name in the URL is misspelled.",
            "The name exists only in another network, such as inside a cluster or a VPN.",
            "The DNS server of the caller does not answer.",
        ],
        fixes: &[
            "Compare the host name with the documentation of the server.",
            "Resolve the name on the machine of the caller, with nslookup or dig.",
        ],
    },
};

pub(crate) const REFUSED: Connection = Connection {
    name: "connection-refused",
    meaning: "No server accepts connections at this address and port.",
    advice: Advice {
        causes: &[
            "The server is not running, or is still starting.",
            "The port is wrong.",
            "The server listens on another address, such as 127.0.0.1 inside a container.",
        ],
        fixes: &[
            "Check that the server is running, and on which address and port it listens.",
            "From inside a container, use the name of the other container or of the host instead of localhost.",
            "Check the firewall between the caller and the server.",
        ],
    },
};

pub(crate) const TIMEOUT: Connection = Connection {
    name: "connection-timeout",
    meaning: "The server did not answer in time.",
    advice: Advice {
        causes: &[
            "A firewall drops the packets, or the route to the server is missing.",
            "The server is overloaded.",
            "The timeout of the caller is shorter than the server needs.",
        ],
        fixes: &[
            "Check that the port of the server can be reached from the network of the caller.",
            "Try again later, and increase the timeout.",
        ],
    },
};

pub(crate) const CLOSED: Connection = Connection {
    name: "connection-closed",
    meaning: "The connection was closed before the response was complete.",
    advice: Advice {
        causes: &[
            "A plain http request was sent to a port that expects TLS.",
            "A proxy or the server closed the connection, for example because of a limit or a restart.",
        ],
        fixes: &[
            "Compare the scheme of the URL, http or https, with what the port expects.",
            "Try again, and read the log of the server and of the proxies at this time.",
        ],
    },
};

pub(crate) const UNTRUSTED: Connection = Connection {
    name: "certificate-untrusted",
    meaning: "The caller does not trust the certificate of the server.",
    advice: Advice {
        causes: &[
            "The certificate is issued by a private authority, or is self-signed, and the caller does not have the certificate of this authority.",
            "The server does not send the intermediate certificate.",
            "A proxy of the company replaces the certificate.",
        ],
        fixes: &[
            "Give the caller the certificate of the authority, for example with curl --cacert FILE.",
            "Configure the server to send the whole chain.",
            "Do not disable the check of certificates: a client secret would be sent to any server that answers.",
        ],
    },
};

pub(crate) const EXPIRED: Connection = Connection {
    name: "certificate-expired",
    meaning: "The certificate of the server has expired, or is not valid yet.",
    advice: Advice {
        causes: &[
            "The certificate was not renewed, or the server still uses the old one.",
            "The clock of the caller is wrong.",
        ],
        fixes: &[
            "Renew the certificate, and reload it in the server.",
            "Check the clock of the caller.",
        ],
    },
};

pub(crate) const NAME: Connection = Connection {
    name: "certificate-name",
    meaning: "The certificate of the server is for another host name.",
    advice: Advice {
        causes: &[
            "The URL has an IP address or another name than the certificate.",
            "The request reached another server, for example because of DNS or of a proxy.",
        ],
        fixes: &[
            "Use the host name of the certificate in the URL.",
            "Issue a certificate that contains the name that callers use.",
        ],
    },
};

pub(crate) const HANDSHAKE: Connection = Connection {
    name: "tls-handshake",
    meaning: "The TLS handshake failed.",
    advice: Advice {
        causes: &[
            "The port does not use TLS, and the URL begins with https.",
            "Caller and server have no version or cipher of TLS in common.",
            "The server requires a client certificate.",
        ],
        fixes: &[
            "Compare the scheme of the URL, http or https, with what the port expects.",
            "Use a caller that supports TLS 1.2 or 1.3.",
            "If the server requires a client certificate, configure one.",
        ],
    },
};

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

pub(crate) const URL: Connection = Connection {
    name: "url-malformed",
    meaning: "The URL is malformed, or its scheme is not supported.",
    advice: Advice {
        causes: &[
            "A variable in the URL is empty or is not expanded.",
            "The URL contains a space, a quote, or a character that has to be percent-encoded.",
        ],
        fixes: &[
            "Print the URL as it is sent, and compare it with the documentation of the server.",
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
