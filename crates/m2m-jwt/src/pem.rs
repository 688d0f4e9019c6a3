//! The key in a PEM text.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::error::InvalidKey;
use crate::key_form::{self, BEGIN, KeyForm};
use crate::limits::MAX_PEM_BYTES;

/// Returns the DER of the only private key in a PEM text, which is in PKCS#8 and not encrypted.
///
/// ```text
/// -----BEGIN PRIVATE KEY-----
/// lines of base64, at most 76 characters each
/// -----END PRIVATE KEY-----
/// ```
///
/// Lines end with LF, CR LF or CR. Text and blocks of other kinds, such as the certificate of the key, may precede and follow it.
///
/// Source: [RFC 7468, sections 2, 3 and 10](https://www.rfc-editor.org/rfc/rfc7468#section-10).
pub(crate) fn private(text: &[u8]) -> Result<Zeroizing<Vec<u8>>, InvalidKey> {
    let blocks = blocks(text)?;
    let is_private = |label: &[u8]| label.ends_with(b"PRIVATE KEY");
    match (only(&blocks, is_private)?, blocks.first()) {
        (Some(block), _) => match block.label {
            b"PRIVATE KEY" => block.decode(),
            b"ENCRYPTED PRIVATE KEY" => Err(InvalidKey::Encrypted),
            b"RSA PRIVATE KEY" | b"EC PRIVATE KEY" if block.is_encrypted() => {
                Err(InvalidKey::Encrypted)
            }
            b"RSA PRIVATE KEY" | b"EC PRIVATE KEY" => Err(InvalidKey::NotPkcs8),
            b"OPENSSH PRIVATE KEY" => Err(InvalidKey::Form(KeyForm::OpenSsh)),
            b"DSA PRIVATE KEY" => Err(InvalidKey::KindUnsupported { found: "a DSA key" }),
            _ => Err(InvalidKey::PemMalformed),
        },
        (None, Some(block)) => Err(match block.label {
            b"PUBLIC KEY" | b"RSA PUBLIC KEY" => InvalidKey::NotPrivate,
            label => of_other_block(label),
        }),
        (None, None) => Err(key_form::of_text(text)),
    }
}

/// Returns the DER of the only public key in a PEM text, a `SubjectPublicKeyInfo`.
///
/// Source: [RFC 7468, section 13](https://www.rfc-editor.org/rfc/rfc7468#section-13).
pub(crate) fn public(text: &[u8]) -> Result<Zeroizing<Vec<u8>>, InvalidKey> {
    let blocks = blocks(text)?;
    match (
        only(&blocks, |label| label == b"PUBLIC KEY")?,
        blocks.first(),
    ) {
        (Some(block), _) => block.decode(),
        (None, Some(block)) => Err(match block.label {
            b"RSA PUBLIC KEY" => InvalidKey::Form(KeyForm::Pkcs1Public),
            label if label.ends_with(b"PRIVATE KEY") => InvalidKey::Form(KeyForm::PrivateKey),
            label => of_other_block(label),
        }),
        (None, None) => Err(key_form::of_text(text)),
    }
}

fn of_other_block(label: &[u8]) -> InvalidKey {
    match label {
        b"CERTIFICATE" | b"X509 CERTIFICATE" | b"TRUSTED CERTIFICATE" => {
            InvalidKey::Form(KeyForm::Certificate)
        }
        b"CERTIFICATE REQUEST" | b"NEW CERTIFICATE REQUEST" => {
            InvalidKey::Form(KeyForm::CertificateRequest)
        }
        b"EC PARAMETERS" => InvalidKey::Form(KeyForm::CurveParameters),
        _ => InvalidKey::PemMalformed,
    }
}

/// Returns the block with such a label, if there is one.
fn only<'b, 't>(
    blocks: &'b [Block<'t>],
    is_wanted: impl Fn(&[u8]) -> bool,
) -> Result<Option<&'b Block<'t>>, InvalidKey> {
    let mut wanted = blocks.iter().filter(|block| is_wanted(block.label));
    match (wanted.next(), wanted.next()) {
        (Some(first), Some(second)) => Err(InvalidKey::SeveralKeys {
            first: first.line,
            second: second.line,
        }),
        (block, _) => Ok(block),
    }
}

