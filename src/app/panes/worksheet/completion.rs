//! Completion at the cursor: when a list is requested, what the popup offers, and what an accepted item changes.

use std::ops::Range;

use crate::app::action::Action;
use crate::app::context::Context;
use crate::app::layout::Area;
use crate::app::panes::PaneContext;
use crate::app::request::Request;
use crate::app::widgets::list::{CursorMove, ListCursor};
use crate::domain::compute::{CompletionWork, ComputeWork};
use crate::domain::editing::{EditResult, TextChange, TextPosition};
use crate::domain::profile::CompletionMode;
use crate::domain::sql::ParsedText;
use crate::domain::sql::complete::{CompletionItem, CompletionKind, CompletionList, Signature, Trigger};

use super::actions::CompletionAction;
use super::recent_names::RecentNames;
use super::undo::StepKind;
use super::{Worksheet, WorksheetAction, Worksheets};

/// A state of a text. A list is of use only where it was requested.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Place {
    /// The key of the worksheet.
    sheet: String,
    revision: u64,
    cursor: TextPosition,
}

/// A list that is being computed.
#[derive(Debug)]
struct Awaited {
    place: Place,
    /// The first byte in the worksheet of the text that was read.
    start: usize,
    trigger: Trigger,
}

/// Whether the user has moved to an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Choice {
    /// Not yet. The first item is the one that Tab accepts, and Enter is a line break.
    First,
    /// The item under the cursor of the list.
    Chosen,
}

/// The open popup.
#[derive(Debug)]
pub(super) struct Popup {
    place: Place,
    /// Where the text begins that an accepted item replaces.
    pub from: TextPosition,
    /// How many bytes after the cursor it replaces.
    after: usize,
    /// The items that match what is typed, the best one first. Without one, only the signature is shown.
    pub items: Vec<CompletionItem>,
    pub signature: Option<Signature>,
    pub list: ListCursor,
    pub choice: Choice,
}

/// What completion keeps between keys.
#[derive(Debug, Default)]
pub struct Completion {
    pub(super) popup: Option<Popup>,
    awaited: Option<Awaited>,
    pub(super) recent: RecentNames,
}

impl Completion {
    /// Closes the popup, and drops a list that is being computed.
    pub fn close(&mut self) {
        (self.popup, self.awaited) = (None, None);
    }

    /// Returns whether items are shown, so that the keys of the popup work.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.popup.as_ref().is_some_and(|popup| !popup.items.is_empty())
    }

    /// Returns whether only the signature of a function is shown.
    pub(super) fn has_signature(&self) -> bool {
        self.popup.as_ref().is_some_and(|popup| popup.items.is_empty())
    }

    /// Returns whether the user has moved to an item.
    #[must_use]
    pub fn has_choice(&self) -> bool {
        self.is_open() && self.popup.as_ref().is_some_and(|popup| popup.choice == Choice::Chosen)
    }

    /// Returns the labels of the items that are shown.
    #[must_use]
    pub fn labels(&self) -> Vec<&str> {
        let items = self.popup.iter().flat_map(|popup| &popup.items);
        items.map(|item| item.label.as_str()).collect()
    }
}

impl Popup {
    /// Returns the item that Tab accepts.
    pub(super) fn item(&self) -> Option<&CompletionItem> {
        self.items.get(self.list.cursor)
    }

    /// Chooses the next item, or another one.
    fn go(&mut self, step: CursorMove, page: usize) {
        let step = match (self.choice, step) {
            (Choice::First, CursorMove::Down) => CursorMove::Top,
            (Choice::First, CursorMove::Up) => CursorMove::End,
            (Choice::First | Choice::Chosen, step) => step,
        };
        self.list.go(step, self.items.len(), page);
        self.choice = Choice::Chosen;
    }

    /// Keeps what still holds after a change at the cursor, until the next list is there: the items that match the word, and the
    /// signature. Returns whether something is left.
    fn narrow(&mut self, sheet: &Worksheet) -> bool {
        let cursor = sheet.editor.cursor();
        let is_same_line = cursor.line == self.from.line && cursor > self.from;
        let typed = if is_same_line { sheet.editor.text_between(self.from, cursor) } else { String::new() };
        if typed.chars().next_back().is_some_and(is_of_word) {
            let typed: Vec<char> = typed.chars().filter(|c| is_of_word(*c)).flat_map(char::to_lowercase).collect();
            self.items.retain(|item| has_letters(&item.label, &typed));
            // Tab may come before the next list: the names that begin so are the best ones there, too.
            self.items.sort_by_key(|item| !begins_with(&item.label, &typed));
        } else {
            // Another word begins.
            self.items.clear();
        }
        (self.list, self.choice, self.place) = (ListCursor::default(), Choice::First, sheet.place());
        !self.items.is_empty() || self.signature.is_some()
    }
}

