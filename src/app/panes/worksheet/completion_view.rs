//! Draws the popup of the completion at the cursor: the items with kind, type and key, and a line of documentation; or the signature
//! of the function at the cursor.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_segmentation::UnicodeSegmentation;

use crate::app::context::Context;
use crate::app::layout::Area;
use crate::app::ui::draw::{clip, panel, parts, rect};
use crate::app::ui::theme::Theme;
use crate::domain::screen_width::ScreenWidth as _;
use crate::domain::sql::complete::{CompletionItem, CompletionKind, KeyMark, Signature};
use crate::domain::text::{one_line, visible};

use super::Worksheets;
use super::completion::{Choice, Popup};

/// Lines inside of the border at most.
const MOST_LINES: u16 = 10;
/// Cells of an item that are not text: two lines of the border, the mark of the cursor, the kind, the spaces around the texts.
const AROUND_ITEM: usize = 9;
/// The least height at which there is a line of documentation.
const ABOUT_FROM: u16 = 5;

/// Draws the popup.
#[derive(Debug)]
pub struct CompletionView<'a> {
    pub worksheets: &'a Worksheets,
    pub context: &'a Context,
    pub theme: Theme,
}

impl Popup {
    /// Returns how many items are visible in an area.
    pub(super) fn item_lines(&self, area: Area) -> u16 {
        let lines = area.inside().height;
        if self.has_about(area) { lines.saturating_sub(1) } else { lines }
    }

    fn has_about(&self, area: Area) -> bool {
        area.height >= ABOUT_FROM && (self.signature.is_some() || self.items.iter().any(|item| !item.about.is_empty()))
    }

    /// Returns the size that the items need.
    fn size(&self, most: u16) -> (u16, u16) {
        let name = self.items.iter().map(name_cells).max().unwrap_or(0);
        let right = self.items.iter().map(|item| right_of(item).cells()).max().unwrap_or(0);
        let about = self.items.iter().map(|item| item.about.cells().min(60)).max().unwrap_or(0);
        let width = (name + right + AROUND_ITEM).max(about + 4);
        let has_about = about > 0 || self.signature.is_some();
        let lines = u16::try_from(self.items.len()).unwrap_or(u16::MAX).saturating_add(u16::from(has_about));
        (u16::try_from(width).unwrap_or(u16::MAX).min(most), lines.min(MOST_LINES) + 2)
    }
}

impl Worksheets {
    /// Returns the area of the list. It never covers the line of the cursor.
    pub(super) fn popup_area(&self, context: &Context) -> Option<Area> {
        let popup = self.completion.popup.as_ref()?;
        let [(x, _), (_, y)] = self.popup_cells(context)?;
        let most = u32::from(context.layout.screen.width) * 6 / 10;
        let size = popup.size(u16::try_from(most).unwrap_or(u16::MAX));
        // The labels begin where the word begins: after the border, the mark of the cursor and the kind.
        Some(context.layout.popup((x.saturating_sub(4), y), size))
    }
}

