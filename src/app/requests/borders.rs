//! Moves the borders between the panels, and saves where the user has put them.

use std::time::Duration;

use crate::app::action::{Action, AppAction};
use crate::app::effect::Effect;
use crate::app::focus::Focus;
use crate::app::layout::{Area, Border, LayoutClass};
use crate::app::model::Model;
use crate::app::request::Request;
use crate::domain::protocol::{PanelSizes, StorageCmd};

/// Cells by which a key moves a border at the side.
const CELLS: u16 = 4;
/// Percent by which a key moves the border between worksheet and results.
const PERCENT: u16 = 5;
/// The worksheet's share of the height, in percent, at least and at most.
const SHARES: (u16, u16) = (10, 90);
/// The pause after which moved borders are saved.
pub(in crate::app) const SAVE_PAUSE: Duration = Duration::from_secs(1);

/// What a key does to the panel in focus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Resize {
    Enlarge,
    Shrink,
}

impl Resize {
    fn of(self, size: u16, step: u16) -> u16 {
        match self {
            Self::Enlarge => size.saturating_add(step),
            Self::Shrink => size.saturating_sub(step),
        }
    }

    fn opposite(self) -> Self {
        match self {
            Self::Enlarge => Self::Shrink,
            Self::Shrink => Self::Enlarge,
        }
    }
}

/// Enlarges or shrinks the panel in focus.
pub(super) fn resize(model: &mut Model, how: Resize, requests: &mut Vec<Request>, effects: &mut Vec<Effect>) {
    let layout = model.context.layout;
    if model.shows_one_panel() {
        let key = model.context.key(Action::App(AppAction::Zoom));
        let next = if model.options.zoom { format!(" {key} shows the others.") } else { String::new() };
        model.notice(format!("Only one panel is visible, so it has no border to move.{next}"));
        return;
    }
    let mut sizes = model.options.sizes;
    match (model.focus, layout.explorer, layout.inspector) {
        (Focus::Explorer, Some(area), _) if layout.class == LayoutClass::Wide => {
            sizes.explorer = Some(how.of(area.width, CELLS));
        }
        (Focus::Inspector, _, Some(area)) if layout.has_inspector_side() => {
            sizes.inspector = Some(how.of(area.width, CELLS));
        }
        (Focus::Worksheet | Focus::Grid, _, _) => {
            // The inspector may be in the place of one of them.
            let top = layout
                .worksheet
                .map_or(layout.body.height - layout.grid.map_or(0, |grid| grid.height), |top| top.height);
            let how = if model.focus == Focus::Grid { how.opposite() } else { how };
            let share = sizes.worksheet.unwrap_or_else(|| percent(top, layout.body));
            sizes.worksheet = Some(how.of(share, PERCENT).clamp(SHARES.0, SHARES.1));
        }
        (Focus::Explorer | Focus::Inspector, _, _) => {
            model.notice("This panel covers the others, so it has no border to move. Esc closes it.");
            return;
        }
    }
    set(model, sizes, requests, effects);
}

/// Moves a border to a cell of the screen.
pub(in crate::app) fn move_to(
    model: &mut Model,
    border: Border,
    (x, y): (u16, u16),
    requests: &mut Vec<Request>,
    effects: &mut Vec<Effect>,
) {
    let layout = model.context.layout;
    let body = layout.body;
    let mut sizes = model.options.sizes;
    match border {
        Border::Explorer if layout.explorer.is_some() => sizes.explorer = Some(x.saturating_sub(body.x) + 1),
        Border::Inspector if layout.inspector.is_some() => {
            sizes.inspector = Some((body.x + body.width).saturating_sub(x));
        }
        // The panel was hidden meanwhile.
        Border::Explorer | Border::Inspector => return,
        Border::Worksheet => {
            sizes.worksheet = Some(percent(y.saturating_sub(body.y), body).clamp(SHARES.0, SHARES.1));
        }
    }
    set(model, sizes, requests, effects);
}

/// Returns all panels to their automatic sizes.
pub(super) fn reset(model: &mut Model, requests: &mut Vec<Request>, effects: &mut Vec<Effect>) {
    set(model, PanelSizes::default(), requests, effects);
    model.notice("All panels have their automatic sizes again.");
}

/// Saves the sizes after a pause.
pub(in crate::app) fn on_clock(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(moved_at) = model.sizes_moved_at else { return };
    match (moved_at + SAVE_PAUSE).checked_sub(model.context.now).filter(|left| !left.is_zero()) {
        Some(left) => effects.push(Effect::Wake(left)),
        None => save(model, effects),
    }
}

/// Saves the sizes, if they have changed since they were saved.
pub(in crate::app) fn save(model: &mut Model, effects: &mut Vec<Effect>) {
    if model.sizes_moved_at.take().is_some() {
        effects.push(Effect::Storage(StorageCmd::SavePanelSizes(model.options.sizes)));
    }
}

fn set(model: &mut Model, sizes: PanelSizes, requests: &mut Vec<Request>, effects: &mut Vec<Effect>) {
    let before = model.options.sizes;
    if before == sizes {
        return;
    }
    model.options.sizes = sizes;
    model.solve();
    // What the layout did not use is not kept, so that the next key moves the border at once.
    let layout = &model.context.layout;
    if let Some(explorer) = layout.explorer.filter(|_| sizes.explorer.is_some() && sizes.explorer != before.explorer) {
        model.options.sizes.explorer = Some(explorer.width);
    }
    if let Some(side) = layout.inspector.filter(|_| sizes.inspector.is_some() && sizes.inspector != before.inspector) {
        model.options.sizes.inspector = Some(side.width);
    }
    model.sizes_moved_at = Some(model.context.now);
    effects.push(Effect::Wake(SAVE_PAUSE));
    requests.push(Request::Settle);
}

/// Returns a height as a share of the body, rounded up, so that the layout computes the same height from it.
fn percent(height: u16, body: Area) -> u16 {
    let share = (u32::from(height) * 100).div_ceil(u32::from(body.height.max(1)));
    u16::try_from(share).unwrap_or(100)
}