fn is_of_word(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '$')
}

/// Returns whether a name begins with these lower-case letters. Quotes do not count.
fn begins_with(name: &str, letters: &[char]) -> bool {
    let mut name = name.chars().filter(|c| is_of_word(*c)).flat_map(char::to_lowercase);
    letters.iter().all(|letter| name.next() == Some(*letter))
}

/// Returns whether a text has these lower-case letters in this order.
fn has_letters(text: &str, letters: &[char]) -> bool {
    let mut letters = letters.iter().peekable();
    for character in text.chars().flat_map(char::to_lowercase) {
        letters.next_if(|letter| **letter == character);
    }
    letters.peek().is_none()
}

impl Worksheet {
    fn place(&self) -> Place {
        Place { sheet: self.key.clone(), revision: self.revision, cursor: self.editor.cursor() }
    }
}

/// Returns the part of a text that is read for a completion: the statement with what is before it, up to the cursor at least.
/// After the `;` of the last statement, what follows.
fn part_at(parsed: &ParsedText, cursor: usize) -> Range<usize> {
    let (text, found) = (parsed.text(), parsed.statements());
    let at = found.partition_point(|statement| statement.extent.end <= cursor);
    let Some(statement) = found.get(at).or(found.last()) else { return 0..text.len() };
    let end = statement.span.end;
    let is_last = at + 1 >= found.len();
    let after = text.get(end..cursor).filter(|_| is_last).unwrap_or_default();
    let terminator = [";", "\\G", "\\g"].into_iter().filter_map(|sign| Some(after.find(sign)? + sign.len())).min();
    match terminator {
        Some(length) => end + length..text.len(),
        None => statement.extent.start..end.max(cursor),
    }
}

impl Worksheets {
    /// Narrows the popup after a typed or deleted character, and requests the list for the new text.
    pub fn on_typed(&mut self, cx: &mut PaneContext<'_>) {
        let sheet = self.sheets.get(self.front);
        let open = sheet.zip(self.completion.popup.as_mut());
        let is_shown = open.is_some_and(|(sheet, popup)| popup.narrow(sheet));
        let is_requested = match cx.context.settings.ui.completion {
            CompletionMode::Typing => true,
            CompletionMode::Asked => is_shown,
            CompletionMode::Off => false,
        };
        if !(is_shown && is_requested) {
            self.completion.close();
        }
        if is_requested {
            self.request_completion(Trigger::Typed, cx);
        }
    }

    /// Requests what can be inserted at the cursor, because the user asks for it.
    pub(super) fn complete(&mut self, cx: &mut PaneContext<'_>) {
        match cx.context.settings.ui.completion {
            CompletionMode::Typing | CompletionMode::Asked => self.request_completion(Trigger::Requested, cx),
            CompletionMode::Off => {
                cx.request(Request::Notice("Completion is off. The setting completion in [ui] switches it on.".into()));
            }
        }
    }

    fn request_completion(&mut self, trigger: Trigger, cx: &mut PaneContext<'_>) {
        let Some(sheet) = self.sheet() else { return };
        let Some(parsed) = &sheet.parsed else { return };
        let cursor = sheet.editor.byte_of(sheet.editor.cursor());
        let part = part_at(parsed, cursor);
        let context = cx.context;
        let work = CompletionWork {
            text: parsed.text().get(part.clone()).unwrap_or_default().to_owned(),
            cursor: cursor.saturating_sub(part.start),
            trigger,
            dialect: context.dialect(),
            catalog: context.catalog.clone().unwrap_or_default(),
            index: context.column_names.clone(),
            database: context.database.clone(),
            name_case: context.names(),
            docs: context.docs.clone(),
            snippets: context.snippets.clone(),
            recent: self.completion.recent.newest_first(),
        };
        self.completion.awaited = Some(Awaited { place: sheet.place(), start: part.start, trigger });
        cx.request(Request::Compute(ComputeWork::Complete(Box::new(work))));
    }

