//! Completion over three schemas: the cases of `tests/fixtures/sql/completion.txt`, properties, and speed.
//!
//! A case begins with `>` (typed) or `>>` (asked for); `|` is the cursor and `\n` a line end. `+` names what must be among the first
//! five, `=` what must be first, `-` what must not be there, `0` says that there is nothing, `^` what the line is after the first
//! item. `@` names the schema for the cases after it, with options.

use proptest::prelude::*;
use rrx::domain::catalog::{
    Catalog, ColumnAccess, ForeignKey, KeyRole, NameCase, Schema, Table, TableColumn, TableKind,
};
use rrx::domain::docs::DocPack;
use rrx::domain::sql::complete::{
    CompletionIndex, CompletionInput, CompletionItem, CompletionList, KeyMark, Trigger, complete,
};
use rrx::domain::sql::scope::KnownNames;
use rrx::domain::sql::{Dialect, ServerFamily, SqlMode};

const CASES: &str = include_str!("../../fixtures/sql/completion.txt");
const SCHEMAS: [(&str, &str); 3] = [
    ("demo", include_str!("../../fixtures/sql/schemas/demo.txt")),
    ("sakila", include_str!("../../fixtures/sql/schemas/sakila.txt")),
    ("omop", include_str!("../../fixtures/sql/schemas/omop.txt")),
];

/// Splits the first name off a line; a name in backticks may have spaces.
fn first_name(line: &str) -> (String, &str) {
    let quoted = line.strip_prefix('`').and_then(|quoted| quoted.split_once('`'));
    let (name, rest) = quoted.or_else(|| line.split_once(' ')).unwrap_or((line, ""));
    (name.to_owned(), rest)
}

/// Reads a schema in the form that the files in `schemas` describe.
fn schema(text: &str) -> Catalog {
    let mut catalog = Catalog { generation: 1, schemas: Vec::new() };
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if let Some(name) = line.strip_prefix("database ") {
            catalog.schemas.push(Schema { name: name.to_owned(), ..Schema::default() });
            continue;
        }
        let schema = catalog.schemas.last_mut().unwrap();
        let Some(column) = line.strip_prefix("  ") else {
            let (name, rest) = first_name(line);
            let comment = rest.split_once("-- ").map_or("", |(_, comment)| comment);
            let kind = if rest.contains("VIEW") { TableKind::View } else { TableKind::Base };
            schema.tables.push(Table { name, kind, comment: comment.to_owned(), ..Table::default() });
            continue;
        };
        let name = schema.name.clone();
        let table = schema.tables.last_mut().unwrap();
        match column.strip_prefix("key ") {
            Some(key) => table.foreign_keys.push(composite_key(key, &name)),
            None => add_column(table, column, &name),
        }
    }
    for schema in &mut catalog.schemas {
        schema.tables.sort_by(|a, b| a.name.cmp(&b.name));
        schema.tables.iter_mut().for_each(Table::mark_foreign_keys);
    }
    let system = Table { name: "TABLES".to_owned(), ..Table::default() };
    catalog.schemas.push(Schema {
        name: "information_schema".to_owned(),
        is_system: true,
        tables: vec![system],
        ..Schema::default()
    });
    catalog
}

/// Reads `(a, b) -> t (x, y)`.
fn composite_key(text: &str, schema: &str) -> ForeignKey {
    let list = |text: &str| text.trim_matches(['(', ')', ' ']).split(", ").map(str::to_owned).collect::<Vec<_>>();
    let (columns, target) = text.split_once(" -> ").unwrap();
    let (table, to) = target.split_once(' ').unwrap();
    ForeignKey {
        name: "composite".to_owned(),
        columns: list(columns),
        to_schema: schema.to_owned(),
        to_table: table.to_owned(),
        to_columns: list(to),
    }
}

