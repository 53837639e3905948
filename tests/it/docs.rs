//! Doc packs: reading, lookup, blocks.

use std::path::Path;

use std::sync::Arc;

use proptest::prelude::*;
use rrx::app::Message;
use rrx::app::panes::inspector::InspectorLine;
use rrx::domain::catalog::NameCase;
use rrx::domain::docs::blocks::{DocBlock, Inline, TextStyle, parse_blocks, plain_text};
use rrx::domain::docs::{DocPack, page_about};
use rrx::domain::protocol::{FileOwner, StorageEvent};

const SUBJECT: &str = r#"+++
object = "clinspark_demo.subject"
+++
# Subjects

One row for each person in a study. *Not* one for each volunteer.

## Keys
- `id`: primary key

## Columns
- `id`: the primary key
- `screening_number`, `randomization_number`: numbers that sites know
- a remark without a name

## Beware
Names repeat per study.

## Try
Subjects by status:

```sql
SELECT status, count(*) FROM subject GROUP BY status
```

### One site

```sql
SELECT 1
```

```text
not an example
```
"#;

fn read(files: &[(&str, &[u8])]) -> (DocPack, Vec<String>) {
    let (pack, problems) = DocPack::read(files.iter().map(|(path, bytes)| (Path::new(path), bytes)));
    (pack, problems.iter().map(ToString::to_string).collect())
}

#[test]
fn a_pack_is_read_from_its_files() {
    let (pack, problems) = read(&[
        ("pack/pack.toml", b"title = \"demo\"\nversion = \"24.1\"\nsynthetic = true\n"),
        ("pack/subject.md", SUBJECT.as_bytes()),
        ("pack/study.md", b"# Studies\nA study.\n\n## Columns\n\n| Column | Type | Text |\n|---|---|---|\n| `name` | text | its name |\n"),
        ("pack/picture.png", &[0xff]),
    ]);
    assert_eq!(problems, Vec::<String>::new());
    assert_eq!((pack.title.as_str(), pack.is_synthetic), ("demo 24.1", true));
    assert_eq!(pack.pages.len(), 2);
    let packs = [pack];
    let about = |schema, table| page_about(&packs, schema, table, NameCase::Distinguished);
    let page = about("clinspark_demo", "subject").unwrap();
    assert_eq!(page.title, "Subjects");
    assert_eq!(page.summary, "One row for each person in a study. Not one for each volunteer.");
    assert!(page.text.starts_with("# Subjects"));
    assert_eq!(page.columns.len(), 3);
    assert_eq!(
        page.examples,
        [
            ("Subjects by status".to_owned(), "SELECT status, count(*) FROM subject GROUP BY status".to_owned()),
            ("One site".to_owned(), "SELECT 1".to_owned()),
        ]
    );
    assert_eq!(page.column_text("SCREENING_NUMBER"), Some("numbers that sites know"));
    assert_eq!(about("any", "study").and_then(|page| page.column_text("name")), Some("text; its name"));
    assert!(about("other", "subject").is_none());
    assert!(about("other", "study").is_some());
}

#[test]
fn a_pack_names_the_filters_of_its_tables() {
    let (pack, problems) = read(&[("pack.toml", b"filters = [\"form_data.canceled\", \"*.deleted\", \"canceled\"]\n")]);
    let filters: Vec<String> = pack.filters.iter().map(ToString::to_string).collect();
    assert_eq!(filters, ["form_data.canceled", "*.deleted"]);
    assert_eq!(problems, ["pack.toml, line 1: `canceled` is no filter: write `table.column` or `*.column`"]);
    for (text, problem) in [
        ("filters = \"a.b\"", "pack.toml, line 1: `filters` must be a list such as [\"form_data.canceled\"]"),
        ("filters = [1]", "pack.toml, line 1: `filters` must be a list of texts in quotes"),
        ("title = [\"a\"]", "pack.toml, line 1: `title` must be a text in quotes"),
    ] {
        assert_eq!(read(&[("pack.toml", text.as_bytes())]).1, [problem]);
    }
}

