//! A certificate and its key, from the files that an operator names.

use std::path::Path;
use std::time::SystemTime;

use rustls::crypto::CryptoProvider;
use rustls::sign::CertifiedKey;
use rustls::{Error, InconsistentKeys};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use zeroize::Zeroizing;

use crate::listen::TlsFiles;
use m2m_host::error::Failure;
use m2m_host::regular_file::{Pipes, RegularFile};

/// Reads the chain of certificates and the key of the first of them.
///
/// # Errors
///
/// If a file cannot be read or holds something else, if others can read the key, if it is encrypted, or if it is another's.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "what else can be wrong with a key has the same remedy"
)]
pub(super) fn read(files: &TlsFiles, provider: &CryptoProvider) -> Result<CertifiedKey, Failure> {
    let chain = chain(&files.cert)?;
    let key = private_key(&files.key)?;
    let key_path = files.key.display();
    CertifiedKey::from_der(chain, key, provider).map_err(|error| match error {
        Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => Failure::usage(format!(
            "the key in {key_path} is not that of the certificate in {}",
            files.cert.display()
        ))
        .because("the two hold different public keys")
        .help("name the key with which the certificate was requested; the certificate of the server stands first in its file"),
        Error::InvalidCertificate(_) => {
            Failure::usage(format!("{} holds no certificate that can be used", files.cert.display()))
                .because(error.to_string())
                .help("the file holds an X.509 certificate of version 3 in PEM, as certificate authorities issue it")
        }
        other => Failure::usage(format!("the key in {key_path} cannot be used"))
            .because(other.to_string())
            .help("an RSA key of 2048 bits or more, an ECDSA key on P-256 or P-384, or an Ed25519 key will do"),
    })
}

/// Everything that [`read`] would find wrong, both files at once.
pub(super) fn mistakes(files: &TlsFiles, provider: &CryptoProvider) -> Vec<Failure> {
    let each = [chain(&files.cert).err(), private_key(&files.key).err()];
    let mistakes: Vec<Failure> = each.into_iter().flatten().collect();
    if mistakes.is_empty() {
        return read(files, provider).err().into_iter().collect();
    }
    mistakes
}

fn chain(path: &Path) -> Result<Vec<CertificateDer<'static>>, Failure> {
    let text = content(path, "certificate", None)?;
    let broken = |error: &dyn core::fmt::Display| {
        Failure::usage(format!("{} is damaged", path.display()))
            .because(error.to_string())
            .help("copy the file anew from who issued the certificate")
    };
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    let chain = chain.map_err(|error| broken(&error))?;
    if chain.is_empty() {
        return Err(Failure::usage(format!(
            "there is no certificate in {}",
            path.display()
        ))
        .because(kind(&text))
        .help("--tls-cert (M2M_TLS_CERT) names a file in PEM, with the certificate of the server first and then those that lead to the root"));
    }
    Ok(chain)
}

fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>, Failure> {
    let text = content(path, "key", Some(refuse_open_file))?;
    if contains(&text, "ENCRYPTED") {
        return Err(
            Failure::usage(format!("the key in {} is encrypted", path.display()))
                .because("the server starts without anybody there to type a passphrase")
                .help(format!(
                    "openssl pkey -in {0} -out {0}.plain; chmod 600 {0}.plain; and name that file",
                    path.display()
                )),
        );
    }
    PrivateKeyDer::from_pem_slice(&text).map_err(|_| {
        // The text of the error is left out: it may quote the file.
        Failure::usage(format!("there is no private key in {}", path.display()))
            .because(kind(&text))
            .help("--tls-key (M2M_TLS_KEY) names a file in PEM with `BEGIN PRIVATE KEY`, `BEGIN EC PRIVATE KEY` or `BEGIN RSA PRIVATE KEY`")
    })
}

/// What a file holds instead, without a byte of it.
fn kind(text: &[u8]) -> &'static str {
    if contains(text, "PRIVATE KEY-----") {
        "it holds a private key"
    } else if contains(text, "BEGIN CERTIFICATE-----") {
        "it holds a certificate"
    } else if contains(text, "BEGIN CERTIFICATE REQUEST-----") {
        "it holds a request for a certificate, which is not one yet"
    } else if contains(text, "-----BEGIN ") {
        "it holds something else in PEM"
    } else if text.first() == Some(&0x30) {
        "it is in DER: `openssl x509 -inform der` and `openssl pkey -inform der` turn it into PEM"
    } else {
        "it is not in PEM"
    }
}

