//! `m2m mock` as a process, with the requests of a client in any language.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::support::{Answer, PATIENCE, Serving, file, m2m, run, text};

/// A mock in a process of its own. It is stopped when this is dropped.
struct Mock(Serving);

impl Mock {
    /// Starts a mock at a free port, with these arguments.
    fn start(arguments: &[&str]) -> Self {
        let mut command = m2m(&["mock", "--listen", "127.0.0.1:0"]);
        command.args(arguments);
        Self(Serving::of_command(command, None))
    }

    fn control(&self, method: &str, path: &str, json: &str) -> Answer {
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{json}",
            self.0.address,
            json.len(),
        );
        self.0.send(request.as_bytes())
    }

    fn token(&self) -> Answer {
        self.0
            .token("any", "any", "&audience=https://orders.example/api")
    }

    /// Returns the bytes of the answer to a request for a token, until the connection ends.
    fn bytes_of_token(&self) -> Vec<u8> {
        let body = "grant_type=client_credentials&client_id=any&client_secret=any";
        let request = format!(
            "POST /oauth2/token HTTP/1.1\r\nhost: {}\r\n\
             content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
            self.0.address,
            body.len(),
        );
        let mut stream = TcpStream::connect(self.0.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut bytes = Vec::new();
        // A reset is an end as well.
        let _ = stream.read_to_end(&mut bytes);
        bytes
    }
}

#[test]
fn it_states_what_it_is_and_serves_tokens_that_verify_by_its_metadata() {
    let mock = Mock::start(&[]);
    let ready = &mock.0.ready;
    assert!(
        ready.starts_with("m2m mock ready (not for production): issuer http://127.0.0.1:"),
        "{ready}"
    );
    let answer = mock.token();
    assert_eq!(answer.header("m2m-mock"), Some("not for production"));
    let issuer = mock.0.issuer();
    let verified = run(&[
        "jwt",
        "verify",
        &answer.access_token(),
        "--issuer",
        &issuer,
        "--audience",
        "https://orders.example/api",
    ]);
    assert!(verified.status.success(), "{}", text(&verified.stderr));
    let (status, stderr) = mock.0.stop();
    assert!(status.success(), "{status}");
    assert_eq!(stderr, "");
}

