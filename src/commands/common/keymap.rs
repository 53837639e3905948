//! The keymap: the built-in one that the settings name, with the bindings of the user's own file added.

use crate::app::action::Action;
use crate::app::keymaps as shipped;
use crate::domain::keys::Keymap;
use crate::domain::problem::{Problem, ProblemKind, Remedy};
use crate::domain::profile::UiSettings;
use crate::io::storage::keymaps;
use crate::io::storage::paths::Paths;

/// The keymap of this run.
#[derive(Debug)]
pub struct LoadedKeymap {
    pub keymap: Keymap<Action>,
    /// Bindings that are ignored, each with file, line and reason.
    pub problems: Vec<Problem>,
    /// A sentence that names the files of the keymap.
    pub source: String,
}

/// Loads the keymap that the settings name. Wrong entries fall back to built-in keys, so there is always a keymap.
#[must_use]
pub fn load(ui: &UiSettings, paths: &Paths) -> LoadedKeymap {
    let name = ui.keymap.as_str();
    let mut problems = Vec::new();
    let user_file = keymaps::read(paths, name).unwrap_or_else(|problem| {
        problems.push(problem);
        None
    });
    if user_file.is_none() && problems.is_empty() && !shipped::is_shipped(name) {
        problems.push(unknown_keymap(ui, paths));
    }
    let (keymap, bad) = shipped::keymap(name, user_file.as_ref().map(|(file, text)| (file.as_str(), text.as_str())));
    problems.extend(bad.into_iter().map(|entry| {
        Problem::new(ProblemKind::Settings, entry.to_string()).hint("correct this line; the other keys work")
    }));
    let source = match (&user_file, paths.keymap(name)) {
        (Some((file, _)), _) => format!("Keymap: {name}, with your keys from {file}"),
        (None, Some(path)) => format!("Keymap: {name}. Put your own keys into {}", path.display()),
        (None, None) => format!("Keymap: {name}"),
    };
    LoadedKeymap { keymap, problems, source }
}

fn unknown_keymap(ui: &UiSettings, paths: &Paths) -> Problem {
    let name = ui.keymap.as_str();
    let line = ui.keymap_line.unwrap_or(1);
    let what = format!("{}:{line}: [ui] there is no keymap \"{name}\"", paths.config.display());
    let problem = Problem::new(ProblemKind::Settings, what).then(Remedy::Settings);
    let built_in = shipped::listed();
    match paths.keymap(name) {
        Some(path) => problem
            .because(format!("the file {} does not exist, and the built-in keymaps are {built_in}", path.display()))
            .hint("create that file, or name a built-in keymap; until then rrx uses the default keys"),
        None => problem
            .because("the name of a keymap consists of letters, digits, '-', '_' and '.'")
            .hint(format!("name one of {built_in}, or your own file; until then rrx uses the default keys")),
    }
}
