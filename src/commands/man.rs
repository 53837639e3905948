//! `rrx man`: prints the manual page, generated from the definition of the command line.

use std::io::Write;

use clap::CommandFactory;
use clap_mangen::Man;

use super::common::print;
use crate::cli::Cli;
use crate::domain::problem::{Problem, ProblemKind};

/// Prints the manual page of rrx or of one command.
///
/// # Errors
/// Returns a problem if there is no such command, or if the output cannot be written.
pub fn run(command: Option<&str>, out: &mut dyn Write) -> Result<(), Problem> {
    let mut root = Cli::command();
    root.build();
    let page = match command {
        None => root,
        Some(name) => root.find_subcommand(name).cloned().ok_or_else(|| {
            Problem::new(ProblemKind::Settings, format!("There is no command \"{}\"", print::one_line(name)))
                .hint("`rrx --help` lists the commands")
        })?,
    };
    let mut text = Vec::new();
    let source = concat!("rrx ", env!("CARGO_PKG_VERSION"));
    Man::new(page).source(source).render(&mut text).map_err(|error| {
        Problem::new(ProblemKind::Local, "The manual page cannot be generated").because(error.to_string())
    })?;
    print::text(out, &String::from_utf8_lossy(&text))
}
