//! `rrx profiles import`: imports a URL, an option file of MySQL clients, or an exported profile.

use super::draft::{check_new, draft, overwrite, save, saved_message};
use super::source::ImportSource;
use super::{Interview, ProfilesDeps};
use crate::cli::ImportCommand;
use crate::commands::common::print;
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::profile::{
    self, ImportedConnection, ProfileDraft, is_shared_profile, profile_name_from, read_option_file, read_shared_profile,
};
use crate::io::storage::settings;

/// Imports profiles from a URL or a file.
///
/// # Errors
/// Returns a problem that describes the error in the source; then nothing is written.
pub fn import(command: &ImportCommand, deps: ProfilesDeps<'_>, interview: &mut Interview<'_>) -> Result<(), Problem> {
    let source = ImportSource::read(&command.source, &deps.env.paths, interview)?;
    if let Some(name) = &command.name {
        check_new(name, &command.details, deps)?;
    }
    if !source.is_url && is_shared_profile(&source.text) {
        return import_shared(&source, command, deps, interview);
    }
    let drafts = if source.is_url {
        let imported = source.parse_url()?;
        let name = profile_name(command, &imported).ok_or_else(|| no_name(&source.name))?;
        check_new(&name, &command.details, deps)?;
        vec![draft(&name, with_user(imported, deps), &command.details, deps.secrets, interview)?]
    } else {
        import_option_file(&source, command, deps, interview)?
    };
    save(&drafts, overwrite(&command.details), deps, interview)
}

/// Returns the name for a profile: from the flag, from the source, or from the host.
fn profile_name(command: &ImportCommand, imported: &ImportedConnection) -> Option<String> {
    command.name.clone().or_else(|| imported.name.clone()).or_else(|| name_from_host(imported))
}

/// Makes a name from the first label of the replica's host.
fn name_from_host(imported: &ImportedConnection) -> Option<String> {
    let host = imported.host.as_deref()?;
    let label = if host.parse::<std::net::IpAddr>().is_ok() { host } else { host.split('.').next()? };
    profile_name_from(label)
}

/// Fills in a missing account with the name of the operating-system user, as MySQL clients do.
fn with_user(mut imported: ImportedConnection, deps: ProfilesDeps<'_>) -> ImportedConnection {
    if imported.user.is_none() {
        let os_user = deps.env.user.clone();
        imported.notes.push(format!("there is no account, so rrx uses {os_user}, as MySQL clients do"));
        imported.user = Some(os_user);
    }
    imported
}

fn no_name(source: &str) -> Problem {
    Problem::new(ProblemKind::Settings, format!("{source} has no name for the profile")).hint("add --name NAME")
}

fn import_option_file(
    source: &ImportSource,
    command: &ImportCommand,
    deps: ProfilesDeps<'_>,
    interview: &mut Interview<'_>,
) -> Result<Vec<ProfileDraft>, Problem> {
    let file = read_option_file(&source.text);
    for note in &file.notes {
        interview.print(&format!("{}: {note}", source.name))?;
    }
    let all = file.connections();
    let groups: Vec<String> = all.iter().map(|(group, _)| group.clone()).collect();
    let is_selected = |group: &str| command.group.as_deref().is_none_or(|selected| selected == group);
    let found: Vec<_> = all.into_iter().filter(|(group, _)| is_selected(group)).collect();
    if found.is_empty() {
        let problem = Problem::new(ProblemKind::Settings, format!("{} has no connection", source.name));
        return Err(if groups.is_empty() {
            problem
                .because("it has no group [client] and no group [clientNAME]")
                .hint("import an option file of MySQL clients, a file of `rrx profiles export`, or a URL")
        } else {
            problem.because("it has no such group").hint(format!("use one of its groups: {}", groups.join(", ")))
        });
    }
    if found.len() > 1 && command.name.is_some() {
        return Err(Problem::new(ProblemKind::Settings, format!("{} has {} connections", source.name, found.len()))
            .because("several profiles cannot have the same name")
            .hint(format!("choose one with --group: {}", groups.join(", "))));
    }
    let mut drafts = Vec::new();
    for (group, imported) in found {
        let name = profile_name(command, &imported).ok_or_else(|| no_name(&format!("[{group}]")))?;
        check_new(&name, &command.details, deps)?;
        if imported.host.is_none() {
            return Err(Problem::new(ProblemKind::Settings, format!("[{group}] of {} has no host", source.name))
                .because("nothing was written")
                .hint("add host = … to the group, or import another group with --group"));
        }
        drafts.push(draft(&name, with_user(imported, deps), &command.details, deps.secrets, interview)?);
    }
    Ok(drafts)
}

fn import_shared(
    source: &ImportSource,
    command: &ImportCommand,
    deps: ProfilesDeps<'_>,
    interview: &mut Interview<'_>,
) -> Result<(), Problem> {
    let shared = read_shared_profile(&source.text, &source.name, command.name.as_deref()).map_err(|problems| {
        let mut problems = problems.into_iter();
        let first = problems.next().unwrap_or_else(|| Problem::new(ProblemKind::Settings, "The file cannot be read"));
        // One problem is returned; it lists the others.
        problems.fold(first, |first, other| first.because(other.what)).because("nothing was written")
    })?;
    let name = shared.profile.name.clone();
    let paths = &deps.env.paths;
    settings::change(paths, |text, file| {
        profile::add_shared_profile(text, file, &shared, overwrite(&command.details))
    })?;
    let route: Vec<String> = shared.profile.route.iter().map(ToString::to_string).collect();
    let route = if route.is_empty() { "directly".to_owned() } else { format!("through {}", route.join(" and ")) };
    interview.print(&format!(
        "It connects to {}:{} as {} {route}.",
        print::one_line(&shared.profile.host),
        shared.profile.port,
        print::one_line(&shared.profile.user)
    ))?;
    for note in &shared.notes {
        interview.print(&format!("  {note}"))?;
    }
    interview.print(&saved_message(&name, paths))
}
