//! Snippets: the file's form, names, order.

use proptest::prelude::*;
use rrx::domain::snippets::{ParamType, Snippet, SnippetNameError, SnippetParam, check_name, rank, render, slug};

const FILE: &str = r#"/* rrx
# subjects-by-status.sql. Any SQL tool reads the file.
title = "Subjects by status"
tags  = ["subjects", "enrolment"]
key   = ["screening_number"]           # for comparing replays
[param.study]
type = "text"
default = "XN-101-001"
values = "SELECT name FROM study ORDER BY 1"
[param.since]
type = "date"
default = 2024-01-01
[param.arm]
allowed = ["A", "B"]
*/
SELECT s.status, count(*)
  FROM subject s
 WHERE s.created_at >= :since
"#;

#[test]
fn a_file_is_read_with_its_header() {
    let snippet = Snippet::parse("subjects-by-status", FILE).unwrap();
    assert_eq!(snippet.title, "Subjects by status");
    assert_eq!(snippet.tags, ["subjects", "enrolment"]);
    assert_eq!(snippet.key, ["screening_number"]);
    assert!(snippet.statement.starts_with("SELECT s.status") && snippet.statement.ends_with(":since"));
    assert_eq!(
        snippet.params,
        [
            SnippetParam {
                name: "study".into(),
                default: Some("XN-101-001".into()),
                values: Some("SELECT name FROM study ORDER BY 1".into()),
                ..SnippetParam::default()
            },
            SnippetParam {
                name: "since".into(),
                kind: ParamType::Date,
                default: Some("2024-01-01".into()),
                ..SnippetParam::default()
            },
            SnippetParam { name: "arm".into(), allowed: vec!["A".into(), "B".into()], ..SnippetParam::default() },
        ]
    );
}

#[test]
fn a_file_without_a_header_is_a_statement_called_like_the_file() {
    let snippet = Snippet::parse("a", "\n-- note\nSELECT 1;\n\n").unwrap();
    assert_eq!((snippet.title.as_str(), snippet.statement.as_str()), ("a", "-- note\nSELECT 1;"));
    assert_eq!(render(&snippet), "-- note\nSELECT 1;\n");
    let crlf = Snippet::parse("a", "\u{feff}/* rrx\r\ntitle = \"x\"\r\n*/\r\nSELECT 1\r\n").unwrap();
    assert_eq!((crlf.title.as_str(), crlf.statement.as_str()), ("x", "SELECT 1"));
    assert_eq!(Snippet::parse("a", "/* rrx title = \"x\" */ SELECT 1").unwrap().title, "x");
    assert_eq!(Snippet::parse("a", "/* rrxx */ SELECT 1").unwrap().statement, "/* rrxx */ SELECT 1");
}

#[test]
fn saving_keeps_every_byte_of_the_file() {
    assert_eq!(render(&Snippet::parse("subjects-by-status", FILE).unwrap()), FILE);
}

#[test]
fn saving_a_new_title_keeps_the_comments_and_the_rest() {
    let mut snippet = Snippet::parse("s", FILE).unwrap();
    snippet.title = "New */ \"title\"".into();
    snippet.tags = vec![];
    let text = render(&snippet);
    assert_eq!(
        text,
        FILE.replace("\"Subjects by status\"", "\"New *\\u002F \\\"title\\\"\"")
            .replace("[\"subjects\", \"enrolment\"]", "[]")
    );
    let read = Snippet::parse("s", &text).unwrap();
    assert_eq!((read.title, read.params), (snippet.title, snippet.params));
}

#[test]
fn a_wrong_header_names_its_line_and_leaves_the_statement() {
    let cases = [
        ("\n/* rrx\ntitel = \"x\"\n*/\nSELECT 1", 3, "unknown key `titel`; did you mean `title`?"),
        ("/* rrx\ntitle = 5\n*/\nSELECT 1", 2, "`title` must be a text in quotes"),
        ("/* rrx\n# c\n[param.a]\ntype = \"dat\"\n*/\nSELECT 1", 4, "unknown type `dat`; did you mean `date`?"),
        ("/* rrx\n[param.a]\ndefalt = 1\n*/\nSELECT 1", 3, "unknown key `defalt`; did you mean `default`?"),
        ("/* rrx\nquite = 1\n*/\nSELECT 1", 2, "unknown key `quite`"),
    ];
    for (text, line, reason) in cases {
        let problem = Snippet::parse("a", text).unwrap_err();
        assert_eq!((problem.line, problem.reason.as_str()), (line, reason), "{text}");
        assert_eq!(problem.usable.unwrap().statement, "SELECT 1");
    }
    let broken = Snippet::parse("a", "/* rrx\ntitle = \"ok\"\ntags = [\n*/\nSELECT 1").unwrap_err();
    assert!(broken.reason.starts_with("the header is not TOML"), "{broken}");
    assert_eq!(broken.usable.unwrap().title, "ok");
    assert_eq!(Snippet::parse("a", "/* rrx\ntitle = 1\nSELECT 1").unwrap_err().usable, None);
    assert_eq!(Snippet::parse("a", "/* rrx\n*/\n\n").unwrap_err().reason, "there is no statement");
    assert_eq!(Snippet::parse("a", "").unwrap_err().line, 1);
}

