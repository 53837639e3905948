//! The stack of open overlays. Keys go to the topmost one. Overlays are drawn from the bottom up.

use crate::app::context::Context;
use crate::app::dialogs::actions::ListAction;
use crate::app::focus::Focus;
use crate::app::layout::Area;
use crate::app::panes::PaneContext;
use crate::app::request::{
    Dialog, DialogAnswer, DialogItem, DialogOutcome, DialogShape, DialogStep, DialogSubject, FieldStep, InputFault,
    ItemAction, Narrowing,
};
use crate::app::widgets::line_actions::LineAction;
use crate::app::widgets::line_input::LineInput;
use crate::app::widgets::list::{CursorMove, ListCursor};
use crate::domain::catalog::find::FindMatch;

use super::narrow::narrow;
use super::size::{LINES_AROUND_ITEMS, PREVIEW_LINES, list_size, near, text_size};

/// The line of the first item, counted from the typed text.
pub(super) const ITEMS_FROM: u16 = 2;

/// Where an overlay is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    /// In the middle, between the header and the hints.
    Center,
    /// Next to this panel, or over it if there is no room.
    Panel(Focus),
}

/// One open dialog.
#[derive(Debug)]
pub struct Overlay {
    pub dialog: Box<dyn Dialog>,
    pub anchor: Anchor,
    pub input: LineInput,
    /// The items that match the typed text, best first.
    pub items: Vec<DialogItem>,
    /// The items that do not match.
    hidden: Vec<DialogItem>,
    /// Width and height of the whole list. They stay while the typed text narrows it.
    list_size: (u16, u16),
    /// How many items the whole list has.
    whole_items: usize,
    pub list: ListCursor,
    pub fault: Option<InputFault>,
}

/// The open overlays, the topmost last.
#[derive(Debug, Default)]
pub struct Overlays {
    stack: Vec<Overlay>,
}

impl Overlays {
    /// Opens a modal dialog on top, next to what it is about. `focus` is the panel in focus.
    pub fn open(&mut self, dialog: Box<dyn Dialog>, focus: Focus, cx: &mut PaneContext<'_>) {
        // An open dialog of the same kind is dismissed: each kind is open once at most.
        if let Some(at) = self.stack.iter().position(|overlay| overlay.dialog.title() == dialog.title()) {
            cx.requests.extend(self.stack.remove(at).dialog.dismiss());
        }
        let anchor = match dialog.subject() {
            DialogSubject::Program => Anchor::Center,
            DialogSubject::Panel(panel) => Anchor::Panel(panel),
            DialogSubject::PanelInFocus => Anchor::Panel(focus),
        };
        self.push(Overlay::new(dialog, anchor), cx);
    }

    fn push(&mut self, mut overlay: Overlay, cx: &mut PaneContext<'_>) {
        overlay.on_typed(cx);
        self.stack.push(overlay);
    }

    /// Returns the overlay that takes the keys.
    #[must_use]
    pub fn modal(&self) -> Option<&Overlay> {
        self.stack.last()
    }

    /// Returns whether an overlay takes the keys.
    #[must_use]
    pub fn is_modal(&self) -> bool {
        self.modal().is_some()
    }

    /// Returns all overlays in the order of drawing.
    pub fn bottom_up(&self) -> impl Iterator<Item = &Overlay> {
        self.stack.iter()
    }

    /// Returns the overlay that takes the keys.
    pub(super) fn modal_mut(&mut self) -> Option<&mut Overlay> {
        let at = self.modal_index()?;
        self.stack.get_mut(at)
    }

    fn modal_index(&self) -> Option<usize> {
        self.stack.len().checked_sub(1)
    }

    /// Does an action in the overlay that takes the keys.
    pub fn act(&mut self, action: ListAction, cx: &mut PaneContext<'_>) {
        let Some(at) = self.modal_index() else { return };
        match action {
            ListAction::Choose => self.submit(at, cx),
            ListAction::Close => self.back(at, cx),
            ListAction::Compare => self.act_on_item(at, ItemAction::Compare, cx),
            ListAction::Save => self.act_on_item(at, ItemAction::Save, cx),
            ListAction::Down
            | ListAction::Up
            | ListAction::PageDown
            | ListAction::PageUp
            | ListAction::Top
            | ListAction::End => {
                let step = match action {
                    ListAction::Down => Some(FieldStep::Next),
                    ListAction::Up => Some(FieldStep::Previous),
                    _ => None,
                };
                if let (Some(overlay), Some(step)) = (self.stack.get_mut(at), step)
                    && let Some(step) = overlay.dialog.go_to_field(step)
                {
                    overlay.show_step(step, cx);
                } else if let (Some(overlay), Some(to)) = (self.stack.get_mut(at), action.cursor_move()) {
                    let page = overlay.page(cx.context);
                    overlay.list.go(to, overlay.items.len(), page);
                    overlay.skip_heading(to, page);
                }
            }
        }
    }

    /// Does an action in the line of the overlay that takes the keys.
    pub fn act_line(&mut self, action: LineAction, cx: &mut PaneContext<'_>) {
        let Some(at) = self.modal_index() else { return };
        self.edit(at, cx, |input| input.act(action));
    }

