//! The paste register: the texts that were cut or copied last, wherever that was. The paste keys take the newest one.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::domain::limits::WORKSHEET_BYTES;
use crate::domain::quantity::byte_size;

/// Texts that are kept at most.
const TEXTS: usize = 16;

/// What a paste key says before the first copy.
pub const NOTHING_TO_PASTE: &str =
    "Nothing was cut or copied in rrx yet. The paste key of your terminal pastes the clipboard.";

/// The texts that were cut or copied last.
#[derive(Debug, Default)]
pub struct PasteRegister {
    /// The newest text is the first one.
    texts: VecDeque<Arc<String>>,
    /// The bytes of the newest copy, if it was too long to keep.
    too_long: Option<usize>,
}

/// What a paste key takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pasted {
    Text(Arc<String>),
    /// The newest copy has so many bytes, more than a worksheet takes.
    TooLong(usize),
    /// Nothing was cut or copied yet.
    Nothing,
}

/// How a deleted text is joined to the one that was deleted just before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KillJoin {
    /// Not at all: it is a text of its own.
    New,
    After,
    Before,
}

impl PasteRegister {
    /// Keeps a text that was deleted. Joined, it replaces the newest text.
    pub fn kill(&mut self, text: &str, join: KillJoin) {
        let newest = match join {
            KillJoin::New => None,
            KillJoin::After | KillJoin::Before => self.texts.pop_front(),
        };
        let newest = newest.map(|newest| newest.as_ref().clone()).unwrap_or_default();
        self.put(Arc::new(match join {
            KillJoin::Before => format!("{text}{newest}"),
            KillJoin::After | KillJoin::New => format!("{newest}{text}"),
        }));
    }

    /// Keeps a text that was cut or copied. An empty one changes nothing.
    pub fn put(&mut self, text: Arc<String>) {
        if text.is_empty() {
            return;
        }
        self.too_long = (text.len() > WORKSHEET_BYTES).then_some(text.len());
        if self.too_long.is_none() {
            self.texts.retain(|kept| *kept != text);
            self.texts.push_front(text);
            self.texts.truncate(TEXTS);
        }
    }

    /// Returns what the paste key takes now.
    #[must_use]
    pub fn newest(&self) -> Pasted {
        match (self.too_long, self.texts.front()) {
            (Some(bytes), _) => Pasted::TooLong(bytes),
            (None, Some(text)) => Pasted::Text(text.clone()),
            (None, None) => Pasted::Nothing,
        }
    }

    /// Returns the text that was put before the `steps` newest ones. After the oldest one the newest one follows.
    #[must_use]
    pub fn older(&self, steps: usize) -> Option<&Arc<String>> {
        self.texts.get(steps.checked_rem(self.texts.len())?)
    }
}

/// Returns what a paste key says if the newest copy was too long to keep.
#[must_use]
pub fn too_long_to_paste(bytes: usize) -> String {
    let (copied, limit) = (byte_size(bytes as u64, 1024), byte_size(WORKSHEET_BYTES as u64, 1024));
    format!("Not pasted: the copied text has {copied}, and a worksheet takes {limit}. The clipboard has it.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deletions_one_after_the_other_are_one_text() {
        let mut register = PasteRegister::default();
        register.kill("b", KillJoin::New);
        register.kill("c", KillJoin::After);
        register.kill("a", KillJoin::Before);
        assert_eq!(register.newest(), Pasted::Text(Arc::new("abc".to_owned())));
        register.kill("d", KillJoin::New);
        assert_eq!(register.older(1), Some(&Arc::new("abc".to_owned())));
    }

    #[test]
    fn the_newest_text_is_taken_and_each_text_is_kept_once() {
        let mut register = PasteRegister::default();
        assert_eq!(register.newest(), Pasted::Nothing);
        for text in ["a", "b", "a", ""] {
            register.put(Arc::new(text.to_owned()));
        }
        let text = |text: &str| Arc::new(text.to_owned());
        assert_eq!(register.newest(), Pasted::Text(text("a")));
        assert_eq!((register.older(1), register.older(2)), (Some(&text("b")), Some(&text("a"))));
        register.put(Arc::new("x".repeat(WORKSHEET_BYTES + 1)));
        assert_eq!(register.newest(), Pasted::TooLong(WORKSHEET_BYTES + 1));
        register.put(text("c"));
        assert_eq!(register.newest(), Pasted::Text(text("c")));
    }
}
