//! HTTP/2: the same answers, and attacks of its own. Frames are put together by hand, since no client would send some of them.

use std::time::Duration;

use m2m_listen::{Closed, Refusal};
use tokio::io::{
    AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadHalf, WriteHalf,
};
use tokio::time::Instant;

use crate::support::{Server, assert_took, get};

/// The client's end of a connection, frame by frame.
pub(crate) struct Http2<S> {
    reading: ReadHalf<S>,
    writing: WriteHalf<S>,
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

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// The error code of a caller that asks for too much.
const ENHANCE_YOUR_CALM: u32 = 11;

/// A frame that came.
struct Frame {
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

/// A header field in HPACK, without the table.
fn field(name: &str, value: &str) -> Vec<u8> {
    let mut bytes = vec![0];
    for text in [name, value] {
        bytes.push(u8::try_from(text.len()).unwrap());
        bytes.extend(text.as_bytes());
    }
    bytes
}

fn head(path: &str) -> Vec<u8> {
    [
        field(":method", "POST"),
        field(":scheme", "http"),
        field(":path", path),
        field(":authority", "a.example"),
    ]
    .concat()
}

/// The header of a request whose body is sent after the response 100.
fn expecting(path: &str) -> Vec<u8> {
    [head(path), field("expect", "100-Continue")].concat()
}

impl<S: AsyncRead + AsyncWrite> Http2<S> {
    /// A connection after its preface.
    pub(crate) async fn new(stream: S) -> Self {
        let mut http2 = Self::before_preface(stream);
        http2.send(PREFACE).await;
        http2.send(&frame(SETTINGS, 0, 0, b"")).await;
        http2
    }

    fn before_preface(stream: S) -> Self {
        let (reading, writing) = tokio::io::split(stream);
        Self {
            reading,
            writing,
            next_id: 1,
        }
    }

    async fn send(&mut self, bytes: &[u8]) {
        self.writing.write_all(bytes).await.unwrap();
    }

    /// The next frame; nothing when the connection has ended.
    async fn frame(&mut self) -> Option<Frame> {
        let mut head = [0; 9];
        self.reading.read_exact(&mut head).await.ok()?;
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        let mut payload = vec![0; usize::try_from(length).unwrap()];
        self.reading.read_exact(&mut payload).await.ok()?;
        Some(Frame {
            kind: head[3],
            flags: head[4],
            stream: u32::from_be_bytes([head[5], head[6], head[7], head[8]]),
            payload,
        })
    }

    /// Begins a request, and returns its stream.
    async fn begin(&mut self, path: &str, flags: u8) -> u32 {
        let id = self.next_id;
        self.next_id += 2;
        let flags = END_HEADERS | flags;
        self.send(&frame(HEADERS, flags, id, &head(path))).await;
        id
    }

    /// Begins a request whose body is sent after the response 100, and returns its stream.
    async fn begin_expecting(&mut self, path: &str) -> u32 {
        let id = self.next_id;
        self.next_id += 2;
        self.send(&frame(HEADERS, END_HEADERS, id, &expecting(path)))
            .await;
        id
    }

    /// Waits for the response 100 on a stream, which comes before any other frame of the stream.
    async fn told_to_continue(&mut self, id: u32) {
        loop {
            let frame = self.frame().await.expect("the response 100 comes");
            if frame.stream == id {
                assert_eq!((frame.kind, frame.flags), (HEADERS, END_HEADERS));
                assert_eq!(frame.payload, [8, 3, b'1', b'0', b'0'], "`:status` 100");
                return;
            }
        }
    }

    /// The body of the answer to a request.
    pub(crate) async fn request(&mut self, path: &str) -> String {
        let id = self.begin(path, END_STREAM).await;
        self.body(id).await
    }

