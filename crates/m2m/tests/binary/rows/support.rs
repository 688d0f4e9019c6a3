//! Two servers with the same registry, of which one answers in the profile `rfc`, and the answers of both to one request.

use std::process::Stdio;
use std::sync::LazyLock;

use m2m_authority::registry::SecretHash;
use serde_json::Value;

use crate::managed::{Files, Managed, OPERATOR, OPERATOR_SECRET, fresh};
use crate::support::{Answer, SECRET, m2m, text};

/// An API with the scopes `read:orders`, `write:orders` and `shared:list`.
pub(crate) const ORDERS: &str = "https://orders.example/api";
/// An API with the scopes `read:invoices` and `shared:list`.
pub(crate) const INVOICES: &str = "https://invoices.example/api";

/// An application in each state that a row needs. All have the same secret, except for those that the tests change.
const REGISTRY: &str = include_str!("registry.toml");

/// A request, before it is sent.
#[derive(Debug, Clone)]
pub(crate) struct Sent {
    method: &'static str,
    target: String,
    headers: String,
    body: Vec<u8>,
}

impl Sent {
    /// Returns a request without a body.
    pub(crate) fn bare(method: &'static str, target: &str) -> Self {
        Self {
            method,
            target: target.to_owned(),
            headers: String::new(),
            body: Vec::new(),
        }
    }

    /// Returns a request for a token with this body, whose type is not named.
    pub(crate) fn untyped(body: impl Into<Vec<u8>>) -> Self {
        Self {
            body: body.into(),
            ..Self::bare("POST", "/oauth2/token")
        }
    }

    /// Returns the request to another path.
    pub(crate) fn to(mut self, target: &str) -> Self {
        target.clone_into(&mut self.target);
        self
    }

    /// Returns the request with another header field.
    pub(crate) fn with(mut self, header: &str) -> Self {
        self.headers += header;
        self.headers += "\r\n";
        self
    }

    fn send(&self, managed: &Managed) -> Answer {
        let head = format!(
            "{} {} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\ncontent-length: {}\r\n{}\r\n",
            self.method,
            self.target,
            managed.server.address,
            self.body.len(),
            self.headers,
        );
        managed.server.send(&[head.as_bytes(), &self.body].concat())
    }
}

/// Returns a request for a token with this form.
pub(crate) fn form(body: impl Into<Vec<u8>>) -> Sent {
    Sent::untyped(body).with("content-type: application/x-www-form-urlencoded")
}

/// Returns a request for a token with these credentials and further parameters, which begin with `&`.
pub(crate) fn token_with(client_id: &str, secret: &str, more: &str) -> Sent {
    let client_id = client_id.replace('/', "%2F");
    form(format!(
        "grant_type=client_credentials&client_id={client_id}&client_secret={secret}{more}"
    ))
}

/// Returns a request for a token with the secret of all applications.
pub(crate) fn token(client_id: &str, more: &str) -> Sent {
    token_with(client_id, SECRET, more)
}

/// The status, the code and the description that a caller gets.
pub(crate) type Refused = (u16, &'static str, &'static str);

/// A server in the profile of a row, and one in the profile `rfc`, with the same registry.
pub(crate) struct Rows([Managed; 2]);

impl Rows {
    pub(crate) fn of(profile: &str) -> Self {
        Self::with(profile, &[])
    }

    pub(crate) fn with(profile: &str, arguments: &[&str]) -> Self {
        Self([profile, "rfc"].map(|profile| {
            let arguments = [&["--profile", profile], arguments].concat();
            Managed::over(registered(), &arguments)
        }))
    }

    /// The two servers, that of the profile of the row first.
    pub(crate) const fn servers(&self) -> &[Managed; 2] {
        &self.0
    }

    /// Sends a request to both servers.
    pub(crate) fn send(&self, request: &Sent) -> Answers<'_> {
        self.each(|managed| request.send(managed))
    }

    /// Sends a request to each of the servers until its answer is the expected one, which takes a few requests or a few seconds.
    pub(crate) fn until(
        &self,
        request: &Sent,
        is_expected: impl Fn(&Answer) -> bool,
    ) -> Answers<'_> {
        self.each(|managed| {
            let mut answers = (0..100_000).map(|_| request.send(managed));
            let answer = answers.find(|answer| is_expected(answer));
            answer.expect("the answer changes")
        })
    }

    /// Sends a request to both servers with a token for all of the management API.
    pub(crate) fn manage(&self, request: &Sent) -> Answers<'_> {
        self.each(|managed| {
            let token = format!("authorization: Bearer {}", managed.token);
            request.clone().with(&token).send(managed)
        })
    }

    /// Runs a command for both servers, as an operator.
    pub(crate) fn run(&self, arguments: &[&str]) -> [String; 2] {
        self.0.each_ref().map(|managed| run(managed, arguments))
    }

    fn each(&self, ask: impl Fn(&Managed) -> Answer) -> Answers<'_> {
        Answers(self.0.each_ref().map(|managed| (managed, ask(managed))))
    }
}

/// The answers of two servers to one request, that of the profile of the row first.
pub(crate) struct Answers<'r>([(&'r Managed, Answer); 2]);

