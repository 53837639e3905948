//! Writes filled forms with their values. Findings that are planted on purpose are marked with the word *Planted*.

use super::answers::FormAnswer;
use super::audit::ValueHistory;
use super::clarification::write_thread;
use super::entities::{Activity, FilledForm, FormContent, SchedulePart, StudyContext, Subject};
use super::generator::Generator;
use super::lab_orders::write_lab_orders;
use super::samples::write_samples;
use super::study_forms::FORMS;
use super::values::v;

/// How many open threads are on a hidden item.
const HIDDEN_THREADS: u32 = 6;
/// The complete form without values, counted from 0.
const EMPTY_FORM: u32 = 7;
/// How many values are not in their code list.
const UNLISTED_VALUES: u32 = 2;

/// Counts the findings that are planted a fixed number of times in a whole database.
#[derive(Default)]
pub(super) struct PlantedFindings {
    hidden_threads: u32,
    complete_forms: u32,
    unlisted_values: u32,
}

/// A form that a subject fills in.
pub(super) struct DueForm {
    pub(super) activity: Activity,
    /// The id of the scheduled activity; `None` for an adverse event, which is not scheduled.
    pub(super) scheduled: Option<i64>,
    /// Counts the repetitions of a form from 1.
    pub(super) repeat_key: i64,
}

/// Writes one filled form of a subject.
pub(super) fn write_form(
    generator: &mut Generator<'_, '_>,
    planted: &mut PlantedFindings,
    context: &StudyContext<'_>,
    subject: &Subject,
    due: &DueForm,
) {
    let DueForm { activity, scheduled, repeat_key } = *due;
    let Some(form) = FORMS.iter().find(|form| form.oid == activity.form) else { return };
    let base = match activity.part {
        SchedulePart::Screening => subject.start.plus_days(-9),
        SchedulePart::Dose => subject.start.plus(3600),
        SchedulePart::DayTwo => subject.start.plus(3600).plus_days(1),
    };
    let due_at = base.plus(activity.offset);
    let collected = due_at.plus(generator.random.normal(60, 200));
    let (is_saved, is_canceled) = (!generator.random.happens(30), generator.random.happens(20));
    let status = if is_saved { "Complete" } else { "Unsaved" };
    let device = matches!(form.oid, "F.VS" | "F.EG").then(|| format!("DEV{:03}", generator.random.between(1, 6)));
    let assignment = if activity.part == SchedulePart::Screening { Some(subject.screening) } else { subject.treatment };
    let fields = [
        ("subject_id", v(subject.id)),
        ("study_event_id", v(context.design.visits.get(activity.visit).copied())),
        ("form_id", v(context.design.forms.get(form.oid).copied())),
        ("scheduled_activity_id", v(scheduled)),
        ("cohort_assignment_id", v(assignment)),
        ("study_event_repeat_key", v(1_i64)),
        ("form_repeat_key", v(repeat_key)),
        ("scheduled_at", v(scheduled.map(|_| due_at.datetime()))),
        ("collection_time", v(is_saved.then(|| collected.datetime()))),
        ("status", v(status)),
        ("canceled", v(is_canceled)),
        ("locked", v(context.study.is_complete)),
        ("device_barcode", v(device)),
    ];
    let form_data = generator.add("form_data", fields);
    let content = match (is_saved, planted.complete_forms) {
        (false, _) => FormContent::Unsaved,
        (true, EMPTY_FORM) => FormContent::Emptied,
        (true, _) => FormContent::Saved,
    };
    planted.complete_forms += u32::from(is_saved);
    let filled = FilledForm {
        form_data,
        group_data: generator.next_id("item_group_data"),
        collected,
        is_canceled,
        part: activity.part,
        has_compound: subject.arm == "A",
        content,
        context,
    };
    let answers: Vec<FormAnswer> =
        form.items.iter().map(|item| FormAnswer::decide(&mut generator.random, &filled, subject, item)).collect();
    let reviewer = (!generator.random.happens(400)).then(|| generator.random.one_of(&context.organisation.users));
    let reviewed_at = reviewer.map(|_| collected.plus_days(generator.random.between(1, 14)).datetime3());
    let fields = [
        ("form_data_id", v(form_data)),
        ("item_group_id", v(context.design.groups.get(form.oid).copied())),
        ("item_group_repeat_key", v(1_i64)),
        ("status", v(status)),
        ("canceled", v(is_canceled)),
        ("locked", v(false)),
        ("out_of_range", v(answers.iter().any(|answer| answer.is_out_of_range))),
        ("reviewed_by_user_id", v(reviewer)),
        ("reviewed_at", v(reviewed_at)),
    ];
    generator.add("item_group_data", fields);
    for answer in answers {
        write_value(generator, planted, &filled, &answer);
    }
    if is_saved && form.oid == "F.LB" {
        write_lab_orders(generator, &filled);
    }
    if is_saved && form.oid == "F.PK" {
        write_samples(generator, &filled);
    }
}

/// Writes one value with its audit and its clarification thread.
fn write_value(
    generator: &mut Generator<'_, '_>,
    planted: &mut PlantedFindings,
    form: &FilledForm<'_>,
    answer: &FormAnswer,
) {
    let FormAnswer { item, value, is_out_of_range, thread } = answer;
    let is_out_of_range = *is_out_of_range;
    let text = value.print();
    let is_given = text.is_some();
    let is_nonconformant = is_out_of_range && generator.random.happens(500);
    // Planted: the first open threads are on items that the application no longer shows.
    let is_thread_hidden = thread.is_some_and(|status| status != "Closed") && planted.hidden_threads < HIDDEN_THREADS;
    planted.hidden_threads += u32::from(is_thread_hidden);
    let is_hidden = generator.random.happens(10) || is_thread_hidden;
    // Planted: values outside their code list, and a complete form without values. The audit keeps the original value.
    let is_unlisted = item.field == "LBFAST" && is_given && planted.unlisted_values < UNLISTED_VALUES;
    planted.unlisted_values += u32::from(is_unlisted);
    let current = match &text {
        _ if form.content == FormContent::Emptied => None,
        Some(_) if is_unlisted => Some("U".to_owned()),
        given => given.clone(),
    };
    let history = ValueHistory::decide(&mut generator.random, form, value);
    let (saved_at, saved_by) = history.last_saved();
    let complaint = format!("{} outside limits", item.field);
    let status = match (is_given, is_nonconformant) {
        (false, _) => "Unsaved",
        (true, true) => "Nonconformant",
        (true, false) => "Complete",
    };
    let annotation = (is_out_of_range && !is_nonconformant).then_some("Repeat taken, within limits");
    let design = &form.context.design;
    let fields = [
        ("item_group_data_id", v(form.group_data)),
        ("item_id", v(design.items.get(item.field).copied())),
        ("value", v(current)),
        ("measurement_unit_id", v(if is_given { item.unit_id(&design.units) } else { None })),
        ("status", v(status)),
        ("out_of_range", v(is_out_of_range)),
        ("nonconformant_message", v(is_nonconformant.then_some(complaint))),
        ("annotation", v(annotation)),
        ("canceled", v(form.is_canceled)),
        ("locked", v(form.context.study.is_complete)),
        ("hidden", v(is_hidden)),
        ("transaction_time", v(is_given.then(|| saved_at.datetime3()))),
        ("updated_by_user_id", v(is_given.then_some(saved_by))),
    ];
    let id = generator.add("item_data", fields);
    if let Some(text) = text {
        history.write(generator, id, text);
    }
    if let Some(status) = thread {
        write_thread(generator, form, id, status);
    }
}
