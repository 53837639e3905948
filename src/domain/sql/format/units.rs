//! The pieces of a statement that the formatter moves: its tokens without white space, a parameter `:name` as one piece, and the
//! spaces between two of them on one line.

use std::ops::Range;

use crate::domain::sql::keywords::{is_reserved, is_select_modifier};
use crate::domain::sql::lex::{Token, TokenKind};
use crate::domain::sql::parameters::parameter_at;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum UnitKind {
    /// A keyword or a bare name, not a part of a qualified name.
    Word,
    /// A literal, a quoted name, a variable, a part of a qualified name.
    Operand,
    Operator,
    /// An operator before its only operand.
    Unary,
    Comma,
    Dot,
    Open,
    Close,
    OpenBrace,
    CloseBrace,
    /// A comment within a line.
    Comment,
    /// A comment after which a new line begins.
    TrailingComment,
    /// A comment on a line of its own.
    OwnLineComment,
}

#[derive(Debug, Clone)]
pub(super) struct Unit {
    pub(super) kind: UnitKind,
    pub(super) span: Range<usize>,
    /// Whether a space is before it if it does not begin a line.
    pub(super) has_space: bool,
    /// The index of the unit that closes what this one opens: a parenthesis, or CASE.
    pub(super) partner: Option<usize>,
}

/// The units of a statement, with sums over their widths.
pub(super) struct Units {
    list: Vec<Unit>,
    /// The width of all units before an index, with the spaces before them.
    widths: Vec<usize>,
    /// How many of the units before an index need a line end.
    breaks: Vec<usize>,
}

impl Units {
    /// Reads the units.
    ///
    /// # Errors
    /// Returns the place of a parenthesis without a partner.
    pub(super) fn read(text: &str, tokens: &[Token]) -> Result<Self, Range<usize>> {
        let mut units = pieces(text, tokens);
        set_unary(text, &mut units);
        set_spaces(text, &mut units);
        set_partners(text, &mut units)?;
        let (mut widths, mut breaks) = (vec![0], vec![0]);
        let (mut width, mut count) = (0, 0);
        for unit in &units {
            let unit_text = text.get(unit.span.clone()).unwrap_or_default();
            let is_break = unit.kind == UnitKind::TrailingComment
                || unit.kind == UnitKind::OwnLineComment
                || (unit.kind == UnitKind::Comment && unit_text.contains('\n'));
            width += usize::from(unit.has_space) + unit_text.chars().count();
            count += usize::from(is_break);
            widths.push(width);
            breaks.push(count);
        }
        Ok(Self { list: units, widths, breaks })
    }

    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    pub(super) fn get(&self, at: usize) -> Option<&Unit> {
        self.list.get(at)
    }

    pub(super) fn kind(&self, at: usize) -> Option<UnitKind> {
        self.get(at).map(|unit| unit.kind)
    }

    pub(super) fn partner(&self, at: usize) -> Option<usize> {
        self.get(at)?.partner
    }

    /// Returns the width of some units on one line; `None` if one of them needs a line end.
    pub(super) fn width(&self, range: &Range<usize>) -> Option<usize> {
        let sum = |sums: &[usize]| Some(sums.get(range.end)? - sums.get(range.start.min(range.end))?);
        if sum(&self.breaks)? > 0 {
            return None;
        }
        let leading = self.get(range.start).is_some_and(|unit| unit.has_space);
        Some(sum(&self.widths)?.saturating_sub(usize::from(leading)))
    }

    pub(super) fn is_comment(&self, at: usize) -> bool {
        matches!(self.kind(at), Some(UnitKind::Comment | UnitKind::TrailingComment | UnitKind::OwnLineComment))
    }

    /// Returns the first unit from an index on that is no comment.
    pub(super) fn code_from(&self, at: usize) -> usize {
        (at..self.len()).find(|&at| !self.is_comment(at)).unwrap_or(self.len())
    }
}

fn pieces(text: &str, tokens: &[Token]) -> Vec<Unit> {
    let mut units: Vec<Unit> = Vec::new();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let mut span = token.span.clone();
        let kind = if token.kind == TokenKind::Space {
            at += 1;
            continue;
        } else if let Some((_, found)) = parameter_at(text, tokens, at) {
            span = found;
            at += 1;
            UnitKind::Operand
        } else {
            kind_of(text, tokens, at, token)
        };
        at += 1;
        units.push(Unit { kind, span, has_space: true, partner: None });
    }
    units
}

