use super::*;

fn check(pem: &str, expected: Result<&[u8], InvalidKey>) {
    assert_eq!(
        private(pem.as_bytes()).as_deref().map(Vec::as_slice),
        expected.as_ref().copied(),
        "{pem:?}"
    );
}

fn check_form(pem: &str, form: KeyForm) {
    check(pem, Err(InvalidKey::Form(form)));
}

const KEY: &str = "-----BEGIN PRIVATE KEY-----\nAAEC\nAw==\n-----END PRIVATE KEY-----\n";

#[test]
fn f7_reads_one_key_with_any_line_ends() {
    for ends in ["\n", "\r\n", "\r", "\t \n", " \r", "\x0b\x0c\r\n", "\n\n"] {
        check(&KEY.replace('\n', ends), Ok(&[0, 1, 2, 3]));
    }
    check(
        "-----BEGIN PRIVATE KEY-----\rAAEC\r\nAw==\n-----END PRIVATE KEY-----",
        Ok(&[0, 1, 2, 3]),
    );
    check(&format!("\u{feff}{KEY}"), Ok(&[0, 1, 2, 3]));
    check(&format!("\r\n\n{KEY}\n \n"), Ok(&[0, 1, 2, 3]));
}

#[test]
fn f7_reads_the_key_among_other_text_and_blocks() {
    let certificate = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let parameters =
        "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n";
    for text in [
        format!("Bag Attributes\n    localKeyID: 01 \nKey Attributes: <No Attributes>\n{KEY}"),
        format!("# the key of 2026\n{KEY}# the end\n"),
        format!("{certificate}{KEY}"),
        format!("{KEY}\u{feff}{certificate}"),
        format!("{certificate}subject=CN = a\n\n{certificate}\nBag Attributes\n{KEY}trailer"),
        format!("{parameters}{KEY}"),
        format!("----- a rule -----\n{KEY}"),
        format!("{KEY}-----END CERTIFICATE-----\n"),
    ] {
        check(&text, Ok(&[0, 1, 2, 3]));
    }
    let mut latin = b"caf\xe9\n".to_vec();
    latin.extend_from_slice(KEY.as_bytes());
    assert_eq!(private(&latin).as_deref(), Ok(&vec![0, 1, 2, 3]));
}

#[test]
fn f7_refuses_two_private_keys_with_their_lines() {
    let several = |first, second| Err(InvalidKey::SeveralKeys { first, second });
    check(&format!("{KEY}{KEY}"), several(1, 5));
    check(
        &format!("{KEY}\r{KEY}").replace('\n', "\r\n"),
        several(1, 6),
    );
    check(
        &format!("a\n{KEY}-----BEGIN EC PRIVATE KEY-----"),
        several(2, 6),
    );
    check(
        &format!("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n{KEY}"),
        several(1, 3),
    );
}

#[test]
fn f16_reports_which_other_document_it_is() {
    let begin = |label: &str| format!("-----BEGIN {label}-----\n");
    for (label, expected) in [
        ("ENCRYPTED PRIVATE KEY", InvalidKey::Encrypted),
        ("EC PRIVATE KEY", InvalidKey::NotPkcs8),
        ("RSA PRIVATE KEY", InvalidKey::NotPkcs8),
        ("PUBLIC KEY", InvalidKey::NotPrivate),
        ("RSA PUBLIC KEY", InvalidKey::NotPrivate),
        ("OPENSSH PRIVATE KEY", InvalidKey::Form(KeyForm::OpenSsh)),
        ("CERTIFICATE", InvalidKey::Form(KeyForm::Certificate)),
        (
            "CERTIFICATE REQUEST",
            InvalidKey::Form(KeyForm::CertificateRequest),
        ),
        ("EC PARAMETERS", InvalidKey::Form(KeyForm::CurveParameters)),
        (
            "DSA PRIVATE KEY",
            InvalidKey::KindUnsupported { found: "a DSA key" },
        ),
        ("ANY PRIVATE KEY", InvalidKey::PemMalformed),
        ("X509 CRL", InvalidKey::PemMalformed),
    ] {
        check(&begin(label), Err(expected));
        check(&format!("text\n{}", begin(label)), Err(expected));
    }
    let parameters = format!(
        "{}AAAA\n-----END EC PARAMETERS-----\n",
        begin("EC PARAMETERS")
    );
    check(
        &format!("{parameters}{}", begin("EC PRIVATE KEY")),
        Err(InvalidKey::NotPkcs8),
    );
    check(
        &format!(
            "{}Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----\n",
            begin("RSA PRIVATE KEY")
        ),
        Err(InvalidKey::Encrypted),
    );
}

