//! The output of commands: text, columns, JSON, problems. Control characters of untrusted text never reach a terminal.

use std::io::{ErrorKind, Write};

use serde::Serialize;

use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::screen_width::ScreenWidth as _;
use crate::domain::text::{push_byte, push_visible};

pub use crate::domain::text::{multi_line, one_line};
/// Writes a text. A closed output (`| head`) is no error.
///
/// # Errors
/// Returns a problem if the text cannot be written.
pub fn text(out: &mut dyn Write, text: &str) -> Result<(), Problem> {
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Problem::new(ProblemKind::Local, "The output cannot be written").because(error.to_string()))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Writes a value as indented JSON.
///
/// # Errors
/// Returns the errors of [`text`].
pub fn json(out: &mut dyn Write, value: &impl Serialize) -> Result<(), Problem> {
    let mut written = serde_json::to_string_pretty(value)
        .map_err(|error| Problem::new(ProblemKind::Local, "The output cannot be written").because(error.to_string()))?;
    written.push('\n');
    text(out, &written)
}

/// Writes rows in aligned columns, without spaces at the ends of lines.
///
/// # Errors
/// Returns the errors of [`text`].
pub fn columns<const N: usize>(out: &mut dyn Write, rows: &[[String; N]]) -> Result<(), Problem> {
    let mut widths = [0; N];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.cells());
        }
    }
    let mut written = String::new();
    for row in rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(widths) {
            line.push_str(cell);
            line.push_str(&" ".repeat(width - cell.cells() + 2));
        }
        written.push_str(line.trim_end());
        written.push('\n');
    }
    text(out, &written)
}

/// Writes all problems.
///
/// # Errors
/// Returns the errors of [`text`].
pub fn problems(err: &mut dyn Write, problems: &[Problem]) -> Result<(), Problem> {
    problems.iter().try_for_each(|problem| text(err, &format!("rrx: {}\n", multi_line(&problem.to_string()))))
}

/// A writer to a terminal. Replaces characters that a terminal must not receive by visible marks.
#[derive(Debug)]
pub struct SafeWriter<W> {
    out: W,
    /// The start of a character, or a carriage return, that needs the next bytes.
    pending: Vec<u8>,
}

impl<W> SafeWriter<W> {
    pub fn new(out: W) -> Self {
        Self { out, pending: Vec::new() }
    }
}

impl<W: Write> Write for SafeWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let mut all = std::mem::take(&mut self.pending);
        all.extend_from_slice(bytes);
        let mut safe = String::with_capacity(all.len());
        let mut chunks = all.utf8_chunks().peekable();
        while let Some(chunk) = chunks.next() {
            let is_last = chunks.peek().is_none();
            let is_open = std::str::from_utf8(chunk.invalid()).is_err_and(|error| error.error_len().is_none());
            let text = chunk.valid();
            let text = if is_last && chunk.invalid().is_empty() && text.ends_with('\r') {
                self.pending.push(b'\r');
                text.strip_suffix('\r').unwrap_or(text)
            } else {
                text
            };
            // CSV lines end with CR LF.
            for (at, line) in text.split("\r\n").enumerate() {
                safe.push_str(if at > 0 { "\r\n" } else { "" });
                for character in line.chars() {
                    match character {
                        '\n' | '\t' => safe.push(character),
                        _ => push_visible(character, &mut safe),
                    }
                }
            }
            if is_last && is_open {
                self.pending.extend_from_slice(chunk.invalid());
            } else {
                for byte in chunk.invalid() {
                    push_byte(*byte, &mut safe);
                }
            }
        }
        self.out.write_all(safe.as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_on_a_terminal_contain_no_control_characters_wherever_they_are_split() {
        let rows = "ä,日本\r\n\u{1b}[2J\t\u{202e}\rx\r\n".as_bytes();
        let rows = [rows, b"\xff\xe6z\r\n"].concat();
        for split in 1..rows.len() {
            let mut out = Vec::new();
            let mut shown = SafeWriter::new(&mut out);
            for part in rows.chunks(split) {
                shown.write_all(part).unwrap();
            }
            shown.flush().unwrap();
            let expected = "ä,日本\r\n␛[2J\t‹U+202E›␍x\r\n‹ff›‹e6›z\r\n";
            assert_eq!(String::from_utf8(out).unwrap(), expected, "split by {split}");
        }
    }
}
