//! Reads the keys of normal and visual mode as commands.

use super::command::{
    Command, InsertAt, JoinSpace, ObjectPart, Operator, Pending, Prefix, PutCursor, PutSide, ReplaceWith, Target,
    TextObject,
};
use super::effect::{Scroll, VisualKind};
use super::mode::PromptKind;
use super::motion::{CharFind, Direction, FindChar, FindStop, Motion, ScreenRow, WordSize};
use super::register::is_register;
use crate::domain::keys::{Chord, Key};

/// The mode that reads a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Normal,
    Visual,
}

/// What the keys so far mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Spelled {
    Command(Command),
    /// A command over whole lines, whatever is selected.
    LineCommand(Command),
    /// More keys are needed.
    More,
    /// A key of the text that means nothing here.
    Unknown,
    /// A key for the keymap.
    NotOurs,
}

/// A key without the differences that do not matter here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Press {
    Char(char),
    Ctrl(char),
    Named(Key),
}

fn press_of(chord: Chord) -> Option<Press> {
    match chord {
        Chord { alt: true, .. } | Chord { shift: true, .. } => None,
        Chord { key: Key::Char(c), ctrl: false, .. } => Some(Press::Char(c)),
        Chord { key: Key::Char('['), ctrl: true, .. } => Some(Press::Named(Key::Esc)),
        Chord { key: Key::Char(c), ctrl: true, .. } => Some(Press::Ctrl(c)),
        Chord { ctrl: true, .. } => None,
        Chord { key, .. } => Some(Press::Named(key)),
    }
}

fn command(command: Command) -> Spelled {
    Spelled::Command(command)
}

impl Pending {
    /// Reads one more key.
    pub(super) fn read(&mut self, chord: Chord, place: Place) -> Spelled {
        let Some(press) = press_of(chord) else { return Spelled::NotOurs };
        if press == Press::Named(Key::Esc) {
            return match (place, self.is_empty()) {
                (Place::Visual, true) => command(Command::EndVisual),
                (Place::Normal, true) => Spelled::NotOurs,
                (Place::Normal | Place::Visual, false) => Spelled::Unknown,
            };
        }
        if let Some(prefix) = self.prefix.take() {
            return self.after_prefix(prefix, press, place);
        }
        match press {
            Press::Char(digit @ '1'..='9') => self.digit(digit),
            Press::Char('0') if self.count.is_some() => self.digit('0'),
            Press::Char('"') if self.operator.is_none() => self.wait(Prefix::Register),
            Press::Char('g') => self.wait(Prefix::G),
            Press::Char('i') if self.takes_object(place) => self.wait(Prefix::Object(ObjectPart::Inner)),
            Press::Char('a') if self.takes_object(place) => self.wait(Prefix::Object(ObjectPart::Around)),
            press => match find_of(press) {
                Some(find) => self.wait(Prefix::Find(find)),
                None => self.whole_key(press, place),
            },
        }
    }

    fn takes_object(&self, place: Place) -> bool {
        self.operator.is_some() || place == Place::Visual
    }

    fn wait(&mut self, prefix: Prefix) -> Spelled {
        self.prefix = Some(prefix);
        Spelled::More
    }

    fn digit(&mut self, digit: char) -> Spelled {
        let digit = digit.to_digit(10).and_then(|digit| usize::try_from(digit).ok());
        self.add_digit(digit.unwrap_or(0));
        Spelled::More
    }

    fn after_prefix(&mut self, prefix: Prefix, press: Press, place: Place) -> Spelled {
        match (prefix, press) {
            (Prefix::Register, Press::Char(name)) if is_register(name) => {
                self.register = Some(name);
                Spelled::More
            }
            (Prefix::Find(find), Press::Char(character)) => self.motion(Motion::Find(CharFind { find, character })),
            (Prefix::Replace, press) => match replacement(press) {
                Some(with) if place == Place::Visual => command(Command::ReplaceSelection(with, Target::Selection)),
                Some(with) => command(Command::ReplaceCharacters(with)),
                None => meaningless(press),
            },
            (Prefix::Object(part), Press::Char(c)) => match (object_of(c), self.operator) {
                (Some(object), Some(operator)) => command(Command::Operate(operator, Target::Object(object, part))),
                (Some(object), None) => command(Command::SelectObject(object, part)),
                (None, _) => Spelled::Unknown,
            },
            (Prefix::G, press) => self.after_g(press, place),
            (Prefix::Z, Press::Char('t') | Press::Named(Key::Enter)) => command(Command::Scroll(Scroll::CursorToTop)),
            (Prefix::Z, Press::Char('z' | '.')) => command(Command::Scroll(Scroll::CursorToMiddle)),
            (Prefix::Z, Press::Char('b' | '-')) => command(Command::Scroll(Scroll::CursorToBottom)),
            (Prefix::CapitalZ, Press::Char('Z')) => command(Command::WriteAndQuit),
            (Prefix::CapitalZ, Press::Char('Q')) => command(Command::QuitDiscarding),
            (Prefix::Register | Prefix::Find(_) | Prefix::Object(_) | Prefix::Z | Prefix::CapitalZ, press) => {
                meaningless(press)
            }
        }
    }

