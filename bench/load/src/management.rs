//! The management API over a registry that grows: the cost of one more application compared with the first ones, and the time that a page takes.

use std::net::SocketAddr;
use std::path::Path;

use serde_json::Value;

use super::build::{self, Place};
use super::connection::{Connection, lost};
use super::options::Options;
use super::process::{Kernel, resident_memory};
use super::server::{Cores, Plan, Server};
use super::token::Requests;
use super::world;
use xtask::failure::{Failure, Outcome};
use xtask::steps::now;
use xtask::workspace::Workspace;

/// The application that manages the server.
const CLIENT_ID: &str = "bench-operator";
const CLIENT_SECRET: &str = "bench-operator-secret-0123456789abcdef0123456789abcdef";

/// The number of times that each page is requested.
const PAGES: u32 = 50;

/// Creates this number of applications, one after the other, and requests pages of them.
pub(super) fn run(workspace: &Workspace, options: &Options, count: u32) -> Outcome {
    let place = Place::prepare(workspace)?;
    let kernel = Kernel::ask()?;
    let binary = place.m2m(workspace, options)?;
    let data = place.apply(&binary, "management", &world::of_applications(1))?;
    let requests = Requests::of_applications(&place.run, 1)?;
    let server = managed("management", &binary, &data).start(Cores::First, &requests)?;
    let mut operator = Operator::connect(server.address())?;
    let tenth = (count / 10).max(1);
    let mut tenths = Vec::new();
    let mut made = 0;
    while made < count {
        let (before, begin) = (kernel.processor_time(server.pid())?, now());
        for _ in 0..tenth.min(count - made) {
            made += 1;
            operator.make(made)?;
        }
        let spent = kernel.processor_time(server.pid())? - before;
        let each = spent.as_secs_f64() * 1e6 / f64::from(tenth);
        println!(
            "{made} of {count}: {each:.1} µs of CPU each, {:.1} s",
            begin.elapsed().as_secs_f64()
        );
        tenths.push(each);
    }
    let pages = pages(&mut operator, count)?;
    build::publish(&table(&tenths, &pages, &server)?, options)
}

/// A server over a data directory, which [`Operator`] manages.
pub(super) fn managed(name: &str, binary: &Path, data: &Path) -> Plan {
    Plan::m2m(name, binary, data, None)
        .with("M2M_BOOTSTRAP_CLIENT_ID", CLIENT_ID)
        .with("M2M_BOOTSTRAP_CLIENT_SECRET", CLIENT_SECRET)
}

