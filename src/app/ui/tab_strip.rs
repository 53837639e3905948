//! A strip of tabs in one line: the active tab is always there, the others are shortened, then left out and counted.

use crate::app::ui::draw::clip;
use crate::domain::screen_width::ScreenWidth as _;

/// Cells between two tabs.
const GAP: usize = 2;
/// The least width of a tab that is shortened.
const LEAST: usize = 6;

/// Returns a text of at most `room` cells. Tabs that have no place are counted: `‹2` at the left, `3›` at the right.
#[must_use]
pub fn tab_strip(titles: &[String], active: usize, room: usize) -> String {
    let Some(title) = titles.get(active) else { return String::new() };
    // Widths of the others that are tried, from whole titles down.
    let most = titles.iter().map(|title| title.cells()).max().unwrap_or(0);
    for width in [most, 16, 10, LEAST] {
        let others: Vec<String> = titles.iter().map(|title| clip(title, width)).collect();
        let text = joined(&others, (active, &format!("[{title}]")), 0..titles.len());
        if text.cells() <= room {
            return text;
        }
    }
    // Tabs that are next to the active one stay, as many as fit.
    let others: Vec<String> = titles.iter().map(|title| clip(title, LEAST)).collect();
    let shown_title = format!("[{title}]");
    let mut shown = active..active + 1;
    loop {
        let wider = [shown.start..shown.end + 1, shown.start.saturating_sub(1)..shown.end];
        let fits = |range: &std::ops::Range<usize>| {
            *range != shown
                && range.end <= titles.len()
                && joined(&others, (active, &shown_title), range.clone()).cells() <= room
        };
        match wider.into_iter().find(fits) {
            Some(range) => shown = range,
            None => break,
        }
    }
    let text = joined(&others, (active, &shown_title), shown.clone());
    if text.cells() <= room {
        return text;
    }
    let around = text.cells() - shown_title.cells();
    let clipped = format!("[{}]", clip(title, room.saturating_sub(around + 2)));
    clip(&joined(&others, (active, &clipped), shown), room)
}

/// Joins the tabs of a range, with the counts of those before and after it.
fn joined(titles: &[String], (active, title): (usize, &str), shown: std::ops::Range<usize>) -> String {
    let mut parts: Vec<String> = Vec::new();
    if shown.start > 0 {
        parts.push(format!("‹{}", shown.start));
    }
    let after = titles.len() - shown.end;
    parts.extend(shown.map(|at| match titles.get(at) {
        Some(other) if at != active => other.clone(),
        Some(_) | None => title.to_owned(),
    }));
    if after > 0 {
        parts.push(format!("{after}›"));
    }
    parts.join(&" ".repeat(GAP))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_active_tab_is_always_there_and_the_others_are_shortened_and_counted() {
        let titles: Vec<String> =
            ["subjects", "lab alerts of the last week", "3", "visits", "doses"].map(String::from).to_vec();
        let strip = |active, room| tab_strip(&titles, active, room);
        assert_eq!(strip(0, 80), "[subjects]  lab alerts of the last week  3  visits  doses");
        assert_eq!(strip(0, 50), "[subjects]  lab alerts of t…  3  visits  doses");
        assert_eq!(strip(0, 40), "[subjects]  lab a…  3  visits  doses");
        assert_eq!(strip(2, 24), "‹2  [3]  visits  doses");
        assert_eq!(strip(4, 20), "‹3  visits  [doses]");
        assert_eq!(strip(1, 20), "‹1  [lab alert…]  3›");
        for active in 0..titles.len() {
            for room in 0..90 {
                let text = strip(active, room);
                assert!(text.cells() <= room, "{room}: {text}");
                assert!(room < 20 || text.contains('['), "{room}: {text}");
            }
        }
        assert_eq!(tab_strip(&[], 0, 10), "");
    }
}