    fn after_g(&mut self, press: Press, place: Place) -> Spelled {
        let Press::Char(key) = press else { return meaningless(press) };
        let motion = match key {
            'g' => Some(Motion::ToLine(Direction::Backward)),
            'e' => Some(Motion::WordEnd(WordSize::Short, Direction::Backward)),
            'E' => Some(Motion::WordEnd(WordSize::Long, Direction::Backward)),
            '_' => Some(Motion::LastText),
            'j' => Some(Motion::Down),
            'k' => Some(Motion::Up),
            _ => None,
        };
        if let Some(motion) = motion {
            return self.motion(motion);
        }
        let operator = match key {
            '~' => Some(Operator::ToggleCase),
            'u' => Some(Operator::LowerCase),
            'U' => Some(Operator::UpperCase),
            'c' => Some(Operator::ToggleComment),
            _ => None,
        };
        if let Some(operator) = operator {
            return self.operator(operator, place);
        }
        match (key, place, self.operator) {
            ('J', Place::Normal, None) => command(Command::Join(JoinSpace::None)),
            ('J', Place::Visual, None) => command(Command::JoinSelection(JoinSpace::None, Target::Selection)),
            ('v', _, None) => command(Command::SelectLast),
            ('i', Place::Normal, None) => command(Command::Insert(InsertAt::LastInsert)),
            ('p', Place::Normal, None) => command(Command::Put(PutSide::After, PutCursor::AfterText)),
            ('P', Place::Normal, None) => command(Command::Put(PutSide::Before, PutCursor::AfterText)),
            (_, Place::Normal | Place::Visual, Some(_) | None) => Spelled::Unknown,
        }
    }

    fn motion(&mut self, motion: Motion) -> Spelled {
        match self.operator {
            Some(operator) => command(Command::Operate(operator, Target::Motion(motion))),
            None => command(Command::Move(motion)),
        }
    }

    fn operator(&mut self, operator: Operator, place: Place) -> Spelled {
        match (self.operator, place) {
            (None, Place::Visual) => command(Command::Operate(operator, Target::Selection)),
            (None, Place::Normal) => {
                self.operator = Some(operator);
                self.operator_count = self.count.take();
                Spelled::More
            }
            (Some(first), _) if first == operator => command(Command::Operate(operator, Target::Lines)),
            (Some(_), _) => Spelled::Unknown,
        }
    }

    fn whole_key(&mut self, press: Press, place: Place) -> Spelled {
        if let Some(kind) = prompt_of(press).filter(|kind| self.operator.is_none() || *kind != PromptKind::Command) {
            return command(Command::Prompt(kind));
        }
        if let Some(spelled) = self.doubled(press) {
            return spelled;
        }
        if let Some(operator) = operator_of(press) {
            return self.operator(operator, place);
        }
        if place == Place::Visual
            && self.operator.is_none()
            && let Some(spelled) = self.visual_key(press)
        {
            return spelled;
        }
        if let Some(motion) = motion_of(press) {
            return self.motion(motion);
        }
        if self.operator.is_some() {
            return meaningless(press);
        }
        match (press, place) {
            (Press::Char(key), Place::Normal) => self.normal_key(key),
            (Press::Named(Key::Delete), Place::Normal) => self.normal_key('x'),
            (Press::Named(Key::Insert), Place::Normal) => self.normal_key('i'),
            (Press::Ctrl('r'), Place::Normal) => command(Command::Redo),
            (Press::Ctrl('e'), _) => command(Command::Scroll(Scroll::Lines(self.rows()))),
            (Press::Ctrl('y'), _) => command(Command::Scroll(Scroll::Lines(-self.rows()))),
            (Press::Char('z'), _) => self.wait(Prefix::Z),
            (Press::Char(_), Place::Visual) => Spelled::Unknown,
            (Press::Named(_) | Press::Ctrl(_), Place::Normal | Place::Visual) => Spelled::NotOurs,
        }
    }

    fn rows(&self) -> isize {
        self.count.and_then(|count| isize::try_from(count).ok()).unwrap_or(1)
    }

