//! Floods end a connection, and real clients do not.

use super::*;
use crate::frame_heads::HEAD_BYTES;

const PUSH_PROMISE: u8 = 5;
const PRIORITY: u8 = 2;
const PING: u8 = 6;
const GOAWAY: u8 = 7;
const WINDOW_UPDATE: u8 = 8;
const CONTINUATION: u8 = 9;
const UNKNOWN: u8 = 99;
const ACK: u8 = 1;

fn frame(kind: u8, flags: u8, stream: u32, payload: usize) -> Vec<u8> {
    let length = u32::try_from(payload).unwrap().to_be_bytes();
    let mut bytes = length[1..].to_vec();
    bytes.extend([kind, flags]);
    bytes.extend(stream.to_be_bytes());
    bytes.resize(HEAD_BYTES + payload, 0);
    bytes
}

/// The meter of a connection after its preface.
fn begun() -> FrameMeter {
    let mut meter = FrameMeter::new(0);
    let mut bytes = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
    bytes.extend(frame(SETTINGS, 0, 0, 18));
    bytes.extend(frame(WINDOW_UPDATE, 0, 0, 4));
    assert!(meter.read(&bytes, 0));
    meter
}

#[test]
fn x17_floods_of_every_frame_except_requests_are_stopped() {
    for (name, flood) in [
        ("PING", frame(PING, 0, 0, 8)),
        ("answers to PING", frame(PING, ACK, 0, 8)),
        ("SETTINGS", frame(SETTINGS, 0, 0, 0)),
        ("large SETTINGS", frame(SETTINGS, 0, 0, 16_380)),
        ("PRIORITY", frame(PRIORITY, 0, 1, 5)),
        ("WINDOW_UPDATE", frame(WINDOW_UPDATE, 0, 0, 4)),
        ("RST_STREAM", frame(RST_STREAM, 0, 1, 4)),
        ("empty DATA", frame(DATA, 0, 1, 0)),
        ("DATA of one byte", frame(DATA, 0, 1, 1)),
        ("padded DATA", frame(DATA, PADDED, 1, 256)),
        ("CONTINUATION", frame(CONTINUATION, 0, 1, 0)),
        ("HEADERS of one stream", frame(HEADERS, 0, 1, 1)),
        ("PUSH_PROMISE", frame(PUSH_PROMISE, 0, 1, 4)),
        ("GOAWAY", frame(GOAWAY, 0, 0, 8)),
        ("unknown", frame(UNKNOWN, 0, 0, 100)),
    ] {
        let mut meter = begun();
        assert!(meter.read(&frame(HEADERS, 0, 1, 50), 0));
        let most = usize::try_from(MAX_CREDIT).unwrap() + 2;
        let ended = (0..most).position(|_| !meter.read(&flood, 0));
        assert!(ended.is_some(), "{name}");
        // In one read of many as well.
        let mut meter = begun();
        assert!(!meter.read(&flood.repeat(most), 0), "{name}");
    }
}

#[test]
fn x17_answers_to_pings_restore_too_little_credit_to_continue() {
    let mut meter = begun();
    let ended = (0..10_000).any(|_| {
        meter.wrote(&frame(DATA, 0, 1, 17 - HEAD_BYTES));
        !meter.read(&frame(PING, 0, 0, 8), 0)
    });
    assert!(ended);
}

#[test]
fn x17_a_flood_of_windows_of_one_byte_is_stopped() {
    let mut meter = begun();
    let ended = (0..10_000).any(|_| {
        meter.wrote(&frame(DATA, 0, 1, 1));
        !meter.read(&frame(WINDOW_UPDATE, 0, 1, 4), 0)
    });
    assert!(ended);
}

#[test]
fn a_client_that_sends_requests_is_never_stopped() {
    let mut meter = begun();
    for request in 0..100_000 {
        let stream = 2 * request + 1;
        let mut bytes = frame(HEADERS, 4, stream, 120);
        bytes.extend(frame(DATA, END_STREAM, stream, 30));
        bytes.extend(frame(WINDOW_UPDATE, 0, 0, 4));
        bytes.extend(frame(WINDOW_UPDATE, 0, stream, 4));
        bytes.extend(frame(PING, 0, 0, 8));
        bytes.extend(frame(PRIORITY, 0, stream, 5));
        assert!(meter.read(&bytes, 0), "{request}");
        meter.wrote(&frame(DATA, 0, 1, 800 - HEAD_BYTES));
    }
    assert_eq!(meter.latest_stream(), 199_999);
}

