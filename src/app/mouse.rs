//! Handles the mouse: a press moves the focus and the cursor, the wheel scrolls the panel under it, borders and selections follow
//! a drag, a press on a hint is its key.

use std::time::Duration;

use crate::domain::keys::Matcher;
use crate::domain::mouse::{Gesture, MouseEvent};

use super::effect::Effect;
use super::focus::Focus;
use super::hints_view::hint_at;
use super::model::Model;
use super::mouse_state::Drag;
use super::panes::{PaneContext, PaneGesture, PaneMouse, with};
use super::request::Request;

/// Two presses of one cell within this time are a double press.
const DOUBLE_PRESS: Duration = Duration::from_millis(400);
/// Lines and cells by which a notch of the wheel scrolls.
const WHEEL: isize = 3;

/// Handles an event.
pub(super) fn on_mouse(model: &mut Model, event: MouseEvent, requests: &mut Vec<Request>, effects: &mut Vec<Effect>) {
    let at = (event.x, event.y);
    let gesture = match event.gesture {
        Gesture::Press => {
            model.matcher = Matcher::default();
            press_gesture(model, event)
        }
        Gesture::Release => {
            model.mouse.drag = None;
            return;
        }
        Gesture::Drag => PaneGesture::Drag,
        Gesture::WheelUp if event.shift => PaneGesture::ScrollRight(-WHEEL),
        Gesture::WheelDown if event.shift => PaneGesture::ScrollRight(WHEEL),
        Gesture::WheelUp => PaneGesture::ScrollDown(-WHEEL),
        Gesture::WheelDown => PaneGesture::ScrollDown(WHEEL),
        Gesture::WheelLeft => PaneGesture::ScrollRight(-WHEEL),
        Gesture::WheelRight => PaneGesture::ScrollRight(WHEEL),
    };
    let is_press = event.gesture == Gesture::Press;
    if is_press && let Some(action) = hint_at(model, at) {
        model.notices.current = None;
        super::requests::act(model, action, requests, effects);
        return;
    }
    if is_press {
        model.notices.current = None;
    }
    if model.overlays.is_modal() {
        let mouse = PaneMouse { x: event.x, y: event.y, gesture };
        with!(model, requests, effects, overlays.on_mouse(mouse));
    } else if let Some(connect) = &mut model.connect {
        let mouse = PaneMouse { x: event.x, y: event.y, gesture };
        connect.on_mouse(mouse, &mut PaneContext { context: &model.context, requests, effects });
    } else {
        on_panels(model, at, gesture, requests, effects);
    }
}

/// Returns the gesture of a press: whether it is the second one of its cell, or extends a selection.
fn press_gesture(model: &mut Model, event: MouseEvent) -> PaneGesture {
    let (at, now) = ((event.x, event.y), model.context.now);
    let is_double =
        model.mouse.last_press.is_some_and(|(before, when)| before == at && now.saturating_sub(when) <= DOUBLE_PRESS);
    model.mouse.drag = None;
    // A third press begins again.
    model.mouse.last_press = (!is_double).then_some((at, now));
    match (is_double, event.shift) {
        (true, _) => PaneGesture::DoublePress,
        (false, true) => PaneGesture::Drag,
        (false, false) => PaneGesture::Press,
    }
}

fn on_panels(
    model: &mut Model,
    at: (u16, u16),
    gesture: PaneGesture,
    requests: &mut Vec<Request>,
    effects: &mut Vec<Effect>,
) {
    let layout = model.context.layout;
    let mut panel = layout.panel_at(at);
    match (gesture, model.mouse.drag) {
        (PaneGesture::Drag, Some(Drag::Border(border))) => {
            super::requests::borders::move_to(model, border, at, requests, effects);
            return;
        }
        (PaneGesture::Drag, Some(Drag::Selection(from))) => panel = Some(from),
        (PaneGesture::Press, _) => {
            if let Some(border) = layout.border_at(at) {
                model.mouse.drag = Some(Drag::Border(border));
                return;
            }
            model.mouse.drag = panel.map(Drag::Selection);
        }
        (PaneGesture::Drag, None)
        | (PaneGesture::DoublePress | PaneGesture::ScrollDown(_) | PaneGesture::ScrollRight(_), _) => {}
    }
    let Some(panel) = panel else { return };
    if matches!(gesture, PaneGesture::Press | PaneGesture::DoublePress) && model.focus != panel {
        super::requests::run_requests(model, vec![Request::Focus(panel)], effects);
    }
    let mouse = PaneMouse { x: at.0, y: at.1, gesture };
    match panel {
        Focus::Explorer => with!(model, requests, effects, explorer.on_mouse(mouse)),
        Focus::Worksheet => with!(model, requests, effects, worksheets.on_mouse(mouse)),
        Focus::Grid => with!(model, requests, effects, grid.on_mouse(mouse)),
        Focus::Inspector => with!(model, requests, effects, inspector.on_mouse(mouse)),
    }
}
