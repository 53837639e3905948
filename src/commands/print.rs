//! What commands print: columns, JSON, words. Text from outside never reaches a terminal with control characters in it.

use std::io::{ErrorKind, Write};

use serde::Serialize;
use unicode_width::UnicodeWidthStr;

use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::results::is_safe;

/// Writes a whole text. A reader that went away (`| head`) is no trouble.
///
/// # Errors
/// A problem where the text cannot be written.
pub fn text(out: &mut dyn Write, text: &str) -> Result<(), Problem> {
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Problem::new(ProblemKind::Local, "The output cannot be written").because(error.to_string()))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Writes a value as JSON for people and programs.
///
/// # Errors
/// As [`text`].
pub fn json(out: &mut dyn Write, value: &impl Serialize) -> Result<(), Problem> {
    let mut written = serde_json::to_string_pretty(value)
        .map_err(|error| Problem::new(ProblemKind::Local, "The output cannot be written").because(error.to_string()))?;
    written.push('\n');
    text(out, &written)
}

/// Writes rows in columns as wide as their widest cell, without the blanks at the ends of lines.
///
/// # Errors
/// As [`text`].
pub fn columns<const N: usize>(out: &mut dyn Write, rows: &[[String; N]]) -> Result<(), Problem> {
    let mut widths = [0; N];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.width());
        }
    }
    let mut written = String::new();
    for row in rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(widths) {
            line.push_str(cell);
            line.push_str(&" ".repeat(width - cell.width() + 2));
        }
        written.push_str(line.trim_end());
        written.push('\n');
    }
    text(out, &written)
}

/// Writes problems as words, one after the other.
///
/// # Errors
/// As [`text`].
pub fn problems(err: &mut dyn Write, problems: &[Problem]) -> Result<(), Problem> {
    problems.iter().try_for_each(|problem| text(err, &format!("rrx: {}\n", block(&problem.to_string()))))
}

/// A text on one line: blanks collapsed, what cannot be seen shown as `�`.
#[must_use]
pub fn line(text: &str) -> String {
    text.split_whitespace().map(|word| word.chars().map(seen).collect::<String>()).collect::<Vec<_>>().join(" ")
}

/// A text on its lines, what cannot be seen shown as `�`.
#[must_use]
pub fn block(text: &str) -> String {
    text.chars().map(|c| if matches!(c, '\n' | '\t') { c } else { seen(c) }).collect()
}

/// Rows on their way to a terminal, in whatever form: what cannot be seen is shown as `�`, and so are bytes that are no text.
#[derive(Debug)]
pub struct Shown<W> {
    out: W,
    /// The beginning of a character, or a carriage return, that the next bytes decide about.
    rest: Vec<u8>,
}

impl<W> Shown<W> {
    /// Writes there.
    pub fn new(out: W) -> Self {
        Self { out, rest: Vec::new() }
    }
}

impl<W: Write> Write for Shown<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let mut all = std::mem::take(&mut self.rest);
        all.extend_from_slice(bytes);
        let mut shown = String::with_capacity(all.len());
        let mut chunks = all.utf8_chunks().peekable();
        while let Some(chunk) = chunks.next() {
            let is_last = chunks.peek().is_none();
            let is_open = std::str::from_utf8(chunk.invalid()).is_err_and(|error| error.error_len().is_none());
            let text = chunk.valid();
            let text = if is_last && chunk.invalid().is_empty() && text.ends_with('\r') {
                self.rest.push(b'\r');
                text.strip_suffix('\r').unwrap_or(text)
            } else {
                text
            };
            // The ends of lines in CSV.
            for (at, line) in text.split("\r\n").enumerate() {
                shown.push_str(if at > 0 { "\r\n" } else { "" });
                shown.push_str(&block(line));
            }
            if is_last && is_open {
                self.rest.extend_from_slice(chunk.invalid());
            } else if !chunk.invalid().is_empty() {
                shown.push('\u{fffd}');
            }
        }
        self.out.write_all(shown.as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.out.flush()
    }
}

fn seen(c: char) -> char {
    if is_safe(c) { c } else { '\u{fffd}' }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_hold_nothing_that_a_terminal_obeys_turns_or_hides() {
        let hostile = "a\u{1b}[2J\u{9b}1m\u{7}\u{202e}b\u{200b}c\u{ad}d\u{61c}e\u{2060}f\u{e0041}g\u{fff9}h\rj";
        for shown in [line(hostile), block(hostile)] {
            assert!(shown.chars().all(is_safe), "{shown:?}");
            assert_eq!(
                shown.chars().filter(|&c| c == '\u{fffd}').count(),
                10 + usize::from(shown.contains("h\u{fffd}j")),
                "{shown:?}"
            );
        }
        assert_eq!(block("ä 日本\n\tzwei"), "ä 日本\n\tzwei");
    }

    #[test]
    fn rows_on_a_terminal_hold_nothing_that_it_obeys_wherever_they_are_parted() {
        let rows = "ä,日本\r\n\u{1b}[2J\t\u{202e}\rx\r\n".as_bytes();
        let rows = [rows, b"\xff\xe6z\r\n"].concat();
        for parted in 1..rows.len() {
            let mut out = Vec::new();
            let mut shown = Shown::new(&mut out);
            for part in rows.chunks(parted) {
                shown.write_all(part).unwrap();
            }
            shown.flush().unwrap();
            let expected = "ä,日本\r\n\u{fffd}[2J\t\u{fffd}\u{fffd}x\r\n\u{fffd}\u{fffd}z\r\n";
            assert_eq!(String::from_utf8(out).unwrap(), expected, "parted by {parted}");
        }
    }
}
