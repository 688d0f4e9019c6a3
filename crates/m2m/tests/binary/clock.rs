//! Jumps of a server's wall clock: no caller is refused, and nothing is revoked.

use std::net::SocketAddr;

use serde_json::Value;
use tempfile::TempDir;

use crate::data::Data;
use crate::managed::ManagementCalls as _;
use crate::managed::{
    Managed, OPERATOR, OPERATOR_SECRET, bearer, call, fresh, management_token, try_send,
};
use crate::support::m2m;
use crate::torture::injector::Injector;

/// A server whose wall clock is moved, and the application that manages it.
pub(crate) struct Clocked {
    pub(crate) managed: Managed,
    ops: SocketAddr,
    pub(crate) injector: Injector,
    _control: TempDir,
}

impl Clocked {
    /// Starts a server whose clock is ahead by `ahead`. Unit: seconds.
    pub(crate) fn start(data: Data, ahead: i64) -> Self {
        let control = tempfile::tempdir().unwrap();
        let injector = Injector::new(control.path());
        injector.move_clock(ahead);
        let path = data.path();
        let mut command = m2m(&["serve", "--listen", "127.0.0.1:0", "--data"]);
        command.arg(&path).args(["--ops-listen", "127.0.0.1:0"]);
        injector.load_into(&mut command, &path);
        let managed = Managed::of_command(command, data);
        Self {
            ops: managed.server.ops(),
            managed,
            injector,
            _control: control,
        }
    }

    fn is_ready(&self) -> bool {
        try_send(self.ops, "GET", "/readyz", "", "").is_some_and(|answer| answer.status == 200)
    }
}

#[test]
fn f13_a_clock_that_jumps_ahead_refuses_no_caller() {
    let clocked = Clocked::start(fresh(), 0);
    let managed = &clocked.managed;
    managed.api("https://a.example", &[]);
    let caller = managed.application(&serde_json::json!({ "client_id": "caller" }));
    managed.authorize("https://a.example", &caller.id, &[]);
    for minutes in [6, 60, 24 * 60] {
        clocked.injector.move_clock(minutes * 60);
        for _ in 0..20 {
            let answer = managed.ask(&caller, "");
            assert_eq!(
                answer.status, 200,
                "{minutes} minutes ahead: {}",
                answer.body
            );
        }
        assert!(clocked.is_ready(), "{minutes} minutes ahead");
    }
}

#[test]
fn f12_x27_a_clock_that_was_ahead_at_the_first_start_revokes_nothing() {
    let clocked = Clocked::start(Data::new(), 24 * 60 * 60);
    let server = &clocked.managed.server;
    clocked.injector.move_clock(0);
    let token = management_token(server, OPERATOR, OPERATOR_SECRET);
    let path = "/api/v1/applications";
    let answer = call(server.address, "GET", path, &bearer(&token), &Value::Null);
    assert_eq!(answer.status, 200, "{}", answer.body);
}
