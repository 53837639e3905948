//! The layout: where each panel is, as a pure function of size and options. `update` and the views read the same [`Layout`].

use crate::domain::protocol::PanelSizes;

use super::focus::Focus;

/// The terminal's size in cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ScreenSize {
    pub width: u16,
    pub height: u16,
}

/// A rectangle of cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Area {
    pub x: u16,
    pub y: u16,
    pub width: u16,
    pub height: u16,
}

impl Area {
    /// Returns whether a panel here has a border all around. A lower panel has only the line with its title.
    #[must_use]
    pub fn has_box(self) -> bool {
        self.height > 3
    }

    /// Returns whether a cell of the screen is in it.
    #[must_use]
    pub fn contains(self, (x, y): (u16, u16)) -> bool {
        (self.x..self.x + self.width).contains(&x) && (self.y..self.y + self.height).contains(&y)
    }

    /// Returns width and height of a dialog in it, which wants this size. The dialog takes the whole width or height if little would
    /// be left around it.
    #[must_use]
    pub fn dialog_size(self, (width, height): (u16, u16)) -> (u16, u16) {
        let fitting = |size: u16, all: u16, rest: u16| if all <= size.saturating_add(rest) { all } else { size };
        (fitting(width, self.width, 8), fitting(height, self.height, 2))
    }

    /// Returns the area inside the border of a panel.
    #[must_use]
    pub fn inside(self) -> Self {
        let (side, lower) = if self.has_box() { (1, 1) } else { (0, 0) };
        Self {
            x: self.x + side.min(self.width),
            y: self.y + 1.min(self.height),
            width: self.width.saturating_sub(2 * side),
            height: self.height.saturating_sub(1 + lower),
        }
    }

    fn new(x: u16, y: u16, width: u16, height: u16) -> Self {
        Self { x, y, width, height }
    }
}

/// Which panels the screen has room for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LayoutClass {
    /// From 120×18: the explorer left of the worksheet, from 160 columns the inspector right of it.
    Wide,
    /// From 60×18: worksheet above results. The explorer covers them.
    Narrow,
    /// One panel at a time.
    #[default]
    Single,
    /// Under 20×5: only a message is drawn.
    TooSmall,
}

/// The least width of a screen with an explorer at the side.
const EXPLORER_FROM: u16 = 120;
/// The least width of a screen with an inspector at the side. On a narrower screen it takes the place of another panel.
const INSPECTOR_FROM: u16 = 160;
/// The least height of a screen with more than one panel.
const PANELS_FROM: u16 = 18;
/// The least width that side panels leave to the worksheet.
const WORKSHEET_WIDTH: u16 = 40;
/// The least width of a side panel whose border the user moves.
const SIDE_WIDTH: u16 = 16;
/// The least heights of worksheet and results.
const WORKSHEET_HEIGHT: u16 = 4;
const RESULTS_HEIGHT: u16 = 6;

/// Whether the inspector is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum InspectorChoice {
    /// If it has something to show and there is room for it at the side.
    #[default]
    Automatic,
    /// Always, as the user has chosen. Without room at the side it takes the place of the panel that is not in use.
    Shown,
    Hidden,
}

/// What the inspector shows something about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DetailsOf {
    /// A table, a page, or what the user keeps.
    #[default]
    Object,
    /// The result in front: it is shown in the place of the worksheet, but never in the place of the results.
    Result,
}

/// The panel of the middle that was in focus last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MainPanel {
    #[default]
    Worksheet,
    Results,
}

/// What the user chose to see, and the room that the texts need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LayoutOptions {
    pub explorer: bool,
    pub inspector: InspectorChoice,
    /// Whether the inspector has something to show.
    pub has_details: bool,
    pub details_of: DetailsOf,
    /// Whether only the panel in focus is shown.
    pub zoom: bool,
    pub focus: Focus,
    pub main: MainPanel,
    /// The sizes that the user has chosen.
    pub sizes: PanelSizes,
    /// The lines of the worksheet's text.
    pub text_lines: u16,
    /// The lines of the current message; 0 without one.
    pub message_lines: u16,
}

impl Default for LayoutOptions {
    fn default() -> Self {
        Self {
            explorer: true,
            inspector: InspectorChoice::default(),
            has_details: false,
            details_of: DetailsOf::default(),
            zoom: false,
            focus: Focus::Worksheet,
            main: MainPanel::default(),
            sizes: PanelSizes::default(),
            text_lines: 1,
            message_lines: 0,
        }
    }
}

/// A border that the user can move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Border {
    /// The right border of the explorer.
    Explorer,
    /// The left border of the inspector at the side.
    Inspector,
    /// The line between the worksheet and the results.
    Worksheet,
}

/// Where everything is. A panel that is not shown has no area.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Layout {
    pub class: LayoutClass,
    pub screen: Area,
    pub header: Area,
    /// The lines of messages, between the panels and the hints. On a low screen they are there only while there is a message;
    /// on a very low one they have no height, and the message replaces the hints.
    pub message: Area,
    pub hints: Area,
    /// The area between the header and the messages.
    pub body: Area,
    pub explorer: Option<Area>,
    pub worksheet: Option<Area>,
    pub grid: Option<Area>,
    pub inspector: Option<Area>,
}

