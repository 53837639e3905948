//! The mouse: focus, cursor, selections, borders, hints, dialogs; and switching it off.

use std::time::Duration;

use rrx::app::focus::Focus;
use rrx::app::{Effect, Message};
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
        (Focus::Worksheet, (0, 16))
    );
    bench.press_text("volunteer ");
    assert_eq!(bench.model.focus, Focus::Explorer);
    assert_eq!(bench.model.explorer.table(&bench.model.context).unwrap().1, "volunteer");
    // Past the end of a line is its end.
    let area = bench.model.context.layout.worksheet.unwrap();
    bench.press((area.x + area.width - 2, area.y + 1));
    assert_eq!(bench.model.worksheets.sheet().unwrap().editor.cursor(), (0, 28));
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
    let at = bench.find("subject");
    bench.press(at);
    bench.press(at);
    assert_eq!(bench.model.worksheets.sheet().unwrap().editor.selected().as_deref(), Some("subject"));
}

#[test]
fn a_press_on_a_tab_shows_it() {
    let mut bench = with_rows((100, 30), 3);
    bench.keys("alt-3 P alt-2 ctrl-n");
    bench.text("SELECT 2");
    let (x, y) = bench.find(" 1 ");
    bench.press((x + 1, y));
    assert_eq!(bench.model.worksheets.front, 0);
    let (x, y) = bench.find(" 2 ");
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
