//! Live checks. The cases are in `tests/fixtures/sql/checks.txt`, which explains its form.

use proptest::prelude::*;
use rrx::domain::catalog::{Catalog, KeyRole, NameCase, Schema, Table, TableColumn};
use rrx::domain::sql::SessionPins;
use rrx::domain::sql::check::{CheckInput, FilterRule, Finding, Severity, check};
use rrx::domain::sql::scope::KnownNames;

use super::{dialects, hostile_text, mysql};

const CASES: &str = include_str!("../../fixtures/sql/checks.txt");

/// Reads `table NAME COLUMN…`; `*` after a column marks the primary key. A table without columns is one whose columns are not known.
fn catalog() -> Catalog {
    let table = |line: &str| {
        let mut words = line.split(' ');
        let name = words.next().unwrap_or_default().to_owned();
        let column = |word: &str| TableColumn {
            name: word.trim_end_matches('*').to_owned(),
            key: if word.ends_with('*') { KeyRole::Primary } else { KeyRole::None },
            ..TableColumn::default()
        };
        Table { name, columns: words.map(column).collect(), ..Table::default() }
    };
    let tables = CASES.lines().filter_map(|line| line.strip_prefix("table ")).map(table).collect();
    Catalog { generation: 1, schemas: vec![Schema { name: "demo".to_owned(), tables, ..Schema::default() }] }
}

fn rules() -> Vec<FilterRule> {
    CASES.lines().filter_map(|line| line.strip_prefix("filter ")).filter_map(FilterRule::parse).collect()
}

fn found(statement: &str, catalog: &Catalog, cursor: Option<usize>) -> Vec<Finding> {
    let known = KnownNames { catalog, database: Some("demo"), name_case: NameCase::Distinguished };
    let pins = SessionPins::default();
    let rules = rules();
    check(&CheckInput { statement, cursor, dialect: mysql(), known, pins: &pins, rules: &rules })
}

/// Writes a finding as in the file: `! kind marked`, and ` => ` with the statement after the offer.
fn line(statement: &str, finding: &Finding) -> String {
    let marked = statement[finding.span.clone()].replace('\n', " ");
    let mut line = format!("! {} {marked}", finding.kind.name());
    if let Some(offer) = &finding.offer {
        let mut text = statement.to_owned();
        text.replace_range(offer.span.clone(), &offer.replacement);
        line.push_str(" => ");
        line.push_str(&text.replace('\n', " "));
    }
    line
}

#[test]
fn every_case_of_the_file_has_its_findings() {
    let catalog = catalog();
    let (mut count, mut wrong) = (0, Vec::new());
    for block in CASES.split("\n\n").skip(1) {
        let lines = || block.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
        let text = lines().filter(|line| !line.starts_with('!')).collect::<Vec<_>>().join("\n");
        if text.is_empty() {
            continue;
        }
        count += 1;
        let cursor = text.find('¦');
        let statement = text.replace('¦', "");
        let found: Vec<String> =
            found(&statement, &catalog, cursor).iter().map(|finding| line(&statement, finding)).collect();
        let expected: Vec<&str> = lines().filter(|line| line.starts_with('!')).collect();
        if found != expected {
            wrong.push(format!("{text}\n  found    {found:?}\n  expected {expected:?}"));
        }
    }
    assert!(count >= 60, "{count} cases");
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn nothing_is_unknown_while_the_catalog_is_not_there() {
    let catalog = Catalog::default();
    for statement in
        ["SELECT a, b.c FROM t JOIN b ON t.x = b.y", "SELECT * FROM a, b WHERE a.x = b.y", "SELECT a FROM t"]
    {
        assert_eq!(found(statement, &catalog, None), [], "{statement}");
    }
}

#[test]
fn a_finding_says_what_is_wrong_and_how_bad_it_is() {
    let catalog = catalog();
    let of = |statement: &str| {
        let finding = found(statement, &catalog, None).remove(0);
        (finding.message, finding.kind.severity())
    };
    let (message, severity) = of("SELECT s.id FROM study s, subject x");
    assert!(message.starts_with("No condition links x to the tables before it"), "{message}");
    assert_eq!(severity, Severity::Warning);
    let (message, severity) = of("DELETE FROM study");
    assert_eq!(message, "DELETE writes rows, and rrx only reads. Write a SELECT that finds the same rows.");
    assert_eq!(severity, Severity::Error);
    assert_eq!(of("SELECT * FROM form_data").0, "form_data is read without a condition on canceled.");
}

#[test]
fn a_rule_names_a_column() {
    let shown = |text: &str| FilterRule::parse(text).map(|rule| rule.to_string());
    assert_eq!(shown("form_data.canceled").as_deref(), Some("form_data.canceled"));
    assert_eq!(shown(" demo.form_data.canceled ").as_deref(), Some("demo.form_data.canceled"));
    assert_eq!(shown("*.canceled").as_deref(), Some("*.canceled"));
    for wrong in ["canceled", "", ".", "a.b.c.d", "t.*", "a b.c", "a."] {
        assert_eq!(shown(wrong), None, "{wrong}");
    }
}

#[test]
fn a_large_statement_is_checked_in_linear_time() {
    let catalog = catalog();
    let joins = (0..3000)
        .map(|number| format!(" JOIN subject s{number} ON s{number}.study_id = t.id"))
        .collect::<Vec<_>>()
        .concat();
    let subqueries = "(SELECT id FROM study WHERE id IN ".repeat(2000) + "(1)" + &")".repeat(2000);
    for statement in [
        format!("SELECT t.id FROM study t{joins}"),
        format!("SELECT t.id FROM study t WHERE t.id IN {subqueries}"),
        format!("SELECT {} FROM study", vec!["nam"; 50_000].join(", ")),
        format!("SELECT 1 FROM study WHERE {}", vec!["nam = NULL"; 30_000].join(" AND ")),
    ] {
        let _ = found(&statement, &catalog, None);
    }
}

proptest! {
    #[test]
    fn every_finding_is_in_the_text(text in hostile_text(), cursor in 0_usize..60) {
        let catalog = catalog();
        let known = KnownNames { catalog: &catalog, database: Some("demo"), name_case: NameCase::Ignored };
        let (pins, rules) = (SessionPins::default(), rules());
        for dialect in dialects() {
            for statement in [text.clone(), format!("SELECT {text} FROM study s, subject x WHERE {text}")] {
                let input = CheckInput { statement: &statement, cursor: Some(cursor), dialect, known, pins: &pins, rules: &rules };
                for finding in check(&input) {
                    prop_assert!(statement.get(finding.span).is_some());
                    prop_assert!(finding.offer.is_none_or(|offer| statement.get(offer.span).is_some()));
                }
            }
        }
    }
}