fn add_column(table: &mut Table, line: &str, schema: &str) {
    let (name, rest) = first_name(line);
    let rest = rest.trim_start();
    let end = rest.find(')').filter(|_| rest.contains('(')).map(|end| end + 1);
    let end = end.or_else(|| rest.find(' ')).unwrap_or(rest.len());
    let (type_text, marks) = rest.split_at(end);
    let has = |mark: &str| marks.split(' ').any(|other| other == mark);
    let key = match () {
        () if has("PK") => KeyRole::Primary,
        () if has("UQ") => KeyRole::Unique,
        () if has("IX") => KeyRole::Indexed,
        () => KeyRole::None,
    };
    if let Some((_, target)) = marks.split_once("-> ") {
        let (to_table, to_column) = target.trim().split_once('.').unwrap();
        table.foreign_keys.push(ForeignKey {
            name: name.clone(),
            columns: vec![name.clone()],
            to_schema: schema.to_owned(),
            to_table: to_table.to_owned(),
            to_columns: vec![to_column.to_owned()],
        });
    }
    table.columns.push(TableColumn {
        name,
        type_text: type_text.to_owned(),
        key,
        extra: if has("INVISIBLE") { "INVISIBLE".to_owned() } else { String::new() },
        access: if has("UNREADABLE") { ColumnAccess::NotReadable } else { ColumnAccess::Readable },
        ..TableColumn::default()
    });
}

/// What the cases of one part of the file share.
struct Setting {
    catalog: Catalog,
    index: CompletionIndex,
    recent: Vec<String>,
    dialect: Dialect,
}

impl Setting {
    /// Reads `@ demo recent a, b` and `@ sakila ansi`.
    fn read(line: &str) -> Self {
        let (name, options) = line.split_once(' ').unwrap_or((line, ""));
        let text = SCHEMAS.iter().find(|(other, _)| *other == name).unwrap().1;
        let catalog = schema(text);
        let recent = options.strip_prefix("recent ").map(|names| names.split(", ").map(str::to_owned).collect());
        let sql_mode = if options == "ansi" { SqlMode::parse("ANSI_QUOTES") } else { SqlMode::default() };
        let server = if options == "mariadb" { ServerFamily::MariaDb } else { ServerFamily::MySql };
        let version = match options {
            "mariadb" => (10, 11, 6),
            "5.7" => (5, 7, 44),
            _ => (8, 0, 36),
        };
        let index = CompletionIndex::new(&catalog);
        Self { catalog, index, recent: recent.unwrap_or_default(), dialect: Dialect { server, version, sql_mode } }
    }

    fn complete(&self, marked: &str, trigger: Trigger) -> CompletionList {
        let text = marked.replace("\\n", "\n");
        let cursor = text.find('|').unwrap();
        let text = text.replacen('|', "", 1);
        let list = self.complete_at(&text, cursor, trigger, &[]);
        let replaced = list.replaced.clone();
        assert!(replaced.start <= cursor && cursor <= replaced.end, "{marked}: {replaced:?}");
        list
    }

    fn complete_at(&self, text: &str, cursor: usize, trigger: Trigger, docs: &[DocPack]) -> CompletionList {
        let snippets = ["enrolment by site".to_owned(), "open_queries".to_owned()];
        let known = KnownNames {
            catalog: &self.catalog,
            database: self.catalog.schemas.first().map(|schema| schema.name.as_str()),
            name_case: NameCase::Distinguished,
        };
        let input = CompletionInput {
            text,
            cursor,
            dialect: self.dialect,
            known,
            snippets: &snippets,
            recent: &self.recent,
            docs,
            trigger,
            index: Some(&self.index),
            is_stale: &|| false,
        };
        complete(&input).unwrap()
    }
}

fn is_item(item: &CompletionItem, expected: &str) -> bool {
    item.inserted == expected || item.label == expected
}

fn names(list: &CompletionList, count: usize) -> String {
    let names = list.items.iter().take(count).map(|item| item.inserted.as_str());
    names.collect::<Vec<_>>().join(" ; ")
}

/// Compares one expectation with a list; returns what is wrong.
fn fault(list: &CompletionList, sign: char, expected: &str) -> Option<String> {
    let mut wrong = Vec::new();
    let parts: Vec<&str> = expected.split(" ; ").map(str::trim).filter(|part| !part.is_empty()).collect();
    match sign {
        '0' if !list.items.is_empty() => wrong.push(format!("not empty: {}", names(list, 5))),
        '=' if !list.items.first().is_some_and(|item| parts.iter().all(|part| is_item(item, part))) => {
            wrong.push(format!("first is not {expected}: {}", names(list, 5)));
        }
        '+' => {
            let missing = parts.iter().filter(|part| !list.items.iter().take(5).any(|item| is_item(item, part)));
            wrong.extend(missing.map(|part| format!("{part} is not among the first: {}", names(list, 7))));
        }
        '-' => {
            let there = parts.iter().filter(|part| list.items.iter().any(|item| is_item(item, part)));
            wrong.extend(there.map(|part| format!("{part} is there: {}", names(list, 7))));
        }
        _ => {}
    }
    (!wrong.is_empty()).then(|| wrong.join("\n    "))
}

