//! The JSON writer, into one buffer and without `serde_json`, which this crate does not need otherwise.

/// Returns the number of leading bytes that a string may contain unescaped: no control character, no quotation mark, no reverse solidus.
pub(super) fn plain_length(bytes: &[u8]) -> usize {
    let (words, rest) = bytes.as_chunks::<8>();
    let mut length = 0;
    for word in words {
        if let Some(plain) = plain_bytes(u64::from_le_bytes(*word)) {
            return length + plain;
        }
        length += 8;
    }
    length
        + rest
            .iter()
            .take_while(|byte| !matches!(byte, 0..0x20 | b'"' | b'\\'))
            .count()
}

/// Returns the same number for eight bytes, the first of which is the lowest; `None` if all are plain.
///
/// A byte is below a limit exactly if subtracting it borrows from its highest bit; so it is zero if it is below one.
#[inline]
pub(super) fn plain_bytes(word: u64) -> Option<usize> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGHS: u64 = 0x8080_8080_8080_8080;
    let below = |word: u64, limit: u64| word.wrapping_sub(ONES * limit) & !word & HIGHS;
    let quotation_mark = below(word ^ (ONES * 0x22), 1);
    let reverse_solidus = below(word ^ (ONES * 0x5c), 1);
    let special = below(word, 0x20) | quotation_mark | reverse_solidus;
    // The lowest mark is right; those above it may come from the borrow of another.
    (special != 0).then(|| usize::try_from(special.trailing_zeros() / 8).unwrap_or_default())
}

/// A buffer for JSON, without whitespace.
///
/// Strings are escaped; the caller writes punctuation and names, as text that is already JSON.
///
/// ```
/// let mut json = m2m_jwt::JsonWriter::with_capacity(64);
/// json.raw("{\"sub\":");
/// json.string("billing \"job\"");
/// json.raw(",\"iat\":");
/// json.unsigned(1_800_000_000);
/// json.raw("}");
/// assert_eq!(json.into_string(), r#"{"sub":"billing \"job\"","iat":1800000000}"#);
/// ```
#[derive(Debug, Clone)]
pub struct JsonWriter {
    out: Vec<u8>,
}

impl JsonWriter {
    /// Creates an empty buffer with space for this number of bytes.
    #[must_use]
    pub fn with_capacity(bytes: usize) -> Self {
        Self {
            out: Vec::with_capacity(bytes),
        }
    }

    /// Appends a text that is already JSON.
    pub fn raw(&mut self, json: &str) {
        self.out.extend_from_slice(json.as_bytes());
    }

    /// Appends a string, in quotation marks and escaped.
    pub fn string(&mut self, text: &str) {
        self.out.push(b'"');
        self.escaped(text);
        self.out.push(b'"');
    }

    /// Appends the inside of a string, escaped.
    pub(crate) fn escaped(&mut self, text: &str) {
        let mut rest = text.as_bytes();
        loop {
            let (plain, special) = rest
                .split_at_checked(plain_length(rest))
                .unwrap_or((rest, &[]));
            self.out.extend_from_slice(plain);
            let Some((byte, after)) = special.split_first() else {
                return;
            };
            match byte {
                b'"' => self.raw("\\\""),
                b'\\' => self.raw("\\\\"),
                b'\n' => self.raw("\\n"),
                b'\r' => self.raw("\\r"),
                b'\t' => self.raw("\\t"),
                control => {
                    self.raw("\\u00");
                    self.out.push(hex_digit(control >> 4));
                    self.out.push(hex_digit(control & 0xf));
                }
            }
            rest = after;
        }
    }

    /// Appends an array of strings.
    pub fn strings<'a>(&mut self, strings: impl IntoIterator<Item = &'a str>) {
        let mut separator = "[";
        for string in strings {
            self.raw(separator);
            self.string(string);
            separator = ",";
        }
        self.raw(if separator == "[" { "[]" } else { "]" });
    }

    /// Appends `true` or `false`.
    pub fn boolean(&mut self, value: bool) {
        self.raw(if value { "true" } else { "false" });
    }

    /// Appends a number.
    pub fn unsigned(&mut self, number: u64) {
        // `u64::MAX` has twenty digits.
        let mut digits = [0; 20];
        let mut rest = number;
        let mut written = 0;
        for digit in digits.iter_mut().rev() {
            *digit = b'0' + u8::try_from(rest % 10).unwrap_or_default();
            rest /= 10;
            written += 1;
            if rest == 0 {
                break;
            }
        }
        self.out
            .extend_from_slice(digits.get(digits.len() - written..).unwrap_or_default());
    }

    /// Appends a number with its sign.
    pub fn signed(&mut self, number: i64) {
        if number < 0 {
            self.out.push(b'-');
        }
        self.unsigned(number.unsigned_abs());
    }

    /// The JSON that has been written.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.out
    }

    /// Returns the JSON that has been written. All of it came from strings, so it is a string.
    #[must_use]
    pub fn into_string(self) -> String {
        String::from_utf8(self.out).unwrap_or_default()
    }
}

const fn hex_digit(nibble: u8) -> u8 {
    if nibble < 10 {
        b'0' + nibble
    } else {
        b'a' + nibble - 10
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_first_special_byte_at_every_position() {
        for special in (0..0x20).chain([b'"', b'\\']) {
            for position in 0..40 {
                let mut bytes = [b'a'; 40];
                bytes[position] = special;
                assert_eq!(plain_length(&bytes), position, "{special:#x} at {position}");
                bytes[39] = special;
                assert_eq!(
                    plain_length(&bytes),
                    position,
                    "{special:#x} at {position} and at the end"
                );
            }
        }
        for plain in [0x20, b'!', b'#', b'[', b']', 0x7f, 0x80, 0xa2, 0xdc, 0xff] {
            assert_eq!(plain_length(&[plain; 40]), 40, "{plain:#x}");
        }
    }

    #[test]
    fn escapes_special_characters() {
        let mut writer = JsonWriter::with_capacity(0);
        writer.string("a\"b\\c\nd\re\tf\u{0}g\u{1f}é😀/");
        assert_eq!(
            writer.into_string(),
            r#""a\"b\\c\nd\re\tf\u0000g\u001fé😀/""#
        );
    }

    #[test]
    fn writes_json_that_serde_json_reads() {
        let text: String = (0..=0x80_u8)
            .map(char::from)
            .chain("é\u{2028}😀".chars())
            .collect();
        let mut writer = JsonWriter::with_capacity(0);
        writer.string(&text);
        let read: String = serde_json::from_str(&writer.into_string()).unwrap();
        assert_eq!(read, text);
    }

    #[test]
    fn prints_integers_to_their_limits() {
        for number in [0, 9, 10, 1_800_000_000, u64::MAX] {
            let mut writer = JsonWriter::with_capacity(0);
            writer.unsigned(number);
            assert_eq!(writer.into_string(), number.to_string());
        }
        for number in [0, -1, i64::MIN, i64::MAX] {
            let mut writer = JsonWriter::with_capacity(0);
            writer.signed(number);
            assert_eq!(writer.into_string(), number.to_string());
        }
    }
}