impl Layout {
    #[must_use]
    pub fn solve(size: ScreenSize, options: LayoutOptions) -> Self {
        let ScreenSize { width, height } = size;
        let screen = Area::new(0, 0, width, height);
        if width < 20 || height < 5 {
            return Self { class: LayoutClass::TooSmall, screen, ..Self::default() };
        }
        let head = if width < 48 { 2 } else { 1 };
        let header = Area::new(0, 0, width, head);
        let hints = Area::new(0, height - 1, width, 1);
        let class = match () {
            () if width >= EXPLORER_FROM && height >= PANELS_FROM => LayoutClass::Wide,
            () if width >= 60 && height >= PANELS_FROM => LayoutClass::Narrow,
            () => LayoutClass::Single,
        };
        let free = height - head - 1;
        let least = u16::from(class != LayoutClass::Single);
        let lines = if free > 3 { options.message_lines.min(free / 3).max(least) } else { 0 };
        let body = Area::new(0, head, width, free - lines);
        let message = Area::new(0, head + free - lines, width, lines);
        let mut layout = Self { class, screen, header, message, hints, body, ..Self::default() };
        if options.zoom || class == LayoutClass::Single {
            *layout.of_mut(options.focus) = Some(body);
            return layout;
        }
        match class {
            LayoutClass::Wide => layout.wide(options),
            LayoutClass::Narrow | LayoutClass::Single | LayoutClass::TooSmall => {
                layout.stack(body, body, options);
                layout.replace_by_inspector(body, options);
                if options.focus == Focus::Explorer {
                    let width = (body.width * 6 / 10).max(40).min(body.width);
                    layout.explorer = Some(Area { width, ..body });
                }
            }
        }
        layout
    }

    /// Returns whether the inspector has room at the side of the worksheet.
    #[must_use]
    pub fn has_inspector_side(&self) -> bool {
        self.class == LayoutClass::Wide && self.screen.width >= INSPECTOR_FROM
    }

    /// Places the side panels at the sides of the worksheet. The results below have the whole width, so that a wider screen
    /// never has narrower results. A side panel in focus is as high as the screen.
    fn wide(&mut self, options: LayoutOptions) {
        let body = self.body;
        let mut middle = body;
        if options.explorer {
            let widest = body.width - WORKSHEET_WIDTH;
            let width = options.sizes.explorer.unwrap_or((body.width / 4).clamp(34, 48)).clamp(SIDE_WIDTH, widest);
            self.explorer = Some(Area { width, ..body });
            middle.x += width;
            middle.width -= width;
        }
        let is_at_side = self.has_inspector_side()
            && match options.inspector {
                InspectorChoice::Automatic => options.has_details || options.focus == Focus::Inspector,
                InspectorChoice::Shown => true,
                InspectorChoice::Hidden => false,
            };
        if is_at_side {
            let widest = middle.width.saturating_sub(WORKSHEET_WIDTH).max(SIDE_WIDTH);
            let width =
                options.sizes.inspector.unwrap_or((body.width * 3 / 10).clamp(38, 64)).clamp(SIDE_WIDTH, widest);
            self.inspector = Some(Area { x: body.x + body.width - width, width, ..body });
            middle.width -= width;
        }
        let mut results = body;
        match options.focus {
            Focus::Explorer => {
                results.width -= middle.x - body.x;
                results.x = middle.x;
            }
            Focus::Inspector if is_at_side => results.width = middle.x + middle.width - body.x,
            Focus::Inspector | Focus::Worksheet | Focus::Grid => {}
        }
        self.stack(middle, results, options);
        let top = self.worksheet.map_or(0, |area| area.height);
        if let Some(explorer) = self.explorer.as_mut().filter(|explorer| explorer.x + explorer.width > results.x) {
            explorer.height = top;
        }
        if let Some(side) = self.inspector.as_mut().filter(|side| side.x < results.x + results.width) {
            side.height = top;
        }
        if !is_at_side {
            self.replace_by_inspector(middle, options);
        }
    }

    /// Places the worksheet above the results. The worksheet is as high as its text, up to half of the height. With a panel at
    /// its side it has a third of the height at least, because the panel ends with it.
    fn stack(&mut self, middle: Area, results: Area, options: LayoutOptions) {
        let height = middle.height;
        let is_replaced = self.is_replacing(options) && options.main == MainPanel::Results;
        let least = match () {
            () if is_replaced => height / 2,
            () if middle.width < self.body.width => height / 3,
            () => (height / 5).clamp(5, 8),
        };
        let top = match options.sizes.worksheet {
            Some(percent) => u16::try_from(u32::from(height) * u32::from(percent) / 100).unwrap_or(height),
            // Two lines of border, and an empty line to type in.
            None => options.text_lines.saturating_add(3).clamp(least, (height / 2).max(least)),
        };
        let top = top.clamp(WORKSHEET_HEIGHT, height.saturating_sub(RESULTS_HEIGHT).max(WORKSHEET_HEIGHT));
        self.worksheet = Some(Area { height: top, ..middle });
        self.grid = Some(Area { y: results.y + top, height: height - top, ..results });
    }

