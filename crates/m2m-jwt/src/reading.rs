//! The content of a token, whatever is wrong with it.

mod members;
mod part;
mod remark;

use core::fmt;
use std::borrow::Cow;

use crate::UnixTime;
use crate::json::{JsonObject, Piece, Pieces};

use members::{Members, probable_unit, remark_on_claims, remark_on_header, time};
use part::Part;

pub use remark::Remark;

/// The content of a text that should be a token, as far as it can be read, with a remark on everything that differs from a signed access
/// token.
///
/// It is for showing a token to people: reading never fails, and nothing is verified. Base64url is read with padding, white space and the
/// standard alphabet, and members have any type and number. [`Unverified`](crate::Unverified) is the strict reading, for verification.
///
/// Reading takes time in proportion to the length of the text.
///
/// ```
/// use m2m_jwt::{Reading, TokenForm};
///
/// // {"alg":"ES256"} and {"scope":["a"]}
/// let reading = Reading::of("eyJhbGciOiJFUzI1NiJ9.eyJzY29wZSI6WyJhIl19.AA");
/// assert_eq!(reading.form(), TokenForm::Signed);
/// let claims: Vec<_> = reading.claims().collect();
/// assert_eq!(claims, [("scope".into(), r#"["a"]"#.into())]);
/// assert_eq!(
///     reading.remarks()[0].to_string(),
///     "scope is an array; expected a string of scopes, separated by spaces"
/// );
/// ```
pub struct Reading {
    form: TokenForm,
    header: Option<Vec<u8>>,
    payload: Option<Vec<u8>>,
    remarks: Vec<Remark>,
}

/// The form of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TokenForm {
    /// A JWS in compact serialization: three parts ([RFC 7515, section 7.1](https://www.rfc-editor.org/rfc/rfc7515#section-7.1)).
    Signed,
    /// A JWE: five parts, or its JSON serialization. Only the holder of the key can read the payload
    /// ([RFC 7516, section 7](https://www.rfc-editor.org/rfc/rfc7516#section-7)).
    Encrypted,
    /// A JWS with disclosures after it, separated by `~` ([RFC 9901](https://www.rfc-editor.org/rfc/rfc9901)).
    SelectiveDisclosure,
    /// A JWS in JSON serialization ([RFC 7515, section 7.2](https://www.rfc-editor.org/rfc/rfc7515#section-7.2)).
    Json,
    /// Another number of parts, of which at least one is that of a token.
    Incomplete,
    /// Not a JWT. Only the issuer can say what the token means.
    Opaque,
}

impl TokenForm {
    /// Returns its name, such as `signed`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Signed => "signed",
            Self::Encrypted => "encrypted",
            Self::SelectiveDisclosure => "selective-disclosure",
            Self::Json => "json",
            Self::Incomplete => "incomplete",
            Self::Opaque => "opaque",
        }
    }
}

impl Reading {
    /// Reads a text, which may be in any of the forms of [`TokenForm`].
    #[must_use]
    pub fn of(text: &str) -> Self {
        let mut reading = Self {
            form: TokenForm::Signed,
            header: None,
            payload: None,
            remarks: Vec::new(),
        };
        if text.starts_with('{') {
            reading.read_json(text);
        } else if let Some((token, disclosures)) = text.split_once('~') {
            reading.form = TokenForm::SelectiveDisclosure;
            let count = disclosures
                .split('~')
                .filter(|one| one.contains(|c| c != '.'))
                .count();
            reading.remark(Remark::new(
                "token",
                format!("is an SD-JWT (disclosures and key bindings: {count})"),
                "a signed token alone",
            ));
            reading.read_compact(token);
        } else {
            reading.read_compact(text);
        }
        if reading.header_is_object() || reading.payload_is_object() {
            reading.remark_on_members();
        } else {
            reading.form = TokenForm::Opaque;
            if !text.starts_with("eyJ") {
                reading.remarks.clear();
            }
            reading.remark(Remark::new(
                "token",
                "is not a JWT: none of its parts contains JSON",
                "three parts in base64url, separated by dots; if the token is opaque, only its issuer can say what it means, by token introspection",
            ));
        }
        reading
    }

