//! Shows the snippets: saved statements to open and run.

use crate::app::action::{Action, AppAction};
use crate::app::context::Context;
use crate::app::request::{Dialog, DialogAnswer, DialogItem, DialogOutcome, DialogShape, Request};
use crate::app::statement::origin::StatementOrigin;
use crate::app::statement::run_text::RunText;

/// Lists the snippets.
#[derive(Debug)]
pub struct SnippetsDialog;

impl Dialog for SnippetsDialog {
    fn shape(&self) -> DialogShape {
        DialogShape::List
    }

    fn title(&self) -> &'static str {
        "Snippets"
    }

    fn enter_hint(&self) -> &'static str {
        "open and run"
    }

    fn items(&self, context: &Context) -> Vec<DialogItem> {
        context
            .snippets
            .iter()
            .map(|snippet| {
                let requests = vec![
                    Request::NewWorksheet { title: Some(snippet.name.clone()), text: snippet.statement.clone() },
                    Request::Run {
                        statement: RunText::elsewhere(snippet.statement.trim().trim_end_matches(';')),
                        from: StatementOrigin::Snippet,
                    },
                ];
                DialogItem::new(&snippet.name, requests).about(&snippet.title).right(snippet.tags.join(" "))
            })
            .collect()
    }

    fn empty_text(&self, typed: &str, context: &Context) -> String {
        if !typed.is_empty() {
            return context.no_matches();
        }
        let key = context.key(Action::App(AppAction::SaveSnippet));
        format!("No snippets yet. {key} saves the statement at the cursor as one.")
    }

    fn submit(&mut self, answer: DialogAnswer<'_>, _context: &Context) -> DialogOutcome {
        answer.take_item()
    }
}
