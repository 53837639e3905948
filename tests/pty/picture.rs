//! Draws the picture of the README as SVG, from the screen of a real run of the demo.
//!
//! `RRX_UPDATE_DOCS=1 cargo test --locked --test pty picture` writes the file.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use vt100::{Cell, Color, Screen};

use super::harness::{Home, Terminal};

const FILE: &str = "docs/screen.svg";
const SIZE: (u16, u16) = (160, 40);
/// Size of a cell in the picture, in units of the SVG.
const CELL: (u16, u16) = (8, 18);
const FOREGROUND: &str = "#d6d9e0";
const BACKGROUND: &str = "#15181e";

const STATEMENT: [&str; 6] = [
    "-- Who was randomized, and where?",
    "SELECT s.screening_number, st.name AS study, s.status",
    "FROM subject s",
    "JOIN study_site ss ON ss.id = s.study_site_id",
    "JOIN study st ON st.id = ss.study_id",
    "WHERE s.randomization_number IS NOT NULL;",
];

#[test]
fn the_picture_of_the_readme_is_the_real_screen() {
    let home = Home::new();
    let colours = [("COLORTERM", "truecolor"), ("COLORFGBG", "15;0")];
    let program = Path::new(env!("CARGO_BIN_EXE_rrx"));
    let mut terminal = Terminal::start_program(program, &home, &["demo"], SIZE, &colours);
    terminal.see("87 tables");
    // The lag is known a moment after the connection.
    terminal.see("lag 0 s");
    terminal.keys("ctrl-n");
    terminal.see("[1]");
    terminal.text(&STATEMENT.join("\r"));
    terminal.see("IS NOT NULL;");
    terminal.keys("f5");
    terminal.see("all 126 rows");
    terminal.text("\x1b3");
    terminal.see("Space row");
    terminal.keys("down down");
    let is_ready = |shown: &str| shown.contains("row 3") && shown.contains("Docs ─ subject");
    terminal.wait("the third row", is_ready);
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE);
    if std::env::var_os("RRX_UPDATE_DOCS").is_some() {
        // A frame arrives in parts, so wait until the screen no longer changes.
        std::thread::sleep(Duration::from_secs(1));
        std::fs::write(&file, terminal.screen(svg)).unwrap();
    }
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    let what = format!(
        "the picture in {FILE}. If the screen is right, write it again: \
         RRX_UPDATE_DOCS=1 cargo test --locked --test pty picture"
    );
    terminal.wait_for_screen(&what, |screen| svg(screen) == kept);
    terminal.keys("ctrl-q");
    assert!(terminal.end().success());
}

/// Draws the screen: a background rectangle and a text for each run of cells with the same look.
fn svg(screen: &Screen) -> String {
    let (width, height) = (SIZE.0 * CELL.0, SIZE.1 * CELL.1);
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" font-size=\"13.29\" \
         font-family=\"ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace\">\n\
         <title>rrx: schema tree, worksheet, results and documentation of the demo replica</title>\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"{BACKGROUND}\"/>\n"
    );
    for row in 0..SIZE.1 {
        let mut column = 0;
        // Cells of a duration that the next run takes over.
        let mut spare: u16 = 0;
        while column < SIZE.0 {
            let Some(first) = screen.cell(row, column) else { break };
            let look = Look::of(first);
            let (start, mut run) = (column, String::new());
            while let Some(cell) = screen.cell(row, column).filter(|cell| Look::of(cell) == look) {
                if !cell.is_wide_continuation() {
                    run.push_str(if cell.contents().is_empty() { " " } else { cell.contents() });
                }
                column += 1;
            }
            let filler = run.chars().next().unwrap_or(' ').to_string();
            let run = format!("{}{run}", filler.repeat(usize::from(spare)));
            let (start, count) = (start - spare, column - start + spare);
            let (run, dropped) = without_durations(&run);
            spare = dropped;
            draw(&mut text, (row, start, count - dropped), &look, &run);
        }
    }
    text.push_str("</svg>\n");
    text
}

/// Appends one run of cells: row, first column, number of columns.
fn draw(text: &mut String, (row, start, count): (u16, u16, u16), look: &Look, run: &str) {
    let (x, y, width) = (start * CELL.0, row * CELL.1, count * CELL.0);
    if look.background != BACKGROUND {
        let _ = writeln!(
            text,
            "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{}\" fill=\"{}\"/>",
            CELL.1, look.background
        );
    }
    if run.trim().is_empty() {
        return;
    }
    let escaped = run.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let weight = if look.is_bold { " font-weight=\"bold\"" } else { "" };
    let _ = writeln!(
        text,
        "<text x=\"{x}\" y=\"{}\" fill=\"{}\"{weight} textLength=\"{width}\" xml:space=\"preserve\">{escaped}</text>",
        y + 13,
        look.foreground
    );
}

/// Leaves out how long a statement took, because that differs in each run. The border after it becomes longer instead: in this
/// run, or in the next one. Returns the run, and by how many cells it is shorter.
fn without_durations(run: &str) -> (String, u16) {
    const UNIT: &str = " ms ";
    let whole = || (run.to_owned(), 0);
    let Some(end) = run.rfind(UNIT) else { return whole() };
    let Some(start) = run.find(" · ").filter(|start| *start < end) else { return whole() };
    let (head, after) = (&run[..start], &run[end + UNIT.len()..]);
    let dropped = run[start..end + UNIT.len()].chars().count() - 1;
    match after.chars().next() {
        Some(border) => (format!("{head} {}{after}", border.to_string().repeat(dropped)), 0),
        None => (format!("{head} "), u16::try_from(dropped).unwrap_or(0)),
    }
}

/// The look of a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Look {
    foreground: String,
    background: String,
    is_bold: bool,
}

impl Look {
    fn of(cell: &Cell) -> Self {
        let foreground = colour(cell.fgcolor(), FOREGROUND);
        let background = colour(cell.bgcolor(), BACKGROUND);
        let (foreground, background) = if cell.inverse() { (background, foreground) } else { (foreground, background) };
        Self { foreground, background, is_bold: cell.bold() }
    }
}

fn colour(colour: Color, default: &str) -> String {
    const BASIC: [&str; 16] = [
        "#1d1f21", "#cc6666", "#b5bd68", "#e6c547", "#81a2be", "#b294bb", "#70c0ba", "#c5c8c6", "#7c7f86", "#ff7f7f",
        "#c9d07a", "#f0d675", "#9fc0e0", "#cfb0d8", "#8fe0d9", "#ffffff",
    ];
    match colour {
        Color::Default => default.to_owned(),
        Color::Rgb(red, green, blue) => format!("#{red:02x}{green:02x}{blue:02x}"),
        Color::Idx(index) => match index {
            0..=15 => BASIC[usize::from(index)].to_owned(),
            16..=231 => {
                let level = |step: u8| if step == 0 { 0 } else { 55 + 40 * step };
                let cube = index - 16;
                format!("#{:02x}{:02x}{:02x}", level(cube / 36), level(cube / 6 % 6), level(cube % 6))
            }
            grey => {
                let level = 8 + 10 * (grey - 232);
                format!("#{level:02x}{level:02x}{level:02x}")
            }
        },
    }
}