#[test]
fn the_keys_of_each_start_are_new_and_nothing_is_stored() {
    let folder = tempfile::tempdir().unwrap();
    let set = || {
        let mut command = m2m(&["mock", "--listen", "127.0.0.1:0"]);
        command.current_dir(folder.path());
        let mock = Serving::of_command(command, None);
        mock.call("GET", "/.well-known/jwks.json", "").json()["keys"].clone()
    };
    assert_ne!(set(), set());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_test_controls_it_over_http() {
    let mock = Mock::start(&[]);
    let forced = mock.control(
        "POST",
        "/mock/forced-answers",
        r#"{"error":"temporarily_unavailable","retry_after":2,"times":1}"#,
    );
    assert_eq!(forced.status, 201, "{forced:?}");
    let answer = mock.token();
    assert_eq!(
        (answer.status, answer.header("retry-after")),
        (503, Some("2"))
    );
    assert_eq!(mock.token().status, 200);

    let clock = r#"{"time":784111777,"frozen":true}"#;
    assert_eq!(mock.control("PUT", "/mock/clock", clock).status, 200);
    let answer = mock.token();
    let date = "Sun, 06 Nov 1994 08:49:37 GMT";
    assert_eq!(answer.header("date"), Some(date));
    assert_eq!(answer.head.matches(date).count(), 1, "{answer:?}");

    let listed = mock.control("GET", "/mock/requests", "").json();
    let statuses: Vec<_> = listed["requests"]
        .as_array()
        .unwrap()
        .iter()
        .map(|request| request["status"].clone())
        .collect();
    assert_eq!(statuses, [503, 200, 200].map(Value::from));
}

#[test]
fn connections_break_off_as_a_test_asks() {
    let mock = Mock::start(&[]);
    mock.control(
        "POST",
        "/mock/forced-answers",
        r#"{"broken":"closed","times":1}"#,
    );
    assert_eq!(mock.bytes_of_token(), b"");

    mock.control(
        "POST",
        "/mock/forced-answers",
        r#"{"broken":"truncated","times":1}"#,
    );
    let answer = Answer::parse(&mock.bytes_of_token());
    let stated: usize = answer.header("content-length").unwrap().parse().unwrap();
    assert_eq!(answer.body.len(), stated / 2, "{answer:?}");
    assert!(answer.body.starts_with("{\"access_token\""), "{answer:?}");
    assert_eq!(mock.token().status, 200);
}

#[test]
fn an_answer_with_a_long_description_arrives_whole() {
    let mock = Mock::start(&[]);
    let long = "a".repeat(40_000);
    let fields = format!(r#"{{"status":401,"times":1,"description":"{long}"}}"#);
    mock.control("POST", "/mock/forced-answers", &fields);
    let answer = mock.token();
    assert_eq!(answer.status, 401);
    assert_eq!(answer.member("error_description"), long);
    assert_eq!(mock.token().status, 200);
}

#[test]
fn delayed_answers_do_not_lock_out_control() {
    let mock = Mock::start(&[]);
    mock.control("POST", "/mock/forced-answers", r#"{"delay_ms":60000}"#);
    let body = "grant_type=client_credentials&client_id=any&client_secret=x";
    let request = format!(
        "POST /oauth2/token HTTP/1.1\r\nhost: {}\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
        mock.0.address,
        body.len(),
    );
    // Beyond the 256 that are held back, each is refused at once.
    let mut held = Vec::new();
    for _ in 0..256 {
        let mut stream = TcpStream::connect(mock.0.address).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        held.push(stream);
    }
    let refused = loop {
        let answered = mock.control("GET", "/mock/requests", "").json();
        if answered["requests"].as_array().unwrap().len() == 256 {
            break mock.token();
        }
    };
    assert_eq!(
        (refused.status, refused.header("m2m-mock")),
        (503, Some("not for production"))
    );
    assert!(
        refused.member("error_description").contains("256 answers"),
        "{refused:?}"
    );
    let deleted = mock.control("DELETE", "/mock/forced-answers", "");
    assert_eq!(deleted.status, 200, "{deleted:?}");
    assert_eq!(mock.token().status, 200);
}

#[test]
fn a_delayed_answer_is_late_and_holds_up_no_other() {
    let mock = Mock::start(&[]);
    let slow = r#"{"client_id":"slow","delay_ms":60000}"#;
    mock.control("POST", "/mock/forced-answers", slow);
    let body = "grant_type=client_credentials&client_id=slow&client_secret=x";
    let mut stream = TcpStream::connect(mock.0.address).unwrap();
    let request = format!(
        "POST /oauth2/token HTTP/1.1\r\nhost: {}\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
        mock.0.address,
        body.len(),
    );
    stream.write_all(request.as_bytes()).unwrap();
    // The request is answered as far as the mock lists it, and delivered later.
    while mock.control("GET", "/mock/requests", "").json()["requests"] == Value::Array(Vec::new()) {
    }
    assert_eq!(mock.token().status, 200);
    stream
        .set_read_timeout(Some(Duration::from_millis(1)))
        .unwrap();
    assert!(stream.read(&mut [0]).is_err(), "the answer is held back");
}

#[test]
fn a_request_that_cannot_be_read_is_refused_with_the_mark() {
    let mock = Mock::start(&[]);
    let answer = mock.0.send(b"GET / HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n");
    assert_eq!(
        (answer.status, answer.header("m2m-mock")),
        (400, Some("not for production"))
    );
    let large = "a".repeat(70 * 1024);
    let answer = mock.control("POST", "/mock/forced-answers", &large);
    assert_eq!(
        (answer.status, answer.header("m2m-mock")),
        (413, Some("not for production"))
    );
}

#[test]
fn a_mistake_in_a_script_is_shown_at_its_place() {
    let (_folder, path) = file("mock.toml", "[[forced_answer]]\nstauts = 503\n");
    let refused = run(&["mock", "--listen", "127.0.0.1:0", "--script", &path]);
    assert_eq!(refused.status.code(), Some(2));
    let expected = format!(
        "error: unknown field `stauts`\n --> {path}:2:1\n  |\n2 | stauts = 503\n  | ^^^^^^\n  = help: did you mean `status`?\n"
    );
    assert_eq!(text(&refused.stderr), expected);
}

#[test]
fn a_script_is_the_state_at_the_start() {
    let (_folder, path) = file(
        "mock.toml",
        "[token]\nlifetime = 60\n\n[[forced_answer]]\nerror = 'invalid_client'\ntimes = 1\n",
    );
    let mock = Mock::start(&["--script", &path]);
    assert_eq!(mock.token().member("error"), "invalid_client");
    assert_eq!(mock.token().json()["expires_in"], 60);
}

#[test]
fn an_issuer_in_a_script_is_refused_below_the_control_endpoints_and_elsewhere_has_a_notice() {
    let (_folder, path) = file("mock.toml", "issuer = 'http://127.0.0.1:8090/mock'\n");
    let refused = run(&["mock", "--listen", "127.0.0.1:0", "--script", &path]);
    assert_eq!(refused.status.code(), Some(2));
    let stderr = text(&refused.stderr);
    assert!(stderr.contains(&format!("{path}:1:10")), "{stderr}");
    let (_folder, path) = file("mock.toml", "issuer = 'https://id.example'\n");
    let mock = Mock::start(&["--script", &path]);
    let (_, stderr) = mock.0.stop();
    let expected =
        "notice: tokens of this mock name an issuer that is not this mock: https://id.example\n";
    assert_eq!(stderr, expected);
}

#[test]
fn an_address_other_than_loopback_is_used_with_a_notice() {
    let mut command = m2m(&["mock", "--listen", "0.0.0.0:0"]);
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut ready = [0; 15];
    child
        .stdout
        .as_mut()
        .unwrap()
        .read_exact(&mut ready)
        .unwrap();
    let _ = Command::new("kill").arg(child.id().to_string()).status();
    let output = child.wait_with_output().unwrap();
    let stderr = text(&output.stderr);
    assert!(
        stderr.contains("is not a loopback address: everyone who reaches it"),
        "{stderr}"
    );
    let rest = text(&output.stdout);
    assert!(rest.contains("issuer http://127.0.0.1:"), "{rest}");
}

#[test]
fn an_address_in_use_is_refused_with_the_option() {
    let mock = Mock::start(&[]);
    let address: SocketAddr = mock.0.address;
    let refused = run(&["mock", "--listen", &address.to_string()]);
    let stderr = text(&refused.stderr);
    assert!(
        stderr.contains("choose another address with --listen"),
        "{stderr}"
    );
    assert_eq!(refused.status.code(), Some(1));
}
