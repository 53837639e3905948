//! `rrx snippets`: lists and shows saved statements. It runs none of them.

use std::io::Write;
use std::path::PathBuf;

use serde_json::json;

use super::common::context::CommandContext;
use super::common::print;
use crate::cli::SnippetsCommand;
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::profile::CommandLine;
use crate::domain::protocol::LoadedSettings;
use crate::domain::snippets::{Snippet, rank, render};
use crate::io::storage::paths::Paths;
use crate::io::storage::snippets;

/// Runs `rrx snippets`.
///
/// # Errors
/// Returns a problem if there is no such profile or snippet, or if the output cannot be written.
pub fn execute(command: &SnippetsCommand, context: &CommandContext) -> Result<(), Problem> {
    let (mut out, mut err) = (std::io::stdout(), std::io::stderr());
    let (SnippetsCommand::List { profile, .. } | SnippetsCommand::Show { profile, .. }) = command;
    let built_in = context.built_in_profile();
    if let Some(demo) = built_in.filter(|built_in| Some(&built_in.profile.name) == profile.as_ref()) {
        // The files of the built-in snippets are written by the first command that needs them.
        snippets::write_missing(&demo.context.paths.snippets(), (demo.context.storage.bundled_snippets)());
    }
    run(command, &context.load_settings(), &context.env.paths, &mut out, &mut err)
}

/// Lists the snippets, or shows one. Reports files that cannot be read on `err`.
///
/// # Errors
/// Returns a problem if there is no such profile or snippet, or if the output cannot be written.
pub fn run(
    command: &SnippetsCommand,
    loaded: &LoadedSettings,
    paths: &Paths,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Result<(), Problem> {
    let (SnippetsCommand::List { profile, format } | SnippetsCommand::Show { profile, format, .. }) = command;
    let (all, problems) = snippets::load(&directories(profile.as_deref(), loaded, paths)?);
    print::problems(err, &problems)?;
    match command {
        SnippetsCommand::List { .. } if format.json => print::json(out, &all.iter().map(facts).collect::<Vec<_>>()),
        SnippetsCommand::List { .. } if all.is_empty() => {
            print::text(err, &format!("There are no snippets in {}.\n", paths.snippets().display()))
        }
        SnippetsCommand::List { .. } => {
            let mut rows = vec![["NAME", "TITLE", "TAGS"].map(str::to_owned)];
            rows.extend(all.iter().map(|snippet| {
                [
                    print::one_line(&snippet.name),
                    print::one_line(&snippet.title),
                    print::one_line(&snippet.tags.join(", ")),
                ]
            }));
            print::columns(out, &rows)
        }
        SnippetsCommand::Show { name, .. } => {
            let snippet = find(name, &all, &paths.command_line)?;
            if format.json { print::json(out, &facts(snippet)) } else { print::text(out, &render(snippet)) }
        }
    }
}

/// Finds a snippet by its name.
///
/// # Errors
/// Returns a problem that names the most similar snippet.
pub fn find<'a>(name: &str, all: &'a [Snippet], rrx: &CommandLine) -> Result<&'a Snippet, Problem> {
    all.iter().find(|snippet| snippet.name == name).ok_or_else(|| {
        let near = rank(name, all).into_iter().find_map(|index| all.get(index));
        let hint = near.map_or_else(
            || format!("`{}` lists the snippets", rrx.with("snippets list")),
            |snippet| format!("did you mean \"{}\"?", print::one_line(&snippet.name)),
        );
        Problem::new(ProblemKind::Settings, format!("There is no snippet \"{}\"", print::one_line(name))).hint(hint)
    })
}

/// Returns the snippet directories: the user's own, then those of the profile.
///
/// # Errors
/// Returns a problem if there is no such profile.
pub fn directories(profile: Option<&str>, loaded: &LoadedSettings, paths: &Paths) -> Result<Vec<PathBuf>, Problem> {
    match profile {
        None => Ok(vec![paths.snippets()]),
        // The demo has its own files.
        Some("demo") => Ok(vec![paths.demo().snippets()]),
        Some(name) => {
            let more = &loaded.settings.require(name)?.snippets;
            Ok(std::iter::once(paths.snippets()).chain(more.iter().cloned()).collect())
        }
    }
}

fn facts(snippet: &Snippet) -> serde_json::Value {
    json!({
        "name": snippet.name,
        "title": snippet.title,
        "tags": snippet.tags,
        "key": snippet.key,
        "params": snippet.params.iter().map(|param| json!({
            "name": param.name, "type": param.kind.name(), "default": param.default, "allowed": param.allowed,
        })).collect::<Vec<_>>(),
        "statement": snippet.statement,
        "path": snippet.path,
    })
}
