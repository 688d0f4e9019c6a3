//! A certificate and its key, read from files.

use std::fs::{File, Metadata};
use std::io::{self, ErrorKind, Read as _};
use std::path::Path;
use std::time::SystemTime;

use rustls::crypto::CryptoProvider;
use rustls::sign::CertifiedKey;
use rustls::{Error, InconsistentKeys};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use zeroize::Zeroizing;

use crate::{FileKind, Found, TlsError, TlsFiles};

/// Reads the chain of certificates and the key of the first of them.
///
/// # Errors
///
/// If a file cannot be read or contains something else, if others can read the key, if it is encrypted, or if it belongs to another certificate.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "all other errors of a key have the same remedy"
)]
pub(super) fn read(files: &TlsFiles, provider: &CryptoProvider) -> Result<CertifiedKey, TlsError> {
    let chain = chain(&files.cert)?;
    let key = private_key(&files.key)?;
    CertifiedKey::from_der(chain, key, provider).map_err(|error| match error {
        Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => TlsError::KeyMismatch {
            cert: files.cert.clone(),
            key: files.key.clone(),
        },
        Error::InvalidCertificate(_) => TlsError::UnusableCertificate {
            path: files.cert.clone(),
            why: error.to_string().into(),
        },
        other => TlsError::UnusableKey {
            path: files.key.clone(),
            why: other.to_string().into(),
        },
    })
}

/// Everything that [`read`] would find wrong, both files at once.
pub(super) fn mistakes(files: &TlsFiles, provider: &CryptoProvider) -> Vec<TlsError> {
    let each = [chain(&files.cert).err(), private_key(&files.key).err()];
    let mistakes: Vec<TlsError> = each.into_iter().flatten().collect();
    if mistakes.is_empty() {
        return read(files, provider).err().into_iter().collect();
    }
    mistakes
}

fn chain(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let text = content(path, FileKind::Certificate)?;
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    let chain = chain.map_err(|error| TlsError::Damaged {
        path: path.to_owned(),
        why: error.to_string().into(),
    })?;
    if chain.is_empty() {
        return Err(TlsError::NoCertificate {
            path: path.to_owned(),
            found: found(&text),
        });
    }
    Ok(chain)
}

fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>, TlsError> {
    let text = content(path, FileKind::Key)?;
    if contains(&text, "ENCRYPTED") {
        return Err(TlsError::EncryptedKey {
            path: path.to_owned(),
        });
    }
    // The text of the error is left out: it may quote the file.
    PrivateKeyDer::from_pem_slice(&text).map_err(|_| TlsError::NoPrivateKey {
        path: path.to_owned(),
        found: found(&text),
    })
}

/// Returns the content of a file that should contain something else.
fn found(text: &[u8]) -> Found {
    if contains(text, "PRIVATE KEY-----") {
        Found::PrivateKey
    } else if contains(text, "BEGIN CERTIFICATE-----") {
        Found::Certificate
    } else if contains(text, "BEGIN CERTIFICATE REQUEST-----") {
        Found::CertificateRequest
    } else if contains(text, "-----BEGIN ") {
        Found::OtherPem
    } else if text.first() == Some(&0x30) {
        Found::Der
    } else {
        Found::NotPem
    }
}

fn contains(text: &[u8], part: &str) -> bool {
    text.windows(part.len())
        .any(|window| window == part.as_bytes())
}

fn content(path: &Path, kind: FileKind) -> Result<Zeroizing<Vec<u8>>, TlsError> {
    let unreadable = |error| TlsError::Unreadable {
        kind,
        path: path.to_owned(),
        error,
    };
    // Before it is opened, because opening a pipe waits for a writer.
    if !std::fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err(unreadable(io::Error::new(
            ErrorKind::InvalidInput,
            "it is not a regular file",
        )));
    }
    let file = File::open(path).map_err(unreadable)?;
    let metadata = file.metadata().map_err(unreadable)?;
    if kind == FileKind::Key {
        refuse_open_key(path, &metadata)?;
    }
    // Room for all of it at once, so that no copy of a key is left behind in memory.
    let length = metadata.len().min(MAX_FILE_BYTES) + 1;
    let mut bytes = Zeroizing::new(Vec::with_capacity(usize::try_from(length).unwrap_or(0)));
    file.take(MAX_FILE_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length <= MAX_FILE_BYTES) {
        Ok(bytes)
    } else {
        Err(unreadable(io::Error::new(
            ErrorKind::FileTooLarge,
            format!("it is longer than {MAX_FILE_BYTES} bytes"),
        )))
    }
}

