//! The shipped keymaps, embedded, and how a user's file comes on top.

use crate::domain::keys::{BadEntry, Keymap, inherits, load};

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

/// The keymap of a style, with a user's file (its name and text) on top.
///
/// The file builds upon the style that it names by `inherits`; without that upon the shipped style of this name, or the
/// default one. What cannot be used is named, and the rest holds.
#[must_use]
pub fn keymap(style: &str, own: Option<(&str, &str)>) -> (Keymap<Action>, Vec<BadEntry>) {
    let (mut keymap, mut bad) = (Keymap::default(), Vec::new());
    let mut base = style.to_owned();
    if let Some((file, text)) = own
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
    if let Some((file, text)) = own {
        bad.extend(load(&mut keymap, file, text, &Action::find));
    }
    (keymap, bad)
}

/// Whether a style is shipped.
#[must_use]
pub fn is_shipped(style: &str) -> bool {
    names().any(|name| name == style)
}

/// The shipped styles in a sentence.
#[must_use]
pub fn listed() -> String {
    names().collect::<Vec<_>>().join(", ")
}
