//! Begins and ends query blocks, and reads their select lists.

use super::columns::MAX_COLUMNS;
use super::frame::{FrameKind, Pending};
use super::model::{Block, BlockId, BlockKind, Clause, Output, RefId, RefKind, SelectItem, SelectItemKind, SourceKind};
use super::reader::Reader;
use super::words::is_name;
use crate::domain::sql::lex::TokenKind;

impl Reader<'_> {
    pub(super) fn block_mut(&mut self) -> Option<&mut Block> {
        self.scope.blocks.get_mut(self.frame.block?.0)
    }

    pub(super) fn block_kind(&self) -> Option<BlockKind> {
        self.scope.block(self.frame.block?).map(|block| block.kind)
    }

    /// Begins a block: the first one of this parenthesis, the next branch of a UNION, or another statement whose `;` is missing.
    pub(super) fn begin_query(&mut self, kind: BlockKind) {
        let current = self.frame.block;
        let (mut outer, mut outer_sources) = (current, usize::MAX);
        let mut first_branch = None;
        if self.frame.owns_query {
            self.finish_block(self.at);
            let current = current.and_then(|block| self.scope.block(block));
            outer = current.and_then(|block| block.outer);
            outer_sources = current.map_or(usize::MAX, |block| block.outer_sources);
        }
        if self.frame.is_branch_expected {
            first_branch = self.frame.first;
        } else {
            self.frame.first = None;
        }
        if !self.frame.owns_query {
            match self.frame.kind {
                FrameKind::TableGroup if self.pending == Pending::Lateral => {
                    outer_sources = self.source_count();
                    self.begin_derived();
                }
                FrameKind::TableGroup => {
                    let around = current.and_then(|block| self.scope.block(block));
                    outer = around.and_then(|block| block.outer);
                    outer_sources = around.map_or(usize::MAX, |block| block.outer_sources);
                    self.begin_derived();
                }
                _ if self.frame.clause == Clause::On => outer_sources = self.source_count(),
                _ => {}
            }
        }
        let id = BlockId(self.scope.blocks.len());
        let start = self.token(self.at).map_or(self.scope.text.len(), |token| token.span.start);
        self.scope.blocks.push(Block {
            kind,
            span: start..start,
            outer,
            outer_sources,
            sources: Vec::new(),
            items: Vec::new(),
            output: Output::default(),
            first_branch,
            merged: Vec::new(),
            has_natural_join: false,
            has_group_by: false,
            is_unsure: false,
        });
        self.link_derived(id, first_branch);
        self.frame.block = Some(id);
        self.frame.owns_query = true;
        self.frame.first = self.frame.first.or(Some(id));
        self.frame.is_branch_expected = false;
        self.frame.source = None;
        self.frame.join_start = 0;
    }

    /// Adds the subquery that begins in this parenthesis to the list of tables around it.
    fn begin_derived(&mut self) {
        let open = self.frame.opened_at;
        if let Some(source) = self.add_source(SourceKind::Opaque, open, self.at) {
            self.frame.kind = FrameKind::Derived(source);
        }
    }

    /// Connects the first block of a subquery with its source or its name, before its end: it may have none.
    fn link_derived(&mut self, block: BlockId, first_branch: Option<BlockId>) {
        if first_branch.is_some() {
            return;
        }
        match self.frame.kind {
            FrameKind::Derived(source) => {
                if let Some(source) = self.scope.sources.get_mut(source.0)
                    && source.kind == SourceKind::Opaque
                {
                    source.kind = SourceKind::Derived(block);
                }
            }
            FrameKind::WithBody(Some(with)) => {
                if let Some(with) = self.scope.with_names.get_mut(with.0) {
                    with.block = with.block.or(Some(block));
                }
            }
            _ => {}
        }
    }

    /// Reads UNION, EXCEPT or INTERSECT.
    pub(super) fn begin_branch(&mut self) {
        if !self.frame.owns_query
            && self.frame.kind == FrameKind::TableGroup
            && let Some((source, block)) = self.last_derived()
        {
            // FROM ((SELECT …) UNION …)
            self.frame.kind = FrameKind::Derived(source);
            self.frame.first = Some(block);
            let outer = self.scope.block(block).and_then(|block| block.outer);
            self.frame.block = outer.or(self.frame.block);
        } else if self.frame.owns_query || self.frame.first.is_none() {
            self.leave_parentheses();
        }
        if self.frame.owns_query {
            self.end_list();
            self.finish_block(self.at);
        }
        self.frame.is_branch_expected = self.frame.first.is_some();
        self.set_clause(Clause::Start);
    }

    fn last_derived(&self) -> Option<(super::model::SourceId, BlockId)> {
        let source = *self.scope.block(self.frame.block?)?.sources.last()?;
        match self.scope.source(source)?.kind {
            SourceKind::Derived(block) => Some((source, block)),
            _ => None,
        }
    }

    /// Begins ORDER BY or LIMIT of a whole UNION.
    pub(super) fn begin_union_tail(&mut self) {
        let is_tail = |kind| kind == Some(BlockKind::UnionTail);
        let after_parentheses = !self.frame.owns_query && self.frame.first.is_some() && !self.is_inside_expression();
        let current = self.frame.block.and_then(|block| self.scope.block(block));
        let after_branch = self.frame.owns_query && current.is_some_and(|block| block.first_branch.is_some());
        if (after_parentheses || after_branch) && !is_tail(self.block_kind()) {
            self.end_list();
            self.frame.is_branch_expected = true;
            self.begin_query(BlockKind::UnionTail);
        }
    }

    fn is_inside_expression(&self) -> bool {
        self.frame.clause != Clause::Start
    }

    /// Marks that the block may have columns that the analysis does not know.
    pub(super) fn open_output(&mut self) {
        if let Some(block) = self.block_mut() {
            block.output.is_open = true;
        }
    }

    pub(super) fn end_list(&mut self) {
        if self.frame.clause == Clause::SelectList {
            self.end_item(self.at);
            self.frame.item_start = None;
        }
    }

    /// Ends the item of the select list before a token.
    pub(super) fn end_item(&mut self, end: usize) {
        let Some(start) = self.frame.item_start else { return };
        self.frame.item_start = Some(end + 1);
        let count = self.frame.block.and_then(|block| self.scope.block(block)).map_or(0, |block| block.items.len());
        if start >= end || self.frame.clause != Clause::SelectList || count > MAX_COLUMNS {
            return;
        }
        let (last, alias) = self.item_alias(start, end);
        let from = self.token(start).map_or(0, |token| token.span.start);
        let to = self.token(end - 1).map_or(from, |token| token.span.end);
        let expression_end = self.token(last).map_or(to, |token| token.span.end);
        let column = self.ref_with_span(from..expression_end);
        let kind = match column.and_then(|(id, kind)| Some((id, kind)).filter(|_| kind != RefKind::Using)) {
            Some((id, RefKind::Star)) => SelectItemKind::Star(Some(id)),
            Some((id, RefKind::Column | RefKind::Using)) => SelectItemKind::Column(id),
            None if start == last && self.is_mark(start, "*") => SelectItemKind::Star(None),
            None => SelectItemKind::Expression,
        };
        if let Some(block) = self.block_mut() {
            block.items.push(SelectItem { span: from..to, kind, alias });
        }
    }

    /// Finds the reference that is exactly this text. It is one of the last ones.
    fn ref_with_span(&self, span: std::ops::Range<usize>) -> Option<(RefId, RefKind)> {
        let refs = &self.scope.refs;
        let at = refs.partition_point(|column| column.span.start < span.start);
        let found = refs.get(at).filter(|column| column.span == span)?;
        Some((RefId(at), found.kind))
    }

    /// Returns the last token of an item without its alias, and the alias.
    fn item_alias(&self, start: usize, end: usize) -> (usize, Option<String>) {
        let last = end - 1;
        let kind = self.kind_at(last);
        let alias = match kind {
            Some(TokenKind::Word) if is_name(self.text_at(last)) => self.text_at(last).to_owned(),
            Some(TokenKind::QuotedIdentifier) => {
                self.token(last).and_then(|token| token.name(self.scope.text)).unwrap_or_default().into_owned()
            }
            Some(TokenKind::String) => self.text_at(last).trim_matches(['\'', '"']).to_owned(),
            _ => return (last, None),
        };
        if last <= start {
            return (last, None);
        }
        if self.is_word(last - 1, "AS") {
            return (last.saturating_sub(2), Some(alias));
        }
        let ends_operand = match self.kind_at(last - 1) {
            Some(TokenKind::Punctuation) => self.is_mark(last - 1, ")"),
            Some(TokenKind::Word) => {
                let word = self.text_at(last - 1);
                is_name(word) || ["NULL", "TRUE", "FALSE"].iter().any(|other| other.eq_ignore_ascii_case(word))
            }
            Some(
                TokenKind::QuotedIdentifier
                | TokenKind::Number
                | TokenKind::HexOrBit
                | TokenKind::Variable
                | TokenKind::Parameter,
            ) => true,
            Some(TokenKind::String) => kind != Some(TokenKind::String),
            _ => false,
        };
        let is_end_of_case = self.is_word(last, "END");
        // INTERVAL 1 DAY has a unit, not an alias.
        let is_unit = last >= 2 && self.is_word(last - 2, "INTERVAL");
        if ends_operand && !is_end_of_case && !is_unit { (last - 1, Some(alias)) } else { (last, None) }
    }

    /// Ends the current block before a token, and works out the columns of its result.
    pub(super) fn finish_block(&mut self, at: usize) {
        if self.frame.clause == Clause::SelectList {
            self.end_item(at);
            self.frame.item_start = None;
        }
        let end = at.checked_sub(1).and_then(|at| self.token(at)).map_or(0, |token| token.span.end);
        let Some(id) = self.frame.block else { return };
        let columns = self.scope.output_of(id);
        if let Some(block) = self.scope.blocks.get_mut(id.0) {
            block.span.end = end.max(block.span.start);
            if block.output.columns.is_empty() {
                block.output.columns = columns.columns;
                block.output.is_open |= columns.is_open;
            }
        }
    }
}
