//! `rrx completions`: what a shell can complete, made from the command line's own definition.

use std::io::Write;

use clap::CommandFactory;
use clap_complete::Shell;

use super::print;
use crate::cli::Cli;
use crate::domain::problem::Problem;

/// Prints the completions of a shell.
///
/// # Errors
/// What the output says.
pub fn run(shell: Shell, out: &mut dyn Write) -> Result<(), Problem> {
    // Into memory first: the generator does not survive a writer that fails.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "rrx", &mut script);
    print::text(out, &String::from_utf8_lossy(&script))
}
