//! A place in a file, and the line at this place.

mod hidden;

use core::fmt;
use core::ops::Range;

use hidden::{hidden, hidden_with_all_values};

/// A place in a file, with its line and a mark under the relevant part.
#[derive(Debug)]
pub struct Excerpt {
    file: String,
    line: usize,
    column: usize,
    shown: Shown,
}

/// The visible part of a line, and the position of the mark under it. Unit: characters.
#[derive(Debug)]
struct Shown {
    text: String,
    before: usize,
    marks: usize,
}

impl Excerpt {
    /// Returns the place of `span`, in bytes, in `source`, which is the text of `file`. Lines and columns are counted from 1, columns in
    /// characters. For a span over several lines the first is shown, for a long line the part around the mark, and for a line with a
    /// secret the parts that are not secret.
    pub fn of(file: &str, source: &str, span: Range<usize>) -> Self {
        Self::hiding(hidden, file, source, span)
    }

    /// Returns the place with all values in the line left out, since any of them may be a secret.
    pub fn without_values(file: &str, source: &str, span: Range<usize>) -> Self {
        Self::hiding(hidden_with_all_values, file, source, span)
    }

    /// Returns the file, the line and the column.
    pub fn place(&self) -> (&str, usize, usize) {
        (&self.file, self.line, self.column)
    }

    /// Returns the place of `span` without the parts of the line that `hidden` finds, which gets the text before the line as well.
    fn hiding(
        hidden: fn(&str, &str) -> Vec<Range<usize>>,
        file: &str,
        source: &str,
        span: Range<usize>,
    ) -> Self {
        let start = source.floor_char_boundary(span.start);
        let (before, from) = source.split_at_checked(start).unwrap_or((source, ""));
        let line_start = before.rsplit('\n').next().unwrap_or_default();
        let rest = from.lines().next().unwrap_or_default();
        let end = rest.floor_char_boundary(span.len().min(rest.len()));
        let marked = rest
            .split_at_checked(end)
            .map_or(rest, |(marked, _)| marked);
        let line = format!("{line_start}{rest}");
        let lines_before = before.strip_suffix(line_start).unwrap_or_default();
        let mark = line_start.len()..line_start.len() + marked.trim_end().len();
        Self {
            file: file.to_owned(),
            line: before.matches('\n').count() + 1,
            column: line_start.chars().count() + 1,
            shown: Shown::of(&line, &hidden(lines_before, &line), mark),
        }
    }

    /// Returns the indentation of the lines below, which is the width of the line number.
    pub fn indent(&self) -> usize {
        self.line.to_string().len()
    }
}

impl Shown {
    /// Returns the visible part of `line` without the parts that are `hidden`. All ranges are in bytes.
    fn of(line: &str, hidden: &[Range<usize>], mark: Range<usize>) -> Self {
        let around = hidden.iter().find(|part| part.contains(&mark.start));
        let start = around.map_or(mark.start, |part| part.start);
        // A character has at most 4 bytes: this reaches far enough to both sides, without the whole of an endless line.
        let from = line.floor_char_boundary(start.saturating_sub(4 * MAX_WIDTH));
        let to = line.floor_char_boundary(line.len().min(mark.start + 4 * MAX_WIDTH));
        let mut hidden = hidden.iter().skip_while(|part| part.end <= from).peekable();
        let mut shown: Vec<(usize, char)> = Vec::with_capacity(2 * MAX_WIDTH);
        let window = line.get(from..to).unwrap_or_default();
        for (at, character) in window.char_indices().map(|(at, c)| (from + at, c)) {
            while hidden.next_if(|part| part.end <= at).is_some() {}
            match hidden.peek() {
                Some(part) if part.contains(&at) => {
                    if at == part.start.max(from) {
                        shown.push((at, ELLIPSIS));
                    }
                }
                // A tab counts as one space, so that the mark is at the right position; other control characters would affect the terminal.
                Some(_) | None if character.is_control() => shown.push((at, ' ')),
                Some(_) | None => shown.push((at, character)),
            }
        }
        let position = |byte: usize| shown.iter().filter(|(at, _)| *at < byte).count();
        let before = position(start);
        let marks = position(mark.end).saturating_sub(before);
        let first = before
            .saturating_sub(MAX_WIDTH / 3)
            .min(shown.len().saturating_sub(MAX_WIDTH));
        let cut_before = first > 0 || from > 0;
        let cut_after = first + MAX_WIDTH < shown.len() || to < line.len();
        let clipped = shown.iter().skip(first).take(MAX_WIDTH);
        let text = cut_before
            .then_some(ELLIPSIS)
            .into_iter()
            .chain(clipped.map(|(_, character)| *character))
            .chain(cut_after.then_some(ELLIPSIS))
            .collect();
        let before = before - first;
        Self {
            text,
            before: before + usize::from(cut_before),
            marks: marks.min(MAX_WIDTH.saturating_sub(before)).max(1),
        }
    }
}