    /// Returns the layers of the keymap for the overlay that takes the keys, nearest first; `None` if there is none.
    #[must_use]
    pub fn layers(&self) -> Option<Vec<&'static str>> {
        Some(match self.modal()?.dialog.shape() {
            // Home and End move in the list.
            DialogShape::List | DialogShape::Confirm => vec![ListAction::LAYER, LineAction::LAYER, "app"],
            DialogShape::Line => vec![LineAction::LAYER, ListAction::LAYER, "app"],
        })
    }

    /// Takes a typed character. In a confirmation it is the answer.
    pub fn type_char(&mut self, character: char, cx: &mut PaneContext<'_>) {
        let Some(at) = self.modal_index() else { return };
        let is_confirmation = |overlay: &Overlay| overlay.dialog.shape() == DialogShape::Confirm;
        if self.stack.get(at).is_some_and(is_confirmation) {
            self.edit(at, cx, |input| input.push(character));
            self.submit(at, cx);
        } else {
            self.edit(at, cx, |input| input.push(character));
        }
    }

    /// Takes pasted text. It never answers a confirmation.
    pub fn paste(&mut self, text: &str, cx: &mut PaneContext<'_>) {
        let Some(at) = self.modal_index() else { return };
        if self.stack.get(at).is_some_and(|overlay| overlay.dialog.shape() != DialogShape::Confirm) {
            self.edit(at, cx, |input| input.paste(text));
        }
    }

    /// Rebuilds all lists after a change of the catalog.
    pub fn refresh(&mut self, cx: &mut PaneContext<'_>) {
        for overlay in &mut self.stack {
            overlay.on_typed(cx);
        }
    }

    /// Takes the matches of a search in the catalog.
    pub fn on_found(&mut self, best: &[FindMatch], total: usize, context: &Context) {
        for overlay in &mut self.stack {
            overlay.dialog.on_found(best, total);
            overlay.refresh(context);
        }
    }

    /// Closes the dialogs that wait for a save.
    pub fn on_saved(&mut self) {
        self.stack.retain(|overlay| !overlay.dialog.waits_for_save());
    }

    /// Closes all overlays without an answer, the topmost first.
    pub fn dismiss_all(&mut self, cx: &mut PaneContext<'_>) {
        while let Some(mut overlay) = self.stack.pop() {
            cx.requests.extend(overlay.dialog.dismiss());
        }
    }

    fn edit(&mut self, at: usize, cx: &mut PaneContext<'_>, edit: impl FnOnce(&mut LineInput)) {
        if let Some(overlay) = self.stack.get_mut(at) {
            let before = overlay.input.text().to_owned();
            edit(&mut overlay.input);
            // A move of the cursor keeps the place in the list.
            if overlay.input.text() != before {
                overlay.list = ListCursor::default();
                overlay.on_edited(cx);
            }
        }
    }

    fn submit(&mut self, at: usize, cx: &mut PaneContext<'_>) {
        let Some(overlay) = self.stack.get_mut(at) else { return };
        if overlay.fault.is_some() {
            // The fault is shown under the line, and the typed text stays.
            return;
        }
        let outcome = overlay.submit(cx.context);
        self.take(at, outcome, cx);
    }

    /// Does something with the item under the cursor. Without an item, nothing happens.
    fn act_on_item(&mut self, at: usize, action: ItemAction, cx: &mut PaneContext<'_>) {
        let Some(overlay) = self.stack.get_mut(at) else { return };
        let Some(item) = overlay.items.get(overlay.list.cursor).filter(|item| !item.is_heading()) else { return };
        let outcome = overlay.dialog.act_on_item(action, item);
        self.take(at, outcome, cx);
    }

    /// Does what an answer says.
    fn take(&mut self, at: usize, outcome: DialogOutcome, cx: &mut PaneContext<'_>) {
        let Some(overlay) = self.stack.get_mut(at) else { return };
        match outcome {
            DialogOutcome::Stay(requests) => {
                overlay.refresh(cx.context);
                cx.requests.extend(requests);
            }
            DialogOutcome::Close(requests) => {
                self.stack.remove(at);
                cx.requests.extend(requests);
            }
            DialogOutcome::Step(step) => overlay.show_step(step, cx),
        }
    }

    /// Goes one step back, or closes the dialog without an answer.
    fn back(&mut self, at: usize, cx: &mut PaneContext<'_>) {
        let Some(overlay) = self.stack.get_mut(at) else { return };
        let answer = DialogAnswer { typed: overlay.input.text(), cursor: overlay.list.cursor, item: None };
        if let Some(step) = overlay.dialog.back(answer) {
            overlay.show_step(step, cx);
        } else {
            let mut overlay = self.stack.remove(at);
            cx.requests.extend(overlay.dialog.dismiss());
        }
    }
}

impl Overlay {
    fn new(dialog: Box<dyn Dialog>, anchor: Anchor) -> Self {
        let input = LineInput::with(dialog.initial_text());
        let (items, list, list_size) = (Vec::new(), ListCursor::default(), (0, 0));
        Self { dialog, anchor, input, items, hidden: Vec::new(), list_size, whole_items: 0, list, fault: None }
    }