fn kind_of(text: &str, tokens: &[Token], at: usize, token: &Token) -> UnitKind {
    let token_text = token.text(text);
    match token.kind {
        TokenKind::Word => {
            let is_dot =
                |at: Option<usize>| at.and_then(|at| tokens.get(at)).is_some_and(|token| token.text(text) == ".");
            let is_part = is_dot(at.checked_sub(1)) || is_dot(Some(at + 1));
            if is_part { UnitKind::Operand } else { UnitKind::Word }
        }
        TokenKind::Operator if token_text != "\\N" => UnitKind::Operator,
        TokenKind::Punctuation => match token_text {
            "," => UnitKind::Comma,
            "." => UnitKind::Dot,
            "(" => UnitKind::Open,
            ")" => UnitKind::Close,
            "{" => UnitKind::OpenBrace,
            "}" => UnitKind::CloseBrace,
            _ => UnitKind::Operand,
        },
        TokenKind::LineComment | TokenKind::BlockComment | TokenKind::Hint => comment_kind(text, token),
        _ => UnitKind::Operand,
    }
}

fn comment_kind(text: &str, token: &Token) -> UnitKind {
    let before = text.get(..token.span.start).unwrap_or_default();
    let ends_line = |mut chars: &mut dyn Iterator<Item = char>| {
        (&mut chars).find(|c| *c == '\n' || !c.is_whitespace()).is_none_or(|c| c == '\n')
    };
    let begins_line = ends_line(&mut before.chars().rev()) && !before.is_empty();
    let after = text.get(token.span.end..).unwrap_or_default();
    match token.kind {
        TokenKind::LineComment if begins_line => UnitKind::OwnLineComment,
        TokenKind::LineComment => UnitKind::TrailingComment,
        _ if begins_line && ends_line(&mut after.chars()) => UnitKind::OwnLineComment,
        _ => UnitKind::Comment,
    }
}

/// Keywords after which an expression is complete, so that `-` after them is subtraction.
const OPERAND_WORDS: [&str; 9] = [
    "END",
    "NULL",
    "TRUE",
    "FALSE",
    "CURRENT_DATE",
    "CURRENT_TIME",
    "CURRENT_TIMESTAMP",
    "LOCALTIME",
    "LOCALTIMESTAMP",
];

/// Marks the operators before which no operand stands.
fn set_unary(text: &str, units: &mut [Unit]) {
    let mut expects_operand = true;
    for unit in units {
        let unit_text = text.get(unit.span.clone()).unwrap_or_default();
        if expects_operand && unit.kind == UnitKind::Operator && matches!(unit_text, "-" | "+" | "!" | "~") {
            unit.kind = UnitKind::Unary;
        } else if expects_operand && unit_text == "*" {
            unit.kind = UnitKind::Operand;
        }
        expects_operand = match unit.kind {
            UnitKind::Operator
            | UnitKind::Unary
            | UnitKind::Comma
            | UnitKind::Open
            | UnitKind::OpenBrace
            | UnitKind::Dot => true,
            UnitKind::Word => {
                is_reserved(unit_text) && !OPERAND_WORDS.iter().any(|word| word.eq_ignore_ascii_case(unit_text))
            }
            UnitKind::Operand | UnitKind::Close | UnitKind::CloseBrace => false,
            UnitKind::Comment | UnitKind::TrailingComment | UnitKind::OwnLineComment => expects_operand,
        };
    }
}

fn set_spaces(text: &str, units: &mut [Unit]) {
    let mut before: Option<(UnitKind, Range<usize>)> = None;
    for unit in units {
        let is_apart = before.as_ref().is_some_and(|(_, span)| span.end < unit.span.start);
        unit.has_space = match &before {
            None => false,
            Some((kind, span)) => {
                let words =
                    (text.get(span.clone()).unwrap_or_default(), text.get(unit.span.clone()).unwrap_or_default());
                needs_space((*kind, unit.kind), words, Typed::from(is_apart))
            }
        };
        before = Some((unit.kind, unit.span.clone()));
    }
}

