//! An app around the vim machine: it applies the effects to a text with undo. `‸` is the cursor, `⏎` a line end.

use rrx::domain::editing::vim::{ExCommand, Handled, Register, Vim, VimEffect, VimText};
use rrx::domain::editing::{TextChange, TextPosition, apply};
use rrx::domain::keys::{Chord, Key};
use rrx::domain::sql::Dialect;

/// A text with undo, as an app keeps it.
#[derive(Default)]
pub struct App {
    pub vim: Vim,
    pub lines: Vec<String>,
    pub cursor: TextPosition,
    pub anchor: Option<TextPosition>,
    pub undo: Vec<(Vec<String>, TextPosition)>,
    pub redo: Vec<(Vec<String>, TextPosition)>,
    pub is_group_open: bool,
    pub is_group_saved: bool,
    pub paste: Option<Register>,
    pub commands: Vec<ExCommand>,
    pub others: Vec<VimEffect>,
}

impl App {
    pub fn new(marked: &str) -> Self {
        let (before, after) = marked.split_once('‸').expect("a cursor mark");
        let lines = format!("{before}{after}").split('⏎').map(str::to_owned).collect();
        let line = before.matches('⏎').count();
        let column = before.rsplit('⏎').next().unwrap_or_default().chars().count();
        Self { lines, cursor: TextPosition::new(line, column), ..Self::default() }
    }

    pub fn marked(&self) -> String {
        let mark = [TextChange::insert(self.cursor, "‸")];
        apply(&self.lines, &mark).join("⏎")
    }

    pub fn keys(&mut self, keys: &str) {
        for chord in chords(keys) {
            self.key(chord);
        }
    }

    pub fn key(&mut self, chord: Chord) -> Handled {
        let lines = self.lines.clone();
        let text = VimText {
            lines: &lines,
            cursor: self.cursor,
            anchor: self.anchor,
            top_line: 0,
            page_rows: 10,
            paste_register: self.paste.as_ref(),
            dialect: Dialect::default(),
        };
        let outcome = self.vim.key(chord, &text);
        outcome.effects.into_iter().for_each(|effect| self.apply(effect));
        outcome.handled
    }

    pub fn apply(&mut self, effect: VimEffect) {
        match effect {
            VimEffect::Change(changes) => {
                if !self.is_group_open || !self.is_group_saved {
                    let cursor = self.anchor.map_or(self.cursor, |anchor| anchor.min(self.cursor));
                    self.undo.push((self.lines.clone(), cursor));
                    self.redo.clear();
                    self.is_group_saved = true;
                }
                self.lines = apply(&self.lines, &changes);
            }
            VimEffect::MoveTo(to) => self.cursor = to,
            VimEffect::Select { anchor, cursor, .. } => (self.anchor, self.cursor) = (Some(anchor), cursor),
            VimEffect::Deselect => self.anchor = None,
            VimEffect::Undo(steps) => (0..steps).for_each(|_| {
                if let Some((lines, cursor)) = self.undo.pop() {
                    self.redo.push((std::mem::replace(&mut self.lines, lines), cursor));
                    self.cursor = Vim::cursor_on_character(&self.lines, cursor);
                }
            }),
            VimEffect::Redo(steps) => (0..steps).for_each(|_| {
                if let Some((lines, cursor)) = self.redo.pop() {
                    self.undo.push((std::mem::replace(&mut self.lines, lines), cursor));
                    self.cursor = Vim::cursor_on_character(&self.lines, cursor);
                }
            }),
            VimEffect::BeginUndoGroup => {
                assert!(!self.is_group_open, "groups are not nested");
                (self.is_group_open, self.is_group_saved) = (true, false);
            }
            VimEffect::EndUndoGroup => {
                assert!(self.is_group_open, "only an open group ends");
                self.is_group_open = false;
            }
            VimEffect::SetPasteRegister(register) => self.paste = Some(register),
            VimEffect::Command(command) => self.commands.push(command),
            VimEffect::Highlight(_) | VimEffect::Scroll(_) | VimEffect::ShowDocs | VimEffect::Notice(_) => {
                self.others.push(effect);
            }
        }
    }

    pub fn notices(&self) -> Vec<&str> {
        self.others
            .iter()
            .filter_map(|effect| match effect {
                VimEffect::Notice(text) => Some(text.as_str()),
                _ => None,
            })
            .collect()
    }
}

/// Reads keys as Vim's documentation writes them: `dw<Esc>`.
pub fn chords(keys: &str) -> Vec<Chord> {
    let mut chords = Vec::new();
    let mut rest = keys;
    while let Some(first) = rest.chars().next() {
        let named = rest.strip_prefix('<').and_then(|inside| inside.split_once('>'));
        let chord = named.and_then(|(name, after)| Some((chord_of(name)?, after)));
        let (chord, after) = chord.unwrap_or((Chord::plain(Key::Char(first)), &rest[first.len_utf8()..]));
        chords.push(chord);
        rest = after;
    }
    chords
}

fn chord_of(name: &str) -> Option<Chord> {
    if let Some(control) = name.strip_prefix("C-") {
        let key = Key::Char(control.chars().next()?);
        return Some(Chord { ctrl: true, ..Chord::plain(key) });
    }
    let key = match name {
        "Esc" => Key::Esc,
        "CR" => Key::Enter,
        "BS" => Key::Backspace,
        "Del" => Key::Delete,
        "Tab" => Key::Tab,
        "Space" => Key::Char(' '),
        "lt" => Key::Char('<'),
        "Left" => Key::Left,
        "Right" => Key::Right,
        "Up" => Key::Up,
        "Down" => Key::Down,
        "Home" => Key::Home,
        "End" => Key::End,
        "PageUp" => Key::PageUp,
        "PageDown" => Key::PageDown,
        _ => return None,
    };
    Some(Chord::plain(key))
}
