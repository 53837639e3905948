//! Reads names: columns, tables, aliases, functions, names of a WITH clause.

use std::borrow::Cow;
use std::ops::Range;

use super::frame::{FrameKind, NameMode, Pending, WithRecursion, WithState};
use super::model::{
    BlockId, BlockKind, CallId, Clause, ColumnRef, FunctionCall, JoinKind, RefId, RefKind, SourceId, SourceKind,
    WithId, WithName,
};
use super::reader::Reader;
use super::words::is_name;
use crate::domain::sql::lex::TokenKind;

/// References that are kept far from the cursor: a completion needs those near it and some others.
const MAX_DISTANT_REFS: usize = 4000;
/// Tokens before the cursor whose references are always kept.
const NEAR: usize = 2000;

/// Names joined by dots.
#[derive(Clone, Copy)]
struct Chain {
    first: usize,
    /// The token of the last part.
    last: usize,
    ending: ChainEnding,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ChainEnding {
    Name,
    /// `t.*`
    Star,
    /// `t.` without a name.
    Dot,
}

impl Reader<'_> {
    /// Reads the name that begins at this token, and goes to the token after it.
    pub(super) fn name(&mut self) {
        let chain = self.chain();
        self.at = chain.last;
        self.use_chain(chain);
        self.at += 1;
    }

    fn chain(&self) -> Chain {
        let mut chain = Chain { first: self.at, last: self.at, ending: ChainEnding::Name };
        while self.is_mark(chain.last + 1, ".") {
            let next = chain.last + 2;
            if self.is_mark(next, "*") {
                chain.last = next;
                chain.ending = ChainEnding::Star;
                break;
            }
            let is_bare_keyword = self.kind_at(next) == Some(TokenKind::Word)
                && !self.is_directly_after(next)
                && !is_name(self.text_at(next));
            if !self.is_name_token(next) || is_bare_keyword || self.is_cursor_name(next) {
                chain.last += 1;
                chain.ending = ChainEnding::Dot;
                break;
            }
            chain.last = next;
        }
        chain
    }

    /// Returns the names of a chain, without their quotes.
    fn parts(&self, chain: Chain) -> Vec<String> {
        let names = (chain.first..=chain.last).step_by(2).filter_map(|at| self.token(at)?.name(self.scope.text));
        names.map(Cow::into_owned).collect()
    }

    fn use_chain(&mut self, chain: Chain) {
        let is_single = chain.first == chain.last;
        if let FrameKind::JsonTable(source) | FrameKind::JsonColumns(source) = self.frame.kind {
            self.json_table_name(source, chain);
            return;
        }
        if self.frame.clause == Clause::With && self.frame.with == WithState::BeforeName {
            self.begin_with_name(chain);
            return;
        }
        if let FrameKind::WithColumns(Some(with)) = self.frame.kind {
            let parts = self.parts(chain);
            if let Some(with) = self.scope.with_names.get_mut(with.0) {
                with.column_names.extend(parts);
            }
            return;
        }
        if let FrameKind::SourceColumns(source) = self.frame.kind {
            let parts = self.parts(chain);
            if let Some(source) = self.scope.sources.get_mut(source.0) {
                source.column_names.extend(parts);
            }
            return;
        }
        match self.frame.clause {
            Clause::From => self.table_name(chain),
            Clause::AfterTable if is_single => self.alias(chain),
            Clause::Describe => self.described_name(chain),
            Clause::Using => self.using_name(chain),
            Clause::SelectList
            | Clause::On
            | Clause::Where
            | Clause::GroupBy
            | Clause::Having
            | Clause::Window
            | Clause::OrderBy
            | Clause::Assignments
            | Clause::SetVariables
            | Clause::Limit
            | Clause::Call => self.operand_name(chain),
            Clause::Start | Clause::With | Clause::AfterTable | Clause::Show | Clause::Use | Clause::Other => {
                if self.is_mark(self.at + 1, "(") && self.frame.clause == Clause::Other {
                    self.begin_call(chain.last);
                }
                self.frame.end_operand();
            }
        }
    }

