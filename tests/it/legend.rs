//! Draws a screen as text, with a legend of its colours: below each line, a letter for the style of each cell. Plain text and
//! borders have no letter.

use std::fmt::Write as _;

use ratatui::buffer::Cell;
use ratatui::style::{Color, Modifier, Style};
use rrx::app::screen;
use rrx::app::ui::look::{Colours, TerminalLook};
use rrx::app::ui::theme::Theme;
use rrx::domain::profile::Environment;
use rrx::domain::screen_width::ScreenWidth as _;
use rrx::domain::sql::highlight::HighlightClass;

use super::model::Bench;

/// The sizes at which every state is drawn: wide with both sides, wide, medium, narrow, single.
pub const SIZES: [(u16, u16); 5] = [(160, 45), (120, 40), (100, 30), (80, 24), (40, 10)];

/// Draws a state at every size.
pub fn at_every_size(connect: impl Fn(u16, u16) -> Bench, reach: impl Fn(&mut Bench)) -> String {
    let mut whole = String::new();
    for (width, height) in SIZES {
        let mut bench = connect(width, height);
        bench.model.theme = Theme::new(TerminalLook { colours: Colours::Many, ..TerminalLook::default() });
        reach(&mut bench);
        writeln!(whole, "== {width} x {height}").unwrap();
        whole.push_str(&draw(&bench));
    }
    whole
}

/// Draws the screen. A wide character has two cells and one letter.
pub fn draw(bench: &Bench) -> String {
    let (width, height) = (bench.model.size.width, bench.model.size.height);
    let buffer = screen(&bench.model, width, height);
    let styles = styles(bench.model.theme);
    let mut drawn = String::new();
    for y in 0..height {
        let (mut line, mut legend, mut skip) = (String::new(), String::new(), 0_usize);
        for x in 0..width {
            let cell = &buffer[(x, y)];
            legend.push(letter(cell, &styles));
            if skip == 0 {
                line.push_str(cell.symbol());
                skip = cell.symbol().cells().max(1);
            }
            skip -= 1;
        }
        writeln!(drawn, "{}", line.trim_end()).unwrap();
        if !legend.trim().is_empty() {
            writeln!(drawn, "{}", legend.trim_end()).unwrap();
        }
    }
    drawn
}

/// The styles and their letters. Of styles that look the same, the first counts.
fn styles(theme: Theme) -> Vec<(Style, char)> {
    let mut styles = vec![
        (theme.dim(), '.'),
        (theme.heading(), 'H'),
        (theme.name(), 'n'),
        (theme.key(), 'K'),
        (theme.good(), 'g'),
        (theme.warning(), 'w'),
        (theme.bad(), 'B'),
        (theme.alarm(), 'A'),
        (theme.cursor(), '^'),
        (theme.selected(), '_'),
    ];
    let environments = [
        Environment::Production,
        Environment::Validation,
        Environment::Test,
        Environment::Development,
        Environment::Demo,
    ];
    styles.extend(environments.map(|environment| (theme.environment(environment), 'E')));
    let classes = [
        (HighlightClass::Keyword, 'k'),
        (HighlightClass::Function, 'f'),
        (HighlightClass::String, 's'),
        (HighlightClass::Number, '1'),
        (HighlightClass::Variable, 'v'),
    ];
    styles.extend(classes.map(|(class, letter)| (theme.sql(class), letter)));
    styles.push((theme.border(true), 'b'));
    styles
}

/// Returns the letter of a cell; `?` for a style that the list does not have.
fn letter(cell: &Cell, styles: &[(Style, char)]) -> char {
    let is_border = cell.symbol().chars().all(|character| ('\u{2500}'..='\u{257f}').contains(&character));
    let is_plain = cell.fg == Color::Reset && cell.bg == Color::Reset && cell.modifier.is_empty();
    let is_empty = cell.symbol() == " " && cell.bg == Color::Reset && !cell.modifier.contains(Modifier::REVERSED);
    if is_plain || is_empty || (is_border && cell.bg == Color::Reset && !cell.modifier.contains(Modifier::REVERSED)) {
        return ' ';
    }
    let colour = |colour: Option<Color>| colour.unwrap_or(Color::Reset);
    let is_same =
        |style: &Style| (colour(style.fg), colour(style.bg), style.add_modifier) == (cell.fg, cell.bg, cell.modifier);
    if let Some((_, letter)) = styles.iter().find(|(style, _)| is_same(style)) {
        return *letter;
    }
    // A style on the ground of the cursor or of a selection.
    match () {
        () if cell.modifier.contains(Modifier::REVERSED) => '^',
        () if cell.bg != Color::Reset => '_',
        () if cell.modifier.contains(Modifier::UNDERLINED) => '~',
        () => '?',
    }
}