    /// Returns whether the inspector takes the place of another panel, because it has no room at the side.
    fn is_replacing(&self, options: LayoutOptions) -> bool {
        let would_cover_result = options.details_of == DetailsOf::Result && options.main == MainPanel::Worksheet;
        let is_chosen = options.inspector == InspectorChoice::Shown && !would_cover_result;
        (is_chosen || options.focus == Focus::Inspector) && !self.has_inspector_side()
    }

    /// Puts the inspector in the place of the panel that is not in use; in the place of both if it is in focus.
    fn replace_by_inspector(&mut self, middle: Area, options: LayoutOptions) {
        if !self.is_replacing(options) {
            return;
        }
        if options.focus == Focus::Inspector {
            if let Some(explorer) = &mut self.explorer {
                explorer.height = middle.height;
            }
            (self.worksheet, self.grid, self.inspector) = (None, None, Some(middle));
            return;
        }
        self.inspector = match options.main {
            MainPanel::Worksheet => self.grid.take(),
            MainPanel::Results => self.worksheet.take(),
        };
    }

    /// Returns the panel that is drawn at a cell of the screen.
    #[must_use]
    pub fn panel_at(&self, (x, y): (u16, u16)) -> Option<Focus> {
        // The explorer may cover the others.
        [Focus::Explorer, Focus::Inspector, Focus::Grid, Focus::Worksheet]
            .into_iter()
            .find(|focus| self.of(*focus).is_some_and(|area| area.contains((x, y))))
    }

    /// Returns the border at a cell of the screen that the user can move. It has two lines where two panels meet.
    #[must_use]
    pub fn border_at(&self, (x, y): (u16, u16)) -> Option<Border> {
        let has_row = |area: &Area| (area.y..area.y + area.height).contains(&y);
        if self.class != LayoutClass::Wide && self.explorer.is_some_and(|explorer| explorer.contains((x, y))) {
            // It covers the other panels.
            return None;
        }
        let explorer = self.explorer.filter(|area| self.class == LayoutClass::Wide && has_row(area));
        if explorer.map(|area| area.x + area.width).is_some_and(|end| x + 1 == end || x == end) {
            return Some(Border::Explorer);
        }
        let side = self.inspector.filter(|area| self.has_inspector_side() && has_row(area));
        if side.is_some_and(|area| x == area.x || x + 1 == area.x) {
            return Some(Border::Inspector);
        }
        let lower = self.grid.or(self.inspector).filter(|area| area.y > self.body.y)?;
        let is_on_line = y == lower.y || y + 1 == lower.y;
        (is_on_line && (lower.x..lower.x + lower.width).contains(&x)).then_some(Border::Worksheet)
    }

    /// Returns the area of a popup at a cell: below the cell, or above it if there is more room. The area is shifted
    /// left if it would not fit.
    #[must_use]
    pub fn popup(&self, (x, y): (u16, u16), (width, height): (u16, u16)) -> Area {
        let body = self.body;
        let (top, bottom) = (body.y, body.y + body.height);
        let (above, below) = (y.clamp(top, bottom) - top, bottom.saturating_sub(y + 1));
        let width = width.min(body.width);
        let x = x.clamp(body.x, body.x + body.width - width);
        if below >= height || below >= above {
            return Area { x, y: bottom - below, width, height: height.min(below) };
        }
        let height = height.min(above);
        Area { x, y: y.min(bottom) - height, width, height }
    }

    fn of_mut(&mut self, focus: Focus) -> &mut Option<Area> {
        match focus {
            Focus::Explorer => &mut self.explorer,
            Focus::Worksheet => &mut self.worksheet,
            Focus::Grid => &mut self.grid,
            Focus::Inspector => &mut self.inspector,
        }
    }

    /// Returns the area of a panel, if it is shown.
    #[must_use]
    pub fn of(&self, focus: Focus) -> Option<Area> {
        match focus {
            Focus::Explorer => self.explorer,
            Focus::Worksheet => self.worksheet,
            Focus::Grid => self.grid,
            Focus::Inspector => self.inspector,
        }
    }

    /// Returns the rows inside the border of a panel; 1 if it is not shown.
    #[must_use]
    pub fn rows(&self, focus: Focus) -> u16 {
        self.of(focus).map_or(1, |area| area.inside().height.max(1))
    }

    /// Returns the area of an overlay: centred between header and hints, at most this large. It takes the whole width
    /// or height if little would be left around it.
    #[must_use]
    pub fn overlay(&self, width: u16, height: u16) -> Area {
        let full = self.body;
        let (width, height) = full.dialog_size((width, height));
        let above = (full.height - height).min(2) / 2;
        Area { x: full.x + (full.width - width) / 2, y: full.y + above, width, height }
    }
}
