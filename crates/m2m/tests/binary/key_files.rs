//! Keys in files as other programs write them: taken, or refused with the line that converts them.

use std::path::Path;
use std::process::{Command, Stdio};

use m2m_jwt::{Algorithm, Pkcs8Document, SigningKey};

use crate::data::Data;
use crate::support::text;

/// Returns true if there is such a program here.
fn has(program: &str) -> bool {
    Command::new(program)
        .arg("--version")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok()
}

/// Runs a line in a shell, in this folder.
#[track_caller]
fn shell(folder: &Path, line: &str) {
    let output = Command::new("sh")
        .args(["-c", line])
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(output.status.success(), "{line}\n{}", text(&output.stderr));
}

/// The line that a refusal prints.
#[track_caller]
fn conversion(stderr: &str) -> &str {
    let (_, line) = stderr.split_once("help: convert it: ").expect(stderr);
    line.lines().next().unwrap()
}

/// The keys that the files of a test are written from.
const KEYS: &str = "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out k.pem \
    && openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out r.pem \
    && openssl req -x509 -new -key k.pem -subj /CN=a -out c.pem";

/// The shell line that writes `$F`, and the words of the refusal.
const PRIVATE: &[(&str, &str)] = &[
    ("openssl ec -in k.pem -out \"$F\"", "PKCS#1 or SEC 1"),
    (
        "openssl ecparam -genkey -name prime256v1 -out \"$F\"",
        "PKCS#1 or SEC 1",
    ),
    (
        "openssl rsa -in r.pem -traditional -out \"$F\"",
        "PKCS#1 or SEC 1",
    ),
    (
        "openssl ec -in k.pem -outform DER -out \"$F\"",
        "PKCS#1 or SEC 1",
    ),
    (
        "openssl rsa -in r.pem -traditional -outform DER -out \"$F\"",
        "PKCS#1 or SEC 1",
    ),
    (
        "openssl pkcs8 -topk8 -in k.pem -passout pass:a -out \"$F\"",
        "encrypted with a password",
    ),
    (
        "openssl pkcs8 -topk8 -in k.pem -passout pass:a -outform DER -out \"$F\"",
        "encrypted with a password",
    ),
    (
        "openssl rsa -in r.pem -traditional -aes128 -passout pass:a -out \"$F\"",
        "encrypted with a password",
    ),
    (
        "openssl pkey -in k.pem -ec_param_enc explicit -out \"$F\"",
        "explicit parameters",
    ),
    (
        "openssl pkey -in k.pem -ec_conv_form compressed -out \"$F\"",
        "compressed",
    ),
    (
        "openssl ec -in k.pem -no_public | openssl pkcs8 -topk8 -nocrypt -out \"$F\"",
        "lacks its public key",
    ),
    (
        "openssl ec -in k.pem -no_public | openssl pkcs8 -topk8 -nocrypt -outform DER -out \"$F\"",
        "lacks its public key",
    ),
    (
        "awk '{printf \"%s\\\\n\", $0}' k.pem > \"$F\"",
        "in two characters",
    ),
    (
        "printf 'KEY=\"%s\"' \"$(awk '{printf \"%s\\\\n\", $0}' r.pem)\" > \"$F\"",
        "in two characters",
    ),
    (
        "printf '\"%s\"\\n' \"$(cat k.pem)\" > \"$F\"",
        "in quotation marks",
    ),
    ("sed 's/^/> /' k.pem > \"$F\"", "in quotation marks"),
    ("sed 's/^/    /' k.pem > \"$F\"", "indented"),
    ("tr '\\n' ' ' < k.pem > \"$F\"", "no line breaks"),
    ("tr -d '\\n' < r.pem > \"$F\"", "no line breaks"),
    (
        "{ head -n 1 r.pem; sed '/^-/d' r.pem | tr -d '\\n'; echo; tail -n 1 r.pem; } > \"$F\"",
        "more than 76 characters",
    ),
    ("openssl base64 -in k.pem -out \"$F\"", "a second time"),
    ("sed '/^-/d' r.pem > \"$F\"", "no BEGIN and END lines"),
    ("iconv -f UTF-8 -t UTF-16 k.pem > \"$F\"", "UTF-16"),
    ("iconv -f UTF-8 -t UTF-16LE k.pem > \"$F\"", "UTF-16"),
    (
        "openssl pkcs12 -export -inkey k.pem -in c.pem -passout pass:a -out \"$F\"",
        "PKCS#12",
    ),
];

const OPENSSH: &[(&str, &str)] = &[
    (
        "ssh-keygen -q -t ed25519 -N '' -f \"$F\"",
        "format of OpenSSH",
    ),
    (
        "ssh-keygen -q -t ecdsa -N '' -f \"$F\"",
        "format of OpenSSH",
    ),
    (
        "ssh-keygen -q -t rsa -b 2048 -N '' -f \"$F\"",
        "format of OpenSSH",
    ),
];

