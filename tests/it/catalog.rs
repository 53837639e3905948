//! Finding in the catalog, and its load.

use std::time::Duration;

use rrx::app::{Effect, Message};
use rrx::domain::catalog::find::{ObjectRef, best, filter, find};
use rrx::domain::catalog::{Catalog, ColumnAccess, ForeignKey, KeyRole, Routine, Schema, Table, TableColumn};
use rrx::domain::problem::{Problem, ProblemKind};
use rrx::domain::protocol::{ConnectionStep, SessionCmd, SessionEvent, StepState};

use super::model::Bench;

fn column(name: &str, comment: &str) -> TableColumn {
    TableColumn { name: name.into(), comment: comment.into(), ..TableColumn::default() }
}

fn table(name: &str, comment: &str, columns: Vec<TableColumn>) -> Table {
    Table { name: name.into(), comment: comment.into(), columns, ..Table::default() }
}

fn catalog() -> Catalog {
    Catalog {
        generation: 1,
        schemas: vec![
            Schema {
                name: "clinspark_demo".into(),
                tables: vec![
                    table("study", "", vec![column("id", ""), column("name", "the protocol's name")]),
                    table("study_site", "", vec![column("study_id", ""), column("site_id", "")]),
                    table("volunteer", "people on file", vec![column("id", ""), column("email", "")]),
                ],
                routines: vec![Routine { name: "study_days".into(), ..Routine::default() }],
                ..Schema::default()
            },
            Schema { name: "reporting".into(), ..Schema::default() },
        ],
    }
}

fn paths(pattern: &str) -> Vec<String> {
    let catalog = catalog();
    find(&catalog, pattern).iter().map(|found| found.object.path(&catalog)).collect()
}

#[test]
fn the_best_name_comes_first() {
    assert_eq!(paths("study")[0], "clinspark_demo.study");
    assert!(paths("study").contains(&"clinspark_demo.study_days".to_owned()));
    assert_eq!(paths("stsi")[0], "clinspark_demo.study_site");
    assert_eq!(paths("REPORTING"), ["reporting"]);
}

#[test]
fn the_shortest_name_that_begins_so_comes_first() {
    let catalog = Catalog {
        schemas: vec![Schema {
            name: "clinspark".into(),
            tables: vec![
                table("cohort", "", vec![column("subject_number_type", "")]),
                table("subject", "", vec![column("id", ""), column("subject_id", "")]),
                table("subject_listing", "", vec![]),
            ],
            ..Schema::default()
        }],
        ..Catalog::default()
    };
    let found: Vec<String> = find(&catalog, "subj").iter().map(|found| found.object.path(&catalog)).take(3).collect();
    assert_eq!(found, ["clinspark.subject", "clinspark.subject.subject_id", "clinspark.subject_listing"]);
}

#[test]
fn a_word_may_fit_the_table_around_a_column() {
    assert_eq!(paths("vol mail"), ["clinspark_demo.volunteer.email"]);
    assert_eq!(paths("volunteer.email"), ["clinspark_demo.volunteer.email"]);
    assert_eq!(paths("volunteer"), ["clinspark_demo.volunteer"]);
}

#[test]
fn comments_are_found_in_one_piece() {
    assert_eq!(paths("protocol"), ["clinspark_demo.study.name"]);
    assert_eq!(paths("people"), ["clinspark_demo.volunteer"]);
    assert_eq!(paths("pople"), Vec::<String>::new());
}

#[test]
fn a_filter_keeps_the_catalogs_order() {
    let catalog = catalog();
    let hits = |pattern| filter(&catalog, pattern, &|| false).unwrap();
    assert_eq!(hits("site"), [ObjectRef::Table(0, 1), ObjectRef::Column(0, 1, 1)]);
    assert_eq!(
        hits("STUD"),
        [ObjectRef::Table(0, 0), ObjectRef::Table(0, 1), ObjectRef::Column(0, 1, 0), ObjectRef::Routine(0, 0)]
    );
    assert_eq!(hits("people"), [ObjectRef::Table(0, 2)], "a comment");
    assert_eq!(hits("vlt"), [ObjectRef::Table(0, 2)], "letters in order");
}

#[test]
fn nothing_typed_finds_the_tables_and_the_servers_own_come_last() {
    let mut catalog = catalog();
    catalog.schemas.insert(
        0,
        Schema { name: "sys".into(), is_system: true, tables: vec![table("study", "", vec![])], ..Schema::default() },
    );
    let objects = |pattern: &str| {
        let (found, total) = best(&catalog, pattern, None, &|| false).unwrap();
        assert_eq!(found.len(), total);
        found.into_iter().map(|found| found.object).collect::<Vec<_>>()
    };
    assert_eq!(objects(" "), [ObjectRef::Table(1, 0), ObjectRef::Table(1, 1), ObjectRef::Table(1, 2)]);
    assert_eq!(objects("study").first(), Some(&ObjectRef::Table(1, 0)));
    assert_eq!(objects("study").last(), Some(&ObjectRef::Table(0, 0)));
}

