//! The demo's doc pages and snippets: each page is about an existing object and has all sections.

use std::collections::BTreeSet;

use super::*;

/// Pages that are not about a table.
const TOPICS: [&str; 2] = ["index", "glossary"];

/// A page without its front matter.
struct Page {
    file: &'static str,
    object: String,
    text: &'static str,
}

fn pages() -> Vec<Page> {
    data::pack_files()
        .filter(|(file, _)| std::path::Path::new(file).extension().is_some_and(|extension| extension == "md"))
        .map(|(file, bytes)| {
            let text = std::str::from_utf8(bytes).unwrap();
            let (front, text) = text.strip_prefix("+++\n").and_then(|text| text.split_once("\n+++\n")).expect(file);
            let front: toml::Table = front.parse().expect(file);
            Page { file, object: front["object"].as_str().unwrap().to_owned(), text }
        })
        .collect()
}

/// Returns the lines of a section with a level 2 heading.
fn section<'a>(page: &'a Page, title: &str) -> Vec<&'a str> {
    let heading = format!("## {title}");
    page.text.lines().skip_while(|line| *line != heading).skip(1).take_while(|line| !line.starts_with("## ")).collect()
}

/// Returns the names of all objects as in the pages: with the database for reporting, without it for the study databases.
fn objects() -> BTreeSet<String> {
    let schema = data::schema();
    let qualified =
        |database: &str, name: &String| if database == REPORTING { format!("{database}.{name}") } else { name.clone() };
    schema
        .databases
        .iter()
        .flat_map(|database| {
            let tables = database.tables.iter().map(|table| &table.name);
            let views = database.views.iter().map(|view| &view.name);
            tables.chain(views).map(|name| qualified(&database.name, name)).collect::<Vec<_>>()
        })
        .collect()
}

#[test]
fn every_table_has_a_page_and_every_page_an_object() {
    let mut found: BTreeSet<String> = pages().into_iter().map(|page| page.object).collect();
    for topic in TOPICS {
        assert!(found.remove(topic), "{topic}");
    }
    assert_eq!(found, objects());
}

#[test]
fn the_pack_says_that_it_is_synthetic() {
    let (_, bytes) = data::pack_files().find(|(file, _)| *file == "pack.toml").unwrap();
    let pack: toml::Table = std::str::from_utf8(bytes).unwrap().parse().unwrap();
    assert_eq!(pack["title"].as_str(), Some("ClinSpark demo (synthetic)"));
    assert_eq!(pack["synthetic"].as_bool(), Some(true));
}

#[test]
fn every_page_of_a_table_has_its_sections() {
    for page in pages().iter().filter(|page| !TOPICS.contains(&page.object.as_str())) {
        let name = page.object.rsplit('.').next().unwrap();
        let mut lines = page.text.lines().filter(|line| !line.is_empty());
        assert_eq!(lines.next(), Some(format!("# {name}").as_str()), "{}", page.file);
        assert!(lines.next().is_some_and(|line| line.ends_with('.')), "{}: one sentence first", page.file);
        for title in ["Keys", "Beware", "Columns"] {
            assert!(section(page, title).iter().any(|line| line.starts_with("- ")), "{}: {title}", page.file);
        }
        let examples = section(page, "Try");
        assert!(examples.contains(&"```sql") && examples.iter().any(|line| line.starts_with("### ")), "{}", page.file);
    }
}

#[test]
fn pages_describe_only_existing_columns() {
    let schema = data::schema();
    for page in pages().iter().filter(|page| !TOPICS.contains(&page.object.as_str())) {
        let (database, name) = page.object.split_once('.').unwrap_or((MAIN, &page.object));
        let database = schema.database(database).unwrap();
        let columns = database.table(name).map(|table| &table.columns);
        let columns = columns.or_else(|| database.view(name).map(|view| &view.columns)).unwrap();
        for line in section(page, "Columns").iter().filter(|line| line.starts_with("- ")) {
            let (names, _) = line[2..].split_once(": ").expect(page.file);
            for name in names.split(", ") {
                let name = name.trim_matches('`');
                assert!(columns.iter().any(|column| column.name == name), "{}: {name}", page.file);
            }
        }
    }
}

#[test]
fn links_lead_to_existing_pages() {
    let pages = pages();
    for page in &pages {
        for link in page.text.split("](").skip(1) {
            let target = link.split_once(')').expect(page.file).0;
            assert!(pages.iter().any(|other| other.object == target), "{}: {target}", page.file);
        }
    }
}

#[test]
fn foreign_keys_are_described_on_their_page() {
    let schema = data::schema();
    for table in &schema.database(MAIN).unwrap().tables {
        let page = pages().into_iter().find(|page| page.object == table.name).unwrap();
        let keys = section(&page, "Keys").join("\n");
        for key in &table.foreign_keys {
            assert!(keys.contains(&format!("`{}`", key.column)), "{}: {}", table.name, key.column);
        }
    }
}

#[test]
fn every_snippet_has_a_header_and_one_statement() {
    let names: Vec<_> = data::snippets().map(|(name, _)| name).collect();
    assert_eq!(names.len(), 20);
    assert!(names.is_sorted());
    for (name, text) in data::snippets() {
        let (header, statement) = text.strip_prefix("/* rrx\n").and_then(|text| text.split_once("*/\n")).expect(name);
        let header: toml::Table = header.parse().expect(name);
        assert!(header["title"].is_str() && header["tags"].is_array(), "{name}");
        assert!(statement.trim_end().ends_with(';') && statement.matches(';').count() == 1, "{name}");
    }
}

#[test]
fn the_first_worksheet_has_three_statements() {
    let code: String = data::first_worksheet().lines().filter(|line| !line.starts_with("--")).collect();
    let statements: Vec<_> = code.split(';').map(str::trim).filter(|statement| !statement.is_empty()).collect();
    let words: Vec<_> = statements.iter().filter_map(|statement| statement.split_whitespace().next()).collect();
    assert_eq!(words, ["SELECT", "SELECT", "UPDATE"]);
    let longest = data::first_worksheet().lines().map(str::len).max();
    assert!(longest <= Some(64), "a line is cut on a screen of 160 columns: {longest:?}");
}

#[test]
fn the_first_statement_is_the_funnel_among_the_snippets() {
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let (_, funnel) = data::snippets().find(|(name, _)| *name == "enrolment-funnel").unwrap();
    let (_, statement) = funnel.split_once("*/").unwrap();
    let code: Vec<&str> = data::first_worksheet().lines().filter(|line| !line.starts_with("--")).collect();
    let code = code.join("\n");
    let (first, _) = code.split_once(';').unwrap();
    assert_eq!(words(first), words(statement.trim().trim_end_matches(';')));
}
