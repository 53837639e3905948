//! The mouse: focus, cursor, selections, borders, hints, dialogs; and switching it off.

use std::time::Duration;

use rrx::app::focus::Focus;
use rrx::app::{Effect, Message};
use rrx::domain::editing::TextPosition;
use rrx::domain::mouse::{Gesture, MouseEvent, MouseMode};
use rrx::domain::protocol::StoreCmd;

use super::model::Bench;

impl Bench {
    fn mouse(&mut self, gesture: Gesture, (x, y): (u16, u16)) {
        self.feed(Message::Mouse(MouseEvent { gesture, x, y, shift: false }));
    }

    fn press(&mut self, at: (u16, u16)) {
        self.mouse(Gesture::Press, at);
        self.mouse(Gesture::Release, at);
    }

    /// Presses where this text is on the screen.
    fn press_text(&mut self, text: &str) {
        let at = self.find(text);
        self.press(at);
    }

    /// Finds the first cell of a text on the screen.
    fn find(&self, text: &str) -> (u16, u16) {
        let size = self.model.size;
        let buffer = rrx::app::screen(&self.model, size.width, size.height);
        for y in 0..size.height {
            let row: Vec<&str> = (0..size.width).map(|x| buffer[(x, y)].symbol()).collect();
            if let Some(byte) = row.concat().find(text) {
                let mut bytes = 0;
                let x = row.iter().take_while(|symbol| (bytes, bytes += symbol.len()).0 < byte).count();
                return (u16::try_from(x).unwrap(), y);
            }
        }
        panic!("{text} is not on the screen:\n{}", super::grid::shown(self));
    }

    fn shift_press(&mut self, (x, y): (u16, u16)) {
        self.feed(Message::Mouse(MouseEvent { gesture: Gesture::Press, x, y, shift: true }));
    }

    fn drag(&mut self, from: (u16, u16), to: (u16, u16)) {
        self.mouse(Gesture::Press, from);
        self.mouse(Gesture::Drag, to);
        self.mouse(Gesture::Release, to);
    }
}

fn with_rows(size: (u16, u16), count: usize) -> Bench {
    let mut bench = Bench::connected(size.0, size.1);
    bench.text("SELECT id, name FROM subject");
    let id = bench.run();
    let values: Vec<[Option<String>; 2]> =
        (1..=count).map(|row| [Some(row.to_string()), Some(format!("name-{row}"))]).collect();
    let rows: Vec<[Option<&str>; 2]> = values.iter().map(|row| [row[0].as_deref(), row[1].as_deref()]).collect();
    let rows: Vec<&[Option<&str>]> = rows.iter().map(<[Option<&str>; 2]>::as_slice).collect();
    bench.rows(id, &["id", "name"], &rows);
    bench
}

#[test]
fn a_press_goes_to_the_panel_and_the_place() {
    let mut bench = with_rows((160, 45), 20);
    bench.press_text("name-7");
    assert_eq!(bench.model.focus, Focus::Grid);
    let front = bench.model.grid.front().unwrap();
    assert_eq!((front.row, front.place, front.selection), (6, 1, None));
    bench.press_text("FROM");
    assert_eq!(
        (bench.model.focus, bench.model.worksheets.sheet().unwrap().editor.cursor()),
        (Focus::Worksheet, TextPosition::new(0, 16))
    );
    bench.press_text("volunteer ");
    assert_eq!(bench.model.focus, Focus::Explorer);
    assert_eq!(bench.model.explorer.table(&bench.model.context).unwrap().1, "volunteer");
    // Past the end of a line is its end.
    let area = bench.model.context.layout.worksheet.unwrap();
    bench.press((area.x + area.width - 2, area.y + 1));
    assert_eq!(bench.model.worksheets.sheet().unwrap().editor.cursor(), TextPosition::new(0, 28));
}