    /// Reads the second key of an operator over lines: `gUU`, `guu`, `g~~`, `gcc`.
    fn doubled(&self, press: Press) -> Option<Spelled> {
        let key = match self.operator? {
            Operator::ToggleCase => '~',
            Operator::LowerCase => 'u',
            Operator::UpperCase => 'U',
            Operator::ToggleComment => 'c',
            Operator::Delete | Operator::Change | Operator::Yank | Operator::Indent | Operator::Dedent => return None,
        };
        let operator = self.operator?;
        (press == Press::Char(key)).then(|| command(Command::Operate(operator, Target::Lines)))
    }

    fn normal_key(&mut self, key: char) -> Spelled {
        let operate = |operator, motion| command(Command::Operate(operator, Target::Motion(motion)));
        let insert = |at| command(Command::Insert(at));
        match key {
            'x' => operate(Operator::Delete, Motion::Right),
            'X' => operate(Operator::Delete, Motion::Left),
            'D' => operate(Operator::Delete, Motion::LineEnd),
            'C' => operate(Operator::Change, Motion::LineEnd),
            's' => operate(Operator::Change, Motion::Right),
            'S' => command(Command::Operate(Operator::Change, Target::Lines)),
            'Y' => command(Command::Operate(Operator::Yank, Target::Lines)),
            'i' => insert(InsertAt::Cursor),
            'a' => insert(InsertAt::AfterCursor),
            'I' => insert(InsertAt::FirstText),
            'A' => insert(InsertAt::LineEnd),
            'o' => insert(InsertAt::NewLineBelow),
            'O' => insert(InsertAt::NewLineAbove),
            'p' => command(Command::Put(PutSide::After, PutCursor::OnText)),
            'P' => command(Command::Put(PutSide::Before, PutCursor::OnText)),
            'r' => self.wait(Prefix::Replace),
            '~' => command(Command::ToggleCaseAndMove),
            'J' => command(Command::Join(JoinSpace::One)),
            'u' => command(Command::Undo),
            '.' => command(Command::Repeat),
            '&' => command(Command::RepeatSubstitution),
            'v' => command(Command::StartVisual(VisualKind::Character)),
            'V' => command(Command::StartVisual(VisualKind::Line)),
            'K' => command(Command::ShowDocs),
            'z' => self.wait(Prefix::Z),
            'Z' => self.wait(Prefix::CapitalZ),
            _ => Spelled::Unknown,
        }
    }

    fn visual_key(&mut self, press: Press) -> Option<Spelled> {
        let operate = |operator| Command::Operate(operator, Target::Selection);
        let spelled = match press {
            Press::Char('x') | Press::Named(Key::Delete | Key::Backspace) => command(operate(Operator::Delete)),
            Press::Char('X' | 'D') => Spelled::LineCommand(operate(Operator::Delete)),
            Press::Char('s') => command(operate(Operator::Change)),
            Press::Char('C' | 'S' | 'R') => Spelled::LineCommand(operate(Operator::Change)),
            Press::Char('Y') => Spelled::LineCommand(operate(Operator::Yank)),
            Press::Char('~') => command(operate(Operator::ToggleCase)),
            Press::Char('u') => command(operate(Operator::LowerCase)),
            Press::Char('U') => command(operate(Operator::UpperCase)),
            Press::Char('J') => command(Command::JoinSelection(JoinSpace::One, Target::Selection)),
            Press::Char('p') => command(Command::PutOverSelection(PutSide::After, Target::Selection)),
            Press::Char('P') => command(Command::PutOverSelection(PutSide::Before, Target::Selection)),
            Press::Char('r') => self.wait(Prefix::Replace),
            Press::Char('o' | 'O') => command(Command::SwapEnds),
            Press::Char('v') => command(Command::StartVisual(VisualKind::Character)),
            Press::Char('V') => command(Command::StartVisual(VisualKind::Line)),
            Press::Char(_) | Press::Ctrl(_) | Press::Named(_) => return None,
        };
        Some(spelled)
    }
}

/// Returns what a key is that no command begins or goes on with.
fn meaningless(press: Press) -> Spelled {
    match press {
        Press::Char(_) => Spelled::Unknown,
        Press::Ctrl(_) | Press::Named(_) => Spelled::NotOurs,
    }
}

fn replacement(press: Press) -> Option<ReplaceWith> {
    match press {
        Press::Char(c) => Some(ReplaceWith::Character(c)),
        Press::Named(Key::Enter) => Some(ReplaceWith::LineEnd),
        Press::Named(Key::Tab) => Some(ReplaceWith::Character('\t')),
        Press::Named(_) | Press::Ctrl(_) => None,
    }
}

