//! The meter of HTTP/2 frames that a caller sends in addition to requests.
//!
//! Frames such as PING and SETTINGS cost the caller a few bytes, and the server an answer. A connection has a credit of them, which
//! requests, answers and time restore: a client that sends requests never uses it up, and a flood soon does
//! (CVE-2019-9511, CVE-2019-9512, CVE-2019-9513, CVE-2019-9515, CVE-2019-9518; RFC 9113, section 10.5).

use super::frame_heads::{FrameHead, FrameHeads};

/// The meter of one connection. It reads the heads of frames as their bytes pass, and stores no payload.
#[derive(Debug)]
pub(super) struct FrameMeter {
    read: FrameHeads,
    written: FrameHeads,
    /// The greatest stream that a request began.
    latest_stream: u32,
    /// The stream whose header has begun and is not complete yet.
    begun: Option<u32>,
    /// True if the header is complete with the payload of this frame.
    ends_header: bool,
    /// The streams whose header is complete, until they are taken.
    streams: Vec<u32>,
    /// The streams that either side has reset, until they are taken.
    reset: Vec<u32>,
    /// True if the bytes before the next head are those of SETTINGS.
    is_in_settings: bool,
    /// The part of a setting that has arrived.
    setting: [u8; SETTING_BYTES],
    setting_bytes: usize,
    /// True if the caller has ever limited the dynamic table of header compression to less than the initial size.
    has_small_table: bool,
    /// The number of frames that may still come.
    credit: u32,
    /// The time up to which the credit has been restored. Unit: milliseconds.
    restored_at: u64,
    /// The number of written bytes that have not restored any credit.
    written_bytes: usize,
}

impl FrameMeter {
    /// The meter of a connection that begins now. Unit: milliseconds.
    pub(super) const fn new(now: u64) -> Self {
        Self {
            read: FrameHeads::after(PREFACE_BYTES),
            written: FrameHeads::after(0),
            latest_stream: 0,
            begun: None,
            ends_header: false,
            streams: Vec::new(),
            reset: Vec::new(),
            is_in_settings: false,
            setting: [0; SETTING_BYTES],
            setting_bytes: 0,
            has_small_table: false,
            credit: MAX_CREDIT,
            restored_at: now,
            written_bytes: 0,
        }
    }

    /// Counts the frames in bytes that have come, and returns false if the credit is used up.
    #[must_use]
    pub(super) fn read(&mut self, mut bytes: &[u8], now: u64) -> bool {
        self.restore_by_time(now);
        loop {
            let payload = self.read.skip(&mut bytes);
            if self.is_in_settings {
                self.settings(payload);
            }
            if self.read.is_at_head() && self.ends_header {
                self.ends_header = false;
                self.streams.extend(self.begun.take());
            }
            let Some(head) = self.read.next(&mut bytes) else {
                return true;
            };
            let cost = self.frame(head);
            let Some(left) = self.credit.checked_sub(cost) else {
                return false;
            };
            self.credit = left;
        }
    }

    /// Notes bytes that were written, which the caller may have to acknowledge.
    pub(super) fn wrote(&mut self, mut bytes: &[u8]) {
        self.written_bytes = self.written_bytes.saturating_add(bytes.len());
        while self.written_bytes >= BYTES_A_FRAME {
            self.written_bytes -= BYTES_A_FRAME;
            self.restore(1);
        }
        self.written.skip(&mut bytes);
        while let Some(head) = self.written.next(&mut bytes) {
            if head.kind == RST_STREAM {
                self.reset.push(head.stream);
            }
            self.written.skip(&mut bytes);
        }
    }

    /// Returns true if no frame is partly written.
    pub(super) const fn is_between_frames(&self) -> bool {
        self.written.is_between_frames()
    }

    /// The greatest stream that a request began.
    pub(super) const fn latest_stream(&self) -> u32 {
        self.latest_stream
    }

    /// The streams of new requests whose header is complete, in their order. The caller takes them.
    pub(super) const fn streams(&mut self) -> &mut Vec<u32> {
        &mut self.streams
    }