impl fmt::Display for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            file,
            line,
            column,
            shown,
        } = self;
        let indent = " ".repeat(self.indent());
        writeln!(f, "{indent}--> {file}:{line}:{column}")?;
        writeln!(f, "{indent} |")?;
        writeln!(f, "{line} | {}", shown.text)?;
        let (before, marks) = (" ".repeat(shown.before), "^".repeat(shown.marks));
        write!(f, "{indent} | {before}{marks}")
    }
}

/// The replacement for parts that are not shown.
const ELLIPSIS: char = '…';

/// The maximum length of the visible part of a line, as wide as most terminals. Unit: characters.
const MAX_WIDTH: usize = 120;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_lines_and_characters_from_one() {
        let excerpt = Excerpt::of("f", "a\nbü = 1\n", 3..5);
        assert_eq!(excerpt.to_string(), " --> f:2:2\n  |\n2 | bü = 1\n  |  ^");
    }

    #[test]
    fn accepts_any_span() {
        for span in [0..0, 2..200, 200..300, 4..4] {
            let excerpt = Excerpt::of("f", "a\nbü = 1", span);
            assert!(excerpt.to_string().contains('^'));
        }
    }

    #[test]
    fn no_line_steers_the_terminal() {
        let excerpt = Excerpt::of("f", "a\t\u{1b}[2J", 1..1);
        assert_eq!(excerpt.to_string(), " --> f:1:2\n  |\n1 | a  [2J\n  |  ^");
    }

    /// Returns the line as it is shown, and the marked part of it.
    fn shown(source: &str, marked: &str) -> (String, String) {
        let start = source.find(marked).unwrap();
        let text = Excerpt::of("f", source, start..start + marked.len()).to_string();
        let lines: Vec<&str> = text.lines().skip(2).collect();
        let column = lines[1].find('^').unwrap();
        let width = lines[1].matches('^').count();
        let marked = lines[0].chars().skip(column).take(width).collect();
        (lines[0][4..].to_owned(), marked)
    }

    #[test]
    fn x9_the_mark_stays_under_its_text_where_a_secret_is_hidden() {
        let source = "a = [{ secret = \"hunter2\", audince = \"b\" }]\n";
        let expected = "a = [{ secret = \"…\", audince = \"…\" }]";
        let check = |marked, shown_marked: &str| {
            let expected = (expected.to_owned(), shown_marked.to_owned());
            assert_eq!(shown(source, marked), expected);
        };
        check("audince", "audince");
        check("secret", "secret");
        check("\"hunter2\"", "\"…\"");
        check("unter2", "…");
        check("{ secret = \"hunter2\"", "{ secret = \"…\"");
    }

    #[test]
    fn x9_no_value_is_shown_where_none_is_to_be() {
        for (line, expected) in [
            ("databse = \"postgres://me:hunter2@db\"", "databse = \"…\""),
            ("databse = postgres://me:hunter2@db", "databse = …"),
            ("databse = hunter2", "databse = …"),
        ] {
            let text = Excerpt::without_values("f", line, 0..7).to_string();
            assert!(text.contains(expected), "{text}");
            assert!(!text.contains("hunter2"), "{text}");
        }
    }

    #[test]
    fn of_a_long_line_what_is_around_the_mark_is_shown() {
        for (before, after) in [(0, 300_000), (300_000, 0), (300_000, 300_000), (100, 10)] {
            for filler in ["a", "𝄞"] {
                let source = format!("{}!!{}", filler.repeat(before), filler.repeat(after));
                let (text, marked) = shown(&source, "!!");
                assert_eq!(marked, "!!");
                assert!(text.chars().count() <= MAX_WIDTH + 2, "{text}");
                assert_eq!(text.starts_with('…'), before + after > 200 && before > 0);
                assert_eq!(text.ends_with('…'), after > 200);
            }
        }
    }

    #[test]
    fn a_long_mark_is_clipped_as_well() {
        let (text, marked) = shown(&"a".repeat(300_000), &"a".repeat(300_000));
        assert_eq!(text, "a".repeat(MAX_WIDTH) + "…");
        assert_eq!(marked, "a".repeat(MAX_WIDTH));
    }

    #[test]
    fn x9_a_long_secret_is_hidden_around_the_mark_as_well() {
        let source = format!("secret = \"{}!\", b = 1", "a".repeat(300_000));
        let (text, marked) = shown(&source, "!");
        assert_eq!((text.as_str(), marked.as_str()), ("secret = …", "…"));
        let source = format!("secret = \"{}\" # b", "a".repeat(300_000));
        let (text, marked) = shown(&source, "b");
        assert_eq!((text.as_str(), marked.as_str()), ("……\" #…", "…"));
    }
}
