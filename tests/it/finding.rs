//! Words that people type into the palette, what the help lists, and what the hints name.

use rrx::app::action::{Action, AppAction, ExplorerAction, GridAction, InspectorAction, WorksheetAction};
use rrx::app::focus::Focus;
use rrx::app::{Effect, screen};
use rrx::domain::protocol::{End, SessionCmd, SessionEvent, StorageCmd};

use super::model::{Bench, report};

/// A session with a result, the focus in the worksheet, whose cursor is on a table.
fn bench(width: u16, height: u16) -> Bench {
    let mut bench = Bench::connected(width, height);
    bench.text("SELECT name FROM subject");
    let result = bench.run();
    bench.rows(result, &["name"], &[&[Some("Day 1")], &[Some("Day 2")]]);
    bench.effects.clear();
    bench
}

fn drawn(bench: &Bench) -> String {
    let (width, height) = (bench.model.size.width, bench.model.size.height);
    let buffer = screen(&bench.model, width, height);
    let line = |y| (0..width).map(|x| buffer[(x, y)].symbol()).collect::<String>().trim_end().to_owned();
    (0..height).map(line).collect::<Vec<_>>().join("\n")
}

/// Types a text into the dialog that is open.
fn type_text(bench: &mut Bench, text: &str) {
    for character in text.chars() {
        bench.keys(&if character == ' ' { "space".to_owned() } else { character.to_string() });
    }
}

/// The names of the items that the palette lists for a typed text.
fn palette(bench: &mut Bench, typed: &str) -> Vec<String> {
    bench.keys("ctrl-p");
    type_text(bench, typed);
    let names = items(bench);
    bench.keys("esc");
    names
}

fn items(bench: &Bench) -> Vec<String> {
    let overlay = bench.model.overlays.modal().expect("a dialog is open");
    overlay.items.iter().map(|item| item.name.clone()).collect()
}