#[test]
fn what_is_wrong_is_named_with_file_and_line_and_the_rest_stands() {
    let (pack, problems) = read(&[
        ("pack.toml", b"title = 5\nsyntetic = true\n"),
        ("latin.md", b"# ok\nna\xefve\n"),
        ("empty.md", b"  \n"),
        ("front.md", b"+++\n\nobjekt = \"x\"\n+++\n# Front\n"),
        ("open.md", b"+++\nobject = \"x\"\n# Open\n"),
        ("good.md", b"# Good\n"),
        ("sub/good.md", b"# Twice\n"),
    ]);
    assert_eq!(
        problems,
        [
            "pack.toml, line 1: `title` must be a text in quotes, or true or false",
            "pack.toml, line 2: unknown key `syntetic`; known keys: title, version, synthetic, filters",
            "latin.md, line 2: the text is not UTF-8",
            "empty.md, line 1: the page is empty",
            "front.md, line 3: unknown key `objekt`; known keys: object",
            "open.md, line 1: the front matter is not closed: write a line +++ after it",
            "sub/good.md, line 1: there is another page about good",
        ]
    );
    let objects: Vec<&str> = pack.pages.iter().map(|page| page.object.as_str()).collect();
    assert_eq!(objects, ["front", "good", "open"]);
}

