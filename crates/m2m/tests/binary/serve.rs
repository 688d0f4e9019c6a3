//! `m2m serve`: how it starts, refuses to start, and ends.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::sync::mpsc::channel;

use crate::support::{
    PATIENCE, SECRET, Serving, file, m2m, post_to, registry_file, run, terminate, text,
};

#[test]
fn reports_in_one_line_that_it_is_ready_and_stops_in_good_order() {
    let server = Serving::start(&["--profile", "kinde"]);
    let expected = format!(
        "m2m ready: issuer {}, profile kinde, 3 applications, listening on {}\n",
        server.issuer(),
        server.address
    );
    assert_eq!(server.ready, expected);
    server
        .token("plain-id", SECRET, "&audience=https://orders.example/api")
        .access_token();
    server
        .token("plain-id", SECRET, "")
        .assert_refused(400, "invalid_request");
    let (status, log) = server.stop();
    assert!(status.success(), "{log}");
    let last: serde_json::Value = serde_json::from_str(log.lines().last().unwrap()).unwrap();
    assert_eq!(
        (&last["event"], &last["issued"], &last["refused"]),
        (&"stopped".into(), &1.into(), &1.into())
    );
}

#[cfg(target_os = "linux")]
#[test]
fn f5_no_signal_ends_a_server_but_those_that_ask_it_to() {
    let server = Serving::start(&[]);
    for (signal, name) in [
        ("HUP", "SIGHUP"),
        ("QUIT", "SIGQUIT"),
        ("USR1", "SIGUSR1"),
        ("USR2", "SIGUSR2"),
        ("ALRM", "SIGALRM"),
        ("VTALRM", "SIGVTALRM"),
        ("PROF", "SIGPROF"),
        ("XCPU", "SIGXCPU"),
        ("XFSZ", "SIGXFSZ"),
        ("29", "SIGIO"),
        ("PWR", "SIGPWR"),
        ("STKFLT", "SIGSTKFLT"),
        ("PIPE", ""),
        ("36", "signal 36"),
        ("64", "signal 64"),
        ("HUP", "SIGHUP"),
    ] {
        server.signal(signal);
        if !name.is_empty() {
            let line = server.wait_for_log("signal_ignored");
            let line: serde_json::Value = serde_json::from_str(&line).unwrap();
            assert_eq!(line["signal"], name);
        }
    }
    server
        .token("plain-id", SECRET, "&audience=https://orders.example/api")
        .access_token();
    let (status, log) = server.stop();
    assert!(status.success(), "{log}");
    assert!(log.lines().last().unwrap().contains("\"stopped\""), "{log}");
}

