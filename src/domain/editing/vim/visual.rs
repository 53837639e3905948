//! Starts, extends and restores the selection of visual mode.

use super::command::{ObjectPart, TextObject};
use super::effect::VisualKind;
use super::engine::Engine;
use super::region::{Region, RegionKind};
use super::state::Mode;
use super::words::Walk;
use crate::domain::editing::position::TextPosition;

impl Engine<'_> {
    /// Starts visual mode, changes its kind, or ends it with the key that started it.
    pub(super) fn start_visual(&mut self, kind: VisualKind) {
        self.state.mode = match self.state.mode {
            Mode::Visual { kind: now, .. } if now == kind => return self.end_visual(),
            Mode::Visual { anchor, .. } => Mode::Visual { kind, anchor },
            Mode::Normal | Mode::Insert => Mode::Visual { kind, anchor: self.cursor },
        };
    }

    /// Selects what was selected before.
    pub(super) fn select_last(&mut self) {
        let Some(last) = self.state.last_visual else { return };
        self.end_visual();
        self.state.mode = Mode::Visual { kind: last.kind, anchor: self.text.clamped(last.anchor) };
        self.cursor = self.text.clamped(last.cursor);
    }

    pub(super) fn swap_ends(&mut self) {
        if let Mode::Visual { kind, anchor } = self.state.mode {
            self.state.mode = Mode::Visual { kind, anchor: self.cursor };
            self.cursor = anchor;
        }
    }

    /// Selects a text object. A selection of several characters is extended by the object after it, or around it.
    pub(super) fn select_object(&mut self, object: TextObject, part: ObjectPart, count: usize) {
        let Mode::Visual { anchor, kind } = self.state.mode else { return };
        let cursor = self.cursor;
        let mut found = self.object(object, part, count);
        // A paragraph of one line that is selected already is extended, too.
        let is_that_line = kind == VisualKind::Line
            && found.is_some_and(|region| region.kind == RegionKind::Lines && !region.is_over_lines());
        let is_new = anchor == cursor && !is_that_line;
        let is_bracket = matches!(object, TextObject::Bracket(_));
        if !is_new && is_bracket && found.is_some_and(|region| self.ends_of(region) == (anchor, cursor)) {
            found = self.object(object, part, count + 1);
        }
        if !is_new && !is_bracket {
            let mut walk = Walk::new(&self.text, cursor);
            walk.forward_over_end();
            self.cursor = walk.position();
            found = self.object(object, part, count);
            self.cursor = cursor;
        }
        let Some(region) = found else { return };
        let (from, to) = self.ends_of(region);
        let kind = match region.kind {
            RegionKind::Lines => VisualKind::Line,
            RegionKind::Characters => VisualKind::Character,
        };
        let anchor = if is_new || is_bracket { from } else { anchor };
        self.state.mode = Mode::Visual { kind, anchor };
        self.cursor = to;
    }

    /// Returns the first and the last character of a region.
    fn ends_of(&self, region: Region) -> (TextPosition, TextPosition) {
        if region.kind == RegionKind::Lines || region.to <= region.from {
            return (region.from, region.to.max(region.from));
        }
        let mut walk = Walk::new(&self.text, region.to);
        walk.back_over_end();
        (region.from, walk.position())
    }
}
