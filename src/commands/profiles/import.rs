//! `rrx profiles import`: a URL, an option file of MySQL's clients, or a profile that somebody passed on.

use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::Talk;
use super::add::{draft, save, saved};
use crate::cli::ImportCommand;
use crate::commands::print;
use crate::domain::limits;
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::profile::{
    self, Draft, Imported, Overwrite, check_name, is_shared, name_from, read_my_cnf, read_shared, read_url, resolve,
};
use crate::io::storage::keyring::Keyring;
use crate::io::storage::paths::Paths;
use crate::io::storage::stored::StoredDates;
use crate::io::storage::{access_log, atomic, settings};

/// What is imported: its text, and what to call it. The text may hold a password.
pub struct Source {
    text: Zeroizing<String>,
    name: String,
    is_url: bool,
    /// Whether it stood on the command line.
    is_argument: bool,
}

impl Source {
    /// Reads what the command line names.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn read(named: &str, paths: &Paths, talk: &mut Talk<'_>) -> Result<Self, Problem> {
        if named == "-" || named.contains("://") {
            return Self::url(named, talk);
        }
        let path = if named.starts_with("~/") {
            resolve(Path::new(named), &paths.home, Path::new(""))
        } else {
            PathBuf::from(named)
        };
        let text = atomic::read_text(&path).map_err(|error| {
            Problem::new(ProblemKind::Settings, format!("{} cannot be read", path.display()))
                .because(error.to_string())
                .hint("name a file, or a URL such as mysql://USER@HOST/DATABASE")
        })?;
        Ok(Self { text: Zeroizing::new(text), name: path.display().to_string(), is_url: false, is_argument: false })
    }

    /// A URL, or what stands on standard input.
    ///
    /// # Errors
    /// Where standard input cannot be read.
    pub fn url(named: &str, talk: &mut Talk<'_>) -> Result<Self, Problem> {
        if named != "-" {
            return Ok(Self {
                text: Zeroizing::new(named.to_owned()),
                name: "the URL".into(),
                is_url: true,
                is_argument: true,
            });
        }
        let mut text = Zeroizing::new(String::new());
        let mut bounded = std::io::Read::take(&mut *talk.input, limits::TEXT_FILE_BYTES);
        std::io::Read::read_to_string(&mut bounded, &mut text).map_err(|error| {
            Problem::new(ProblemKind::Settings, "Standard input cannot be read").because(error.to_string())
        })?;
        let is_url = text.lines().find(|line| !line.trim().is_empty()).is_some_and(|line| line.contains("://"))
            && !is_shared(&text);
        Ok(Self { text, name: "standard input".into(), is_url, is_argument: false })
    }
}

/// Serves it.
///
/// # Errors
/// What is wrong in the source; then nothing is written.
pub fn import(
    command: &ImportCommand,
    paths: &Paths,
    ring: (&dyn Keyring, &StoredDates),
    talk: &mut Talk<'_>,
) -> Result<(), Problem> {
    let source = Source::read(&command.source, paths, talk)?;
    if let Some(name) = &command.name {
        check_name(name)?;
    }
    if source.is_url {
        let imported = url(&source)?;
        let name = command.name.clone().or_else(|| imported.name.clone()).or_else(|| host_name(&imported));
        let name = name.ok_or_else(|| nameless(&source.name))?;
        let draft = draft(&name, with_user(imported), &command.details, ring, talk)?;
        return save(&[draft], command.details.replace, (paths, ring.1), talk);
    }
    if is_shared(&source.text) {
        return passed_on(&source, command, paths, talk);
    }
    let drafts = option_file(&source, command, ring, talk)?;
    save(&drafts, command.details.replace, (paths, ring.1), talk)
}

/// Reads a URL.
///
/// # Errors
/// Why it is none.
pub(super) fn url(source: &Source) -> Result<Imported, Problem> {
    let mut imported = read_url(&source.text).map_err(|error| {
        Problem::new(ProblemKind::Settings, "The URL cannot be read").because(error.to_string()).hint(error.hint())
    })?;
    if imported.password.is_some() && source.is_argument {
        imported.notes.push(
            "the URL held its password where lists of processes and the shell's history show it; `-` reads it from standard input"
                .into(),
        );
    }
    Ok(imported)
}

