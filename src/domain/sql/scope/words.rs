//! Finds reserved words quickly, without an allocation for each word.

use crate::domain::sql::keywords::RESERVED;

/// The longest reserved word has 29 letters.
const LONGEST: usize = 32;

/// Returns a reserved word in upper case, as the list of keywords has it.
pub(super) fn reserved(word: &str) -> Option<&'static str> {
    let mut buffer = [0_u8; LONGEST];
    let upper = buffer.get_mut(..word.len())?;
    upper.copy_from_slice(word.as_bytes());
    upper.make_ascii_uppercase();
    let upper: &[u8] = upper;
    let at = RESERVED.binary_search_by(|other| other.as_bytes().cmp(upper)).ok()?;
    RESERVED.get(at).copied()
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