#[test]
fn work_that_nobody_wants_any_more_stops() {
    let asked = std::cell::Cell::new(0);
    let is_stale = || {
        asked.set(asked.get() + 1);
        asked.get() > 1
    };
    assert_eq!(best(&catalog(), "study", None, &is_stale), None);
    assert_eq!(asked.get(), 2, "it looked again at the second table");
    assert_eq!(filter(&catalog(), "study", &|| true), None);
}

#[test]
fn what_fits_equally_well_stays_in_order() {
    let catalog = catalog();
    let ids: Vec<ObjectRef> = find(&catalog, "id").iter().map(|found| found.object).take(2).collect();
    assert_eq!(ids, [ObjectRef::Column(0, 0, 0), ObjectRef::Column(0, 2, 0)]);
}

#[test]
fn columns_of_foreign_keys_are_marked_unless_they_are_primary() {
    let mut table = table("study_site", "", vec![column("id", ""), column("study_id", ""), column("note", "")]);
    table.columns[0].key = KeyRole::Primary;
    table.columns[1].key = KeyRole::Indexed;
    table.foreign_keys = vec![ForeignKey { columns: vec!["id".into(), "study_id".into()], ..ForeignKey::default() }];
    table.mark_foreign_keys();
    let parts: Vec<KeyRole> = table.columns.iter().map(|column| column.key).collect();
    assert_eq!(parts, [KeyRole::Primary, KeyRole::Foreign, KeyRole::None]);
}

#[test]
fn a_star_means_the_columns_that_may_be_read_and_are_visible() {
    let table = Table {
        columns: vec![
            column("id", ""),
            TableColumn { access: ColumnAccess::NotReadable, ..column("secret", "") },
            TableColumn { extra: "auto_increment INVISIBLE".into(), ..column("my_row_id", "") },
            TableColumn { extra: "STORED GENERATED, INVISIBLE".into(), ..column("hidden", "") },
            TableColumn { extra: "DEFAULT_GENERATED".into(), ..column("name", "") },
        ],
        ..Table::default()
    };
    assert_eq!(table.star_columns().map(|column| column.name.as_str()).collect::<Vec<_>>(), ["id", "name"]);
}

#[test]
fn a_load_that_takes_long_shows_its_time_and_can_be_stopped() {
    let mut bench = Bench::connected(160, 45);
    let step = |state| SessionEvent::ConnectionStep { hop: 1, step: ConnectionStep::Catalog, state };
    bench.session(step(StepState::Trying("schemas, tables".into())));
    assert!(!super::grid::shown(&bench).contains("loading"), "not for a moment");
    bench.feed(Message::Clock(Duration::from_secs(4)));
    let drawn = super::grid::shown(&bench);
    assert!(drawn.contains("loading, 4 s") && drawn.contains("Ctrl-C stop loading"), "{drawn}");
    bench.keys("ctrl-c");
    assert!(bench.effects.iter().any(|effect| matches!(effect, Effect::Session(_, SessionCmd::StopCatalog))));
    bench.session(SessionEvent::CatalogFailed(Problem::new(ProblemKind::Interrupted, "stopped by you")));
    assert!(!super::grid::shown(&bench).contains("loading"));
    assert!(bench.model.context.catalog.is_some(), "the old catalog stays");
}

#[test]
fn tables_of_the_current_database_whose_name_begins_with_the_text_come_first() {
    let table = |name: &str, columns: &[&str]| Table {
        name: name.into(),
        columns: columns.iter().map(|name| TableColumn { name: (*name).into(), ..TableColumn::default() }).collect(),
        ..Table::default()
    };
    let schema = |name: &str, tables| Schema { name: name.into(), tables, ..Schema::default() };
    let catalog = Catalog {
        generation: 1,
        schemas: vec![
            schema("reporting", vec![table("all_types", &["lab"]), table("lab", &[])]),
            schema(
                "clinspark",
                vec![table("subject", &["lab_id"]), table("lab_test", &[]), table("lab_order_item", &[])],
            ),
        ],
    };
    let paths = |database| -> Vec<String> {
        let (found, _) = best(&catalog, "Lab", database, &|| false).unwrap();
        found.iter().take(2).map(|found| found.object.path(&catalog)).collect()
    };
    assert_eq!(paths(Some("clinspark")), ["clinspark.lab_test", "clinspark.lab_order_item"]);
    assert_eq!(paths(Some("reporting"))[0], "reporting.lab");
}
