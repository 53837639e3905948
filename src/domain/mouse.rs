//! What the user does with the mouse, in cells of the screen.

/// A mouse event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MouseEvent {
    pub gesture: Gesture,
    /// The column, from 0.
    pub x: u16,
    /// The row, from 0.
    pub y: u16,
    /// Whether Shift is held down. Most terminals keep such events for their own selection.
    pub shift: bool,
}

/// What happened. Only the left button counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gesture {
    Press,
    /// The mouse moves while the button is down.
    Drag,
    Release,
    /// A notch of the wheel.
    WheelUp,
    WheelDown,
    WheelLeft,
    WheelRight,
}

/// Whether the terminal reports the mouse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MouseMode {
    On,
    /// The terminal selects text itself.
    Off,
}
