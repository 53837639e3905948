//! The shipped keymaps, embedded, and how a user's file comes on top.

use crate::domain::keys::{BadEntry, Keymap, load};

use super::action::Action;

const SHIPPED: &[(&str, &str)] = &[
    ("default", include_str!("../../keymaps/default.toml")),
    ("vim", include_str!("../../keymaps/vim.toml")),
    ("emacs", include_str!("../../keymaps/emacs.toml")),
];

/// Names of the shipped styles.
pub fn names() -> impl Iterator<Item = &'static str> {
    SHIPPED.iter().map(|(name, _)| *name)
}

/// The keymap of a style, with a user's file on top. A style that is not shipped falls back to `default` and says so.
#[must_use]
pub fn keymap(style: &str, own: Option<(&str, &str)>) -> (Keymap<Action>, Vec<BadEntry>) {
    let mut keymap = Keymap::default();
    let mut bad = Vec::new();
    let mut add = |name: &str, text: &str| bad.extend(load(&mut keymap, name, text, &Action::find));
    if let Some((_, text)) = SHIPPED.first() {
        add("keymaps/default.toml", text);
    }
    match SHIPPED.iter().find(|(name, _)| *name == style) {
        Some(("default", _)) => {}
        Some((name, text)) => add(&format!("keymaps/{name}.toml"), text),
        None => bad.push(BadEntry {
            file: "config.toml".into(),
            line: 1,
            entry: "ui.keymap".into(),
            reason: format!("there is no keymap `{style}`; there are default, vim and emacs: default is used"),
        }),
    }
    if let Some((file, text)) = own {
        bad.extend(load(&mut keymap, file, text, &Action::find));
    }
    (keymap, bad)
}
