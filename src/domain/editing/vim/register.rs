//! Registers: texts that were deleted or copied.

use std::collections::BTreeMap;

/// Whether a text is whole lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RegisterKind {
    #[default]
    Characterwise,
    /// The text is whole lines; it has no line end after the last one.
    Linewise,
}

/// The content of a register.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Register {
    pub text: String,
    pub kind: RegisterKind,
}

/// How a text came into a register.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Taken {
    /// Copied with `y`.
    Copied,
    /// Deleted inside of one line: the register `-` keeps it.
    Small,
    /// Deleted with a line end, or over a long motion: the registers 1 to 9 keep it.
    Large,
}

/// All registers but `+` and `*`, which the app keeps.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Registers {
    /// `a` to `z`, `0` to `9`, `-`.
    named: BTreeMap<char, Register>,
    /// What was deleted or copied last: the register `"`.
    last: Option<Register>,
}

/// Whether a character names a register.
pub(super) fn is_register(name: char) -> bool {
    name.is_ascii_alphanumeric() || matches!(name, '"' | '-' | '_' | '+' | '*')
}

/// Whether a character names the paste register, which the app keeps.
pub(super) fn is_paste_register(name: Option<char>) -> bool {
    matches!(name, Some('+' | '*'))
}

impl Registers {
    /// Returns the content of a register; `"` without a name.
    pub(super) fn get(&self, name: Option<char>) -> Option<&Register> {
        match name {
            None | Some('"') => self.last.as_ref(),
            Some(name) => self.named.get(&name.to_ascii_lowercase()),
        }
    }

    /// Keeps a text that was deleted or copied.
    pub(super) fn keep(&mut self, name: Option<char>, register: Register, taken: Taken) {
        if name == Some('_') {
            return;
        }
        let is_unnamed = matches!(name, None | Some('"'));
        match taken {
            Taken::Copied if is_unnamed => drop(self.named.insert('0', register.clone())),
            Taken::Small if is_unnamed => drop(self.named.insert('-', register.clone())),
            Taken::Large => self.shift(register.clone()),
            Taken::Copied | Taken::Small => {}
        }
        let kept = match name.filter(|name| name.is_ascii_alphanumeric() || *name == '-') {
            Some(name) if name.is_ascii_uppercase() => self.append(name.to_ascii_lowercase(), register),
            Some(name) => {
                self.named.insert(name, register.clone());
                register
            }
            None => register,
        };
        self.last = Some(kept);
    }

    /// Moves the registers 1 to 8 up by one and puts a text into 1.
    fn shift(&mut self, register: Register) {
        let mut moved = Some(register);
        for name in '1'..='9' {
            moved = moved.and_then(|register| self.named.insert(name, register));
        }
    }

    fn append(&mut self, name: char, register: Register) -> Register {
        let kept = match self.named.remove(&name) {
            None => register,
            Some(before) => {
                let lines = [before.kind, register.kind].contains(&RegisterKind::Linewise);
                let (kind, between) =
                    if lines { (RegisterKind::Linewise, "\n") } else { (RegisterKind::Characterwise, "") };
                Register { text: format!("{}{between}{}", before.text, register.text), kind }
            }
        };
        self.named.insert(name, kept.clone());
        kept
    }
}
