//! Finds reserved words quickly, without an allocation for each word.

use crate::domain::sql::keywords::RESERVED;

/// Where the words of each first letter begin in the list.
const STARTS: [usize; 27] = starts();

const fn starts() -> [usize; 27] {
    let mut starts = [0; 27];
    let mut letter = 0;
    let mut at = 0;
    while letter < 27 {
        while at < RESERVED.len() && letter_of(RESERVED[at].as_bytes()[0]) < letter {
            at += 1;
        }
        starts[letter] = at;
        letter += 1;
    }
    starts
}

const fn letter_of(byte: u8) -> usize {
    byte.to_ascii_uppercase().wrapping_sub(b'A') as usize
}

/// Returns a reserved word in upper case, as the list of keywords has it.
pub(super) fn reserved(word: &str) -> Option<&'static str> {
    let letter = letter_of(*word.as_bytes().first()?);
    let (start, end) = (STARTS.get(letter)?, STARTS.get(letter + 1)?);
    let words = RESERVED.get(*start..*end)?;
    words.iter().find(|other| other.len() == word.len() && other.eq_ignore_ascii_case(word)).copied()
}

/// Whether a bare word of a list of tables or an expression can be a name. `END` closes a CASE and is hardly ever a column.
pub(super) fn is_name(word: &str) -> bool {
    reserved(word).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reserved_word_is_found_in_any_case() {
        assert_eq!(
            (reserved("select"), reserved("From"), reserved("JSON_TABLE")),
            (Some("SELECT"), Some("FROM"), Some("JSON_TABLE"))
        );
        assert_eq!((reserved("subject"), reserved(""), reserved(&"x".repeat(99))), (None, None, None));
        assert!(RESERVED.iter().all(|word| reserved(word) == Some(word) && !is_name(word)));
    }
}
