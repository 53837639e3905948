//! Measures how long a completion takes with a catalog of 5,000 tables × 20 columns, and in statements of a megabyte. It prints
//! the median, the 99th percentile and the memory of the index. It asserts nothing.
//!
//! `cargo bench --bench completion`
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a bench measures and prints"
)]

use std::time::{Duration, Instant};

use rrx::domain::catalog::{Catalog, ForeignKey, NameCase, Schema, Table, TableColumn};
use rrx::domain::sql::Dialect;
use rrx::domain::sql::complete::{CompletionIndex, CompletionInput, Trigger, complete};
use rrx::domain::sql::scope::KnownNames;

const TABLES: usize = 5000;
const COLUMNS: usize = 20;
const REPETITIONS: usize = 200;
const WORDS: [&str; 16] = [
    "subject", "form", "item", "study", "site", "group", "data", "value", "status", "event", "plan", "visit", "dose",
    "lab", "result", "note",
];

/// Whether the tables declare their keys.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Keys {
    Declared,
    None,
}

fn word(number: usize) -> &'static str {
    WORDS.get(number % WORDS.len()).unwrap()
}

/// Returns a table whose columns have names that no other table has, except `id` and `study_id`.
fn table(number: usize, keys: Keys) -> Table {
    let name = |at: usize| match at {
        0 => "id".to_owned(),
        1 => "study_id".to_owned(),
        _ => format!("{}_{}_{}", word(number + at), word(number * 7 + at), number * COLUMNS + at),
    };
    let column = |at| TableColumn { name: name(at), type_text: "bigint".to_owned(), ..TableColumn::default() };
    let key = ForeignKey {
        name: "k".to_owned(),
        columns: vec!["study_id".to_owned()],
        to_schema: "s".to_owned(),
        to_table: "subject_subject_0".to_owned(),
        to_columns: vec!["id".to_owned()],
    };
    Table {
        name: format!("{}_{}_{number}", word(number), word(number / WORDS.len())),
        columns: (0..COLUMNS).map(column).collect(),
        foreign_keys: if keys == Keys::Declared { vec![key] } else { Vec::new() },
        ..Table::default()
    }
}

fn catalog(keys: Keys) -> Catalog {
    let mut tables: Vec<Table> = (0..TABLES).map(|number| table(number, keys)).collect();
    tables.sort_by(|a, b| a.name.cmp(&b.name));
    let schema = Schema { name: "s".to_owned(), tables, ..Schema::default() };
    Catalog { generation: 1, schemas: vec![schema] }
}

fn measure(catalog: &Catalog, index: &CompletionIndex, marked: &str) {
    let cursor = marked.find('|').unwrap();
    let text = marked.replacen('|', "", 1);
    let known = KnownNames { catalog, database: Some("s"), name_case: NameCase::Distinguished };
    let recent = ["status".to_owned(), "subject".to_owned()];
    let input = CompletionInput {
        text: &text,
        cursor,
        dialect: Dialect::default(),
        known,
        snippets: &[],
        recent: &recent,
        docs: &[],
        trigger: Trigger::Typed,
        index: Some(index),
        is_stale: &|| false,
    };
    let mut times: Vec<Duration> = Vec::with_capacity(REPETITIONS);
    let mut count = 0;
    for _ in 0..REPETITIONS {
        let start = Instant::now();
        let list = complete(&input).unwrap();
        times.push(start.elapsed());
        count = list.items.len();
    }
    times.sort_unstable();
    let at = |percent: usize| times.get((REPETITIONS - 1) * percent / 100).unwrap();
    let shown: String = marked.chars().take(60).collect();
    println!("{:>10.2?} {:>10.2?}  {count:>3} items  {shown}", at(50), at(99));
}

fn main() {
    for keys in [Keys::Declared, Keys::None] {
        let catalog = catalog(keys);
        let start = Instant::now();
        let index = CompletionIndex::new(&catalog);
        let what = if keys == Keys::Declared { "declared keys" } else { "no keys" };
        println!("{what}: index in {:.0?}, {} KiB", start.elapsed(), index.memory() / 1024);
        println!("{:>10} {:>10}", "p50", "p99");
        let name = |at: usize| catalog.schemas.first().and_then(|schema| schema.tables.get(at)).unwrap().name.clone();
        let (one, other) = (name(100), name(2000));
        for marked in [
            "SELECT * FROM |".to_owned(),
            "SELECT * FROM s|".to_owned(),
            "SELECT * FROM sf|".to_owned(),
            "SELECT s|".to_owned(),
            "SELECT stat|".to_owned(),
            format!("SELECT a.| FROM {one} a"),
            format!("SELECT s| FROM {one} a JOIN {other} b ON a.id = b.study_id"),
            format!("SELECT * FROM {one} a JOIN |"),
            format!("SELECT * FROM {one} a JOIN s|"),
            "SELECT * FROM subject_subject_0 a JOIN |".to_owned(),
            format!("SELECT * FROM {one} a JO|"),
            format!("SELECT * FROM {one} a JOIN {other} b ON |"),
        ] {
            measure(&catalog, &index, &marked);
        }
    }
    let catalog = catalog(Keys::Declared);
    let index = CompletionIndex::new(&catalog);
    println!("statements of a megabyte");
    let table = "subject_subject_0";
    let numbers: Vec<String> = (0..150_000).map(|number| number.to_string()).collect();
    for marked in [
        format!("SELECT a.| FROM {table} a WHERE a.id IN ({})", numbers.join(",")),
        format!("SELECT {} a.| FROM {table} a", "a.study_id, ".repeat(85_000)),
        format!("SELECT a.|, '{}' FROM {table} a", "x".repeat(1 << 20)),
    ] {
        measure(&catalog, &index, &marked);
    }
}