    /// Shows a list, unless the text or the cursor has changed since it was requested. Returns the notice for the user if there is
    /// nothing to show.
    pub fn on_completed(&mut self, list: CompletionList, context: &Context) -> Option<&'static str> {
        let awaited = self.completion.awaited.take()?;
        let sheet = self.sheet()?;
        if sheet.place() != awaited.place {
            return None;
        }
        let before = self.completion.popup.take();
        let is_asked = awaited.trigger == Trigger::Requested;
        if list.items.is_empty() && list.signature.is_none() {
            return is_asked.then_some("No completions here.");
        }
        let sheet = self.sheet()?;
        let cursor = sheet.editor.byte_of(awaited.place.cursor);
        let mut popup = Popup {
            from: sheet.editor.position_of(awaited.start + list.replaced.start),
            after: (awaited.start + list.replaced.end).saturating_sub(cursor),
            place: awaited.place,
            items: list.items,
            signature: list.signature,
            list: ListCursor::default(),
            choice: Choice::First,
        };
        let chosen = before.as_ref().filter(|before| before.choice == Choice::Chosen).and_then(Popup::item);
        if let Some(at) = chosen.and_then(|chosen| popup.items.iter().position(|item| item == chosen)) {
            (popup.list.cursor, popup.choice) = (at, Choice::Chosen);
        }
        self.completion.popup = Some(popup);
        let page = self.completion_page(context);
        if let (Some(popup), Some(page)) = (&mut self.completion.popup, page) {
            popup.list.settle(popup.items.len(), page);
            return None;
        }
        self.completion.close();
        is_asked.then_some("There is no room for completions here.")
    }

    /// Closes the popup if the text, the cursor or the worksheet in front is another one, or if it has no room. `focus`
    /// says whether the keys go to the worksheet.
    pub fn check_completion(&mut self, focus: PanelUse, context: &Context) {
        let place = self.sheet().filter(|_| focus == PanelUse::InFocus).map(Worksheet::place);
        let completion = &mut self.completion;
        completion.awaited.take_if(|awaited| Some(&awaited.place) != place.as_ref());
        completion.popup.take_if(|popup| Some(&popup.place) != place.as_ref());
        if completion.popup.is_none() {
            return;
        }
        let page = self.completion_page(context);
        let completion = &mut self.completion;
        if let (Some(popup), Some(page)) = (&mut completion.popup, page) {
            popup.list.settle(popup.items.len(), page);
        } else {
            completion.popup = None;
        }
    }

    /// Does an action of the popup's keys.
    pub fn act_completion(&mut self, action: CompletionAction, cx: &mut PaneContext<'_>) {
        let page = self.completion_page(cx.context).unwrap_or(1);
        let Some(popup) = &mut self.completion.popup else { return };
        match action {
            CompletionAction::Next => popup.go(CursorMove::Down, page),
            CompletionAction::Previous => popup.go(CursorMove::Up, page),
            CompletionAction::PageDown => popup.go(CursorMove::PageDown, page),
            CompletionAction::PageUp => popup.go(CursorMove::PageUp, page),
            CompletionAction::Accept => self.accept(cx),
            CompletionAction::AcceptChosen if popup.choice == Choice::Chosen => self.accept(cx),
            CompletionAction::AcceptChosen => {
                self.completion.close();
                cx.request(Request::Do(Action::Worksheet(WorksheetAction::NewLine)));
            }
            CompletionAction::Close => self.completion.close(),
        }
    }

    /// Inserts the item with this number, if there is one.
    pub(super) fn accept_item(&mut self, number: usize, cx: &mut PaneContext<'_>) {
        let Some(popup) = self.completion.popup.as_mut().filter(|popup| number < popup.items.len()) else { return };
        popup.list.cursor = number;
        self.accept(cx);
    }

    /// Replaces the word at the cursor by the chosen item, as one undo step.
    fn accept(&mut self, cx: &mut PaneContext<'_>) {
        let Some(popup) = self.completion.popup.take() else { return };
        self.completion.close();
        let Some(item) = popup.item() else { return };
        let snippet =
            cx.context.snippets.iter().find(|other| item.kind == CompletionKind::Snippet && other.name == item.label);
        let (text, end) = match snippet {
            Some(snippet) => (snippet.statement.trim_end(), snippet.statement.trim_end().len()),
            None => (item.inserted.as_str(), item.cursor),
        };
        if !self.has_room(text, cx) {
            return;
        }
        let before_cursor = text.get(..end).unwrap_or(text).to_owned();
        let (from, now) = (popup.from, cx.context.now);
        let removed = self.sheet().map_or(0, |sheet| sheet.editor.cursor().column.saturating_sub(from.column));
        self.edit(|editor| {
            let to = editor.position_of(editor.byte_of(editor.cursor()) + popup.after);
            let cursor = TextChange { from, to, text: before_cursor.clone() }.end();
            let changes = vec![TextChange { from, to, text: text.to_owned() }];
            editor.apply(&EditResult { changes, cursor, selection: None }, StepKind::Whole, now)
        });
        self.completion.recent.add_item(item);
        self.note_completion(removed, &before_cursor);
        self.on_moved(cx);
        self.settle(cx);
        if before_cursor.ends_with(['.', '(']) && cx.context.settings.ui.completion == CompletionMode::Typing {
            self.request_completion(Trigger::Typed, cx);
        }
    }

    /// Returns how many items are visible at once; `None` without a popup, or if it has no room.
    fn completion_page(&self, context: &Context) -> Option<usize> {
        let popup = self.completion.popup.as_ref()?;
        if popup.items.is_empty() {
            return Some(1);
        }
        let area = self.popup_area(context)?;
        let page = usize::from(popup.item_lines(area));
        (page > 0).then_some(page)
    }

    /// Returns the cell of the screen at which the popup is, and that of the cursor, if the cursor is visible.
    pub(super) fn popup_cells(&self, context: &Context) -> Option<[(u16, u16); 2]> {
        let (popup, sheet) = (self.completion.popup.as_ref()?, self.sheet()?);
        let area: Area = context.layout.worksheet?.inside();
        let visible = sheet.rows(self.wrapping, context).visible(sheet.scroll.top, usize::from(area.height));
        let cursor = super::view::cell_of(sheet.editor.cursor(), sheet, &visible)?;
        let start = super::view::cell_of(popup.from, sheet, &visible).filter(|start| start.1 == cursor.1);
        let on_screen = |(x, y): (u16, u16)| (area.x.saturating_add(x), area.y.saturating_add(y));
        Some([on_screen(start.unwrap_or(cursor)), on_screen(cursor)])
    }
}

