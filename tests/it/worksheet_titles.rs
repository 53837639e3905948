//! Titles of worksheets, and the list of closed ones.

use rrx::domain::protocol::TitleSource;

use super::model::Bench;

fn text(bench: &Bench) -> String {
    bench.model.worksheets.sheet().unwrap().editor.text()
}

fn title(bench: &Bench) -> &str {
    &bench.model.worksheets.sheet().unwrap().title
}

#[test]
fn a_new_worksheet_is_named_by_its_first_table_until_it_is_run() {
    let mut bench = Bench::connected(160, 45);
    bench.text("SELECT * FROM su");
    assert_eq!(title(&bench), "1", "half a name is no table");
    bench.text("bject");
    assert_eq!(title(&bench), "subject");
    bench.keys("ctrl-a");
    bench.text("SELECT 1; SELECT * FROM clinspark.site s JOIN subject USING (id)");
    assert_eq!(title(&bench), "site");
    bench.keys("ctrl-n");
    bench.text("SELECT 1");
    assert_eq!(title(&bench), "1");
    bench.run();
    bench.keys("ctrl-a");
    bench.text("SELECT id FROM site");
    assert_eq!(title(&bench), "site 2", "a number is no name that stays");
}

#[test]
fn the_name_stays_once_the_worksheet_has_run_or_the_user_has_renamed_it() {
    let mut bench = Bench::connected(160, 45);
    bench.text("SELECT * FROM subject");
    bench.run();
    bench.keys("ctrl-a");
    bench.text("SELECT * FROM site");
    assert_eq!(title(&bench), "subject");
    let sheet = bench.model.worksheets.sheet().unwrap().saved();
    assert_eq!(sheet.title_source, TitleSource::Fixed);

    let mut bench = Bench::connected(160, 45);
    bench.keys("alt-t");
    bench.text("mine");
    bench.keys("enter");
    bench.text("SELECT * FROM site");
    assert_eq!(title(&bench), "mine");
}

#[test]
fn closed_worksheets_are_listed_with_their_first_lines() {
    let mut bench = Bench::connected(160, 45);
    for text in ["\n-- one\nSELECT 1", "SELECT 'two'"] {
        bench.text(text);
        bench.keys("alt-w");
    }
    bench.keys("ctrl-p");
    bench.text("reopen a closed");
    bench.keys("enter");
    let items: Vec<(String, String)> = bench
        .model
        .overlays
        .modal()
        .unwrap()
        .items
        .iter()
        .map(|item| (item.name.clone(), item.about.clone()))
        .collect();
    assert_eq!(items, [("1".into(), "SELECT 'two'".into()), ("1".into(), "-- one".into())]);
    bench.keys("down enter");
    assert_eq!(text(&bench), "\n-- one\nSELECT 1");
    assert_eq!(bench.model.worksheets.closed.len(), 1);
}
