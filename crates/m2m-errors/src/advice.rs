//! The possible causes of an error and its fixes, for one kind of reader.

/// Causes and fixes in plain words, for one kind of reader.
///
/// Each text is one sentence or two, complete in itself, without markup.
///
/// Exhaustive, since other crates write advice for errors of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Advice {
    /// The usual causes, the most frequent first. Never empty.
    pub causes: &'static [&'static str],
    /// The fixes, the most helpful first. Never empty.
    pub fixes: &'static [&'static str],
}
