//! A part of a token, decoded with tolerance.

/// A part of a token, decoded as far as it is clear which bytes are meant.
pub(super) struct Part {
    /// `None` if a character is in no alphabet of base64.
    pub(super) bytes: Option<Vec<u8>>,
    /// The first deviation from base64url.
    pub(super) fault: Option<String>,
}

impl Part {
    /// Decodes a text that begins at this offset of the token.
    pub(super) fn decode(text: &str, offset: usize) -> Self {
        let mut bytes = Vec::with_capacity(text.len() / 4 * 3 + 3);
        let mut fault = None;
        let (mut bits, mut count) = (0_u32, 0_u32);
        for (index, character) in text.char_indices() {
            let at = offset + index;
            let mut remark = |found: String| {
                fault.get_or_insert_with(|| format!("{found} at byte {at}"));
            };
            let value = match character {
                'A'..='Z' => u32::from(character) - u32::from('A'),
                'a'..='z' => u32::from(character) - u32::from('a') + 26,
                '0'..='9' => u32::from(character) - u32::from('0') + 52,
                '-' => 62,
                '_' => 63,
                '+' | '/' => {
                    remark(format!(
                        "has `{character}`, of the standard alphabet of base64,"
                    ));
                    if character == '+' { 62 } else { 63 }
                }
                '=' => {
                    remark("has padding (=)".to_owned());
                    continue;
                }
                ' ' | '\t' | '\r' | '\n' => {
                    remark("has white space".to_owned());
                    continue;
                }
                _ => {
                    let bytes = None;
                    remark(format!("has the character `{character}`"));
                    return Self { bytes, fault };
                }
            };
            bits = (bits << 6 | value) & 0xfff;
            count += 6;
            if count >= 8 {
                count -= 8;
                bytes.extend(u8::try_from(bits >> count & 0xff));
            }
        }
        let end = offset + text.len();
        let fault = fault.or_else(|| {
            if count == 6 {
                Some(format!("has a number of letters that base64url cannot have, and may be cut off, at byte {end}"))
            } else if bits & ((1 << count) - 1) != 0 {
                Some(format!("has unused bits in its last letter, before byte {end}"))
            } else {
                None
            }
        });
        Self {
            bytes: Some(bytes),
            fault,
        }
    }
}
