//! Answers that are not those of an OAuth server.

use serde::{Deserialize, Serialize};

/// An answer that a client cannot use, such as a proxy or a failing server sends.
///
/// ```
/// use m2m_mock::BrokenAnswer;
///
/// let broken: BrokenAnswer = serde_json::from_str(r#""not-json""#)?;
/// assert_eq!(broken, BrokenAnswer::NotJson);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum BrokenAnswer {
    /// A text with the content type of JSON, with status 200.
    NotJson,
    /// The page of a proxy that does not reach the server, with status 502.
    Html,
    /// The usual answer, half of whose body arrives before the connection is closed.
    Truncated,
    /// No body, with status 200.
    Empty,
    /// The connection is closed without an answer.
    Closed,
}

impl BrokenAnswer {
    /// The status, unless another one is forced. `None` if the answer is the usual one or there is none.
    pub(crate) const fn status(self) -> Option<u16> {
        match self {
            Self::NotJson | Self::Empty => Some(200),
            Self::Html => Some(502),
            Self::Truncated | Self::Closed => None,
        }
    }

    /// The content type and the body. `None` if the answer is the usual one or there is none.
    pub(crate) const fn content(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::NotJson => Some(("application/json", "this is not JSON")),
            Self::Empty => Some(("application/json", "")),
            Self::Html => Some(("text/html", PAGE_OF_A_PROXY)),
            Self::Truncated | Self::Closed => None,
        }
    }
}

const PAGE_OF_A_PROXY: &str = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n\
    <center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>m2m mock</center>\r\n</body>\r\n</html>\r\n";
