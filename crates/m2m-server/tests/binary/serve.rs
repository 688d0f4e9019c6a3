//! `m2m serve`: how it starts, refuses to start, and ends.

use crate::support::{SECRET, Serving, file, post_to, run, text, world};

#[test]
fn says_in_one_line_that_it_is_ready_and_ends_in_good_order() {
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

#[test]
fn a_wrong_world_starts_nothing_and_is_told_where_and_the_nearest_right_word() {
    let wrong = world().replace(
        "audience = \"https://reports.example/\"\nscopes",
        "audince = \"x\"\nscopes",
    );
    let (_folder, path) = file("world.toml", &wrong);
    let output = run(&["serve", "--world", &path, "--listen", "127.0.0.1:0"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(text(&output.stdout), "");
    let expected = format!(
        "error: unknown field `audince`\n  --> {path}:9:1\n   |\n 9 | audince = \"x\"\n   | ^^^^^^^\n   \
         = help: did you mean `audience`?\n"
    );
    let expected = expected.replace("\n  ", "\n ").replace("\n 9 |", "\n9 |");
    assert_eq!(text(&output.stderr), expected);
}

#[test]
fn a_world_that_does_not_fit_together_is_told_so_too() {
    let wrong = world().replace(
        "scopes = [\"read:reports\"] }",
        "scopes = [\"read:report\"] }",
    );
    let (_folder, path) = file("world.toml", &wrong);
    let output = run(&["serve", "--world", &path, "--listen", "127.0.0.1:0"]);
    assert_eq!(output.status.code(), Some(2));
    let stderr = text(&output.stderr);
    assert!(
        stderr.contains("there is no scope on this API named \"read:report\""),
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
fn a_secret_that_the_file_leaves_out_is_printed_once_and_works() {
    let world = "[[api]]\nname = \"A\"\naudience = \"a\"\n[[application]]\nname = \"Job\"\nclient_id = \"job\"\n\
                 authorize = [{ audience = \"a\" }]\n";
    let folder = tempfile::tempdir().unwrap();
    let stderr = folder.path().join("stderr");
    let path = folder.path().join("world.toml");
    std::fs::write(&path, world).unwrap();
    // The server has to be asked while it runs, and its standard error is read while it runs: hence a file.
    let mut child = crate::support::m2m(&[
        "serve",
        "--world",
        path.to_str().unwrap(),
        "--listen",
        "127.0.0.1:0",
    ])
    .stdout(std::process::Stdio::piped())
    .stderr(std::fs::File::create(&stderr).unwrap())
    .spawn()
    .unwrap();
    let mut ready = String::new();
    std::io::BufRead::read_line(
        &mut std::io::BufReader::new(child.stdout.take().unwrap()),
        &mut ready,
    )
    .unwrap();
    let printed = std::fs::read_to_string(&stderr).unwrap();
    let secret = printed
        .split("client_secret ")
        .nth(1)
        .and_then(|rest| rest.split(' ').next())
        .unwrap()
        .to_owned();
    let address = ready.trim().rsplit(' ').next().unwrap().parse().unwrap();
    let form = format!("grant_type=client_credentials&client_id=job&client_secret={secret}");
    let token = post_to(address, "/oauth2/token", "", &form).access_token();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(!token.is_empty());
    assert_eq!(printed.matches(&secret).count(), 1);
}

#[test]
fn a7_plain_http_leaves_the_machine_only_behind_a_proxy() {
    let (_folder, path) = file("world.toml", &world());
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
fn an_address_that_is_taken_is_told_so() {
    let server = Serving::start(&[]);
    let (_folder, path) = file("world.toml", &world());
    let output = run(&[
        "serve",
        "--world",
        &path,
        "--listen",
        &server.address.to_string(),
    ]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("choose another address with --listen"));
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
fn a_wrong_issuer_is_told_what_one_is() {
    let (_folder, path) = file("world.toml", &world());
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
