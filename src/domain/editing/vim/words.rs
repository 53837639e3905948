//! Walks over the characters of a text, and the word motions.

use super::edited_lines::EditedLines;
use super::motion::{Direction, WordSize};
use crate::domain::editing::grapheme::graphemes;
use crate::domain::editing::position::TextPosition;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CharacterClass {
    Space,
    Word,
    Sign,
}

/// Returns the class of a character. Among long words there are no signs.
pub(super) fn class_of(character: char, size: WordSize) -> CharacterClass {
    match (character, size) {
        (c, _) if c.is_whitespace() => CharacterClass::Space,
        (_, WordSize::Long) | ('_', _) => CharacterClass::Word,
        (c, WordSize::Short) if c.is_alphanumeric() => CharacterClass::Word,
        _ => CharacterClass::Sign,
    }
}

/// A step of a walk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    InLine,
    /// To the end of a line, after its last character.
    LineEnd,
    /// To another line.
    NewLine,
    /// There is nothing more.
    None,
}

/// A place in a text that moves grapheme by grapheme. After the last one of a line is one more place.
pub(super) struct Walk<'a> {
    text: &'a EditedLines<'a>,
    line: usize,
    /// The index of the grapheme in the line.
    at: usize,
    line_graphemes: Vec<(usize, char)>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(text: &'a EditedLines<'a>, position: TextPosition) -> Self {
        let line_graphemes = graphemes(text.line(position.line));
        let at = line_graphemes.partition_point(|(column, _)| *column < position.column);
        Self { text, line: position.line, at, line_graphemes }
    }

    pub(super) fn position(&self) -> TextPosition {
        let column = match self.line_graphemes.get(self.at) {
            Some((column, _)) => *column,
            None => self.text.length(self.line),
        };
        TextPosition::new(self.line, column)
    }

    /// Returns the class at the place; the end of a line is a space.
    fn class(&self, size: WordSize) -> CharacterClass {
        self.line_graphemes.get(self.at).map_or(CharacterClass::Space, |(_, character)| class_of(*character, size))
    }

    fn is_empty_line(&self) -> bool {
        self.line_graphemes.is_empty()
    }

    fn is_last_line(&self) -> bool {
        self.line == self.text.last_line()
    }

    fn is_line_end(&self) -> bool {
        self.at >= self.line_graphemes.len()
    }

    fn go_to_line(&mut self, line: usize) {
        self.line = line;
        self.line_graphemes = graphemes(self.text.line(line));
        self.at = 0;
    }

    pub(super) fn forward(&mut self) -> Step {
        if !self.is_line_end() {
            self.at += 1;
            return if self.is_line_end() { Step::LineEnd } else { Step::InLine };
        }
        if self.is_last_line() {
            return Step::None;
        }
        self.go_to_line(self.line + 1);
        Step::NewLine
    }

    /// Goes forward, and not to the end of a line with text.
    pub(super) fn forward_over_end(&mut self) -> Step {
        match self.forward() {
            Step::LineEnd => self.forward(),
            step @ (Step::InLine | Step::NewLine | Step::None) => step,
        }
    }

    /// Goes back, from the start of a line to the end of the line before.
    fn back(&mut self) -> Step {
        if let Some(before) = self.at.checked_sub(1) {
            self.at = before;
            return Step::InLine;
        }
        let Some(above) = self.line.checked_sub(1) else { return Step::None };
        self.go_to_line(above);
        self.at = self.line_graphemes.len();
        Step::NewLine
    }

    /// Goes back, and not to the end of a line with text.
    pub(super) fn back_over_end(&mut self) -> Step {
        let step = self.back();
        if step == Step::NewLine && self.at > 0 {
            self.at -= 1;
        }
        step
    }

    /// Goes back while the class is the same. Spaces end at an empty line.
    fn skip_back(&mut self, size: WordSize, class: CharacterClass) -> Step {
        while self.class(size) == class {
            if class == CharacterClass::Space && self.is_empty_line() {
                return Step::InLine;
            }
            if self.back() == Step::None {
                return Step::None;
            }
        }
        Step::InLine
    }
}

/// Whether a motion goes to the next line, or for an operator ends at the end of the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AtLineEnd {
    GoOn,
    Stop,
}

