//! Values in a filter, read by the type of the column that they are compared with.

use super::condition::Literal;
use crate::domain::results::cell::Cell;
use crate::domain::results::compare_key::{CompareKey, CompareKind};

/// Returns the comparison key of a value that the user typed; `None` if it does not fit the type of the column.
pub(super) fn value_key(kind: CompareKind, bytes: &[u8]) -> Option<Literal> {
    let key: CompareKey<'static> = match kind {
        // The server sends a BIT as bytes; users type it as a number.
        CompareKind::Bit => {
            let number: u64 = std::str::from_utf8(bytes).ok()?.parse().ok()?;
            CompareKind::Bit.key(Cell::Bytes(&number.to_be_bytes())).into_owned()
        }
        CompareKind::Number | CompareKind::DateTime | CompareKind::Time | CompareKind::Bytes => {
            kind.key(Cell::Bytes(bytes)).into_owned()
        }
    };
    if kind == CompareKind::DateTime && !is_in_calendar_range(bytes) {
        return None;
    }
    let is_unreadable = kind != CompareKind::Bytes && !key.is_readable();
    (!is_unreadable).then_some(Some(key))
}

/// Whether month, day and time are in their ranges. Zeros are accepted, since MySQL stores such dates.
fn is_in_calendar_range(text: &[u8]) -> bool {
    let (date, time) = match text.iter().position(|byte| matches!(byte, b' ' | b'T')) {
        Some(at) => (text.get(..at).unwrap_or_default(), text.get(at + 1..).unwrap_or_default()),
        None => (text, &[][..]),
    };
    let within = |part: Option<&[u8]>, max: u32| match part.map(std::str::from_utf8) {
        None | Some(Ok("")) => true,
        Some(part) => part.ok().and_then(|part| part.parse::<u32>().ok()).is_some_and(|number| number <= max),
    };
    let mut days = date.split(|byte| *byte == b'-').skip(1);
    let mut hours = time.split(|byte| matches!(byte, b':' | b'.'));
    within(days.next(), 12)
        && within(days.next(), 31)
        && within(hours.next(), 23)
        && within(hours.next(), 59)
        && within(hours.next(), 59)
}
