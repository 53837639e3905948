//! Maps offsets of the text that is sent to the text that the user typed.

use std::ops::Range;

/// The replaced pieces of a text, in order. An empty map is that of a text that is sent as typed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SourceMap {
    pieces: Vec<Replacement>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Replacement {
    sent: Range<usize>,
    typed: Range<usize>,
}

impl SourceMap {
    /// Adds a replacement after those before.
    pub(super) fn push(&mut self, sent: Range<usize>, typed: Range<usize>) {
        self.pieces.push(Replacement { sent, typed });
    }

    /// Returns the offset in the typed text of an offset in the sent text. Inside of a replacement it is the start of the parameter.
    #[must_use]
    pub fn typed_offset(&self, sent: usize) -> usize {
        let count = self.pieces.partition_point(|piece| piece.sent.start <= sent);
        match count.checked_sub(1).and_then(|last| self.pieces.get(last)) {
            None => sent,
            Some(piece) if sent < piece.sent.end => piece.typed.start,
            Some(piece) => piece.typed.end + (sent - piece.sent.end),
        }
    }

    /// Returns the range in the typed text of a range in the sent text. A parameter is in it as a whole.
    #[must_use]
    pub fn typed_range(&self, sent: Range<usize>) -> Range<usize> {
        let start = self.typed_offset(sent.start);
        let count = self.pieces.partition_point(|piece| piece.sent.start < sent.end);
        let last = count.checked_sub(1).and_then(|last| self.pieces.get(last));
        match last.filter(|piece| sent.end <= piece.sent.end) {
            Some(piece) => start..piece.typed.end.max(start),
            None => start..self.typed_offset(sent.end).max(start),
        }
    }
}
