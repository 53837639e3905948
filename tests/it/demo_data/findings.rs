//! The findings that are planted in the demo's rows.

use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use super::*;

/// Returns the demo of the default size. It is loaded once for all tests of this file.
fn default_demo() -> MutexGuard<'static, Connection> {
    static DEMO: OnceLock<Mutex<Connection>> = OnceLock::new();
    let connection = DEMO.get_or_init(|| Mutex::new(load_demo(SUBJECTS).1));
    connection.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Returns a number from the study database of the default size.
fn found(sql: &str) -> i64 {
    number(&default_demo(), sql)
}

#[test]
fn erased_volunteers_keep_their_names_in_the_audit() {
    let erased = "SELECT COUNT(*) FROM volunteer v JOIN volunteer_audit a ON a.id = v.id AND a.privacy_removed = 0 \
                  WHERE v.privacy_removed = 1 AND v.first_name = 'DELETED' AND a.first_name <> 'DELETED'";
    assert_eq!(found(erased), 8);
}

#[test]
fn some_open_threads_are_on_hidden_items() {
    let hidden = "SELECT COUNT(*) FROM query q JOIN item_data d ON d.id = q.item_data_id \
                  WHERE q.status <> 'Closed' AND d.hidden = 1";
    let count = found(hidden);
    assert!((6..=9).contains(&count), "{count}");
}

#[test]
fn some_assignments_have_no_subject() {
    assert_eq!(found("SELECT COUNT(*) FROM cohort_assignment WHERE subject_id IS NULL"), 4);
}

#[test]
fn a_complete_form_has_no_values() {
    let empty = "SELECT COUNT(*) FROM form_data fd WHERE fd.status = 'Complete' AND NOT EXISTS (SELECT 1 \
                 FROM item_group_data gd JOIN item_data d ON d.item_group_data_id = gd.id \
                 WHERE gd.form_data_id = fd.id AND d.value IS NOT NULL)";
    assert_eq!(found(empty), 1);
}

#[test]
fn two_values_are_not_in_their_code_list() {
    let unlisted = "SELECT COUNT(*) FROM item_data d JOIN item i ON i.id = d.item_id \
                    WHERE i.code_list_id IS NOT NULL AND d.value IS NOT NULL AND NOT EXISTS (SELECT 1 \
                    FROM code_list_item c WHERE c.code_list_id = i.code_list_id AND c.coded_value = d.value)";
    assert_eq!(found(unlisted), 2);
}

#[test]
fn some_current_values_differ_from_their_last_audit_row() {
    let differing = "SELECT COUNT(*) FROM item_data d JOIN item_data_audit a ON a.id = d.id AND a.revision_id = \
                     (SELECT MAX(revision_id) FROM item_data_audit WHERE id = d.id) WHERE a.value IS NOT d.value";
    let count = found(differing);
    // The two unlisted values, and every value of the emptied form.
    assert!((3..=8).contains(&count), "{count}");
}

#[test]
fn some_steps_are_late_or_missing() {
    let late = "SELECT COUNT(*) FROM sample_step st JOIN sample s ON s.id = st.sample_id WHERE st.performed_at IS NOT NULL \
                AND unixepoch(st.performed_at) - unixepoch(s.collected_at) > st.due_seconds";
    assert!(found(late) > 100);
    assert!(found("SELECT COUNT(*) FROM sample_step WHERE performed_at IS NULL") > 10);
}

#[test]
fn lab_orders_are_stuck() {
    let stuck = "SELECT COUNT(*) FROM lab_order lo WHERE status = 'Submitted' AND completed_at IS NULL \
                 AND NOT EXISTS (SELECT 1 FROM lab_result r WHERE r.lab_order_id = lo.id)";
    assert!((20..=100).contains(&found(stuck)));
}

#[test]
fn values_are_out_of_range_with_and_without_a_reason() {
    let explained = "SELECT COUNT(*) FROM item_data WHERE out_of_range = 1 AND status = 'Complete' \
                     AND annotation IS NOT NULL";
    let unexplained = "SELECT COUNT(*) FROM item_data WHERE out_of_range = 1 AND status = 'Nonconformant' \
                       AND annotation IS NULL AND nonconformant_message IS NOT NULL";
    let counts = (found(explained), found(unexplained));
    assert!(counts.0 > 10 && counts.1 > 10, "{counts:?}");
}

