//! The escape sequences of mouse events in the SGR encoding (mode 1006): `ESC [ < button ; column ; row`, then `M` for a press or a
//! move and `m` for a release. Source: `ctlseqs` of xterm.

use crate::domain::mouse::{Gesture, MouseEvent};

/// The bits of the button number.
const SHIFT: u16 = 4;
const MOTION: u16 = 32;
const WHEEL: u16 = 64;
/// The modifiers.
const MODIFIERS: u16 = 4 + 8 + 16;

/// Returns the event with these numbers; `None` if it is of another button than the left one.
pub(super) fn event(numbers: &[u8], is_release: bool) -> Option<MouseEvent> {
    let text = std::str::from_utf8(numbers).ok()?;
    let numbers: Vec<u16> = text.split(';').map(|number| number.parse().ok()).collect::<Option<_>>()?;
    let [button, column, row] = numbers.as_slice() else { return None };
    let gesture = match (button & !MODIFIERS, is_release) {
        (0, false) => Gesture::Press,
        (0 | MOTION, true) => Gesture::Release,
        (MOTION, false) => Gesture::Drag,
        (WHEEL, false) => Gesture::WheelUp,
        (button, false) if button == WHEEL + 1 => Gesture::WheelDown,
        (button, false) if button == WHEEL + 2 => Gesture::WheelLeft,
        (button, false) if button == WHEEL + 3 => Gesture::WheelRight,
        _ => return None,
    };
    Some(MouseEvent { gesture, x: column.checked_sub(1)?, y: row.checked_sub(1)?, shift: button & SHIFT != 0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_of_the_left_button_and_the_wheel_are_read() {
        let at = |gesture, shift| Some(MouseEvent { gesture, x: 9, y: 0, shift });
        for (bytes, is_release, expected) in [
            (&b"0;10;1"[..], false, at(Gesture::Press, false)),
            (b"4;10;1", false, at(Gesture::Press, true)),
            (b"16;10;1", false, at(Gesture::Press, false)),
            (b"0;10;1", true, at(Gesture::Release, false)),
            (b"32;10;1", false, at(Gesture::Drag, false)),
            (b"64;10;1", false, at(Gesture::WheelUp, false)),
            (b"65;10;1", false, at(Gesture::WheelDown, false)),
            (b"66;10;1", false, at(Gesture::WheelLeft, false)),
            (b"67;10;1", false, at(Gesture::WheelRight, false)),
            // The other buttons, a move without a button, and what is no event.
            (b"1;10;1", false, None),
            (b"2;10;1", false, None),
            (b"35;10;1", false, None),
            (b"0;0;1", false, None),
            (b"0;10", false, None),
            (b"0;10;1;1", false, None),
            (b"0;99999;1", false, None),
            (b"\xff;1;1", false, None),
        ] {
            assert_eq!(event(bytes, is_release), expected, "{:?}", String::from_utf8_lossy(bytes));
        }
    }
}
