//! Writes audit rows: revisions, and the history of a collected value.

use super::answers::CollectedValue;
use super::demo_time::DemoTime;
use super::entities::FilledForm;
use super::generator::Generator;
use super::random::Random;
use super::values::v;

/// Writes a saved change and returns its id.
pub(super) fn write_revision(
    generator: &mut Generator<'_, '_>,
    at: DemoTime,
    user: i64,
    reason: Option<&'static str>,
) -> i64 {
    let fields = [
        ("created_at", v(at.datetime3())),
        ("application_user_id", v(user)),
        ("reason_for_change", v(reason)),
        ("client", v("browser")),
    ];
    generator.add("audit_revision", fields)
}

/// When a value was entered, by whom, and whether it was corrected afterwards.
pub(super) struct ValueHistory {
    entered: DemoTime,
    user: i64,
    correction: Option<Correction>,
}

/// A correction: the wrong value, and who changed it when and why.
struct Correction {
    mistyped: String,
    at: DemoTime,
    user: i64,
    reason: &'static str,
}

impl ValueHistory {
    /// Decides how a value was entered. Planted: a few values come days late, and some were mistyped first.
    pub(super) fn decide(random: &mut Random, form: &FilledForm<'_>, value: &CollectedValue) -> Self {
        let users = &form.context.organisation.users;
        let delay = if random.happens(5) { 86_400 * random.between(2, 9) } else { 0 };
        let entered = form.collected.plus(delay + random.between(5, 1800)).plus_millis(random.between(0, 999));
        let user = random.one_of(users);
        let mistyped = if random.happens(40) { value.mistyped(random.one_of(&[-9_i64, 9, 100])) } else { None };
        let correction = mistyped.map(|mistyped| Correction {
            mistyped,
            at: entered.plus(3600 * random.between(1, 90)),
            user: random.one_of(users),
            reason: random.one_of(&["Transcription error", "Data entry error", "Query resolution"]),
        });
        Self { entered, user, correction }
    }

    /// Returns when the value was saved last, and by whom.
    pub(super) fn last_saved(&self) -> (DemoTime, i64) {
        self.correction.as_ref().map_or((self.entered, self.user), |correction| (correction.at, correction.user))
    }

    /// Writes the audit rows of a value: the first entry, and the correction if there was one.
    pub(super) fn write(self, generator: &mut Generator<'_, '_>, item_data: i64, text: String) {
        let first = self.correction.as_ref().map_or_else(|| text.clone(), |correction| correction.mistyped.clone());
        let mut states = vec![(write_revision(generator, self.entered, self.user, None), first)];
        if let Some(Correction { at, user, reason, .. }) = self.correction {
            states.push((write_revision(generator, at, user, Some(reason)), text));
        }
        for (revision_type, (revision, value)) in (0_i64..).zip(states) {
            let fields = [
                ("id", v(item_data)),
                ("revision_id", v(revision)),
                ("revision_type", v(revision_type)),
                ("value", v(value)),
                ("status", v("Complete")),
                ("canceled", v(false)),
                ("locked", v(false)),
            ];
            generator.add("item_data_audit", fields);
        }
    }
}
