//! Finds the bracket that matches another one. Brackets in literals, quoted names and comments do not count.

use super::position::TextPosition;
use crate::domain::sql::Dialect;
use crate::domain::sql::lex::{TokenKind, lex};

/// A bracket and its partner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BracketPair {
    pub open: TextPosition,
    pub close: TextPosition,
    /// The opening bracket: `(`, `[` or `{`.
    pub kind: char,
}

/// Returns the pairs of brackets of a text, in the order of their closing brackets. A `;` closes nothing: a bracket that is open there
/// has no partner.
#[must_use]
pub fn bracket_pairs(lines: &[String], dialect: Dialect) -> Vec<BracketPair> {
    let text = lines.join("\n");
    let mut open: [Vec<TextPosition>; 3] = Default::default();
    let mut pairs = Vec::new();
    let mut here = Counter { text: &text, byte: 0, position: TextPosition::default() };
    for token in lex(&text, dialect) {
        let sign = match (token.kind, token.text(&text)) {
            (TokenKind::Punctuation | TokenKind::Stray, sign) => sign,
            (TokenKind::ClientEnd, _) => ";",
            _ => continue,
        };
        let (kind, opening) = match sign {
            ";" => {
                open.iter_mut().for_each(Vec::clear);
                continue;
            }
            "(" | ")" => (0, '('),
            "[" | "]" => (1, '['),
            "{" | "}" => (2, '{'),
            _ => continue,
        };
        let at = here.position_of(token.span.start);
        let Some(stack) = open.get_mut(kind) else { continue };
        if sign.starts_with(opening) {
            stack.push(at);
        } else if let Some(start) = stack.pop() {
            pairs.push(BracketPair { open: start, close: at, kind: opening });
        }
    }
    pairs
}

/// Returns the bracket at the cursor, or else the one before it, and then its partner.
#[must_use]
pub fn matching_bracket(
    lines: &[String],
    cursor: TextPosition,
    dialect: Dialect,
) -> Option<(TextPosition, TextPosition)> {
    let before = cursor.column.checked_sub(1).map(|column| TextPosition::new(cursor.line, column));
    let places: Vec<TextPosition> = [Some(cursor), before].into_iter().flatten().collect();
    let is_bracket = |place: &TextPosition| {
        let character = lines.get(place.line).and_then(|line| line.chars().nth(place.column));
        character.is_some_and(|c| matches!(c, '(' | ')' | '[' | ']' | '{' | '}'))
    };
    // Most cursor positions are not at a bracket: then the text is not read.
    if !places.iter().any(is_bracket) {
        return None;
    }
    let pairs = bracket_pairs(lines, dialect);
    places.into_iter().find_map(|place| partner(&pairs, place).map(|other| (place, other)))
}

/// Returns the partner of the bracket at a position.
#[must_use]
pub fn partner(pairs: &[BracketPair], at: TextPosition) -> Option<TextPosition> {
    pairs.iter().find_map(|pair| match pair {
        pair if pair.open == at => Some(pair.close),
        pair if pair.close == at => Some(pair.open),
        _ => None,
    })
}

/// Returns positions of bytes that are asked for in their order.
struct Counter<'a> {
    text: &'a str,
    byte: usize,
    position: TextPosition,
}

impl Counter<'_> {
    fn position_of(&mut self, byte: usize) -> TextPosition {
        let passed = self.text.get(self.byte..byte).unwrap_or_default();
        self.position = super::change::end_of(self.position, passed);
        self.byte = byte;
        self.position
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matched(text: &str) -> Option<(TextPosition, TextPosition)> {
        let (before, after) = text.split_once('‸').unwrap();
        let lines: Vec<String> = format!("{before}{after}").split('\n').map(ToOwned::to_owned).collect();
        let cursor = super::super::change::end_of(TextPosition::default(), before);
        matching_bracket(&lines, cursor, Dialect::default())
    }

    #[test]
    fn brackets_match_over_lines_and_not_in_literals_and_comments() {
        let at = TextPosition::new;
        assert_eq!(matched("f‸(ä, ')', \"(\",\n -- )\n (b))"), Some((at(0, 1), at(2, 4))));
        assert_eq!(matched("f(a, (b))‸"), Some((at(0, 8), at(0, 1))), "the one before the cursor");
        assert_eq!(matched("f(a)‸(b)"), Some((at(0, 4), at(0, 6))), "the one at the cursor comes first");
        assert_eq!(matched("[{}‸]"), Some((at(0, 3), at(0, 0))));
        assert_eq!(matched("'‸(' )"), None);
        assert_eq!(matched("‸(a; b)"), None, "a statement ends at the `;`");
        assert_eq!(matched("(a‸b)"), None);
        assert_eq!(matched("‸)"), None);
    }
}
