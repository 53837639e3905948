//! Questions on the controlling terminal. Standard input and output stay untouched.

use std::fs::OpenOptions;
use std::io::{BufRead, BufReader, Write};

use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::profile::Secret;

/// The ways to ask the user. The default asks on the controlling terminal; tests can replace it.
#[derive(Debug, Clone, Copy)]
pub struct Prompts {
    /// Asks for a secret without echo. See [`ask_hidden`].
    pub hidden: fn(&str) -> Result<Secret, Problem>,
    /// Asks for a secret that may be seen while it is typed. See [`ask_visible`].
    pub visible: fn(&str) -> Result<Secret, Problem>,
    /// Asks for a line that is no secret. See [`ask_line`].
    pub line: fn(&str) -> std::io::Result<String>,
    /// Shows a text that needs no answer. See [`tell`].
    pub tell: fn(&str),
}

impl Default for Prompts {
    fn default() -> Self {
        Self { hidden: ask_hidden, visible: ask_visible, line: ask_line, tell }
    }
}

/// Asks for a secret without echo.
///
/// # Errors
/// Returns a problem if there is no terminal.
pub fn ask_hidden(prompt: &str) -> Result<Secret, Problem> {
    rpassword::prompt_password(format!("{prompt}: ")).map(Secret::new).map_err(|error| no_terminal(prompt, &error))
}

/// Asks for a secret that may be seen while it is typed: SSH servers mark such questions.
///
/// # Errors
/// Returns a problem if there is no terminal.
pub fn ask_visible(prompt: &str) -> Result<Secret, Problem> {
    ask_line(&format!("{prompt}: ")).map(Secret::new).map_err(|error| no_terminal(prompt, &error))
}

/// Writes a text to standard error. A closed standard error is no error: the text needs no answer.
pub fn tell(text: &str) {
    let mut err = std::io::stderr().lock();
    let _ = err.write_all(text.as_bytes()).and_then(|()| err.flush());
}

/// Asks a question, and reads one line, which may be empty.
///
/// # Errors
/// Returns an error if there is no terminal.
pub fn ask_line(question: &str) -> std::io::Result<String> {
    let mut terminal = OpenOptions::new().read(true).write(true).open("/dev/tty")?;
    terminal.write_all(question.as_bytes())?;
    terminal.flush()?;
    let mut line = String::new();
    BufReader::new(terminal).read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

fn no_terminal(prompt: &str, error: &std::io::Error) -> Problem {
    Problem::new(ProblemKind::Settings, format!("{prompt} is needed, but there is no terminal to ask on"))
        .because(error.to_string())
        .hint("configure a source in the profile: { command = \"…\" }, { env = \"…\" } or { file = \"…\" }")
}