#[test]
fn a_press_on_a_column_sorts_and_one_on_a_row_number_selects_the_row() {
    let mut bench = with_rows((100, 30), 5);
    let (x, y) = bench.find("name-1");
    bench.press((x, y - 3));
    assert!(bench.effects.iter().any(|effect| matches!(effect, Effect::Store(StoreCmd::Arrange { arrangement, .. }) if arrangement.sort[0].column == 1)));
    let mut bench = with_rows((100, 30), 5);
    bench.press((2, y + 2));
    let front = bench.model.grid.front().unwrap();
    assert_eq!(front.selected().unwrap().rows, 2..3);
    assert_eq!(front.selected().unwrap().places, 0..2);
}

#[test]
fn a_drag_selects_cells_and_text() {
    let mut bench = with_rows((100, 30), 9);
    let (from, to) = (bench.find("name-2"), bench.find("name-5"));
    bench.drag(from, to);
    let selected = bench.model.grid.front().unwrap().selected().unwrap();
    assert_eq!((selected.rows, selected.places), (1..5, 1..2));
    let (from, to) = (bench.find("id, name"), bench.find(", name"));
    bench.drag(from, to);
    assert_eq!(bench.model.worksheets.sheet().unwrap().editor.selected().as_deref(), Some("id"));
    // A drag that leaves its panel stays in it.
    let below = bench.find("name-5");
    bench.drag(from, below);
    assert_eq!(bench.model.focus, Focus::Worksheet);
    bench.feed(Message::Clock(Duration::from_secs(9)));
    let (x, y) = bench.find("FROM subject");
    bench.press((x + 5, y));
    bench.press((x + 5, y));
    assert_eq!(bench.model.worksheets.sheet().unwrap().editor.selected().as_deref(), Some("subject"));
}

#[test]
fn a_press_on_a_tab_shows_it() {
    let mut bench = with_rows((100, 30), 3);
    bench.keys("alt-3 P alt-2 ctrl-n");
    bench.text("SELECT 2");
    let (x, y) = bench.find(" subject ");
    bench.press((x + 1, y));
    assert_eq!(bench.model.worksheets.front, 0);
    let (x, y) = bench.find(" 1 ");
    bench.press((x + 1, y));
    assert_eq!(bench.model.worksheets.front, 1);
    // Two results of one worksheet: the tabs are on the lower border.
    bench.keys("alt-left f5");
    let second = bench.permit();
    bench.rows(second, &["id"], &[&[Some("9")]]);
    let front = bench.model.grid.front().unwrap().id;
    let (x, y) = bench.find("[2 SELECT");
    bench.press((x - 5, y));
    assert_ne!(bench.model.grid.front().unwrap().id, front);
}

#[test]
fn a_press_in_the_row_chooses_a_field() {
    let mut bench = with_rows((160, 45), 3);
    bench.keys("alt-3 space");
    bench.press_text("name-1 ");
    let (x, y) = bench.find("Row 1");
    bench.press((x + 2, y + 2));
    assert_eq!((bench.model.focus, bench.model.inspector.field), (Focus::Inspector, 1));
}

#[test]
fn borders_follow_the_mouse() {
    let mut bench = with_rows((160, 45), 5);
    bench.keys("f12");
    let layout = bench.model.context.layout;
    let (explorer, grid) = (layout.explorer.unwrap(), layout.grid.unwrap());
    bench.drag((explorer.width - 1, 10), (59, 12));
    assert_eq!(bench.model.context.layout.explorer.unwrap().width, 60);
    bench.drag((grid.x + grid.width - 10, grid.y), (grid.x + 30, 30));
    assert_eq!(bench.model.context.layout.grid.unwrap().y, 30);
    let side = bench.model.context.layout.inspector.unwrap();
    bench.drag((side.x, 20), (side.x - 10, 20));
    assert_eq!(bench.model.context.layout.inspector.unwrap().x, side.x - 10);
    // The ends: everything stays on the screen.
    bench.drag((59, 12), (159, 12));
    assert!(bench.model.context.layout.worksheet.unwrap().width >= 16);
}