/// A block, which begins with a line `-----BEGIN label-----`.
struct Block<'t> {
    label: &'t [u8],
    /// The number of its first line, counted from 1.
    line: usize,
    lines: Vec<&'t [u8]>,
    /// True if it has its last line.
    is_complete: bool,
}

impl Block<'_> {
    fn decode(&self) -> Result<Zeroizing<Vec<u8>>, InvalidKey> {
        let length = self.lines.iter().map(|line| line.len()).sum();
        let mut letters = Zeroizing::new(Vec::with_capacity(length));
        for line in &self.lines {
            if line.first().is_some_and(|first| is_blank(*first)) {
                return Err(InvalidKey::Form(KeyForm::Indented));
            }
            if line.len() > MAX_LINE {
                return Err(InvalidKey::Form(KeyForm::LongLines));
            }
            letters.extend_from_slice(line);
        }
        if !self.is_complete {
            return Err(InvalidKey::PemMalformed);
        }
        STANDARD
            .decode(&*letters)
            .map(Zeroizing::new)
            .map_err(|_| InvalidKey::PemMalformed)
    }

    /// Returns true if the block has the header of a key that is encrypted in the traditional way.
    ///
    /// Source: [RFC 1421, section 4.6.1.1](https://www.rfc-editor.org/rfc/rfc1421#section-4.6.1.1).
    fn is_encrypted(&self) -> bool {
        let mut lines = self.lines.iter();
        lines.any(|line| line.starts_with(b"Proc-Type:") && line.ends_with(b"ENCRYPTED"))
    }
}

fn blocks(text: &[u8]) -> Result<Vec<Block<'_>>, InvalidKey> {
    if text.len() > MAX_PEM_BYTES {
        return Err(InvalidKey::TooLong);
    }
    let mut blocks: Vec<Block<'_>> = Vec::new();
    for (line, number) in lines(text).zip(1..) {
        if let Some(label) = boundary(line, BEGIN) {
            blocks.push(Block {
                label,
                line: number,
                lines: Vec::new(),
                is_complete: false,
            });
        } else if let Some(block) = blocks.last_mut().filter(|block| !block.is_complete) {
            if boundary(line, b"-----END ") == Some(block.label) {
                block.is_complete = true;
            } else {
                block.lines.push(line);
            }
        }
    }
    Ok(blocks)
}

/// Returns the lines without blanks at their end. A byte order mark may precede one, as the files of Windows have it.
fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(text);
    core::iter::from_fn(move || {
        let text = rest?;
        let end = text.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
        let (line, after) = match end.and_then(|end| text.split_at_checked(end)) {
            Some((line, [b'\r', b'\n', after @ ..] | [_, after @ ..])) => (line, Some(after)),
            Some((_, [])) | None => (text, None),
        };
        rest = after;
        Some(line)
    })
    .map(|line| {
        let blanks = line.iter().rev().take_while(|byte| is_blank(**byte));
        let length = line.len() - blanks.count();
        let line = line.get(..length).unwrap_or_default();
        line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line)
    })
}

/// Blanks by RFC 7468, section 3, that do not end a line: `W`.
const fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | 0x0b | 0x0c)
}

/// Returns the label of a boundary, which is alone on its line.
fn boundary<'t>(line: &'t [u8], prefix: &[u8]) -> Option<&'t [u8]> {
    let label = line.strip_prefix(prefix)?.strip_suffix(b"-----")?;
    key_form::position(label, b"--").is_none().then_some(label)
}

/// Generators wrap at 64 characters (RFC 7468, section 2); a few tools wrap at 76 as MIME does.
const MAX_LINE: usize = 76;

#[cfg(test)]
#[path = "pem/tests.rs"]
mod tests;