    /// Reads a name in an expression.
    fn operand_name(&mut self, chain: Chain) {
        let last = chain.last;
        if self.is_mark(last + 1, "(") && chain.ending == ChainEnding::Name {
            self.begin_call(last);
            return;
        }
        let is_single = chain.first == chain.last;
        let word = if is_single && self.kind_at(last) == Some(TokenKind::Word) { self.text_at(last) } else { "" };
        if word.eq_ignore_ascii_case("END") && self.frame.cases.pop().is_some() {
            self.frame.end_operand();
            return;
        }
        if self.frame.is_after_operand && chain.ending == ChainEnding::Name {
            let begins_operand = ["ESCAPE", "SOUNDS", "MEMBER"].iter().any(|other| other.eq_ignore_ascii_case(word));
            // A half-typed alias or condition: it is no column for certain.
            self.frame.last_ref = None;
            if begins_operand {
                self.frame.expect_operand();
            }
            return;
        }
        let is_literal_prefix = self.kind_at(last + 1) == Some(TokenKind::String)
            && (word.starts_with('_')
                || ["DATE", "TIME", "TIMESTAMP"].iter().any(|other| other.eq_ignore_ascii_case(word)));
        if is_literal_prefix || word.eq_ignore_ascii_case("END") {
            return;
        }
        let has_columns = self.frame.mode == NameMode::Columns
            && matches!(self.pending, Pending::Nothing | Pending::In | Pending::Lateral)
            && !matches!(self.frame.clause, Clause::SetVariables | Clause::Limit | Clause::Call)
            && !self.is_after_brace(chain.first)
            && !self.is_window_name(chain);
        let column = if has_columns { self.add_ref(chain) } else { None };
        self.frame.is_after_operand = true;
        self.frame.last_ref = column;
    }

    /// Whether a name is after `{`, as in `{d '2024-01-01'}`.
    fn is_after_brace(&self, at: usize) -> bool {
        at.checked_sub(1).is_some_and(|before| self.is_mark(before, "{"))
    }

    /// Whether a name is that of a window: the first word in OVER ( … ), or a name in the WINDOW clause.
    fn is_window_name(&self, chain: Chain) -> bool {
        match self.frame.kind {
            FrameKind::Over => chain.first.checked_sub(1).is_some_and(|before| self.is_mark(before, "(")),
            _ => self.frame.clause == Clause::Window,
        }
    }

    fn add_ref(&mut self, chain: Chain) -> Option<RefId> {
        let block = self.frame.block?;
        let is_distant = self.scope.refs.len() >= MAX_DISTANT_REFS && self.is_far_from_cursor(chain.first, NEAR);
        if is_distant {
            return None;
        }
        let (span, name_span) = self.spans(chain);
        let mut qualifier = self.parts(chain);
        let (kind, name) = match chain.ending {
            ChainEnding::Star => (RefKind::Star, String::new()),
            ChainEnding::Name => (RefKind::Column, qualifier.pop()?),
            ChainEnding::Dot => return None,
        };
        let column = ColumnRef {
            kind,
            qualifier,
            name,
            span,
            name_span,
            block,
            clause: self.frame.clause,
            call: self.current_call(),
            condition: self.condition,
            visible: self.visible(),
        };
        self.scope.refs.push(column);
        self.scope.refs.len().checked_sub(1).map(RefId)
    }

    fn spans(&self, chain: Chain) -> (Range<usize>, Range<usize>) {
        let last = self.token(chain.last).map_or(0..0, |token| token.span.clone());
        let start = self.token(chain.first).map_or(last.start, |token| token.span.start);
        (start..last.end, last)
    }

    /// Returns the innermost call around this token, within the query.
    pub(super) fn current_call(&self) -> Option<CallId> {
        let frames = std::iter::once(&self.frame).chain(self.outer.iter().rev());
        let mut in_query = true;
        let mut frames = frames.take_while(|frame| std::mem::replace(&mut in_query, !frame.owns_query));
        frames.find_map(|frame| frame.call.filter(|_| !frame.owns_query))
    }

    /// Begins the call of the function whose name is at a token and has `(` after it.
    pub(super) fn begin_call(&mut self, at: usize) {
        let call = FunctionCall {
            name: self.token(at).and_then(|token| token.name(self.scope.text)).map_or(String::new(), Cow::into_owned),
            name_span: self.token(at).map_or(0..0, |token| token.span.clone()),
            block: self.frame.block,
            clause: self.frame.clause,
            outer: self.current_call(),
            is_windowed: false,
        };
        self.scope.calls.push(call);
        if let Some(last) = self.scope.calls.len().checked_sub(1) {
            self.frame.pending = Pending::Call(CallId(last));
        }
    }