impl Answers<'_> {
    /// The answer in the profile of the row, and the one in the profile `rfc`.
    pub(crate) fn each(&self) -> [&Answer; 2] {
        self.0.each_ref().map(|(_, answer)| answer)
    }

    /// The trace ids of both.
    pub(crate) fn trace_ids(&self) -> [String; 2] {
        self.each().map(|answer| answer.member("trace_id"))
    }

    /// Asserts that both answers are refusals in the form of the token endpoint, with this status, code and description.
    #[track_caller]
    pub(crate) fn are_refused(&self, expected: [Refused; 2]) -> &Self {
        for ((managed, answer), expected) in self.0.iter().zip(expected) {
            check_refusal(&managed.server.issuer(), answer, expected);
        }
        self
    }

    /// Asserts that the answer in the profile of the row is a refusal, where the other one is not, or is tested apart.
    #[track_caller]
    pub(crate) fn is_refused(&self, expected: Refused) {
        let [(managed, answer), _] = &self.0;
        check_refusal(&managed.server.issuer(), answer, expected);
    }

    /// Asserts that both answers are the same as those of another request, byte for byte, except for trace id and date.
    #[track_caller]
    pub(crate) fn are_the_bytes_of(&self, others: &Self) -> &Self {
        for ((managed, answer), (_, other)) in self.0.iter().zip(&others.0) {
            assert_eq!(lasting(answer), lasting(other), "{}", managed.server.ready);
        }
        self
    }

    /// Asserts that `m2m diagnose` prints this cause and this kind of fix for the trace ids of both answers, and this evidence: the
    /// kind of each observation, and a part of its text.
    #[track_caller]
    pub(crate) fn are_diagnosed(&self, cause: &str, evidence: &[(&str, &str)], fix: &str) {
        for own in &self.0 {
            check_diagnosis(own, cause, evidence, fix);
        }
    }

    /// Asserts the same for the answer in the profile of the row only.
    #[track_caller]
    pub(crate) fn is_diagnosed(&self, cause: &str, evidence: &[(&str, &str)], fix: &str) {
        let [own, _] = &self.0;
        check_diagnosis(own, cause, evidence, fix);
    }
}

/// Asserts that the diagnosis of an answer has this cause, this evidence, and a fix of this kind.
#[track_caller]
fn check_diagnosis(
    (managed, answer): &(&Managed, Answer),
    cause: &str,
    evidence: &[(&str, &str)],
    fix: &str,
) {
    let shown = diagnosis(managed, &answer.member("trace_id"));
    assert_eq!(shown["cause"], cause, "{shown}");
    let found = shown["evidence"].as_array().unwrap();
    for (kind, part) in evidence {
        let is_expected = |piece: &Value| {
            piece["kind"] == *kind && piece["text"].as_str().unwrap().contains(part)
        };
        assert!(found.iter().any(is_expected), "{kind}, {part:?} in {shown}");
    }
    let fixes = shown["fixes"].as_array().unwrap();
    assert!(
        fixes.iter().any(|own| own["kind"] == fix),
        "{fix} in {shown}"
    );
    assert!(fixes.iter().all(|fix| fix["text"] != ""), "{shown}");
}

/// Runs `m2m diagnose` for the trace id of a refused request.
#[track_caller]
pub(crate) fn diagnosis(managed: &Managed, trace_id: &str) -> Value {
    let shown = run(managed, &["diagnose", trace_id, "--output", "json"]);
    let shown: Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(shown["trace_id"], trace_id);
    shown
}

/// Runs a command for this server, as an operator, and returns its output.
#[track_caller]
pub(crate) fn run(managed: &Managed, arguments: &[&str]) -> String {
    let output = m2m(arguments)
        .env("M2M_ISSUER", managed.server.issuer())
        .env("M2M_CLIENT_ID", OPERATOR)
        .env("M2M_CLIENT_SECRET", OPERATOR_SECRET)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout)
}

/// Asserts that an answer is a refusal with this status, code and description, with the header fields that belong to its status, and no others.
#[track_caller]
pub(crate) fn check_refusal(issuer: &str, answer: &Answer, (status, error, description): Refused) {
    answer.assert_refused(status, error);
    assert_eq!(answer.header("pragma"), Some("no-cache"), "{answer:?}");
    let json = answer.json();
    assert_eq!(json["error_description"], description, "{json}");
    assert_eq!(json["error_uri"], format!("{issuer}/errors/{error}"));
    assert_eq!(json.as_object().unwrap().len(), 4, "{json}");
    let trace_id = answer.member("trace_id");
    assert!(trace_id.bytes().all(|byte| byte.is_ascii_hexdigit()));
    let challenge = format!(
        "Basic realm=\"{issuer}\", error=\"{error}\", error_description=\"{description}\", trace_id=\"{trace_id}\""
    );
    let challenge = (status == 401).then_some(challenge);
    assert_eq!(answer.header("www-authenticate"), challenge.as_deref());
    let allow = (status == 405).then_some("POST");
    assert_eq!(answer.header("allow"), allow, "{answer:?}");
    let wait = answer.header("retry-after").map(str::parse::<u32>);
    let wait = wait.map(Result::unwrap);
    assert_eq!(
        wait.is_some_and(|wait| wait > 0),
        matches!(status, 429 | 503)
    );
}

/// Returns an answer without the parts that differ each time.
fn lasting(answer: &Answer) -> (String, String) {
    let trace_id = answer.member("trace_id");
    let head = answer
        .head
        .lines()
        .filter(|line| !line.starts_with("date: "));
    let head: Vec<_> = head.map(|line| line.replace(&trace_id, "")).collect();
    (head.join("\n"), answer.body.replace(&trace_id, ""))
}

/// Returns a data directory with the registry of the rows.
fn registered() -> crate::data::Data {
    static FILES: LazyLock<Files> = LazyLock::new(|| {
        let hash = SecretHash::of(SECRET.as_bytes()).to_base64();
        let with_secrets = format!("secret_sha256 = \"{hash}\"\nclient_id");
        let data = fresh();
        let output = data.apply(&REGISTRY.replace("client_id", &with_secrets), &[]);
        assert!(output.status.success(), "{}", text(&output.stderr));
        Files::of(&data)
    });
    FILES.copy()
}
