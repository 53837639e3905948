//! The demo's rows, the same on every machine: the house (people, sites, volunteers), then study after study.
//!
//! Shapes, proportions and planted findings follow the reference generator of the design. Streams row by row, so that
//! the memory it takes does not grow with the number of subjects.

use super::chance::Chance;
use super::design::{StudyFacts, design};
use super::moment::Moment;
use super::rows::{Sink, Value, Writer, v};
use super::subjects::{Recruits, visit_without_subject};
use super::{MAIN, REPORTING, TEST, edges};
use crate::demo::schema::{Database, DemoSchema};

/// Subjects for each study of the demo unless asked otherwise.
pub const SUBJECTS: u32 = 60;
/// Subjects for each study of the twin.
pub const TEST_SUBJECTS: u32 = 5;

const SEED: u64 = 20_240_601;

/// When the first study begins: 2024-03-04 08:00.
pub(super) const T0: Moment = Moment::day(19_786).plus(8 * 3600);

/// Gives every row of every database to `sink`, with `subjects` for each of the three studies.
///
/// Rows of different tables come in turn; a row's parents come before it.
pub fn rows(schema: &DemoSchema, subjects: u32, sink: &mut Sink<'_>) {
    for (name, subjects) in [(MAIN, subjects.max(1)), (TEST, TEST_SUBJECTS)] {
        if let Some(database) = schema.database(name) {
            clinical(database, i64::from(subjects), sink);
        }
    }
    if let Some(database) = schema.database(REPORTING) {
        edges::rows(database, Chance::new(SEED, REPORTING), sink);
    }
}

/// What all studies share.
pub(super) struct House {
    pub(super) sites: [i64; 2],
    pub(super) users: Vec<i64>,
    pub(super) unblinded_role: i64,
    pub(super) monitor_role: i64,
    pub(super) lab_tests: Vec<(i64, &'static LabTest)>,
}

/// A volunteer whom a study may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Volunteer {
    pub(super) id: i64,
    pub(super) site: i64,
    pub(super) is_male: bool,
    pub(super) born: Moment,
}

/// A laboratory test; the numbers are tenths.
pub(super) struct LabTest {
    pub(super) code: &'static str,
    name: &'static str,
    pub(super) panel: &'static str,
    pub(super) unit: &'static str,
    pub(super) low: i64,
    pub(super) high: i64,
    pub(super) mean: i64,
    pub(super) deviation: i64,
}

