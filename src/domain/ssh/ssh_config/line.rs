//! Splits a file into lines, and a line into its keyword and its arguments.

/// A line with a keyword.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ConfigLine {
    /// Counted from 1.
    pub(super) number: usize,
    /// In lower case.
    pub(super) keyword: String,
    /// The keyword as it is written.
    pub(super) written_keyword: String,
    /// Without quotes.
    pub(super) arguments: Vec<String>,
    /// Everything after the keyword, as it is written.
    pub(super) rest: String,
}

/// A line that cannot be parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct InvalidLine {
    /// Counted from 1.
    pub(super) number: usize,
    pub(super) reason: &'static str,
}

/// Parses the lines of a file without empty lines and comments. Bytes that are not UTF-8 become replacement characters:
/// they can occur only in names that match nothing.
pub(super) fn parse_lines(bytes: &[u8]) -> impl Iterator<Item = Result<ConfigLine, InvalidLine>> {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let lines: Vec<_> =
        text.lines().enumerate().filter_map(|(index, line)| parse_line(index + 1, line).transpose()).collect();
    lines.into_iter()
}

fn parse_line(number: usize, line: &str) -> Result<Option<ConfigLine>, InvalidLine> {
    let line = line.trim_matches(|c: char| c.is_ascii_whitespace() || c == '\u{c}' || c == '\0');
    if line.is_empty() || line.starts_with('#') {
        return Ok(None);
    }
    let is_end = |c: char| c.is_ascii_whitespace() || c == '=';
    let end = line.find(is_end).unwrap_or(line.len());
    let (written_keyword, rest) = line.split_at(end);
    let rest = rest.trim_start();
    let rest = rest.strip_prefix('=').unwrap_or(rest);
    let arguments = split_arguments(rest).map_err(|reason| InvalidLine { number, reason })?;
    if arguments.is_empty() {
        return Err(InvalidLine { number, reason: "the value is missing" });
    }
    let (keyword, written_keyword) = (written_keyword.to_ascii_lowercase(), written_keyword.to_owned());
    let rest = rest.trim_start().to_owned();
    Ok(Some(ConfigLine { number, keyword, written_keyword, arguments, rest }))
}

/// Splits as OpenSSH does: spaces separate arguments, quotes keep spaces, a backslash escapes a quote, a backslash or (outside
/// quotes) a space; `#` at the start of an argument begins a comment.
fn split_arguments(text: &str) -> Result<Vec<String>, &'static str> {
    let mut arguments = Vec::new();
    let mut characters = text.chars().peekable();
    loop {
        while characters.next_if(char::is_ascii_whitespace).is_some() {}
        match characters.peek() {
            None | Some('#') => return Ok(arguments),
            Some(_) => {}
        }
        let mut argument = String::new();
        let mut quote = None;
        while let Some(character) = characters.next_if(|c| quote.is_some() || !c.is_ascii_whitespace()) {
            match (character, quote) {
                ('\\', _) => {
                    let is_escapable = |c: &char| matches!(c, '"' | '\'' | '\\') || (quote.is_none() && *c == ' ');
                    argument.push(characters.next_if(is_escapable).unwrap_or('\\'));
                }
                ('"' | '\'', None) => quote = Some(character),
                (_, Some(open)) if open == character => quote = None,
                _ => argument.push(character),
            }
        }
        if quote.is_some() {
            return Err("a quote is not closed");
        }
        arguments.push(argument);
    }
}