#[test]
fn adverse_events_start_on_partial_dates() {
    let starts = |length: usize| {
        found(&format!(
            "SELECT COUNT(*) FROM item_data d JOIN item i ON i.id = d.item_id \
             WHERE i.sas_field_name = 'AESTDTC' AND LENGTH(d.value) = {length}"
        ))
    };
    assert!(starts("2024-03-T".len()) > 5);
    assert!(starts("2024-03-04T08:00".len()) > 5);
}

#[test]
fn check_expressions_are_encrypted_bytes() {
    let sealed = "SELECT COUNT(*) FROM range_check WHERE typeof(formal_expression_enc) = 'blob' \
                  AND LENGTH(formal_expression_enc) = 28";
    assert_eq!(found(sealed), 12);
}

#[test]
fn treatment_and_testosterone_are_restricted_to_a_role() {
    let items = "SELECT COUNT(*) FROM item_ref ir JOIN item i ON i.id = ir.item_id JOIN role r ON r.id = ir.view_role_id \
                 WHERE i.sas_field_name = 'EXTRT' AND r.unblinded = 1";
    assert_eq!(found(items), 3);
    assert_eq!(found("SELECT COUNT(*) FROM lab_test WHERE code = 'TESTO' AND view_role_id IS NOT NULL"), 1);
}

#[test]
fn the_funnel_narrows_at_every_step() {
    let connection = default_demo();
    let (_, text) = data::snippets().find(|(name, _)| *name == "enrolment-funnel").unwrap();
    let (_, statement) = text.split_once("*/").unwrap();
    let mut statement = connection.prepare(statement).unwrap();
    let steps = |row: &rusqlite::Row<'_>| (2..7).map(|place| row.get(place)).collect::<Result<Vec<i64>, _>>();
    let rows: Vec<Vec<i64>> = statement.query_map([], steps).unwrap().collect::<Result<_, _>>().unwrap();
    assert_eq!(rows.len(), 6);
    for row in rows {
        assert!(row.is_sorted_by(|more, less| more >= less), "{row:?}");
    }
}

#[test]
fn liver_values_rise_with_the_compound() {
    let signals = "SELECT COUNT(*) FROM lab_result r JOIN lab_test t ON t.id = r.lab_test_id \
                   WHERE t.code IN ('ALT', 'AST') AND CAST(r.result_value AS REAL) > 1.5 * CAST(r.range_high AS REAL)";
    assert!(found(signals) >= 2);
}

#[test]
fn the_edge_cases_exist() {
    assert_eq!(found("SELECT COUNT(*) FROM form WHERE name LIKE '%\u{1fa78}'"), 1);
    assert_eq!(found("SELECT MAX(LENGTH(transcript)) FROM reporting.attachment"), 65_536);
    assert_eq!(found("SELECT COUNT(*) FROM reporting.import_log WHERE line = ''"), 2, "blanks equal the empty text");
    assert_eq!(found("SELECT COUNT(*) FROM reporting.import_log WHERE line IS NULL"), 1);
    assert_eq!(found("SELECT COUNT(*) FROM reporting.all_types WHERE c_date = '0000-00-00'"), 1);
    assert_eq!(found("SELECT COUNT(*) FROM reporting.\"order-2024 notes\""), 3);
}

#[test]
fn the_databases_have_the_expected_tables() {
    let schema = data::schema();
    let names: Vec<_> = schema.databases.iter().map(|database| database.name.as_str()).collect();
    assert_eq!(names, [MAIN, TEST, REPORTING]);
    let reporting = schema.database(REPORTING).unwrap();
    let forbidden: Vec<_> =
        reporting.tables.iter().filter(|table| table.is_forbidden).map(|table| &table.name).collect();
    assert_eq!(forbidden, ["treatment_key"]);
    assert!(reporting.table("import_log").unwrap().keys.is_empty());
    assert!(reporting.view("open_queries").is_some_and(|view| view.statement.starts_with("SELECT q.id AS query_id")));
    let keys: Vec<_> =
        schema.databases[0].table("form_data").unwrap().keys.iter().map(|key| key.name.as_str()).collect();
    let expected =
        ["PRIMARY", "ix_fd_subject", "study_event_id", "form_id", "scheduled_activity_id", "cohort_assignment_id"];
    assert_eq!(keys, expected);
}
