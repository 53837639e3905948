//! Opens, closes, reopens, renames and changes worksheets.

use crate::app::action::{Action, AppAction};
use crate::app::dialogs::{ClosedWorksheetsDialog, RenameDialog};
use crate::app::effect::Effect;
use crate::app::focus::Focus;
use crate::app::model::Model;
use crate::app::panes::{PaneContext, with};
use crate::app::request::Request;

/// Does an action on the tabs of the worksheets. Ignores any other.
pub(super) fn act(model: &mut Model, action: AppAction, requests: &mut Vec<Request>, effects: &mut Vec<Effect>) {
    match action {
        AppAction::NewWorksheet => {
            model.worksheets.open_untitled("");
            requests.push(Request::Focus(Focus::Worksheet));
        }
        AppAction::CloseWorksheet => close(model, requests, effects),
        AppAction::ReopenWorksheet => {
            if model.worksheets.reopen(None) {
                requests.push(Request::Focus(Focus::Worksheet));
            } else {
                let key = model.context.key(Action::App(AppAction::NewWorksheet));
                model.notice(format!("There is no closed worksheet to reopen. {key} opens a new one."));
            }
        }
        AppAction::ReopenList => {
            let dialog = ClosedWorksheetsDialog::new(&model.worksheets.closed);
            requests.push(Request::OpenDialog(Box::new(dialog)));
        }
        AppAction::NextWorksheet | AppAction::PreviousWorksheet => {
            model.worksheets.turn(if action == AppAction::NextWorksheet { 1 } else { -1 });
            with!(model, requests, effects, worksheets.on_moved());
            requests.push(Request::Settle);
        }
        AppAction::Rename => requests.push(Request::OpenDialog(Box::new(RenameDialog))),
        _ => {}
    }
}

/// Handles a request about the tabs of the worksheets. Ignores any other.
pub(super) fn handle(model: &mut Model, request: Request, requests: &mut Vec<Request>, effects: &mut Vec<Effect>) {
    match request {
        Request::NewWorksheet { title, text } => {
            match title {
                Some(title) => model.worksheets.open_titled(&title, &text),
                None => model.worksheets.open_untitled(&text),
            }
            requests.push(Request::Focus(Focus::Worksheet));
        }
        Request::ShowWorksheet(number) => {
            model.worksheets.show(number);
            with!(model, requests, effects, worksheets.on_moved());
            requests.push(Request::Settle);
        }
        Request::Reopen(key) => {
            let is_open = model.worksheets.reopen(Some(&key));
            requests.extend(is_open.then_some(Request::Focus(Focus::Worksheet)));
        }
        Request::Rename(title) => {
            model.worksheets.rename(title);
            requests.push(Request::Settle);
        }
        _ => {}
    }
}

fn close(model: &mut Model, requests: &mut Vec<Request>, effects: &mut Vec<Effect>) {
    let closed = model.worksheets.sheet().map(|sheet| sheet.key.clone());
    let kept = model.worksheets.close();
    if let Some(title) = kept {
        let reopen = model.context.key(Action::App(AppAction::ReopenWorksheet));
        model.notice(format!("Worksheet {title} is closed. {reopen} reopens it."));
    }
    if let Some(key) = closed {
        crate::app::statement::on_worksheet_closed(model, &key, requests, effects);
    }
    requests.push(Request::Settle);
}
