//! The modes as the screen names them, and the line that is typed below the text.

use super::effect::VisualKind;

/// The mode of the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum VimMode {
    Normal,
    Insert,
    Visual(VisualKind),
    /// `r` waits for its character.
    ReplaceCharacter,
    /// An operator waits for its motion or text object.
    OperatorPending,
    Prompt(PromptKind),
}

/// What a line below the text asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PromptKind {
    /// `:`
    Command,
    /// `/`
    SearchForward,
    /// `?`
    SearchBackward,
}

/// A line that is being typed below the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VimPrompt {
    pub kind: PromptKind,
    pub text: String,
    /// Characters before the cursor.
    pub cursor: usize,
}
