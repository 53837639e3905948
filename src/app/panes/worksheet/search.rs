//! Finds and replaces text in the worksheet in front.

use crate::app::action::Action;
use crate::app::panes::PaneContext;
use crate::app::request::Request;
use crate::domain::editing::find::{FindPattern, Match, Wrapped};
use crate::domain::editing::{EditResult, TextPosition};
use crate::domain::quantity::counted;

use super::edit::Direction;
use super::undo::StepKind;
use super::{WorksheetAction, Worksheets};

impl Worksheets {
    /// Searches for what is being typed, from where the search began. The match is selected.
    pub fn find_text(&mut self, typed: &str, cx: &mut PaneContext<'_>) {
        let pattern = FindPattern::typed(typed).ok();
        let from = self.search_from;
        let Some(sheet) = self.sheet_mut() else { return };
        let from = from.unwrap_or_else(|| sheet.editor.selection().map_or(sheet.editor.cursor(), |(from, _)| from));
        let found = pattern.as_ref().and_then(|pattern| first_from(pattern, sheet.editor.lines(), from));
        match found {
            Some(found) => sheet.editor.select(found.from, found.to),
            None => sheet.editor.go(from),
        }
        sheet.scroll.follow();
        (self.search, self.search_from) = (pattern, Some(from));
        self.settle(cx);
    }

    /// Ends the typing of a search. The cursor stays at the match.
    pub fn keep_found(&mut self) {
        self.search_from = None;
        if let Some(sheet) = self.sheet_mut()
            && let Some((from, _)) = sheet.editor.selection()
        {
            // A selection would run alone.
            sheet.editor.go(from);
        }
    }

    /// Ends a search. The cursor goes back to where it was.
    pub fn end_find(&mut self, cx: &mut PaneContext<'_>) {
        self.search = None;
        let from = self.search_from.take();
        if let (Some(from), Some(sheet)) = (from, self.sheet_mut()) {
            sheet.editor.go(from);
        }
        self.settle(cx);
    }

    /// Goes to the next or the previous match of the last search.
    pub(super) fn find_again(&mut self, direction: Direction, cx: &mut PaneContext<'_>) {
        let Some(pattern) = self.search.clone() else {
            let key = cx.key(Action::Worksheet(WorksheetAction::Find));
            return cx.request(Request::Notice(format!("Nothing was searched for yet. {key} finds text.")));
        };
        let Some(sheet) = self.sheet_mut() else { return };
        let from = sheet.editor.selection().map_or(sheet.editor.cursor(), |(from, _)| from);
        let lines = sheet.editor.lines();
        let found = match direction {
            Direction::Next => pattern.next(lines, from),
            Direction::Previous => pattern.previous(lines, from),
        };
        match found {
            Some((found, wrapped)) => {
                sheet.editor.go(found.from);
                if wrapped == Wrapped::Yes {
                    let place = match direction {
                        Direction::Next => "The search goes on at the start of the text.",
                        Direction::Previous => "The search goes on at the end of the text.",
                    };
                    cx.request(Request::Notice(place.into()));
                }
            }
            None => cx.request(Request::Notice(format!("The worksheet has no \"{}\".", pattern.parts().0))),
        }
    }

    /// Replaces the matches of a line, or of the whole text.
    pub fn replace_text(
        &mut self,
        (pattern, replacement): (&FindPattern, &str),
        line: Option<usize>,
        cx: &mut PaneContext<'_>,
    ) {
        let now = cx.context.now;
        let mut replaced = 0;
        self.edit(|editor| {
            let lines = editor.lines();
            let range = line.map_or((0, lines.len().saturating_sub(1)), |line| (line, line));
            let result = pattern.replace_in(lines, range, replacement, crate::domain::editing::find::Occurrences::All);
            replaced = result.matches;
            let cursor = TextPosition::new(result.last_line, 0);
            editor.apply(&EditResult { changes: result.changes, cursor, selection: None }, StepKind::Whole, now)
        });
        self.search = Some(pattern.clone());
        let undo = cx.key(Action::Worksheet(WorksheetAction::Undo));
        cx.request(Request::Notice(format!("{} replaced. {undo} takes it back.", counted(replaced as u64, "place"))));
        self.settle(cx);
    }
}

/// Returns the first match at a position or after it. From the end of the text, the search goes on at its start.
fn first_from(pattern: &FindPattern, lines: &[String], from: TextPosition) -> Option<Match> {
    let in_line = pattern.matches(lines.get(from.line..=from.line)?).map(|found| Match {
        from: TextPosition::new(from.line, found.from.column),
        to: TextPosition::new(from.line, found.to.column),
    });
    let at_cursor = in_line.into_iter().find(|found| found.from >= from);
    at_cursor.or_else(|| pattern.next(lines, from).map(|(found, _)| found))
}
