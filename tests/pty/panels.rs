//! Opens, moves, zooms and resizes every panel in a real terminal, by keys and by the mouse.

use super::harness::{Home, Terminal};

const SIZE: (u16, u16) = (160, 45);

/// The panels: the key that goes to each, and the beginning of its border while it has the focus.
const PANELS: [(&str, &str); 4] =
    [("\x1b1", "┏ Explorer"), ("\x1b2", "┏ [start here]"), ("\x1b3", "┏ Results"), ("\x1b4", "┏ Docs")];

impl Terminal {
    /// Sends a mouse event at a cell, counted from 0: 0 is a press, 32 a drag, 64 the wheel.
    fn mouse(&mut self, button: u16, (x, y): (u16, u16), last: char) {
        self.text(&format!("\x1b[<{button};{};{}{last}", x + 1, y + 1));
    }

    fn press(&mut self, at: (u16, u16)) {
        self.mouse(0, at, 'M');
        self.mouse(0, at, 'm');
    }

    fn drag(&mut self, from: (u16, u16), to: (u16, u16)) {
        self.mouse(0, from, 'M');
        self.mouse(32, to, 'M');
        self.mouse(0, to, 'm');
    }
}

/// Returns the column of the first right corner in the first line below the header: the width of the explorer less one.
fn corner(shown: &str) -> Option<usize> {
    shown.lines().nth(1)?.chars().position(|cell| matches!(cell, '╮' | '┓'))
}

/// Returns the line on which the results begin.
fn results_line(shown: &str) -> Option<usize> {
    shown
        .lines()
        .position(|line| line.contains("Results ─") || line.contains("Results ━") || line.contains(" Results "))
}

fn start(home: &Home) -> Terminal {
    let terminal = Terminal::start(home, &["demo"], SIZE);
    terminal.see("87 tables");
    terminal.see("Docs ─ study");
    terminal
}

#[test]
fn every_panel_opens_moves_zooms_and_changes_its_size_by_keys() {
    let home = Home::new();
    let mut terminal = start(&home);
    for (key, border) in PANELS {
        terminal.text(key);
        terminal.see(border);
        // Zoom: the panel has the whole width.
        terminal.keys("f4");
        terminal.wait("one panel", |shown| corner(shown) == Some(usize::from(SIZE.0) - 1));
        terminal.keys("f4");
        terminal.wait("all panels", |shown| corner(shown).is_some_and(|corner| corner < 60));
    }
    // Esc does not leave a panel: the letters do not land in the text.
    terminal.text("\x1b3");
    terminal.see("┏ Results");
    terminal.keys("esc");
    terminal.see("There is no step back here");
    terminal.text("\x1b1");
    let before = corner(&terminal.see("┏ Explorer")).unwrap();
    terminal.text("\x1b=\x1b=");
    terminal.wait("a wider explorer", |shown| corner(shown) == Some(before + 8));
    terminal.text("\x1b-");
    terminal.wait("a narrower explorer", |shown| corner(shown) == Some(before + 4));
    terminal.text("\x1b2");
    let line = results_line(&terminal.see("┏ [start here]")).unwrap();
    terminal.text("\x1b-");
    terminal.wait("a lower worksheet", |shown| results_line(shown).is_some_and(|now| now < line));
    terminal.text("\x1b3\x1b-");
    terminal.wait("a higher worksheet", |shown| results_line(shown) == Some(line));
    terminal.text("\x1b4");
    terminal.see("┏ Docs");
    let side = |shown: &str| shown.lines().nth(1).and_then(|line| line.chars().position(|cell| cell == '┏'));
    let left = side(&terminal.see("┏ Docs")).unwrap();
    terminal.text("\x1b=");
    terminal.wait("a wider inspector", |shown| side(shown) == Some(left - 4));
    terminal.keys("f3");
    terminal.wait("no inspector", |shown| !shown.contains("Docs ─"));
    terminal.keys("f2");
    terminal.wait("no explorer", |shown| !shown.contains("Explorer"));
    terminal.keys("f2 f3");
    terminal.see("Explorer");
    terminal.see("Docs ─");
    terminal.keys("ctrl-q");
    assert!(terminal.end().success());
    // The next start has the same borders.
    let mut terminal = start(&home);
    terminal.wait("the explorer as it was", |shown| corner(shown) == Some(before + 4));
    terminal.text("\x1b0");
    terminal.see("automatic sizes");
    terminal.wait("the automatic size", |shown| corner(shown) == Some(before));
    terminal.keys("ctrl-q");
    assert!(terminal.end().success());
}

#[test]
fn every_panel_opens_moves_and_changes_its_size_by_the_mouse() {
    let home = Home::new();
    let mut terminal = start(&home);
    let shown = terminal.see("87 tables");
    let (explorer, line) =
        (u16::try_from(corner(&shown).unwrap()).unwrap(), u16::try_from(results_line(&shown).unwrap()).unwrap());
    for ((_, border), at) in PANELS.into_iter().zip([(5, 3), (60, 5), (60, line + 3), (140, 5)]) {
        terminal.press(at);
        terminal.see(border);
    }
    terminal.drag((explorer, 10), (59, 10));
    terminal.wait("a wider explorer", |shown| corner(shown) == Some(59));
    terminal.drag((80, line), (80, 30));
    terminal.wait("a higher worksheet", |shown| results_line(shown) == Some(30));
    let side = terminal.see("Docs ─").lines().nth(1).unwrap().split("Docs ─").next().unwrap().chars().count();
    let side = u16::try_from(side).unwrap() - 2;
    terminal.drag((side, 10), (side - 8, 10));
    terminal.wait("a wider inspector", |shown| {
        let line = shown.lines().nth(1).unwrap_or_default();
        line.split("Docs ─").next().is_some_and(|before| before.chars().count() + 6 == usize::from(side))
    });
    // The statement runs by a press on its hint; the rows scroll by the wheel.
    terminal.press((70, 7));
    terminal.see("┏ [start here]");
    let hints = terminal.see("F5 run");
    let y = hints.lines().count() - 1;
    terminal.press((2, u16::try_from(y).unwrap()));
    terminal.see("all 6 rows");
    // A press on a column sorts by it.
    let shown = terminal.see("attended");
    let y = shown.lines().position(|line| line.contains("│ attended")).unwrap();
    let x = shown.lines().nth(y).unwrap().split("attended").next().unwrap().chars().count();
    terminal.press((u16::try_from(x).unwrap(), u16::try_from(y).unwrap()));
    terminal.see("attended ▲");
    // Alt-M leaves the mouse to the terminal.
    terminal.text("\x1bm");
    terminal.see("The terminal selects text");
    terminal.wait_for_bytes("\x1b[?1006l\x1b[?1002l");
    terminal.keys("ctrl-q");
    assert!(terminal.end().success());
}

#[test]
fn mouse_false_leaves_the_mouse_to_the_terminal() {
    let home = Home::new();
    home.settings("[ui]\nmouse = false\n");
    let mut terminal = Terminal::start(&home, &["demo"], (100, 30));
    terminal.see("REPLICA");
    assert!(!terminal.has_written("\x1b[?1002h"));
    terminal.keys("ctrl-q");
    assert!(terminal.end().success());
}
