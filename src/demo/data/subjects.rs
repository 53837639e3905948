//! One subject of a demo study: recruitment, forms, values with their audit and clarification threads.
//!
//! The planted findings of the clinical tables are marked with the word *Planted*.

use super::chance::Chance;
use super::design::{Activity, Design, Part, StudyFacts, adverse_event};
use super::generate::{House, T0, Volunteer};
use super::labs;
use super::moment::Moment;
use super::questions::FORMS;
use super::rows::{Writer, v};
use super::values::{Answer, answer, audit, clarification, saving};

/// Open threads whose item is hidden.
const HIDDEN_THREADS: u32 = 6;
/// The complete form, counted from 0, that has no values.
const EMPTY_FORM: u32 = 7;
/// Values that their code list does not know.
const UNLISTED_VALUES: u32 = 2;

/// Counts what is planted once over all studies of a database.
pub(super) struct Recruits {
    hidden_threads: u32,
    complete_forms: u32,
    unlisted_values: u32,
}

/// The study a subject takes part in: the house, the design, the study, and its sites (site, study site).
pub(super) type Setting<'a> = (&'a House, &'a Design, StudyFacts, &'a [(i64, i64)]);

/// One subject while its rows are written.
pub(super) struct Participation {
    /// The day that its times count from: the day before the dose's hour.
    start: Moment,
    pub(super) volunteer: Volunteer,
    pub(super) place: i64,
    subject: i64,
    screening: i64,
    treatment: Option<i64>,
    pub(super) arm: &'static str,
}

/// One form while its rows are written.
pub(super) struct Filled<'a> {
    pub(super) form_data: i64,
    pub(super) group_data: i64,
    pub(super) collected: Moment,
    pub(super) is_canceled: bool,
    pub(super) part: Part,
    pub(super) has_compound: bool,
    pub(super) content: Content,
    pub(super) setting: Setting<'a>,
}

/// Whether a form has values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    /// Nobody saved it.
    Unsaved,
    Saved,
    /// It was saved, and its current values are gone all the same.
    Emptied,
}

impl Recruits {
    pub(super) fn new() -> Self {
        Self { hidden_threads: 0, complete_forms: 0, unlisted_values: 0 }
    }

    /// Writes everything of one subject; `place` counts within the study from 0.
    pub(super) fn enrol(
        &mut self,
        writer: &mut Writer<'_, '_>,
        chance: &mut Chance,
        setting: Setting<'_>,
        (place, volunteer): (i64, Volunteer),
    ) {
        let (_, design, ..) = setting;
        let participation = participate(writer, chance, setting, (place, volunteer));
        let mut due: Vec<(Activity, Option<i64>)> = design
            .schedule
            .iter()
            .filter(|(activity, _)| activity.part == Part::Screening || participation.treatment.is_some())
            .map(|(activity, id)| (*activity, Some(*id)))
            .collect();
        if participation.treatment.is_some() && chance.happens(500) {
            for _ in 0..chance.between(1, 2) {
                due.push((adverse_event(chance.between(3600, 200_000)), None));
            }
        }
        let mut repeats = 0;
        for (activity, scheduled) in due {
            repeats += i64::from(scheduled.is_none());
            let repeat = if scheduled.is_none() { repeats } else { 1 };
            self.form(writer, chance, setting, (&participation, activity, scheduled, repeat));
        }
    }

