//! Completion by keys on the demo: a join of three tables, of which nearly nothing is typed.

use super::harness::{Home, Terminal};

#[test]
fn a_join_is_written_with_completion_and_runs() {
    let home = Home::new();
    let mut terminal = Terminal::start(&home, &["demo"], (120, 30));
    terminal.see("87 tables");
    terminal.keys("ctrl-n");
    terminal.see("[1]");
    // What is typed, the first item that is offered then, and the statement after Tab.
    let steps = [
        ("SELECT * FROM subj", "›t subject", "FROM subject "),
        (" s JOIN vol", "›j volunteer", "JOIN volunteer v ON v.id = s.volunteer_id"),
        ("\rJOIN study_s", "›j study_site", "JOIN study_site ss ON ss.id = s.study_site_id"),
        ("\rWHERE s.screening_n", "›c screening_number", "WHERE s.screening_number"),
    ];
    for (typed, offered, written) in steps {
        terminal.text(typed);
        terminal.see(offered);
        terminal.keys("tab");
        terminal.wait("the item is inserted", |shown| shown.contains(written) && !shown.contains(offered));
    }
    terminal.text(" IS NOT NULL");
    terminal.see("screening_number IS NOT NULL");
    terminal.keys("f5");
    terminal.wait("all rows are there", |shown| shown.contains("all ") && shown.contains(" rows"));
    // Enter at the end of a line stays a line break while items are offered.
    terminal.text(" AND s.stat");
    terminal.see("›c status");
    terminal.keys("enter");
    terminal.wait("the popup is closed", |shown| !shown.contains("›c status"));
    terminal.see("AND s.stat");
    terminal.keys("ctrl-q");
    assert!(terminal.end().success());
    assert!(home.worksheets().contains("NULL AND s.stat\n"), "{}", home.worksheets());
}
