//! Finds the known name that a user probably meant.

/// Returns the known name that is nearest to a word: at most two edits away, or one edit for a word of up to four characters.
#[must_use]
pub fn nearest_name<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let max_edits = if word.chars().count() <= 4 { 1 } else { 2 };
    known
        .into_iter()
        .map(|candidate| (edit_distance(word, candidate), candidate))
        .filter(|(edits, _)| *edits <= max_edits)
        .min_by_key(|(edits, _)| *edits)
        .map(|(_, candidate)| candidate)
}

/// Returns the known name of a statement that is nearest to a word. Case is ignored. A word of up to four characters may be one edit away,
/// a longer one two; a single character is near to nothing. Names with the same first letter come first.
#[must_use]
pub fn nearest_ignoring_case<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    let length = word.chars().count();
    let max_edits = match length {
        0 | 1 => 0,
        2..=4 => 1,
        _ => 2,
    };
    let rank = |candidate: &str| {
        if candidate.chars().count().abs_diff(length) > max_edits {
            return None;
        }
        let candidate = candidate.to_lowercase();
        let edits = edit_distance(&word, &candidate);
        (edits <= max_edits).then(|| (edits, candidate.chars().next() != word.chars().next()))
    };
    let ranked = known.into_iter().filter_map(|candidate| rank(candidate).map(|rank| (rank, candidate)));
    ranked.min_by_key(|(rank, _)| *rank).map(|(_, candidate)| candidate)
}

/// Counts the edits between two words: inserted, removed, replaced or swapped characters. Words of more than 64 characters
/// count as far apart, so that a hostile file costs no time.
fn edit_distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().take(65).collect(), b.chars().take(65).collect());
    if a.len() > 64 || b.len() > 64 {
        return usize::MAX;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let replaced = last[j] + usize::from(x != y);
            let mut least = replaced.min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == *y {
                least = least.min(before[j - 1] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::{nearest_ignoring_case, nearest_name};

    #[test]
    fn the_nearest_name_is_at_most_two_edits_away() {
        let known = ["port", "host", "password", "identity"];
        assert_eq!(nearest_name("prot", known), Some("port"));
        assert_eq!(nearest_name("pasword", known), Some("password"));
        assert_eq!(nearest_name("identities", known), None);
        assert_eq!(nearest_name("x", known), None);
        assert_eq!(nearest_name(&"p".repeat(5000), known), None);
    }
    #[test]
    fn names_of_statements_are_near_without_their_case() {
        let known = ["subject", "Study", "site", "id"];
        assert_eq!(nearest_ignoring_case("SUBJCT", known), Some("subject"));
        assert_eq!(nearest_ignoring_case("study", known), Some("Study"));
        assert_eq!(nearest_ignoring_case("sits", known), Some("site"));
        assert_eq!(nearest_ignoring_case("x", known), None);
        assert_eq!(nearest_ignoring_case("di", known), Some("id"));
        assert_eq!(nearest_ignoring_case("visit", known), None);
    }
}
