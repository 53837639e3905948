//! Handles the mouse: a press moves the focus and the cursor, the wheel scrolls the panel under it, borders and selections
//! follow a drag, a press on a hint is its key.

use std::time::Duration;

use crate::domain::keys::Matcher;
use crate::domain::mouse::{Gesture, MouseEvent};

use super::effect::Effect;
use super::focus::Focus;
use super::hints_view::hint_at;
use super::model::{InputState, Model};
use super::mouse_state::{Drag, Press};
use super::panes::{PaneContext, PaneGesture, PaneMouse, PressHit, with};
use super::request::Request;

/// Two presses of one cell within this time are a double press.
const DOUBLE_PRESS: Duration = Duration::from_millis(400);
/// Lines, or cells of text, by which a notch of the wheel scrolls.
const WHEEL: isize = 3;

/// Handles an event. Returns what the user does with it, as a key does; `None` for what changes only the view.
pub(super) fn on_mouse(
    model: &mut Model,
    event: MouseEvent,
    requests: &mut Vec<Request>,
    effects: &mut Vec<Effect>,
) -> Option<InputState> {
    let at = (event.x, event.y);
    let gesture = match event.gesture {
        Gesture::Press => return on_press(model, event, requests, effects),
        Gesture::Release => {
            model.mouse.drag = None;
            return None;
        }
        Gesture::Drag => {
            on_drag(model, at, requests, effects);
            return None;
        }
        Gesture::WheelUp if event.shift => PaneGesture::ScrollRight(-WHEEL),
        Gesture::WheelDown if event.shift => PaneGesture::ScrollRight(WHEEL),
        Gesture::WheelUp => PaneGesture::ScrollDown(-WHEEL),
        Gesture::WheelDown => PaneGesture::ScrollDown(WHEEL),
        Gesture::WheelLeft => PaneGesture::ScrollRight(-WHEEL),
        Gesture::WheelRight => PaneGesture::ScrollRight(WHEEL),
    };
    let panel = model.context.layout.panel_at(at);
    send(model, panel, PaneMouse { x: at.0, y: at.1, gesture }, requests, effects);
    None
}

/// Handles a press. A second press of the same cell acts on the cursor, where the first press has put it: the first one may
/// have changed the layout.
fn on_press(
    model: &mut Model,
    event: MouseEvent,
    requests: &mut Vec<Request>,
    effects: &mut Vec<Effect>,
) -> Option<InputState> {
    let (at, now) = ((event.x, event.y), model.context.now);
    (model.matcher, model.mouse.drag) = (Matcher::default(), None);
    let before = model.mouse.last_press.take();
    let repeated = before.filter(|press| press.at == at && now.saturating_sub(press.time) <= DOUBLE_PRESS);
    if let Some(action) = hint_at(model, at) {
        model.mouse.last_press = Some(Press { at, time: now, panel: None, hit: PressHit::Nothing });
        // The hints may have changed, so a second press would be another key.
        if repeated.is_none() {
            model.notices.current = None;
            super::requests::act(model, action, requests, effects);
        }
        return Some(InputState::Acting);
    }
    let layout = model.context.layout;
    let is_covered = model.overlays.is_modal() || model.connect.is_some();
    let panel = layout.panel_at(at).filter(|_| !is_covered);
    model.notices.current = None;
    if let Some(press) = repeated.filter(|press| press.hit != PressHit::Nothing) {
        let mouse = PaneMouse { x: at.0, y: at.1, gesture: PaneGesture::DoublePress };
        send(model, press.panel, mouse, requests, effects);
        return Some(InputState::Typing);
    }
    if !is_covered && with!(model, requests, effects, worksheets.on_popup_press(at)) {
        return Some(InputState::Typing);
    }
    if !is_covered && let Some(border) = layout.border_at(at) {
        model.mouse.drag = Some(Drag::Border(border));
        return None;
    }
    let gesture = if event.shift { PaneGesture::Extend } else { PaneGesture::Press };
    // In the layout that the user sees: the focus may change it.
    let hit = send(model, panel, PaneMouse { x: at.0, y: at.1, gesture }, requests, effects);
    if let Some(panel) = panel {
        if hit == PressHit::Selection {
            model.mouse.drag = Some(Drag::Selection(panel));
        }
        if model.focus != panel {
            requests.push(Request::Focus(panel));
        }
    }
    model.mouse.last_press = Some(Press { at, time: now, panel, hit });
    Some(InputState::Typing)
}

/// Moves what was pressed. Without a press, nothing moves.
fn on_drag(model: &mut Model, at: (u16, u16), requests: &mut Vec<Request>, effects: &mut Vec<Effect>) {
    match model.mouse.drag {
        Some(Drag::Border(border)) => super::requests::borders::move_to(model, border, at, requests, effects),
        Some(Drag::Selection(panel)) => {
            let mouse = PaneMouse { x: at.0, y: at.1, gesture: PaneGesture::Drag };
            send(model, Some(panel), mouse, requests, effects);
        }
        None => {}
    }
}

/// Sends a gesture to the dialog or the connection screen that is open, or else to a panel. Returns what a press has hit.
fn send(
    model: &mut Model,
    panel: Option<Focus>,
    mouse: PaneMouse,
    requests: &mut Vec<Request>,
    effects: &mut Vec<Effect>,
) -> PressHit {
    if model.overlays.is_modal() {
        return with!(model, requests, effects, overlays.on_mouse(mouse));
    }
    if let Some(connect) = &mut model.connect {
        return connect.on_mouse(mouse, &mut PaneContext { context: &model.context, requests, effects });
    }
    match panel {
        Some(Focus::Explorer) => with!(model, requests, effects, explorer.on_mouse(mouse)),
        Some(Focus::Worksheet) => {
            let hit = with!(model, requests, effects, worksheets.on_mouse(mouse));
            super::requests::follow(model);
            hit
        }
        Some(Focus::Grid) => with!(model, requests, effects, grid.on_mouse(mouse)),
        Some(Focus::Inspector) => with!(model, requests, effects, inspector.on_mouse(mouse)),
        None => PressHit::Nothing,
    }
}
