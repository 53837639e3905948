//! The line below the text: `:` commands and searches.

use super::command::{Command, Pending, Target};
use super::effect::Handled;
use super::engine::Engine;
use super::mode::{PromptKind, VimPrompt};
use super::motion::{Direction, Motion, SearchMotion};
use super::search::search_pattern;
use super::state::Mode;
use crate::domain::editing::find::FindCase;
use crate::domain::editing::position::{byte_of_column, split_at_column};
use crate::domain::keys::{Chord, Key};

/// Lines that the history keeps.
const MAX_HISTORY: usize = 100;

impl VimPrompt {
    /// Inserts a text at the cursor. Line ends become spaces.
    pub(super) fn insert(&mut self, text: &str) {
        let at = byte_of_column(&self.text, self.cursor);
        let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        self.text.insert_str(at, &text);
        self.cursor += text.chars().count();
    }

    /// Deletes the characters from a column up to another one.
    fn delete(&mut self, from: usize, to: usize) {
        let (before, after) = (split_at_column(&self.text, from).0, split_at_column(&self.text, to).1);
        self.text = format!("{before}{after}");
        self.cursor = from;
    }

    fn set(&mut self, text: &str) {
        text.clone_into(&mut self.text);
        self.cursor = text.chars().count();
    }
}

impl Engine<'_> {
    /// Opens the line. A search keeps the operator that waits for it.
    pub(super) fn open_prompt(&mut self, kind: PromptKind, pending: Pending) {
        let mut text = String::new();
        self.state.history_back = 0;
        match (kind, self.state.mode) {
            (PromptKind::Command, Mode::Visual { .. }) => {
                self.end_visual();
                text.push_str("'<,'>");
            }
            (PromptKind::Command, Mode::Normal | Mode::Insert) => match pending.count {
                Some(1) => text.push('.'),
                Some(count) => text = format!(".,.+{}", count.saturating_sub(1)),
                None => {}
            },
            (PromptKind::SearchForward | PromptKind::SearchBackward, _) => self.state.pending = pending,
        }
        let cursor = text.chars().count();
        self.state.prompt = Some(VimPrompt { kind, text, cursor });
    }

    /// Handles a key while the line is open.
    pub(super) fn prompt_key(&mut self, chord: Chord) -> Handled {
        let Some(mut prompt) = self.state.prompt.take() else { return Handled::No };
        let (cursor, length) = (prompt.cursor, prompt.text.chars().count());
        match (chord.key, chord.ctrl) {
            _ if chord.alt => {
                self.state.prompt = Some(prompt);
                return Handled::No;
            }
            (Key::Esc, _) | (Key::Char('['), true) => return self.close_prompt(),
            (Key::Enter, _) | (Key::Char('j' | 'm'), true) => {
                self.submit(prompt.kind, &prompt.text);
                return Handled::Yes;
            }
            (Key::Backspace, _) | (Key::Char('h'), true) if length == 0 => return self.close_prompt(),
            (Key::Backspace, _) | (Key::Char('h'), true) => prompt.delete(cursor.saturating_sub(1), cursor),
            (Key::Delete, _) => prompt.delete(cursor, cursor + 1),
            (Key::Char('u'), true) => prompt.delete(0, cursor),
            (Key::Char('w'), true) => {
                let before = split_at_column(&prompt.text, cursor).0.trim_end();
                let kept = before.trim_end_matches(|c: char| c.is_alphanumeric() || c == '_');
                let kept = if kept.len() == before.len() {
                    before.char_indices().last().map_or("", |(at, _)| before.get(..at).unwrap_or_default())
                } else {
                    kept
                };
                let from = kept.chars().count();
                prompt.delete(from, cursor);
            }
            (Key::Left, _) => prompt.cursor = cursor.saturating_sub(1),
            (Key::Right, _) => prompt.cursor = (cursor + 1).min(length),
            (Key::Home, _) | (Key::Char('b'), true) => prompt.cursor = 0,
            (Key::End, _) | (Key::Char('e'), true) => prompt.cursor = length,
            (Key::Up, _) => self.browse_history(&mut prompt, Direction::Backward),
            (Key::Down, _) => self.browse_history(&mut prompt, Direction::Forward),
            (Key::Char(character), false) => prompt.insert(&character.to_string()),
            (Key::Char(_) | Key::Tab | Key::Insert | Key::PageUp | Key::PageDown | Key::F(_), _) => {
                self.state.prompt = Some(prompt);
                return Handled::No;
            }
        }
        self.state.prompt = Some(prompt);
        Handled::Yes
    }

    fn close_prompt(&mut self) -> Handled {
        self.state.pending = Pending::default();
        Handled::Yes
    }

    fn browse_history(&mut self, prompt: &mut VimPrompt, direction: Direction) {
        let back = match direction {
            Direction::Backward => self.state.history_back + 1,
            Direction::Forward => self.state.history_back.saturating_sub(1),
        };
        let is_search = prompt.kind != PromptKind::Command;
        let mut lines = self.state.history.iter().rev().filter(|(kind, _)| (*kind != PromptKind::Command) == is_search);
        match back.checked_sub(1).map(|steps| lines.nth(steps)) {
            Some(Some((_, line))) => {
                prompt.set(line);
                self.state.history_back = back;
            }
            Some(None) => {}
            None => {
                prompt.set("");
                self.state.history_back = 0;
            }
        }
    }

    fn submit(&mut self, kind: PromptKind, text: &str) {
        let pending = std::mem::take(&mut self.state.pending);
        if !text.trim().is_empty() {
            self.state.history.retain(|line| *line != (kind, text.to_owned()));
            self.state.history.push((kind, text.to_owned()));
            let excess = self.state.history.len().saturating_sub(MAX_HISTORY);
            self.state.history.drain(..excess);
        }
        match kind {
            PromptKind::Command => self.run_line(text),
            PromptKind::SearchForward => self.submit_search(text, Direction::Forward, pending),
            PromptKind::SearchBackward => self.submit_search(text, Direction::Backward, pending),
        }
    }

    /// Searches for the typed text; without one, for that of the last search.
    fn submit_search(&mut self, text: &str, direction: Direction, pending: Pending) {
        let pattern = match (text, &self.state.last_search) {
            // `//` repeats too.
            ("" | "/" | "?", Some(last)) => last.pattern.clone(),
            ("", None) => return self.notice("there was no search yet"),
            (text, _) => match search_pattern(text, FindCase::Smart) {
                Ok(pattern) => pattern,
                Err(fault) => return self.notice(fault.to_string()),
            },
        };
        let motion = Motion::Search(SearchMotion { pattern, direction });
        let command = match pending.operator {
            Some(operator) => Command::Operate(operator, Target::Motion(motion)),
            None => Command::Move(motion),
        };
        self.execute(command, pending.total_count(), pending.register);
    }
}