#[test]
fn the_palette_finds_the_words_that_people_type() {
    use AppAction as A;
    use GridAction as G;
    use WorksheetAction as W;
    let app = Action::App;
    let (grid, worksheet, explorer) = (Action::Grid, Action::Worksheet, Action::Explorer);
    let words = [
        ("excel", grid(G::Export)),
        ("export", grid(G::Export)),
        ("csv", grid(G::Export)),
        ("spreadsheet", grid(G::Export)),
        ("save file", app(A::SaveFile)),
        ("download", grid(G::Export)),
        ("copy as", grid(G::CopyAs)),
        ("markdown", grid(G::CopyAs)),
        ("chart", grid(G::Chart)),
        ("plot", grid(G::Chart)),
        ("graph", grid(G::Chart)),
        ("sort", grid(G::Sort)),
        ("order by", grid(G::Sort)),
        ("filter", grid(G::Filter)),
        ("median", grid(G::Profile)),
        ("statistics", grid(G::Profile)),
        ("timezone", grid(G::Zone)),
        ("warnings", grid(G::Warnings)),
        ("replace", worksheet(W::Replace)),
        ("undo close", app(A::ReopenWorksheet)),
        ("restore", app(A::ReopenWorksheet)),
        ("use database", app(A::UseDatabase)),
        ("use", app(A::UseDatabase)),
        ("switch schema", app(A::UseDatabase)),
        ("ddl", app(A::Ddl)),
        ("create table", app(A::Ddl)),
        ("count", app(A::CountRows)),
        ("how many", app(A::CountRows)),
        ("history", app(A::History)),
        ("find", app(A::Find)),
        ("search", app(A::Find)),
        ("theme", app(A::Theme)),
        ("dark", app(A::Theme)),
        ("colors", app(A::Theme)),
        ("quit", app(A::Quit)),
        ("exit", app(A::Quit)),
        ("connect", app(A::Profiles)),
        ("disconnect", app(A::Profiles)),
        ("switch server", app(A::Profiles)),
        ("reconnect", app(A::Reconnect)),
        ("zoom", app(A::Zoom)),
        ("maximize", app(A::Zoom)),
        ("kill", app(A::Stop)),
        ("cancel", app(A::Stop)),
        ("stop", app(A::Stop)),
        ("execute", app(A::Run)),
        ("docs", app(A::Pages)),
        ("new tab", app(A::NewWorksheet)),
        ("favorite", app(A::SaveSnippet)),
        ("shortcuts", app(A::Help)),
        ("insert", explorer(ExplorerAction::Insert)),
        ("preview", explorer(ExplorerAction::Preview)),
        ("describe", worksheet(W::Docs)),
        ("undo", worksheet(W::Undo)),
        ("hex", Action::Inspector(InspectorAction::Format)),
    ];
    assert!(words.len() >= 20);
    let mut bench = bench(100, 30);
    // Something was copied, so that it can be pasted.
    bench.keys("ctrl-a alt-y esc");
    let words = words.into_iter().chain([("paste", worksheet(W::Paste))]);
    let wrong: Vec<String> = words
        .filter_map(|(typed, action)| {
            let found = palette(&mut bench, typed);
            let first = found.first().map(String::as_str);
            (first != Some(action.help())).then(|| format!("{typed}: {first:?}, not {:?}", action.help()))
        })
        .collect();
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn what_works_in_the_panel_in_focus_comes_first_and_motions_come_last() {
    let mut bench = bench(160, 45);
    let filter = Action::Explorer(ExplorerAction::Filter).help();
    assert_ne!(palette(&mut bench, "filter")[0], filter);
    bench.keys("alt-1");
    assert_eq!(bench.model.focus, Focus::Explorer);
    assert_eq!(palette(&mut bench, "filter")[0], filter, "the explorer's own filter");
    let all = palette(&mut bench, "");
    assert_eq!(all[0], Action::Explorer(ExplorerAction::Open).help(), "{all:?}");
    let page = palette(&mut bench, "down");
    let motion = page.iter().position(|name| name == "Page down").unwrap();
    let export = page.iter().position(|name| name.starts_with("Export")).unwrap();
    assert!(export < motion, "{page:?}");
}

#[test]
fn a_command_of_another_panel_moves_the_focus_there_and_is_done() {
    let mut bench = bench(160, 45);
    bench.keys("ctrl-p");
    type_text(&mut bench, "filter tables");
    bench.keys("enter");
    assert!(bench.model.focus == Focus::Explorer && bench.model.explorer.is_typing);
}

#[test]
fn a_command_that_cannot_be_done_says_why() {
    let mut bench = Bench::connected(100, 30);
    bench.keys("ctrl-p");
    type_text(&mut bench, "excel");
    assert!(drawn(&bench).contains("not now: there is no result yet"), "{}", drawn(&bench));
    bench.keys("enter");
    let notice = bench.model.notices.current.as_ref().unwrap();
    assert_eq!(notice.text, "\"Export result\" cannot be done now: there is no result yet.");
    assert!(!bench.model.overlays.is_modal() && bench.model.focus == Focus::Worksheet);
    // What can be done comes before what cannot.
    let close = palette(&mut bench, "close");
    let at = |action: Action| close.iter().position(|name| name == action.help()).unwrap();
    assert_eq!(at(Action::App(AppAction::CloseWorksheet)), 0, "{close:?}");
    assert!(at(Action::Inspector(InspectorAction::Leave)) < at(Action::Grid(GridAction::Close)), "{close:?}");
}

#[test]
fn the_help_lists_what_works_now_with_the_panels_own_keys_first() {
    let mut bench = bench(100, 30);
    bench.keys("f6 f1");
    assert_eq!(bench.model.focus, Focus::Grid);
    let overlay = bench.model.overlays.modal().unwrap();
    assert_eq!(overlay.list.cursor, 1, "the cursor is on the first key, not on the heading");
    let text: Vec<String> = overlay.items.iter().map(|item| format!("{} {}", item.name, item.about)).collect();
    let at = |part: &str| text.iter().position(|line| line.contains(part));
    assert_eq!(text[0].trim(), "Results", "{text:#?}");
    assert!(at("x Export result…").unwrap() < at("Go to the next row").unwrap(), "motions come last in their group");
    assert!(at("Go to the next row").unwrap() < at("Everywhere").unwrap());
    assert!(at("Everywhere").unwrap() < at("Run the statement").unwrap());
    // These cannot be done now, or another key is nearer.
    for missing in ["next match", "next result", "foreign key you followed", "Esc Back", "Delete the character"] {
        assert_eq!(at(missing), None, "{text:#?}");
    }
    bench.keys("esc esc esc");
    bench.keys("f6 f6 f6 f6 f1");
}

#[test]
fn the_help_has_no_key_that_is_text_here() {
    let mut bench = bench(100, 30);
    bench.keys("f1");
    let names = items(&bench);
    assert_eq!(names[0], "Worksheet");
    assert!(names.contains(&"F1".to_owned()), "without the question mark: {names:?}");
    bench.keys("up");
    let overlay = bench.model.overlays.modal().unwrap();
    assert_eq!(overlay.list.cursor, 1, "a heading is never chosen");
    let heading = items(&bench).iter().position(|name| name == "Everywhere").unwrap();
    for _ in 1..heading {
        bench.keys("down");
    }
    assert_eq!(bench.model.overlays.modal().unwrap().list.cursor, heading + 1);
    bench.keys("up");
    assert_eq!(bench.model.overlays.modal().unwrap().list.cursor, heading - 1);
    type_text(&mut bench, "worksheet");
    assert!(!items(&bench).contains(&"Worksheet".to_owned()), "no headings among the matches");
}

#[test]
fn the_hints_of_the_results_name_export_chart_and_copy_as() {
    let mut bench = bench(80, 24);
    bench.keys("f6");
    let screen = drawn(&bench);
    let hints = screen.lines().last().unwrap();
    for hint in ["x export", "d chart", "Y copy as", "F1 keys", "Ctrl-P commands"] {
        assert!(hints.contains(hint), "{hints}");
    }
}

#[test]
fn a_database_is_chosen_from_a_list_and_used() {
    let mut bench = bench(100, 30);
    bench.keys("alt-s");
    assert_eq!(items(&bench), ["clinspark", "mysql"]);
    assert!(drawn(&bench).contains("current"));
    bench.keys("down enter");
    let tabs = bench.model.grid.tabs().0.len();
    let result = bench.permit();
    let sent = bench.take(|effect| matches!(effect, Effect::Session(_, SessionCmd::Run { .. })));
    assert!(format!("{sent:?}").contains("USE"), "{sent:?}");
    let report = rrx::domain::protocol::RunReport { database: Some("mysql".into()), ..report(End::Complete, 0) };
    bench.session(SessionEvent::Ended { result, report });
    assert_eq!(bench.model.context.database.as_deref(), Some("mysql"));
    assert_eq!(bench.model.grid.tabs().0.len(), tabs, "the rows on the screen stay");
    assert_eq!(bench.model.notices.current.as_ref().unwrap().text, "The current database is mysql.");
}

#[test]
fn the_create_statement_and_the_number_of_rows_are_of_the_table_at_the_cursor() {
    for (key, statement) in [("alt-k", "SHOW CREATE TABLE subject"), ("alt-q", "SELECT COUNT(*) FROM subject")] {
        let mut bench = bench(100, 30);
        bench.keys(key);
        let begin = bench.take(|effect| matches!(effect, Effect::Storage(StorageCmd::Begin { .. })));
        assert!(format!("{begin:?}").contains(statement), "{begin:?}");
    }
    let mut bench = Bench::connected(100, 30);
    bench.keys("alt-k");
    let notice = bench.model.notices.current.as_ref().unwrap();
    assert_eq!(notice.text, "Put the cursor on a table first, in the explorer or in a statement.");
}

#[test]
fn the_theme_turns_through_dark_light_and_no_colours() {
    let mut bench = bench(100, 30);
    let first = bench.model.theme;
    let names = ["light", "mono", "dark"].map(|name| {
        bench.keys("alt-l");
        bench.model.notices.current.as_ref().unwrap().text.contains(name)
    });
    assert_eq!(names, [true; 3]);
    assert_eq!(bench.model.theme, first);
}

/// A session with many tables. The current database has the table `form` in the middle.
fn with_tables(width: u16, height: u16) -> Bench {
    let mut bench = Bench::connected(width, height);
    let mut catalog = super::model::catalog();
    let template = catalog.schemas[0].tables[0].clone();
    let table = |name: String| rrx::domain::catalog::Table { name, comment: String::new(), ..template.clone() };
    let mut tables: Vec<_> = (0..60).map(|number| table(format!("free_or_mild_{number:02}"))).collect();
    tables.insert(30, table("form".into()));
    tables.insert(20, table("platform".into()));
    tables.insert(10, table("a_very_long_name_of_a_table_that_ends_in_2026".into()));
    catalog.schemas[0].tables = tables;
    catalog.schemas.push(rrx::domain::catalog::Schema { name: "reporting".into(), ..Default::default() });
    bench.session(SessionEvent::Catalog(std::sync::Arc::new(catalog)));
    bench
}

#[test]
fn the_explorer_says_what_it_counts() {
    let mut bench = with_tables(160, 45);
    assert!(drawn(&bench).contains("63 tables in 2 databases"), "{}", drawn(&bench));
    bench.keys("alt-1 /");
    type_text(&mut bench, "form");
    bench.compute();
    assert!(drawn(&bench).contains("2 of 63 tables"), "{}", drawn(&bench));
    let mut narrow = with_tables(120, 40);
    narrow.keys("alt-1");
    assert!(drawn(&narrow).contains("63 tables"), "{}", drawn(&narrow));
}

#[test]
fn the_filter_of_the_explorer_goes_to_the_best_name_and_uses_loose_letters_only_without_one() {
    let mut bench = with_tables(160, 45);
    bench.keys("alt-1 /");
    type_text(&mut bench, "form");
    bench.compute();
    let table = |bench: &Bench| bench.model.explorer.table(&bench.model.context).unwrap().1;
    assert_eq!(table(&bench), "form", "not platform, which is before it");
    bench.keys("esc /");
    type_text(&mut bench, "frmild07");
    bench.compute();
    assert_eq!(table(&bench), "free_or_mild_07", "letters help where no name has the text");
}

#[test]
fn a_found_table_is_in_the_middle_of_the_explorer() {
    for size in [(160, 45), (80, 24)] {
        let mut bench = with_tables(size.0, size.1);
        bench.keys("ctrl-t");
        type_text(&mut bench, "form");
        bench.compute();
        assert_eq!(items(&bench)[..2], ["form", "platform"], "loose letters come after words and parts of words");
        bench.keys("enter");
        let list = bench.model.explorer.list;
        let rows = usize::from(bench.model.context.layout.rows(Focus::Explorer)) - 1;
        let line = list.cursor - list.top;
        assert!(line.abs_diff(rows / 2) <= 1, "line {line} of {rows}");
    }
}

#[test]
fn a_long_name_is_cut_in_the_middle_and_keeps_its_marks() {
    let mut bench = with_tables(120, 40);
    let page = rrx::domain::docs::DocPage {
        object: "a_very_long_name_of_a_table_that_ends_in_2026".into(),
        title: "long".into(),
        ..Default::default()
    };
    let pack = rrx::domain::docs::DocPack { title: "pack".into(), pages: vec![page], ..Default::default() };
    let event = rrx::domain::protocol::StorageEvent::Docs {
        owner: rrx::domain::protocol::FileOwner::User,
        packs: std::sync::Arc::new(vec![pack]),
        problems: vec![],
    };
    bench.feed(rrx::app::Message::Storage(event));
    bench.keys("alt-1");
    let screen = drawn(&bench);
    let line = screen.lines().find(|line| line.contains("a_very")).unwrap();
    let line: String = line.chars().take(40).collect();
    assert!(line.contains('…') && line.contains("2026") && line.contains('¶'), "{line}");
}

#[test]
fn the_formats_of_an_export_are_found_by_the_program_that_reads_them() {
    let mut bench = Bench::connected(100, 30);
    bench.text("SELECT 1");
    let id = bench.run();
    bench.rows(id, &["id"], &[&[Some("1")]]);
    bench.keys("alt-3 x");
    type_text(&mut bench, "excel");
    assert!(bench.model.overlays.modal().unwrap().items.iter().any(|item| item.name.contains("spreadsheet")));
}