/// Whether two units were apart in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Typed {
    Apart,
    Touching,
}

impl From<bool> for Typed {
    fn from(is_apart: bool) -> Self {
        if is_apart { Self::Apart } else { Self::Touching }
    }
}

/// Words before a parenthesis that are never the name of a function.
const SPACED: [&str; 40] = [
    "ALL",
    "AND",
    "ANY",
    "AS",
    "BETWEEN",
    "BY",
    "CASE",
    "CROSS",
    "DISTINCT",
    "DISTINCTROW",
    "DIV",
    "ELSE",
    "EXCEPT",
    "EXISTS",
    "FROM",
    "HAVING",
    "IN",
    "INTERSECT",
    "JOIN",
    "LATERAL",
    "LIKE",
    "LIMIT",
    "NOT",
    "ON",
    "OR",
    "OVER",
    "QUALIFY",
    "REGEXP",
    "RLIKE",
    "SELECT",
    "SOME",
    "SQL_CALC_FOUND_ROWS",
    "STRAIGHT_JOIN",
    "THEN",
    "UNION",
    "USING",
    "WHEN",
    "WHERE",
    "WINDOW",
    "XOR",
];

#[expect(clippy::match_same_arms, reason = "the first arm that fits decides")]
fn needs_space(kinds: (UnitKind, UnitKind), words: (&str, &str), typed: Typed) -> bool {
    use UnitKind as Kind;
    let (before, after) = kinds;
    match (before, after) {
        (Kind::Open | Kind::OpenBrace, _) | (_, Kind::Close | Kind::CloseBrace | Kind::Comma) => false,
        (Kind::Comma, _) => true,
        (Kind::Dot, _) | (_, Kind::Dot) => typed == Typed::Apart,
        (Kind::Unary, Kind::Operator | Kind::Unary) => true,
        (Kind::Unary, _) => false,
        (Kind::Operator, Kind::Operand | Kind::Word | Kind::Open) if matches!(words.0, "->" | "->>") => false,
        (Kind::Operand | Kind::Word | Kind::Close, Kind::Operator) if matches!(words.1, "->" | "->>") => false,
        (Kind::Word, Kind::Open) => {
            let is_spaced = SPACED.iter().any(|word| word.eq_ignore_ascii_case(words.0)) || is_select_modifier(words.0);
            is_spaced || typed == Typed::Apart
        }
        (Kind::Operand, Kind::Open) => typed == Typed::Apart,
        // An introducer, as in `_utf8mb4'x'`.
        (Kind::Word, Kind::Operand) if words.0.starts_with('_') => typed == Typed::Apart,
        _ => true,
    }
}

/// Joins each parenthesis, and each CASE, with its partner.
fn set_partners(text: &str, units: &mut [Unit]) -> Result<(), Range<usize>> {
    let mut open: Vec<(usize, UnitKind)> = Vec::new();
    let mut partners = Vec::new();
    for (at, unit) in units.iter().enumerate() {
        let is_word = |word: &str| {
            unit.kind == UnitKind::Word
                && text.get(unit.span.clone()).is_some_and(|text| text.eq_ignore_ascii_case(word))
        };
        if unit.kind == UnitKind::Open || is_word("CASE") {
            open.push((at, unit.kind));
        } else if is_word("END") {
            if let Some((start, _)) = open.pop_if(|(_, kind)| *kind == UnitKind::Word) {
                partners.push((start, at));
            }
        } else if unit.kind == UnitKind::Close {
            // A CASE without END ends with its parenthesis.
            while open.pop_if(|(_, kind)| *kind == UnitKind::Word).is_some() {}
            let (start, _) = open.pop().ok_or_else(|| unit.span.clone())?;
            partners.push((start, at));
        }
    }
    if let Some((start, _)) = open.iter().find(|(_, kind)| *kind == UnitKind::Open) {
        return Err(units.get(*start).map_or(0..0, |unit| unit.span.clone()));
    }
    for (start, end) in partners {
        if let Some(unit) = units.get_mut(start) {
            unit.partner = Some(end);
        }
    }
    Ok(())
}