    fn form(
        &mut self,
        writer: &mut Writer<'_, '_>,
        chance: &mut Chance,
        setting: Setting<'_>,
        (who, activity, scheduled, repeat): (&Participation, Activity, Option<i64>, i64),
    ) {
        let (house, design, study, _) = setting;
        let Some(form) = FORMS.iter().find(|form| form.oid == activity.form) else { return };
        let base = match activity.part {
            Part::Screening => who.start.plus_days(-9),
            Part::Dose => who.start.plus(3600),
            Part::DayTwo => who.start.plus(3600).plus_days(1),
        };
        let due_at = base.plus(activity.offset);
        let collected = due_at.plus(chance.normal(60, 200));
        let (is_saved, is_canceled) = (!chance.happens(30), chance.happens(20));
        let status = if is_saved { "Complete" } else { "Unsaved" };
        let device = matches!(form.oid, "F.VS" | "F.EG").then(|| format!("DEV{:03}", chance.between(1, 6)));
        let assignment = if activity.part == Part::Screening { Some(who.screening) } else { who.treatment };
        let fields = [
            ("subject_id", v(who.subject)),
            ("study_event_id", v(design.visits.get(activity.visit).copied())),
            ("form_id", v(design.forms.get(form.oid).copied())),
            ("scheduled_activity_id", v(scheduled)),
            ("cohort_assignment_id", v(assignment)),
            ("study_event_repeat_key", v(1_i64)),
            ("form_repeat_key", v(repeat)),
            ("scheduled_at", v(scheduled.map(|_| due_at.datetime()))),
            ("collection_time", v(is_saved.then(|| collected.datetime()))),
            ("status", v(status)),
            ("canceled", v(is_canceled)),
            ("locked", v(study.is_complete)),
            ("device_barcode", v(device)),
        ];
        let form_data = writer.add("form_data", fields);
        let content = match (is_saved, self.complete_forms) {
            (false, _) => Content::Unsaved,
            (true, EMPTY_FORM) => Content::Emptied,
            (true, _) => Content::Saved,
        };
        self.complete_forms += u32::from(is_saved);
        let filled = Filled {
            form_data,
            group_data: writer.next_id("item_group_data"),
            collected,
            is_canceled,
            part: activity.part,
            has_compound: who.arm == "A",
            content,
            setting,
        };
        let answers: Vec<Answer> = form.items.iter().map(|item| answer(chance, &filled, who, item)).collect();
        let reviewer = (!chance.happens(400)).then(|| chance.one_of(&house.users));
        let fields = [
            ("form_data_id", v(form_data)),
            ("item_group_id", v(design.groups.get(form.oid).copied())),
            ("item_group_repeat_key", v(1_i64)),
            ("status", v(status)),
            ("canceled", v(is_canceled)),
            ("locked", v(false)),
            ("out_of_range", v(answers.iter().any(|answer| answer.is_out_of_range))),
            ("reviewed_by_user_id", v(reviewer)),
            ("reviewed_at", v(reviewer.map(|_| collected.plus_days(chance.between(1, 14)).datetime3()))),
        ];
        writer.add("item_group_data", fields);
        for answer in answers {
            self.item(writer, chance, &filled, answer);
        }
        if is_saved && form.oid == "F.LB" {
            labs::orders(writer, chance, house, &filled);
        }
        if is_saved && form.oid == "F.PK" {
            labs::samples(writer, chance, (house, design), &filled);
        }
    }

    fn item(&mut self, writer: &mut Writer<'_, '_>, chance: &mut Chance, filled: &Filled<'_>, answer: Answer) {
        let (_, design, study, _) = filled.setting;
        let Answer { item, value, is_out_of_range, thread } = answer;
        let text = value.print();
        let is_given = text.is_some();
        let is_nonconformant = is_out_of_range && chance.happens(500);
        // Planted: the first open threads lie on items that the application no longer shows.
        let is_thread_hidden = thread.is_some_and(|status| status != "Closed") && self.hidden_threads < HIDDEN_THREADS;
        self.hidden_threads += u32::from(is_thread_hidden);
        let is_hidden = chance.happens(10) || is_thread_hidden;
        // Planted: a value outside its code list, and a complete form without values; the audit keeps what was there.
        let is_unlisted = item.field == "LBFAST" && is_given && self.unlisted_values < UNLISTED_VALUES;
        self.unlisted_values += u32::from(is_unlisted);
        let current = match &text {
            _ if filled.content == Content::Emptied => None,
            Some(_) if is_unlisted => Some("U".to_owned()),
            given => given.clone(),
        };
        let saving = saving(chance, filled, &value);
        let last_saved = saving.correction.as_ref().map_or(saving.entered, |correction| correction.at);
        let last_user = saving.correction.as_ref().map_or(saving.user, |correction| correction.user);
        let complaint = format!("{} outside limits", item.field);
        let status = match (is_given, is_nonconformant) {
            (false, _) => "Unsaved",
            (true, true) => "Nonconformant",
            (true, false) => "Complete",
        };
        let excuse = (is_out_of_range && !is_nonconformant).then_some("Repeat taken, within limits");
        let fields = [
            ("item_group_data_id", v(filled.group_data)),
            ("item_id", v(design.items.get(item.field).copied())),
            ("value", v(current)),
            ("measurement_unit_id", v(if is_given { item.unit_in(design) } else { None })),
            ("status", v(status)),
            ("out_of_range", v(is_out_of_range)),
            ("nonconformant_message", v(is_nonconformant.then_some(complaint))),
            ("annotation", v(excuse)),
            ("canceled", v(filled.is_canceled)),
            ("locked", v(study.is_complete)),
            ("hidden", v(is_hidden)),
            ("transaction_time", v(is_given.then(|| last_saved.datetime3()))),
            ("updated_by_user_id", v(is_given.then_some(last_user))),
        ];
        let id = writer.add("item_data", fields);
        if let Some(text) = text {
            audit(writer, (id, text, saving));
        }
        if let Some(status) = thread {
            clarification(writer, chance, filled, (id, status));
        }
    }
}