impl CompletionView<'_> {
    pub fn draw(&self, buffer: &mut Buffer) {
        let Some(popup) = &self.worksheets.completion.popup else { return };
        if popup.items.is_empty() {
            self.signature_line(popup, buffer);
            return;
        }
        let Some(area) = self.worksheets.popup_area(self.context) else { return };
        let lines = popup.item_lines(area);
        let count = popup.items.len();
        let right = match popup.choice {
            Choice::First if count <= usize::from(lines) => String::new(),
            Choice::First => count.to_string(),
            Choice::Chosen => format!("{}/{count}", popup.list.cursor + 1),
        };
        let inside = panel(buffer, rect(area, buffer), "", &right, false, self.theme);
        let typed = self.typed(popup);
        let rows = popup.items.iter().enumerate().skip(popup.list.top).take(usize::from(lines));
        for (y, (number, item)) in (inside.y..inside.bottom()).zip(rows) {
            let is_here = number == popup.list.cursor;
            self.item(item, (is_here, popup.choice), &typed, Rect { y, height: 1, ..inside }, buffer);
        }
        if popup.has_about(area) {
            let y = inside.bottom().saturating_sub(1);
            let about = popup.item().map(|item| visible(&one_line(&item.about)).into_owned()).unwrap_or_default();
            let line = match &popup.signature {
                Some(signature) if about.is_empty() => signature_text(signature).concat(),
                Some(_) | None => about,
            };
            let line = clip(&line, usize::from(inside.width).saturating_sub(2));
            parts(buffer, (inside.x + 1, y), inside.right(), [(line.as_str(), self.theme.dim())]);
        }
    }

    /// Returns the word at the cursor in lower case.
    fn typed(&self, popup: &Popup) -> String {
        let Some(sheet) = self.worksheets.sheet() else { return String::new() };
        let typed = sheet.editor.text_between(popup.from, sheet.editor.cursor());
        typed.trim_start_matches(['`', '"', '\'', '@', ':']).to_lowercase()
    }

    fn item(
        &self,
        item: &CompletionItem,
        (is_here, choice): (bool, Choice),
        typed: &str,
        area: Rect,
        buffer: &mut Buffer,
    ) {
        let theme = self.theme;
        let is_chosen = is_here && choice == Choice::Chosen;
        let style_of = |style: Style| if is_chosen { theme.cursor() } else { style };
        if is_chosen {
            buffer.set_style(area.intersection(buffer.area), theme.cursor());
        }
        let width = usize::from(area.width);
        let label = visible(&item.label).into_owned();
        // On a narrow screen the name is more important than what is at the right.
        let room = width.saturating_sub(label.cells().min(width / 2) + AROUND_ITEM - 2);
        let right = clip(&visible(&right_of(item)), room);
        let label = clip(&label, width.saturating_sub(right.cells() + AROUND_ITEM - 3));
        let lead = if is_here { "›" } else { " " };
        let x = parts(
            buffer,
            (area.x, area.y),
            area.right(),
            [
                (lead, style_of(theme.key())),
                (kind_mark(item.kind), style_of(theme.dim())),
                (" ", style_of(theme.text())),
            ],
        );
        let found = found_letters(&label, typed);
        let letters = label.graphemes(true).zip(found);
        let letters = letters.map(|(letter, is_found)| (letter, if is_found { theme.heading() } else { theme.text() }));
        parts(buffer, (x, area.y), area.right(), letters.map(|(letter, style)| (letter, style_of(style))));
        let x = area.right().saturating_sub(u16::try_from(right.cells()).unwrap_or(0) + 1);
        parts(buffer, (x, area.y), area.right(), [(right.as_str(), style_of(theme.dim()))]);
    }

    /// Draws the signature of the function at the cursor, in the line above the cursor, or below it in the first line.
    fn signature_line(&self, popup: &Popup, buffer: &mut Buffer) {
        let Some(signature) = &popup.signature else { return };
        let (Some([_, (x, y)]), Some(panel)) =
            (self.worksheets.popup_cells(self.context), self.context.layout.worksheet.map(Area::inside))
        else {
            return;
        };
        let most = usize::from(panel.width).saturating_sub(1);
        let [before, current, after] = signature_text(signature);
        let width = before.cells() + current.cells() + after.cells() + 2;
        let width = u16::try_from(width.min(most)).unwrap_or(u16::MAX);
        let y = if y > panel.y { y - 1 } else { y + 1 };
        if y >= panel.y + panel.height {
            return;
        }
        let x = x.min((panel.x + panel.width).saturating_sub(width));
        let area = rect(Area { x, y, width, height: 1 }, buffer);
        let (ground, theme) = (self.theme.selected(), self.theme);
        let on_ground = |style: Style| style.patch(ground);
        let space = " ".repeat(usize::from(area.width));
        parts(buffer, (area.x, area.y), area.right(), [(space.as_str(), ground)]);
        let texts = [
            (" ", ground),
            (before.as_str(), on_ground(theme.dim())),
            (current.as_str(), on_ground(theme.heading())),
            (after.as_str(), on_ground(theme.dim())),
        ];
        parts(buffer, (area.x, area.y), area.right(), texts);
    }
}

