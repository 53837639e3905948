//! Doc packs: reading, lookup, blocks.

use std::path::Path;

use std::sync::Arc;

use proptest::prelude::*;
use rrx::app::Message;
use rrx::app::panes::inspector::InspectorLine;
use rrx::domain::docs::DocPack;
use rrx::domain::docs::blocks::{DocBlock, Inline, TextStyle, parse_blocks, plain_text};
use rrx::domain::protocol::StorageEvent;

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
    let page = pack.page_for("clinspark_demo", "subject").unwrap();
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
    assert_eq!(pack.column_text("clinspark_demo", "subject", "SCREENING_NUMBER"), Some("numbers that sites know"));
    assert_eq!(pack.column_text("any", "study", "name"), Some("text; its name"));
    assert!(pack.page_for("other", "subject").is_none());
    assert!(pack.page_for("other", "study").is_some());
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
            "pack.toml, line 2: unknown key `syntetic`; known keys: title, version, synthetic",
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
    bench.feed(Message::Storage(StorageEvent::Docs { packs: Arc::new(vec![pack]), problems: vec![] }));
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
