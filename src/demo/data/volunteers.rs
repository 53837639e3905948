//! Writes volunteers and the audit of their records.

use super::audit::write_revision;
use super::demo_time::DemoTime;
use super::entities::{Organisation, STUDY_START, Volunteer};
use super::generator::Generator;
use super::values::{DemoValue, v};

const FIRST_NAMES: [&str; 12] =
    ["Ada", "Ben", "Cleo", "Dev", "Eira", "Finn", "Gia", "Hugo", "Ines", "Jonas", "Zoë", "Łukasz"];
const LAST_NAMES: [&str; 10] =
    ["Stone", "Marsh", "Vale", "Reed", "Holt", "Frost", "Núñez", "O'Hara", "Nguyễn", "von der Heide"];

pub(super) fn write_volunteers(
    generator: &mut Generator<'_, '_>,
    organisation: &Organisation,
    count: i64,
) -> Vec<Volunteer> {
    (1..=count).map(|number| write_volunteer(generator, organisation, number)).collect()
}

/// Writes one volunteer. Planted: the identity of every 37th was removed, but the audit still contains the name.
fn write_volunteer(generator: &mut Generator<'_, '_>, organisation: &Organisation, number: i64) -> Volunteer {
    let random = &mut generator.random;
    let is_male = random.happens(550);
    let site = random.one_of(&organisation.sites);
    let known_since = STUDY_START.plus_days(-random.between(10, 900));
    let is_removed = number % 37 == 0;
    let (first, last) = (random.one_of(&FIRST_NAMES), random.one_of(&LAST_NAMES));
    let initials: String = first.chars().take(1).chain(last.chars().take(1)).collect();
    let born = DemoTime::day(random.between(0, 11_000));
    let ethnicity = random.one_of(&["NOT HISPANIC OR LATINO", "HISPANIC OR LATINO"]);
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
        ("phone", DemoValue::Null),
        ("active", v(!is_removed)),
        ("privacy_removed", v(is_removed)),
        ("created_at", v(known_since.datetime3())),
    ];
    let id = generator.add("volunteer", fields);
    let mut states = vec![(known_since, false)];
    if is_removed {
        states.push((known_since.plus_days(300), true));
    }
    for (revision_type, (at, is_removed)) in (0_i64..).zip(states) {
        let user = generator.random.one_of(&organisation.users);
        let revision = write_revision(generator, at, user, is_removed.then_some("Privacy remove"));
        let [first_name, last_name, date_of_birth] = identity(is_removed);
        let fields = [
            ("id", v(id)),
            ("revision_id", v(revision)),
            ("revision_type", v(revision_type)),
            ("first_name", first_name),
            ("last_name", last_name),
            ("date_of_birth", date_of_birth),
            ("active", v(!is_removed)),
            ("privacy_removed", v(is_removed)),
        ];
        generator.add("volunteer_audit", fields);
    }
    Volunteer { id, site, is_male, born }
}
