//! The keymaps that are built in, and how a user's file overrides them.

use crate::domain::keys::{BadEntry, EditingStyle, Keymap, inherits, load};

use super::action::Action;

const SHIPPED: &[(&str, &str)] = &[
    ("default", include_str!("../../keymaps/default.toml")),
    ("vim", include_str!("../../keymaps/vim.toml")),
    ("emacs", include_str!("../../keymaps/emacs.toml")),
];

/// Returns the names of the built-in styles.
pub fn names() -> impl Iterator<Item = &'static str> {
    SHIPPED.iter().map(|(name, _)| *name)
}

/// Builds the keymap of a style, with a user's file (its name and text) on top.
///
/// The file extends the style that it names by `inherits`. Without that it extends the built-in style of this name, or
/// the default style. Entries that cannot be used are returned; the others apply.
#[must_use]
pub fn keymap(style: &str, user_file: Option<(&str, &str)>) -> (Keymap<Action>, Vec<BadEntry>) {
    let (mut keymap, mut bad) = (Keymap::default(), Vec::new());
    let mut base = style.to_owned();
    if let Some((file, text)) = user_file
        && let Some((line, named)) = inherits(text)
    {
        if !is_shipped(&named) {
            let reason = format!("there is no style `{named}`; there are {}", listed());
            bad.push(BadEntry { file: file.into(), line, entry: "inherits".into(), reason });
        }
        base = named;
    }
    for (name, text) in SHIPPED.iter().filter(|(name, _)| *name == "default" || *name == base) {
        bad.extend(load(&mut keymap, &format!("keymaps/{name}.toml"), text, &Action::find));
    }
    keymap.set_editing(match base.as_str() {
        "vim" => EditingStyle::Vim,
        "emacs" => EditingStyle::Emacs,
        _ => EditingStyle::Plain,
    });
    if let Some((file, text)) = user_file {
        bad.extend(load(&mut keymap, file, text, &Action::find));
    }
    (keymap, bad)
}

/// Returns whether a style is built in.
#[must_use]
pub fn is_shipped(style: &str) -> bool {
    names().any(|name| name == style)
}

/// Lists the built-in styles, separated by commas.
#[must_use]
pub fn listed() -> String {
    names().collect::<Vec<_>>().join(", ")
}