#[test]
fn a_client_that_resets_its_requests_is_not_stopped() {
    let mut meter = begun();
    for request in 0..100_000 {
        let stream = 2 * request + 1;
        let mut bytes = frame(HEADERS, 5, stream, 120);
        bytes.extend(frame(RST_STREAM, 0, stream, 4));
        assert!(meter.read(&bytes, 0), "{request}");
    }
}

#[test]
fn a_client_that_only_keeps_its_connection_alive_is_never_stopped() {
    let mut meter = begun();
    for second in 1..100_000 {
        let mut bytes = frame(PING, 0, 0, 8);
        bytes.extend(frame(PING, ACK, 0, 8));
        assert!(meter.read(&bytes, second * 1000), "{second}");
    }
}

#[test]
fn a_client_that_reads_large_answers_in_small_windows_is_not_stopped() {
    let mut meter = begun();
    assert!(meter.read(&frame(HEADERS, 5, 1, 120), 0));
    // 16 MiB, announced for every 4 KiB, for the stream and the connection.
    for part in 0..4096 {
        meter.wrote(&frame(DATA, 0, 1, 4096));
        let mut bytes = frame(WINDOW_UPDATE, 0, 1, 4);
        bytes.extend(frame(WINDOW_UPDATE, 0, 0, 4));
        assert!(meter.read(&bytes, 0), "{part}");
    }
}

#[test]
fn a_client_that_sends_a_large_body_is_not_stopped() {
    let mut meter = begun();
    assert!(meter.read(&frame(HEADERS, 4, 1, 120), 0));
    for part in 0..16_384 {
        assert!(meter.read(&frame(DATA, 0, 1, 1024), 0), "{part}");
    }
}

#[test]
fn frames_are_found_however_their_bytes_are_split() {
    let mut bytes = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
    bytes.extend(frame(SETTINGS, 0, 0, 18));
    for request in 0..50 {
        bytes.extend(frame(HEADERS, 4, 2 * request + 1, 33));
        // A payload that looks like heads.
        bytes.extend(frame(DATA, END_STREAM, 2 * request + 1, 300));
        bytes.extend(frame(PING, 0, 0, 8));
        bytes.extend(frame(DATA, 0, 2 * request + 1, 0));
    }
    let mut whole = FrameMeter::new(0);
    assert!(whole.read(&bytes, 0));
    for size in [1, 2, 7, 8, 9, 10, 33, 1000] {
        let mut parts = FrameMeter::new(0);
        for part in bytes.chunks(size) {
            assert!(parts.read(part, 0));
        }
        assert_eq!(
            (parts.latest_stream(), parts.read.position()),
            (whole.latest_stream(), whole.read.position())
        );
        assert_eq!(parts.latest_stream(), 99, "{size}");
    }
}

#[test]
fn time_restores_the_credit_up_to_its_maximum() {
    let mut meter = begun();
    let most = usize::try_from(MAX_CREDIT).unwrap();
    assert!(!meter.read(&frame(PING, 0, 0, 8).repeat(most + 1), 1_000_000_000));
}

#[test]
fn f2_a_small_dynamic_table_is_noticed_however_its_setting_arrives() {
    let setting = |id: u16, value: u32| [&id.to_be_bytes()[..], &value.to_be_bytes()].concat();
    for (id, value, is_small) in [
        (1, 0, true),
        (1, 4095, true),
        (1, 4096, false),
        (1, 65_536, false),
        (3, 0, false),
    ] {
        let mut bytes = frame(SETTINGS, 0, 0, 12);
        bytes.truncate(HEAD_BYTES);
        bytes.extend(setting(4, 1 << 16));
        bytes.extend(setting(id, value));
        for size in 1..=bytes.len() {
            let mut meter = begun();
            for part in bytes.chunks(size) {
                assert!(meter.read(part, 0));
            }
            assert_eq!(meter.has_small_table(), is_small, "{id} {value} {size}");
            // The payload of other frames is not settings.
            assert!(meter.read(&frame(PING, 0, 0, 8), 0));
            assert_eq!(meter.has_small_table(), is_small);
        }
    }
}