#[test]
fn the_wheel_scrolls_the_panel_under_it_and_leaves_the_focus() {
    let mut bench = with_rows((100, 30), 200);
    let at = bench.find("name-3");
    bench.mouse(Gesture::WheelDown, at);
    let front = bench.model.grid.front().unwrap();
    assert_eq!((front.top, front.row, bench.model.focus), (3, 3, Focus::Worksheet));
    bench.mouse(Gesture::WheelUp, at);
    bench.mouse(Gesture::WheelUp, at);
    assert_eq!(bench.model.grid.front().unwrap().top, 0);
}

#[test]
fn a_press_on_a_hint_is_its_key() {
    let mut bench = with_rows((100, 30), 5);
    bench.press_text("F1 keys");
    assert!(bench.model.overlays.is_modal());
}

#[test]
fn a_dialog_is_chosen_by_two_presses_and_never_by_one() {
    let mut bench = with_rows((160, 45), 5);
    bench.keys("alt-3 Y");
    let at = bench.find("JSON");
    bench.press(at);
    assert!(bench.model.overlays.is_modal());
    bench.press(at);
    assert!(!bench.model.overlays.is_modal());
    assert!(bench.effects.iter().any(|effect| matches!(effect, Effect::Store(StoreCmd::Copy { .. }))));
    // Outside a dialog, nothing is answered.
    bench.keys("alt-3 Y");
    bench.press((1, 43));
    assert!(bench.model.overlays.is_modal());
}

#[test]
fn a_key_leaves_the_mouse_to_the_terminal() {
    let mut bench = with_rows((100, 30), 5);
    bench.keys("alt-m");
    assert!(matches!(bench.effects.last(), Some(Effect::Mouse(MouseMode::Off))));
    bench.keys("alt-m");
    assert!(matches!(bench.effects.last(), Some(Effect::Mouse(MouseMode::On))));
}

