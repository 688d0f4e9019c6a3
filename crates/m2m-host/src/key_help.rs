//! The fix for a file that is not the key that a command needs: a line for the shell, wherever a program can convert the file.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use m2m_jwt::{InvalidKey, KeyForm};

use crate::regular_file::is_standard_stream;

/// The half of a key pair that a command reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Half {
    /// The private key, which signs.
    Private,
    /// The public key, which verifies.
    Public,
}

/// Returns the help for a file that cannot be read as a key: a line that can be typed as it is, or a sentence. `bytes` are its content.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "what is wrong with the other keys has no fix but another key"
)]
pub fn key_help(error: InvalidKey, file: &Path, bytes: &[u8], half: Half) -> String {
    let lines = Lines::new(file, bytes, half);
    match error {
        InvalidKey::Form(form) => lines.of_form(form),
        InvalidKey::Encrypted | InvalidKey::NotPkcs8 => {
            let Lines { input, output, .. } = &lines;
            let format = lines.format();
            convert(format!(
                "openssl pkcs8 -topk8 -nocrypt{format} -in {input} -out {output}"
            ))
        }
        InvalidKey::CurveExplicit => lines.of_openssl("-ec_param_enc named_curve"),
        InvalidKey::PointCompressed => lines.of_openssl("-ec_conv_form uncompressed"),
        InvalidKey::PublicKeyMissing => {
            let Lines { input, output, .. } = &lines;
            let format = lines.format();
            convert(format!(
                "openssl ec{format} -in {input} | openssl pkcs8 -topk8 -nocrypt -out {output}"
            ))
        }
        InvalidKey::SeveralKeys { .. } => {
            "remove one of the keys, or name a file with one key".to_owned()
        }
        InvalidKey::NotPrivate => "name the file with the private key that belongs to it".to_owned(),
        InvalidKey::SizeUnsupported { .. }
        | InvalidKey::ExponentUnsupported
        | InvalidKey::Roca
        | InvalidKey::KindUnsupported { .. }
            if half == Half::Public =>
        {
            "the issuer has to use another key: EC on P-256 or P-384, Ed25519, or RSA with 2048 to 8192 bits".to_owned()
        }
        InvalidKey::SizeUnsupported { .. } | InvalidKey::ExponentUnsupported | InvalidKey::Roca => {
            format!(
                "generate another key: openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out {}",
                lines.output
            )
        }
        InvalidKey::KindUnsupported { .. } | InvalidKey::CurveUnsupported | InvalidKey::TypeUnsupported => {
            lines.generate()
        }
        _ => match half {
            Half::Private => "a key is one PKCS#8 block in PEM, as `openssl genpkey` writes it, or its DER, or a JSON Web Key".to_owned(),
            Half::Public => "a key is one block PUBLIC KEY in PEM, as `openssl pkey -pubout` writes it, or its DER, or a JSON Web Key".to_owned(),
        },
    }
}

fn convert(line: String) -> String {
    format!("convert it: {line}")
}

/// The parts that the lines have in common.
struct Lines<'b> {
    /// The file, quoted for a shell.
    input: String,
    /// A file beside it, quoted for a shell, which `openssl` creates so that only its owner can read it.
    output: String,
    bytes: &'b [u8],
    half: Half,
}

impl<'b> Lines<'b> {
    fn new(file: &Path, bytes: &'b [u8], half: Half) -> Self {
        let suffix = match half {
            Half::Private => "pkcs8.pem",
            Half::Public => "public.pem",
        };
        let (input, output) = match is_standard_stream(file) {
            true => ("FILE".to_owned(), format!("key.{suffix}")),
            false => (quoted(file), quoted(&file.with_extension(suffix))),
        };
        Self {
            input,
            output,
            bytes,
            half,
        }
    }

