//! A server that returns prepared answers of the management API, and records the requests.

use std::collections::VecDeque;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Output, Stdio};
use std::sync::{Arc, Mutex};

use m2m_api::{ErrorDetail, Operation, Refused};
use serde_json::Value;

use crate::support::{SECRET, m2m, text};

/// A server that implements the token endpoint, and returns prepared answers to other requests.
pub(crate) struct Fake {
    pub(crate) issuer: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

/// A request other than the one for the token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    /// Method and target.
    pub(crate) line: String,
    pub(crate) content_type: String,
    pub(crate) body: String,
}

/// The answer to a request.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    status: u16,
    headers: String,
    body: String,
}

/// Returns the answer of a successful operation, as the server writes it. The document has to be valid for the operation.
#[track_caller]
pub(crate) fn ok<O: Operation>(answer: &Value) -> Told {
    // As text: parts of some answers are kept as they are written.
    let answer: O::Answer = serde_json::from_str(&answer.to_string()).unwrap();
    done::<O>(&answer)
}

/// Returns the answer of a successful operation.
pub(crate) fn done<O: Operation>(answer: &O::Answer) -> Told {
    let body = O::write_answer(answer);
    told(O::SPEC.status, "", &text(&body))
}

/// Returns an answer of any kind.
pub(crate) fn told(status: u16, headers: &str, body: &str) -> Told {
    Told {
        status,
        headers: headers.to_owned(),
        body: body.to_owned(),
    }
}

/// Returns a refusal.
pub(crate) fn refused(status: u16, headers: &str, code: &str, message: &str) -> Told {
    let refused = Refused {
        errors: vec![ErrorDetail {
            code: code.to_owned(),
            message: message.to_owned(),
        }],
        trace_id: Some("trace-1".to_owned()),
        mistake: None,
    };
    let body = serde_json::to_string(&refused).unwrap();
    told(status, headers, &body)
}

impl Fake {
    /// Starts a server that returns these answers, one after the other.
    pub(crate) fn new(answers: impl IntoIterator<Item = Told>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let answers: Arc<Mutex<VecDeque<Told>>> =
            Arc::new(Mutex::new(answers.into_iter().collect()));
        let shared = (issuer.clone(), Arc::clone(&asked));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (issuer, asked) = shared.clone();
                let answers = Arc::clone(&answers);
                std::thread::spawn(move || serve(stream.unwrap(), &issuer, &asked, &answers));
            }
        });
        Self { issuer, asked }
    }

    /// Runs a command against it.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Returns a command that calls it.
    pub(crate) fn command(&self, arguments: &[&str]) -> std::process::Command {
        let mut command = m2m(arguments);
        command
            .env("M2M_ISSUER", &self.issuer)
            .env("M2M_CLIENT_ID", "manager")
            .env("M2M_CLIENT_SECRET", SECRET)
            .stdin(Stdio::null());
        command
    }

    /// Runs a command that succeeds, and returns its standard output.
    #[track_caller]
    pub(crate) fn good(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        text(&output.stdout)
    }

    /// Runs a command that fails with this code, and returns its standard error.
    #[track_caller]
    pub(crate) fn bad(&self, code: i32, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let stderr = text(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{stderr}");
        assert!(!stderr.contains(SECRET), "{stderr}");
        stderr
    }

    /// Returns the requests so far, except those for tokens.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// Returns method and target of each request.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.asked().into_iter().map(|asked| asked.line).collect()
    }

    /// Returns the body of the request at this position, as JSON.
    pub(crate) fn json(&self, position: usize) -> Value {
        let asked = self.asked();
        serde_json::from_str(&asked.get(position).unwrap().body).unwrap()
    }
}

fn serve(
    stream: TcpStream,
    issuer: &str,
    asked: &Mutex<Vec<Asked>>,
    answers: &Mutex<VecDeque<Told>>,
) {
    let mut writer = stream.try_clone().unwrap();
    let mut reader = BufReader::new(stream);
    while let Some((request, authorization)) = read(&mut reader) {
        let told = if request.line.contains("/.well-known/") {
            let metadata = serde_json::json!({
                "issuer": issuer,
                "token_endpoint": format!("{issuer}/oauth2/token"),
            });
            told(200, "", &metadata.to_string())
        } else if request.line == "POST /oauth2/token" {
            assert!(authorization.starts_with("Basic "), "{authorization}");
            assert!(request.body.contains("%2Fapi"), "{}", request.body);
            told(
                200,
                "",
                r#"{"access_token":"a.b.c","token_type":"Bearer","expires_in":3600}"#,
            )
        } else {
            assert_eq!(authorization, "Bearer a.b.c");
            asked.lock().unwrap().push(request);
            let next = answers.lock().unwrap().pop_front();
            next.unwrap_or_else(|| told(500, "", "there is no answer left"))
        };
        let answer = format!(
            "HTTP/1.1 {} Told\r\ncontent-type: application/json\r\ncontent-length: {}\r\n{}\r\n{}",
            told.status,
            told.body.len(),
            told.headers,
            told.body
        );
        if writer.write_all(answer.as_bytes()).is_err() {
            return;
        }
    }
}

/// Reads a request and its `Authorization`; returns nothing at the end of the connection.
fn read(reader: &mut BufReader<TcpStream>) -> Option<(Asked, String)> {
    let mut line = || {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        Some(line.trim_end().to_owned())
    };
    let first = line()?;
    let request_line = first.strip_suffix(" HTTP/1.1")?.to_owned();
    let (mut length, mut content_type, mut authorization) = (0, String::new(), String::new());
    loop {
        let header = line()?;
        let Some((name, value)) = header.split_once(": ") else {
            break;
        };
        match name {
            "content-length" => length = value.parse().unwrap(),
            "content-type" => content_type = value.to_owned(),
            "authorization" => authorization = value.to_owned(),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let asked = Asked {
        line: request_line,
        content_type,
        body: text(&body),
    };
    Some((asked, authorization))
}
