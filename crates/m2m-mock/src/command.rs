//! The command `m2m mock`.

use core::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use clap::Args;
use m2m_host::clock;
use m2m_host::error::{Excerpt, Failure};
use m2m_host::listen_address::{ListenAddress, listen_address};
use m2m_host::output::{self, Output};
use m2m_host::regular_file::{self, Pipes, RegularFile};
use m2m_host::runtime::runtime;
use m2m_host::signals::Interruptions;
use m2m_listen::{ListenError, ListenSettings, Listener};
use oauth_proto::Issuer;

use crate::answer::MARK;
use crate::caller::is_at_loopback;
use crate::limits::{MAX_CONNECTIONS, MAX_SCRIPT_BYTES};
use crate::mock::Mock;
use crate::script::Script;
use crate::serving::Serving;

/// Run a mock issuer for tests: any client gets tokens, and tests force errors.
///
/// Every client id with any secret gets a token with the audience and the scope
/// it asks for. A test controls the mock over HTTP, below the path /mock: it
/// forces answers, sets the clock, replaces the key, and lists the requests.
/// The keys are new at each start. Nothing is stored.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct MockOptions {
    /// Address and port to listen on; port 0 picks a free port
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8090", value_parser = listen_address)]
    listen: ListenAddress,
    /// File with the state at the start: the issuer, the tokens, the clients, the
    /// clock and forced answers (TOML); - reads standard input
    #[arg(long, value_name = "FILE")]
    script: Option<PathBuf>,
}

const EXAMPLES: &str = r#"Examples:
  m2m mock                               # at http://127.0.0.1:8090
  m2m mock --listen 127.0.0.1:0          # prints the port
  m2m mock --script mock.toml

A token, then an error for the next two requests of one client:
  curl -u any:any http://127.0.0.1:8090/oauth2/token \
    -d grant_type=client_credentials -d audience=https://orders.example/api
  curl --json '{"error":"invalid_client","client_id":"job-7","times":2}' \
    http://127.0.0.1:8090/mock/forced-answers

A slow answer, a page of a proxy, a token that expires in a second:
  curl --json '{"delay_ms":3000,"times":1}' \
    http://127.0.0.1:8090/mock/forced-answers
  curl --json '{"broken":"html","times":1}' \
    http://127.0.0.1:8090/mock/forced-answers
  curl --json '{"token":{"lifetime":1},"times":1}' \
    http://127.0.0.1:8090/mock/forced-answers

The clock, the key, the requests so far, the state at the start:
  curl --json '{"seconds":3600}' http://127.0.0.1:8090/mock/clock/advance
  curl --json '{"old":"dropped"}' http://127.0.0.1:8090/mock/keys/rotate
  curl http://127.0.0.1:8090/mock/requests
  curl --json '{}' http://127.0.0.1:8090/mock/reset

A script:
  [token]
  lifetime = 60
  claims = { org_code = "org_acme" }

  [[forced_answer]]
  client_id = "job-7"
  error = "temporarily_unavailable"
  retry_after = 5"#;

impl MockOptions {
    /// Serves the mock until the process is interrupted.
    ///
    /// # Errors
    ///
    /// If the script is wrong, or the address cannot be used.
    pub fn run(&self, output: &Output) -> Result<(), Failure> {
        let script = match &self.script {
            None => Script::default(),
            Some(path) => read_script(path)?,
        };
        output::log_panics();
        runtime()?.block_on(self.serve(script, output))
    }

    async fn serve(&self, script: Script, output: &Output) -> Result<(), Failure> {
        let mut interruptions = Interruptions::new();
        let listener = Listener::bind(self.settings()).await;
        let listener = listener.map_err(|error| not_listening(&error))?;
        let listen = self.listen.with_port(listener.address().port());
        let mut mock = Mock::new(script, issuer(listen)?, clock::now()).map_err(|error| {
            Failure::refused("cannot generate a signing key")
                .because(error.to_string())
                .help("set signing_alg in the script to ES256")
        })?;
        if let Some(notice) = notice_of_issuer(mock.issuer()) {
            output.notice(&notice);
        }
        if !listen.is_loopback() {
            mock = mock.addressed_by_any_host();
            output.notice(&format!(
                "notice: {listen} is not a loopback address: everyone who reaches it gets tokens and controls the mock"
            ));
        }
        output.line(format!(
            "m2m mock ready ({MARK}): issuer {}, listening on {}",
            mock.issuer(),
            listener.address(),
        ));
        let stopped = async move { interruptions.next().await };
        listener.serve(Serving::new(mock), stopped).await;
        Ok(())
    }

    fn settings(&self) -> ListenSettings {
        let mut settings = match self.listen {
            ListenAddress::Ip(address) => ListenSettings::at(address),
            ListenAddress::Localhost(port) => ListenSettings::at_localhost(port),
        };
        settings.max_connections = MAX_CONNECTIONS;
        settings.overloaded = Bytes::from_static(OVERLOADED);
        settings
    }
}

