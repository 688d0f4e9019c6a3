//! The fixes of diagnoses: each command that one prints, run by a shell as it is printed, makes the next request succeed.
//!
//! - `mistakes` is the table of the mistakes and of the steps that are run.
//! - `complete` compares it with all fixes and tasks that have a command or lines of a registry file.
//! - `registry_file` applies the printed lines of a registry file.

mod complete;
mod mistakes;
mod registry_file;

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Output, Stdio};

use m2m_jwt::{Algorithm, SigningKey, base64url};
use serde_json::{Value, json};

use crate::clock::Clocked;
use crate::keys::ED25519;
use crate::managed::fixes::mistakes::{
    Mistake, OF_CAUSES, OF_CLOCKS, OF_EXPLANATIONS, OF_RECORDS, REQUEST, Step,
};
use crate::managed::{
    Managed, ManagementCalls as _, OPERATOR, OPERATOR_SECRET, bearer, call, fresh, management_token,
};
use crate::support::{Answer, Serving, m2m, text};

const AUDIENCE: &str = "https://orders.example/api";

/// A caller of the token endpoint.
struct Caller {
    client_id: String,
    secret: String,
}

impl Caller {
    /// Sends this request of a mistake.
    fn send(&self, managed: &Managed, request: &str) -> Answer {
        let form = request
            .replace("{id}", &self.client_id.replace('$', "%24"))
            .replace("{secret}", &self.secret);
        let (target, form) = match form.strip_prefix('?') {
            Some(query) => (format!("/oauth2/token?{query}"), ""),
            None => ("/oauth2/token".to_owned(), &*form),
        };
        let address = "x-forwarded-for: 192.0.2.7\r\n";
        managed.server.post(&target, address, form)
    }

    /// Asserts that a request is refused, and returns its trace id.
    #[track_caller]
    fn refused(&self, managed: &Managed, request: &str) -> String {
        let answer = self.send(managed, request);
        assert_ne!(answer.status, 200, "{request}");
        answer.member("trace_id")
    }

    /// Takes over the credentials that a command printed.
    fn learn(&mut self, printed: &str) {
        let words: Vec<&str> = printed.split_whitespace().collect();
        for pair in words.windows(2) {
            match pair {
                ["client_id", client_id] => self.client_id = (*client_id).to_owned(),
                ["client_secret", secret] => self.secret = (*secret).to_owned(),
                _ => {}
            }
        }
    }
}

/// Starts a server with two APIs.
fn start() -> Managed {
    let managed = Managed::start(&[
        "--trusted-proxies",
        "127.0.0.1",
        "--address-header",
        "x-forwarded-for",
    ]);
    add_apis(&managed);
    managed
}

fn add_apis(managed: &Managed) {
    for api in [AUDIENCE, "https://other.example/api"] {
        managed.api(api, &["read:orders", "write:orders;x"]);
    }
}

/// Creates an application. A shell and the command line would read its client id otherwise.
fn caller(managed: &Managed, name: &str) -> Caller {
    let made = managed.application(&json!({ "client_id": format!("-{name}$(id)") }));
    managed.authorize(AUDIENCE, &made.id, &["read:orders"]);
    Caller {
        client_id: made.client_id,
        secret: made.secret,
    }
}

