//! Writes the subjects of a study: appointments, enrolment, cohort assignments, and the forms that are due.

use super::demo_time::DemoTime;
use super::entities::{STUDY_START, SchedulePart, StudyContext, Subject, Volunteer};
use super::forms::{DueForm, PlantedFindings, write_form};
use super::generator::Generator;
use super::study_design::adverse_event;
use super::values::v;

/// Writes everything of one subject. `index` counts the subjects of the study from 0.
pub(super) fn write_subject(
    generator: &mut Generator<'_, '_>,
    planted: &mut PlantedFindings,
    context: &StudyContext<'_>,
    index: i64,
    volunteer: Volunteer,
) {
    let subject = enrol(generator, context, index, volunteer);
    let is_treated = subject.treatment.is_some();
    let mut due: Vec<DueForm> = context
        .design
        .schedule
        .iter()
        .filter(|(activity, _)| activity.part == SchedulePart::Screening || is_treated)
        .map(|(activity, id)| DueForm { activity: *activity, scheduled: Some(*id), repeat_key: 1 })
        .collect();
    if is_treated && generator.random.happens(500) {
        for repeat_key in 1..=generator.random.between(1, 2) {
            let activity = adverse_event(generator.random.between(3600, 200_000));
            due.push(DueForm { activity, scheduled: None, repeat_key });
        }
    }
    for form in &due {
        write_form(generator, planted, context, &subject, form);
    }
}

/// Writes an appointment of a volunteer who did not become a subject. Half of these volunteers have one.
pub(super) fn write_visit_without_subject(
    generator: &mut Generator<'_, '_>,
    context: &StudyContext<'_>,
    number: i64,
    volunteer: Volunteer,
) {
    let study = context.study;
    if generator.random.happens(500) {
        let last = if study.is_complete { "Cancelled" } else { "Booked" };
        let status = generator.random.one_of(&["Attended", "Cancelled", "NoShow", last]);
        let starts_at = STUDY_START.plus_days(study.index * 40 + generator.random.between(-9, 30));
        let number = format!("B{}{number:03}1", study.index);
        Appointment { volunteer, number, starts_at, status }.write(generator, context);
    }
}

struct Appointment {
    volunteer: Volunteer,
    number: String,
    starts_at: DemoTime,
    status: &'static str,
}

impl Appointment {
    fn write(self, generator: &mut Generator<'_, '_>, context: &StudyContext<'_>) {
        let fields = [
            ("volunteer_id", v(self.volunteer.id)),
            ("study_site_id", v(context.sites.of(self.volunteer))),
            ("appointment_number", v(self.number)),
            ("starts_at", v(self.starts_at.datetime())),
            ("status", v(self.status)),
            ("created_at", v(self.starts_at.plus_days(-15).datetime3())),
        ];
        generator.add("appointment", fields);
    }
}

/// Writes appointments, the subject, and its cohort assignments.
fn enrol(generator: &mut Generator<'_, '_>, context: &StudyContext<'_>, index: i64, volunteer: Volunteer) -> Subject {
    let (design, study) = (&context.design, context.study);
    let start = STUDY_START.plus_days(study.index * 40 + index / 4 * 3);
    let is_randomized = index < study.subjects * 7 / 10;
    let (series, number) = (study.index + 1, index + 1);
    let attempts = generator.random.one_of(&[1_i64, 1, 2]);
    for attempt in 1..=attempts {
        // Someone who became a subject attended the last appointment.
        let status = if attempt == attempts { "Attended" } else { generator.random.one_of(&["Cancelled", "NoShow"]) };
        let starts_at = start.plus_days(attempt - attempts - 9);
        let number = format!("A{}{index:03}{attempt}", study.index);
        Appointment { volunteer, number, starts_at, status }.write(generator, context);
    }
    let status = match (study.is_complete, is_randomized) {
        (true, true) => "Completed",
        (false, true) => generator.random.one_of(&["Active", "Active", "Active", "Withdrawn", "Terminated"]),
        (_, false) => "Terminated",
    };
    let screening_number = format!("S{series}{number:03}");
    let randomization_number = format!("R{series}{number:03}");
    let fields = [
        ("study_site_id", v(context.sites.of(volunteer))),
        ("volunteer_id", v(volunteer.id)),
        ("screening_number", v(screening_number.clone())),
        ("lead_in_number", v(is_randomized.then(|| format!("L{number:03}")))),
        ("randomization_number", v(is_randomized.then(|| randomization_number.clone()))),
        ("status", v(status)),
        ("eligibility", v(if is_randomized { "Eligible" } else { "Ineligible" })),
        ("enrolled_at", v(start.plus_days(-9).datetime3())),
        ("locked", v(study.is_complete)),
    ];
    let id = generator.add("subject", fields);
    let [screening_cohort, first, second] = design.cohorts;
    let [screening_plan, dosing_plan] = design.plans;
    let fields = [
        ("cohort_id", v(screening_cohort)),
        ("activity_plan_id", v(screening_plan)),
        ("subject_id", v(id)),
        ("assigned_number", v(screening_number)),
        ("plan_activated_at", v(start.plus_days(-12).datetime3())),
        ("volunteer_activated_at", v(start.plus_days(-9).datetime3())),
        ("alternate", v(false)),
    ];
    let screening = generator.add("cohort_assignment", fields);
    let treatment = is_randomized.then(|| {
        let fields = [
            ("cohort_id", v(if index % 2 == 1 { first } else { second })),
            ("activity_plan_id", v(dosing_plan)),
            ("subject_id", v(id)),
            ("assigned_number", v(randomization_number)),
            ("plan_activated_at", v(start.plus_days(-1).datetime3())),
            ("volunteer_activated_at", v(start.datetime3())),
            ("reference_at", v(start.plus(3600).datetime())),
            ("alternate", v(false)),
        ];
        generator.add("cohort_assignment", fields)
    });
    let arm = generator.random.one_of(&["A", "A", "P"]);
    Subject { id, volunteer, index, start, screening, treatment, arm }
}
