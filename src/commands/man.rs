//! `rrx man`: the manual page, made from the command line's own definition.

use std::io::Write;

use clap::CommandFactory;
use clap_mangen::Man;

use super::print;
use crate::cli::Cli;
use crate::domain::problem::{Problem, ProblemKind};

/// Prints the manual page of rrx or of one command.
///
/// # Errors
/// A command that does not exist, or what the output says.
pub fn run(command: Option<&str>, out: &mut dyn Write) -> Result<(), Problem> {
    let mut root = Cli::command();
    root.build();
    let page = match command {
        None => root,
        Some(name) => root.find_subcommand(name).cloned().ok_or_else(|| {
            Problem::new(ProblemKind::Settings, format!("There is no command \"{}\"", print::line(name)))
                .hint("`rrx --help` lists them")
        })?,
    };
    let mut text = Vec::new();
    Man::new(page).render(&mut text).map_err(|error| {
        Problem::new(ProblemKind::Local, "The manual page cannot be made").because(error.to_string())
    })?;
    print::text(out, &String::from_utf8_lossy(&text))
}
