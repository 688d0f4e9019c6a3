//! Keys in files as other programs write them: taken, or refused with the line that converts them.

use std::path::Path;
use std::process::{Command, Stdio};

use m2m_jwt::{Algorithm, Pkcs8Document, SigningKey, VerificationKey};

use crate::data::Data;
use crate::keys::ED25519;
use crate::support::{m2m, text};

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
        // `ssh-keygen` gets its password from this program.
        .env("SSH_ASKPASS", folder.join("ask"))
        .env("SSH_ASKPASS_REQUIRE", "force")
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
    && openssl req -x509 -new -key k.pem -subj /CN=a -out c.pem \
    && printf '#!/bin/sh\necho a password\n' > ask && chmod 700 ask";

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
    (
        "ssh-keygen -q -t ed25519 -N 'a password' -f \"$F\"",
        "format of OpenSSH",
    ),
    (
        "ssh-keygen -q -t ecdsa -N 'a password' -f \"$F\"",
        "format of OpenSSH",
    ),
];

/// The shell line that writes a private key in the format of OpenSSH, or a public one, to `$F`.
const OPENSSH_PUBLIC: &[&str] = &[
    "ssh-keygen -q -t ed25519 -N '' -f \"$F\" && rm \"$F.pub\"",
    "ssh-keygen -q -t ed25519 -N 'a password' -f \"$F\"",
    "ssh-keygen -q -t ecdsa -N '' -f \"$F\" && rm \"$F.pub\"",
    "ssh-keygen -q -t rsa -b 2048 -N 'a password' -f \"$F\"",
    "ssh-keygen -q -t ed25519 -N '' -f \"$F\" && mv \"$F.pub\" \"$F\"",
    "ssh-keygen -q -t ecdsa -N '' -f \"$F\" && mv \"$F.pub\" \"$F\"",
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
fn e8_the_printed_line_converts_each_key_of_openssh_to_a_public_key() {
    if !has("openssl") || !has("ssh-keygen") {
        println!("skipped: there is no openssl or no ssh-keygen here");
        return;
    }
    let (data, token) = (Data::new(), token());
    let file = data.file("a key.pem").to_str().unwrap().to_owned();
    let folder = data.file(".");
    shell(&folder, KEYS);
    for write in OPENSSH_PUBLIC {
        for old in ["a key.pem", "a key.pem.pub", "a key.public.pem"] {
            let _ = std::fs::remove_file(data.file(old));
        }
        shell(&folder, &format!("F='a key.pem'; {write}"));
        let output = { m2m(&["jwt", "verify", &token, "--jwks", &file]) }.output();
        let stderr = text(&output.unwrap().stderr);
        shell(&folder, conversion(&stderr));
        let output = { m2m(&["jwt", "verify", &token, "--jwks"]) }
            .arg(data.file("a key.public.pem"))
            .output();
        let output = output.unwrap();
        // The key can be used, and is another one.
        assert_eq!(
            output.status.code(),
            Some(1),
            "{write}: {}",
            text(&output.stderr)
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

/// A token of the key of RFC 8037.
fn token() -> String {
    let key = SigningKey::from_jwk(Algorithm::EdDsa, ED25519).unwrap();
    let claims =
        br#"{"iss":"https://id.example","sub":"c","client_id":"c","aud":"https://api.example",
        "exp":4000000000,"iat":1700000000,"jti":"1"}"#;
    m2m_jwt::sign(Some("at+jwt"), claims, &key).unwrap()
}

const PUBLIC: &str = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n-----END PUBLIC KEY-----\n";

#[test]
fn e8_a_token_is_verified_with_a_public_key_or_a_single_jwk() {
    let (data, token) = (Data::new(), token());
    let jwk = r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
    for content in [
        PUBLIC.to_owned(),
        format!("\u{feff}# the key\r\n{}", PUBLIC.replace('\n', "\r")),
        jwk.to_owned(),
        format!("\n{ED25519}\n"),
        format!("{{\"keys\":[{jwk}]}}"),
    ] {
        let file = data.write("keys", content.as_bytes());
        let verified = m2m(&["jwt", "verify", &token, "--jwks", &file]);
        let output = { verified }.output().unwrap();
        assert_eq!(
            output.status.code(),
            Some(0),
            "{content}: {}",
            text(&output.stderr)
        );
        let piped = m2m(&["jwt", "verify", &token, "--jwks", "-"]);
        let output = { piped }
            .stdin(std::fs::File::open(&file).unwrap())
            .output()
            .unwrap();
        assert_eq!(
            output.status.code(),
            Some(0),
            "{content}: {}",
            text(&output.stderr)
        );
    }
    // The key of another pair.
    let other = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n";
    let file = data.write("keys", other.as_bytes());
    let output = { m2m(&["jwt", "verify", &token, "--jwks", &file]) }.output();
    let output = output.unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("token-signature-wrong"));
}

#[test]
fn e8_the_printed_line_converts_each_public_key() {
    if !has("openssl") {
        println!("skipped: there is no openssl here");
        return;
    }
    let (data, token) = (Data::new(), token());
    let file = data.file("a key.pem").to_str().unwrap().to_owned();
    let folder = data.file(".");
    shell(&folder, KEYS);
    data.write("p.pem", PUBLIC.as_bytes());
    for (write, reason) in [
        ("cp c.pem \"$F\"", "a certificate and not a key"),
        (
            "openssl x509 -in c.pem -outform DER -out \"$F\"",
            "a certificate and not a key",
        ),
        (
            "openssl req -new -key k.pem -subj /CN=a -out \"$F\"",
            "a certificate signing request",
        ),
        ("cp k.pem \"$F\"", "a public key is needed"),
        (
            "openssl rsa -in r.pem -traditional -outform DER -out \"$F\"",
            "a public key is needed",
        ),
        (
            "openssl rsa -in r.pem -RSAPublicKey_out -out \"$F\"",
            "RSA PUBLIC KEY",
        ),
        (
            "openssl rsa -in r.pem -RSAPublicKey_out -outform DER -out \"$F\"",
            "RSA PUBLIC KEY",
        ),
        (
            "openssl pkey -in k.pem -pubout -ec_param_enc explicit -out \"$F\"",
            "explicit parameters",
        ),
        (
            "openssl pkey -in k.pem -pubout -ec_conv_form compressed -out \"$F\"",
            "compressed",
        ),
        ("sed 's/^/  /' p.pem > \"$F\"", "indented"),
        (
            "awk '{printf \"%s\\\\n\", $0}' p.pem > \"$F\"",
            "in two characters",
        ),
        ("sed '/^-/d' p.pem > \"$F\"", "no BEGIN and END lines"),
        (
            "printf 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea me@host' > \"$F\"",
            "format of OpenSSH",
        ),
    ] {
        for old in ["a key.pem", "a key.public.pem"] {
            let _ = std::fs::remove_file(data.file(old));
        }
        shell(&folder, &format!("F='a key.pem'; {write}"));
        let output = { m2m(&["jwt", "verify", &token, "--jwks", &file]) }.output();
        let output = output.unwrap();
        let stderr = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{write}\n{stderr}");
        assert!(stderr.contains(reason), "{write}\n{stderr}");
        shell(&folder, conversion(&stderr));
        let converted = std::fs::read(data.file("a key.public.pem")).unwrap();
        let read = VerificationKey::from_spki_pem(None, None, &converted);
        assert_eq!(read.map(drop), Ok(()), "{write}");
    }
}