#[test]
fn a_press_that_moves_panels_hits_the_cell_that_the_user_sees() {
    let mut bench = Bench::connected(160, 45);
    bench.text("SELECT 1");
    let id = bench.run();
    // Too wide for a place next to the explorer, so the results move when they get the focus.
    let long = "x".repeat(30);
    let names: Vec<String> = (0..5).map(|column| format!("column_{column}_{long}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let rows: Vec<Vec<String>> = (0..9).map(|row| (0..5).map(|column| format!("v{row}-{column}")).collect()).collect();
    let rows: Vec<Vec<Option<&str>>> =
        rows.iter().map(|row| row.iter().map(|value| Some(value.as_str())).collect()).collect();
    let rows: Vec<&[Option<&str>]> = rows.iter().map(Vec::as_slice).collect();
    bench.rows(id, &names, &rows);
    bench.keys("alt-1");
    let before = bench.model.context.layout.grid.unwrap();
    let at = bench.find("v4-1");
    bench.press(at);
    assert_ne!(bench.model.context.layout.grid.unwrap(), before);
    let front = bench.model.grid.front().unwrap();
    assert_eq!((front.row, front.place, bench.model.focus), (4, 1, Focus::Grid));
    // The second press opens this cell, whatever is there now.
    bench.press(at);
    let is_value = |effect: &Effect| matches!(effect, Effect::Store(StoreCmd::Value { row: 4, column: 1, .. }));
    assert!(bench.effects.iter().any(is_value));
}

#[test]
fn a_drag_without_a_press_selects_nothing() {
    let mut bench = with_rows((100, 30), 9);
    bench.press_text("F1 keys");
    bench.keys("esc");
    for text in ["id, name", "name-4"] {
        let at = bench.find(text);
        bench.mouse(Gesture::Drag, at);
    }
    assert!(bench.model.worksheets.sheet().unwrap().editor.selection().is_none());
    assert!(bench.model.grid.front().unwrap().selection.is_none());
    // Neither does a slip after a press on a column.
    let (x, y) = bench.find("name-1");
    bench.drag((x, y - 3), (x, y + 2));
    assert!(bench.model.grid.front().unwrap().selection.is_none());
}

#[test]
fn a_press_with_shift_extends_the_selection_and_moves_the_focus() {
    let mut bench = with_rows((100, 30), 9);
    bench.press_text("name-2");
    let at = bench.find("name-6");
    bench.shift_press(at);
    let selected = bench.model.grid.front().unwrap().selected().unwrap();
    assert_eq!((selected.rows, bench.model.focus), (1..6, Focus::Grid));
    let at = bench.find("FROM");
    bench.shift_press(at);
    assert_eq!(bench.model.focus, Focus::Worksheet);
    assert!(bench.model.worksheets.sheet().unwrap().editor.selected().is_some());
}

#[test]
fn borders_titles_and_empty_lines_are_no_content() {
    let mut bench = with_rows((100, 30), 200);
    bench.keys("alt-3 f4");
    let area = bench.model.context.layout.grid.unwrap();
    bench.effects.clear();
    // The title of zoomed results is no head of a column; the lower border is no row.
    for at in [(20, area.y), (50, area.y + area.height - 1), (0, area.y + 9), (area.width - 1, area.y + 9)] {
        bench.press(at);
    }
    assert!(bench.effects.is_empty(), "{:?}", bench.effects);
    assert_eq!(bench.model.grid.front().unwrap().row, 0);
    let mut bench = with_rows((160, 45), 3);
    let explorer = bench.model.context.layout.explorer.unwrap();
    let cursor = bench.model.explorer.list.cursor;
    bench.press((5, explorer.y + explorer.height - 1));
    assert_eq!(bench.model.explorer.list.cursor, cursor);
}

#[test]
fn a_second_press_on_a_hint_is_ignored() {
    let mut bench = with_rows((100, 30), 5);
    let at = bench.find("F6 next panel");
    bench.press(at);
    assert_eq!(bench.model.focus, Focus::Grid);
    bench.press(at);
    assert_eq!(bench.model.focus, Focus::Grid, "the hints have changed");
}

#[test]
fn the_wheel_and_a_release_do_not_end_typing() {
    use rrx::app::model::InputState;
    let mut bench = with_rows((100, 30), 99);
    bench.keys("x");
    assert_eq!(bench.model.input, InputState::Typing);
    let (rows, text) = (bench.find("name-3"), bench.find("FROM"));
    for (gesture, at) in
        [(Gesture::WheelDown, rows), (Gesture::Drag, rows), (Gesture::Release, rows), (Gesture::Press, text)]
    {
        bench.mouse(gesture, at);
        assert_eq!(bench.model.input, InputState::Typing, "{gesture:?}");
    }
}

#[test]
fn the_wheel_scrolls_the_text_and_leaves_its_cursor() {
    let mut bench = Bench::connected(100, 30);
    bench.text(&"SELECT 1;\n".repeat(80));
    bench.keys("ctrl-home");
    let at = bench.find("SELECT");
    bench.mouse(Gesture::WheelDown, at);
    bench.feed(Message::Clock(Duration::from_secs(1)));
    let front = &bench.model.worksheets;
    assert_eq!(
        (front.sheet().unwrap().scroll.top.line, front.sheet().unwrap().editor.cursor()),
        (3, TextPosition::default())
    );
    bench.keys("right");
    assert_eq!(bench.model.worksheets.sheet().unwrap().scroll.top.line, 0, "the next key shows the cursor");
}

#[test]
fn a_border_whose_panel_is_hidden_while_it_is_dragged_keeps_its_place() {
    let mut bench = with_rows((160, 45), 5);
    let width = bench.model.context.layout.explorer.unwrap().width;
    bench.drag((width - 1, 10), (49, 10));
    bench.mouse(Gesture::Press, (49, 10));
    bench.keys("f2");
    bench.mouse(Gesture::Drag, (70, 10));
    bench.keys("f2");
    assert_eq!(bench.model.context.layout.explorer.unwrap().width, 50);
}

#[test]
fn a_press_in_the_text_shows_the_documentation_of_its_table() {
    let mut bench = Bench::connected(160, 45);
    bench.text("SELECT * FROM site;\nSELECT * FROM subject");
    bench.press_text("FROM site");
    assert!(super::grid::shown(&bench).contains("Docs ─ site"));
}