    /// The streams that either side has reset. The caller takes them.
    pub(super) const fn reset(&mut self) -> &mut Vec<u32> {
        &mut self.reset
    }

    /// Returns true if the caller has ever limited the dynamic table of header compression to less than the initial size.
    pub(super) const fn has_small_table(&self) -> bool {
        self.has_small_table
    }

    /// Reads bytes of settings (RFC 9113, section 6.5.1).
    fn settings(&mut self, payload: &[u8]) {
        for byte in payload {
            if let Some(next) = self.setting.get_mut(self.setting_bytes) {
                *next = *byte;
            }
            self.setting_bytes += 1;
            if self.setting_bytes == SETTING_BYTES {
                self.setting_bytes = 0;
                let [high, low, value @ ..] = self.setting;
                let is_table = u16::from_be_bytes([high, low]) == HEADER_TABLE_SIZE;
                self.has_small_table |= is_table && u32::from_be_bytes(value) < INITIAL_TABLE_BYTES;
            }
        }
    }

    /// Returns the cost of a frame (RFC 9113, sections 4.1 and 6).
    fn frame(&mut self, head: FrameHead) -> u32 {
        let FrameHead {
            length,
            kind,
            flags,
            stream,
        } = head;
        self.is_in_settings = kind == SETTINGS;
        self.setting_bytes = 0;
        match kind {
            DATA => {
                let is_end = flags & END_STREAM != 0;
                let is_padded = flags & PADDED != 0;
                u32::from(is_padded || (length < SMALL_DATA && !is_end))
            }
            HEADERS => {
                if stream <= self.latest_stream {
                    return 1;
                }
                self.latest_stream = stream;
                self.begun = Some(stream);
                self.ends_header = flags & END_HEADERS != 0;
                self.restore(FRAMES_A_REQUEST);
                0
            }
            CONTINUATION => {
                self.ends_header = flags & END_HEADERS != 0;
                1
            }
            // The number of frames that a request restores, so that a request that is reset does not count.
            RST_STREAM => {
                self.reset.push(stream);
                FRAMES_A_REQUEST
            }
            SETTINGS => 1 + length / SETTINGS_BYTES,
            _ => 1,
        }
    }

    const fn restore(&mut self, frames: u32) {
        let credit = self.credit.saturating_add(frames);
        self.credit = if credit < MAX_CREDIT {
            credit
        } else {
            MAX_CREDIT
        };
    }

    fn restore_by_time(&mut self, now: u64) {
        let frames = now.saturating_sub(self.restored_at) / MILLISECONDS_A_FRAME;
        if frames > 0 {
            self.restored_at = now;
            self.restore(u32::try_from(frames).unwrap_or(u32::MAX));
        }
    }
}

/// `PRI * HTTP/2.0` and what belongs to it (RFC 9113, section 3.4).
const PREFACE_BYTES: usize = 24;

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const CONTINUATION: u8 = 9;

const END_HEADERS: u8 = 4;
const END_STREAM: u8 = 1;
const PADDED: u8 = 8;

/// The number of frames that a caller may send at once in addition to its requests. Clients begin with a handful.
const MAX_CREDIT: u32 = 1000;

/// The number of frames that a request restores: a client announces windows, priorities and cancellations.
const FRAMES_A_REQUEST: u32 = 8;

/// The number of written bytes that restore one frame: clients announce a window for every few KiB.
const BYTES_A_FRAME: usize = 256;

/// The time that restores a frame, ten of them a second. Clients that check the connection send one every few seconds.
const MILLISECONDS_A_FRAME: u64 = 100;

/// Data with less than this costs a frame, unless it is the last of its stream. Unit: bytes.
const SMALL_DATA: u32 = 64;

/// The size of one setting, and the setting of the dynamic table with its initial size (RFC 9113, sections 6.5.1 and 6.5.2). Unit: bytes.
const SETTING_BYTES: usize = 6;
const HEADER_TABLE_SIZE: u16 = 1;
const INITIAL_TABLE_BYTES: u32 = 4096;

/// The size of SETTINGS for which they cost one frame more; all the settings there are take less. Unit: bytes.
const SETTINGS_BYTES: u32 = 60;

#[cfg(test)]
mod tests;
