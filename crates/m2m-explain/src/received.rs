//! An error as a server reported it.

use m2m_errors::ErrorCode;
use serde::Serialize;

/// The parts of an error that the input contains.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Received {
    /// The form of the input.
    pub form: Form,
    /// The product or the service that the input looks like.
    pub provider: Option<&'static str>,
    /// The HTTP status.
    pub status: Option<u16>,
    /// The code.
    pub error: Option<String>,
    /// The description for developers.
    pub error_description: Option<String>,
    /// The page for developers.
    pub error_uri: Option<String>,
    /// The trace id of the refusal.
    pub trace_id: Option<String>,
    /// The scheme of the challenge that this was read from, or of the first one.
    pub scheme: Option<String>,
    /// The scope that the call needs, by the challenge.
    pub scope: Option<String>,
    /// The place where a challenge leaves the grammar, or a member that a body has several times, in a sentence. It was read all the same.
    pub mistake: Option<String>,
    /// The statuses of the responses before this one: of proxies, redirects and 100 (Continue).
    pub previous: Vec<u16>,
    /// Everything that the server said, and that the program said that called it, in order. Values of credentials are not shown.
    pub said: Vec<Said>,
}

/// The form of an input.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Form {
    /// A message in plain text.
    #[default]
    Text,
    /// A JSON document.
    Json,
    /// An HTML page or an XML document.
    Markup,
    /// Parameters as in a form or in a URL.
    Parameters,
    /// `WWW-Authenticate` fields.
    Challenge,
    /// One HTTP response or several.
    Response,
    /// The output of `curl -v`, or an error message of curl.
    Curl,
}

impl Form {
    /// The form in words.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "a message in plain text",
            Self::Json => "a JSON document",
            Self::Markup => "an HTML page or XML document",
            Self::Parameters => "parameters of a form or of a URL",
            Self::Challenge => "a WWW-Authenticate header",
            Self::Response => "an HTTP response",
            Self::Curl => "the output of curl",
        }
    }
}

/// A name and a value that the server sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Said {
    /// The name of a header field, the path of a member such as `error.code`, or `body`.
    pub name: String,
    /// The value, cut at [`Said::MAX_CHARACTERS`].
    pub value: String,
}

impl Said {
    /// The maximum number of characters of a name and of a value.
    pub const MAX_CHARACTERS: usize = 2_000;
}

impl Received {
    /// The maximum number of values in [`said`](Self::said).
    pub const MAX_SAID: usize = 80;

    /// Adds a value. Credentials are replaced, and the rest is bounded.
    pub(crate) fn say(&mut self, name: &str, value: &str) {
        if self.said.len() < Self::MAX_SAID && !value.trim().is_empty() {
            let value = if is_credential(name) {
                HIDDEN.to_owned()
            } else {
                presentable(value)
            };
            let name = presentable(name);
            self.said.push(Said { name, value });
        }
    }

    /// Returns true if the server issued a token.
    #[must_use]
    pub fn is_token(&self) -> bool {
        self.error.is_none() && self.said.iter().any(|said| said.name == "access_token")
    }

    /// The registered code, also if it is spelled like `InvalidToken`.
    pub(crate) fn code(&self) -> Option<ErrorCode> {
        let letters = |text: &str| -> String {
            let letters = text.chars().filter(char::is_ascii_alphanumeric);
            letters.map(|c| c.to_ascii_lowercase()).collect()
        };
        let own = letters(self.error.as_ref()?);
        let is_same = |code: &&ErrorCode| letters(code.as_str()) == own;
        ErrorCode::ALL.iter().find(is_same).copied()
    }

    /// Everything that was said, in lower case, one value in each line.
    pub(crate) fn haystack(&self) -> String {
        let mut text = String::new();
        let parts = [&self.error, &self.error_description, &self.scheme];
        for part in parts.into_iter().flatten() {
            text.push_str(part);
            text.push('\n');
        }
        let says_nothing = |said: &&Said| UNRELATED.iter().any(|name| said.name.starts_with(name));
        for Said { name, value } in self.said.iter().filter(|said| !says_nothing(said)) {
            text.extend([name.as_str(), ": ", value, "\n"]);
            // Microsoft Entra ID repeats the numbers of its codes.
            if name.starts_with("error_codes[") {
                text.extend(["AADSTS", value, "\n"]);
            }
        }
        text.make_ascii_lowercase();
        text
    }
}

/// Returns the value without tokens, cut to the maximum.
pub(crate) fn presentable(value: &str) -> String {
    let value = without_credentials(value.trim());
    if !value.contains("eyJ") {
        return cut(&value);
    }
    // Every JWT begins with `{"` in base64url.
    let is_token = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let mut shown = String::new();
    let mut rest = &*value;
    while let Some((before, from)) = rest
        .find("eyJ")
        .and_then(|start| rest.split_at_checked(start))
    {
        let end = from.find(|c| !is_token(c)).unwrap_or(from.len());
        let (token, after) = from.split_at(end);
        shown.push_str(before);
        shown.push_str(if token.len() > 20 { HIDDEN } else { token });
        rest = after;
    }
    shown.push_str(rest);
    cut(&shown)
}