const fn lab(names: [&'static str; 4], [low, high, mean, deviation]: [i64; 4]) -> LabTest {
    let [code, name, panel, unit] = names;
    LabTest { code, name, panel, unit, low, high, mean, deviation }
}

static LAB_TESTS: [LabTest; 6] = [
    lab(["ALT", "Alanine Aminotransferase", "Chemistry", "U/L"], [70, 560, 300, 180]),
    lab(["AST", "Aspartate Aminotransferase", "Chemistry", "U/L"], [100, 400, 240, 90]),
    lab(["GLUC", "Glucose", "Chemistry", "mmol/L"], [39, 58, 50, 9]),
    lab(["HGB", "Hemoglobin", "Hematology", "g/L"], [1300, 1750, 1500, 120]),
    lab(["WBC", "Leukocytes", "Hematology", "10^9/L"], [40, 110, 70, 20]),
    lab(["TESTO", "Testosterone", "Hormones", "nmol/L"], [80, 300, 170, 60]),
];

const ROLES: [&str; 8] =
    ["Data Collector", "CRC", "Blinded PI", "Unblinded PI", "CRA", "Data Manager", "Lab Technician", "API User"];

const FIRST_NAMES: [&str; 12] =
    ["Ada", "Ben", "Cleo", "Dev", "Eira", "Finn", "Gia", "Hugo", "Ines", "Jonas", "Zoë", "Łukasz"];
const LAST_NAMES: [&str; 10] =
    ["Stone", "Marsh", "Vale", "Reed", "Holt", "Frost", "Núñez", "O'Hara", "Nguyễn", "von der Heide"];

/// Writes one study database.
fn clinical(database: &Database, subjects: i64, sink: &mut Sink<'_>) {
    let mut writer = Writer::new(database, sink);
    let mut chance = Chance::new(SEED, &database.name);
    let house = house(&mut writer, &mut chance);
    let volunteers = volunteers(&mut writer, &mut chance, &house, subjects * 5);
    let mut recruits = Recruits::new();
    for (index, (name, status)) in
        (0_i64..).zip([("XN-101-001", "Active"), ("XN-101-002", "Active"), ("QR-7-A", "Complete")])
    {
        let is_complete = status == "Complete";
        let id = study_row(&mut writer, index, name, status);
        let facts = StudyFacts { id, index, is_complete, subjects };
        let places = house.sites.map(|site| {
            let fields = [
                ("study_id", v(id)),
                ("site_id", v(site)),
                ("location_oid", v(format!("LOC{site:02}"))),
                ("investigator_user_id", v(chance.one_of(&house.users))),
                ("recruiting", v(!is_complete)),
                ("recruitment_target", v(subjects)),
            ];
            (site, writer.add("study_site", fields))
        });
        let design = design(&mut writer, &mut chance, &house, facts);
        let count = usize::try_from(subjects).unwrap_or(0);
        let first = count.saturating_mul(usize::try_from(index).unwrap_or(0));
        for (place, volunteer) in (0_i64..).zip(volunteers.iter().skip(first).take(count)) {
            recruits.enrol(&mut writer, &mut chance, (&house, &design, facts, &places), (place, *volunteer));
        }
        // Those whom no study took are shared out among the studies.
        let others = volunteers.iter().skip(count * 3).filter(|other| other.id % 3 == index);
        for (place, volunteer) in (0_i64..).zip(others) {
            visit_without_subject(&mut writer, &mut chance, (facts, &places), (place, *volunteer));
        }
    }
    vacancies(&mut writer);
}

/// Planted: places in a cohort that no subject has taken.
fn vacancies(writer: &mut Writer<'_, '_>) {
    for place in 0..4 {
        let fields = [
            ("cohort_id", v(2_i64)),
            ("activity_plan_id", v(2_i64)),
            ("assigned_number", v(format!("R19{place:02}"))),
            ("plan_activated_at", v(T0.datetime3())),
            ("alternate", v(true)),
        ];
        writer.add("cohort_assignment", fields);
    }
}

fn study_row(writer: &mut Writer<'_, '_>, index: i64, name: &'static str, status: &'static str) -> i64 {
    let fields = [
        ("oid", v(format!("ST.{name}"))),
        ("name", v(name)),
        ("protocol_name", v(format!("{}P", name.replace('-', "")))),
        ("description", v("Synthetic study")),
        ("sponsor", v(format!("Sponsor {}", index + 1))),
        ("phase", v("1")),
        ("status", v(status)),
        ("locked", v(status == "Complete")),
        ("created_at", v(T0.plus_days(-120).datetime3())),
    ];
    writer.add("study", fields)
}

fn house(writer: &mut Writer<'_, '_>, chance: &mut Chance) -> House {
    let org = writer.add("org", [("name", v("Northlight Research Units")), ("code", v("NRU"))]);
    let sites = [("Harbour Clinic", "HAR", "Europe/London", "GB"), ("Prairie Unit", "PRA", "America/Chicago", "US")]
        .map(|(name, code, zone, country)| {
            let fields = [
                ("org_id", v(org)),
                ("name", v(name)),
                ("code", v(code)),
                ("time_zone", v(zone)),
                ("country", v(country)),
                ("archived", v(false)),
            ];
            writer.add("site", fields)
        });
    let roles = ROLES.map(|name| {
        let is_unblinded = name.starts_with("Unblinded");
        writer.add("role", [("name", v(name)), ("unblinded", v(is_unblinded))])
    });
    let [_, _, _, unblinded_role, monitor_role, ..] = roles;
    let users = (1_i64..=12)
        .map(|number| {
            let fields = [
                ("username", v(format!("user{number:02}"))),
                ("full_name", v(format!("User {number:02}"))),
                ("badge_barcode", v(format!("U{number:06}"))),
                ("role_id", v(chance.one_of(&roles))),
                ("enabled", v(number != 11)),
            ];
            writer.add("application_user", fields)
        })
        .collect();
    for (version, build, day) in [("23.3", "20231127T101500Z", 19_736), ("24.1", "20240520T083000Z", 19_911)] {
        let installed = v(Moment::day(day).datetime3());
        writer.add("release_info", [("version", v(version)), ("build", v(build)), ("installed_at", installed)]);
    }
    let lab_tests = LAB_TESTS
        .iter()
        .map(|test| {
            let fields = [
                ("code", v(test.code)),
                ("name", v(test.name)),
                ("panel_name", v(test.panel)),
                ("unit", v(test.unit)),
                ("view_role_id", v((test.code == "TESTO").then_some(unblinded_role))),
            ];
            (writer.add("lab_test", fields), test)
        })
        .collect();
    House { sites, users, unblinded_role, monitor_role, lab_tests }
}

/// Writes a saved change and answers its id.
pub(super) fn revision(writer: &mut Writer<'_, '_>, at: Moment, user: i64, reason: Option<&'static str>) -> i64 {
    let fields = [
        ("created_at", v(at.datetime3())),
        ("application_user_id", v(user)),
        ("reason_for_change", v(reason)),
        ("client", v("browser")),
    ];
    writer.add("audit_revision", fields)
}

fn volunteers(writer: &mut Writer<'_, '_>, chance: &mut Chance, house: &House, count: i64) -> Vec<Volunteer> {
    (1..=count).map(|number| volunteer(writer, chance, house, number)).collect()
}

/// Planted: every 37th volunteer had the identity removed, and the audit still tells it.
fn volunteer(writer: &mut Writer<'_, '_>, chance: &mut Chance, house: &House, number: i64) -> Volunteer {
    let is_male = chance.happens(550);
    let site = chance.one_of(&house.sites);
    let known_since = T0.plus_days(-chance.between(10, 900));
    let is_removed = number % 37 == 0;
    let (first, last) = (chance.one_of(&FIRST_NAMES), chance.one_of(&LAST_NAMES));
    let initials: String = first.chars().take(1).chain(last.chars().take(1)).collect();
    let born = Moment::day(chance.between(0, 11_000));
    let ethnicity = chance.one_of(&["NOT HISPANIC OR LATINO", "HISPANIC OR LATINO"]);
    let identity = |is_removed: bool| {
        if is_removed { [v("DELETED"), v("DELETED"), v("1900-01-01")] } else { [v(first), v(last), v(born.date())] }
    };
    let [first_name, last_name, date_of_birth] = identity(is_removed);
    let fields = [
        ("org_id", v(1_i64)),
        ("site_id", v(site)),
        ("volunteer_number", v(format!("V{number:06}"))),
        ("first_name", first_name),
        ("last_name", last_name),
        ("initials", v(if is_removed { "DD".to_owned() } else { initials })),
        ("date_of_birth", date_of_birth),
        ("sex_male", v(is_male)),
        ("ethnicity", v(ethnicity)),
        ("email", v((!is_removed).then(|| format!("v{number}@example.invalid")))),
        ("phone", Value::Null),
        ("active", v(!is_removed)),
        ("privacy_removed", v(is_removed)),
        ("created_at", v(known_since.datetime3())),
    ];
    let id = writer.add("volunteer", fields);
    let mut states = vec![(known_since, false)];
    if is_removed {
        states.push((known_since.plus_days(300), true));
    }
    for (type_number, (at, is_removed)) in (0_i64..).zip(states) {
        let user = chance.one_of(&house.users);
        let revision = revision(writer, at, user, is_removed.then_some("Privacy remove"));
        let [first_name, last_name, date_of_birth] = identity(is_removed);
        let fields = [
            ("id", v(id)),
            ("revision_id", v(revision)),
            ("revision_type", v(type_number)),
            ("first_name", first_name),
            ("last_name", last_name),
            ("date_of_birth", date_of_birth),
            ("active", v(!is_removed)),
            ("privacy_removed", v(is_removed)),
        ];
        writer.add("volunteer_audit", fields);
    }
    Volunteer { id, site, is_male, born }
}
