//! The parts of a line of TOML that are not shown, because they may be secrets.
//!
//! Secrets are written into files where only their hashes belong, and the failure that reports this goes to terminals, logs and tickets.

use core::iter::once;
use core::ops::Range;

use m2m_authority::diagnose::nearest;

/// Returns the parts of `line` that may be secrets, in order; `before` is the text before it. Only a line that mentions a secret has
/// such parts, or a line inside a string that began in such a line.
///
/// If the line is complete TOML, these are the values and the comment in it. Otherwise the end of a value is unknown, and only the key
/// at its beginning is shown.
pub(super) fn hidden(before: &str, line: &str) -> Vec<Range<usize>> {
    if continues_secret(before) {
        return once(0..line.len()).collect();
    }
    if says_secret(line) {
        hidden_with_all_values(before, line)
    } else {
        Vec::new()
    }
}

/// Returns the parts of a line whose values may all be secrets, whether or not it mentions one.
pub(super) fn hidden_with_all_values(before: &str, line: &str) -> Vec<Range<usize>> {
    if continues_secret(before) {
        return once(0..line.len()).collect();
    }
    if !is_whole(line) {
        return once(key_length(line)..line.len()).collect();
    }
    values(line)
}

/// Returns true if the line contains the word, or one similar to it: a mistyped key is the very mistake for which a line is shown.
fn says_secret(line: &str) -> bool {
    let has_it = line
        .as_bytes()
        .windows(SECRET.len())
        .any(|word| word.eq_ignore_ascii_case(SECRET));
    let mut words = line.split(|c: char| !c.is_ascii_alphanumeric());
    has_it
        || has_url_with_credentials(line)
        || words.any(|word| nearest(&word.to_ascii_lowercase(), [NEARLY]).is_some())
}

/// Returns true if the line contains a URL like `https://name:password@host`.
fn has_url_with_credentials(line: &str) -> bool {
    let mut authorities = line
        .split("://")
        .skip(1)
        .filter_map(|rest| rest.split(['/', '"', '\'', ' ', '#']).next());
    authorities.any(|authority| authority.contains('@'))
}

/// Returns true if the line after this text is inside a string that began in a line that mentions a secret.
fn continues_secret(before: &str) -> bool {
    ["\"\"\"", "'''"].iter().any(|quotes| {
        let is_open = before.matches(quotes).count() % 2 == 1;
        let opening = before.rsplit_once(quotes).filter(|_| is_open);
        opening.is_some_and(|(text, _)| says_secret(text.rsplit('\n').next().unwrap_or_default()))
    })
}

/// Returns true if the line is complete TOML: a document, or elements of a list.
fn is_whole(line: &str) -> bool {
    toml::from_str::<toml::Table>(line).is_ok()
        || toml::from_str::<toml::Table>(&format!("_ = [\n{line}\n]")).is_ok()
}

/// Returns the length of the key that a line begins with, including the sign after it. Unit: bytes.
fn key_length(line: &str) -> usize {
    let is_key = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let is_space = |c| matches!(c, ' ' | '\t');
    let rest = line.trim_start_matches(is_space).trim_start_matches(is_key);
    let rest = rest.trim_start_matches(is_space);
    let rest = rest.strip_prefix('=').unwrap_or(rest);
    line.len() - rest.trim_start_matches(is_space).len()
}

/// Returns the values and the comment of a complete line; for a string, the part between the quotes.
fn values(line: &str) -> Vec<Range<usize>> {
    let mut values = Vec::new();
    let mut rest = line;
    while let Some(at) = rest.find(['"', '\'', '#', '=']) {
        let (_, from) = rest.split_at_checked(at).unwrap_or_default();
        let start = line.len() - from.len();
        let mut characters = from.chars();
        rest = match characters.next() {
            Some('#') => {
                values.push(start + 1..line.len());
                ""
            }
            Some('=') => {
                let value = characters.as_str().trim_start();
                let after = match value.chars().next() {
                    Some('"' | '\'' | '[' | '{') => value,
                    _ => value.trim_start_matches(|c| !matches!(c, ',' | ']' | '}' | '#')),
                };
                values.push(line.len() - value.len()..line.len() - after.len());
                after
            }
            _ => {
                let (content, after) = string(from);
                values.push(start + content.start..start + content.end);
                after
            }
        };
    }
    values.retain(|value| !value.is_empty());
    values
}

