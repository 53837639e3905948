//! Puts the text of a register into the text, and joins lines.

use super::command::{JoinSpace, Operator, PutCursor, PutSide, Target};
use super::engine::Engine;
use super::region::{Region, RegionKind};
use super::register::{Register, RegisterKind, Taken};
use crate::domain::editing::change::TextChange;
use crate::domain::editing::position::TextPosition;
use crate::domain::editing::whole_lines::joined;

/// Bytes that one put may add to the text: a count can be large.
const MAX_PUT: usize = 1 << 20;

impl Engine<'_> {
    /// Puts the text of a register before or after the cursor.
    pub(super) fn put(&mut self, (side, rule): (PutSide, PutCursor), count: usize, name: Option<char>) {
        let Some(register) = self.register(name) else { return self.notice(empty_register(name)) };
        let Some(text) = self.repeated(&register, count) else { return };
        match register.kind {
            RegisterKind::Linewise => self.put_lines(&text, side, rule),
            RegisterKind::Characterwise => {
                let at = match side {
                    PutSide::Before => self.cursor,
                    PutSide::After => self.after_character(self.cursor),
                };
                self.put_characters(Region::characters(at, at), text, rule);
            }
        }
    }

    /// Returns the text of a register so many times.
    fn repeated(&mut self, register: &Register, count: usize) -> Option<String> {
        if register.text.len().saturating_add(1).saturating_mul(count) > MAX_PUT {
            self.notice(format!("the text is too large to put it {count} times"));
            return None;
        }
        let between = match register.kind {
            RegisterKind::Linewise => "\n",
            RegisterKind::Characterwise => "",
        };
        Some(vec![register.text.as_str(); count].join(between))
    }

    fn put_characters(&mut self, region: Region, text: String, rule: PutCursor) {
        let is_over_lines = text.contains('\n');
        let change = TextChange { from: region.from, to: region.to, text };
        let end = change.end();
        self.change(vec![change]);
        self.cursor = match rule {
            PutCursor::AfterText => end,
            PutCursor::OnText if is_over_lines => region.from,
            PutCursor::OnText => self.on_character(TextPosition::new(end.line, end.column.saturating_sub(1))),
        };
    }

    fn put_lines(&mut self, text: &str, side: PutSide, rule: PutCursor) {
        let line = self.cursor.line;
        let lines = text.matches('\n').count() + 1;
        let (change, first) = match side {
            PutSide::Before => (TextChange::insert(TextPosition::new(line, 0), format!("{text}\n")), line),
            PutSide::After => {
                let end = TextPosition::new(line, self.text.length(line));
                (TextChange::insert(end, format!("\n{text}")), line + 1)
            }
        };
        self.change(vec![change]);
        self.cursor = match rule {
            PutCursor::OnText => self.first_text(first),
            PutCursor::AfterText if first + lines > self.text.last_line() => {
                TextPosition::new(self.text.last_line(), 0)
            }
            PutCursor::AfterText => TextPosition::new(first + lines, 0),
        };
    }

    /// Replaces the selection by the text of a register. After `p`, not after `P`, the register has the text that was selected.
    pub(super) fn put_over_selection(&mut self, (side, target): (PutSide, &Target), count: usize, name: Option<char>) {
        let Some(register) = self.register(name) else { return self.notice(empty_register(name)) };
        let Some(text) = self.repeated(&register, count) else { return };
        let Some(region) = self.take_region(Operator::Delete, target, None) else { return };
        if side == PutSide::After {
            let (selected, kind) = self.text_of(region);
            let taken =
                if region.is_over_lines() || kind == RegisterKind::Linewise { Taken::Large } else { Taken::Small };
            self.keep(None, selected, (kind, taken));
        }
        match (region.kind, register.kind) {
            (RegionKind::Characters, RegisterKind::Characterwise) => {
                self.put_characters(region, text, PutCursor::OnText);
            }
            (RegionKind::Characters, RegisterKind::Linewise) => {
                let change = TextChange { from: region.from, to: region.to, text: format!("\n{text}\n") };
                self.change(vec![change]);
                self.cursor = self.first_text(region.from.line + 1);
            }
            (RegionKind::Lines, _) => {
                let from = TextPosition::new(region.from.line, 0);
                let to = TextPosition::new(region.to.line, self.text.length(region.to.line));
                self.change(vec![TextChange { from, to, text }]);
                self.cursor = self.first_text(region.from.line);
            }
        }
    }

    /// Joins lines. A count beyond the end of the text means all lines that there are.
    pub(super) fn join(&mut self, (first, count): (usize, usize), space: JoinSpace) {
        let last = (first + count - 1).min(self.text.last_line());
        if last <= first {
            return;
        }
        let (text, column) = match space {
            JoinSpace::One => joined(self.text.lines(first, last)),
            JoinSpace::None => {
                let lines: Vec<&str> = self.text.lines(first, last).collect();
                let text = lines.concat();
                let column = text.chars().count() - lines.last().map_or(0, |line| line.chars().count());
                (text, column)
            }
        };
        let to = TextPosition::new(last, self.text.length(last));
        self.change(vec![TextChange { from: TextPosition::new(first, 0), to, text }]);
        self.cursor = TextPosition::new(first, column);
    }
}

fn empty_register(name: Option<char>) -> String {
    match name {
        Some('+' | '*') => "nothing was copied yet".to_owned(),
        Some(name) => format!("the register {name} is empty"),
        None => "nothing was deleted or copied yet".to_owned(),
    }
}
