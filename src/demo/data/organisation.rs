//! Writes the rows that all studies share: organisation, sites, roles, users, releases and laboratory tests.

use super::demo_time::DemoTime;
use super::entities::{LabTest, Organisation};
use super::generator::Generator;
use super::values::v;

const fn lab_test(names: [&'static str; 4], [low, high, mean, deviation]: [i64; 4]) -> LabTest {
    let [code, name, panel, unit] = names;
    LabTest { code, name, panel, unit, low, high, mean, deviation }
}

static LAB_TESTS: [LabTest; 6] = [
    lab_test(["ALT", "Alanine Aminotransferase", "Chemistry", "U/L"], [70, 560, 300, 180]),
    lab_test(["AST", "Aspartate Aminotransferase", "Chemistry", "U/L"], [100, 400, 240, 90]),
    lab_test(["GLUC", "Glucose", "Chemistry", "mmol/L"], [39, 58, 50, 9]),
    lab_test(["HGB", "Hemoglobin", "Hematology", "g/L"], [1300, 1750, 1500, 120]),
    lab_test(["WBC", "Leukocytes", "Hematology", "10^9/L"], [40, 110, 70, 20]),
    lab_test(["TESTO", "Testosterone", "Hormones", "nmol/L"], [80, 300, 170, 60]),
];

const ROLES: [&str; 8] =
    ["Data Collector", "CRC", "Blinded PI", "Unblinded PI", "CRA", "Data Manager", "Lab Technician", "API User"];

pub(super) fn write_organisation(generator: &mut Generator<'_, '_>) -> Organisation {
    let org = generator.add("org", [("name", v("Northlight Research Units")), ("code", v("NRU"))]);
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
            generator.add("site", fields)
        });
    let roles = ROLES.map(|name| {
        let is_unblinded = name.starts_with("Unblinded");
        generator.add("role", [("name", v(name)), ("unblinded", v(is_unblinded))])
    });
    let [_, _, _, unblinded_role, monitor_role, ..] = roles;
    let users = (1_i64..=12)
        .map(|number| {
            let fields = [
                ("username", v(format!("user{number:02}"))),
                ("full_name", v(format!("User {number:02}"))),
                ("badge_barcode", v(format!("U{number:06}"))),
                ("role_id", v(generator.random.one_of(&roles))),
                ("enabled", v(number != 11)),
            ];
            generator.add("application_user", fields)
        })
        .collect();
    for (version, build, day) in [("23.3", "20231127T101500Z", 19_736), ("24.1", "20240520T083000Z", 19_911)] {
        let installed = v(DemoTime::day(day).datetime3());
        generator.add("release_info", [("version", v(version)), ("build", v(build)), ("installed_at", installed)]);
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
            (generator.add("lab_test", fields), test)
        })
        .collect();
    Organisation { sites, users, unblinded_role, monitor_role, lab_tests }
}
