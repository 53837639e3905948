//! Narrows a list of items to those that match the typed text, best first.

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use crate::app::request::DialogItem;

/// Returns the items that match, best first. Items with the same score keep their order. An empty text matches all.
pub(super) fn narrow(items: Vec<DialogItem>, typed: &str) -> Vec<DialogItem> {
    if typed.trim().is_empty() {
        return items;
    }
    let pattern = Pattern::parse(typed, CaseMatching::Ignore, Normalization::Smart);
    let mut matcher = Matcher::new(Config::DEFAULT);
    let mut buffer = Vec::new();
    let mut score = |text: &str| pattern.score(Utf32Str::new(text, &mut buffer), &mut matcher).unwrap_or(0);
    let mut scored: Vec<(u32, DialogItem)> = items
        .into_iter()
        .map(|item| {
            // A match in the name counts more than one in the text about it.
            let points = (score(&item.name) * 4).max(score(&item.about) * 2).max(score(&item.right));
            (points, item)
        })
        .filter(|(points, _)| *points > 0)
        .collect();
    // An exact name comes first, even if a longer name has the same score.
    let is_exact = |item: &DialogItem| item.name.eq_ignore_ascii_case(typed.trim());
    scored.sort_by_key(|(points, item)| std::cmp::Reverse((is_exact(item), *points)));
    scored.into_iter().map(|(_, item)| item).collect()
}
