//! The ops listener, which is for operators.

use m2m_authority::registry::time_text;

use crate::connections::{counted, wait_for_count};
use crate::support::{SECRET, Serving, file, registry_file, run, send_to, text};

#[test]
fn the_ops_listener_reports_liveness_readiness_and_counts() {
    let (server, ops) = Serving::with_ops(&[]);
    let get = |path: &str| {
        let head = format!("GET {path} HTTP/1.1\r\nhost: h\r\nconnection: close\r\n\r\n");
        send_to(ops, head.as_bytes())
    };
    assert_eq!((get("/livez").status, get("/readyz").status), (200, 200));
    assert_eq!(get("/readyz").json()["ready"], true);
    server.token("plain-id", SECRET, "").access_token();
    let metrics = get("/metrics");
    assert_eq!(
        metrics.header("content-type"),
        Some("application/openmetrics-text; version=1.0.0; charset=utf-8")
    );
    assert!(metrics.body.ends_with("# EOF\n"));
    assert!(!metrics.body.contains(SECRET));
    wait_for_count(ops, "m2m_connections_closed_total{reason=\"done\"}", 1);
    assert_eq!(counted(ops, "m2m_connections_open"), 0);
    assert_eq!(get("/oauth2/token").status, 404);
    // The listener for callers serves none of its paths.
    for path in ["/livez", "/readyz", "/metrics"] {
        assert_eq!(server.call("GET", path, "").status, 404, "{path}");
    }
}

#[test]
fn an_address_in_use_is_reported_with_the_option() {
    let (_server, ops) = Serving::with_ops(&[]);
    let (_folder, path) = file("world.toml", &registry_file());
    let ops = ops.to_string();
    let output = run(&[
        "serve",
        "--world",
        &path,
        "--listen",
        "127.0.0.1:0",
        "--ops-listen",
        &ops,
    ]);
    assert_eq!(output.status.code(), Some(1));
    let stderr = text(&output.stderr);
    assert!(
        stderr.contains(&ops) && stderr.contains("--ops-listen off"),
        "{stderr}"
    );
}

#[test]
fn what_expires_soon_is_a_metric_and_a_line_of_the_log() {
    let at = time_text(m2m_host::clock::now().saturating_add_seconds(50 * 3600));
    let world = format!(
        "{}\n[[application]]\nname = \"Guest\"\nclient_id = \"guest\"\nowner = \"Team A\"\nexpires_at = {at}\n",
        registry_file()
    );
    let server = Serving::of(&world, &["--ops-listen", "127.0.0.1:0"]);
    let ops = server.ops();
    let line = server.wait_for_log("\"expiring\"");
    for part in [
        "\"client_id\":\"guest\"",
        "\"owner\":\"Team A\"",
        "\"within\":\"3d\"",
        "the application expires soon",
    ] {
        assert!(line.contains(part), "{line}");
    }
    let expiring = |within| {
        let name = format!("m2m_expiring{{kind=\"application\",within=\"{within}\"}}");
        counted(ops, &name)
    };
    assert_eq!([expiring("1d"), expiring("3d"), expiring("14d")], [0, 1, 1]);
}

#[test]
fn an_address_beyond_the_machine_is_allowed_and_logged() {
    let server = Serving::start(&["--ops-listen", "0.0.0.0:0"]);
    server.wait_for_log("from a trusted network only");
}