    /// The form of the token.
    #[must_use]
    pub const fn form(&self) -> TokenForm {
        self.form
    }

    /// The text of the header; `None` if there is no header, or it cannot be decoded.
    #[must_use]
    pub fn header_text(&self) -> Option<Cow<'_, str>> {
        self.header.as_deref().map(String::from_utf8_lossy)
    }

    /// The text of the payload; `None` if it is encrypted or absent, or cannot be decoded.
    #[must_use]
    pub fn payload_text(&self) -> Option<Cow<'_, str>> {
        self.payload.as_deref().map(String::from_utf8_lossy)
    }

    /// The members of the header: each name, and the value as JSON. They end where the header is not JSON.
    pub fn header(&self) -> impl Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> {
        Members::of(self.header.as_deref().unwrap_or_default())
    }

    /// The claims: each name, and the value as JSON. They end where the payload is not JSON; a repeated claim is repeated.
    pub fn claims(&self) -> impl Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> {
        Members::of(self.payload.as_deref().unwrap_or_default())
    }

    /// The claim as a time, if it is one, is not repeated, and is not probably in another unit than seconds.
    #[must_use]
    pub fn time(&self, claim: &str) -> Option<UnixTime> {
        let mut own = self.claims().filter(|(name, _)| name == claim);
        let (Some((_, value)), None) = (own.next(), own.next()) else {
            return None;
        };
        time(&value).filter(|time| probable_unit(*time).is_none())
    }

    /// Everything that differs from a signed access token whose claims have the types of their specifications.
    #[must_use]
    pub fn remarks(&self) -> &[Remark] {
        &self.remarks
    }

    fn header_is_object(&self) -> bool {
        is_object(self.header.as_deref())
    }

    fn payload_is_object(&self) -> bool {
        is_object(self.payload.as_deref())
    }

    fn remark(&mut self, remark: Remark) {
        if self.remarks.len() < MAX_REMARKS {
            self.remarks.push(remark);
        }
    }

    fn read_compact(&mut self, text: &str) {
        let parts: Vec<&str> = text.splitn(MAX_PARTS + 1, '.').collect();
        let count = parts.len();
        let mut parts = parts.into_iter();
        let mut offset = 0;
        let mut next = || {
            let part = parts.next()?;
            let start = offset;
            offset += part.len() + 1;
            Some((part, start))
        };
        if let Some((header, start)) = next() {
            self.header = self.decode("header", header, start);
        }
        if count == 5 {
            self.remark_on_encryption();
            return;
        }
        if count != 3 {
            self.form = TokenForm::Incomplete;
            let count = match count {
                1 => "has one part".to_owned(),
                2..=MAX_PARTS => format!("has {count} parts"),
                _ => format!("has more than {MAX_PARTS} parts"),
            };
            self.remark(Remark::new(
                "token",
                count,
                "three parts, separated by dots",
            ));
        }
        let is_plain = self
            .header()
            .any(|(name, value)| name == "b64" && value == "false");
        match next() {
            Some(("", _)) => self.remark(Remark::new(
                "payload",
                "is empty: a detached payload travels beside the token",
                "claims",
            )),
            Some((payload, _)) if is_plain => self.payload = Some(payload.as_bytes().to_vec()),
            Some((payload, start)) => self.payload = self.decode("payload", payload, start),
            None => {}
        }
        match next() {
            Some(("", _)) => self.remark(Remark::new("signature", "is empty", "a signature")),
            Some((signature, start)) => {
                self.decode("signature", signature, start);
            }
            None => {}
        }
    }

    fn decode(&mut self, name: &'static str, text: &str, offset: usize) -> Option<Vec<u8>> {
        let part = Part::decode(text, offset);
        if let Some(fault) = part.fault {
            let expected = "base64url without padding (RFC 7515, section 2)";
            self.remark(Remark::new(name, fault, expected));
        }
        part.bytes
    }

    /// Reads the members of a JWS or a JWE in JSON serialization, and of several signatures the first.
    fn read_json(&mut self, text: &str) {
        self.form = TokenForm::Json;
        let is_encrypted = self.read_json_members(text.as_bytes(), true);
        let found = "is in JSON serialization";
        self.remark(Remark::new(
            "token",
            found,
            "compact serialization: parts separated by dots",
        ));
        if is_encrypted {
            self.remark_on_encryption();
        }
    }

    /// Reads the members of a token, or of one of its signatures, which has no further ones.
    fn read_json_members(&mut self, text: &[u8], is_token: bool) -> bool {
        let mut is_encrypted = false;
        let string = |value: Piece<'_>| {
            value
                .as_string()
                .map(|text| text.to_str().into_owned())
                .unwrap_or_default()
        };
        let Some(mut members) = Pieces::of_document(text, b'{') else {
            return false;
        };
        while let Ok(Some((name, value))) = members.member() {
            if name.equals("protected") {
                self.header = self.decode("header", &string(value), value.offset + 1);
            } else if name.equals("payload") {
                self.payload = self.decode("payload", &string(value), value.offset + 1);
            } else if name.equals("ciphertext") {
                is_encrypted = true;
            } else if name.equals("signatures")
                && is_token
                && let Some(mut elements) = members.within(value, b'[')
                && let Ok(Some(first)) = elements.element()
            {
                let is_alone = matches!(elements.element(), Ok(None));
                self.read_json_members(first.text, false);
                if !is_alone {
                    let found = "has several signatures, of which the first is shown";
                    self.remark(Remark::new("token", found, "one signature"));
                }
            }
        }
        is_encrypted
    }

    fn remark_on_encryption(&mut self) {
        self.form = TokenForm::Encrypted;
        let found = match self.header().any(|(name, _)| name == "cty") {
            true => "is encrypted (JWE), with another token in it",
            false => "is encrypted (JWE)",
        };
        self.remark(Remark::new(
            "token",
            found,
            "a signed token; only the holder of the key can read an encrypted one. Some servers issue an encrypted token if a token is requested without the audience of an API",
        ));
    }

    fn remark_on_members(&mut self) {
        let (header, payload) = (self.header.take(), self.payload.take());
        let mut remarks = Vec::new();
        if let Some(header) = header.as_deref() {
            remark_on_json("header", header, &mut remarks);
            let is_encrypted = self.form == TokenForm::Encrypted;
            remark_on_header(Members::of(header), is_encrypted, &mut remarks);
        }
        if let Some(payload) = payload.as_deref() {
            if is_token(payload) {
                let found = "is itself a token (a nested JWT)";
                remarks.push(Remark::new("payload", found, "claims"));
            } else {
                remark_on_json("payload", payload, &mut remarks);
                remark_on_claims(Members::of(payload), &mut remarks);
            }
        }
        remarks.into_iter().for_each(|remark| self.remark(remark));
        (self.header, self.payload) = (header, payload);
    }
}

fn is_object(text: Option<&[u8]>) -> bool {
    text.is_some_and(|text| text.trim_ascii_start().starts_with(b"{"))
}

/// Returns true for a text with dots that begins as the header of a token does.
fn is_token(payload: &[u8]) -> bool {
    payload.starts_with(b"eyJ") && payload.contains(&b'.')
}

/// Remarks on the first violation of the strict rules, which the payload of a verified token follows.
fn remark_on_json(part: &'static str, text: &[u8], remarks: &mut Vec<Remark>) {
    if let Err(error) = JsonObject::parse(text) {
        let expected = format!(
            "a JSON object without repeated names, of at most {} members and {} levels",
            crate::limits::MAX_JSON_MEMBERS,
            crate::limits::MAX_JSON_DEPTH,
        );
        remarks.push(Remark::new(
            part,
            format!("is not accepted for verification: {error}"),
            expected,
        ));
    }
}

const MAX_PARTS: usize = 5;

/// The maximum number of remarks, so that a hostile token cannot fill a screen.
const MAX_REMARKS: usize = 32;

/// A token grants access to its bearer, so it is not printed.
impl fmt::Debug for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reading")
            .field("form", &self.form)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