    /// The option that names the format of the file, if it is not PEM.
    fn format(&self) -> &'static str {
        match self.has(b"-----BEGIN ") {
            true => "",
            false => " -inform DER",
        }
    }

    fn has(&self, part: &[u8]) -> bool {
        contains(self.bytes, part)
    }

    /// Returns the command that writes the key that it reads from standard input.
    fn writer(&self, format: &str) -> String {
        let public = match self.half {
            Half::Private => "",
            Half::Public => " -pubin",
        };
        format!("openssl pkey{public}{format} -out {}", self.output)
    }

    /// Writes the same key in another encoding.
    fn of_openssl(&self, encoding: &str) -> String {
        let (format, input, output) = (self.format(), &self.input, &self.output);
        convert(match self.half {
            Half::Private => {
                format!("openssl pkey{format} -in {input} {encoding} -out {output}")
            }
            Half::Public => {
                format!("openssl pkey -pubin{format} -in {input} {encoding} -pubout -out {output}")
            }
        })
    }

    fn generate(&self) -> String {
        format!(
            "generate another key: openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out {}",
            self.output
        )
    }

    fn of_form(&self, form: KeyForm) -> String {
        let (format, input, output) = (self.format(), &self.input, &self.output);
        convert(match (form, self.half) {
            (KeyForm::OpenSsh, Half::Private) => self.of_openssh(),
            (KeyForm::OpenSsh, Half::Public) => self.public_of_openssh(),
            (KeyForm::OpenSshPublic, Half::Public) if self.has(b"ssh-ed25519 ") => {
                self.public_of_ed25519(&format!("cut -d' ' -f2 {input}"))
            }
            (KeyForm::OpenSshPublic, Half::Public) => {
                format!("ssh-keygen -e -m PKCS8 -f {input} > {output}")
            }
            (KeyForm::PrivateKey, _) if self.has(b"OPENSSH") => self.public_of_openssh(),
            (KeyForm::PrivateKey, _) => {
                format!("openssl pkey{format} -in {input} -pubout -out {output}")
            }
            (KeyForm::Pkcs1Public, _) => {
                format!("openssl rsa -RSAPublicKey_in{format} -in {input} -pubout -out {output}")
            }
            (KeyForm::Certificate, Half::Public) => {
                format!("openssl x509{format} -in {input} -noout -pubkey > {output}")
            }
            (KeyForm::CertificateRequest, Half::Public) => {
                format!("openssl req{format} -in {input} -noout -pubkey > {output}")
            }
            (KeyForm::Pkcs12, Half::Private) => {
                format!("openssl pkcs12 -in {input} -nodes -nocerts -out {output}")
            }
            (KeyForm::Pkcs12, Half::Public) => format!(
                "openssl pkcs12 -in {input} -nodes -nokeys | openssl x509 -noout -pubkey > {output}"
            ),
            (KeyForm::JavaKeyStore, half) => {
                let of_pkcs12 = match half {
                    Half::Private => format!("-nocerts -out {output}"),
                    Half::Public => format!("-nokeys | openssl x509 -noout -pubkey > {output}"),
                };
                format!(
                    "keytool -importkeystore -srckeystore {input} -destkeystore {output}.p12 -deststoretype PKCS12 && openssl pkcs12 -in {output}.p12 -nodes {of_pkcs12}"
                )
            }
            (KeyForm::EscapedLineBreaks, _) => {
                format!(
                    r#"printf '%b' "$(cat {input})" | {SED} | {}"#,
                    self.writer("")
                )
            }
            (KeyForm::NotAtLineStart | KeyForm::Indented, _) => {
                format!("{SED} {input} | {}", self.writer(""))
            }
            (KeyForm::OneLine, _) => format!(
                "sed -e 's/.*-----BEGIN[^-]*-----//' -e 's/-----END.*//' {input} | tr -cd 'A-Za-z0-9+/=' | openssl base64 -d -A | {}",
                self.writer(" -inform DER")
            ),
            (KeyForm::LongLines, _) => format!("fold -w 64 {input} | {}", self.writer("")),
            (KeyForm::Base64OfPem, _) => format!(
                "tr -d '[:space:]' < {input} | openssl base64 -d -A | {}",
                self.writer("")
            ),
            (KeyForm::Base64OfDer, _) => format!(
                "tr -d '[:space:]' < {input} | openssl base64 -d -A | {}",
                self.writer(" -inform DER")
            ),
            (KeyForm::Utf16, _) => {
                let encoding = match self.bytes {
                    [b'-', ..] => "UTF-16LE",
                    [0, ..] => "UTF-16BE",
                    _ => "UTF-16",
                };
                format!("iconv -f {encoding} -t UTF-8 {input} | {}", self.writer(""))
            }
            (
                KeyForm::Certificate | KeyForm::CertificateRequest | KeyForm::OpenSshPublic,
                Half::Private,
            ) => {
                return "name the file with the private key that belongs to it".to_owned();
            }
            (KeyForm::Json, Half::Private) => {
                return "name a file with the key in PKCS#8, as `openssl genpkey` writes it"
                    .to_owned();
            }
            (KeyForm::Empty, _) => return "name the file with the key".to_owned(),
            _ => return self.generate(),
        })
    }

    /// `ssh-keygen` converts RSA and ECDSA keys. In a key of Ed25519 without a password the private key is at a fixed position.
    fn of_openssh(&self) -> String {
        let Self { input, output, .. } = self;
        let key = openssh_key(self.bytes);
        let of_ed25519 = |input: &str| {
            format!(
                r"{{ printf '\060\056\002\001\000\060\005\006\003\053\145\160\004\042\004\040'; sed '/^-/d' {input} | openssl base64 -d | tail -c +162 | head -c 32; }} | openssl pkey -inform DER -out {output}"
            )
        };
        match (contains(&key, ED25519), contains(&key, NOT_ENCRYPTED)) {
            (true, true) => of_ed25519(input),
            (true, false) => {
                let copy = format!("{output}.tmp");
                format!(
                    "cp {input} {copy} && chmod 600 {copy} && ssh-keygen -p -N '' -f {copy} && {} && rm {copy}",
                    of_ed25519(&copy)
                )
            }
            (false, _) => format!(
                "cp {input} {output} && chmod 600 {output} && ssh-keygen -p -m PKCS8 -N '' -f {output}"
            ),
        }
    }

    /// The public key of a private key in the format of OpenSSH.
    fn public_of_openssh(&self) -> String {
        let Self { input, output, .. } = self;
        match contains(&openssh_key(self.bytes), ED25519) {
            true => self.public_of_ed25519(&format!("ssh-keygen -y -f {input} | cut -d' ' -f2")),
            false => format!("ssh-keygen -e -m PKCS8 -f {input} > {output}"),
        }
    }

    /// The public key of Ed25519 whose base64 in the format of OpenSSH this command prints: `ssh-keygen` does not convert it.
    fn public_of_ed25519(&self, printed: &str) -> String {
        format!(
            r"{{ printf '\060\052\060\005\006\003\053\145\160\003\041\000'; {printed} | openssl base64 -d -A | tail -c 32; }} | {}",
            self.writer(" -inform DER")
        )
    }
}

