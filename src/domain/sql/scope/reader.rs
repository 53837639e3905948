//! Reads the tokens of a statement into a [`Scope`]: follows words, commas and parentheses, and accepts every text.
//!
//! The reader is no parser of the whole grammar. A clause word ends the clause before it, also in parentheses that are not closed,
//! so that half-typed statements keep their tables.

use std::borrow::Cow;
use std::collections::HashMap;

use super::frame::{Frame, FrameKind, NameMode, Pending, WithState};
use super::model::{Clause, JoinKind, KnownNames, Position, Scope, SourceId, SourceKind, TableResolution};
use super::words::reserved;
use crate::domain::sql::Dialect;
use crate::domain::sql::lex::{Token, TokenKind, lex};

/// Open parentheses that are followed. Deeper ones only count; no server accepts so many.
const MAX_DEPTH: usize = 500;

pub(super) struct Reader<'a> {
    pub(super) scope: Scope<'a>,
    pub(super) at: usize,
    /// The innermost open parenthesis.
    pub(super) frame: Frame,
    pub(super) outer: Vec<Frame>,
    /// Open parentheses beyond [`MAX_DEPTH`].
    too_deep: usize,
    /// What this token is, because of the one before it.
    pub(super) pending: Pending,
    pub(super) condition: usize,
    /// Tokens of the name at the cursor. They are read as a name without a meaning.
    pub(super) cursor: Option<CursorName>,
    pub(super) tables: HashMap<(Option<String>, String), TableResolution>,
}

/// The name at the cursor: its first token, and the token after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct CursorName {
    first: usize,
    end: usize,
}

/// Analyzes a statement. The name at the cursor has no meaning in it: it is still being typed.
#[must_use]
pub fn read<'a>(text: &'a str, cursor: Option<usize>, dialect: Dialect, known: KnownNames<'a>) -> Scope<'a> {
    read_tokens(text, lex(text, dialect), cursor, known)
}

/// Does the same as [`read`] for a text whose tokens are there already.
#[must_use]
pub fn read_tokens<'a>(
    text: &'a str,
    mut tokens: Vec<Token>,
    cursor: Option<usize>,
    known: KnownNames<'a>,
) -> Scope<'a> {
    tokens.retain(|token| !token.is_ignored() && !token.is_marker());
    let scope = Scope {
        text,
        known,
        tokens,
        blocks: Vec::new(),
        sources: Vec::new(),
        with_names: Vec::new(),
        refs: Vec::new(),
        calls: Vec::new(),
        position: None,
    };
    let mut reader = Reader {
        scope,
        at: 0,
        frame: Frame::new(FrameKind::Top, Clause::Start, None),
        outer: Vec::new(),
        too_deep: 0,
        pending: Pending::Nothing,
        condition: 0,
        cursor: None,
        tables: HashMap::new(),
    };
    reader.cursor = cursor.map(|offset| reader.cursor_name(offset));
    while reader.at < reader.scope.tokens.len() {
        reader.step();
    }
    reader.note_cursor();
    reader.close_all();
    reader.scope
}

impl<'a> Reader<'a> {
    pub(super) fn token(&self, at: usize) -> Option<&Token> {
        self.scope.tokens.get(at)
    }