/// Moves to the start of the next words (`w`). Returns `None` from the last character of the text.
pub(super) fn words_forward(
    text: &EditedLines<'_>,
    from: TextPosition,
    (size, count): (WordSize, usize),
    at_line_end: AtLineEnd,
) -> Option<TextPosition> {
    let mut walk = Walk::new(text, from);
    for left in (0..count).rev() {
        let stops = at_line_end == AtLineEnd::Stop && left == 0;
        let class = walk.class(size);
        let is_last_line = walk.is_last_line();
        match walk.forward() {
            Step::None => return None,
            Step::LineEnd if is_last_line => return (walk.position() > from).then(|| walk.position()),
            Step::LineEnd | Step::NewLine if stops => return Some(walk.position()),
            Step::LineEnd | Step::NewLine | Step::InLine => {}
        }
        if class != CharacterClass::Space {
            while walk.class(size) == class {
                match walk.forward() {
                    Step::None => return Some(walk.position()),
                    Step::LineEnd | Step::NewLine if stops => return Some(walk.position()),
                    Step::LineEnd | Step::NewLine | Step::InLine => {}
                }
            }
        }
        while walk.class(size) == CharacterClass::Space {
            if walk.is_empty_line() {
                break;
            }
            let is_last_line = walk.is_last_line();
            match walk.forward() {
                Step::None => return Some(walk.position()),
                Step::LineEnd | Step::NewLine if is_last_line => return Some(walk.position()),
                Step::LineEnd | Step::NewLine | Step::InLine => {}
            }
        }
    }
    Some(walk.position())
}

/// Whether a cursor at the end of a word stays there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AtWordEnd {
    Move,
    Stay,
}

/// Moves to the end of the next words (`e`).
pub(super) fn word_ends_forward(
    text: &EditedLines<'_>,
    from: TextPosition,
    (size, count): (WordSize, usize),
    mut at_word_end: AtWordEnd,
) -> Option<TextPosition> {
    let mut walk = Walk::new(text, from);
    for _ in 0..count {
        let class = walk.class(size);
        if walk.forward() == Step::None {
            return (walk.position() > from).then(|| walk.position());
        }
        let is_inside = walk.class(size) == class && class != CharacterClass::Space;
        let stays = at_word_end == AtWordEnd::Stay && class != CharacterClass::Space;
        at_word_end = AtWordEnd::Move;
        if is_inside {
            while walk.class(size) == class {
                if walk.forward() == Step::None {
                    break;
                }
            }
        } else if !stays {
            while walk.class(size) == CharacterClass::Space {
                if walk.forward() == Step::None {
                    return Some(walk.position());
                }
            }
            let class = walk.class(size);
            while walk.class(size) == class {
                if walk.forward() == Step::None {
                    break;
                }
            }
        }
        walk.back();
    }
    Some(walk.position())
}

/// Moves to the start of the words before (`b`).
pub(super) fn words_back(
    text: &EditedLines<'_>,
    from: TextPosition,
    (size, count): (WordSize, usize),
) -> Option<TextPosition> {
    let mut walk = Walk::new(text, from);
    for _ in 0..count {
        if walk.back() == Step::None {
            return (walk.position() < from).then(|| walk.position());
        }
        if walk.skip_back(size, CharacterClass::Space) == Step::None {
            return Some(walk.position());
        }
        if walk.is_empty_line() {
            continue;
        }
        let class = walk.class(size);
        if walk.skip_back(size, class) == Step::None {
            return Some(walk.position());
        }
        walk.forward();
    }
    Some(walk.position())
}

/// Moves to the end of the words before (`ge`).
pub(super) fn word_ends_back(
    text: &EditedLines<'_>,
    from: TextPosition,
    (size, count): (WordSize, usize),
) -> Option<TextPosition> {
    let mut walk = Walk::new(text, from);
    for _ in 0..count {
        let class = walk.class(size);
        if walk.back() == Step::None {
            return (walk.position() < from).then(|| walk.position());
        }
        if class != CharacterClass::Space && walk.class(size) == class && walk.skip_back(size, class) == Step::None {
            return Some(walk.position());
        }
        if walk.skip_back(size, CharacterClass::Space) == Step::None {
            return Some(walk.position());
        }
    }
    Some(walk.position())
}

/// Moves over words in one direction.
pub(super) fn words(
    text: &EditedLines<'_>,
    from: TextPosition,
    words: (WordSize, usize),
    direction: Direction,
) -> Option<TextPosition> {
    match direction {
        Direction::Forward => words_forward(text, from, words, AtLineEnd::GoOn),
        Direction::Backward => words_back(text, from, words),
    }
}
