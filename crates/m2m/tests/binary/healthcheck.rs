//! `m2m healthcheck`: readiness as an exit code.

use crate::support::{Serving, file, m2m, run, text};

#[test]
fn a_server_that_is_ready_is_0_and_one_that_is_not_there_is_3() {
    let (server, ops) = Serving::with_ops(&[]);
    let ops = ops.to_string();
    let output = run(&["healthcheck", "--ops-listen", &ops]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(text(&output.stdout), "ready\n");
    // As in a container, where only variables or a file give the address.
    let mut of_variable = m2m(&["healthcheck"]);
    let output = of_variable.env("M2M_OPS_LISTEN", &ops).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let (_folder, path) = file("m2m.toml", &format!("ops_listen = {ops:?}\n"));
    let mut of_file = m2m(&["healthcheck", "--config", &path]);
    let output = of_file.env_remove("M2M_OPS_LISTEN").output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    server.stop();
    let output = run(&["healthcheck", "--ops-listen", &ops]);
    let stderr = text(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{stderr}");
    assert!(stderr.contains("--ops-listen (M2M_OPS_LISTEN)"), "{stderr}");
}

#[test]
fn another_listener_than_that_for_probes_is_refused() {
    let output = m2m(&["healthcheck", "--ops-listen", "off"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("the listener for probes is off"));
    let server = Serving::start(&[]);
    let output = run(&["healthcheck", "--ops-listen", &server.address.to_string()]);
    let stderr = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(
        stderr.contains("404") && stderr.contains("to the address of the listener"),
        "{stderr}"
    );
}
