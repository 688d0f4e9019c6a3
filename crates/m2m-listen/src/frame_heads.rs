//! The heads of HTTP/2 frames among bytes that pass in pieces of any length.

/// A reader of one direction of a connection. It stores at most one head, and no payload.
#[derive(Debug)]
pub(super) struct FrameHeads {
    /// The number of bytes before the next head: of the preface at first, then of the payload of a frame. Unit: bytes.
    to_skip: usize,
    /// The part of a head that has passed, if the head passes in parts.
    head: [u8; HEAD_BYTES],
    head_bytes: usize,
}

/// The head of a frame (RFC 9113, section 4.1).
#[derive(Debug, Clone, Copy)]
pub(super) struct FrameHead {
    pub(super) length: u32,
    pub(super) kind: u8,
    pub(super) flags: u8,
    pub(super) stream: u32,
}

impl FrameHeads {
    /// A reader of a direction that begins with this many other bytes.
    pub(super) const fn after(to_skip: usize) -> Self {
        Self {
            to_skip,
            head: [0; HEAD_BYTES],
            head_bytes: 0,
        }
    }

    /// Takes the bytes before the next head, as many of them as there are.
    pub(super) fn skip<'b>(&mut self, bytes: &mut &'b [u8]) -> &'b [u8] {
        let skipped = self.to_skip.min(bytes.len());
        self.to_skip -= skipped;
        let (payload, rest) = bytes.split_at_checked(skipped).unwrap_or_default();
        *bytes = rest;
        payload
    }

    /// True if the bytes before the next head have passed.
    pub(super) const fn is_at_head(&self) -> bool {
        self.to_skip == 0
    }

    /// True if the bytes that have passed end with a frame.
    pub(super) const fn is_between_frames(&self) -> bool {
        self.to_skip == 0 && self.head_bytes == 0
    }

    /// The next head, if all of it has passed, after the bytes before it were skipped.
    pub(super) fn next(&mut self, bytes: &mut &[u8]) -> Option<FrameHead> {
        let head = self.take(bytes)?;
        let [long, middle, short, kind, flags, stream @ ..] = head;
        let length = u32::from_be_bytes([0, long, middle, short]);
        self.to_skip = usize::try_from(length).unwrap_or(usize::MAX);
        Some(FrameHead {
            length,
            kind,
            flags,
            stream: u32::from_be_bytes(stream) & MAX_STREAM,
        })
    }

    /// The number of bytes to skip, and the number of those of a head that have passed.
    #[cfg(test)]
    pub(super) const fn position(&self) -> (usize, usize) {
        (self.to_skip, self.head_bytes)
    }

    fn take(&mut self, bytes: &mut &[u8]) -> Option<[u8; HEAD_BYTES]> {
        if self.head_bytes == 0
            && let Some((head, rest)) = bytes.split_first_chunk()
        {
            *bytes = rest;
            return Some(*head);
        }
        let missing = self.head.get_mut(self.head_bytes..)?;
        let count = missing.len().min(bytes.len());
        let (part, rest) = bytes.split_at_checked(count)?;
        missing.get_mut(..count)?.copy_from_slice(part);
        *bytes = rest;
        self.head_bytes = self.head_bytes.saturating_add(count);
        if self.head_bytes < HEAD_BYTES {
            return None;
        }
        self.head_bytes = 0;
        Some(self.head)
    }
}

/// The length of a head (RFC 9113, section 4.1). Unit: bytes.
pub(super) const HEAD_BYTES: usize = 9;

/// The highest bit of a stream is reserved.
const MAX_STREAM: u32 = u32::MAX >> 1;
