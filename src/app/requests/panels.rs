//! Shows, hides and zooms panels, and moves the focus between them.

use super::borders::{self, Resize};
use super::inspector;
use crate::app::action::{Action, AppAction};
use crate::app::effect::Effect;
use crate::app::focus::Focus;
use crate::app::layout::LayoutClass;
use crate::app::model::Model;
use crate::app::panes::grid::GridAction;
use crate::app::panes::{PaneContext, with};
use crate::app::request::Request;

/// Does an action on panels. Ignores any other.
pub(super) fn act(model: &mut Model, action: AppAction, requests: &mut Vec<Request>, effects: &mut Vec<Effect>) {
    match action {
        AppAction::Back if model.options.zoom => toggle_zoom(model, requests),
        AppAction::Back => requests.push(Request::FocusMain),
        AppAction::NextPanel | AppAction::PreviousPanel => {
            let forward = action == AppAction::NextPanel;
            requests.push(Request::Focus(neighbour(model, forward)));
        }
        AppAction::FocusExplorer => requests.push(Request::Focus(Focus::Explorer)),
        AppAction::FocusWorksheet => requests.push(Request::Focus(Focus::Worksheet)),
        AppAction::FocusResults => requests.push(Request::Focus(Focus::Grid)),
        AppAction::FocusInspector => requests.push(Request::Focus(Focus::Inspector)),
        AppAction::ToggleExplorer => toggle_explorer(model, requests),
        AppAction::ToggleInspector if model.context.layout.inspector.is_some() => inspector::close(model, requests),
        AppAction::ToggleInspector => inspector::open(model, requests),
        AppAction::EnlargePanel => borders::resize(model, Resize::Enlarge, requests, effects),
        AppAction::ShrinkPanel => borders::resize(model, Resize::Shrink, requests, effects),
        AppAction::ResetPanels => borders::reset(model, requests, effects),
        AppAction::Zoom => toggle_zoom(model, requests),
        _ => {}
    }
}

fn toggle_zoom(model: &mut Model, requests: &mut Vec<Request>) {
    model.options.zoom = !model.options.zoom;
    requests.push(Request::Settle);
}

/// Shows or hides the explorer. Where it covers other panels, it is shown by moving the focus to it.
fn toggle_explorer(model: &mut Model, requests: &mut Vec<Request>) {
    let covers = model.shows_one_panel() || model.context.layout.class != LayoutClass::Wide;
    match (covers, model.focus == Focus::Explorer) {
        (true, true) => requests.push(Request::FocusMain),
        (true, false) => requests.push(Request::Focus(Focus::Explorer)),
        (false, in_focus) => {
            model.options.explorer = !model.options.explorer;
            requests.push(if in_focus { Request::FocusMain } else { Request::Settle });
        }
    }
}

fn neighbour(model: &Model, forward: bool) -> Focus {
    let all: Vec<Focus> = Focus::ALL.into_iter().filter(|focus| model.can_show(*focus)).collect();
    let at = all.iter().position(|focus| *focus == model.focus).unwrap_or(0);
    let next = if forward { at + 1 } else { at + all.len().max(1) - 1 };
    all.get(next % all.len().max(1)).copied().unwrap_or(Focus::Worksheet)
}

/// Closes the details of the result in front. Without any, returns to the row whose key was followed; a notice says where to go
/// if there is no step back.
pub(super) fn leave_result_details(model: &mut Model, requests: &mut Vec<Request>) {
    let front = model.grid.front();
    let has_details = model.inspector.result.is_some() && !model.inspector.is_pinned;
    if has_details && model.context.layout.inspector.is_some() {
        requests.push(Request::HideInspector);
    } else if front.is_some_and(|result| result.came_from.is_some()) {
        requests.push(Request::Do(Action::Grid(GridAction::Return)));
    } else {
        model.notice(model.context.no_step_back());
    }
}

/// Moves the focus to a panel, and shows the panel.
pub(super) fn move_focus(model: &mut Model, focus: Focus, requests: &mut Vec<Request>, effects: &mut Vec<Effect>) {
    match focus {
        Focus::Explorer => model.options.explorer = true,
        Focus::Inspector => inspector::on_focus(model),
        Focus::Worksheet | Focus::Grid => {}
    }
    model.focus = focus;
    // At once: an action that follows needs the panel's area.
    settle(model, requests, effects);
}

/// Updates the layout and every pane.
pub(super) fn settle(model: &mut Model, requests: &mut Vec<Request>, effects: &mut Vec<Effect>) {
    model.solve();
    model.explorer.settle(&model.context);
    with!(model, requests, effects, worksheets.settle_in_layout());
    with!(model, requests, effects, grid.settle());
    model.inspector.refresh(&model.context);
    if let Some(connect) = &mut model.connect {
        connect.settle(&model.context);
    }
}
