//! Decisions of the inspector.

use crate::app::ask::Ask;
use crate::app::focus::Focus;
use crate::app::panes::Cx;
use crate::app::shared::Shared;
use crate::domain::docs::DocPage;

use super::lines::lines;
use super::{Inspector, InspectorAction, Shows};

impl Inspector {
    /// Shows something at the user's wish.
    pub fn show(&mut self, shows: Shows, shared: &Shared) {
        if self.shows != shows {
            self.shows = shows;
            self.top = 0;
            self.next_example = 0;
        }
        self.refresh(shared);
    }

    /// Follows the cursor, unless pinned.
    pub fn follow(&mut self, shows: Shows, shared: &Shared) {
        if !self.is_pinned {
            self.show(shows, shared);
        }
    }

    /// Draws the lines anew: the panel's width or what it tells may have changed.
    pub fn refresh(&mut self, shared: &Shared) {
        let width = shared.areas.inspector.map_or(0, |area| usize::from(area.width.saturating_sub(4)));
        self.lines = if width == 0 { Vec::new() } else { lines(&self.shows, shared, width) };
        self.settle(shared);
    }

    fn settle(&mut self, shared: &Shared) {
        let rows = usize::from(shared.areas.rows(Focus::Inspector));
        self.top = self.top.min(self.lines.len().saturating_sub(rows));
    }

    /// Does an action.
    pub fn act(&mut self, action: InspectorAction, cx: &mut Cx<'_>) {
        use InspectorAction as A;
        let page = usize::from(cx.shared.areas.rows(Focus::Inspector)).max(1);
        match action {
            A::Down => self.top = self.top.saturating_add(1),
            A::Up => self.top = self.top.saturating_sub(1),
            A::PageDown => self.top = self.top.saturating_add(page),
            A::PageUp => self.top = self.top.saturating_sub(page),
            A::Top => self.top = 0,
            A::End => self.top = usize::MAX,
            A::Example => self.example(cx),
            A::Copy => {
                let text: Vec<String> =
                    self.lines.iter().map(|line| line.0.iter().map(|(text, _)| text.as_str()).collect()).collect();
                cx.ask(Ask::Copy(match &self.shows {
                    Shows::Value { value: Some(bytes), .. } => String::from_utf8_lossy(bytes).into_owned(),
                    _ => text.join("\n"),
                }));
            }
            A::Pin => {
                self.is_pinned = !self.is_pinned;
                let words = if self.is_pinned {
                    "kept: the inspector stays as it is"
                } else {
                    "the inspector follows the cursor"
                };
                cx.ask(Ask::Notice(words.into()));
            }
            A::Leave => cx.ask(Ask::HideInspector),
        }
        self.settle(cx.shared);
    }

    /// The page shown, where it has examples.
    fn page_with_examples<'a>(&self, shared: &'a Shared) -> Option<&'a DocPage> {
        let Shows::Table { schema, table } = &self.shows else { return None };
        shared.page(schema, table).filter(|page| !page.examples.is_empty())
    }

    /// Whether there is an example to take.
    #[must_use]
    pub fn has_example(&self, shared: &Shared) -> bool {
        self.page_with_examples(shared).is_some()
    }

    fn example(&mut self, cx: &mut Cx<'_>) {
        let Some(page) = self.page_with_examples(cx.shared) else {
            cx.ask(Ask::Notice("there is no example here".into()));
            return;
        };
        if let Some((title, text)) = page.examples.get(self.next_example % page.examples.len()) {
            cx.ask(Ask::NewWorksheet { title: title.clone(), text: text.clone() });
        }
        self.next_example += 1;
    }
}
