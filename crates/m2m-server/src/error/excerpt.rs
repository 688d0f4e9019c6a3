//! A place in a file, and the line that stands there.

use core::fmt;
use core::ops::Range;

/// A place in a file, with the line that stands there and a mark under what is meant.
#[derive(Debug)]
pub(crate) struct Excerpt {
    file: String,
    line: usize,
    column: usize,
    text: String,
    marks: usize,
}

impl Excerpt {
    /// The place of `span`, in bytes, in `source`, which is the text of `file`. Lines and columns are counted from 1, columns
    /// in characters. Of a span over several lines the first is shown.
    pub(crate) fn of(file: &str, source: &str, span: Range<usize>) -> Self {
        let start = source.floor_char_boundary(span.start);
        let (before, from) = source.split_at_checked(start).unwrap_or((source, ""));
        let line_start = before.rsplit('\n').next().unwrap_or_default();
        let rest = from.lines().next().unwrap_or_default();
        let end = rest.floor_char_boundary(span.len().min(rest.len()));
        let marked = rest
            .split_at_checked(end)
            .map_or(rest, |(marked, _)| marked);
        Self {
            file: file.to_owned(),
            line: before.matches('\n').count() + 1,
            column: line_start.chars().count() + 1,
            text: format!("{line_start}{rest}"),
            marks: marked.trim_end().chars().count().max(1),
        }
    }

    /// How far what follows is indented: as wide as the number of the line.
    pub(crate) fn indent(&self) -> usize {
        self.line.to_string().len()
    }
}

impl fmt::Display for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            file,
            line,
            column,
            text,
            marks,
        } = self;
        let (indent, before) = (self.indent(), column - 1);
        writeln!(f, "{:indent$}--> {file}:{line}:{column}", "")?;
        writeln!(f, "{:indent$} |", "")?;
        writeln!(f, "{line} | {}", text.replace('\t', " "))?;
        write!(f, "{:indent$} | {:before$}{:^>marks$}", "", "", "")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_lines_and_characters_from_one() {
        let excerpt = Excerpt::of("f", "a\nbü = 1\n", 3..5);
        assert_eq!(excerpt.to_string(), " --> f:2:2\n  |\n2 | bü = 1\n  |  ^");
    }

    #[test]
    fn stands_any_span() {
        for span in [0..0, 2..200, 200..300, 4..4] {
            let excerpt = Excerpt::of("f", "a\nbü = 1", span);
            assert!(excerpt.to_string().contains('^'));
        }
    }
}
