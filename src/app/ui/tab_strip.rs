//! A strip of tabs in one line: the active tab is always there, the others are shortened, then left out and counted.

use std::ops::Range;

use crate::app::ui::draw::clip;
use crate::domain::screen_width::ScreenWidth as _;

/// Cells between two tabs.
const GAP: usize = 2;
/// The widths to which the other tabs are shortened.
const SHORTENED: [usize; 3] = [16, 10, 6];

/// A tab that is to be drawn.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tab {
    pub title: String,
    /// A word after the title that is never shortened, such as ` (running)`.
    pub mark: String,
}

impl Tab {
    /// Returns the title with at most so many cells, and the mark.
    fn shortened(&self, width: usize) -> String {
        format!("{}{}", clip(&self.title, width), self.mark)
    }
}

/// A strip of tabs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TabStrip {
    pub text: String,
    /// The cells of each tab in the text. The cells of a count belong to the next tab that it counts.
    pub tabs: Vec<(Range<usize>, usize)>,
}

impl TabStrip {
    /// Makes a strip of at most `room` cells. Tabs that have no place are counted: `‹2` at the left, `3›` at the right.
    #[must_use]
    pub fn new(tabs: &[Tab], active: usize, room: usize) -> Self {
        let Some(Tab { title, .. }) = tabs.get(active) else { return Self::default() };
        let mut titles = TabTitles { tabs, others: Vec::new(), active, active_title: format!("[{title}]") };
        // Widths of the others, from whole titles down.
        let widest = tabs.iter().map(|tab| tab.title.cells()).max().unwrap_or(0);
        for width in std::iter::once(widest).chain(SHORTENED) {
            titles.others = tabs.iter().map(|tab| tab.shortened(width)).collect();
            let strip = titles.joined(0..tabs.len());
            if strip.text.cells() <= room {
                return strip;
            }
        }
        // The tabs next to the active one stay, as many as fit.
        let mut shown = active..active + 1;
        loop {
            let wider = [shown.start..(shown.end + 1).min(tabs.len()), shown.start.saturating_sub(1)..shown.end];
            let fits = |range: &Range<usize>| *range != shown && titles.joined(range.clone()).text.cells() <= room;
            match wider.into_iter().find(fits) {
                Some(range) => shown = range,
                None => break,
            }
        }
        let strip = titles.joined(shown.clone());
        if strip.text.cells() <= room {
            return strip;
        }
        let around = strip.text.cells() - titles.active_title.cells();
        titles.active_title = format!("[{}]", clip(title, room.saturating_sub(around + 2)));
        let strip = titles.joined(shown);
        Self { text: clip(&strip.text, room), tabs: strip.tabs }
    }

    /// Returns the tab at a cell of the text.
    #[must_use]
    pub fn tab_at(&self, cell: usize) -> Option<usize> {
        self.tabs.iter().find(|(cells, _)| cells.contains(&cell)).map(|(_, tab)| *tab)
    }

    fn push(&mut self, text: &str, tab: usize) {
        if !self.text.is_empty() {
            self.text.push_str(&" ".repeat(GAP));
        }
        let start = self.text.cells();
        self.text.push_str(text);
        self.tabs.push((start..self.text.cells(), tab));
    }
}

/// The texts of the tabs of a strip.
struct TabTitles<'a> {
    tabs: &'a [Tab],
    /// The texts of all tabs. That of the active one is not used.
    others: Vec<String>,
    active: usize,
    active_title: String,
}

impl TabTitles<'_> {
    /// Joins the tabs of a range, with the counts of those before and after it.
    fn joined(&self, shown: Range<usize>) -> TabStrip {
        let mut strip = TabStrip::default();
        // A mark of a tab that is not shown is at its count.
        let mark = |hidden: Range<usize>| {
            let hidden = self.tabs.get(hidden).unwrap_or_default();
            hidden.iter().map(|tab| tab.mark.as_str()).find(|mark| !mark.is_empty()).unwrap_or_default()
        };
        if let Some(before) = shown.start.checked_sub(1) {
            strip.push(&format!("‹{}{}", shown.start, mark(0..shown.start)), before);
        }
        let end = shown.end;
        for at in shown {
            strip.push(self.others.get(at).filter(|_| at != self.active).unwrap_or(&self.active_title), at);
        }
        if end < self.others.len() {
            strip.push(&format!("{}›{}", self.others.len() - end, mark(end..self.others.len())), end);
        }
        strip
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tabs(titles: &[&str]) -> Vec<Tab> {
        titles.iter().map(|title| Tab { title: (*title).to_owned(), mark: String::new() }).collect()
    }

    #[test]
    fn the_active_tab_is_always_there_and_the_others_are_shortened_and_counted() {
        let mut titles = tabs(&["subjects", "lab alerts of the last week", "3", "visits", "doses"]);
        let strip = |active, room| TabStrip::new(&titles, active, room).text;
        assert_eq!(strip(0, 80), "[subjects]  lab alerts of the last week  3  visits  doses");
        assert_eq!(strip(0, 50), "[subjects]  lab alerts of t…  3  visits  doses");
        assert_eq!(strip(0, 36), "[subjects]  lab a…  3  visits  doses");
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
        assert_eq!(TabStrip::new(&[], 0, 10), TabStrip::default());
        // A mark stays, also at the count of tabs that are not shown.
        titles[1].mark = " (running)".into();
        let strip = |active, room| TabStrip::new(&titles, active, room).text;
        assert_eq!(strip(0, 50), "[subjects]  lab alert… (running)  3  visits  doses");
        assert_eq!(strip(4, 25), "‹4 (running)  [doses]");
    }

    #[test]
    fn a_cell_belongs_to_its_tab_and_a_count_to_the_next_tab_that_is_not_shown() {
        let titles = tabs(&["subjects", "alerts", "3", "visits", "doses"]);
        let strip = TabStrip::new(&titles, 2, 12);
        assert_eq!(strip.text, "‹2  [3]  2›");
        let at = |part: &str| strip.text.find(part).and_then(|byte| strip.tab_at(strip.text[..byte].cells()));
        assert_eq!((at("‹"), at("[3]")), (Some(1), Some(2)));
        assert_eq!(strip.tab_at(strip.text.cells() - 1), strip.tabs.last().map(|(_, tab)| *tab));
        assert_eq!(strip.tab_at(999), None);
    }
}
