//! A keymap: the bindings of chords to actions in each layer. It is generic over the type of actions.

use std::collections::BTreeMap;

use super::Chord;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding<A> {
    /// The chords in order; usually one.
    pub chords: Vec<Chord>,
    pub action: A,
}

/// How a text is edited, apart from the bindings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum EditingStyle {
    #[default]
    Plain,
    /// With the modes, operators and motions of vim.
    Vim,
    /// Deletions of more than a character can be pasted.
    Emacs,
}

/// All bindings by layer. Invariant: within a layer no binding is a prefix of another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keymap<A> {
    editing: EditingStyle,
    layers: BTreeMap<String, Vec<Binding<A>>>,
}

impl<A> Default for Keymap<A> {
    fn default() -> Self {
        Self { editing: EditingStyle::default(), layers: BTreeMap::new() }
    }
}

/// The meaning of a typed sequence in one layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lookup<A> {
    Whole(A),
    Prefix,
    Nothing,
}

impl<A: Copy + Eq> Keymap<A> {
    /// Sets how texts are edited.
    pub fn set_editing(&mut self, editing: EditingStyle) {
        self.editing = editing;
    }

    #[must_use]
    pub fn editing(&self) -> EditingStyle {
        self.editing
    }

    /// Adds a binding. Fails with the existing binding if one is a prefix of the other; the same binding may be added again.
    pub(super) fn bind(&mut self, layer: &str, chords: Vec<Chord>, action: A) -> Result<(), Binding<A>> {
        let bindings = self.layers.entry(layer.to_owned()).or_default();
        for other in bindings.iter() {
            let shared = other.chords.len().min(chords.len());
            if other.chords[..shared] == chords[..shared] {
                if other.action == action && other.chords == chords {
                    return Ok(());
                }
                return Err(other.clone());
            }
        }
        bindings.push(Binding { chords, action });
        Ok(())
    }

    /// Removes all bindings of an action.
    pub(super) fn unbind(&mut self, layer: &str, action: A) {
        if let Some(bindings) = self.layers.get_mut(layer) {
            bindings.retain(|binding| binding.action != action);
        }
    }

    /// Removes the bindings that conflict with these chords.
    pub(super) fn clear(&mut self, layer: &str, chords: &[Chord]) {
        if let Some(bindings) = self.layers.get_mut(layer) {
            bindings.retain(|binding| {
                let shared = binding.chords.len().min(chords.len());
                binding.chords[..shared] != chords[..shared]
            });
        }
    }

    /// Returns the bindings of a layer in the order of the file.
    pub fn layer(&self, layer: &str) -> &[Binding<A>] {
        self.layers.get(layer).map_or(&[], Vec::as_slice)
    }

    /// Returns the chord sequences of an action in a layer. Hints show the first one.
    pub fn chords(&self, layer: &str, action: A) -> impl Iterator<Item = &[Chord]> {
        self.layer(layer)
            .iter()
            .filter(move |binding| binding.action == action)
            .map(|binding| binding.chords.as_slice())
    }

    /// Returns the first key of an action as people write it, such as `Ctrl-R` or `g g`.
    pub fn label(&self, layer: &str, action: A) -> Option<String> {
        self.chords(layer, action).next().map(label_of)
    }

    pub(super) fn look(&self, layer: &str, typed: &[Chord]) -> Lookup<A> {
        let mut found = Lookup::Nothing;
        for binding in self.layer(layer) {
            if binding.chords == typed {
                return Lookup::Whole(binding.action);
            }
            if binding.chords.starts_with(typed) {
                found = Lookup::Prefix;
            }
        }
        found
    }
}

/// Returns a sequence of keys as people write it.
#[must_use]
pub fn label_of(chords: &[Chord]) -> String {
    chords.iter().map(|chord| chord.label()).collect::<Vec<_>>().join(" ")
}

/// Returns the chords in the notation of keymap files, separated by spaces.
pub(super) fn write_chords(chords: &[Chord]) -> String {
    chords.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}