/// Returns the range of the content of the string that `text` begins with, and the text after the string.
fn string(text: &str) -> (Range<usize>, &str) {
    let quote = if text.starts_with('"') { '"' } else { '\'' };
    let is_long = text.chars().take_while(|c| *c == quote).count() >= 3;
    let quotes = if is_long { 3 } else { 1 };
    let mut escaped = false;
    let mut run = 0;
    for (at, c) in text.char_indices().skip(quotes) {
        run = if c == quote && !escaped { run + 1 } else { 0 };
        escaped = c == '\\' && quote == '"' && !escaped;
        // If a long string ends with more than three quotes, the last three close it.
        let after = text.split_at_checked(at + 1).map_or("", |(_, after)| after);
        if run >= quotes && !(is_long && after.starts_with(quote)) {
            return (quotes..at + 1 - quotes, after);
        }
    }
    (quotes..text.len(), "")
}

/// The word that the keys of secrets have in common: `secret_sha256`, and `client_secret`, which is a mistake.
const SECRET: &[u8] = b"secret";

/// The same word as text, for the search for similar ones.
const NEARLY: &str = "secret";

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(before: &str, line: &str, expected: &str) {
        let mut shown = String::new();
        let mut end = 0;
        for part in hidden(before, line) {
            shown += &line[end..part.start];
            shown.push('…');
            end = part.end;
        }
        assert_eq!(shown + &line[end..], expected, "{line}");
    }

    #[test]
    fn a_mistyped_key_shows_no_secret() {
        for key in ["client_secert", "secrt", "Secretes", "sercet_sha256"] {
            let line = format!("{key} = \"hunter2\"");
            let key_ends = line.len() - "hunter2\"".len();
            let secret: Vec<_> = once(key_ends..line.len() - 1).collect();
            assert_eq!(hidden("", &line), secret, "{key}");
        }
        assert_eq!(hidden("", "audince = \"a\""), []);
    }

    #[test]
    fn x9_credentials_in_a_url_are_hidden() {
        check(
            "",
            "issuer = \"https://me:pw@id.example\"",
            "issuer = \"…\"",
        );
        check("", "issuer = https://me:pw@id.example", "issuer = …");
    }

    #[test]
    fn a_line_without_a_secret_is_shown() {
        check("", "name = \"A\" # b", "name = \"A\" # b");
        let mail = "name = \"see https://wiki.example or ask me@example\"";
        check("", mail, mail);
    }

    #[test]
    fn x9_values_beside_a_secret_are_hidden() {
        check("", "client_secret = \"a\"", "client_secret = \"…\"");
        check("", "Secret = 'a\\'", "Secret = '…'");
        check("", "secret_sha256=\"\"", "secret_sha256=\"\"");
        check("", r#"secret = "a\"b\\" # c"#, "secret = \"…\" #…");
        check("", "secret = 123.5 # c", "secret = …#…");
        check("", "secret = '''a'b''''", "secret = '''…'''");
        check("", r#"secret = """a"b\"""c""""#, r#"secret = """…""""#);
        check(
            "",
            "application = [{ name = 'A', secret = \"b\", audince = [true, \"c\"] }]",
            "application = [{ name = '…', secret = \"…\", audince = [true, \"…\"] }]",
        );
        check("", "  { secret = \"ü=#b\" },", "  { secret = \"…\" },");
    }

    #[test]
    fn x9_only_the_key_of_a_broken_line_with_a_secret_is_shown() {
        check("", "client_secret = \"a", "client_secret = …");
        check("", "client_secret = \"a\"b\"", "client_secret = …");
        check("", " client_secret = a,b", " client_secret = …");
        check("", "client_secret: a", "client_secret…");
        check("", "\"client_secret\" = a", "…");
        check("", "client_secret = \"\"\"a", "client_secret = …");
        check("", "a = [{ secret = \"b\" ", "a = …");
    }

    #[test]
    fn x9_the_lines_that_a_secret_goes_on_in_are_hidden() {
        let before = "name = \"\"\"a\"\"\"\nclient_secret = \"\"\"b\n";
        check(before, "c\"\"\"", "…");
        check("name = \"\"\"a\n", "b\"\"\"", "b\"\"\"");
        check("client_secret = '''a'''\n", "b = 1", "b = 1");
    }
}
