//! Finds and ranks snippets by a typed pattern.

use super::Snippet;
use crate::domain::catalog::find::FindPattern;

/// Returns the indexes of the snippets that match a pattern, best first; equal ones keep their order. Name and title count
/// most, then tags, then the text of the statement. A match by single letters only comes after all others. An empty pattern
/// matches all.
#[must_use]
pub fn rank(pattern: &str, snippets: &[Snippet]) -> Vec<usize> {
    let mut words = FindPattern::new(pattern);
    let mut found: Vec<(bool, std::cmp::Reverse<u32>, usize)> = snippets
        .iter()
        .enumerate()
        .filter_map(|(at, snippet)| {
            let score = score(&mut words, snippet)?;
            Some((is_loose(&mut words, snippet), std::cmp::Reverse(score), at))
        })
        .collect();
    found.sort_unstable();
    found.into_iter().map(|(_, _, at)| at).collect()
}

fn score(words: &mut FindPattern, snippet: &Snippet) -> Option<u32> {
    let mut sum = 0;
    for word in 0..words.len() {
        let name = words.in_name(word, &snippet.name).map(|score| score * 4);
        let title = words.in_name(word, &snippet.title).map(|score| score * 4);
        let tag = snippet.tags.iter().filter_map(|tag| words.in_name(word, tag)).max().map(|score| score * 3);
        let best = name.max(title).max(tag);
        sum += best.or_else(|| words.in_text(word, &snippet.statement))?;
    }
    Some(sum)
}

/// Returns whether a word of the pattern matches only by single letters.
fn is_loose(words: &mut FindPattern, snippet: &Snippet) -> bool {
    (0..words.len()).any(|word| {
        let names = [&snippet.name, &snippet.title, &snippet.statement];
        !names.into_iter().chain(&snippet.tags).any(|text| words.in_text(word, text).is_some())
    })
}