#[test]
fn a_new_snippet_is_named_after_its_title() {
    let snippet = Snippet::from_statement("Subjects by Status (v2)", " SELECT 1 ").unwrap();
    assert_eq!((snippet.name.as_str(), snippet.statement.as_str()), ("subjects-by-status-v2", "SELECT 1"));
    assert_eq!(render(&snippet), "/* rrx\ntitle = \"Subjects by Status (v2)\"\n*/\nSELECT 1\n");
    assert_eq!(Snippet::from_statement("../..", "SELECT 1").unwrap_err(), SnippetNameError::Empty);
    assert_eq!(slug("Größe: 日本"), "größe-日本");
    assert!(slug(&"日".repeat(100)).len() <= 100);
}

#[test]
fn hostile_names_are_refused() {
    for (name, problem) in [
        ("", SnippetNameError::Empty),
        ("../x", SnippetNameError::Separator),
        ("a/b", SnippetNameError::Separator),
        ("a\\b", SnippetNameError::Separator),
        (".hidden", SnippetNameError::Dot),
        ("-rf", SnippetNameError::Dash),
        ("a\nb", SnippetNameError::InvisibleCharacter),
        ("a\u{1b}[2J", SnippetNameError::InvisibleCharacter),
        ("a\u{202e}b", SnippetNameError::InvisibleCharacter),
        (" a", SnippetNameError::Space),
        (&"a".repeat(101), SnippetNameError::Long),
    ] {
        assert_eq!(check_name(name), Err(problem), "{name:?}");
    }
    assert_eq!(check_name("Subjects by status, 2"), Ok(()));
}

#[test]
fn snippets_are_ranked_by_name_then_tags_then_text() {
    let snippet = |name: &str, tags: &[&str], statement: &str| Snippet {
        name: name.into(),
        title: name.into(),
        tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
        statement: statement.into(),
        ..Snippet::default()
    };
    let all = [
        snippet("open-queries", &["monitoring"], "SELECT subject FROM q"),
        snippet("labs", &["subject"], "SELECT 1"),
        snippet("subject-status", &[], "SELECT 2"),
        snippet("audit", &[], "SELECT 3"),
    ];
    assert_eq!(rank("subject", &all), [2, 1, 0]);
    assert_eq!(rank("sub stat", &all), [2]);
    assert_eq!(rank("", &all), [0, 1, 2, 3]);
    assert_eq!(rank("zzz", &all), Vec::<usize>::new());
}

proptest! {
    #[test]
    fn what_is_rendered_reads_as_the_same_snippet(
        title in any::<String>(),
        tags in prop::collection::vec(any::<String>(), 0..3),
        statement in "(/\\* rrx )?[!-~][ -~\n]{0,40}[!-~]",
        params in prop::collection::btree_map("[a-z]{1,5}", (prop::option::of(any::<String>()), prop::collection::vec(any::<String>(), 0..2)), 0..3),
    ) {
        let params: Vec<SnippetParam> = params
            .into_iter()
            .map(|(name, (default, allowed))| SnippetParam { name, default, allowed, kind: ParamType::Integer, values: None })
            .collect();
        let snippet = Snippet { name: "n".into(), title, tags, statement, params, ..Snippet::default() };
        let text = render(&snippet);
        let read = Snippet::parse("n", &text).unwrap();
        prop_assert_eq!(&read.title, &snippet.title);
        prop_assert_eq!(&read.tags, &snippet.tags);
        prop_assert_eq!(&read.statement, &snippet.statement);
        prop_assert_eq!(&read.params, &snippet.params);
        prop_assert_eq!(render(&read), text);
    }

    #[test]
    fn no_text_breaks_the_reader(text in "(/\\* rrx\n)?[ -~\n]{0,80}(\\*/)?[ -~\n]{0,20}", any in any::<String>()) {
        for text in [text, any] {
            match Snippet::parse("n", &text) {
                Ok(snippet) => prop_assert_eq!(Snippet::parse("n", &render(&snippet)), Ok(snippet)),
                Err(problem) => prop_assert!(problem.line >= 1 && problem.line <= text.lines().count().max(1)),
            }
        }
    }
}
