//! Questions and answers, line by line.

use std::io::{BufRead, Write};

use crate::commands::common::print;
use crate::domain::problem::{Problem, ProblemKind};

/// The number of attempts to get a valid answer.
const MAX_TRIES: usize = 5;

/// Asks the user questions and prints messages.
pub struct Interview<'a> {
    /// Where answers come from.
    pub input: &'a mut dyn BufRead,
    /// Where questions and messages go.
    pub err: &'a mut dyn Write,
    /// Whether a user can answer.
    pub is_terminal: bool,
}

impl Interview<'_> {
    /// Prints a message.
    ///
    /// # Errors
    /// Returns a problem if it cannot be written.
    pub fn print(&mut self, message: &str) -> Result<(), Problem> {
        print::text(self.err, &format!("{}\n", print::multi_line(message)))
    }

    /// Asks until the answer is valid. An empty answer means the default.
    ///
    /// # Errors
    /// Returns a problem of kind [`ProblemKind::Interrupted`] at the end of the input, and of kind [`ProblemKind::Settings`] after
    /// too many tries.
    pub fn ask<T>(
        &mut self,
        question: &str,
        default: &str,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Result<T, Problem> {
        for _ in 0..MAX_TRIES {
            let shown_default = if default.is_empty() { String::new() } else { format!(" [{default}]") };
            print::text(self.err, &format!("{question}{shown_default}: "))?;
            let mut line = String::new();
            let count = self.input.read_line(&mut line).map_err(|error| {
                Problem::new(ProblemKind::Local, "The answer cannot be read").because(error.to_string())
            })?;
            if count == 0 {
                self.print("")?;
                return Err(Problem::new(ProblemKind::Interrupted, "Nothing was saved").because("the input ended"));
            }
            let answer = line.trim();
            match parse(if answer.is_empty() { default } else { answer }) {
                Ok(value) => return Ok(value),
                Err(why) => self.print(&format!("  {why}"))?,
            }
        }
        Err(Problem::new(ProblemKind::Settings, "Nothing was saved").because("there was no valid answer"))
    }

    /// Asks a yes-no question; the default is yes.
    ///
    /// # Errors
    /// Returns the errors of [`Interview::ask`].
    pub fn confirm(&mut self, question: &str) -> Result<bool, Problem> {
        self.ask(&format!("{question} (y/n)"), "y", |answer| match answer.to_ascii_lowercase().as_str() {
            "y" | "yes" => Ok(true),
            "n" | "no" => Ok(false),
            _ => Err("answer y or n".into()),
        })
    }
}
