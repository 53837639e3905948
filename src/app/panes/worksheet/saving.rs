//! When worksheets are saved: tabs at once, texts at a pause of typing or when the user leaves them, positions at a longer pause.

use std::time::Duration;

use crate::app::effect::Effect;
use crate::app::panes::PaneContext;
use crate::domain::limits::{POSITION_PAUSE, TEXT_PAUSE, TEXT_PAUSE_MOST};
use crate::domain::protocol::{StorageCmd, WorksheetSet};

use super::{Worksheet, Worksheets};

/// When texts were changed that are not saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnsavedText {
    first: Duration,
    last: Duration,
}

impl UnsavedText {
    /// Returns when the texts are to be saved: after a pause, and while typing goes on some time after the first change.
    fn due(self) -> Duration {
        self.last.saturating_add(TEXT_PAUSE).min(self.first.saturating_add(TEXT_PAUSE_MOST))
    }
}

impl Worksheets {
    /// Saves what is to be saved now, unless a save is under way.
    pub fn save(&mut self, cx: &mut PaneContext<'_>) {
        self.record_edit(cx);
        let is_due = self.must_save || self.unsaved_text.is_some_and(|text| text.due() <= cx.context.now);
        if is_due && !self.profile.as_ref().is_some_and(|profile| self.saving.contains(profile)) {
            self.send(cx);
        }
    }

    /// Records when a text was changed. Wakes up when that is to be saved.
    fn record_edit(&mut self, cx: &mut PaneContext<'_>) {
        if !std::mem::take(&mut self.is_dirty) {
            return;
        }
        let now = cx.context.now;
        if self.unsaved_text.is_none() {
            cx.effect(Effect::Wake(TEXT_PAUSE));
        }
        let first = self.unsaved_text.map_or(now, |text| text.first);
        self.unsaved_text = Some(UnsavedText { first, last: now });
    }

    /// Records that a key may have moved the cursor or the front tab. The position is saved at the next pause.
    pub fn on_moved(&mut self, cx: &mut PaneContext<'_>) {
        if self.moved_at.is_none() {
            cx.effect(Effect::Wake(POSITION_PAUSE));
        }
        self.moved_at = Some(cx.context.now);
    }

    /// Saves texts and positions whose pause is over.
    pub fn on_clock(&mut self, cx: &mut PaneContext<'_>) {
        let moved = self.moved_at.map(|moved_at| moved_at.saturating_add(POSITION_PAUSE));
        let now = cx.context.now;
        self.must_save |= moved.is_some_and(|due| due <= now);
        let dues = [moved, self.unsaved_text.map(UnsavedText::due)];
        let waits = dues.into_iter().flatten().filter_map(|due| due.checked_sub(now)).filter(|wait| !wait.is_zero());
        if let Some(wait) = waits.min() {
            cx.effect(Effect::Wake(wait));
        }
        self.check_at_pause(cx);
        self.save(cx);
    }

    /// Saves all that is not saved: when the user leaves the worksheets, and before a statement is sent.
    pub fn save_all(&mut self, cx: &mut PaneContext<'_>) {
        self.must_save |= self.has_changes();
        self.save(cx);
    }

    /// Makes changes of the text in front due, because another worksheet comes to the front.
    pub(super) fn leave_text(&mut self) {
        self.must_save |= self.has_unsaved_text();
    }

    /// Returns whether something is not saved, apart from a save that is under way.
    #[must_use]
    pub fn has_changes(&self) -> bool {
        self.must_save || self.has_unsaved_text() || self.moved_at.is_some()
    }

    fn has_unsaved_text(&self) -> bool {
        self.is_dirty || self.unsaved_text.is_some()
    }

    /// Returns all worksheets in the form in which they are saved.
    #[must_use]
    pub fn saved(&self) -> WorksheetSet {
        let all = |sheets: &[Worksheet]| sheets.iter().map(Worksheet::saved).collect();
        WorksheetSet { open: all(&self.sheets), front: self.front, closed: all(&self.closed) }
    }

    /// Sends a save, also while another one is under way.
    pub(super) fn send(&mut self, cx: &mut PaneContext<'_>) {
        if let Some(profile) = self.profile.clone() {
            self.forget_changes();
            self.saving.insert(profile.clone());
            let worksheets = self.saved();
            cx.effect(Effect::Storage(StorageCmd::SaveWorksheets { profile, worksheets }));
        }
    }

    /// Forgets what is not saved, because it is sent, or because other worksheets have replaced it.
    pub(super) fn forget_changes(&mut self) {
        (self.is_dirty, self.must_save, self.unsaved_text, self.moved_at) = (false, false, None, None);
    }
}