#[test]
fn f16_the_printed_line_converts_each_private_key() {
    if !has("openssl") {
        println!("skipped: there is no openssl here");
        return;
    }
    let data = Data::new();
    let name = "my key.pem";
    let file = data.file(name).to_str().unwrap().to_owned();
    let folder = data.file(".");
    shell(&folder, KEYS);
    let openssh = match has("ssh-keygen") {
        true => OPENSSH,
        false => &[],
    };
    for (write, reason) in PRIVATE.iter().chain(openssh) {
        for old in [name, "my key.pkcs8.pem", "my key.pem.pub"] {
            let _ = std::fs::remove_file(data.file(old));
        }
        shell(&folder, &format!("F='{name}'; {write}"));
        let stderr = data.bad(2, &["key", "import", &file]);
        assert!(stderr.contains(reason), "{write}\n{stderr}");
        // A password is typed otherwise.
        let password = match *reason {
            "encrypted with a password" | "PKCS#12" => " -passin pass:a",
            _ => "",
        };
        shell(&folder, &format!("{}{password}", conversion(&stderr)));
        let converted = std::fs::read(data.file("my key.pkcs8.pem")).unwrap();
        let document = Pkcs8Document::from_pem(&converted).expect(write);
        let key_type = document.key_type().expect(write);
        let read = Algorithm::ALL
            .iter()
            .filter(|algorithm| algorithm.key_type() == key_type)
            .map(|algorithm| SigningKey::from_pkcs8_der(*algorithm, None, document.secret_der()));
        assert!(
            read.map(|key| key.map(drop)).all(|key| key == Ok(())),
            "{write}"
        );
    }
}

#[test]
fn f7_a_key_among_other_text_is_imported() {
    let key = include_str!("../../../m2m-jwt/tests/keys/ec-p256.pem");
    let certificate = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    for content in [
        format!("Bag Attributes\n    localKeyID: 01 \nKey Attributes: <No Attributes>\n{key}"),
        format!("# a comment\n\n{certificate}{key}"),
        format!("{key}{certificate}"),
        format!("\u{feff}{}", key.replace('\n', "\r\n")),
        key.replace('\n', "\r"),
        key.replace('\n', "  \n"),
    ] {
        let data = Data::new();
        let file = data.write("key", content.as_bytes());
        let said = data.good(&["key", "import", &file, "--kid", "a"]);
        assert_eq!(said, "ES256 key a is active\n", "{content}");
    }
    let data = Data::new();
    let file = data.write("key", format!("two\n{key}{key}").as_bytes());
    let stderr = data.bad(2, &["key", "import", &file]);
    assert!(stderr.contains("at line 2 and at line 7"), "{stderr}");
}

#[test]
fn f16_a_key_that_cannot_be_used_is_named_with_what_can() {
    let data = Data::new();
    let rsa = include_str!("../../../m2m-jwt/tests/keys/rsa-2048.pem");
    for (content, expected) in [
        (
            include_str!("../../../m2m-jwt/tests/keys/rsa-1024.pem"),
            [
                "has 1024 bits; it must have 2048, 3072 or 4096",
                "openssl genpkey -algorithm RSA",
            ],
        ),
        (
            include_str!("../../../m2m-jwt/tests/keys/ec-p521.pem"),
            ["an EC key on P-521", "openssl genpkey -algorithm EC"],
        ),
        (
            include_str!("../../../m2m-jwt/tests/keys/x25519.pem"),
            ["an X25519 key", "openssl genpkey -algorithm EC"],
        ),
        (
            include_str!("../../../m2m-jwt/tests/keys/rsa-2048-roca.pem"),
            ["CVE-2017-15361", "openssl genpkey -algorithm RSA"],
        ),
        (rsa, ["the key type is RSA", "leave out --alg"]),
        ("", ["is empty", "name the file with the key"]),
        (
            "-----BEGIN CERTIFICATE-----\n",
            [
                "a certificate and not a key",
                "the private key that belongs to it",
            ],
        ),
        (
            "-----BEGIN PUBLIC KEY-----\n",
            ["not a private key", "the private key that belongs to it"],
        ),
        ("garbage", ["malformed", "openssl genpkey"]),
    ] {
        let file = data.write("key.pem", content.as_bytes());
        let import = match content == rsa {
            true => vec!["key", "import", &file, "--alg", "ES256"],
            false => vec!["key", "import", &file],
        };
        let stderr = data.bad(2, &import);
        assert!(
            expected.iter().all(|expected| stderr.contains(expected)),
            "{stderr}"
        );
    }
}
