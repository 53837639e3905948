//! `rrx completions`: prints shell completions, generated from the definition of the command line.

use std::io::Write;

use clap::CommandFactory;
use clap_complete::Shell;

use super::common::print;
use crate::cli::Cli;
use crate::domain::problem::Problem;

/// Prints the completions of a shell.
///
/// # Errors
/// Returns a problem if the output cannot be written.
pub fn run(shell: Shell, out: &mut dyn Write) -> Result<(), Problem> {
    // The script is generated in memory first, because the generator panics if a write fails.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "rrx", &mut script);
    print::text(out, &String::from_utf8_lossy(&script))
}
