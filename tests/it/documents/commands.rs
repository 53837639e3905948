//! The parts made from the command line: the help of each command, and the exit codes.

use std::fmt::Write as _;

use clap::{Command, CommandFactory as _};
use rrx::cli::Cli;

use super::table;

/// The width of the help in the pages, in columns.
const WIDTH: usize = 100;

/// The commands with their names from the program on, in the order of the help.
fn all(command: &Command, path: &str) -> Vec<(String, Command)> {
    let mut found = vec![(path.to_owned(), command.clone())];
    for child in command.get_subcommands().filter(|child| child.get_name() != "help" && !child.is_hide_set()) {
        found.extend(all(child, &format!("{path} {}", child.get_name())));
    }
    found
}

fn commands() -> Vec<(String, Command)> {
    let mut cli = Cli::command().term_width(WIDTH);
    cli.build();
    all(&cli, "rrx")
}

/// The help of each command, as `--help` prints it.
pub fn reference() -> String {
    let mut text = String::new();
    for (name, command) in commands() {
        let help = command.clone().term_width(WIDTH).render_long_help().to_string();
        let help: Vec<&str> = help.lines().map(str::trim_end).collect();
        write!(text, "## {name}\n\n```text\n{}\n```\n\n", help.join("\n").trim_end()).unwrap();
    }
    text
}

/// The codes that the help of a command lists.
fn codes(command: &Command) -> Option<Vec<Vec<String>>> {
    let after = command.get_after_help()?.to_string();
    let (_, list) = after.split_once("Exit codes:\n")?;
    let mut rows: Vec<Vec<String>> = Vec::new();
    for line in list.lines() {
        match line.trim().split_once("  ").filter(|(code, _)| code.parse::<u8>().is_ok()) {
            Some((code, meaning)) => rows.push(vec![format!("`{code}`"), meaning.trim().to_owned()]),
            None => panic!("{line:?} is no exit code"),
        }
    }
    Some(rows)
}

/// One table for each list of codes, with the commands that have it.
pub fn exit_codes() -> String {
    let mut lists: Vec<(Vec<Vec<String>>, Vec<String>)> = Vec::new();
    for (name, command) in commands() {
        let Some(rows) = codes(&command) else { continue };
        match lists.iter_mut().find(|(known, _)| *known == rows) {
            Some((_, names)) => names.push(format!("`{name}`")),
            None => lists.push((rows, vec![format!("`{name}`")])),
        }
    }
    let mut text = String::new();
    for (at, (rows, names)) in lists.into_iter().enumerate() {
        let title = if at == 0 { "All commands".to_owned() } else { names.join(", ").replace('`', "") };
        write!(text, "## {title}\n\n{}\n", table(&["code", "meaning"], rows)).unwrap();
    }
    text
}