/// Whether the keys go to the worksheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PanelUse {
    InFocus,
    /// Another panel has the focus, or a dialog or the connection screen is open.
    Elsewhere,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::sql::Dialect;

    /// Returns the part at the `|` of a text.
    fn part(marked: &str) -> String {
        let cursor = marked.find('|').unwrap();
        let text = marked.replacen('|', "", 1);
        let parsed = ParsedText::new(text.clone(), Dialect::default());
        text[part_at(&parsed, cursor)].to_owned()
    }

    #[test]
    fn the_part_is_the_statement_up_to_the_cursor_at_least() {
        assert_eq!(part("|"), "");
        assert_eq!(part("SELECT 1; SEL|ECT 2; SELECT 3"), " SELECT 2");
        assert_eq!(part("SELECT * FROM  | "), "SELECT * FROM  ");
        assert_eq!(part("SELECT 1;|\nSELECT 2"), "\nSELECT 2");
        assert_eq!(part("SELECT 1|;SELECT 2"), "SELECT 1");
        assert_eq!(part("SELECT 1;\n|"), "\n");
        assert_eq!(part("SELECT 1\\G\n|"), "\n");
        assert_eq!(part("-- a|"), "-- a");
    }

    #[test]
    fn letters_match_in_their_order() {
        let has = |text, letters: &str| has_letters(text, &letters.chars().collect::<Vec<_>>());
        assert!(has("study_site", "ss") && has("Subject", "subj") && has("x", ""));
        assert!(!has("study_site", "es_t") && !has("ab", "abc"));
        let begins = |text, letters: &str| begins_with(text, &letters.chars().collect::<Vec<_>>());
        assert!(begins("Study", "st") && begins("`Sale item`", "sale") && !begins("study", "sy"));
    }
}