/// The first label of the replica's host, as a name.
fn host_name(imported: &Imported) -> Option<String> {
    let host = imported.host.as_deref()?;
    let label = if host.parse::<std::net::IpAddr>().is_ok() { host } else { host.split('.').next()? };
    name_from(label)
}

/// Without an account the clients of MySQL take the user's own name.
fn with_user(mut imported: Imported) -> Imported {
    if imported.user.is_none() {
        let own = access_log::os_user();
        imported.notes.push(format!("no account is named: {own} is taken, as MySQL's clients do"));
        imported.user = Some(own);
    }
    imported
}

fn nameless(what: &str) -> Problem {
    Problem::new(ProblemKind::Settings, format!("{what} says nothing to call the profile by")).hint("say --name NAME")
}

fn option_file(
    source: &Source,
    command: &ImportCommand,
    ring: (&dyn Keyring, &StoredDates),
    talk: &mut Talk<'_>,
) -> Result<Vec<Draft>, Problem> {
    let file = read_my_cnf(&source.text);
    for note in &file.notes {
        talk.say(&format!("{}: {note}", source.name))?;
    }
    let all = file.connections();
    let groups: Vec<String> = all.iter().map(|(group, _)| group.clone()).collect();
    let wanted = |group: &str| command.group.as_deref().is_none_or(|wanted| wanted == group);
    let found: Vec<_> = all.into_iter().filter(|(group, _)| wanted(group)).collect();
    if found.is_empty() {
        let problem = Problem::new(ProblemKind::Settings, format!("{} gives no connection", source.name));
        return Err(if groups.is_empty() {
            problem
                .because("it has no group [client] and none [clientNAME]")
                .hint("an option file of MySQL's clients, a file of `rrx profiles export` or a URL can be imported")
        } else {
            problem.because("it has no such group").hint(format!("it has: {}", groups.join(", ")))
        });
    }
    if found.len() > 1 && command.name.is_some() {
        return Err(Problem::new(ProblemKind::Settings, format!("{} gives {} connections", source.name, found.len()))
            .because("one name cannot be that of several profiles")
            .hint(format!("say --group with one of: {}", groups.join(", "))));
    }
    let mut drafts = Vec::new();
    for (group, imported) in found {
        let name = command.name.clone().or_else(|| imported.name.clone()).or_else(|| host_name(&imported));
        let name = name.ok_or_else(|| nameless(&format!("[{group}]")))?;
        if imported.host.is_none() {
            return Err(Problem::new(ProblemKind::Settings, format!("[{group}] of {} names no host", source.name))
                .because("nothing was written")
                .hint("add host = … to the group, or import another one with --group"));
        }
        drafts.push(draft(&name, with_user(imported), &command.details, ring, talk)?);
    }
    Ok(drafts)
}

fn passed_on(source: &Source, command: &ImportCommand, paths: &Paths, talk: &mut Talk<'_>) -> Result<(), Problem> {
    let shared = read_shared(&source.text, &source.name, command.name.as_deref()).map_err(|problems| {
        let mut problems = problems.into_iter();
        let first = problems.next().unwrap_or_else(|| Problem::new(ProblemKind::Settings, "The file cannot be read"));
        // One problem on the way up: the others are its company.
        problems.fold(first, |first, other| first.because(other.what)).because("nothing was written")
    })?;
    let overwrite = if command.details.replace { Overwrite::Allowed } else { Overwrite::Forbidden };
    let name = shared.profile.name.clone();
    settings::change(paths, |text, file| profile::admit(text, file, &shared, overwrite))?;
    let route: Vec<String> = shared.profile.route.iter().map(ToString::to_string).collect();
    let way = if route.is_empty() { "directly".to_owned() } else { format!("through {}", route.join(" and ")) };
    talk.say(&format!(
        "It reaches {}:{} as {} {way}.",
        print::line(&shared.profile.host),
        shared.profile.port,
        print::line(&shared.profile.user)
    ))?;
    for note in &shared.notes {
        talk.say(&format!("  {note}"))?;
    }
    talk.say(&saved(&name, paths))
}
