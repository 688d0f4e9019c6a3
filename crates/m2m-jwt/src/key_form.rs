//! Documents that are easily taken for a key in PEM or DER, each with its name.

use core::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::der::{BIT_STRING, INTEGER, OCTET_STRING, Reader, SEQUENCE};
use crate::error::InvalidKey;

/// The form of a document that is a key in another form than the one that is read, or is not a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyForm {
    /// Nothing, or white space only.
    Empty,
    /// The private key format of OpenSSH: `OPENSSH PRIVATE KEY`.
    OpenSsh,
    /// A line of OpenSSH with a public key: `ssh-rsa …`.
    OpenSshPublic,
    /// A private key, where a public key is needed.
    PrivateKey,
    /// A public RSA key without its algorithm: `RSA PUBLIC KEY`, PKCS#1.
    Pkcs1Public,
    /// A certificate.
    Certificate,
    /// A certificate signing request.
    CertificateRequest,
    /// The parameters of a curve without a key: `EC PARAMETERS`.
    CurveParameters,
    /// A PKCS#12 file: `.p12`, `.pfx`.
    Pkcs12,
    /// A keystore of Java: JKS or JCEKS.
    JavaKeyStore,
    /// A JSON document, where PEM or DER is needed.
    Json,
    /// PEM with line breaks as a backslash and a letter.
    EscapedLineBreaks,
    /// PEM whose first line begins with a quotation mark or other text.
    NotAtLineStart,
    /// PEM with blanks before its lines.
    Indented,
    /// PEM without line breaks.
    OneLine,
    /// PEM with lines of more than 76 characters.
    LongLines,
    /// PEM, encoded in base64.
    Base64OfPem,
    /// DER, encoded in base64, without the boundaries of PEM.
    Base64OfDer,
    /// Text in UTF-16.
    Utf16,
}

impl fmt::Display for KeyForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "the file or text is empty",
            Self::OpenSsh => "the private key is in the format of OpenSSH",
            Self::OpenSshPublic => "the public key is in the format of OpenSSH",
            Self::PrivateKey => "the key is a private key, and a public key is needed",
            Self::Pkcs1Public => "the public key is in PKCS#1 (RSA PUBLIC KEY)",
            Self::Certificate => "the document is a certificate and not a key",
            Self::CertificateRequest => {
                "the document is a certificate signing request and not a key"
            }
            Self::CurveParameters => {
                "the document has the parameters of a curve (EC PARAMETERS) and no key"
            }
            Self::Pkcs12 => "the document is a PKCS#12 file",
            Self::JavaKeyStore => "the document is a Java keystore",
            Self::Json => "the document is JSON, as a JSON Web Key is, and not PEM or DER",
            Self::EscapedLineBreaks => {
                r"the line breaks of the PEM text are written as \n, in two characters"
            }
            Self::NotAtLineStart => {
                "the PEM text is in quotation marks, or follows other text on its line"
            }
            Self::Indented => "the lines of the PEM text are indented",
            Self::OneLine => "the PEM text has no line breaks",
            Self::LongLines => "the PEM text has a line of more than 76 characters",
            Self::Base64OfPem => "the PEM text is encoded in base64 a second time",
            Self::Base64OfDer => "the base64 text has no BEGIN and END lines, as PEM needs them",
            Self::Utf16 => "the text is in UTF-16 and not in UTF-8",
        })
    }
}

/// The structure of a document in DER.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Structure {
    Pkcs8,
    EncryptedPkcs8,
    /// PKCS#1 or SEC 1.
    TraditionalPrivateKey,
    SubjectPublicKeyInfo,
    RsaPublicKey,
    Certificate,
    CertificateRequest,
    Pkcs12,
}

impl Structure {
    fn of(der: &[u8]) -> Option<Self> {
        let mut document = Reader::of_only(der, SEQUENCE)?;
        if let Some(first) = document.take_if(INTEGER)? {
            return Self::after_number(first, document);
        }
        let mut inner = document.enter(SEQUENCE)?;
        if document.take_if(OCTET_STRING)?.is_some() {
            return Some(Self::EncryptedPkcs8);
        }
        if document.take_if(BIT_STRING)?.is_some() {
            return Some(Self::SubjectPublicKeyInfo);
        }
        document.take(SEQUENCE)?;
        document.take(BIT_STRING)?;
        // A request has a version, a name and a public key; a certificate has more.
        let is_request = inner.take_if(INTEGER)?.is_some()
            && inner.take_if(SEQUENCE)?.is_some()
            && inner.take_if(SEQUENCE)?.is_some()
            && inner.take_if(SEQUENCE)?.is_none();
        Some(match is_request {
            true => Self::CertificateRequest,
            false => Self::Certificate,
        })
    }

    fn after_number(first: &[u8], mut document: Reader<'_>) -> Option<Self> {
        if document.take_if(SEQUENCE)?.is_some() {
            return Some(match first {
                [3] => Self::Pkcs12,
                _ => Self::Pkcs8,
            });
        }
        if document.take_if(OCTET_STRING)?.is_some() {
            return Some(Self::TraditionalPrivateKey);
        }
        document.take(INTEGER)?;
        Some(match document.end() {
            Some(()) => Self::RsaPublicKey,
            None => Self::TraditionalPrivateKey,
        })
    }

