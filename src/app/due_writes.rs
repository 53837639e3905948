//! Local writes that failed: the storage task keeps them, and the clock asks it to write them again. The header shows them.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::domain::limits::WRITE_PAUSES;
use crate::domain::protocol::{StorageCmd, UnsavedPart, UnsavedWorksheets};

use super::effect::Effect;

/// The writes that failed and are not made up for.
#[derive(Debug, Default)]
pub struct DueWrites {
    /// The profiles whose worksheets are not saved.
    worksheets: BTreeMap<String, UnsavedWorksheets>,
    /// The profiles with records that are not in the access log.
    records: BTreeSet<String>,
    /// The attempts since the first failure.
    attempts: usize,
    /// When the next attempt is made, if anything is due.
    next_at: Option<Duration>,
}

/// Whether a failure is to be reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    New,
    /// A write of the same kind has failed before and was reported.
    Known,
}

impl DueWrites {
    /// Returns a mark for the header, the longest first; nothing if nothing is due.
    #[must_use]
    pub fn marks(&self) -> &'static [&'static str] {
        if !self.worksheets.is_empty() && !self.records.is_empty() {
            &[" NOT SAVED, ACCESS LOG NOT WRITTEN ", " NOT SAVED, NO LOG ", " NOT SAVED ", "UNSAVED"]
        } else if !self.worksheets.is_empty() {
            &[" NOT SAVED ", "UNSAVED"]
        } else if !self.records.is_empty() {
            &[" ACCESS LOG NOT WRITTEN ", " LOG NOT WRITTEN ", "NO LOG"]
        } else {
            &[]
        }
    }

    /// Returns why texts are not saved, if there are any.
    #[must_use]
    pub fn unsaved_texts(&self) -> Option<&UnsavedWorksheets> {
        self.worksheets.values().find(|unsaved| unsaved.part == UnsavedPart::Texts)
    }

    /// Returns whether records of the access log are not written.
    #[must_use]
    pub fn has_records(&self) -> bool {
        !self.records.is_empty()
    }

    /// Returns why the worksheets of a profile are not saved.
    #[must_use]
    pub fn unsaved(&self, profile: &str) -> Option<&UnsavedWorksheets> {
        self.worksheets.get(profile)
    }

    /// Takes a failed save.
    pub(super) fn on_not_saved(&mut self, unsaved: UnsavedWorksheets, now: Duration) -> Failure {
        self.plan(now);
        let before = self.worksheets.insert(unsaved.profile.clone(), unsaved);
        if before.is_some() { Failure::Known } else { Failure::New }
    }

    /// Takes a save that succeeded. Returns whether one of the same profile had failed.
    pub(super) fn on_saved(&mut self, profile: &str) -> bool {
        let was_due = self.worksheets.remove(profile).is_some();
        self.end_if_empty();
        was_due
    }

    /// Takes a failed write to the access log.
    pub(super) fn on_not_recorded(&mut self, profile: String, now: Duration) -> Failure {
        self.plan(now);
        if self.records.insert(profile) { Failure::New } else { Failure::Known }
    }

    /// Takes the event that all records of a profile are written.
    pub(super) fn on_recorded(&mut self, profile: &str) {
        self.records.remove(profile);
        self.end_if_empty();
    }

    fn plan(&mut self, now: Duration) {
        self.next_at.get_or_insert(now.saturating_add(WRITE_PAUSES[0]));
    }

    fn end_if_empty(&mut self) {
        if self.worksheets.is_empty() && self.records.is_empty() {
            (self.attempts, self.next_at) = (0, None);
        }
    }

    /// Makes the next attempt due now.
    pub(super) fn hurry(&mut self, now: Duration) {
        self.next_at = self.next_at.map(|_| now);
    }

    /// Asks the storage task to write again what is due, when the pause is over. A profile whose worksheets are being saved
    /// waits for the answer.
    pub(super) fn on_clock(&mut self, now: Duration, saving: &mut BTreeSet<String>, effects: &mut Vec<Effect>) {
        let Some(next_at) = self.next_at else { return };
        if let Some(left) = next_at.checked_sub(now).filter(|left| !left.is_zero()) {
            effects.push(Effect::Wake(left));
            return;
        }
        let profiles: BTreeSet<&String> = self.worksheets.keys().chain(&self.records).collect();
        for profile in profiles {
            if saving.insert(profile.clone()) {
                effects.push(Effect::Storage(StorageCmd::WriteDue { profile: profile.clone() }));
            }
        }
        self.attempts = self.attempts.saturating_add(1);
        let pause = WRITE_PAUSES[self.attempts.min(WRITE_PAUSES.len() - 1)];
        self.next_at = Some(now.saturating_add(pause));
        effects.push(Effect::Wake(pause));
    }
}