#[test]
fn a_page_is_taken_apart_into_blocks() {
    let inline =
        |text: &str, style, link: Option<&str>| Inline { text: text.into(), style, link: link.map(Into::into) };
    let found = parse_blocks(
        "# A `b`\n\nSee [the study](study.md), **now**\nor later.\n\n1. one\n   - deep\n2. two\n\n> said\n\n---\n\n```sql\nSELECT 1\n\n```\n",
    );
    assert_eq!(
        found,
        [
            DocBlock::Heading {
                level: 1,
                text: vec![inline("A ", TextStyle::Plain, None), inline("b", TextStyle::Code, None)]
            },
            DocBlock::Paragraph(vec![
                inline("See ", TextStyle::Plain, None),
                inline("the study", TextStyle::Plain, Some("study.md")),
                inline(", ", TextStyle::Plain, None),
                inline("now", TextStyle::Strong, None),
                inline(" or later.", TextStyle::Plain, None),
            ]),
            DocBlock::List {
                first: Some(1),
                items: vec![
                    vec![
                        DocBlock::Paragraph(vec![inline("one", TextStyle::Plain, None)]),
                        DocBlock::List {
                            first: None,
                            items: vec![vec![DocBlock::Paragraph(vec![inline("deep", TextStyle::Plain, None)])]]
                        },
                    ],
                    vec![DocBlock::Paragraph(vec![inline("two", TextStyle::Plain, None)])],
                ],
            },
            DocBlock::Quote(vec![DocBlock::Paragraph(vec![inline("said", TextStyle::Plain, None)])]),
            DocBlock::Rule,
            DocBlock::Code { lang: "sql".into(), text: "SELECT 1".into() },
        ]
    );
    let table = parse_blocks("| a | b |\n|---|---|\n| 1 | `2` |\n");
    let [DocBlock::Table { head, rows }] = table.as_slice() else { panic!("{table:?}") };
    assert_eq!(head.iter().map(|cell| plain_text(cell)).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(rows[0].iter().map(|cell| plain_text(cell)).collect::<Vec<_>>(), ["1", "2"]);
}

#[test]
fn a_page_cannot_speak_to_the_terminal_nor_nest_without_end() {
    let found = parse_blocks("a\u{1b}[2Jb `\u{7}`\n\n```\n\u{1b}c\n```\n");
    assert!(!format!("{found:?}").contains("\\u{1b}"), "{found:?}");
    let deep = format!("{} x", "> ".repeat(5_000));
    assert!(format!("{:?}", parse_blocks(&deep)).matches("Quote").count() <= 16);
    assert!(plain_of(&parse_blocks(&deep)).contains('x'));
}

fn plain_of(blocks: &[DocBlock]) -> String {
    blocks
        .iter()
        .map(|block| match block {
            DocBlock::Paragraph(text) => plain_text(text),
            DocBlock::Quote(inside) => plain_of(inside),
            _ => String::new(),
        })
        .collect()
}

proptest! {
    #[test]
    fn no_bytes_break_the_reader(bytes in prop::collection::vec(any::<u8>(), 0..200), text in "(\\+\\+\\+\n)?[#>|`*\\- a-z\n0-9.\\[\\]()=\"]{0,120}") {
        let files = [("a.md", bytes), ("b.md", text.clone().into_bytes()), ("pack.toml", text.into_bytes())];
        let (pack, _) = DocPack::read(files.iter().map(|(path, bytes)| (Path::new(path), bytes)));
        prop_assert!(pack.pages.len() <= 2);
    }
}

#[test]
fn a_page_is_drawn_from_its_blocks() {
    let page = "# Subjects\n\nCode keeps its marks: `SELECT 2 ** 3`, `a_b`, **not** these.\n\n\
                1. first\n2. second\n   - nested\n\n> quoted\n\n| name | meaning |\n|---|---|\n| `id` | the key |\n\n\
                ```sql\nSELECT 1\n```\n\n## Columns\n- `id`: drawn with the catalog\n";
    let (pack, _) = read(&[("subject.md", page.as_bytes())]);
    let mut bench = super::model::Bench::connected(160, 45);
    bench.feed(Message::Storage(StorageEvent::Docs {
        owner: FileOwner::User,
        packs: Arc::new(vec![pack]),
        problems: vec![],
    }));
    bench.text("SELECT * FROM subject");
    bench.keys("left");
    let lines: Vec<String> = bench.model.inspector.lines.iter().map(InspectorLine::text).collect();
    let shown: Vec<&str> = lines.iter().map(String::as_str).take_while(|line| !line.starts_with("Columns")).collect();
    assert_eq!(
        shown.join("\n"),
        "Subjects\n\nCode keeps its marks: SELECT 2 ** 3, a_b, \nnot these.\n\n1. first\n2. second\n   • nested\n\n\
         │ quoted\n\nname  meaning\nid    the key\n\nSELECT 1\n"
    );
}

/// A connected program with this pack.
fn with_pack(files: &[(&str, &[u8])], (width, height): (u16, u16)) -> super::model::Bench {
    let (pack, problems) = read(files);
    assert_eq!(problems, Vec::<String>::new());
    let mut bench = super::model::Bench::connected(width, height);
    bench.feed(Message::Storage(StorageEvent::Docs {
        owner: FileOwner::User,
        packs: Arc::new(vec![pack]),
        problems: vec![],
    }));
    bench
}

fn shown(bench: &super::model::Bench) -> String {
    bench.model.inspector.lines.iter().map(InspectorLine::text).collect::<Vec<_>>().join("\n")
}

fn notice(bench: &super::model::Bench) -> &str {
    bench.model.notices.current.as_ref().map_or("", |notice| notice.text.as_str())
}

#[test]
fn a_page_belongs_to_a_table_in_another_case_where_names_ignore_case() {
    let (pack, problems) =
        read(&[("ACTOR.md", b"# Upper"), ("actor2.md", b"# 2"), ("Film.md", b"# A"), ("film.md", b"# B")]);
    assert_eq!(problems, Vec::<String>::new());
    let packs = [pack];
    let title = |table: &str, names| page_about(&packs, "app", table, names).map(|page| page.title.as_str());
    assert_eq!(title("actor", NameCase::Ignored), Some("Upper"));
    assert_eq!(title("actor", NameCase::Distinguished), None);
    for names in [NameCase::Ignored, NameCase::Distinguished] {
        assert_eq!((title("film", names), title("Film", names)), (Some("B"), Some("A")));
    }
}

#[test]
fn every_part_of_a_page_is_shown() {
    let page = "# Subjects\n\nbefore\n\n## Columns\n\nabout the columns\n\n- `ID`: the key\n- `gone`: not there any more\n\n\
                ## Keys\n\nbetween\n\n## Try\n\nabout the examples\n\nOne:\n\n```sql\nSELECT 1\n```\n\n```text\nno example\n```\n\n\
                ## Beware\n\nafter\n\n### Try\n\nof level 3\n";
    let mut bench = with_pack(&[("subject.md", page.as_bytes())], (160, 45));
    bench.text("SELECT * FROM subject");
    bench.keys("left");
    let shown = shown(&bench);
    let parts = [
        "before",
        "Columns (3",
        "the key",
        "Described, but not in the catalog",
        "gone not there any more",
        "about the columns",
        "Keys",
        "between",
        "about the examples",
        "no example",
        "Beware",
        "after",
        "of level 3",
        "Try: One",
        "SELECT 1",
    ];
    let mut from = 0;
    for part in parts {
        let at = shown[from..].find(part);
        assert!(at.is_some(), "{part} is missing or too early:\n{shown}");
        from += at.unwrap();
    }
    assert_eq!(shown.matches("SELECT 1").count(), 1, "{shown}");
}

#[test]
fn f12_opens_the_documentation_at_every_size_also_when_it_is_hidden_or_kept() {
    // F3 hides the inspector of a wide screen.
    for (size, all_keys) in [((160, 45), ["", "f3", "f4"]), ((80, 24), ["", "f4", ""]), ((40, 12), ["", "", ""])] {
        for keys in all_keys {
            let mut bench = with_pack(&[("subject.md", b"# The subjects")], size);
            bench.text("SELECT *\nFROM\n  subject");
            bench.keys(&format!("{keys} f12"));
            assert!(bench.model.context.layout.inspector.is_some(), "{size:?} {keys}");
            assert!(shown(&bench).contains("The subjects"), "{size:?} {keys}");
        }
    }
    let mut bench = with_pack(&[("subject.md", b"# The subjects"), ("site.md", b"# The sites")], (160, 45));
    bench.text("SELECT * FROM site, subject");
    bench.model.inspector.is_pinned = true;
    bench.keys("f12");
    assert!(shown(&bench).contains("The subjects"));
}

#[test]
fn f12_says_why_it_opens_nothing() {
    let mut bench = super::model::Bench::connected(80, 24);
    bench.keys("f12");
    assert_eq!(notice(&bench), "There is no statement here. Type one, or open a snippet with Ctrl-O.");
    bench.text("SELECT nothing_known");
    bench.keys("f12");
    assert_eq!(notice(&bench), "There is no table nothing_known in clinspark. Ctrl-T finds tables.");
    bench.keys("home f12");
    assert_eq!(notice(&bench), "This statement names no table of the catalog. Ctrl-T finds tables.");
    bench.model.context.catalog = None;
    bench.keys("f12");
    assert_eq!(notice(&bench), "The tables are not known yet. Alt-C loads the catalog.");
}

#[test]
fn pages_about_topics_open_from_the_list_and_from_the_worksheet() {
    let mut bench = with_pack(
        &[("glossary.md", b"# Words\n\nWhat they mean.\n\n## Try\n\n```sql\nSELECT 1\n```\n"), ("site.md", b"# Sites")],
        (80, 24),
    );
    bench.keys("alt-h");
    bench.text("gloss");
    bench.keys("enter");
    assert!(shown(&bench).contains("What they mean."), "{}", shown(&bench));
    assert!(bench.model.context.layout.inspector.is_some());
    bench.keys("e");
    assert_eq!(bench.model.worksheets.sheet().unwrap().editor.text(), "SELECT 1\n".trim_end());
    bench.keys("alt-h");
    bench.text("site");
    bench.keys("enter");
    assert!(shown(&bench).contains("Columns (3"), "a page about a table has its columns: {}", shown(&bench));
    bench.keys("esc ctrl-n");
    bench.text("SELECT glossary");
    bench.keys("f12");
    assert!(shown(&bench).contains("What they mean."));
}