    const fn other_than_a_key(self) -> Option<KeyForm> {
        match self {
            Self::Certificate => Some(KeyForm::Certificate),
            Self::CertificateRequest => Some(KeyForm::CertificateRequest),
            Self::Pkcs12 => Some(KeyForm::Pkcs12),
            Self::Pkcs8
            | Self::EncryptedPkcs8
            | Self::TraditionalPrivateKey
            | Self::SubjectPublicKeyInfo
            | Self::RsaPublicKey => None,
        }
    }
}

/// Returns true if the bytes are one DER element, as keys have it.
pub(crate) fn is_der(bytes: &[u8]) -> bool {
    Reader::of_only(bytes, SEQUENCE).is_some()
}

/// Refuses a document that is recognized as something else than a private key in PKCS#8.
pub(crate) fn check_private(der: &[u8]) -> Result<(), InvalidKey> {
    let Some(structure) = Structure::of(der) else {
        return Ok(());
    };
    Err(match structure {
        Structure::Pkcs8 => return Ok(()),
        Structure::EncryptedPkcs8 => InvalidKey::Encrypted,
        Structure::TraditionalPrivateKey => InvalidKey::NotPkcs8,
        Structure::SubjectPublicKeyInfo | Structure::RsaPublicKey => InvalidKey::NotPrivate,
        Structure::Certificate | Structure::CertificateRequest | Structure::Pkcs12 => structure
            .other_than_a_key()
            .map_or(InvalidKey::PrivateKeyMalformed, InvalidKey::Form),
    })
}

/// Refuses a document that is recognized as something else than a `SubjectPublicKeyInfo`.
pub(crate) fn check_public(der: &[u8]) -> Result<(), InvalidKey> {
    let Some(structure) = Structure::of(der) else {
        return Ok(());
    };
    Err(InvalidKey::Form(match structure {
        Structure::SubjectPublicKeyInfo => return Ok(()),
        Structure::RsaPublicKey => KeyForm::Pkcs1Public,
        Structure::Pkcs8 | Structure::EncryptedPkcs8 | Structure::TraditionalPrivateKey => {
            KeyForm::PrivateKey
        }
        Structure::Certificate | Structure::CertificateRequest | Structure::Pkcs12 => {
            structure.other_than_a_key().unwrap_or(KeyForm::Certificate)
        }
    }))
}

/// Returns the reason why a document without the boundaries of PEM is not PEM.
pub(crate) fn of_text(text: &[u8]) -> InvalidKey {
    find(text).map_or(InvalidKey::PemMalformed, InvalidKey::Form)
}

fn find(text: &[u8]) -> Option<KeyForm> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let trimmed = text.trim_ascii();
    match trimmed {
        [] => return Some(KeyForm::Empty),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [b'-', 0, b'-', ..] | [0, b'-', 0, ..] => {
            return Some(KeyForm::Utf16);
        }
        [0xfe, 0xed, 0xfe, 0xed, ..] | [0xce, 0xce, 0xce, 0xce, ..] => {
            return Some(KeyForm::JavaKeyStore);
        }
        [b'{', ..] => return Some(KeyForm::Json),
        _ => {}
    }
    if let Some(form) = of_damaged_pem(text) {
        return Some(form);
    }
    let is_of_openssh = [b"ssh-".as_slice(), b"ecdsa-sha2-", b"sk-"]
        .iter()
        .any(|prefix| trimmed.starts_with(prefix));
    if is_of_openssh {
        return Some(KeyForm::OpenSshPublic);
    }
    let letters = trimmed.iter().copied();
    let letters: Zeroizing<Vec<u8>> =
        Zeroizing::new(letters.filter(|byte| !byte.is_ascii_whitespace()).collect());
    let decoded = Zeroizing::new(STANDARD.decode(&*letters).ok()?);
    if position(&decoded, BEGIN).is_some() {
        Some(KeyForm::Base64OfPem)
    } else if is_der(&decoded) {
        Some(KeyForm::Base64OfDer)
    } else {
        None
    }
}

/// Returns the form of a text with a boundary that is not on a line of its own.
fn of_damaged_pem(text: &[u8]) -> Option<KeyForm> {
    let begin = position(text, BEGIN)?;
    let (before, block) = text.split_at_checked(begin)?;
    let is_line_end = |byte: &u8| matches!(byte, b'\n' | b'\r');
    let line = before.rsplit(is_line_end).next().unwrap_or_default();
    let first = block.split(is_line_end).next().unwrap_or_default();
    Some(
        if position(first, br"\n").is_some() || position(first, br"\r").is_some() {
            KeyForm::EscapedLineBreaks
        } else if position(first, b"-----END ").is_some() {
            KeyForm::OneLine
        } else if !line.is_empty() && line.trim_ascii().is_empty() {
            KeyForm::Indented
        } else {
            KeyForm::NotAtLineStart
        },
    )
}

/// The beginning of the first line of a block.
pub(crate) const BEGIN: &[u8] = b"-----BEGIN ";

pub(crate) fn position(text: &[u8], part: &[u8]) -> Option<usize> {
    text.windows(part.len()).position(|window| window == part)
}