    /// The body of the answer on a stream.
    async fn body(&mut self, id: u32) -> String {
        let mut body = Vec::new();
        loop {
            let frame = self.frame().await.expect("the answer comes");
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

    /// Reads to the end of the connection as a client that answers PINGs, and returns the last code of GOAWAY.
    async fn goodbye(&mut self) -> Option<u32> {
        let mut code = None;
        while let Some(own) = self.frame().await {
            if own.kind == GOAWAY {
                let bytes = own.payload.get(4..8).unwrap();
                code = Some(u32::from_be_bytes(bytes.try_into().unwrap()));
            } else if own.kind == PING && own.flags & ACK == 0 {
                let pong = frame(PING, ACK, 0, &own.payload);
                // The connection may be over.
                let _ = self.writing.write_all(&pong).await;
            }
        }
        code
    }
}

impl<S: AsyncRead + AsyncWrite + Send + 'static> Http2<S> {
    /// Sends the same bytes until the server has closed the connection, and returns the last code of GOAWAY.
    async fn flood(mut self, bytes: Vec<u8>) -> Option<u32> {
        let mut writing = self.writing;
        let flooding = tokio::spawn(async move {
            for _ in 0..100_000 {
                if writing.write_all(&bytes).await.is_err() {
                    return;
                }
            }
            panic!("the server accepts any number of them");
        });
        let mut code = None;
        let mut head = [0; 9];
        while self.reading.read_exact(&mut head).await.is_ok() {
            let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
            let mut payload = vec![0; usize::try_from(length).unwrap()];
            if self.reading.read_exact(&mut payload).await.is_err() {
                break;
            }
            if head[3] == GOAWAY {
                let bytes = payload.get(4..8).unwrap();
                code = Some(u32::from_be_bytes(bytes.try_into().unwrap()));
            }
        }
        flooding.await.unwrap();
        code
    }
}

async fn assert_serves(server: &Server) {
    let answer = server.send(get("/", "")).await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
}

#[tokio::test(start_paused = true)]
async fn requests_are_answered_without_tls_several_at_once() {
    let server = Server::start(|_| {});
    let mut http2 = Http2::new(server.connect()).await;
    for _ in 0..3 {
        assert_eq!(http2.request("/").await, "192.0.2.1");
    }
    let waiting = http2.begin("/wait", END_STREAM).await;
    server.echo.waiting.notified().await;
    assert_eq!(http2.request("/").await, "192.0.2.1");
    server.echo.release.notify_one();
    assert_eq!(http2.body(waiting).await, "192.0.2.1");
    let body = http2.begin("/body", 0).await;
    http2.send(&frame(DATA, 0, body, b"abc")).await;
    http2.send(&frame(DATA, END_STREAM, body, b"def")).await;
    assert_eq!(http2.body(body).await, "abcdef");
    drop(http2);
    assert_eq!(server.report.until_closed(1).await, [Closed::Done]);
}

/// RFC 9110, section 10.1.1, which binds every version of HTTP.
#[tokio::test(start_paused = true)]
async fn f2_a_caller_that_waits_to_send_its_body_is_told_to_continue() {
    let server = Server::start(|_| {});
    let mut http2 = Http2::new(server.connect()).await;
    let began = Instant::now();
    for round in ["ab", "cd", "ef"] {
        assert_eq!(http2.request("/").await, "192.0.2.1");
        let id = http2.begin_expecting("/body").await;
        http2.told_to_continue(id).await;
        http2
            .send(&frame(DATA, END_STREAM, id, round.as_bytes()))
            .await;
        assert_eq!(http2.body(id).await, round);
    }
    assert!(began.elapsed() < Duration::from_millis(500));
}

#[tokio::test(start_paused = true)]
async fn f2_each_of_several_callers_that_wait_is_told_to_continue() {
    let server = Server::start(|_| {});
    let mut http2 = Http2::new(server.connect()).await;
    // In one packet: requests with a body and without, and with a header in two frames.
    let (first, rest) = (expecting("/body"), field("x", "y"));
    let packet = [
        frame(HEADERS, END_HEADERS | END_STREAM, 1, &head("/")),
        frame(HEADERS, END_HEADERS, 3, &head("/body")),
        frame(HEADERS, END_HEADERS, 5, &expecting("/body")),
        frame(HEADERS, 0, 9, &first),
        frame(CONTINUATION, END_HEADERS, 9, &rest),
        frame(DATA, END_STREAM, 3, b"three"),
        frame(HEADERS, END_HEADERS | END_STREAM, 11, &expecting("/")),
        frame(HEADERS, END_HEADERS, 13, &expecting("/")),
    ]
    .concat();
    let mut told = Vec::new();
    for piece in packet.chunks(packet.len() / 2 + 3) {
        http2.send(piece).await;
        // Until the server waits for more.
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let mut ended = Vec::new();
    while ended.len() < 6 {
        let own = http2.frame().await.expect("all are answered");
        if own.kind == HEADERS && own.payload == [8, 3, b'1', b'0', b'0'] {
            assert!(!ended.contains(&own.stream));
            told.push(own.stream);
            if own.stream != 13 {
                http2.send(&frame(DATA, END_STREAM, own.stream, b"x")).await;
            }
        } else if own.flags & END_STREAM != 0 && [HEADERS, DATA].contains(&own.kind) {
            ended.push(own.stream);
        }
    }
    told.sort_unstable();
    assert_eq!(told, [5, 9, 13]);
    ended.sort_unstable();
    assert_eq!(ended, [1, 3, 5, 9, 11, 13]);
}

/// hyper refuses these streams itself, so that it is unclear which stream a request has: none gets the response 100 of another one.
#[tokio::test(start_paused = true)]
async fn f2_a_malformed_request_gets_no_response_100_of_another_one() {
    let server = Server::start(|_| {});
    let mut http2 = Http2::new(server.connect()).await;
    let malformed = [head("/"), field("connection", "close")].concat();
    let packet = [
        frame(HEADERS, END_HEADERS, 1, &malformed),
        frame(HEADERS, END_HEADERS, 3, &expecting("/body")),
    ]
    .concat();
    http2.send(&packet).await;
    http2.send(&frame(DATA, END_STREAM, 3, b"three")).await;
    loop {
        let own = http2.frame().await.expect("the answer comes");
        if own.stream == 1 {
            assert_eq!(own.kind, RST_STREAM);
        }
        if own.stream == 3 {
            assert_ne!(own.payload, [8, 3, b'1', b'0', b'0']);
        }
        if own.stream == 3 && own.flags & END_STREAM != 0 && own.kind == DATA {
            assert_eq!(own.payload, b"three");
            break;
        }
    }
    // The next request is told.
    let packet = frame(HEADERS, END_HEADERS, 5, &expecting("/body"));
    http2.send(&packet).await;
    http2.told_to_continue(5).await;
    http2.send(&frame(DATA, END_STREAM, 5, b"five")).await;
    assert_eq!(http2.body(5).await, "five");
}

/// A stream that has been reset is closed, and a frame on it is an error of the connection to some clients (RFC 9113, section 5.1).
#[tokio::test(start_paused = true)]
async fn f2_a_stream_that_was_reset_gets_no_response_100() {
    let sized = |length: &str| [expecting("/body"), field("content-length", length)].concat();
    let plain = expecting("/body");
    for (name, head, then) in [
        ("overlong", sized("2"), frame(DATA, END_STREAM, 1, b"three")),
        ("overlong and open", sized("2"), frame(DATA, 0, 1, b"three")),
        ("short", sized("9"), frame(DATA, END_STREAM, 1, b"three")),
        (
            "trailers that do not end the stream",
            plain.clone(),
            frame(HEADERS, END_HEADERS, 1, &field("x", "y")),
        ),
        (
            "a window too large",
            plain.clone(),
            frame(WINDOW_UPDATE, 0, 1, &[0x7f, 0xff, 0xff, 0xff]),
        ),
        (
            "reset by the caller",
            plain.clone(),
            frame(RST_STREAM, 0, 1, &[0, 0, 0, 8]),
        ),
    ] {
        let server = Server::start(|_| {});
        let mut http2 = Http2::new(server.connect()).await;
        let packet = [frame(HEADERS, END_HEADERS, 1, &head), then.clone()].concat();
        let mut is_reset = then.get(3) == Some(&RST_STREAM);
        http2.send(&packet).await;
        // Until the server waits for more.
        tokio::time::sleep(Duration::from_millis(1)).await;
        http2.next_id = 3;
        let id = http2.begin("/", END_STREAM).await;
        loop {
            let own = http2.frame().await.expect("the next request is answered");
            if own.stream == id && own.flags & END_STREAM != 0 {
                break;
            }
            assert!(own.stream != 1 || !is_reset, "{name}: {}", own.kind);
            is_reset |= own.stream == 1 && own.kind == RST_STREAM;
        }
        assert!(is_reset, "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn f1_an_idle_connection_of_http2_is_never_closed_a_moment_early() {
    const MOMENT: Duration = Duration::from_millis(1);
    let limit = Duration::from_secs(15);
    for offset in [0, 1, 249, 250, 251, 499, 500, 501] {
        let server = Server::start(|settings| settings.times.idle = limit);
        tokio::time::sleep(Duration::from_millis(offset)).await;
        let mut http2 = Http2::new(server.connect()).await;
        assert_eq!(http2.request("/").await, "192.0.2.1");
        for _ in 0..3 {
            tokio::time::sleep(limit - MOMENT).await;
            assert_eq!(http2.request("/").await, "192.0.2.1");
        }
        let began = Instant::now();
        assert_eq!(http2.goodbye().await, Some(0));
        assert_took(began, limit);
        assert_eq!(server.report.until_closed(1).await, [Closed::Idle]);
    }
}

#[tokio::test(start_paused = true)]
async fn the_preface_may_come_in_pieces() {
    let server = Server::start(|_| {});
    for size in [1, 5, 14, 16, 23] {
        let mut http2 = Http2::before_preface(server.connect());
        for piece in PREFACE.chunks(size) {
            http2.send(piece).await;
            // Until the server waits for more.
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        http2.send(&frame(SETTINGS, 0, 0, b"")).await;
        assert_eq!(http2.request("/").await, "192.0.2.1", "{size}");
    }
}

#[tokio::test(start_paused = true)]
async fn x17_floods_of_frames_that_are_not_requests_end_the_connection() {
    let server = Server::start(|_| {});
    for (name, flood) in [
        ("PING", frame(PING, 0, 0, b"12345678")),
        ("SETTINGS", frame(SETTINGS, 0, 0, b"")),
        ("PRIORITY", frame(PRIORITY, 0, 1, &[0, 0, 0, 0, 1])),
        (
            "WINDOW_UPDATE",
            frame(WINDOW_UPDATE, 0, 0, &1_u32.to_be_bytes()),
        ),
    ] {
        let before = server.report.closed().len();
        let mut http2 = Http2::new(server.connect()).await;
        // A request that is not complete.
        http2.begin("/body", 0).await;
        server.echo.waiting.notified().await;
        let flooding = tokio::spawn(http2.flood(flood.repeat(100)));
        assert_serves(&server).await;
        let code = flooding.await.unwrap();
        // The caller may be too busy to read GOAWAY.
        assert!(
            matches!(code, Some(ENHANCE_YOUR_CALM) | None),
            "{name}: {code:?}"
        );
        let closed = server.report.until_closed(before + 2).await;
        assert!(
            closed[before..].contains(&Closed::Flood),
            "{name}: {closed:?}"
        );
    }
    let refusals = server.echo.refusals.lock().unwrap().clone();
    assert_eq!(refusals, [Refusal::FrameFlood; 4]);
}

#[tokio::test(start_paused = true)]
async fn x17_a_flood_of_empty_data_ends_the_connection() {
    let server = Server::start(|_| {});
    let mut http2 = Http2::new(server.connect()).await;
    let id = http2.begin("/body", 0).await;
    let code = http2.flood(frame(DATA, 0, id, b"").repeat(100)).await;
    assert!(matches!(code, Some(ENHANCE_YOUR_CALM) | None), "{code:?}");
    assert_serves(&server).await;
}

#[tokio::test(start_paused = true)]
async fn x17_rapid_resets_end_the_connection() {
    let server = Server::start(|_| {});
    let mut http2 = Http2::new(server.connect()).await;
    let mut burst = Vec::new();
    for id in (1..2_000).step_by(2) {
        burst.extend(frame(HEADERS, END_HEADERS, id, &head("/wait")));
        burst.extend(frame(RST_STREAM, 0, id, &8_u32.to_be_bytes()));
    }
    // The connection may end before all of it is read.
    let _ = http2.writing.write_all(&burst).await;
    let code = http2.goodbye().await;
    assert!(matches!(code, Some(ENHANCE_YOUR_CALM) | None), "{code:?}");
    server.report.until_in_flight(0).await;
    assert_serves(&server).await;
}

#[tokio::test(start_paused = true)]
async fn x17_a_flood_of_continuations_ends_the_connection() {
    let server = Server::start(|_| {});
    for payload in [
        Vec::new(),
        field("a", "b"),
        field("x", &"y".repeat(100)).repeat(100),
    ] {
        let mut http2 = Http2::new(server.connect()).await;
        http2.send(&frame(HEADERS, 0, 1, &head("/"))).await;
        http2.flood(frame(CONTINUATION, 0, 1, &payload)).await;
        assert_serves(&server).await;
    }
}

#[tokio::test(start_paused = true)]
async fn x17_no_more_streams_than_announced_are_served() {
    let server = Server::start(|_| {});
    let mut http2 = Http2::new(server.connect()).await;
    for _ in 0..200 {
        http2.begin("/wait", 0).await;
    }
    http2.send(&frame(PING, 0, 0, b"12345678")).await;
    let mut refused = 0;
    loop {
        let frame = http2.frame().await.expect("the ping is answered");
        match (frame.kind, frame.flags) {
            (RST_STREAM, _) => refused += 1,
            (PING, ACK) => break,
            _ => {}
        }
    }
    assert_eq!(refused, 200 - 128);
    server.report.until_in_flight(128).await;
}

#[tokio::test(start_paused = true)]
async fn a_client_that_pings_with_each_request_is_not_closed() {
    let server = Server::start(|_| {});
    let mut http2 = Http2::new(server.connect()).await;
    let window = frame(WINDOW_UPDATE, 0, 0, &1_u32.to_be_bytes());
    for _ in 0..300 {
        http2.send(&frame(PING, 0, 0, b"12345678")).await;
        http2.send(&window.repeat(5)).await;
        assert_eq!(http2.request("/").await, "192.0.2.1");
    }
}

#[tokio::test(start_paused = true)]
async fn x17_a_connection_without_requests_is_closed_with_goaway() {
    let server = Server::start(|settings| settings.times.idle = Duration::from_secs(40));
    let mut http2 = Http2::new(server.connect()).await;
    assert_eq!(http2.request("/").await, "192.0.2.1");
    let began = Instant::now();
    assert_eq!(http2.goodbye().await, Some(0));
    assert_took(began, Duration::from_secs(40));
    assert_eq!(server.report.until_closed(1).await, [Closed::Idle]);
}

#[tokio::test(start_paused = true)]
async fn x17_a_caller_that_is_gone_does_not_keep_its_request() {
    let server = Server::start(|_| {});
    let mut http2 = Http2::new(server.connect()).await;
    http2.begin("/wait", END_STREAM).await;
    server.echo.waiting.notified().await;
    let began = Instant::now();
    // It reads, and answers no PING.
    while http2.frame().await.is_some() {}
    assert!(began.elapsed() <= Duration::from_secs(31));
    server.report.until_in_flight(0).await;
    assert_eq!(server.report.until_closed(1).await, [Closed::Idle]);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_stops_sends_goaway_after_the_last_answer() {
    let server = Server::start(|_| {});
    let mut http2 = Http2::new(server.connect()).await;
    let id = http2.begin("/body", 0).await;
    server.echo.waiting.notified().await;
    let stopping = tokio::spawn(server.stop());
    while http2.frame().await.expect("GOAWAY comes first").kind != GOAWAY {}
    http2.send(&frame(DATA, END_STREAM, id, b"last")).await;
    let mut body = Vec::new();
    while let Some(own) = http2.frame().await {
        match own.kind {
            DATA => body.extend(own.payload),
            PING if own.flags & ACK == 0 => http2.send(&frame(PING, ACK, 0, &own.payload)).await,
            _ => {}
        }
    }
    assert_eq!(body, b"last");
    assert_eq!(stopping.await.unwrap().closed(), [Closed::Stopped]);
}