    fn table_name(&mut self, chain: Chain) {
        if self.is_after_brace(chain.first) {
            // { OJ a LEFT JOIN b … }
            return;
        }
        let (first, last) = (chain.first, chain.last);
        let is_call = self.is_mark(last + 1, "(") && self.block_kind() != Some(BlockKind::Insert);
        let kind = match chain.ending {
            ChainEnding::Name if !is_call => {
                let parts = self.parts(chain);
                self.table_kind(parts)
            }
            ChainEnding::Name | ChainEnding::Star | ChainEnding::Dot => SourceKind::Opaque,
        };
        self.add_source(kind, first, last);
        if is_call {
            self.begin_call(last);
        }
        self.frame.clause = Clause::AfterTable;
    }

    fn described_name(&mut self, chain: Chain) {
        let is_option = ["FORMAT", "EXTENDED", "PARTITIONS"].iter().any(|word| self.is_word(chain.first, word))
            && chain.first == chain.last;
        let is_value = chain.first.checked_sub(1).is_some_and(|before| self.is_mark(before, "="));
        if is_option || is_value {
            return;
        }
        self.begin_query(BlockKind::Table);
        self.frame.join = JoinKind::First;
        self.table_name(chain);
        self.set_clause(Clause::Other);
    }

    fn using_name(&mut self, chain: Chain) {
        if let (Some(name), Some(block)) = (self.parts(chain).pop(), self.block_mut()) {
            block.merged.push(name);
        }
        if let Some(added) = self.add_ref(chain).and_then(|added| self.scope.refs.get_mut(added.0)) {
            added.kind = RefKind::Using;
        }
        self.frame.end_operand();
    }

    fn alias(&mut self, chain: Chain) {
        let alias = self.parts(chain).pop();
        let Some(source) = self.frame.source.and_then(|source| self.scope.sources.get_mut(source.0)) else { return };
        if source.alias.is_none() {
            source.alias = alias;
            source.alias_span = self.scope.tokens.get(chain.first).map(|token| token.span.clone());
        }
    }

    fn json_table_name(&mut self, source: SourceId, chain: Chain) {
        if self.is_word(chain.first, "COLUMNS") && self.is_mark(chain.last + 1, "(") {
            self.frame.pending = Pending::JsonColumns(source);
            return;
        }
        let begins = chain.first.checked_sub(1).is_some_and(|at| self.is_mark(at, "(") || self.is_mark(at, ","));
        match self.frame.kind {
            FrameKind::JsonColumns(_) if begins && !self.is_word(chain.first, "NESTED") => {
                let parts = self.parts(chain);
                let kind = self.scope.sources.get_mut(source.0).map(|source| &mut source.kind);
                if let Some(SourceKind::JsonTable(columns)) = kind {
                    columns.extend(parts);
                }
            }
            FrameKind::JsonTable(_) if self.frame.mode == NameMode::Columns => {
                if let Some(added) = self.add_ref(chain).and_then(|added| self.scope.refs.get_mut(added.0)) {
                    // It can use the tables before the function.
                    added.visible = 0..usize::MAX;
                }
            }
            _ => {}
        }
    }

    fn begin_with_name(&mut self, chain: Chain) {
        let Some(name) = self.parts(chain).into_iter().next() else { return };
        let (span, _) = self.spans(chain);
        self.scope.with_names.push(WithName {
            name,
            span,
            column_names: Vec::new(),
            block: None,
            is_recursive: self.frame.recursion == WithRecursion::Recursive,
            is_closed: false,
        });
        let with = self.scope.with_names.len().checked_sub(1).map(WithId);
        self.frame.with_names.extend(with);
        self.frame.with = WithState::AfterName(with);
    }

    pub(super) fn close_with_body(&mut self, with: Option<WithId>, block: Option<BlockId>) {
        if let Some(with) = with.and_then(|with| self.scope.with_names.get_mut(with.0)) {
            with.block = with.block.or(block);
            with.is_closed = true;
        }
    }
}