/// A requested page: its name, its median time and its longest time. Unit: milliseconds.
type Page = (&'static str, f64, f64);

fn pages(operator: &mut Operator, count: u32) -> Result<Vec<Page>, Failure> {
    let middle = format!("application {:07}", count / 2);
    let cursor = |name: &str| {
        let name: String = name.bytes().map(|byte| format!("{byte:02x}")).collect();
        format!("{}{name}", "0".repeat(32))
    };
    let middle = cursor(&middle);
    let asked: [(&'static str, String); 7] = [
        ("by age", "page_size=50".to_owned()),
        ("by name", "page_size=50&sort=name_asc".to_owned()),
        (
            "by name, from the middle",
            format!("page_size=50&sort=name_asc&next_token={middle}"),
        ),
        (
            "by name backwards, from the middle",
            format!("page_size=50&sort=name_desc&next_token={middle}"),
        ),
        (
            "search with few matches",
            format!("page_size=50&search={:07}", count / 3),
        ),
        (
            "search that matches all",
            "page_size=50&search=application".to_owned(),
        ),
        (
            "search without a match",
            "page_size=50&search=zq".to_owned(),
        ),
    ];
    asked
        .into_iter()
        .map(|(what, query)| {
            let mut times = Vec::new();
            for _ in 0..PAGES {
                let begin = now();
                operator.ask("GET", &format!("/api/v1/applications?{query}"), "")?;
                times.push(begin.elapsed().as_secs_f64() * 1e3);
            }
            times.sort_by(f64::total_cmp);
            let median = times.get(times.len() / 2).copied().unwrap_or_default();
            let longest = times.last().copied().unwrap_or_default();
            Ok((what, median, longest))
        })
        .collect()
}

fn table(tenths: &[f64], pages: &[Page], server: &Server) -> Result<String, Failure> {
    let first = tenths.first().copied().unwrap_or_default();
    let last = tenths.last().copied().unwrap_or_default();
    let mut table = format!(
        "| applications | CPU µs each | × first |\n|---|---:|---:|\n| first tenth | {first:.1} | 1.00 |\n\
         | last tenth | {last:.1} | {:.2} |\n\n| page of 50 | median ms | longest ms |\n|---|---:|---:|\n",
        last / first
    );
    for (what, median, longest) in pages {
        table.push_str(&format!("| {what} | {median:.2} | {longest:.2} |\n"));
    }
    table.push_str(&format!("\n{:.0} MiB\n", resident_memory(server.pid())?));
    Ok(table)
}

/// A connection to the management API.
pub(super) struct Operator {
    connection: Connection,
    to: SocketAddr,
    token: String,
}

impl Operator {
    pub(super) fn connect(to: SocketAddr) -> Result<Self, Failure> {
        let mut operator = Self {
            connection: Connection::open(to).map_err(|error| lost(&error))?,
            to,
            token: String::new(),
        };
        let form = format!(
            "grant_type=client_credentials&client_id={CLIENT_ID}&client_secret={CLIENT_SECRET}&audience=http%3A%2F%2F{to}%2Fapi"
        );
        let answer = operator.exchange("POST", "/oauth2/token", FORM, &form)?;
        operator.token = answer
            .get("access_token")
            .and_then(Value::as_str)
            .map(ToOwned::to_owned)
            .ok_or_else(|| unexpected(&answer))?;
        Ok(operator)
    }

    fn make(&mut self, number: u32) -> Outcome {
        let body = format!(r#"{{"name": "application {number:07}", "type": "m2m"}}"#);
        self.ask("POST", "/api/v1/applications", &body).map(drop)
    }

    pub(super) fn ask(&mut self, method: &str, path: &str, body: &str) -> Result<Value, Failure> {
        self.exchange(method, path, "application/json", body)
    }

    /// Reads an answer and discards it.
    pub(super) fn read(&mut self, path: &str) -> Outcome {
        let request = self.request("GET", path, "application/json", "");
        let answer = self
            .connection
            .send(&request)
            .map_err(|error| lost(&error))?;
        if answer.status() == Some(200) {
            Ok(())
        } else {
            Err(unexpected(&Value::String(answer.head)))
        }
    }

    fn exchange(
        &mut self,
        method: &str,
        path: &str,
        content_type: &str,
        body: &str,
    ) -> Result<Value, Failure> {
        let request = self.request(method, path, content_type, body);
        let answer = self
            .connection
            .send(&request)
            .map_err(|error| lost(&error))?;
        let document: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        if matches!(answer.status(), Some(200 | 201)) {
            Ok(document)
        } else {
            Err(unexpected(&document))
        }
    }

    fn request(&self, method: &str, path: &str, content_type: &str, body: &str) -> String {
        let authorization = match &*self.token {
            "" => String::new(),
            token => format!("authorization: Bearer {token}\r\n"),
        };
        format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\n{authorization}content-type: {content_type}\r\n\
             content-length: {}\r\n\r\n{body}",
            self.to,
            body.len(),
        )
    }
}

const FORM: &str = "application/x-www-form-urlencoded";

fn unexpected(answer: &Value) -> Failure {
    Failure::new(
        format!("the management API returned {answer}"),
        "the requests of the bench are defined in bench/load/src/management.rs",
    )
}
