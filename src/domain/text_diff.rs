//! Compares two texts line by line.

/// Texts whose lines would need a larger table are not compared line by line in their differing middle part.
const TABLE_CELLS: usize = 1 << 18;

/// What happened to a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineChange {
    Same,
    /// Only the first text has it.
    Removed,
    /// Only the second text has it.
    Added,
}

/// A line of one of the texts, or of both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiffLine {
    pub change: LineChange,
    pub text: String,
}

/// Returns the lines of both texts in order. The lines that both have are as many as possible.
#[must_use]
pub fn diff_lines(first: &str, second: &str) -> Vec<DiffLine> {
    let (first, second): (Vec<&str>, Vec<&str>) = (first.lines().collect(), second.lines().collect());
    let start = first.iter().zip(&second).take_while(|(one, other)| one == other).count();
    let (one, other) = (first.get(start..).unwrap_or_default(), second.get(start..).unwrap_or_default());
    let end = one.iter().rev().zip(other.iter().rev()).take_while(|(one, other)| one == other).count();
    let (one, same_end) = one.split_at(one.len() - end);
    let (other, _) = other.split_at(other.len() - end);
    let mut lines: Vec<DiffLine> = first.iter().take(start).map(|line| same(line)).collect();
    diff_middle(one, other, &mut lines);
    lines.extend(same_end.iter().map(|line| same(line)));
    lines
}

fn line(change: LineChange, text: &str) -> DiffLine {
    DiffLine { change, text: text.to_owned() }
}

fn same(text: &str) -> DiffLine {
    line(LineChange::Same, text)
}

/// Adds the lines of two parts that begin and end differently.
fn diff_middle(one: &[&str], other: &[&str], lines: &mut Vec<DiffLine>) {
    let width = other.len() + 1;
    let cells = (one.len() + 1).saturating_mul(width);
    if cells > TABLE_CELLS {
        lines.extend(one.iter().map(|text| line(LineChange::Removed, text)));
        lines.extend(other.iter().map(|text| line(LineChange::Added, text)));
        return;
    }
    // For each pair of places: how many lines the rests of both texts have in common.
    let mut common = vec![0_u32; cells];
    let at = |table: &[u32], row: usize, column: usize| table.get(row * width + column).copied().unwrap_or(0);
    for (row, text) in one.iter().enumerate().rev() {
        for (column, other_text) in other.iter().enumerate().rev() {
            let count = if text == other_text {
                at(&common, row + 1, column + 1) + 1
            } else {
                at(&common, row + 1, column).max(at(&common, row, column + 1))
            };
            if let Some(cell) = common.get_mut(row * width + column) {
                *cell = count;
            }
        }
    }
    let (mut row, mut column) = (0, 0);
    loop {
        match (one.get(row), other.get(column)) {
            (Some(text), Some(other_text)) if text == other_text => {
                lines.push(same(text));
                (row, column) = (row + 1, column + 1);
            }
            (Some(text), Some(_)) if at(&common, row + 1, column) >= at(&common, row, column + 1) => {
                lines.push(line(LineChange::Removed, text));
                row += 1;
            }
            (Some(text), None) => {
                lines.push(line(LineChange::Removed, text));
                row += 1;
            }
            (_, Some(text)) => {
                lines.push(line(LineChange::Added, text));
                column += 1;
            }
            (None, None) => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn marked(first: &str, second: &str) -> Vec<String> {
        let mark = |change| match change {
            LineChange::Same => ' ',
            LineChange::Removed => '-',
            LineChange::Added => '+',
        };
        diff_lines(first, second).iter().map(|line| format!("{}{}", mark(line.change), line.text)).collect()
    }

    #[test]
    fn changed_lines_are_between_those_that_are_the_same() {
        assert_eq!(
            marked("SELECT a\nFROM t\nWHERE b = 1\nLIMIT 5", "SELECT a, c\nFROM t\nWHERE b = 1\nLIMIT 6"),
            ["-SELECT a", "+SELECT a, c", " FROM t", " WHERE b = 1", "-LIMIT 5", "+LIMIT 6"]
        );
        assert_eq!(marked("a\nb", "a\nb"), [" a", " b"]);
        assert_eq!(marked("", "a"), ["+a"]);
        assert_eq!(marked("a\nb\nc", "b"), ["-a", " b", "-c"]);
    }

    #[test]
    fn texts_of_very_many_lines_are_still_compared() {
        let lines = |end: &str| (0..5_000).map(|number| format!("{number}{end}")).collect::<Vec<_>>().join("\n");
        assert_eq!(diff_lines(&lines(""), &lines("x")).len(), 10_000);
    }

    proptest! {
        #[test]
        fn both_texts_can_be_read_from_the_lines(first in "([ab]?\n){0,12}", second in "([ab]?\n){0,12}") {
            let lines = diff_lines(&first, &second);
            let side = |other: LineChange| {
                let kept = lines.iter().filter(|line| line.change != other);
                kept.flat_map(|line| [line.text.as_str(), "\n"]).collect::<String>()
            };
            prop_assert_eq!(side(LineChange::Added), first);
            prop_assert_eq!(side(LineChange::Removed), second);
        }
    }
}
