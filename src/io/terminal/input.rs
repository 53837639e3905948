//! Terminal input as chords, pastes and sizes. Key releases, mouse events and unknown keys are dropped.

use crossterm::event::{Event as Raw, EventStream, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use futures_util::StreamExt as _;

use crate::domain::keys::{Chord, Key};

/// An input event of the terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TerminalEvent {
    Key(Chord),
    /// The text of a bracketed paste.
    Paste(String),
    /// The new size in columns and rows.
    Resize(u16, u16),
}

/// The stream of input events. Drop it before anything else reads the terminal.
pub struct TerminalEvents {
    stream: EventStream,
}

impl std::fmt::Debug for TerminalEvents {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TerminalEvents")
    }
}

impl Default for TerminalEvents {
    fn default() -> Self {
        Self { stream: EventStream::new() }
    }
}

impl TerminalEvents {
    /// Waits for the next event; `None` if the terminal was closed.
    pub async fn next(&mut self) -> Option<TerminalEvent> {
        loop {
            match self.stream.next().await? {
                Ok(Raw::Key(key)) => {
                    if let Some(chord) = chord(key) {
                        return Some(TerminalEvent::Key(chord));
                    }
                }
                Ok(Raw::Paste(text)) => return Some(TerminalEvent::Paste(text)),
                Ok(Raw::Resize(width, height)) => return Some(TerminalEvent::Resize(width, height)),
                Ok(Raw::FocusGained | Raw::FocusLost | Raw::Mouse(_)) => {}
                Err(_) => return None,
            }
        }
    }
}

fn chord(event: KeyEvent) -> Option<Chord> {
    if event.kind == KeyEventKind::Release {
        return None;
    }
    let has = |modifier| event.modifiers.contains(modifier);
    let mut chord = Chord {
        key: Key::Esc,
        ctrl: has(KeyModifiers::CONTROL),
        alt: has(KeyModifiers::ALT),
        shift: has(KeyModifiers::SHIFT),
    };
    chord.key = match event.code {
        // A line feed. A terminal without bracketed paste sends it for the line breaks of a paste.
        KeyCode::Char('j') if chord.ctrl && !chord.alt => {
            chord.ctrl = false;
            Key::Enter
        }
        KeyCode::Char(c) => {
            chord.shift = false;
            // With Caps Lock, Ctrl-R arrives as Ctrl and an upper-case R.
            Key::Char(if chord.ctrl { c.to_ascii_lowercase() } else { c })
        }
        KeyCode::BackTab => {
            chord.shift = true;
            Key::Tab
        }
        KeyCode::Enter => Key::Enter,
        KeyCode::Tab => Key::Tab,
        KeyCode::Esc => Key::Esc,
        KeyCode::Backspace => Key::Backspace,
        KeyCode::Delete => Key::Delete,
        KeyCode::Insert => Key::Insert,
        KeyCode::Up => Key::Up,
        KeyCode::Down => Key::Down,
        KeyCode::Left => Key::Left,
        KeyCode::Right => Key::Right,
        KeyCode::Home => Key::Home,
        KeyCode::End => Key::End,
        KeyCode::PageUp => Key::PageUp,
        KeyCode::PageDown => Key::PageDown,
        KeyCode::F(n) => Key::F(n),
        _ => return None,
    };
    Some(chord)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shift_is_part_of_a_letter_and_a_modifier_of_tab() {
        let key = |code, modifiers| chord(KeyEvent::new(code, modifiers)).map(|chord| chord.to_string());
        assert_eq!(key(KeyCode::Char('G'), KeyModifiers::SHIFT).as_deref(), Some("G"));
        assert_eq!(key(KeyCode::BackTab, KeyModifiers::SHIFT).as_deref(), Some("shift-tab"));
        assert_eq!(key(KeyCode::Char('R'), KeyModifiers::CONTROL).as_deref(), Some("ctrl-r"));
        assert_eq!(key(KeyCode::Char('j'), KeyModifiers::CONTROL).as_deref(), Some("enter"));
    }
}
