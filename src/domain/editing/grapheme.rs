//! The characters that a reader sees as one: a letter with its combining marks, an emoji of several characters.

use unicode_segmentation::UnicodeSegmentation;

/// Returns the column at which each grapheme of a line begins, with its first character.
#[must_use]
pub fn graphemes(line: &str) -> Vec<(usize, char)> {
    if line.is_ascii() {
        return line.chars().enumerate().collect();
    }
    let mut column = 0;
    let mut found = Vec::with_capacity(line.len());
    for grapheme in line.graphemes(true) {
        let mut characters = grapheme.chars();
        let Some(first) = characters.next() else { continue };
        found.push((column, first));
        column += 1 + characters.count();
    }
    found
}

/// Whether a character is a mark that joins the character before it.
#[must_use]
pub fn is_mark(character: char) -> bool {
    if character.is_ascii() {
        return false;
    }
    let pair = format!("a{character}");
    pair.graphemes(true).nth(1).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_with_its_marks_is_one() {
        assert_eq!(graphemes("ae\u{301}😀b"), [(0, 'a'), (1, 'e'), (3, '😀'), (4, 'b')]);
        assert_eq!(graphemes("👩\u{200d}🔬x\u{200b}y"), [(0, '👩'), (3, 'x'), (4, '\u{200b}'), (5, 'y')]);
        assert!(is_mark('\u{301}') && !is_mark('b') && !is_mark('ä') && !is_mark('\u{200b}'));
    }
}