    pub(super) fn text_at(&self, at: usize) -> &'a str {
        self.token(at).map_or("", |token| token.text(self.scope.text))
    }

    pub(super) fn kind_at(&self, at: usize) -> Option<TokenKind> {
        self.token(at).map(|token| token.kind)
    }

    pub(super) fn is_mark(&self, at: usize, mark: &str) -> bool {
        self.kind_at(at).is_some_and(|kind| matches!(kind, TokenKind::Punctuation | TokenKind::Operator))
            && self.text_at(at) == mark
    }

    pub(super) fn is_word(&self, at: usize, word: &str) -> bool {
        self.kind_at(at) == Some(TokenKind::Word) && self.text_at(at).eq_ignore_ascii_case(word)
    }

    pub(super) fn is_directly_after(&self, at: usize) -> bool {
        let before = at.checked_sub(1).and_then(|before| self.token(before));
        before.zip(self.token(at)).is_some_and(|(before, token)| before.span.end == token.span.start)
    }

    /// Whether the token is part of the name at the cursor.
    pub(super) fn is_cursor_name(&self, at: usize) -> bool {
        self.cursor.is_some_and(|cursor| (cursor.first..=cursor.end).contains(&at))
    }

    /// Whether there is a cursor, and a token is not among so many tokens before it.
    pub(super) fn is_far_from_cursor(&self, at: usize, count: usize) -> bool {
        self.cursor.is_some_and(|cursor| at > cursor.end || at + count < cursor.first)
    }

    pub(super) fn is_name_token(&self, at: usize) -> bool {
        matches!(self.kind_at(at), Some(TokenKind::Word | TokenKind::QuotedIdentifier))
    }

    /// Finds the tokens of the name that the cursor is in or at the end of.
    fn cursor_name(&self, offset: usize) -> CursorName {
        let after = self.scope.tokens.partition_point(|token| token.span.start < offset);
        let last = after.checked_sub(1);
        let is_at_end = |at: usize| self.token(at).is_some_and(|token| token.span.end >= offset);
        let mut first = after;
        let mut end = after;
        if let Some(last) = last.filter(|&last| is_at_end(last)) {
            if self.is_name_token(last) {
                let text = self.text_at(last);
                let is_complete_keyword = self.kind_at(last) == Some(TokenKind::Word)
                    && reserved(text).is_some()
                    && !(last > 0 && self.is_mark(last - 1, "."));
                first = last;
                end = if is_complete_keyword { last } else { last + 1 };
            } else if self.is_mark(last, ".") {
                first = last + 1;
                end = last + 1;
            }
        }
        while first >= 2 && self.is_mark(first - 1, ".") && self.is_name_token(first - 2) {
            first -= 2;
        }
        CursorName { first, end }
    }

    /// Reads the next token.
    fn step(&mut self) {
        if let Some(cursor) = self.cursor {
            if self.at == cursor.first {
                self.note_cursor();
            }
            if (cursor.first..cursor.end).contains(&self.at) {
                self.skip_cursor_name(cursor);
                return;
            }
        }
        self.pending = std::mem::replace(&mut self.frame.pending, Pending::Nothing);
        let Some(token) = self.token(self.at) else { return };
        match token.kind {
            TokenKind::Word => self.word(),
            TokenKind::QuotedIdentifier => self.name(),
            TokenKind::Punctuation => self.punctuation(),
            TokenKind::Operator => self.operator(),
            TokenKind::String
            | TokenKind::Number
            | TokenKind::HexOrBit
            | TokenKind::Variable
            | TokenKind::Parameter => {
                self.frame.end_operand();
                self.at += 1;
            }
            TokenKind::ClientEnd => {
                self.end_statement();
                self.at += 1;
            }
            TokenKind::Space
            | TokenKind::LineComment
            | TokenKind::BlockComment
            | TokenKind::Hint
            | TokenKind::CodeOpen
            | TokenKind::CodeClose
            | TokenKind::Stray => self.at += 1,
        }
    }

    fn skip_cursor_name(&mut self, cursor: CursorName) {
        match self.frame.clause {
            Clause::From => self.frame.clause = Clause::AfterTable,
            Clause::With if self.frame.with == WithState::BeforeName => self.frame.with = WithState::AfterName(None),
            _ => {}
        }
        self.frame.source = None;
        self.frame.end_operand();
        self.at = cursor.end;
    }

    fn word(&mut self) {
        let text = self.text_at(self.at);
        let keyword = reserved(text);
        let is_qualified = self.is_mark(self.at + 1, ".")
            && self.is_directly_after(self.at + 1)
            && self.is_directly_after(self.at + 2)
            && self.is_name_token(self.at + 2);
        match keyword {
            Some(keyword) if !is_qualified => {
                self.keyword(keyword);
                self.at += 1;
            }
            _ => self.name(),
        }
    }

    fn punctuation(&mut self) {
        match self.text_at(self.at) {
            "(" => self.open(),
            ")" => self.close(),
            "," => self.comma(),
            ";" => self.end_statement(),
            _ => {}
        }
        self.at += 1;
    }

    fn operator(&mut self) {
        let at = self.at;
        self.at += 1;
        match self.text_at(at) {
            "*" if !self.frame.is_after_operand => self.frame.end_operand(),
            "=" | "<=>" | "<>" | "!=" | "<" | ">" | "<=" | ">=" => {
                let compared = self.frame.last_ref;
                self.frame.expect_operand();
                self.frame.compared = compared;
            }
            ":" if self.kind_at(at + 1) == Some(TokenKind::Word) && self.is_directly_after(at + 1) => {
                self.frame.end_operand();
                // A parameter that is being typed stays for the cursor.
                if self.cursor.is_none_or(|cursor| cursor.first != at + 1) {
                    self.at += 1;
                }
            }
            "||" | "&&" => {
                self.condition += 1;
                self.frame.expect_operand();
            }
            "\\N" => self.frame.end_operand(),
            _ => self.frame.expect_operand(),
        }
    }

    fn comma(&mut self) {
        self.condition += 1;
        self.frame.expect_operand();
        if self.frame.with != WithState::None && self.frame.clause == Clause::With {
            self.frame.with = WithState::BeforeName;
            return;
        }
        match self.frame.kind {
            FrameKind::Call => {
                self.frame.commas += 1;
                self.frame.mode = self.mode_of_argument();
            }
            FrameKind::JsonTable(_) => self.frame.mode = NameMode::Words,
            _ => {}
        }
        if !self.frame.has_clauses() {
            return;
        }
        match self.frame.clause {
            Clause::SelectList => self.end_item(self.at),
            Clause::AfterTable | Clause::On => {
                self.frame.clause = Clause::From;
                self.frame.join = JoinKind::Comma;
                self.frame.source = None;
                self.frame.join_start = self.source_count();
            }
            _ => {}
        }
    }

    /// Returns whether names in the current argument of a call are columns.
    fn mode_of_argument(&self) -> NameMode {
        let name = self.frame.call.and_then(|call| self.scope.call(call)).map_or("", |call| call.name.as_str());
        let is = |word: &str| name.eq_ignore_ascii_case(word);
        let is_unit = ["TIMESTAMPDIFF", "TIMESTAMPADD", "EXTRACT", "GET_FORMAT"].iter().any(|word| is(word));
        let is_never = ["AGAINST", "NEXTVAL", "LASTVAL", "SETVAL", "VALUES", "VALUE"].iter().any(|word| is(word));
        if is_never || (is_unit && self.frame.commas == 0) || (is("CONVERT") && self.frame.commas == 1) {
            NameMode::Words
        } else {
            NameMode::Columns
        }
    }

    fn open(&mut self) {
        if self.outer.len() >= MAX_DEPTH {
            self.too_deep += 1;
            return;
        }
        let (kind, clause) = self.kind_of_parenthesis();
        let mut inner = Frame::new(kind, clause, self.frame.block);
        inner.join_start = self.frame.join_start;
        inner.opened_at = self.at;
        match (self.pending, kind) {
            (Pending::In, FrameKind::Group) => inner.list_of = self.frame.last_ref.take(),
            (Pending::Lateral, _) => inner.pending = Pending::Lateral,
            (Pending::Call(call), FrameKind::Call) => inner.call = Some(call),
            _ => {}
        }
        match kind {
            FrameKind::Group => inner.compared = self.frame.compared,
            FrameKind::TableGroup => {
                inner.join = self.frame.join;
                inner.join_start = self.source_count();
            }
            FrameKind::Skipped
            | FrameKind::WithColumns(_)
            | FrameKind::SourceColumns(_)
            | FrameKind::JsonColumns(_) => {
                inner.mode = NameMode::Words;
            }
            FrameKind::Top
            | FrameKind::Call
            | FrameKind::Derived(_)
            | FrameKind::WithBody(_)
            | FrameKind::Using
            | FrameKind::Over
            | FrameKind::JsonTable(_) => {}
        }
        self.outer.push(std::mem::replace(&mut self.frame, inner));
        if kind == FrameKind::Call {
            self.frame.mode = self.mode_of_argument();
        }
    }

    fn kind_of_parenthesis(&self) -> (FrameKind, Clause) {
        let frame = &self.frame;
        match frame.with {
            WithState::AfterName(with) => return (FrameKind::WithColumns(with), Clause::Other),
            WithState::BeforeBody(with) => return (FrameKind::WithBody(with), Clause::Start),
            WithState::None | WithState::BeforeName | WithState::AfterBody => {}
        }
        match self.pending {
            Pending::Using => return (FrameKind::Using, Clause::Using),
            Pending::Over => return (FrameKind::Over, Clause::Window),
            Pending::Call(_) => return (FrameKind::Call, frame.clause),
            Pending::JsonTable(source) => return (FrameKind::JsonTable(source), Clause::On),
            Pending::JsonColumns(source) => return (FrameKind::JsonColumns(source), Clause::Other),
            Pending::SkippedList => return (FrameKind::Skipped, Clause::Other),
            Pending::Nothing | Pending::Lateral | Pending::In | Pending::SkippedName => {}
        }
        match frame.clause {
            Clause::From if frame.has_clauses() => (FrameKind::TableGroup, Clause::From),
            Clause::AfterTable => match frame.source {
                Some(source) if self.takes_column_names(source) => (FrameKind::SourceColumns(source), Clause::Other),
                _ => (FrameKind::Skipped, Clause::Other),
            },
            Clause::Window => (FrameKind::Over, Clause::Window),
            clause => (FrameKind::Group, clause),
        }
    }

    fn takes_column_names(&self, source: SourceId) -> bool {
        let is_derived = |kind: &SourceKind| matches!(kind, SourceKind::Derived(_) | SourceKind::Opaque);
        self.scope.source(source).is_some_and(|source| source.alias.is_some() && is_derived(&source.kind))
    }

    fn close(&mut self) {
        if self.too_deep > 0 {
            self.too_deep -= 1;
            return;
        }
        let call = self.frame.call.filter(|_| self.is_word(self.at + 1, "OVER"));
        if let Some(call) = call.and_then(|call| self.scope.calls.get_mut(call.0)) {
            call.is_windowed = true;
        }
        if !self.outer.is_empty() {
            self.close_frame();
        }
    }

    /// Closes the innermost parenthesis. It may be unfinished.
    pub(super) fn close_frame(&mut self) {
        if self.frame.owns_query {
            self.finish_block(self.at);
        }
        let Some(outer) = self.outer.pop() else { return };
        let closed = std::mem::replace(&mut self.frame, outer);
        match closed.kind {
            FrameKind::WithBody(with) => {
                self.frame.with = WithState::AfterBody;
                self.close_with_body(with, closed.first);
            }
            FrameKind::TableGroup => {
                self.frame.clause = Clause::AfterTable;
                self.frame.source = None;
            }
            FrameKind::Derived(source) => {
                self.frame.clause = Clause::AfterTable;
                self.frame.source = Some(source);
                let end = self.token(self.at).map_or(self.scope.text.len(), |token| token.span.end);
                if let Some(source) = self.scope.sources.get_mut(source.0) {
                    source.span.end = end;
                }
            }
            FrameKind::JsonTable(source) | FrameKind::SourceColumns(source) => {
                self.frame.clause = Clause::AfterTable;
                self.frame.source = Some(source);
            }
            FrameKind::Group if closed.owns_query && !self.frame.owns_query => {
                let is_first = closed.opened_at == self.frame.opened_at + 1 && self.frame.kind == FrameKind::Group;
                if is_first || self.frame.clause == Clause::Start {
                    // A branch of a UNION in parentheses.
                    self.frame.first = self.frame.first.or(closed.first);
                }
            }
            FrameKind::Using => self.frame.clause = Clause::AfterTable,
            FrameKind::Top
            | FrameKind::Group
            | FrameKind::Call
            | FrameKind::WithColumns(_)
            | FrameKind::Over
            | FrameKind::JsonColumns(_)
            | FrameKind::Skipped => {}
        }
        self.frame.end_operand();
    }

    fn close_all(&mut self) {
        self.at = self.scope.tokens.len();
        while !self.outer.is_empty() {
            self.close_frame();
        }
        if self.frame.owns_query {
            self.finish_block(self.at);
        }
    }

    fn end_statement(&mut self) {
        let at = self.at;
        self.close_all();
        self.at = at;
        self.too_deep = 0;
        self.frame = Frame::new(FrameKind::Top, Clause::Start, None);
    }

    /// Notes where the cursor is, once.
    fn note_cursor(&mut self) {
        let Some(cursor) = self.cursor.filter(|_| self.scope.position.is_none()) else { return };
        let qualifiers = (cursor.first..cursor.end).step_by(2).take_while(|at| at + 1 < cursor.end);
        let qualifier = qualifiers
            .filter(|at| self.is_mark(at + 1, "."))
            .filter_map(|at| self.token(at)?.name(self.scope.text).map(Cow::into_owned))
            .collect();
        let frames = || std::iter::once(&self.frame).chain(self.outer.iter().rev());
        let in_query = frames().position(|frame| frame.owns_query).map_or(usize::MAX, |at| at + 1);
        let call = frames().take(in_query).find_map(|frame| frame.call.map(|call| (call, frame.commas)));
        let with_names = frames().flat_map(|frame| frame.with_names.iter().rev()).copied().collect();
        let frame = &self.frame;
        let is_in_list = frame.kind == FrameKind::Group && frame.list_of.is_some() && !frame.owns_query;
        let position = Position {
            clause: frame.clause,
            block: frame.block,
            is_after_operand: frame.is_after_operand,
            qualifier,
            compared: if frame.is_after_operand {
                None
            } else {
                frame.compared.or(frame.list_of.filter(|_| is_in_list))
            },
            call,
            is_directly_in_call: frame.call.is_some() && !is_in_list,
            source: frame.source,
            with_names,
            visible: self.visible(),
            token: cursor.first,
        };
        self.scope.position = Some(position);
    }
}
