//! The demo's tables and rows: the same each time, as many as promised, with everything planted that the pages promise.

mod findings;
mod pages;

use rrx::demo::data::{self, MAIN, REPORTING, SUBJECTS, TEST};
use rrx::demo::schema::DemoSchema;
use rusqlite::Connection;

/// The demo in SQLite at its usual size, with the study database as the current one for unqualified names.
fn filled(subjects: u32) -> (DemoSchema, Connection) {
    let schema = data::schema();
    let connection = Connection::open_in_memory().unwrap();
    data::fill(&connection, &schema, subjects).unwrap();
    (schema, connection)
}

fn number(connection: &Connection, sql: &str) -> i64 {
    connection.query_row(sql, [], |row| row.get(0)).unwrap_or_else(|error| panic!("{sql}: {error}"))
}

fn rows_of(connection: &Connection, database: &str, table: &str) -> i64 {
    number(connection, &format!("SELECT COUNT(*) FROM \"{database}\".\"{table}\""))
}

/// A fingerprint of every value in order (FNV-1a), which is also the same on every machine.
fn fingerprint(subjects: u32) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    data::rows(&data::schema(), subjects, &mut |database, table, values| {
        for byte in format!("{database}.{table}{values:?}").bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    });
    hash
}

#[test]
fn two_generations_are_equal_and_two_sizes_are_not() {
    assert_eq!(fingerprint(4), fingerprint(4));
    assert_ne!(fingerprint(4), fingerprint(5));
}

#[test]
fn the_demo_is_ready_quickly() {
    let start = std::time::Instant::now();
    filled(SUBJECTS);
    let took = start.elapsed();
    println!("filled in {took:?}");
    // The aim is 2 s in release; this bound only catches a change of order on a busy machine.
    assert!(took < std::time::Duration::from_secs(20), "{took:?}");
}

#[test]
fn counts_are_near_those_of_the_design() {
    let (_, connection) = filled(SUBJECTS);
    let exact = [
        ("org", 1),
        ("site", 2),
        ("role", 8),
        ("application_user", 12),
        ("release_info", 2),
        ("study", 3),
        ("study_site", 6),
        ("epoch", 9),
        ("cohort", 9),
        ("activity_plan", 6),
        ("segment", 9),
        ("study_event", 21),
        ("form", 21),
        ("scheduled_activity", 57),
        ("item_group", 21),
        ("item_group_ref", 21),
        ("code_list", 15),
        ("code_list_item", 33),
        ("measurement_unit", 18),
        ("item", 60),
        ("item_ref", 60),
        ("range_check", 12),
        ("volunteer", 300),
        ("subject", 180),
        ("cohort_assignment", 310),
        ("lab_test", 6),
        ("sample_path", 3),
        ("volunteer_audit", 308),
    ];
    for (table, count) in exact {
        assert_eq!(rows_of(&connection, MAIN, table), count, "{table}");
    }
    let near = [
        ("appointment", 247),
        ("form_data", 2650),
        ("item_group_data", 2650),
        ("item_data", 8508),
        ("query", 118),
        ("query_message", 226),
        ("lab_order", 885),
        ("lab_result", 1639),
        ("sample", 2580),
        ("sample_step", 1720),
        ("audit_revision", 8587),
        ("item_data_audit", 8279),
    ];
    for (table, count) in near {
        let found = rows_of(&connection, MAIN, table);
        println!("{table} {found} (reference {count})");
        assert!((found - count).abs() * 4 <= count, "{table}: {found} is not near {count}");
    }
    assert_eq!(rows_of(&connection, TEST, "subject"), 15);
    assert_eq!(rows_of(&connection, REPORTING, "transfer_queue"), 0);
}