fn name_cells(item: &CompletionItem) -> usize {
    visible(&item.label).cells()
}

/// Returns the type and the key of an item.
fn right_of(item: &CompletionItem) -> String {
    let key = item.key.map(KeyMark::mark).unwrap_or_default();
    let space = if item.type_text.is_empty() || key.is_empty() { "" } else { " " };
    format!("{}{space}{key}", one_line(&item.type_text))
}

/// Returns the mark of a kind: a letter, so that it needs neither colour nor a special glyph.
fn kind_mark(kind: CompletionKind) -> &'static str {
    match kind {
        CompletionKind::Keyword => "k",
        CompletionKind::Database => "d",
        CompletionKind::Table => "t",
        CompletionKind::View => "v",
        CompletionKind::With => "w",
        CompletionKind::Column => "c",
        CompletionKind::Alias => "a",
        CompletionKind::Function => "f",
        CompletionKind::Join | CompletionKind::JoinCondition => "j",
        CompletionKind::Value => "=",
        CompletionKind::Snippet => "s",
        CompletionKind::Parameter => ":",
        CompletionKind::Variable => "@",
        CompletionKind::ColumnList => "*",
    }
}

/// Returns a signature in three parts: what is before the current parameter, the parameter, and what is after it.
fn signature_text(signature: &Signature) -> [String; 3] {
    let current = signature.current.unwrap_or(usize::MAX).min(signature.parameters.len());
    let (before, rest) = signature.parameters.split_at(current);
    let mut texts = [format!("{}({}", signature.name, before.join(", ")), String::new(), String::new()];
    if let [parameter, after @ ..] = rest {
        texts = [
            format!("{}{}", texts.concat(), if before.is_empty() { "" } else { ", " }),
            parameter.clone(),
            after.iter().flat_map(|other| [", ", other.as_str()]).collect(),
        ];
    }
    let servers = if signature.servers.is_empty() { String::new() } else { format!(" ({})", signature.servers) };
    let [before, parameter, after] = texts;
    [before, parameter, format!("{after})  {}{servers}", signature.help)]
}

/// Returns for each grapheme of a label whether it matches the typed word: as a whole, else letter by letter.
fn found_letters(label: &str, typed: &str) -> Vec<bool> {
    let lower: Vec<String> = label.graphemes(true).map(str::to_lowercase).collect();
    let typed: Vec<&str> = typed.graphemes(true).collect();
    let mut found = vec![false; lower.len()];
    if typed.is_empty() {
        return found;
    }
    if let Some(at) = lower.windows(typed.len()).position(|window| window == typed.as_slice()) {
        found.iter_mut().skip(at).take(typed.len()).for_each(|is_found| *is_found = true);
        return found;
    }
    let mut letters = typed.into_iter().peekable();
    for (letter, is_found) in lower.iter().zip(&mut found) {
        *is_found = letters.next_if(|next| *next == letter.as_str()).is_some();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_letters_of_the_typed_word_are_found_together_or_in_order() {
        let marks = |label, typed| {
            found_letters(label, typed).iter().map(|found| if *found { '^' } else { '.' }).collect::<String>()
        };
        assert_eq!(marks("study_site", "site"), "......^^^^");
        assert_eq!(marks("study_site", "ss"), "^.....^...");
        assert_eq!(marks("Name", "n"), "^...");
        assert_eq!(marks("name", ""), "....");
    }

    #[test]
    fn a_signature_marks_the_current_parameter() {
        let signature = |current| Signature {
            name: "IF".into(),
            parameters: vec!["test".into(), "then".into(), "else".into()],
            current,
            help: "Chooses.".into(),
            servers: String::new(),
        };
        assert_eq!(signature_text(&signature(Some(1))), ["IF(test, ", "then", ", else)  Chooses."]);
        assert_eq!(signature_text(&signature(Some(0))), ["IF(", "test", ", then, else)  Chooses."]);
        assert_eq!(signature_text(&signature(None)), ["IF(test, then, else", "", ")  Chooses."]);
        assert_eq!(signature_text(&signature(Some(9))).concat(), "IF(test, then, else)  Chooses.");
    }
}
