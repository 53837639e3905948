//! A question that is no secret, on the controlling terminal: standard input and output stay untouched.

use std::fs::OpenOptions;
use std::io::{BufRead, BufReader, Write};

/// Asks, and reads one line; it may be empty.
///
/// # Errors
/// Where there is no terminal.
pub fn ask(question: &str) -> std::io::Result<String> {
    let mut terminal = OpenOptions::new().read(true).write(true).open("/dev/tty")?;
    terminal.write_all(question.as_bytes())?;
    terminal.flush()?;
    let mut line = String::new();
    BufReader::new(terminal).read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
