//! HTTP/2: the same answers, and the attacks that are specific to it. Frames are built by hand, since no client would send some of them.

use std::io::{Read, Write};
use std::net::TcpStream;

use crate::connections::wait_for_count;
use crate::support::{PATIENCE, SECRET, Serving};

/// The other end of a connection, frame by frame.
pub(crate) struct Http2<S> {
    stream: S,
    next_id: u32,
}

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const PRIORITY: u8 = 2;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;
const WINDOW_UPDATE: u8 = 8;
const CONTINUATION: u8 = 9;

const END_STREAM: u8 = 1;
const ACK: u8 = 1;
const END_HEADERS: u8 = 4;

/// A received frame.
pub(crate) struct Frame {
    kind: u8,
    flags: u8,
    stream: u32,
    payload: Vec<u8>,
}

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let mut bytes = length[1..].to_vec();
    bytes.extend([kind, flags]);
    bytes.extend(stream.to_be_bytes());
    bytes.extend(payload);
    bytes
}

/// Encodes a header field in HPACK without adding it to the dynamic table.
fn field(name: &str, value: &str) -> Vec<u8> {
    let mut bytes = vec![0];
    for text in [name, value] {
        bytes.push(u8::try_from(text.len()).unwrap());
        bytes.extend(text.as_bytes());
    }
    bytes
}

fn head(method: &str, path: &str) -> Vec<u8> {
    [
        field(":method", method),
        field(":scheme", "http"),
        field(":path", path),
        field(":authority", "h"),
        field("content-type", "application/x-www-form-urlencoded"),
    ]
    .concat()
}

impl<S: Read + Write> Http2<S> {
    pub(crate) fn new(mut stream: S) -> Self {
        stream
            .write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
            .unwrap();
        stream.write_all(&frame(SETTINGS, 0, 0, b"")).unwrap();
        Self { stream, next_id: 1 }
    }

    fn id(&mut self) -> u32 {
        let id = self.next_id;
        self.next_id += 2;
        id
    }

    fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).unwrap();
    }

    /// Reads the next frame; returns nothing when the connection has ended.
    fn frame(&mut self) -> Option<Frame> {
        let mut head = [0; 9];
        self.stream.read_exact(&mut head).ok()?;
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        let mut payload = vec![0; usize::try_from(length).unwrap()];
        self.stream.read_exact(&mut payload).ok()?;
        Some(Frame {
            kind: head[3],
            flags: head[4],
            stream: u32::from_be_bytes([head[5], head[6], head[7], head[8]]),
            payload,
        })
    }

    /// Sends a request, and returns the body of its answer.
    pub(crate) fn request(&mut self, method: &str, path: &str, form: &str) -> String {
        let id = self.id();
        let flags = END_HEADERS | if form.is_empty() { END_STREAM } else { 0 };
        self.send(&frame(HEADERS, flags, id, &head(method, path)));
        if !form.is_empty() {
            self.send(&frame(DATA, END_STREAM, id, form.as_bytes()));
        }
        self.body(id)
    }

    fn body(&mut self, id: u32) -> String {
        let mut body = Vec::new();
        loop {
            let frame = self.frame().expect("the answer comes");
            assert_ne!(frame.kind, GOAWAY, "{:?}", frame.payload);
            if frame.stream == id {
                assert_ne!(frame.kind, RST_STREAM, "{:?}", frame.payload);
                if frame.kind == DATA {
                    body.extend(frame.payload);
                }
                if frame.flags & END_STREAM != 0 {
                    return String::from_utf8(body).unwrap();
                }
            }
        }
    }

    /// Reads to the end of the connection, and returns the code of the server's `GOAWAY`.
    fn goodbye(&mut self) -> Option<u32> {
        let mut code = None;
        while let Some(frame) = self.frame() {
            if frame.kind == GOAWAY {
                let bytes = frame.payload.get(4..8).unwrap();
                code = Some(u32::from_be_bytes(bytes.try_into().unwrap()));
            }
        }
        code
    }
}