/// Runs command lines in a shell, as an operator.
fn shell(issuer: &str, lines: &str, caller: Option<&Caller>, input: &str) -> Output {
    let binary = m2m(&[]);
    let folder = std::path::Path::new(binary.get_program()).parent().unwrap();
    let mut shell = Command::new("sh");
    shell
        .args(["-ec", lines])
        .env_clear()
        .env("PATH", format!("{}:/usr/bin:/bin", folder.display()))
        .env("M2M_ISSUER", issuer)
        .env("M2M_CLIENT_ID", OPERATOR)
        .env("M2M_CLIENT_SECRET", OPERATOR_SECRET)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    if let Some(caller) = caller {
        shell
            .env("ID", &caller.client_id)
            .env("SECRET", &caller.secret);
    }
    let mut child = shell.spawn().unwrap();
    // A command that does not read its input may have ended.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

/// Runs command lines that succeed, and returns their output.
#[track_caller]
fn run(managed: &Managed, lines: &str) -> String {
    succeeded(&shell(&managed.server.issuer(), lines, None, ""), lines)
}

#[track_caller]
fn succeeded(output: &Output, lines: &str) -> String {
    assert!(output.status.success(), "{lines}: {}", text(&output.stderr));
    text(&output.stdout)
}

/// Returns the command of a step of a diagnosis, as it is printed. In the text of a step, the words in capital letters stand for values.
#[track_caller]
fn command((people, fixes): &(String, Value), step: &Step, client_id: &str) -> String {
    let mut all = fixes.as_array().unwrap().iter();
    let fix = all.find(|fix| fix["kind"] == step.kind);
    let fix = fix.unwrap_or_else(|| panic!("no {}: {people}", step.kind));
    if let Some(command) = fix["command"].as_str() {
        assert_eq!(step.values, [], "{command}");
        // It is on a line of its own.
        let mut lines = people.lines();
        assert!(
            lines.any(|line| line.trim() == command),
            "{command}: {people}"
        );
        return command.to_owned();
    }
    let printed = fix["text"].as_str().unwrap();
    let (_, command) = printed.split_once("The command is ").expect(printed);
    let end = ", with the words in capital letters replaced by values.";
    filled_in(command.strip_suffix(end).expect(printed), step, client_id)
}

/// Replaces the words in capital letters by values, as a person does. A client id that looks like an option is after all options.
fn filled_in(command: &str, step: &Step, client_id: &str) -> String {
    let values = step.values.iter();
    let filled = values.fold(command.to_owned(), |command, (word, value)| {
        let value = shlex::try_quote(value).unwrap();
        command.replace(&format!(" {word} "), &format!(" {value} "))
    });
    match filled.split_once(" CLIENT_ID") {
        Some((before, after)) => format!("{before}{after} -- '{client_id}'"),
        None => filled,
    }
}

/// Asks for the diagnosis of a refusal, and returns its text and its fixes.
#[track_caller]
fn diagnosed(managed: &Managed, trace_id: &str, cause: &str) -> (String, Value) {
    let people = run(managed, &format!("m2m diagnose {trace_id}"));
    assert!(people.starts_with(&format!("{cause}\n")), "{people}");
    let path = format!("/api/v1/diagnoses/{trace_id}");
    let fixes = managed.get(&path)["diagnosis"]["fixes"].clone();
    (people, fixes)
}

/// Makes a mistake with an application.
#[track_caller]
fn make(managed: &Managed, mistake: &Mistake, caller: &Caller) {
    let issuer = managed.server.issuer();
    let made = shell(&issuer, mistake.made_by, Some(caller), "");
    succeeded(&made, mistake.cause);
}

/// Asserts that a request is refused, runs the steps of the diagnosis, and asserts that the next request succeeds.
#[track_caller]
fn mend(managed: &Managed, mistake: &Mistake, mut caller: Caller) {
    let cause = mistake.cause;
    let trace_id = caller.refused(managed, mistake.request);
    let diagnosis = diagnosed(managed, &trace_id, cause);
    let client_id = caller.client_id.clone();
    for step in mistake.steps {
        let command = command(&diagnosis, step, &client_id);
        let printed = run(managed, &command);
        assert!(
            printed.contains(step.shows),
            "{cause}: {command}: {printed}"
        );
        caller.learn(&printed);
    }
    let request = match mistake.request {
        // The mistake is in the request itself.
        "?client_secret={secret}" => REQUEST,
        request => request,
    };
    let request = request.replace("client_id=unregistered-job", "client_id={id}");
    let request = request.replace("not-{secret}", "{secret}");
    let answer = caller.send(managed, &request);
    if mistake.then == "granted" {
        assert_eq!(answer.status, 200, "{cause}: {}", answer.body);
    } else {
        diagnosed(managed, &answer.member("trace_id"), mistake.then);
    }
}

#[test]
fn each_command_of_a_fix_mends_the_mistake_as_it_is_printed() {
    let managed = start();
    for (number, mistake) in OF_RECORDS.iter().enumerate() {
        let caller = caller(&managed, &format!("{}-{number}", mistake.cause));
        make(&managed, mistake, &caller);
        mend(&managed, mistake, caller);
    }
    // A diagnosis that is asked for right after the refusal is not a refusal itself.
    let events = run(&managed, "m2m events --refusals");
    assert!(!events.contains("diagnosis-not-found"), "{events}");
    let last = run(&managed, "m2m diagnose --last");
    assert!(last.starts_with("secret-rotated-out\n"), "{last}");
}

#[test]
fn each_command_of_the_general_advice_mends_the_mistake_as_it_is_printed() {
    let managed = start();
    for (number, mistake) in OF_CAUSES.iter().enumerate() {
        let caller = caller(&managed, &format!("{}-{number}", mistake.cause));
        make(&managed, mistake, &caller);
        mend(&managed, mistake, caller);
    }
}

#[test]
fn each_command_for_a_time_in_the_future_mends_the_mistake_as_it_is_printed() {
    let clocked = Clocked::start(fresh(), 0);
    add_apis(&clocked.managed);
    for (number, mistake) in OF_CLOCKS.iter().enumerate() {
        let caller = caller(&clocked.managed, &format!("job-{number}"));
        clocked.injector.move_clock(60 * 60);
        make(&clocked.managed, mistake, &caller);
        clocked.injector.move_clock(0);
        mend(&clocked.managed, mistake, caller);
    }
}

#[test]
fn the_fixes_of_a_check_make_the_next_check_succeed() {
    let managed = start();
    let issuer = managed.server.issuer();
    for (cause, made_by, check) in [
        ("scope-not-assigned", "true", "--scope 'write:orders;x'"),
        (
            "grant-not-allowed",
            r#"m2m application update --clear grant-types -- "$ID""#,
            "",
        ),
        (
            "address-not-allowed",
            r#"m2m application update --allowed-address 10.0.0.0/8 -- "$ID""#,
            "--address 192.0.2.7",
        ),
    ] {
        let caller = caller(&managed, cause);
        succeeded(&shell(&issuer, made_by, Some(&caller), ""), cause);
        let check = format!(r#"m2m check --client="$ID" --audience {AUDIENCE} {check}"#);
        let json = format!("{check} --output json");
        let refused = shell(&issuer, &json, Some(&caller), "");
        assert_eq!(refused.status.code(), Some(1), "{cause}");
        let refused: Value = serde_json::from_str(&text(&refused.stdout)).unwrap();
        assert_eq!(refused["cause"], cause, "{refused}");
        let mut fixes = refused["fixes"].as_array().unwrap().iter();
        let command = fixes.find_map(|fix| fix["command"].as_str()).unwrap();
        let people = shell(&issuer, &check, Some(&caller), "");
        let people = text(&people.stderr);
        assert!(
            people.lines().any(|line| line.trim() == command),
            "{people}"
        );
        run(&managed, command);
        succeeded(&shell(&issuer, &check, Some(&caller), ""), &check);
    }
}

/// Returns the command with which `m2m explain` describes a task, with its values.
#[track_caller]
fn explained(managed: &Managed, cause: &str, step: &Step) -> String {
    let explanation = run(managed, &format!("m2m explain {cause} --output json"));
    let explanation: Value = serde_json::from_str(&explanation).unwrap();
    let mut tasks = explanation["operator"]["tasks"].as_array().unwrap().iter();
    let task = tasks.find(|task| task["task"] == step.kind);
    let task = task.unwrap_or_else(|| panic!("{explanation:#}"));
    let command = task["command"].as_str().unwrap();
    let command = command.replace(" URL", &format!(" {}", managed.server.issuer()));
    filled_in(&command, step, OPERATOR)
}

#[test]
fn the_commands_of_explanations_succeed_as_they_are_printed() {
    let managed = start();
    run(&managed, "m2m organization create Acme --code org_acme");
    for (cause, step) in OF_EXPLANATIONS {
        let command = explained(&managed, cause, step);
        let printed = run(&managed, &command);
        assert!(printed.contains(step.shows), "{command}: {printed}");
        if step.kind == "create_organization_application" {
            let mut caller = Caller {
                client_id: String::new(),
                secret: String::new(),
            };
            caller.learn(&printed);
            let answer = caller.send(&managed, REQUEST);
            assert_eq!(answer.status, 200, "{printed}");
        }
    }
}

/// Calls the management API, and returns the trace id if the call is refused.
fn list_applications(managed: &Managed, token: &str) -> Option<String> {
    let path = "/api/v1/applications";
    let answer = call(
        managed.server.address,
        "GET",
        path,
        &bearer(token),
        &Value::Null,
    );
    (answer.status != 200).then(|| answer.member("trace_id"))
}

#[test]
fn the_commands_of_the_management_api_mend_the_mistake_as_they_are_printed() {
    let managed = start();
    let issuer = managed.server.issuer();
    let job = caller(&managed, "job");
    let steps = |token: &str, cause: &str, step: &Step| {
        let trace_id = list_applications(&managed, token).expect(cause);
        command(&diagnosed(&managed, &trace_id, cause), step, &job.client_id)
    };
    let token = job.send(&managed, REQUEST).access_token();
    let decode = steps(&token, "audience-mismatch", &mistakes::run("decode_token"));
    let decoded = succeeded(&shell(&issuer, &decode, None, &token), &decode);
    assert!(decoded.contains(AUDIENCE), "{decoded}");

    // The signature is that of another token.
    let (signed, _) = managed.token.rsplit_once('.').unwrap();
    let (_, signature) = token.rsplit_once('.').unwrap();
    let mixed = format!("{signed}.{signature}");
    let verify = steps(
        &mixed,
        "token-signature-wrong",
        &mistakes::run("verify_token"),
    );
    assert!(!shell(&issuer, &verify, None, &mixed).status.success());
    succeeded(&shell(&issuer, &verify, None, &managed.token), &verify);
    assert_eq!(list_applications(&managed, &managed.token), None);

    let audience = format!("{issuer}/api");
    run(
        &managed,
        &format!(
            "m2m application authorize --audience {audience} --scope read:apis -- '{}'",
            job.client_id
        ),
    );
    let token = || management_token(&managed.server, "-job%24(id)", &job.secret);
    let trace_id = list_applications(&managed, &token()).unwrap();
    let fixes = diagnosed(&managed, &trace_id, "scope-insufficient");
    let assign = mistakes::with("assign_scope", &[("SCOPE", "read:applications")]);
    let assign = command(&fixes, &assign, &job.client_id).replace("AUDIENCE", &audience);
    run(&managed, &assign);
    assert_eq!(list_applications(&managed, &token()), None);

    let refused = managed.call("GET", "/api/v1/applications/absent", &Value::Null);
    let look_up = explained(
        &managed,
        "application-not-found",
        &mistakes::run("look_up_diagnosis"),
    );
    let shown = run(
        &managed,
        &look_up.replace("TRACE_ID", &refused.member("trace_id")),
    );
    assert!(shown.starts_with("application-not-found\n"), "{shown}");
}

#[test]
fn the_commands_for_a_stopped_server_mend_the_mistake_as_they_are_printed() {
    let managed = start();
    run(
        &managed,
        &format!("m2m api update {AUDIENCE} --signing-alg EdDSA"),
    );
    let job = caller(&managed, "job");
    let operator = Caller {
        client_id: OPERATOR.to_owned(),
        secret: "lost".to_owned(),
    };
    let trace_id = operator.refused(&managed, REQUEST);
    let fixes = diagnosed(&managed, &trace_id, "secret-wrong");
    let data = managed.data.path().display().to_string();
    let in_data = |command: String| command.replace(" DIR", &format!(" {data}"));
    // The folder of the data directory follows at the end.
    let reset = in_data(command(
        &fixes,
        &mistakes::run("reset_management"),
        OPERATOR,
    ));
    let (_, key) = SigningKey::generate(Algorithm::Es256, None).unwrap();
    let import = in_data(explained(
        &managed,
        "signing-key-missing",
        &mistakes::run("import_key"),
    ));
    let import = import.replace("FILE", &managed.data.write("key.der", key.secret_der()));
    let replace = in_data(explained(
        &managed,
        "signing-failed",
        &mistakes::run("replace_key"),
    ));
    let replace = replace.replace("FILE", &managed.data.write("key.jwk", ED25519.as_bytes()));

    let issuer = managed.server.issuer();
    let Managed { server, data, .. } = managed;
    server.stop();
    for (command, shows) in [
        (&reset, "first-credentials"),
        (&import, "is next"),
        (&replace, "key rfc8037 is active"),
    ] {
        let printed = succeeded(&shell(&issuer, command, None, ""), command);
        assert!(printed.contains(shows), "{command}: {printed}");
    }
    let server = Serving::of_data(&data.path(), &[]);
    let credentials = data.path().join("first-credentials");
    let again = format!(
        "set -a; . '{}'; M2M_ISSUER={} m2m token",
        credentials.display(),
        server.issuer()
    );
    succeeded(&shell(&issuer, &again, None, ""), &again);
    let token = server.token("-job%24(id)", &job.secret, &format!("&audience={AUDIENCE}"));
    let header = token.access_token();
    let header = base64url::decode(header.split('.').next().unwrap()).unwrap();
    assert!(text(&header).contains("rfc8037"), "{header:?}");
}

#[test]
fn the_demo_of_an_explanation_shows_a_request_that_works() {
    let managed = start();
    let demo = explained(
        &managed,
        "grant-type-missing",
        &mistakes::run("show_working_request"),
    );
    let folder = tempfile::tempdir().unwrap();
    let mut child = m2m(&[]);
    let binary = std::path::PathBuf::from(child.get_program());
    child = Command::new("sh");
    let path = format!("{}:/usr/bin:/bin", binary.parent().unwrap().display());
    let mut child = child
        .args(["-c", &format!("exec {demo}")])
        .current_dir(&folder)
        .env_clear()
        .env("PATH", path)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut lines = lines.map(Result::unwrap);
    let curl = lines.find(|line| line.trim_start().starts_with("curl"));
    let answer = succeeded(&shell("", &curl.unwrap(), None, ""), &demo);
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(answer.contains("access_token"), "{answer}");
}

#[test]
fn a_diagnosis_suggests_no_access_to_the_management_api_and_to_no_stranger() {
    let managed = start();
    let mut job = caller(&managed, "job");
    let audience = format!("{}/api", managed.server.issuer());
    let diagnosed =
        |trace_id: &str| run(&managed, &format!("m2m diagnose {trace_id} --output json"));
    let shown = diagnosed(&job.refused(&managed, &REQUEST.replace(AUDIENCE, &audience)));
    assert!(shown.contains("audience-not-authorized"), "{shown}");
    assert!(!shown.contains("m2m application authorize '"), "{shown}");
    // A caller without the secret cannot make an operator enable the application.
    run(&managed, "m2m application update --disable -- '-job$(id)'");
    let secret = core::mem::replace(&mut job.secret, "a-guess".to_owned());
    let shown = diagnosed(&job.refused(&managed, REQUEST));
    assert!(shown.contains("application-disabled"), "{shown}");
    assert!(!shown.contains("--enable"), "{shown}");
    job.secret = secret;
    let shown = diagnosed(&job.refused(&managed, REQUEST));
    assert!(
        shown.contains("--enable") && shown.contains("by mistake"),
        "{shown}"
    );
}