fn contains(text: &[u8], part: &str) -> bool {
    text.windows(part.len())
        .any(|window| window == part.as_bytes())
}

type Check = fn(&Path, &RegularFile) -> Result<(), Failure>;

fn content(path: &Path, what: &str, check: Option<Check>) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let unreadable = |error: std::io::Error| {
        Failure::of_io(
            format!("cannot read the {what} file {}", path.display()),
            &error,
        )
        .help("see that the file is there, and that the user of the server may read it")
    };
    let file = RegularFile::open(path, Pipes::Refused).map_err(unreadable)?;
    if let Some(check) = check {
        check(path, &file)?;
    }
    file.read(MAX_FILE_BYTES).map_err(unreadable)
}

#[cfg(unix)]
fn refuse_open_file(path: &Path, file: &RegularFile) -> Result<(), Failure> {
    use std::os::unix::fs::PermissionsExt as _;

    let mode = file.metadata().permissions().mode();
    // A group may be how a server that is not root gets to read what root keeps.
    if mode & 0o007 == 0 {
        return Ok(());
    }
    let path = path.display();
    Err(Failure::usage(format!("{path} can be read by others"))
        .because(format!(
            "its mode is {:03o}, and whoever has the key can pose as this server",
            mode & 0o777
        ))
        .help(format!(
            "chmod o= {path}; and if somebody may have read it, make a new one"
        )))
}

#[cfg(not(unix))]
fn refuse_open_file(_path: &Path, _file: &RegularFile) -> Result<(), Failure> {
    Ok(())
}

/// By what one sees that files have changed, without reading them.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Stamp([Option<(SystemTime, u64)>; 2]);

impl Stamp {
    /// How the files are now. A file that is not there has none.
    pub(super) fn of(files: &TlsFiles) -> Self {
        Self([&files.cert, &files.key].map(|path| {
            let metadata = std::fs::metadata(path).ok()?;
            Some((metadata.modified().ok()?, metadata.len()))
        }))
    }
}

/// A chain of ten certificates has some 20 kB. Unit: bytes.
const MAX_FILE_BYTES: u32 = 1024 * 1024;

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

    #[expect(clippy::unwrap_used, reason = "what a test takes for granted")]
    fn pem() -> Pem {
        let Generated { cert, signing_key } =
            generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        Pem {
            certificate: cert.pem(),
            key: signing_key.serialize_pem(),
        }
    }

    #[expect(clippy::unwrap_used, reason = "what a test takes for granted")]
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
            .map_err(|failure| failure.to_string())
    }

    #[test]
    fn a_certificate_and_its_key_are_taken() {
        let Pem { certificate, key } = pem();
        for mode in [0o600, 0o400, 0o640] {
            assert_eq!(of(&certificate, &key, mode), Ok(()));
        }
    }

    #[test]
    fn what_is_wrong_is_said_with_the_file_and_its_remedy() {
        let (mine, other) = (pem(), pem());
        let check = |certificate: &str, key: &str, mode, texts: &[&str]| {
            let failure = of(certificate, key, mode).unwrap_err();
            for text in texts {
                assert!(failure.contains(text), "{text:?} in {failure}");
            }
            assert!(failure.contains(" = help: "), "{failure}");
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
            &["no certificate in", "it holds a private key"],
        );
        check(
            certificate,
            certificate,
            0o600,
            &["no private key in", "key.pem", "it holds a certificate"],
        );
        check(
            certificate,
            &other.key,
            0o600,
            &["is not that of the certificate"],
        );
        check(
            certificate,
            key,
            0o644,
            &["can be read by others", "mode is 644", "chmod o="],
        );
        let encrypted = key.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY");
        check(
            certificate,
            &encrypted,
            0o600,
            &["is encrypted", "openssl pkey"],
        );
        check(
            &certificate.replace("MII", "\u{7}!!"),
            key,
            0o600,
            &["cert.pem"],
        );
    }
}
