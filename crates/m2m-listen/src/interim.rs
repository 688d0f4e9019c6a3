//! The interim response 100 (Continue) on HTTP/2, which hyper sends on HTTP/1.1 only (RFC 9110, section 10.1.1).
//!
//! hyper reports the requests of a connection without the numbers of their streams, and frames show a stream without its decoded header. Both
//! are in order, so they are counted: once all bytes that have come are read and there is no request left to report, the first reported
//! request belongs to the first stream whose header is complete, and so on. If hyper has refused a stream itself, the counts differ, and
//! no interim response is sent for the requests of this moment.
//!
//! The header of an interim response does not pass through the header compression of the connection. A caller that limits the dynamic table to less than its
//! initial size expects an update of the size at the beginning of the next header (RFC 7541, section 4.2), which only the compressor can write: no
//! interim responses are sent to it, and it sends its body after the time that it waits for them.

use core::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::BufMut as _;
use http::{Request, header};
use hyper::body::Body;
use tokio::sync::oneshot;

/// The streams and requests of one HTTP/2 connection since they were last matched, and the interim responses to be written.
#[derive(Debug, Default)]
pub(super) struct Interim {
    /// True if hyper has read all bytes that have come.
    is_read: AtomicBool,
    /// True if the connection cannot have interim responses.
    is_refused: AtomicBool,
    counted: Mutex<Counted>,
}

#[derive(Debug, Default)]
struct Counted {
    /// The streams whose header is complete, in their order; zero for one that was reset.
    streams: Vec<u32>,
    /// The number of requests that hyper has reported.
    requests: usize,
    /// Those of them that wait for an interim response, with their index.
    waiting: Vec<(usize, oneshot::Sender<()>)>,
    /// The streams whose frames are to be written, with their requests.
    matched: Vec<(u32, oneshot::Sender<()>)>,
    /// The requests that go on when the frames that were taken are written.
    told: Vec<oneshot::Sender<()>>,
}

impl Interim {
    /// Notes that hyper was given bytes, and these streams, whose header is complete with them.
    pub(super) fn arrived(&self, streams: &mut Vec<u32>) {
        self.is_read.store(false, Ordering::Relaxed);
        if !streams.is_empty() {
            self.counted().streams.append(streams);
        }
    }

    /// Notes that either side has reset these streams: they have no interim response after that.
    pub(super) fn reset(&self, streams: &mut Vec<u32>) {
        if streams.is_empty() {
            return;
        }
        let mut counted = self.counted();
        for reset in streams.drain(..) {
            let mut own = counted.streams.iter_mut();
            if let Some(stream) = own.find(|stream| **stream == reset) {
                *stream = 0;
            }
            counted.matched.retain(|(stream, _)| *stream != reset);
        }
    }

    /// Notes that the connection cannot have interim responses.
    pub(super) fn refuse(&self) {
        self.is_refused.store(true, Ordering::Relaxed);
    }

    /// Notes that hyper wants to read more bytes than have come.
    pub(super) fn read(&self) {
        self.is_read.store(true, Ordering::Relaxed);
    }

    /// Counts a request, and returns a receiver that is ready when its interim response is written, or cannot be, if the caller waits for one
    /// before it sends the body.
    pub(super) fn request(&self, request: &Request<impl Body>) -> Option<oneshot::Receiver<()>> {
        let mut counted = self.counted();
        let index = counted.requests;
        counted.requests += 1;
        let expected = request.headers().get(header::EXPECT)?;
        let is_expecting = expected.as_bytes().eq_ignore_ascii_case(b"100-continue");
        if !is_expecting || request.body().is_end_stream() {
            return None;
        }
        let (told, hears) = oneshot::channel();
        counted.waiting.push((index, told));
        Some(hears)
    }

    /// Matches requests and streams when hyper has nothing more to do, and returns true if this adds frames to be written.
    pub(super) fn settle(&self) -> bool {
        if !self.is_read.load(Ordering::Relaxed) {
            return false;
        }
        let mut counted = self.counted();
        let Counted {
            streams,
            requests,
            waiting,
            matched,
            ..
        } = &mut *counted;
        let before = matched.len();
        let is_exact = streams.len() == *requests && !self.is_refused.load(Ordering::Relaxed);
        for (index, request) in waiting.drain(..) {
            // A request that is dropped here goes on without an interim response. One that was reset has none.
            let is_open = is_exact && !request.is_closed();
            let stream = streams.get(index).filter(|stream| **stream != 0);
            if let (true, Some(stream)) = (is_open, stream) {
                matched.push((*stream, request));
            }
        }
        streams.clear();
        *requests = 0;
        matched.len() > before
    }

    /// Moves the frames to be written to the end of these bytes.
    pub(super) fn take_frames(&self, into: &mut Vec<u8>) {
        let mut counted = self.counted();
        let Counted { matched, told, .. } = &mut *counted;
        for (stream, request) in matched.drain(..) {
            into.put_slice(&FRAME);
            into.put_u32(stream);
            into.put_slice(&CONTINUE);
            told.push(request);
        }
    }

    /// Notes that the frames that were taken are written: answers may follow now.
    pub(super) fn written(&self) {
        for request in self.counted().told.drain(..) {
            // The request may have been reset.
            let _ = request.send(());
        }
    }

    fn counted(&self) -> MutexGuard<'_, Counted> {
        self.counted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The head of a HEADERS frame with the flag END_HEADERS, without its stream (RFC 9113, section 6.2).
const FRAME: [u8; 5] = [0, 0, 5, 1, 4];

/// `:status` 100, as a literal that no dynamic table has (RFC 7541, section 6.2.2).
const CONTINUE: [u8; 5] = [8, 3, b'1', b'0', b'0'];

#[cfg(test)]
mod tests {
    use http_body_util::Full;

    use super::*;

    fn request() -> Request<Full<&'static [u8]>> {
        let request = Request::builder().header("expect", "100-continue");
        request.body(Full::new(&b"body"[..])).unwrap()
    }

    /// Returns the frames for two requests on the streams 1 and 3.
    fn frames(interim: &Interim, drop_first: bool) -> Vec<u8> {
        interim.arrived(&mut vec![1, 3]);
        let first = interim.request(&request()).unwrap();
        let _second = interim.request(&request()).unwrap();
        let _first = (!drop_first).then_some(first);
        interim.read();
        interim.settle();
        let mut frames = Vec::new();
        interim.take_frames(&mut frames);
        frames
    }

    #[test]
    fn f2_each_open_request_has_one_interim_response() {
        let one = |stream: u8| [&FRAME[..], &[0, 0, 0, stream], &CONTINUE].concat();
        assert_eq!(
            frames(&Interim::default(), false),
            [one(1), one(3)].concat()
        );
        assert_eq!(frames(&Interim::default(), true), one(3));
    }

    #[test]
    fn f2_a_caller_with_a_small_dynamic_table_has_none() {
        let interim = Interim::default();
        interim.refuse();
        assert!(frames(&interim, false).is_empty());
    }
}