#[cfg(unix)]
fn refuse_open_key(path: &Path, metadata: &Metadata) -> Result<(), TlsError> {
    use std::os::unix::fs::PermissionsExt as _;

    let mode = metadata.permissions().mode() & 0o777;
    // Access by group lets a server that is not root read a file of root.
    if mode & 0o007 == 0 {
        return Ok(());
    }
    Err(TlsError::OpenToOthers {
        path: path.to_owned(),
        mode,
    })
}

#[cfg(not(unix))]
fn refuse_open_key(_path: &Path, _metadata: &Metadata) -> Result<(), TlsError> {
    Ok(())
}

/// The properties of the files by which a change is noticed without reading them.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Stamp([Option<(SystemTime, u64)>; 2]);

impl Stamp {
    /// Returns the properties of the files as they are now. A missing file has no properties.
    pub(super) fn of(files: &TlsFiles) -> Self {
        Self([&files.cert, &files.key].map(|path| {
            let metadata = std::fs::metadata(path).ok()?;
            Some((metadata.modified().ok()?, metadata.len()))
        }))
    }
}

/// The maximum size of a file. A chain of ten certificates has some 20 kB. Unit: bytes.
const MAX_FILE_BYTES: u64 = 1024 * 1024;

#[cfg(all(test, unix))]
mod tests {
    use std::fs::{Permissions, set_permissions, write};
    use std::os::unix::fs::PermissionsExt as _;

    use rcgen::{CertifiedKey as Generated, generate_simple_self_signed};

    use super::*;

    struct Pem {
        certificate: String,
        key: String,
    }

    #[expect(clippy::unwrap_used, reason = "a failure fails the test")]
    fn pem() -> Pem {
        let Generated { cert, signing_key } =
            generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        Pem {
            certificate: cert.pem(),
            key: signing_key.serialize_pem(),
        }
    }

    #[expect(clippy::unwrap_used, reason = "a failure fails the test")]
    fn of(certificate: &str, key: &str, mode: u32) -> Result<(), String> {
        let folder = tempfile::tempdir().unwrap();
        let files = TlsFiles {
            cert: folder.path().join("cert.pem"),
            key: folder.path().join("key.pem"),
        };
        write(&files.cert, certificate).unwrap();
        write(&files.key, key).unwrap();
        set_permissions(&files.key, Permissions::from_mode(mode)).unwrap();
        read(&files, &super::super::provider())
            .map(drop)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn a_certificate_and_its_key_are_accepted() {
        let Pem { certificate, key } = pem();
        for mode in [0o600, 0o400, 0o640] {
            assert_eq!(of(&certificate, &key, mode), Ok(()));
        }
    }

    #[test]
    fn an_error_names_the_file_and_its_content() {
        let (mine, other) = (pem(), pem());
        let check = |certificate: &str, key: &str, mode, texts: &[&str]| {
            let failure = of(certificate, key, mode).unwrap_err();
            for text in texts {
                assert!(failure.contains(text), "{text:?} in {failure}");
            }
            assert!(!failure.contains(&mine.key[40..60]), "{failure}");
        };
        let (certificate, key) = (&*mine.certificate, &*mine.key);
        check(
            "",
            key,
            0o600,
            &["no certificate in", "cert.pem", "not in PEM"],
        );
        check(
            key,
            key,
            0o600,
            &["no certificate in", "it contains a private key"],
        );
        check(
            certificate,
            certificate,
            0o600,
            &["no private key in", "key.pem", "it contains a certificate"],
        );
        check(
            certificate,
            &other.key,
            0o600,
            &["does not belong to the certificate"],
        );
        check(
            certificate,
            key,
            0o644,
            &["can be read by other users", "mode is 644"],
        );
        let encrypted = key.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY");
        check(certificate, &encrypted, 0o600, &["is encrypted"]);
        check(
            &certificate.replace("MII", "\u{7}!!"),
            key,
            0o600,
            &["cert.pem"],
        );
    }
}