    /// Moves the cursor from a heading to the item after it, or to the one before it if the cursor was moved up.
    fn skip_heading(&mut self, step: CursorMove, page: usize) {
        let is_heading = |at: usize| self.items.get(at).is_some_and(DialogItem::is_heading);
        if !is_heading(self.list.cursor) {
            return;
        }
        let is_first = self.list.cursor == 0;
        let to = match step {
            CursorMove::Up | CursorMove::PageUp if !is_first => CursorMove::Up,
            CursorMove::Up
            | CursorMove::PageUp
            | CursorMove::Top
            | CursorMove::Down
            | CursorMove::PageDown
            | CursorMove::End => CursorMove::Down,
        };
        self.list.go(to, self.items.len(), page);
        if is_first {
            // The heading stays visible.
            self.list.top = 0;
        }
    }

    fn submit(&mut self, context: &Context) -> DialogOutcome {
        let cursor = self.list.cursor;
        let item = (cursor < self.items.len()).then(|| self.items.swap_remove(cursor));
        self.dialog.submit(DialogAnswer { typed: self.input.text(), cursor, item }, context)
    }

    fn show_step(&mut self, step: DialogStep, cx: &mut PaneContext<'_>) {
        self.input = LineInput::with(step.typed);
        self.list = ListCursor { cursor: step.cursor, top: 0 };
        self.on_typed(cx);
    }

    /// Takes a change of the typed text. A list that it only narrows is not built again, because it may be long.
    fn on_edited(&mut self, cx: &mut PaneContext<'_>) {
        match self.dialog.narrowing() {
            Narrowing::ByDialog => self.on_typed(cx),
            Narrowing::ByTypedText => {
                cx.requests.extend(self.dialog.on_typed(self.input.text(), cx.context));
                let mut items = std::mem::take(&mut self.items);
                items.append(&mut self.hidden);
                items.retain(|item| item.place.is_some());
                items.sort_by_key(|item| item.place);
                self.list_items(items, cx.context);
            }
        }
    }

    fn on_typed(&mut self, cx: &mut PaneContext<'_>) {
        cx.requests.extend(self.dialog.on_typed(self.input.text(), cx.context));
        self.refresh(cx.context);
    }

    /// Rebuilds the list.
    fn refresh(&mut self, context: &Context) {
        let mut items = self.dialog.items(context);
        for (place, item) in items.iter_mut().enumerate() {
            item.place = Some(place);
        }
        self.whole_items = items.len();
        self.list_size = list_size(self.dialog.as_ref(), items.iter().chain(&self.dialog.last_item()), context);
        self.list_items(items, context);
    }

    /// Lists those of the items that match the typed text.
    fn list_items(&mut self, items: Vec<DialogItem>, context: &Context) {
        (self.items, self.hidden) = match self.dialog.narrowing() {
            Narrowing::ByTypedText => narrow(items, self.input.text()),
            Narrowing::ByDialog => (items, Vec::new()),
        };
        self.items.extend(self.dialog.last_item());
        self.fault = self.dialog.fault(self.input.text());
        let page = self.page(context);
        self.list.settle(self.items.len(), page);
        self.skip_heading(CursorMove::Down, page);
    }

    /// Returns whether it has more items than are visible.
    #[must_use]
    pub fn has_more_items(&self, context: &Context) -> bool {
        self.dialog.shape() == DialogShape::List && self.items.len() > self.page(context)
    }

    /// Returns how many items are visible at once.
    pub(super) fn page(&self, context: &Context) -> usize {
        let height = self.area(context).height;
        usize::from(height.saturating_sub(LINES_AROUND_ITEMS).saturating_sub(self.preview_lines(height))).max(1)
    }

    /// Returns how many lines of a dialog of this height the preview of an item takes, with the line above it.
    pub(super) fn preview_lines(&self, height: u16) -> u16 {
        if !self.dialog.has_item_preview() || self.items.is_empty() {
            return 0;
        }
        // What the whole list leaves free, but at least a third of the dialog.
        let free = usize::from(height.saturating_sub(LINES_AROUND_ITEMS)).saturating_sub(self.whole_items);
        PREVIEW_LINES.min(u16::try_from(free).unwrap_or(u16::MAX).max(height / 3))
    }

    /// Returns the area in which it is drawn.
    #[must_use]
    pub fn area(&self, context: &Context) -> Area {
        let layout = &context.layout;
        let (width, height) = match self.dialog.shape() {
            DialogShape::List => self.list_size,
            DialogShape::Line | DialogShape::Confirm => {
                text_size(self.dialog.as_ref(), self.input.text(), self.fault.as_ref(), layout.body)
            }
        };
        match self.anchor {
            Anchor::Center => layout.overlay(width, height),
            Anchor::Panel(panel) => match layout.of(panel).filter(|area| *area != layout.body) {
                Some(area) => near(area, layout.body, (width, height)),
                None => layout.overlay(width, height),
            },
        }
    }
}

#[cfg(test)]
mod tests;