#[test]
fn every_case_of_the_file_holds() {
    let mut setting = Setting::read("demo");
    let mut list: Option<(String, CompletionList)> = None;
    let mut wrong: Vec<String> = Vec::new();
    let mut count = 0;
    for (number, line) in CASES.lines().enumerate().filter(|(_, line)| !line.is_empty() && !line.starts_with('#')) {
        let (sign, rest) = line.split_at(1);
        match sign {
            "@" => setting = Setting::read(rest.trim()),
            ">" => {
                let is_requested = rest.starts_with('>');
                let marked = rest.trim_start_matches('>');
                let marked = marked.strip_prefix(' ').unwrap_or(marked);
                let trigger = if is_requested { Trigger::Requested } else { Trigger::Typed };
                list = Some((marked.to_owned(), setting.complete(marked, trigger)));
                count += 1;
            }
            "^" => {
                let (marked, list) = list.as_ref().unwrap();
                let text = accepted(&marked.replace("\\n", "\n"), list);
                if text != rest.trim_start().replace("\\n", "\n") {
                    wrong.push(format!("line {}: {marked}\n    becomes {text}", number + 1));
                }
            }
            _ => {
                let (marked, list) = list.as_ref().unwrap();
                let fault = fault(list, sign.chars().next().unwrap(), rest);
                wrong.extend(fault.map(|fault| format!("line {}: {marked}\n    {fault}", number + 1)));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {count} cases:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count >= 200, "{count} cases");
}

/// Returns the text with the first item accepted, and the cursor as `|`.
fn accepted(marked: &str, list: &CompletionList) -> String {
    let mut text = marked.replacen('|', "", 1);
    let Some(item) = list.items.first() else { return text };
    text.replace_range(list.replaced.clone(), &item.inserted);
    text.insert(list.replaced.start + item.cursor, '|');
    text
}

#[test]
fn an_item_has_the_type_the_key_and_the_first_line_of_the_documentation() {
    let setting = Setting::read("demo");
    let page = "# subject\n\nOne person in one study.\n\n## Columns\n\n- `status`: Where the subject is.\n";
    let (pack, _) = DocPack::read([("subject.md", page)]);
    let text = "SELECT s. FROM subject s";
    let list = setting.complete_at(text, "SELECT s.".len(), Trigger::Typed, &[pack]);
    let item = |name: &str| list.items.iter().find(|item| item.label == name).unwrap();
    assert_eq!((item("id").key, item("id").type_text.as_str()), (Some(KeyMark::Primary), "bigint"));
    assert_eq!(item("volunteer_id").key, Some(KeyMark::Foreign));
    assert_eq!(item("status").about, "Where the subject is.");
    let text = "SELECT * FROM sub";
    let (pack, _) = DocPack::read([("subject.md", page)]);
    let list = setting.complete_at(text, text.len(), Trigger::Typed, &[pack]);
    assert_eq!(list.items.first().map(|item| item.about.as_str()), Some("One person in one study."));
    let list = setting.complete_at(text, text.len(), Trigger::Typed, &[]);
    assert_eq!(list.items.first().map(|item| item.about.as_str()), Some("A person in a study at a site."));
}

#[test]
fn an_unreadable_column_is_not_offered_and_an_invisible_one_is_last() {
    let setting = Setting::read("sakila");
    let labels = |text: &str| {
        let list = setting.complete_at(text, "SELECT x.".len(), Trigger::Typed, &[]);
        list.items.into_iter().map(|item| item.label).collect::<Vec<_>>()
    };
    let staff = labels("SELECT x. FROM staff x");
    assert!(!staff.contains(&"password".to_owned()) && staff.contains(&"username".to_owned()), "{staff:?}");
    let film = labels("SELECT x. FROM film x");
    assert_eq!(film.last().map(String::as_str), Some("row_hash"));
    // `*` leaves it out.
    assert!(!labels("SELECT x. FROM (SELECT * FROM film) x").contains(&"row_hash".to_owned()));
}

#[test]
fn the_index_of_a_hundred_thousand_columns_is_small() {
    let column =
        |table: usize, at: usize| TableColumn { name: format!("column_{table}_{at}"), ..TableColumn::default() };
    let table = |number: usize| Table {
        name: format!("table_{number}"),
        columns: (0..20).map(|at| column(number, at)).collect(),
        ..Table::default()
    };
    let schema = Schema { name: "s".to_owned(), tables: (0..5000).map(table).collect(), ..Schema::default() };
    let catalog = Catalog { generation: 1, schemas: vec![schema] };
    let memory = CompletionIndex::new(&catalog).memory();
    assert!(memory > 1 << 20 && memory <= 25 << 20, "{memory}");
}

#[test]
fn an_index_of_another_catalog_is_ignored() {
    let mut setting = Setting::read("demo");
    let text = "SELECT screening_n";
    assert!(!setting.complete_at(text, text.len(), Trigger::Typed, &[]).items.is_empty());
    setting.catalog.generation = 2;
    assert!(setting.complete_at(text, text.len(), Trigger::Typed, &[]).items.is_empty());
}

#[test]
fn the_signature_says_which_parameter_the_cursor_is_in() {
    let setting = Setting::read("demo");
    let signature = |marked: &str| {
        let signature = setting.complete(marked, Trigger::Typed).signature?;
        let current = signature.current.and_then(|current| signature.parameters.get(current).cloned());
        Some(format!("{} {}", signature.name, current.unwrap_or_default()))
    };
    for (marked, expected) in [
        ("SELECT SUBSTRING(|", Some("SUBSTRING text")),
        ("SELECT substring(name, 1, |", Some("SUBSTRING [length]")),
        ("SELECT IF(a, (1 + |", Some("IF value_if_true")),
        ("SELECT CONCAT(a, b, c, d|) FROM study", Some("CONCAT […]")),
        ("SELECT CONCAT('a|", Some("CONCAT text")),
        ("SELECT ROUND(1.5|)", Some("ROUND number")),
        ("SELECT NOW(|)", Some("NOW [precision]")),
        ("SELECT nothing_known(|)", None),
        ("SELECT ABS(1) |", None),
        ("SELECT COALESCE((SELECT | FROM study), 1)", None),
        ("SELECT ABS(-- |", None),
    ] {
        assert_eq!(signature(marked).as_deref(), expected, "{marked}");
    }
}

#[test]
fn a_stale_completion_stops() {
    let setting = Setting::read("demo");
    let known =
        KnownNames { catalog: &setting.catalog, database: Some("clinspark"), name_case: NameCase::Distinguished };
    let text = "SELECT * FROM s";
    let input = CompletionInput {
        text,
        cursor: text.len(),
        dialect: setting.dialect,
        known,
        snippets: &[],
        recent: &[],
        docs: &[],
        trigger: Trigger::Typed,
        index: None,
        is_stale: &|| true,
    };
    assert_eq!(complete(&input), None);
}

proptest! {
    #[test]
    fn any_text_is_completed_at_any_place(
        text in super_text(),
        cursor in 0_usize..300,
        is_requested in any::<bool>(),
    ) {
        let setting = Setting::read("sakila");
        let trigger = if is_requested { Trigger::Requested } else { Trigger::Typed };
        let list = setting.complete_at(&text, cursor, trigger, &[]);
        let mut at = cursor.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        prop_assert!(list.replaced.start <= at && at <= list.replaced.end);
        prop_assert!(text.get(list.replaced.clone()).is_some());
        prop_assert!(list.items.len() <= 200);
        for item in &list.items {
            prop_assert!(item.inserted.is_char_boundary(item.cursor));
        }
    }
}

/// Text of pieces of SQL in any order, with some characters that confuse.
fn super_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        8 => prop::sample::select(vec![
            "SELECT ", "FROM ", "JOIN ", "ON ", "WHERE ", "WITH ", "AS ", "(", ")", ",", ".", "film", "actor", "f", "a",
            " ", "\n", "'", "`", "\"", "= ", "IN (", "GROUP BY ", "ORDER BY ", "UNION ", ":p", ":", "@v", "@", "--", "/*",
            "*/", ";", "rating", "CASE ", "WHEN ", "END ", "LEFT ", "COUNT(", "*", "1", "SHOW ", "USE ", "DESC ", "\\",
        ]).prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..30).prop_map(|pieces| pieces.concat())
}