/// Returns the value without generated secrets, the words after `Basic` and `Bearer`, and what a URL has beside its address.
fn without_credentials(value: &str) -> String {
    let mut after_scheme = false;
    let words = value.split(' ').map(|word| {
        let hides = core::mem::replace(
            &mut after_scheme,
            word.eq_ignore_ascii_case("basic") || word.eq_ignore_ascii_case("bearer"),
        );
        let is_long = word.len() >= MIN_CREDENTIAL_BYTES;
        if is_long && (hides && !word.contains('=') || word.contains("m2m_")) {
            return HIDDEN.to_owned();
        }
        without_user_and_fragment(word)
    });
    words.collect::<Vec<_>>().join(" ")
}

/// Returns a word without user information and fragment, if it is a URL that has them.
fn without_user_and_fragment(word: &str) -> String {
    let Some((scheme, rest)) = word.split_once("://") else {
        return word.to_owned();
    };
    let rest = match rest.split_once('#') {
        Some((rest, _)) => format!("{rest}#{HIDDEN}"),
        None => rest.to_owned(),
    };
    let (authority, path) = rest.split_once('/').unwrap_or((&rest, ""));
    match authority.rsplit_once('@') {
        Some((_, host)) if path.is_empty() => format!("{scheme}://{HIDDEN}@{host}"),
        Some((_, host)) => format!("{scheme}://{HIDDEN}@{host}/{path}"),
        None => format!("{scheme}://{rest}"),
    }
}

/// The minimum length of a word that may be a credential. Unit: bytes.
const MIN_CREDENTIAL_BYTES: usize = 12;

fn cut(text: &str) -> String {
    if text.chars().nth(Said::MAX_CHARACTERS).is_none() {
        return text.to_owned();
    }
    let start = text.chars().take(Said::MAX_CHARACTERS - 1);
    start.chain(['…']).collect()
}

/// Returns true if the value of this name may be a credential: the name of the member, or one of those around it, contains such a word.
fn is_credential(name: &str) -> bool {
    let letters = name.bytes().filter(u8::is_ascii_alphanumeric);
    let letters: String = letters
        .map(|byte| char::from(byte.to_ascii_lowercase()))
        .collect();
    let is_about = NOT_CREDENTIALS.iter().any(|word| letters.contains(word));
    !is_about && CREDENTIALS.iter().any(|word| letters.contains(word))
}

/// The beginnings of header fields whose words, such as `credentials`, are not about the error.
const UNRELATED: &[&str] = &[
    "access-control-",
    "Access-Control-",
    "content-security-policy",
    "Content-Security-Policy",
    "permissions-policy",
    "Permissions-Policy",
    "vary",
    "Vary",
];

/// The text in the place of a credential.
const HIDDEN: &str = "[not shown]";

/// The words in the names of members, parameters and header fields that carry credentials, without the marks between words.
const CREDENTIALS: &[&str] = &[
    "accesstoken",
    "apikey",
    "assertion",
    "authorization",
    "cookie",
    "credential",
    "devicecode",
    "idtoken",
    "passwd",
    "password",
    "privatekey",
    "refreshtoken",
    "secret",
    "securitytoken",
    "token",
];

/// Words in names with one of [`CREDENTIALS`] whose values are not credentials.
const NOT_CREDENTIALS: &[&str] = &[
    "accesscontrol",
    "tokenendpoint",
    "tokentype",
    "tokenerror",
    "wwwauthenticate",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_not_repeated() {
        let mut received = Received::default();
        received.say("access_token", "abc");
        received.say("data.client_secret", "abc");
        received.say(
            "body",
            "the token eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJ4In0.c2ln, expired",
        );
        let values: Vec<&str> = received
            .said
            .iter()
            .map(|said| said.value.as_str())
            .collect();
        let expected = [HIDDEN, HIDDEN, "the token [not shown], expired"];
        assert_eq!(values, expected);
        assert!(received.is_token());
    }

    #[test]
    fn x29_credentials_of_any_name_and_in_any_text_are_not_repeated() {
        let mut received = Received::default();
        for name in [
            "clientSecret",
            "accessToken",
            "Proxy-Authorization",
            "X-Amz-Security-Token",
            "secrets[0]",
            "token.value",
            "passwd",
            "private_key",
            "x-api-key",
        ] {
            received.say(name, "hunter2hunter2");
        }
        let location = "https://user:hunter2hunter2@id.example/cb#access_token=hunter2hunter2";
        received.say("location", location);
        received.say(
            "error_description",
            "not m2m_hunter2hunter2 nor Basic hunter2hunter2",
        );
        let shown = received.said.iter().map(|said| &*said.value);
        let shown: Vec<&str> = shown.collect();
        assert!(!shown.concat().contains("hunter2"), "{shown:?}");
        received.say("token_endpoint", "https://id.example/oauth2/token");
        let last = received.said.last().unwrap();
        assert_eq!(last.value, "https://id.example/oauth2/token");
    }

    #[test]
    fn headers_that_are_not_about_the_error_point_to_no_cause() {
        let mut received = Received::default();
        received.say("access-control-allow-credentials", "true");
        received.say("vary", "Authorization");
        received.say("x-error", "expired");
        assert_eq!(received.haystack(), "x-error: expired\n");
    }

    #[test]
    fn what_is_said_is_bounded() {
        let mut received = Received::default();
        for _ in 0..1_000 {
            received.say("x", &"é".repeat(10_000));
        }
        assert_eq!(received.said.len(), Received::MAX_SAID);
        let longest = received.said.iter().map(|said| said.value.chars().count());
        assert_eq!(longest.max(), Some(Said::MAX_CHARACTERS));
    }
}