fn connect(server: &Serving) -> Http2<TcpStream> {
    let stream = TcpStream::connect(server.address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    Http2::new(stream)
}

fn form() -> String {
    format!("grant_type=client_credentials&client_id=plain-id&client_secret={SECRET}")
}

#[test]
fn tokens_are_issued_over_http2_without_tls() {
    let server = Serving::start(&[]);
    let mut http2 = connect(&server);
    for _ in 0..3 {
        let body = http2.request("POST", "/oauth2/token", &form());
        assert!(body.contains("\"access_token\""), "{body}");
    }
    let body = http2.request("GET", "/nothing", "");
    assert!(body.contains("\"not_found\""), "{body}");
}

#[test]
fn http2_is_understood_though_its_preface_comes_in_pieces() {
    let server = Serving::start(&[]);
    let mut stream = TcpStream::connect(server.address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.set_nodelay(true).unwrap();
    for piece in ["PRI * HTTP/2.0", "\r\n", "\r\nSM", "\r\n\r"] {
        stream.write_all(piece.as_bytes()).unwrap();
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    stream.write_all(b"\n").unwrap();
    stream.write_all(&frame(SETTINGS, 0, 0, b"")).unwrap();
    let mut http2 = Http2 { stream, next_id: 1 };
    assert!(http2.request("GET", "/nothing", "").contains("not_found"));
}

#[test]
fn x17_rapid_resets_end_the_connection_and_affect_no_other() {
    let server = Serving::start(&[]);
    server.token("plain-id", SECRET, "").access_token();
    let before = server.resident_kib();
    for _ in 0..5 {
        let mut http2 = connect(&server);
        let mut attacker = http2.stream.try_clone().unwrap();
        let flood = std::thread::spawn(move || {
            let mut id = 1_u32;
            // Until the server closes the connection, or for a million streams.
            while id < 2_000_000 {
                let mut burst = Vec::new();
                for _ in 0..100 {
                    burst.extend(frame(
                        HEADERS,
                        END_HEADERS,
                        id,
                        &head("POST", "/oauth2/token"),
                    ));
                    burst.extend(frame(RST_STREAM, 0, id, &8_u32.to_be_bytes()));
                    id += 2;
                }
                if attacker.write_all(&burst).is_err() {
                    return id / 2;
                }
            }
            panic!("the server takes any number of resets")
        });
        server.token("plain-id", SECRET, "").access_token();
        // ENHANCE_YOUR_CALM, unless the connection is reset before it can be read.
        assert!(matches!(http2.goodbye(), Some(11) | None));
        flood.join().unwrap();
    }
    let grown = server.resident_kib().saturating_sub(before);
    assert!(grown < 20_000, "{grown} KiB");
    server.token("plain-id", SECRET, "").access_token();
}

#[test]
fn x17_a_flood_of_continuations_ends_the_connection() {
    let server = Serving::start(&[]);
    let before = server.resident_kib();
    // Empty frames, small ones, and ones that are kept until the header ends.
    for payload in [
        Vec::new(),
        field("a", "b"),
        field("x", &"y".repeat(100)).repeat(100),
    ] {
        let mut http2 = connect(&server);
        let mut attacker = http2.stream.try_clone().unwrap();
        let flood = std::thread::spawn(move || {
            attacker
                .write_all(&frame(HEADERS, 0, 1, &head("GET", "/")))
                .unwrap();
            for _ in 0..1_000_000 {
                if attacker
                    .write_all(&frame(CONTINUATION, 0, 1, &payload))
                    .is_err()
                {
                    return;
                }
            }
            panic!("the server takes any number of continuations")
        });
        server.token("plain-id", SECRET, "").access_token();
        http2.goodbye();
        flood.join().unwrap();
    }
    let grown = server.resident_kib().saturating_sub(before);
    assert!(grown < 20_000, "{grown} KiB");
}

#[test]
fn x17_floods_of_frames_other_than_requests_end_the_connection() {
    let (server, ops) = Serving::with_ops(&[]);
    let floods = [
        frame(PING, 0, 0, b"12345678"),
        frame(SETTINGS, 0, 0, b""),
        frame(PRIORITY, 0, 1, &[0, 0, 0, 0, 1]),
        frame(WINDOW_UPDATE, 0, 0, &1_u32.to_be_bytes()),
        // For these the protocol's library closes the connection earlier.
        frame(DATA, 0, 1, b""),
    ];
    for flood in &floods {
        let mut http2 = connect(&server);
        let id = http2.id();
        // A request that is not complete, so that it accepts data.
        http2.send(&frame(
            HEADERS,
            END_HEADERS,
            id,
            &head("POST", "/oauth2/token"),
        ));
        let mut attacker = http2.stream.try_clone().unwrap();
        let burst = flood.repeat(100);
        let flooding =
            std::thread::spawn(move || (0..100_000).any(|_| attacker.write_all(&burst).is_err()));
        server.token("plain-id", SECRET, "").access_token();
        // ENHANCE_YOUR_CALM, unless the connection is reset before it can be read.
        let code = http2.goodbye();
        assert!(matches!(code, Some(11) | None), "{code:?}");
        assert!(
            flooding.join().unwrap(),
            "the server takes any number of them"
        );
    }
    let closed = "m2m_connections_closed_total{reason=\"flood\"}";
    wait_for_count(ops, closed, 4);
    wait_for_count(ops, "m2m_refusals_total{cause=\"frame-flood\"}", 4);
}

#[test]
fn a_client_that_pings_with_each_request_is_not_closed() {
    let server = Serving::start(&[]);
    let mut http2 = connect(&server);
    for _ in 0..300 {
        http2.send(&frame(PING, 0, 0, b"12345678"));
        http2.send(&frame(WINDOW_UPDATE, 0, 0, &700_u32.to_be_bytes()));
        let window = frame(WINDOW_UPDATE, 0, 0, &1_u32.to_be_bytes()).repeat(4);
        http2.send(&window);
        assert!(http2.request("GET", "/nothing", "").contains("not_found"));
    }
}

#[test]
fn x17_no_more_streams_than_announced_are_served() {
    let (server, ops) = Serving::with_ops(&[]);
    let mut http2 = connect(&server);
    for _ in 0..200 {
        let id = http2.id();
        http2.send(&frame(
            HEADERS,
            END_HEADERS,
            id,
            &head("POST", "/oauth2/token"),
        ));
    }
    http2.send(&frame(PING, 0, 0, b"12345678"));
    let mut refused = 0;
    loop {
        let frame = http2.frame().expect("the ping is answered");
        match (frame.kind, frame.flags) {
            (RST_STREAM, _) => refused += 1,
            (PING, ACK) => break,
            _ => {}
        }
    }
    assert_eq!(refused, 200 - 128);
    wait_for_count(ops, "m2m_requests_in_flight", 128);
}

#[test]
fn x17_http2_without_requests_gets_a_goaway() {
    let (server, ops) = Serving::with_ops(&["--caller-time-ms", "300"]);
    let mut http2 = connect(&server);
    assert!(http2.request("GET", "/nothing", "").contains("not_found"));
    assert_eq!(http2.goodbye(), Some(0));
    // A client that keeps its own answer from being sent delays no others.
    let mut stuck = connect(&server);
    let no_window = [0, 4, 0, 0, 0, 0];
    stuck.send(&frame(SETTINGS, 0, 0, &no_window));
    stuck.send(&frame(
        HEADERS,
        END_HEADERS | END_STREAM,
        1,
        &head("GET", "/nothing"),
    ));
    assert_eq!(stuck.goodbye(), Some(0));
    wait_for_count(ops, "m2m_connections_closed_total{reason=\"idle\"}", 2);
}

#[test]
fn a_server_that_shuts_down_sends_goaway_after_the_last_answer() {
    let (server, ops) = Serving::with_ops(&[]);
    let mut http2 = connect(&server);
    let (form, id) = (form(), http2.id());
    http2.send(&frame(
        HEADERS,
        END_HEADERS,
        id,
        &head("POST", "/oauth2/token"),
    ));
    wait_for_count(ops, "m2m_requests_in_flight", 1);
    server.signal("TERM");
    loop {
        let frame = http2.frame().expect("a goodbye comes first");
        if frame.kind == GOAWAY {
            break;
        }
    }
    http2.send(&frame(DATA, END_STREAM, id, form.as_bytes()));
    let mut body = Vec::new();
    while let Some(frame) = http2.frame() {
        match frame.kind {
            DATA => body.extend(frame.payload),
            PING if frame.flags & ACK == 0 => {
                let pong = self::frame(PING, ACK, 0, &frame.payload);
                http2.send(&pong);
            }
            _ => {}
        }
    }
    assert!(
        String::from_utf8(body)
            .unwrap()
            .contains("\"access_token\"")
    );
    assert!(server.wait().0.success());
}
