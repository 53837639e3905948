//! The layout: where each panel is, as a pure function of size and options. `update` and the views read the same [`Layout`].

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

    fn new(x: u16, y: u16, width: u16, height: u16) -> Self {
        Self { x, y, width, height }
    }
}

/// Which panels the screen has room for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LayoutClass {
    /// From 120×18: explorer left of worksheet and results, inspector right of them.
    Wide,
    /// From 60×18: worksheet above results. The explorer and the inspector cover them.
    Narrow,
    /// One panel at a time.
    #[default]
    Single,
    /// Under 20×5: only a message is drawn.
    TooSmall,
}

/// What the user chose to see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LayoutOptions {
    pub explorer: bool,
    pub inspector: bool,
    /// Whether only the panel in focus is shown.
    pub zoom: bool,
    pub focus: Focus,
    /// The worksheet's share of the height, in percent.
    pub split: u16,
}

/// Where everything is. A panel that is not shown has no area.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Layout {
    pub class: LayoutClass,
    pub screen: Area,
    pub header: Area,
    pub hints: Area,
    /// The area between header and hints.
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
        let body = Area::new(0, head, width, height - head - 1);
        let class = match () {
            () if width >= 120 && height >= 18 => LayoutClass::Wide,
            () if width >= 60 && height >= 18 => LayoutClass::Narrow,
            () => LayoutClass::Single,
        };
        let mut layout = Self { class, screen, header, hints, body, ..Self::default() };
        if options.zoom || class == LayoutClass::Single {
            *layout.of_mut(options.focus) = Some(body);
            return layout;
        }
        match class {
            LayoutClass::Wide => layout.wide(body, options),
            LayoutClass::Narrow | LayoutClass::Single | LayoutClass::TooSmall => layout.narrow(body, options),
        }
        layout
    }

    fn wide(&mut self, body: Area, options: LayoutOptions) {
        let mut middle = body;
        if options.explorer {
            let width = (body.width / 4).clamp(34, 48);
            self.explorer = Some(Area { width, ..body });
            middle.x += width;
            middle.width -= width;
        }
        if options.inspector {
            let width = (body.width * 3 / 10).clamp(38, 64).min(middle.width.saturating_sub(40));
            self.inspector = Some(Area { x: body.x + body.width - width, width, ..body });
            middle.width -= width;
        }
        self.stack(middle, options);
    }

    fn narrow(&mut self, body: Area, options: LayoutOptions) {
        self.stack(body, options);
        let width = (body.width * 6 / 10).max(40).min(body.width);
        match options.focus {
            Focus::Explorer => self.explorer = Some(Area { width, ..body }),
            Focus::Inspector => self.inspector = Some(Area { x: body.x + body.width - width, width, ..body }),
            Focus::Worksheet | Focus::Grid => {}
        }
    }

    fn stack(&mut self, area: Area, options: LayoutOptions) {
        let top = (area.height * options.split / 100).clamp(4, area.height.saturating_sub(6));
        self.worksheet = Some(Area { height: top, ..area });
        self.grid = Some(Area { y: area.y + top, height: area.height - top, ..area });
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
        self.of(focus).map_or(1, |area| area.height.saturating_sub(if area.has_box() { 2 } else { 1 }).max(1))
    }

    /// Returns the area of an overlay: centred between header and hints, at most this large. It takes the whole width
    /// or height if little would be left around it.
    #[must_use]
    pub fn overlay(&self, width: u16, height: u16) -> Area {
        let full = self.body;
        let width = if full.width <= width.saturating_add(8) { full.width } else { width };
        let height = if full.height <= height.saturating_add(2) { full.height } else { height };
        let above = (full.height - height).min(2) / 2;
        Area { x: full.x + (full.width - width) / 2, y: full.y + above, width, height }
    }
}