fn find_of(press: Press) -> Option<FindChar> {
    let (direction, stop) = match press {
        Press::Char('f') => (Direction::Forward, FindStop::On),
        Press::Char('F') => (Direction::Backward, FindStop::On),
        Press::Char('t') => (Direction::Forward, FindStop::Before),
        Press::Char('T') => (Direction::Backward, FindStop::Before),
        Press::Char(_) | Press::Ctrl(_) | Press::Named(_) => return None,
    };
    Some(FindChar { direction, stop })
}

fn prompt_of(press: Press) -> Option<PromptKind> {
    match press {
        Press::Char(':') => Some(PromptKind::Command),
        Press::Char('/') => Some(PromptKind::SearchForward),
        Press::Char('?') => Some(PromptKind::SearchBackward),
        Press::Char(_) | Press::Ctrl(_) | Press::Named(_) => None,
    }
}

fn operator_of(press: Press) -> Option<Operator> {
    match press {
        Press::Char('d') => Some(Operator::Delete),
        Press::Char('c') => Some(Operator::Change),
        Press::Char('y') => Some(Operator::Yank),
        Press::Char('>') => Some(Operator::Indent),
        Press::Char('<') => Some(Operator::Dedent),
        Press::Char(_) | Press::Ctrl(_) | Press::Named(_) => None,
    }
}

fn object_of(key: char) -> Option<TextObject> {
    match key {
        'w' => Some(TextObject::Word),
        'W' => Some(TextObject::LongWord),
        '"' | '\'' | '`' => Some(TextObject::Quoted(key)),
        '(' | ')' | 'b' => Some(TextObject::Bracket('(')),
        '[' | ']' => Some(TextObject::Bracket('[')),
        '{' | '}' | 'B' => Some(TextObject::Bracket('{')),
        'p' => Some(TextObject::Paragraph),
        's' => Some(TextObject::Statement),
        _ => None,
    }
}

fn motion_of(press: Press) -> Option<Motion> {
    use Direction::{Backward, Forward};
    Some(match press {
        Press::Char('h') | Press::Named(Key::Left) => Motion::Left,
        Press::Char('l') | Press::Named(Key::Right) => Motion::Right,
        Press::Char(' ') => Motion::Character(Forward),
        Press::Named(Key::Backspace) => Motion::Character(Backward),
        Press::Char('j') | Press::Named(Key::Down) => Motion::Down,
        Press::Char('k') | Press::Named(Key::Up) => Motion::Up,
        Press::Char('0') | Press::Named(Key::Home) => Motion::LineStart,
        Press::Char('^') => Motion::FirstText,
        Press::Char('$') | Press::Named(Key::End) => Motion::LineEnd,
        Press::Char('|') => Motion::Column,
        Press::Char('+') | Press::Named(Key::Enter) => Motion::NextLineText,
        Press::Char('-') => Motion::PreviousLineText,
        Press::Char('_') => Motion::ThisLineText,
        Press::Char('w') => Motion::Word(WordSize::Short, Forward),
        Press::Char('W') => Motion::Word(WordSize::Long, Forward),
        Press::Char('b') => Motion::Word(WordSize::Short, Backward),
        Press::Char('B') => Motion::Word(WordSize::Long, Backward),
        Press::Char('e') => Motion::WordEnd(WordSize::Short, Forward),
        Press::Char('E') => Motion::WordEnd(WordSize::Long, Forward),
        Press::Char('G') => Motion::ToLine(Forward),
        Press::Char(';') => Motion::FindAgain(Forward),
        Press::Char(',') => Motion::FindAgain(Backward),
        Press::Char('%') => Motion::MatchingBracket,
        Press::Char('{') => Motion::Paragraph(Backward),
        Press::Char('}') => Motion::Paragraph(Forward),
        Press::Char('(') => Motion::Statement(Backward),
        Press::Char(')') => Motion::Statement(Forward),
        Press::Char('H') => Motion::Screen(ScreenRow::Top),
        Press::Char('M') => Motion::Screen(ScreenRow::Middle),
        Press::Char('L') => Motion::Screen(ScreenRow::Bottom),
        Press::Char('n') => Motion::SearchAgain(Forward),
        Press::Char('N') => Motion::SearchAgain(Backward),
        Press::Char('*') => Motion::WordAtCursor(Forward),
        Press::Char('#') => Motion::WordAtCursor(Backward),
        Press::Ctrl('d') => Motion::HalfPage(Forward),
        Press::Ctrl('u') => Motion::HalfPage(Backward),
        Press::Ctrl('f') | Press::Named(Key::PageDown) => Motion::Page(Forward),
        Press::Ctrl('b') | Press::Named(Key::PageUp) => Motion::Page(Backward),
        Press::Char(_) | Press::Ctrl(_) | Press::Named(_) => return None,
    })
}
