//! Generates the demo's rows, the same on every machine: the organisation and its volunteers first, then each study.
//!
//! Rows are streamed one by one, so the memory does not grow with the number of subjects.

use super::databases::{MAIN, REPORTING, TEST};
use super::entities::{STUDY_START, Study, StudyContext, StudySites};
use super::forms::PlantedFindings;
use super::generator::Generator;
use super::organisation::write_organisation;
use super::random::Random;
use super::reporting_rows::write_reporting_rows;
use super::study_design::write_design;
use super::subjects::{write_subject, write_visit_without_subject};
use super::values::{GeneratedRows, v};
use super::volunteers::write_volunteers;
use crate::demo::schema::{Database, DemoSchema};

/// Default number of subjects for each study of [`MAIN`].
pub const SUBJECTS: u32 = 60;
/// Subjects for each study of [`TEST`].
pub const TEST_SUBJECTS: u32 = 5;

const SEED: u64 = 20_240_601;

/// Passes every row of every database to `sink`, with `subjects` subjects for each of the three studies.
///
/// Rows of different tables alternate. A parent row comes before the rows that refer to it.
pub fn generate_rows(schema: &DemoSchema, subjects: u32, sink: &mut GeneratedRows<'_>) {
    for (name, subjects) in [(MAIN, subjects.max(1)), (TEST, TEST_SUBJECTS)] {
        if let Some(database) = schema.database(name) {
            write_study_database(database, i64::from(subjects), sink);
        }
    }
    if let Some(database) = schema.database(REPORTING) {
        write_reporting_rows(Generator::new(database, Random::new(SEED, REPORTING), sink));
    }
}

fn write_study_database(database: &Database, subjects: i64, sink: &mut GeneratedRows<'_>) {
    let mut generator = Generator::new(database, Random::new(SEED, &database.name), sink);
    let organisation = write_organisation(&mut generator);
    let volunteers = write_volunteers(&mut generator, &organisation, subjects * 5);
    let mut planted = PlantedFindings::default();
    for (index, (name, status)) in
        (0_i64..).zip([("XN-101-001", "Active"), ("XN-101-002", "Active"), ("QR-7-A", "Complete")])
    {
        let is_complete = status == "Complete";
        let id = write_study(&mut generator, index, name, status);
        let study = Study { id, index, is_complete, subjects };
        let sites = StudySites(organisation.sites.map(|site| {
            let fields = [
                ("study_id", v(id)),
                ("site_id", v(site)),
                ("location_oid", v(format!("LOC{site:02}"))),
                ("investigator_user_id", v(generator.random.one_of(&organisation.users))),
                ("recruiting", v(!is_complete)),
                ("recruitment_target", v(subjects)),
            ];
            (site, generator.add("study_site", fields))
        }));
        let design = write_design(&mut generator, &organisation, study);
        let context = StudyContext { organisation: &organisation, design, study, sites };
        let count = usize::try_from(subjects).unwrap_or(0);
        let first = count.saturating_mul(usize::try_from(index).unwrap_or(0));
        for (number, volunteer) in (0_i64..).zip(volunteers.iter().skip(first).take(count)) {
            write_subject(&mut generator, &mut planted, &context, number, *volunteer);
        }
        // Volunteers who are in no study are divided among the studies.
        let others = volunteers.iter().skip(count * 3).filter(|other| other.id % 3 == index);
        for (number, volunteer) in (0_i64..).zip(others) {
            write_visit_without_subject(&mut generator, &context, number, *volunteer);
        }
    }
    write_vacancies(&mut generator);
}

/// Writes places in a cohort without a subject. This is a planted finding.
fn write_vacancies(generator: &mut Generator<'_, '_>) {
    for number in 0..4 {
        let fields = [
            ("cohort_id", v(2_i64)),
            ("activity_plan_id", v(2_i64)),
            ("assigned_number", v(format!("R19{number:02}"))),
            ("plan_activated_at", v(STUDY_START.datetime3())),
            ("alternate", v(true)),
        ];
        generator.add("cohort_assignment", fields);
    }
}

fn write_study(generator: &mut Generator<'_, '_>, index: i64, name: &'static str, status: &'static str) -> i64 {
    let fields = [
        ("oid", v(format!("ST.{name}"))),
        ("name", v(name)),
        ("protocol_name", v(format!("{}P", name.replace('-', "")))),
        ("description", v("Synthetic study")),
        ("sponsor", v(format!("Sponsor {}", index + 1))),
        ("phase", v("1")),
        ("status", v(status)),
        ("locked", v(status == "Complete")),
        ("created_at", v(STUDY_START.plus_days(-120).datetime3())),
    ];
    generator.add("study", fields)
}