/// Writes the date of a volunteer who did not become a subject; half of those who might have one do.
pub(super) fn visit_without_subject(
    writer: &mut Writer<'_, '_>,
    chance: &mut Chance,
    (study, places): (StudyFacts, &[(i64, i64)]),
    (place, volunteer): (i64, Volunteer),
) {
    if chance.happens(500) {
        let last = if study.is_complete { "Cancelled" } else { "Booked" };
        let status = chance.one_of(&["Attended", "Cancelled", "NoShow", last]);
        let at = T0.plus_days(study.index * 40 + chance.between(-9, 30));
        let study_site = places.iter().find(|(site, _)| *site == volunteer.site).map(|(_, id)| *id);
        appointment(writer, (volunteer, study_site), (format!("B{}{place:03}1", study.index), at, status));
    }
}

fn appointment(
    writer: &mut Writer<'_, '_>,
    (volunteer, study_site): (Volunteer, Option<i64>),
    (number, at, status): (String, Moment, &'static str),
) {
    let fields = [
        ("volunteer_id", v(volunteer.id)),
        ("study_site_id", v(study_site)),
        ("appointment_number", v(number)),
        ("starts_at", v(at.datetime())),
        ("status", v(status)),
        ("created_at", v(at.plus_days(-15).datetime3())),
    ];
    writer.add("appointment", fields);
}

/// Writes appointments, the subject, and its places in cohorts.
fn participate(
    writer: &mut Writer<'_, '_>,
    chance: &mut Chance,
    (_, design, study, places): Setting<'_>,
    (place, volunteer): (i64, Volunteer),
) -> Participation {
    let start = T0.plus_days(study.index * 40 + place / 4 * 3);
    let is_randomized = place < study.subjects * 7 / 10;
    let (series, number) = (study.index + 1, place + 1);
    let study_site = places.iter().find(|(site, _)| *site == volunteer.site).map(|(_, id)| *id);
    let attempts = chance.one_of(&[1_i64, 1, 2]);
    for attempt in 1..=attempts {
        // Who became a subject came at last.
        let status = if attempt == attempts { "Attended" } else { chance.one_of(&["Cancelled", "NoShow"]) };
        let at = start.plus_days(attempt - attempts - 9);
        let number = format!("A{}{place:03}{attempt}", study.index);
        appointment(writer, (volunteer, study_site), (number, at, status));
    }
    let status = match (study.is_complete, is_randomized) {
        (true, true) => "Completed",
        (false, true) => chance.one_of(&["Active", "Active", "Active", "Withdrawn", "Terminated"]),
        (_, false) => "Terminated",
    };
    let screening_number = format!("S{series}{number:03}");
    let randomization_number = format!("R{series}{number:03}");
    let fields = [
        ("study_site_id", v(study_site)),
        ("volunteer_id", v(volunteer.id)),
        ("screening_number", v(screening_number.clone())),
        ("lead_in_number", v(is_randomized.then(|| format!("L{number:03}")))),
        ("randomization_number", v(is_randomized.then(|| randomization_number.clone()))),
        ("status", v(status)),
        ("eligibility", v(if is_randomized { "Eligible" } else { "Ineligible" })),
        ("enrolled_at", v(start.plus_days(-9).datetime3())),
        ("locked", v(study.is_complete)),
    ];
    let subject = writer.add("subject", fields);
    let [screening_cohort, first, second] = design.cohorts;
    let [screening_plan, dosing_plan] = design.plans;
    let fields = [
        ("cohort_id", v(screening_cohort)),
        ("activity_plan_id", v(screening_plan)),
        ("subject_id", v(subject)),
        ("assigned_number", v(screening_number)),
        ("plan_activated_at", v(start.plus_days(-12).datetime3())),
        ("volunteer_activated_at", v(start.plus_days(-9).datetime3())),
        ("alternate", v(false)),
    ];
    let screening = writer.add("cohort_assignment", fields);
    let treatment = is_randomized.then(|| {
        let fields = [
            ("cohort_id", v(if place % 2 == 1 { first } else { second })),
            ("activity_plan_id", v(dosing_plan)),
            ("subject_id", v(subject)),
            ("assigned_number", v(randomization_number)),
            ("plan_activated_at", v(start.plus_days(-1).datetime3())),
            ("volunteer_activated_at", v(start.datetime3())),
            ("reference_at", v(start.plus(3600).datetime())),
            ("alternate", v(false)),
        ];
        writer.add("cohort_assignment", fields)
    });
    let arm = chance.one_of(&["A", "A", "P"]);
    Participation { start, volunteer, place, subject, screening, treatment, arm }
}
