//! Collects the lines of the inspector, wrapped to its width.

use unicode_segmentation::UnicodeSegmentation;

use crate::domain::results::{Pattern, PatternKind};
use crate::domain::screen_width::ScreenWidth as _;

/// How a part of a line is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineStyle {
    Heading,
    Plain,
    /// A column, a key.
    Name,
    Dim,
    Code,
    Warning,
}

/// A line: its parts with their styles, and how it continues the line before.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct InspectorLine(pub Vec<(String, LineStyle)>, pub Continuation);

/// How a line continues the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Continuation {
    /// It is a line of its own.
    #[default]
    None,
    /// The text of the line before was too long and was wrapped here.
    Wrapped {
        /// Spaces before the text.
        indent: usize,
        /// Whether a space between the two was dropped.
        dropped_space: bool,
    },
}

impl InspectorLine {
    #[must_use]
    pub fn text(&self) -> String {
        self.0.iter().map(|(text, _)| text.as_str()).collect()
    }

    /// Returns what it adds to the text of the line before, if it continues that line.
    fn continued_text(&self) -> Option<String> {
        let Continuation::Wrapped { indent, dropped_space } = self.1 else { return None };
        let text = self.text();
        let rest = text.get(indent..).unwrap_or_default();
        Some(if dropped_space { format!(" {rest}") } else { rest.to_owned() })
    }
}

/// Returns whether a match begins in the line of this number. It may continue after a wrap.
pub(super) fn has_match(lines: &[InspectorLine], at: usize, pattern: &Pattern) -> bool {
    let Some(line) = lines.get(at) else { return false };
    let text = line.text();
    if pattern.is_in(text.as_bytes()) {
        return true;
    }
    let further = lines.get(at + 1..).unwrap_or_default().iter().map_while(InspectorLine::continued_text);
    let next: String = match pattern.parts() {
        // One character less than the pattern, so that the following lines alone cannot match.
        (pattern_text, PatternKind::Text, _) => {
            let most = pattern_text.chars().count().saturating_sub(1);
            let mut next = String::new();
            for more in further {
                next.push_str(&more);
                if next.chars().count() >= most {
                    break;
                }
            }
            next.chars().take(most).collect()
        }
        (_, PatternKind::Regex, _) => further.take(1).collect(),
    };
    !next.is_empty() && !pattern.is_in(next.as_bytes()) && pattern.is_in(format!("{text}{next}").as_bytes())
}

/// The lines of the inspector.
#[derive(Debug, Default)]
pub(super) struct InspectorText {
    pub(super) lines: Vec<InspectorLine>,
    /// The rows of a JSON document: for each row its first line, and its number in the document.
    pub(super) rows: Vec<(usize, usize)>,
    /// Whether a part of a value was left out.
    pub(super) is_part: bool,
}

/// Collects lines that are no wider than the panel.
pub(super) struct LineBuilder {
    width: usize,
    text: InspectorText,
}

impl LineBuilder {
    pub(super) fn new(width: usize) -> Self {
        Self { width, text: InspectorText::default() }
    }

    pub(super) fn finish(self) -> InspectorText {
        self.text
    }

    /// Adds a line about the rest of the value, which is left out.
    pub(super) fn leave_out(&mut self, text: &str) {
        self.text.is_part = true;
        self.line(text, LineStyle::Dim);
    }

    pub(super) fn width(&self) -> usize {
        self.width
    }

    /// Starts a row of a JSON document.
    pub(super) fn row(&mut self, number: usize) {
        self.text.rows.push((self.text.lines.len(), number));
    }

    pub(super) fn push(&mut self, line: InspectorLine) {
        self.text.lines.push(line);
    }

    pub(super) fn line(&mut self, text: &str, style: LineStyle) {
        self.hang(&[], text, style, 0);
    }

    /// Adds an empty line, unless the last one is empty.
    pub(super) fn empty_line(&mut self) {
        if self.text.lines.last().is_some_and(|line| !line.0.is_empty()) {
            self.text.lines.push(InspectorLine::default());
        }
    }

    /// Adds text after leading parts, wrapped. Lines that continue it are indented.
    pub(super) fn hang(&mut self, lead: &[(String, LineStyle)], text: &str, style: LineStyle, indent: usize) {
        let mut parts = lead.to_vec();
        let mut used: usize = parts.iter().map(|(text, _)| text.cells()).sum();
        let mut line = String::new();
        let mut continuation = Continuation::None;
        for word in words(text) {
            let wide = word.cells();
            // A word that is wider than a whole line does not begin a new line; it is split.
            if used + wide > self.width && used > indent && wide + indent <= self.width {
                let ended = line.ends_with(char::is_whitespace);
                parts.push((std::mem::take(&mut line), style));
                self.text.lines.push(InspectorLine(std::mem::take(&mut parts), continuation));
                line.push_str(&" ".repeat(indent));
                used = indent;
                let is_space = word.trim().is_empty();
                continuation = Continuation::Wrapped { indent, dropped_space: is_space && !ended };
                if is_space {
                    continue;
                }
            }
            for grapheme in word.graphemes(true) {
                if used + grapheme.cells() > self.width && used > indent {
                    parts.push((std::mem::take(&mut line), style));
                    self.text.lines.push(InspectorLine(std::mem::take(&mut parts), continuation));
                    line.push_str(&" ".repeat(indent));
                    used = indent;
                    continuation = Continuation::Wrapped { indent, dropped_space: false };
                }
                line.push_str(grapheme);
                used += grapheme.cells();
            }
        }
        parts.push((line, style));
        self.text.lines.push(InspectorLine(parts, continuation));
    }
}

/// Returns the words and the spaces between them. Punctuation stays with its word, and an identifier is one word.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let is_space = rest.chars().next()?.is_whitespace();
        let end = rest.find(|c: char| c.is_whitespace() != is_space).unwrap_or(rest.len());
        let (word, after) = rest.split_at_checked(end)?;
        rest = after;
        Some(word)
    })
}