#[test]
fn f16_reports_what_happened_to_the_text() {
    for text in ["", " \r\n\t", "\u{feff}"] {
        check_form(text, KeyForm::Empty);
    }
    check_form(&KEY.replace('\n', "\\n"), KeyForm::EscapedLineBreaks);
    check_form(&KEY.replace('\n', "\\r\\n"), KeyForm::EscapedLineBreaks);
    check_form(
        &format!("KEY=\"{}\"", KEY.replace('\n', "\\n")),
        KeyForm::EscapedLineBreaks,
    );
    for quote in ["\"", "'", "`", "key: ", "PRIVATE_KEY=\"", "> "] {
        check_form(&format!("{quote}{KEY}{quote}"), KeyForm::NotAtLineStart);
    }
    for indent in [" ", "\t", "    "] {
        let indented: String = KEY
            .lines()
            .map(|line| format!("{indent}{line}\n"))
            .collect();
        check_form(&indented, KeyForm::Indented);
        check_form(&format!("key: |\n{indented}"), KeyForm::Indented);
        check_form(
            &KEY.replace("\nA", &format!("\n{indent}A")),
            KeyForm::Indented,
        );
    }
    check_form(&KEY.replace('\n', " "), KeyForm::OneLine);
    check_form(&KEY.replace('\n', ""), KeyForm::OneLine);
    check_form(&KEY.replace("AAEC", &"AAEC".repeat(20)), KeyForm::LongLines);
    let base64 = STANDARD.encode(KEY);
    check_form(&base64, KeyForm::Base64OfPem);
    check_form(
        &format!("{}\n{}\n", &base64[..64], &base64[64..]),
        KeyForm::Base64OfPem,
    );
    check_form("MAA=", KeyForm::Base64OfDer);
    check_form(r#"{"kty":"EC"}"#, KeyForm::Json);
    check_form("ssh-ed25519 AAAA me@host", KeyForm::OpenSshPublic);
    for big in [false, true] {
        let units = KEY.encode_utf16();
        let bytes = |unit: u16| {
            if big {
                unit.to_be_bytes()
            } else {
                unit.to_le_bytes()
            }
        };
        let text: Vec<u8> = units.flat_map(bytes).collect();
        let mark = bytes(0xfeff);
        for text in [text.clone(), [&mark[..], &text].concat()] {
            assert_eq!(
                private(&text),
                Err(InvalidKey::Form(KeyForm::Utf16)),
                "{big}"
            );
        }
    }
    let keystore = Err(InvalidKey::Form(KeyForm::JavaKeyStore));
    assert_eq!(private(b"\xfe\xed\xfe\xed\0\0\0\x02\0"), keystore);
}

#[test]
fn refuses_text_that_is_not_exactly_one_key() {
    for pem in [
        "AAEC",
        "a key",
        "-----BEGIN PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\nAAEC",
        "-----BEGIN PRIVATE KEY-----\nAAE\n-----END PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\nAA EC\n-----END PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\nAAEC\n-----END PUBLIC KEY-----\n",
        "-----BEGIN PRIVATE KEY-----\nAAEC\n-----BEGIN CERTIFICATE-----\n-----END PRIVATE KEY-----\n",
    ] {
        check(pem, Err(InvalidKey::PemMalformed));
    }
    let long = "\n".repeat(MAX_PEM_BYTES + 1);
    check(&long, Err(InvalidKey::TooLong));
}

#[test]
fn e8_reads_one_public_key_and_names_the_others() {
    let key = KEY.replace("PRIVATE", "PUBLIC");
    let check = |pem: &str, expected: Result<&[u8], InvalidKey>| {
        let read = public(pem.as_bytes());
        let read = read.as_deref().map(Vec::as_slice);
        assert_eq!(read, expected.as_ref().copied(), "{pem:?}");
    };
    check(&key, Ok(&[0, 1, 2, 3]));
    check(&format!("text\r{KEY}{key}"), Ok(&[0, 1, 2, 3]));
    check(
        &format!("{key}{key}"),
        Err(InvalidKey::SeveralKeys {
            first: 1,
            second: 5,
        }),
    );
    for (label, form) in [
        ("RSA PUBLIC KEY", KeyForm::Pkcs1Public),
        ("CERTIFICATE", KeyForm::Certificate),
        ("CERTIFICATE REQUEST", KeyForm::CertificateRequest),
        ("PRIVATE KEY", KeyForm::PrivateKey),
        ("ENCRYPTED PRIVATE KEY", KeyForm::PrivateKey),
        ("OPENSSH PRIVATE KEY", KeyForm::PrivateKey),
    ] {
        check(
            &KEY.replace("PRIVATE KEY", label),
            Err(InvalidKey::Form(form)),
        );
    }
}
