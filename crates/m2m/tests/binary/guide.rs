//! The commands of the README and of the guide, run in a shell as they stand there.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::support::text;

/// The commands that are not run here, by their first words, with the reason.
const NOT_RUN: &[(&str, &str)] = &[
    ("cargo run -- demo", "it serves until it is interrupted"),
    ("cargo xtask test", "it runs this test"),
    (
        "cargo build --release",
        "the binary of this test run is used",
    ),
    ("export PATH=", "the binary of this test run is used"),
    (
        "m2m serve --data data --listen 0.0.0.0:443",
        "it needs a port of its own and a certificate; the tests of TLS start such a server",
    ),
    (
        "m2m serve --data data --listen 10.0.0.5:8080",
        "it needs that address; the tests of proxies start such a server",
    ),
];

/// The mark of a command that exits with 1.
const REFUSED: &str = "# refused";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Returns the commands in the `sh` blocks of a page. A command that continues on the next line is one.
fn commands(page: &str) -> Vec<String> {
    let mut commands = Vec::new();
    let (mut is_shell, mut command, mut end) = (false, String::new(), None);
    for line in page.lines() {
        if line.starts_with("```") {
            is_shell = line == "```sh";
            continue;
        }
        if !is_shell {
            continue;
        }
        command.push_str(line);
        command.push('\n');
        if let Some((_, word)) = line.split_once("<<") {
            end = Some(word.to_owned());
        }
        let is_open = match &end {
            Some(word) => word != line,
            None => line.ends_with('\\'),
        };
        if !is_open {
            end = None;
            commands.push(core::mem::take(&mut command));
        }
    }
    assert_eq!(command, "", "a command of the page does not end");
    commands
}

/// Returns the script that runs the commands, and stops with the first that does not do what the page says.
fn script(commands: &[String]) -> String {
    let mut script = "set -euo pipefail\n".to_owned();
    for command in commands {
        if NOT_RUN.iter().any(|(words, _)| command.starts_with(words)) {
            continue;
        }
        if let Some((refused, _)) = command.split_once(REFUSED) {
            let refused = refused.trim_end();
            script += &format!("status=0; {refused} || status=$?; [ $status = 1 ]\n");
        } else if let Some(server) = command.strip_suffix(" &\n") {
            // The page tells the reader to wait for the first line on standard output.
            script += "rm -f ~/ready && mkfifo ~/ready\n";
            script += &format!("{server} > ~/ready &\nexec 9< ~/ready && read -r _ <&9\n");
        } else {
            script += command;
        }
    }
    script
}

/// Runs a script in a folder of its own, with ports of its own for the server and for the mock.
#[expect(
    clippy::disallowed_methods,
    reason = "a shell finds its programs through PATH"
)]
fn run(script: &str) {
    let home = tempfile::tempdir().unwrap();
    let ports = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
    let [address, of_mock] = ports
        .each_ref()
        .map(|port| port.local_addr().unwrap().to_string());
    drop(ports);
    let script = script
        .replace("127.0.0.1:8080", &address)
        .replace("127.0.0.1:8090", &of_mock);
    let binary = Path::new(env!("CARGO_BIN_EXE_m2m")).parent().unwrap();
    let path = std::env::var("PATH").unwrap_or_default();
    let mut command = Command::new("bash");
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(|name| name.starts_with("M2M_")) {
            command.env_remove(name);
        }
    }
    let output = command
        .args([
            "-c",
            &format!("trap 'kill $(jobs -p) 2> /dev/null || true' EXIT\n{script}"),
        ])
        .current_dir(home.path())
        .env("HOME", home.path())
        .env("TMPDIR", home.path())
        .env("PATH", format!("{}:{path}", binary.display()))
        .env("M2M_LISTEN", &address)
        .env("M2M_OPS_LISTEN", "off")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let folders = fs::read_dir(home.path()).unwrap();
    let log: String = folders
        .filter_map(|folder| fs::read_to_string(folder.unwrap().path().join("log")).ok())
        .collect();
    assert!(
        output.status.success(),
        "{}\n{}{}\nlog:\n{log}",
        output.status,
        text(&output.stdout),
        text(&output.stderr),
    );
}

fn page(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap()
}

/// Returns the pages of the guide in the order in which its first page lists them.
fn guide() -> Vec<String> {
    let index = page("docs/guide/README.md");
    let pages: Vec<String> = index
        .lines()
        .filter_map(|line| line.split_once("](")?.1.strip_suffix(')'))
        .map(|name| format!("docs/guide/{name}"))
        .collect();
    let files = fs::read_dir(root().join("docs/guide")).unwrap().count();
    assert_eq!(pages.len() + 1, files, "the first page lists every page");
    pages
}

#[test]
fn the_commands_of_the_readme_run_as_they_stand_and_a_second_time() {
    let once = commands(&page("README.md"));
    let again = [once.as_slice(), &["kill %1; wait\n".to_owned()], &once].concat();
    run(&script(&again));
}

#[test]
fn the_commands_of_the_guide_run_as_they_stand_from_page_to_page() {
    let all: Vec<String> = guide()
        .iter()
        .flat_map(|name| commands(&page(name)))
        .collect();
    assert!(all.len() > 30, "{}", all.len());
    run(&script(&all));
}

#[test]
fn the_commands_of_the_readme_of_the_mock_succeed_as_they_stand() {
    let strict = "curl() { command curl --fail --silent --show-error \"$@\"; }\n";
    let all = commands(&page("crates/m2m-mock/README.md"));
    assert!(all.len() > 15, "{}", all.len());
    run(&format!("{strict}{}", script(&all)));
}

#[test]
fn each_command_that_is_not_run_is_on_a_page() {
    let mut pages = guide();
    pages.push("README.md".to_owned());
    let all: Vec<String> = pages
        .iter()
        .flat_map(|name| commands(&page(name)))
        .collect();
    for (words, reason) in NOT_RUN {
        assert!(
            all.iter().any(|command| command.starts_with(words)),
            "{words:?} ({reason}) is on no page"
        );
    }
}

#[test]
fn a_command_that_fails_or_is_not_refused_stops_the_script() {
    for commands in ["false\n", "true # refused\n"] {
        let stopped = std::panic::catch_unwind(|| run(&script(&[commands.to_owned()])));
        stopped.unwrap_err();
    }
    run(&script(&[
        "false # refused\n".to_owned(),
        "true\n".to_owned(),
    ]));
}
