//! Questions on a terminal and their answers, line by line. Where there is no terminal nothing is asked.

use std::io::{BufRead, Write};

use crate::commands::print;
use crate::domain::problem::{Problem, ProblemKind};

/// How often a question is asked before the program gives up.
const TRIES: usize = 5;

/// Whoever can be asked, and told.
pub struct Talk<'a> {
    /// Where answers come from.
    pub input: &'a mut dyn BufRead,
    /// Where questions and words go.
    pub err: &'a mut dyn Write,
    /// Whether somebody is there to answer.
    pub is_terminal: bool,
}

impl Talk<'_> {
    /// Says something.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn say(&mut self, words: &str) -> Result<(), Problem> {
        print::text(self.err, &format!("{}\n", print::block(words)))
    }

    /// Asks until the answer can be used; an empty answer is the default.
    ///
    /// # Errors
    /// A problem of kind [`ProblemKind::Interrupted`] at the end of the input, of [`ProblemKind::Settings`] after too many tries.
    pub fn ask<T>(
        &mut self,
        question: &str,
        default: &str,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Result<T, Problem> {
        for _ in 0..TRIES {
            let shown = if default.is_empty() { String::new() } else { format!(" [{default}]") };
            print::text(self.err, &format!("{question}{shown}: "))?;
            let mut line = String::new();
            let count = self.input.read_line(&mut line).map_err(|error| {
                Problem::new(ProblemKind::Local, "The answer cannot be read").because(error.to_string())
            })?;
            if count == 0 {
                self.say("")?;
                return Err(Problem::new(ProblemKind::Interrupted, "Nothing was saved").because("the answers ended"));
            }
            let answer = line.trim();
            match read(if answer.is_empty() { default } else { answer }) {
                Ok(value) => return Ok(value),
                Err(why) => self.say(&format!("  {why}"))?,
            }
        }
        Err(Problem::new(ProblemKind::Settings, "Nothing was saved").because("no answer could be used"))
    }

    /// A question of yes or no.
    ///
    /// # Errors
    /// As [`Talk::ask`].
    pub fn agrees(&mut self, question: &str) -> Result<bool, Problem> {
        self.ask(&format!("{question} (y/n)"), "y", |answer| match answer.to_ascii_lowercase().as_str() {
            "y" | "yes" => Ok(true),
            "n" | "no" => Ok(false),
            _ => Err("y or n".into()),
        })
    }
}