/// The answer to a connection beyond the maximum, with the mark of every answer.
const OVERLOADED: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\n\
    content-type: text/plain\r\n\
    m2m-mock: not for production\r\n\
    retry-after: 5\r\n\
    connection: close\r\n\
    content-length: 28\r\n\
    \r\n\
    the mock is at its capacity\n";

/// Returns the issuer at an address. All addresses of a machine include its loopback address.
fn issuer(listen: ListenAddress) -> Result<Issuer, Failure> {
    let reached = match listen {
        ListenAddress::Ip(address) if address.ip().is_unspecified() => {
            let loopback = IpAddr::V4(Ipv4Addr::LOCALHOST);
            ListenAddress::Ip((loopback, address.port()).into())
        }
        ListenAddress::Ip(_) | ListenAddress::Localhost(_) => listen,
    };
    m2m_host::issuer::parse_issuer(&format!("http://{reached}"))
}

/// Returns the notice about an issuer that is another server: the mock itself does not speak TLS.
fn notice_of_issuer(issuer: &Issuer) -> Option<String> {
    let is_elsewhere = issuer.is_https() && !is_at_loopback(issuer);
    is_elsewhere.then(|| {
        format!("notice: tokens of this mock name an issuer that is not this mock: {issuer}")
    })
}

fn not_listening(error: &ListenError) -> Failure {
    let ListenError::Bind { address, error } = error else {
        return Failure::refused(error.to_string());
    };
    Failure::of_listening(*address, error)
        .help("choose another address with --listen; port 0 picks a free port")
}

fn read_script(path: &Path) -> Result<Script, Failure> {
    let file = regular_file::shown(path);
    let help = "`m2m mock --help` shows a script";
    let bytes = RegularFile::open(path, Pipes::Taken)
        .and_then(|opened| opened.read(MAX_SCRIPT_BYTES))
        .map_err(|error| Failure::of_io(format!("cannot read {file}"), &error).help(help))?;
    let source = str::from_utf8(&bytes).map_err(|error| {
        Failure::usage(format!("cannot read {file}"))
            .because(error.to_string())
            .help(help)
    })?;
    Script::parse(source).map_err(|mistake| {
        let excerpt = Excerpt::of(&file, source, mistake.span.clone());
        let failure = Failure::usage(&*mistake.what).at(excerpt);
        mistake
            .help
            .as_deref()
            .into_iter()
            .fold(failure, Failure::help)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const README: &str = include_str!("../README.md");

    #[test]
    fn the_requests_in_the_help_are_those_of_the_readme_which_are_run() {
        let lines = |text: &str| {
            let lines = text.lines().map(str::trim);
            lines.collect::<Vec<_>>().join("\n")
        };
        let readme = lines(README);
        let help = lines(EXAMPLES).replace("\\\n", "\\\r");
        let requests: Vec<_> = help
            .lines()
            .filter(|line| line.starts_with("curl "))
            .map(|request| request.replace('\r', "\n"))
            .collect();
        assert_eq!(requests.len(), 9);
        for request in requests {
            assert!(readme.contains(&request), "{request}");
        }
    }

    #[test]
    fn the_scripts_in_the_help_and_in_the_readme_are_valid() {
        let (_, of_help) = EXAMPLES.split_once("A script:\n").unwrap();
        let (_, of_readme) = README.split_once("```toml\n").unwrap();
        let (of_readme, _) = of_readme.split_once("```").unwrap();
        for source in [of_help, of_readme] {
            let script = Script::parse(source).unwrap();
            assert_eq!(script.forced_answers.len(), 1);
        }
    }

    #[test]
    fn the_answer_at_capacity_states_its_length_and_what_it_is() {
        let text = str::from_utf8(OVERLOADED).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(head.contains(&format!("content-length: {}", body.len())));
        assert!(head.contains(&format!("m2m-mock: {MARK}")));
    }

    #[test]
    fn an_https_issuer_elsewhere_has_a_notice() {
        let notice = |issuer| notice_of_issuer(&Issuer::parse(issuer).unwrap());
        let shown = notice("https://id.example/tenant").unwrap();
        assert!(
            shown.ends_with("not this mock: https://id.example/tenant"),
            "{shown}"
        );
        for issuer in [
            "http://mock:8090",
            "https://localhost:8443",
            "https://127.0.0.1",
        ] {
            assert_eq!(notice(issuer), None, "{issuer}");
        }
    }

    #[test]
    fn the_issuer_of_all_addresses_is_at_loopback() {
        for (listen, expected) in [
            ("0.0.0.0:8090", "http://127.0.0.1:8090"),
            ("[::]:8090", "http://127.0.0.1:8090"),
            ("[::1]:8090", "http://[::1]:8090"),
            ("localhost:8090", "http://localhost:8090"),
            ("10.0.0.5:8090", "http://10.0.0.5:8090"),
        ] {
            let issuer = issuer(listen_address(listen).unwrap()).unwrap();
            assert_eq!(issuer.as_str(), expected);
        }
    }
}
