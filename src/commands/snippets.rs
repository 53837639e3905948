//! `rrx snippets`: the statements that are kept. It runs none of them.

use std::io::Write;
use std::path::PathBuf;

use serde_json::json;

use super::print;
use crate::cli::SnippetsCommand;
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::profile::CommandLine;
use crate::domain::protocol::Loaded;
use crate::domain::snippets::{Snippet, rank, render};
use crate::io::storage::paths::Paths;
use crate::io::storage::snippets;

/// Serves `rrx snippets`.
///
/// # Errors
/// An unknown profile or snippet, or what the output says; files that cannot be read are words on `err`.
pub fn run(
    command: &SnippetsCommand,
    loaded: &Loaded,
    paths: &Paths,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Result<(), Problem> {
    let (SnippetsCommand::List { profile, form } | SnippetsCommand::Show { profile, form, .. }) = command;
    let (all, problems) = snippets::load(&folders(profile.as_deref(), loaded, paths)?);
    print::problems(err, &problems)?;
    match command {
        SnippetsCommand::List { .. } if form.json => print::json(out, &all.iter().map(facts).collect::<Vec<_>>()),
        SnippetsCommand::List { .. } if all.is_empty() => {
            print::text(err, &format!("No snippet is in {}.\n", paths.snippets().display()))
        }
        SnippetsCommand::List { .. } => {
            let mut rows = vec![["NAME", "TITLE", "TAGS"].map(str::to_owned)];
            rows.extend(all.iter().map(|snippet| {
                [print::line(&snippet.name), print::line(&snippet.title), print::line(&snippet.tags.join(", "))]
            }));
            print::columns(out, &rows)
        }
        SnippetsCommand::Show { name, .. } => {
            let snippet = find(name, &all, &paths.command_line)?;
            if form.json { print::json(out, &facts(snippet)) } else { print::text(out, &render(snippet)) }
        }
    }
}

/// The snippet of this name, or a problem that names the nearest.
///
/// # Errors
/// A problem of kind [`ProblemKind::Settings`].
pub fn find<'a>(name: &str, all: &'a [Snippet], rrx: &CommandLine) -> Result<&'a Snippet, Problem> {
    all.iter().find(|snippet| snippet.name == name).ok_or_else(|| {
        let near = rank(name, all).into_iter().find_map(|index| all.get(index));
        let hint = near.map_or_else(
            || format!("`{}` names those that there are", rrx.with("snippets list")),
            |snippet| format!("did you mean \"{}\"?", print::line(&snippet.name)),
        );
        Problem::new(ProblemKind::Settings, format!("There is no snippet \"{}\"", print::line(name))).hint(hint)
    })
}

/// The user's own folder, then the profile's.
///
/// # Errors
/// A profile that does not exist.
pub fn folders(profile: Option<&str>, loaded: &Loaded, paths: &Paths) -> Result<Vec<PathBuf>, Problem> {
    match profile {
        None => Ok(vec![paths.snippets()]),
        // The demo keeps everything in a place of its own.
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