/// Returns the decoded block of a private key in the format of OpenSSH.
fn openssh_key(pem: &[u8]) -> Vec<u8> {
    let lines = pem.split(|byte| *byte == b'\n' || *byte == b'\r');
    let base64: Vec<u8> = lines
        .map(<[u8]>::trim_ascii)
        .filter(|line| !line.starts_with(b"-"))
        .collect::<Vec<_>>()
        .concat();
    STANDARD.decode(base64).unwrap_or_default()
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// The name of the type of a key of Ed25519, and the names of cipher and key derivation of a key without a password.
const ED25519: &[u8] = b"\0\0\0\x0bssh-ed25519";
const NOT_ENCRYPTED: &[u8] = b"\0\0\0\x04none\0\0\0\x04none";

/// Removes blanks and the marks of a quotation before lines, and other text on the first and the last line.
const SED: &str = r"sed -e 's/^[>[:space:]]*//' -e 's/.*-----BEGIN/-----BEGIN/' -e 's/\(-----END[^-]*-----\).*/\1/'";

/// Returns the path as one word of a shell, which no program takes for an option.
fn quoted(file: &Path) -> String {
    let name = file.to_string_lossy();
    let name = match name.starts_with('-') {
        true => format!("./{name}"),
        false => name.into_owned(),
    };
    shlex::try_quote(&name).map_or_else(|_| "FILE".to_owned(), std::borrow::Cow::into_owned)
}

/// Returns a text as one word of a shell; `None` if it has a NUL, which no word can have.
pub fn shell_word(text: &str) -> Option<std::borrow::Cow<'_, str>> {
    shlex::try_quote(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f16_the_path_is_one_word_of_the_line() {
        let help = |file: &str| {
            key_help(
                InvalidKey::NotPkcs8,
                Path::new(file),
                b"-----BEGIN ",
                Half::Private,
            )
        };
        for (file, input, output) in [
            ("a.pem", "a.pem", "a.pkcs8.pem"),
            ("/keys/a", "/keys/a", "/keys/a.pkcs8.pem"),
            ("-a.pem", "./-a.pem", "./-a.pkcs8.pem"),
            ("my key.pem", "'my key.pem'", "'my key.pkcs8.pem'"),
            ("$(id).pem", "'$(id).pem'", "'$(id).pkcs8.pem'"),
            ("-", "FILE", "key.pkcs8.pem"),
        ] {
            let expected =
                format!("convert it: openssl pkcs8 -topk8 -nocrypt -in {input} -out {output}");
            assert_eq!(help(file), expected);
        }
    }
}
