//! The keys of a run: the style that the settings name, with the user's own file on top, and what is wrong in either.

use crate::app::action::Action;
use crate::app::keymaps;
use crate::domain::keys::Keymap;
use crate::domain::problem::{Problem, ProblemKind, Remedy};
use crate::domain::profile::UiSettings;
use crate::io::storage::keymaps;
use crate::io::storage::paths::Paths;

/// The keys of a run.
#[derive(Debug)]
pub struct Keys {
    /// What holds.
    pub keymap: Keymap<Action>,
    /// What does not, named with file, line, section, key and reason.
    pub problems: Vec<Problem>,
    /// Where the keys come from, in a sentence.
    pub source: String,
}

/// Reads the keys that the settings ask for. There are always some: what is wrong falls back to what is shipped.
#[must_use]
pub fn load(ui: &UiSettings, paths: &Paths) -> Keys {
    let style = ui.keymap.as_str();
    let mut problems = Vec::new();
    let own = keymaps::read(paths, style).unwrap_or_else(|problem| {
        problems.push(problem);
        None
    });
    if own.is_none() && problems.is_empty() && !styles::is_shipped(style) {
        problems.push(unknown(ui, paths));
    }
    let (keymap, bad) = styles::keymap(style, own.as_ref().map(|(file, text)| (file.as_str(), text.as_str())));
    problems.extend(bad.into_iter().map(|entry| {
        Problem::new(ProblemKind::Settings, entry.to_string()).hint("repair this line; the other keys hold")
    }));
    let source = match (&own, paths.keymap(style)) {
        (Some((file, _)), _) => format!("Keymap: {style}, with your own keys from {file}"),
        (None, Some(path)) => format!("Keymap: {style}. Keys of your own go into {}", path.display()),
        (None, None) => format!("Keymap: {style}"),
    };
    Keys { keymap, problems, source }
}

fn unknown(ui: &UiSettings, paths: &Paths) -> Problem {
    let style = ui.keymap.as_str();
    let line = ui.keymap_line.unwrap_or(1);
    let what = format!("{}:{line}: [ui] there is no keymap \"{style}\"", paths.config.display());
    let problem = Problem::new(ProblemKind::Settings, what).then(Remedy::Settings);
    let shipped = styles::listed();
    match paths.keymap(style) {
        Some(path) => problem
            .because(format!("{} is not there, and it is none of {shipped}", path.display()))
            .hint("write that file, or name a shipped keymap; the default keys hold until then"),
        None => problem
            .because("a keymap's name has letters, digits, '-', '_' and '.'")
            .hint(format!("name one of {shipped}, or a file of yours; the default keys hold until then")),
    }
}
