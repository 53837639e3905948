//! Narrows a list of items to those that match the typed text, best first.

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use crate::app::request::{DialogItem, ItemRank};
use crate::domain::word_match::WordMatch;

/// Returns the items that match, best first, and those that do not match. Items that match equally well keep their order. An empty text matches all.
///
/// Each typed word must match. Whole words and starts of words come first, then parts of words, then loose letters, if nothing
/// else matches. Among /// those, the typed words one after the other in the name come first, then a match in the name or in the search words comes before one in the other texts, then the items' ranks count.
pub(super) fn narrow(items: Vec<DialogItem>, typed: &str) -> (Vec<DialogItem>, Vec<DialogItem>) {
    if typed.trim().is_empty() {
        return (items, Vec::new());
    }
    let words: Vec<&str> = typed.split_whitespace().collect();
    let mut letters = LetterScore::new(typed);
    let (mut ranked, mut hidden): (Vec<(MatchRank, DialogItem)>, _) = (Vec::new(), Vec::new());
    for item in items {
        let rank = if item.is_heading() { None } else { MatchRank::of(&item, typed, &words, &mut letters) };
        match rank {
            Some(rank) => ranked.push((rank, item)),
            None => hidden.push(item),
        }
    }
    ranked.sort_by_key(|(rank, _)| *rank);
    let has_words = ranked.iter().any(|(rank, _)| rank.class != MatchClass::Letters);
    let (shown, loose): (Vec<_>, Vec<_>) =
        ranked.into_iter().partition(|(rank, _)| !has_words || rank.class != MatchClass::Letters);
    hidden.extend(loose.into_iter().map(|(_, item)| item));
    (shown.into_iter().map(|(_, item)| item).collect(), hidden)
}

/// How well an item matches, compared field by field. The least is the best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct MatchRank {
    /// Whether the name is another text than the typed one.
    is_other_name: bool,
    /// Whether the name does not have the typed words one after the other.
    is_scattered: bool,
    /// The class of the worst word.
    class: MatchClass,
    /// The field of the worst word.
    field: MatchField,
    item: ItemRank,
    /// The kinds of all words.
    kinds: usize,
    /// How many words are before the matches.
    place: usize,
    /// Whether a word matches only in the search words.
    is_hidden: bool,
    letters: std::cmp::Reverse<u32>,
}

/// What a match consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum MatchClass {
    Words,
    Parts,
    Letters,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum MatchField {
    /// The name or the search words.
    Name,
    /// The text about the item, or the one at the right.
    Other,
}

/// The best match of one typed word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct BestMatch {
    class: MatchClass,
    field: MatchField,
    kind: WordMatch,
    place: usize,
    is_hidden: bool,
}

impl MatchRank {
    /// Returns the rank of an item; `None` if a typed word does not match it.
    fn of(item: &DialogItem, typed: &str, words: &[&str], letters: &mut LetterScore) -> Option<Self> {
        let mut rank = Self {
            is_other_name: !item.name.eq_ignore_ascii_case(typed.trim()),
            is_scattered: words.len() > 1 && !item.name.to_lowercase().contains(&words.join(" ").to_lowercase()),
            class: MatchClass::Words,
            field: MatchField::Name,
            item: item.rank,
            kinds: 0,
            place: 0,
            is_hidden: false,
            letters: std::cmp::Reverse(0),
        };
        for word in words {
            let best = BestMatch::of(item, word)?;
            rank.class = rank.class.max(best.class);
            rank.field = rank.field.max(best.field);
            rank.kinds += best.kind as usize;
            rank.place += best.place;
            rank.is_hidden |= best.is_hidden;
        }
        // The slowest part comes last, for items that match.
        rank.letters = std::cmp::Reverse(letters.of(&item.name));
        Some(rank)
    }
}

impl BestMatch {
    fn of(item: &DialogItem, word: &str) -> Option<Self> {
        let in_text = |text: &str, field, is_hidden| {
            let (kind, place) = WordMatch::with_place(word, text)?;
            let class = match kind {
                WordMatch::Whole | WordMatch::Start => MatchClass::Words,
                WordMatch::Inside => MatchClass::Parts,
                WordMatch::Letters => MatchClass::Letters,
            };
            Some(Self { class, field, kind, place, is_hidden })
        };
        let fields = [
            in_text(&item.name, MatchField::Name, false),
            // Letters of several search words together mean nothing.
            in_text(&item.search_words, MatchField::Name, true).filter(|best| best.class == MatchClass::Words),
            in_text(&item.about, MatchField::Other, false),
            in_text(&item.right, MatchField::Other, false),
        ];
        fields.into_iter().flatten().min()
    }
}

/// Scores how close together the letters of the typed text are in a name.
struct LetterScore {
    pattern: Pattern,
    matcher: Matcher,
    buffer: Vec<char>,
}

impl LetterScore {
    fn new(typed: &str) -> Self {
        let pattern = Pattern::parse(typed, CaseMatching::Ignore, Normalization::Smart);
        Self { pattern, matcher: Matcher::new(Config::DEFAULT), buffer: Vec::new() }
    }

    fn of(&mut self, name: &str) -> u32 {
        self.pattern.score(Utf32Str::new(name, &mut self.buffer), &mut self.matcher).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(items: Vec<DialogItem>, typed: &str) -> Vec<String> {
        narrow(items, typed).0.into_iter().map(|item| item.name).collect()
    }

    fn named(names: &[&str]) -> Vec<DialogItem> {
        names.iter().map(|name| DialogItem::new(*name, Vec::new())).collect()
    }

    #[test]
    fn loose_letters_count_only_if_nothing_else_matches() {
        let names = ["free or mild", "platform", "formula", "the form", "form"];
        assert_eq!(order(named(&names), "form"), ["form", "the form", "formula", "platform"]);
        let about = named(&["free or mild"]).into_iter().chain([DialogItem::new("x", Vec::new()).about("a form")]);
        assert_eq!(order(about.collect(), "form"), ["x"]);
        assert_eq!(order(named(&names), "fmld"), ["free or mild"], "nothing else matches");
    }

    #[test]
    fn all_typed_words_must_match_in_any_order() {
        let names = ["Close worksheet", "Copy as CSV", "Close result"];
        assert_eq!(order(named(&names), "result close"), ["Close result"]);
        assert_eq!(order(named(&names), "close copy"), [""; 0]);
    }

    #[test]
    fn the_typed_words_in_their_order_come_first() {
        let names = ["Keep this result, or let the next one replace it", "Go to the next result"];
        assert_eq!(order(named(&names), "next result"), [names[1], names[0]]);
    }

    #[test]
    fn search_words_find_an_item_and_ranks_decide_between_equal_matches() {
        let items = || {
            vec![
                DialogItem::new("Sort down", Vec::new()).ranked(ItemRank::Motion),
                DialogItem::heading("down"),
                DialogItem::new("Go down", Vec::new()).ranked(ItemRank::Elsewhere),
                DialogItem::new("Lower", Vec::new()).found_by("less down"),
            ]
        };
        assert_eq!(order(items(), "down"), ["Lower", "Go down", "Sort down"]);
        assert_eq!(narrow(items(), " ").0.len(), 4, "headings stay in the whole list");
        assert_eq!(order(items(), "lsdn"), [""; 0], "search words match as words only");
    }
}
