//! One line of the file: its keyword and its words. Knows no keyword.

/// A line that says something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// Counted from 1.
    pub(super) number: usize,
    /// In small letters.
    pub(super) keyword: String,
    /// As they were written.
    pub(super) original: String,
    /// Its words, quotes taken off.
    pub(super) words: Vec<String>,
}

/// A line that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BadLine {
    /// Counted from 1.
    pub(super) number: usize,
    /// Why.
    pub(super) reason: &'static str,
}

/// The lines of a file; empty ones and comments are left out. What is no UTF-8 is read with marks of replacement: it
/// can only be in names that fit nothing.
pub(super) fn lines(bytes: &[u8]) -> impl Iterator<Item = Result<Line, BadLine>> {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let lines: Vec<_> = text.lines().enumerate().filter_map(|(at, line)| read(at + 1, line).transpose()).collect();
    lines.into_iter()
}

fn read(number: usize, line: &str) -> Result<Option<Line>, BadLine> {
    let line = line.trim_matches(|c: char| c.is_ascii_whitespace() || c == '\u{c}' || c == '\0');
    if line.is_empty() || line.starts_with('#') {
        return Ok(None);
    }
    let is_end = |c: char| c.is_ascii_whitespace() || c == '=';
    let end = line.find(is_end).unwrap_or(line.len());
    let (original, rest) = line.split_at(end);
    let rest = rest.trim_start();
    let rest = rest.strip_prefix('=').unwrap_or(rest);
    let words = words(rest).map_err(|reason| BadLine { number, reason })?;
    if words.is_empty() {
        return Err(BadLine { number, reason: "the value is missing" });
    }
    Ok(Some(Line { number, keyword: original.to_ascii_lowercase(), original: original.to_owned(), words }))
}

/// Splits as OpenSSH does: blanks part, quotes hold together, a backslash frees a quote, a backslash or (outside of
/// quotes) a blank; `#` at the start of a word ends the line.
fn words(text: &str) -> Result<Vec<String>, &'static str> {
    let mut words = Vec::new();
    let mut characters = text.chars().peekable();
    loop {
        while characters.next_if(char::is_ascii_whitespace).is_some() {}
        match characters.peek() {
            None | Some('#') => return Ok(words),
            Some(_) => {}
        }
        let mut word = String::new();
        let mut quote = None;
        while let Some(character) = characters.next_if(|c| quote.is_some() || !c.is_ascii_whitespace()) {
            match (character, quote) {
                ('\\', _) => {
                    let frees = |c: &char| matches!(c, '"' | '\'' | '\\') || (quote.is_none() && *c == ' ');
                    word.push(characters.next_if(frees).unwrap_or('\\'));
                }
                ('"' | '\'', None) => quote = Some(character),
                (_, Some(open)) if open == character => quote = None,
                _ => word.push(character),
            }
        }
        if quote.is_some() {
            return Err("a quote is not closed");
        }
        words.push(word);
    }
}
