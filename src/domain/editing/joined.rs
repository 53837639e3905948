//! Joins the changes of a command to one, so that undo needs to keep one change.

use super::{TextChange, TextPosition, apply};

/// Joins changes to one that covers them all. Returns `None` if the text stays as it is.
#[must_use]
pub fn joined(lines: &[String], changes: &[TextChange]) -> Option<TextChange> {
    if let [change] = changes {
        return Some(change.clone()).filter(|change| change.from != change.to || !change.text.is_empty());
    }
    let after = apply(lines, changes);
    let same = lines.iter().zip(&after).take_while(|(one, other)| one == other).count();
    if same == lines.len() && same == after.len() {
        return None;
    }
    let most = lines.len().min(after.len()) - same;
    let same_end =
        lines.iter().rev().zip(after.iter().rev()).take(most).take_while(|(one, other)| one == other).count();
    // At least one line of each text is left, because a change is between two positions of lines.
    let (same, same_end) = match (lines.len() - same - same_end, after.len() - same - same_end) {
        (0, _) | (_, 0) if same_end > 0 => (same, same_end - 1),
        (0, _) | (_, 0) => (same - 1, same_end),
        _ => (same, same_end),
    };
    let last = lines.len() - same_end - 1;
    let to = TextPosition::new(last, lines.get(last).map_or(0, |line| line.chars().count()));
    let text = after.get(same..after.len() - same_end).unwrap_or_default().join("\n");
    Some(TextChange { from: TextPosition::new(same, 0), to, text })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text() -> impl Strategy<Value = Vec<String>> {
        prop::collection::vec("[aä😀 ]{0,4}", 1..6)
    }

    fn change() -> impl Strategy<Value = TextChange> {
        let position = || (0_usize..7, 0_usize..6).prop_map(|(line, column)| TextPosition::new(line, column));
        (position(), position(), "[xü\n]{0,4}").prop_map(|(one, other, text)| TextChange {
            from: one.min(other),
            to: one.max(other),
            text,
        })
    }

    proptest! {
        #[test]
        fn joined_changes_do_the_same_as_one_after_the_other(lines in text(), changes in prop::collection::vec(change(), 0..4)) {
            let after = apply(&lines, &changes);
            let change = joined(&lines, &changes);
            prop_assert_eq!(apply(&lines, change.as_slice()), after);
        }
    }
}
