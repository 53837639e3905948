//! An analyst's hour on the demo: find a table, join four tables with completion, mend a typing error by the offer, ask with a
//! parameter, run again, look at the plan, comment out, close and reopen.

use super::harness::{Home, Terminal};

#[test]
fn an_analyst_writes_mends_asks_explains_and_reopens() {
    let home = Home::new();
    let mut terminal = Terminal::start(&home, &["demo"], (160, 45));
    terminal.see("activity_plan");
    // Find a table.
    terminal.keys("ctrl-t");
    terminal.text("subject");
    terminal.see("cohort.subject_number_type");
    terminal.keys("esc");
    terminal.wait("the list is closed", |shown| !shown.contains("Find a table"));
    terminal.keys("ctrl-n");
    terminal.see("[1]");
    // Four tables, the joins from the list.
    terminal.text("SELECT s.screening_number, fd.status FROM subject s JOIN study_s");
    terminal.see("ON ss.id = s.study_site_id");
    terminal.keys("tab");
    terminal.text(" JOIN study");
    terminal.see("ON st.id = ss.study_id");
    terminal.keys("tab");
    terminal.text(" JOIN form_d");
    terminal.see("ON fd.subject_id = s.id");
    terminal.keys("tab");
    terminal.see("JOIN form_data fd ON fd.subject_id = s.id");
    // A misspelt column is offered.
    terminal.text(" WHERE ss.id = :site AND s.statu IS NOT NULL");
    terminal.see("Replace statu with status");
    terminal.text("\x1b.");
    terminal.see("s.status IS NOT NULL");
    // The parameter.
    terminal.keys("f5");
    terminal.see("Values of the parameters");
    terminal.text("1");
    terminal.keys("enter");
    terminal.see("all ");
    terminal.see("row 1 · col 1/2");
    // Once more with another value; the last one is there.
    terminal.keys("f5");
    terminal.see("value › 1");
    terminal.keys("backspace");
    terminal.text("999999");
    terminal.keys("enter");
    terminal.see("No rows.");
    // The plan of the same statement.
    terminal.text("\x1be");
    terminal.see("Values of the parameters");
    terminal.keys("enter");
    terminal.see("Plan ─ tree");
    // Comment out, and in again by undo.
    terminal.text("\x1b2\x1b/");
    terminal.keys("home");
    terminal.see("-- SELECT s.screening_number");
    terminal.keys("ctrl-z");
    terminal.wait("the comment is gone", |shown| !shown.contains("-- SELECT"));
    // Close and reopen.
    terminal.text("\x1bw");
    terminal.see("is closed. Alt-U reopens it.");
    terminal.text("\x1bu");
    terminal.see("SELECT s.screening_number");
    terminal.keys("ctrl-q");
    assert!(terminal.end().success());
}
