//! A keymap: for each layer, which chords lead to which action. Generic over the action: the app owns the table of those.

use std::collections::BTreeMap;

use super::Chord;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding<A> {
    /// The chords in order; mostly one.
    pub chords: Vec<Chord>,
    pub action: A,
}

/// All bindings, by layer. Within a layer none is a prefix of another (loading refuses that).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keymap<A> {
    layers: BTreeMap<String, Vec<Binding<A>>>,
}

impl<A> Default for Keymap<A> {
    fn default() -> Self {
        Self { layers: BTreeMap::new() }
    }
}

/// What a typed sequence means in one layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lookup<A> {
    Whole(A),
    Prefix,
    Nothing,
}

impl<A: Copy + Eq> Keymap<A> {
    /// Binds these chords; answers with the binding that they clash with (one is a prefix of the other), unless the action is the same.
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

    /// Takes all bindings of an action away.
    pub(super) fn unbind(&mut self, layer: &str, action: A) {
        if let Some(bindings) = self.layers.get_mut(layer) {
            bindings.retain(|binding| binding.action != action);
        }
    }

    /// Takes the bindings away that stand in the way of these chords.
    pub(super) fn clear(&mut self, layer: &str, chords: &[Chord]) {
        if let Some(bindings) = self.layers.get_mut(layer) {
            bindings.retain(|binding| {
                let shared = binding.chords.len().min(chords.len());
                binding.chords[..shared] != chords[..shared]
            });
        }
    }

    /// The bindings of a layer, in the order of the file.
    pub fn layer(&self, layer: &str) -> &[Binding<A>] {
        self.layers.get(layer).map_or(&[], Vec::as_slice)
    }

    /// The chords of an action in a layer, first the one that hints show.
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

/// Chords as text with blanks between.
pub(super) fn write_chords(chords: &[Chord]) -> String {
    chords.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}