#[test]
fn ends_though_its_log_is_not_read() {
    let (_folder, path) = file("world.toml", &registry_file());
    let mut child = m2m(&["serve", "--world", &path, "--listen", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut ready = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut ready)
        .unwrap();
    let address = ready.trim().rsplit(' ').next().unwrap().parse().unwrap();
    // Twice the capacity of a pipe, in lines of some 300 bytes.
    for _ in 0..500 {
        post_to(address, "/nothing", "", "").assert_refused(404, "not_found");
    }
    terminate(&child);
    let log = child.stderr.take();
    let (ended, wait) = channel();
    std::thread::spawn(move || ended.send(child.wait().unwrap()));
    let status = wait.recv_timeout(PATIENCE);
    // Only now is the pipe closed, which would end a server that waits for it.
    drop(log);
    assert!(status.expect("the server ends").success());
}

#[test]
fn a_wrong_world_starts_nothing_and_is_reported_with_its_place_and_the_nearest_word() {
    let wrong = registry_file().replace(
        "audience = \"https://reports.example/\"\nscopes",
        "audince = \"x\"\nscopes",
    );
    let (_folder, path) = file("world.toml", &wrong);
    let output = run(&["serve", "--world", &path, "--listen", "127.0.0.1:0"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(text(&output.stdout), "");
    let expected = format!(
        "error: unknown field `audince`\n  --> {path}:9:1\n   |\n 9 | audince = \"x\"\n   | ^^^^^^^\n   \
         = help: did you mean `audience`?\n   = note: m2m explain registry-file-invalid\n"
    );
    let expected = expected.replace("\n  ", "\n ").replace("\n 9 |", "\n9 |");
    assert_eq!(text(&output.stderr), expected);
}

#[test]
fn an_inconsistent_world_is_reported_too() {
    let wrong = registry_file().replace(
        "scopes = [\"read:reports\"] }",
        "scopes = [\"read:report\"] }",
    );
    let (_folder, path) = file("world.toml", &wrong);
    let output = run(&["serve", "--world", &path, "--listen", "127.0.0.1:0"]);
    assert_eq!(output.status.code(), Some(2));
    let stderr = text(&output.stderr);
    assert!(
        stderr.contains("there is no scope of this API with the name \"read:report\""),
        "{stderr}"
    );
    assert!(
        stderr.contains(" = note: m2m explain registry-file-unfit\n"),
        "{stderr}"
    );
    assert!(stderr.contains(":23:"), "{stderr}");
    assert!(
        stderr.contains("did you mean \"read:reports\"?"),
        "{stderr}"
    );
}

#[test]
fn a_world_that_is_not_there_is_wrong_usage() {
    let output = run(&["serve", "--world", "no-such-world.toml"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("cannot read no-such-world.toml"));
}

#[test]
fn a_secret_that_the_file_leaves_out_is_printed_with_a_line_that_uses_it_and_works() {
    let world = "[[api]]\nname = \"A\"\naudience = \"a\"\n[[application]]\nname = \"Job\"\nclient_id = \"job\"\n\
                 authorize = [{ audience = \"a\" }]\n";
    let server = Serving::of(world, &[]);
    let printed = [server.next_printed(), server.next_printed()].join("\n");
    let secret = printed
        .split("client_secret ")
        .nth(1)
        .and_then(|rest| rest.split(' ').next())
        .unwrap()
        .to_owned();
    let address = server.address;
    server.token("job", &secret, "").access_token();
    let curl = format!(
        "try it: curl http://{address}/oauth2/token -d grant_type=client_credentials -d client_id=job \
         -d client_secret={secret} -d audience=a"
    );
    assert!(printed.contains(&curl), "{printed}");
    assert_eq!(printed.matches(&secret).count(), 2);
    // Standard output is not the log, which contains no secrets.
    let (_, log) = server.stop();
    assert!(!log.contains(&secret), "{log}");
}

#[test]
fn a7_plain_http_leaves_the_machine_only_behind_a_proxy() {
    let (_folder, path) = file("world.toml", &registry_file());
    let output = run(&["serve", "--world", &path, "--listen", "0.0.0.0:0"]);
    assert_eq!(output.status.code(), Some(2));
    let stderr = text(&output.stderr);
    assert!(
        stderr.contains("plain http") && stderr.contains("--behind-proxy"),
        "{stderr}"
    );
    let behind_proxy = Serving::start(&["--behind-proxy", "--issuer", "https://id.example"]);
    assert!(behind_proxy.ready.contains("issuer https://id.example,"));
}

#[test]
fn behind_a_proxy_the_issuer_has_to_be_named() {
    let (_folder, path) = file("world.toml", &registry_file());
    let output = run(&[
        "serve",
        "--world",
        &path,
        "--listen",
        "0.0.0.0:0",
        "--behind-proxy",
    ]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("--issuer https://id.example"));
    let output = run(&["serve", "--world", &path, "--issuer", "http://id.example"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("--issuer https://id.example"));
}

#[test]
fn the_issuer_of_commands_is_not_that_of_the_server() {
    let (folder, path) = file("world.toml", &registry_file());
    let run = |name: &str| {
        let stderr = folder.path().join(name);
        let mut child = m2m(&["serve", "--world", &path, "--listen", "127.0.0.1:0"])
            .env(name, "https://id.example")
            .stdout(Stdio::piped())
            .stderr(std::fs::File::create(stderr).unwrap())
            .spawn()
            .unwrap();
        let mut ready = String::new();
        let stdout = child.stdout.take().unwrap();
        BufReader::new(stdout).read_line(&mut ready).unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        ready
    };
    assert!(run("M2M_SERVE_ISSUER").contains("issuer https://id.example,"));
    assert!(run("M2M_ISSUER").contains("issuer http://127.0.0.1:"));
}

#[test]
fn an_application_that_can_never_get_a_token_is_reported_at_startup() {
    let world = registry_file().replacen(
        "client_id = \"frugal\"",
        "client_id = \"frugal\"\ngrant_types = []",
        1,
    );
    let (status, stderr) = Serving::of(&world, &[]).stop();
    assert!(status.success());
    let notices: Vec<&str> = stderr
        .lines()
        .filter(|line| line.contains("\"notice\""))
        .collect();
    let [notice] = &*notices else {
        panic!("one application is a dead end: {stderr}")
    };
    assert!(
        notice.contains("client_id frugal, cannot get a token"),
        "{notice}"
    );
    let profile = ["--profile", "trusted-application"];
    let (_, stderr) = Serving::start(&profile).stop();
    assert_eq!(stderr.matches("needs a system user").count(), 3, "{stderr}");
}

#[test]
fn a_port_without_an_address_is_refused_with_the_fix() {
    let (_folder, path) = file("world.toml", &registry_file());
    let output = run(&["serve", "--world", &path, "--listen", ":8080"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("as in 127.0.0.1:8080"));
}

#[test]
fn the_log_has_how_many_tokens_each_application_was_issued() {
    let server = Serving::start(&[]);
    for client_id in ["plain-id", "frugal", "plain-id"] {
        server.token(client_id, SECRET, "").access_token();
    }
    let (_, log) = server.stop();
    let tokens = |client_id: &str| -> u64 {
        let lines = log
            .lines()
            .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        lines
            .filter(|line| line["event"] == "issued" && line["client_id"] == client_id)
            .map(|line| line["tokens"].as_u64().unwrap())
            .sum()
    };
    assert_eq!((tokens("plain-id"), tokens("frugal")), (2, 1), "{log}");
}

#[test]
fn a1_the_log_names_a_parameter_that_was_ignored_once_for_all_tokens() {
    let server = Serving::start(&[]);
    for more in ["&scopes=x", "&scope%5B0%5D=x", ""] {
        server.token("plain-id", SECRET, more).access_token();
    }
    let (_, log) = server.stop();
    let line = "the body has a parameter whose name is nearly scope; it is ignored";
    let named = log.lines().filter(|own| own.contains(line)).count();
    // The minute may end in between.
    assert!((1..=2).contains(&named), "{log}");
}

#[test]
fn f7a_the_log_names_the_application_of_a_header_that_was_not_read() {
    let server = Serving::start(&[]);
    let headers = "authorization: Basic cGxhaW4taWQ6eA==\r\ncontent-type: application/json\r\n";
    let answer = server.post("/oauth2/token", headers, "{\"grant_type\":\"x\"}");
    assert_eq!(answer.status, 400);
    let line = server.wait_for_log("\"diagnosed\"");
    let line: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!(line["client_id"], "plain-id", "{line}");
    assert_eq!(
        line["evidence"][1],
        "the body looks like JSON, with grant_type"
    );
}

#[test]
fn an_address_in_use_is_reported() {
    let server = Serving::start(&[]);
    let (_folder, path) = file("world.toml", &registry_file());
    let output = run(&[
        "serve",
        "--world",
        &path,
        "--listen",
        &server.address.to_string(),
    ]);
    assert_eq!(output.status.code(), Some(1));
    let stderr = text(&output.stderr);
    assert!(
        stderr.contains("choose another address with --listen")
            && stderr.ends_with("= note: m2m explain address-in-use\n"),
        "{stderr}"
    );
}

#[test]
fn keys_in_a_folder_outlast_the_process_and_others_do_not() {
    let folder = tempfile::tempdir().unwrap();
    let keys = folder.path().join("keys");
    let arguments = ["--keys", keys.to_str().unwrap()];
    let jwk_set = |arguments: &[&str]| {
        Serving::start(arguments)
            .call("GET", "/.well-known/jwks.json", "")
            .body
    };
    assert_eq!(jwk_set(&arguments), jwk_set(&arguments));
    assert_ne!(jwk_set(&[]), jwk_set(&[]));
}

#[test]
fn an_invalid_issuer_is_refused_with_an_example() {
    let (_folder, path) = file("world.toml", &registry_file());
    let output = run(&[
        "serve",
        "--world",
        &path,
        "--listen",
        "127.0.0.1:0",
        "--issuer",
        "id.example",
    ]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("https://id.example"));
}

#[test]
fn the_printed_line_that_gets_a_management_token_names_the_audience_as_callers_do() {
    let world = "[[api]]\nname = \"Management\"\naudience = \"{issuer}/api\"\n\
                 [[application]]\nname = \"Manager\"\nauthorize = [{ audience = \"{issuer}/api\" }]\n";
    let server = Serving::of(world, &[]);
    server.next_printed();
    let line = server.next_printed();
    let line = line.strip_prefix("try it: ").unwrap();
    let output = Command::new("sh").args(["-c", line]).output().unwrap();
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(answer["access_token"].is_string(), "{line}: {answer}");
}
