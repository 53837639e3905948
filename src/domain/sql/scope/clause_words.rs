//! What reserved words do to the reader: begin clauses, queries, joins, operands.

use super::frame::{CaseOperand, Frame, FrameKind, NameMode, Pending, WithRecursion, WithState};
use super::model::{BlockKind, Clause, JoinKind, SourceKind};
use super::reader::Reader;
use crate::domain::sql::keywords::{FUNCTIONS, is_select_modifier};
use crate::domain::sql::lex::TokenKind;

impl Reader<'_> {
    /// Reads the reserved word at this token. It is in upper case.
    pub(super) fn keyword(&mut self, word: &'static str) {
        if matches!(self.frame.clause, Clause::Show | Clause::Use) && word != "SELECT" {
            return;
        }
        if self.is_function_call(word) {
            self.begin_call(self.at);
            return;
        }
        if !(self.begin_statement(word) || self.begin_clause(word) || self.table_list_word(word)) {
            self.expression_word(word);
        }
    }

    fn is_function_call(&self, word: &'static str) -> bool {
        const NOT_CALLS: [&str; 3] = ["INTERVAL", "VALUES", "JSON_TABLE"];
        self.is_mark(self.at + 1, "(")
            && !matches!(self.frame.clause, Clause::Start | Clause::From)
            && !NOT_CALLS.contains(&word)
            && FUNCTIONS.binary_search(&word).is_ok()
    }

    /// Reads a word that begins a statement or a query.
    fn begin_statement(&mut self, word: &str) -> bool {
        let is_start = matches!(self.frame.clause, Clause::Start | Clause::Describe)
            || (self.frame.clause == Clause::With && self.frame.with == WithState::AfterBody)
            || self.is_first_in_parentheses();
        match word {
            "SELECT" => {
                self.begin_query(BlockKind::Select);
                self.set_clause(Clause::SelectList);
                self.frame.item_start = Some(self.at + 1);
                self.skip_modifiers();
            }
            "VALUES" if is_start && self.frame.kind != FrameKind::Top => {
                self.begin_query(BlockKind::Select);
                self.set_clause(Clause::Other);
                self.open_output();
            }
            "WITH" if is_start || self.opens_with() => {
                if !is_start {
                    self.abandon_statement();
                }
                self.frame.with = WithState::BeforeName;
                self.frame.recursion = WithRecursion::Plain;
                self.set_clause(Clause::With);
            }
            "RECURSIVE" if self.frame.with == WithState::BeforeName => self.frame.recursion = WithRecursion::Recursive,
            "UNION" | "EXCEPT" | "INTERSECT" => self.begin_branch(),
            "UPDATE" if is_start => self.begin_tables(BlockKind::Update),
            "DELETE" if is_start => {
                self.begin_query(BlockKind::Delete);
                self.set_clause(Clause::Other);
            }
            "INSERT" | "REPLACE" if is_start => {
                self.begin_query(BlockKind::Insert);
                self.set_clause(Clause::Other);
            }
            "TABLE" if is_start && self.frame.clause != Clause::Describe => {
                self.begin_tables(BlockKind::Table);
                self.open_output();
            }
            "EXPLAIN" | "DESCRIBE" | "DESC" | "ANALYZE" if is_start => self.set_clause(Clause::Describe),
            "SHOW" if is_start => self.set_clause(Clause::Show),
            "USE" if is_start => self.set_clause(Clause::Use),
            "CALL" if is_start => self.set_clause(Clause::Call),
            "SET" if is_start && self.frame.block.is_none() => self.set_clause(Clause::SetVariables),
            "CREATE" | "ALTER" | "DROP" | "GRANT" | "REVOKE" | "LOAD" | "RENAME" | "LOCK" | "UNLOCK" | "KILL"
                if is_start =>
            {
                self.set_clause(Clause::Other);
            }
            _ => return false,
        }
        true
    }

    /// Whether this is the first token of parentheses that can have a subquery.
    fn is_first_in_parentheses(&self) -> bool {
        matches!(self.frame.kind, FrameKind::Group | FrameKind::TableGroup)
            && self.at.checked_sub(1) == Some(self.frame.opened_at)
    }

    /// Ends the current query, because another one begins without a `;` between them.
    fn abandon_statement(&mut self) {
        self.leave_parentheses();
        if self.frame.owns_query {
            self.end_list();
            self.finish_block(self.at);
            self.frame.owns_query = false;
            self.frame.first = None;
            self.frame.block = self.outer.last().and_then(|frame| frame.block);
        }
    }

    fn begin_tables(&mut self, kind: BlockKind) {
        self.begin_query(kind);
        self.set_clause(Clause::From);
        self.frame.join = JoinKind::First;
    }

    /// Whether a WITH in the middle of a statement begins another one, whose `;` is missing.
    fn opens_with(&self) -> bool {
        self.is_word(self.at + 1, "RECURSIVE") || (self.is_word(self.at + 2, "AS") && self.is_mark(self.at + 3, "("))
    }

    /// Reads a word that begins a clause of the current query.
    fn begin_clause(&mut self, word: &str) -> bool {
        let is_ordered_call = matches!(self.frame.kind, FrameKind::Over | FrameKind::Call);
        match word {
            "FROM" => self.from(),
            "WHERE" => self.leave_for(Clause::Where),
            "HAVING" => self.leave_for(Clause::Having),
            "GROUP" if self.at.checked_sub(1).is_some_and(|before| self.is_word(before, "WITHIN")) => {
                self.frame.expect_operand();
            }
            "GROUP" => {
                self.leave_for(Clause::GroupBy);
                if let Some(block) = self.block_mut() {
                    block.has_group_by = true;
                }
            }
            "ORDER" if is_ordered_call && !self.frame.owns_query => self.frame.expect_operand(),
            "ORDER" => {
                self.begin_union_tail();
                self.leave_for(Clause::OrderBy);
            }
            "WINDOW" => self.leave_for(Clause::Window),
            "LIMIT" if self.frame.kind == FrameKind::Call => self.frame.expect_operand(),
            "LIMIT" => {
                self.begin_union_tail();
                self.leave_for(Clause::Limit);
            }
            "INTO" if self.block_kind() == Some(BlockKind::Insert) => {
                self.set_clause(Clause::From);
                self.frame.join = JoinKind::First;
            }
            "INTO" | "PROCEDURE" | "LOCK" if self.frame.owns_query => self.set_clause(Clause::Other),
            "SET" if self.block_kind() == Some(BlockKind::Update) => self.leave_for(Clause::Assignments),
            "VALUES" => self.set_clause(Clause::Other),
            "FOR" => self.lock_or_period(),
            _ => return false,
        }
        true
    }

    fn from(&mut self) {
        const WITH_FROM: [&str; 5] = ["EXTRACT", "TRIM", "SUBSTRING", "SUBSTR", "MID"];
        let name = self.frame.call.and_then(|call| self.scope.call(call)).map_or("", |call| call.name.as_str());
        if self.frame.kind == FrameKind::Call && WITH_FROM.iter().any(|word| word.eq_ignore_ascii_case(name)) {
            self.frame.mode = NameMode::Columns;
            self.frame.expect_operand();
            return;
        }
        self.leave_parentheses();
        if self.frame.block.is_none() || (!self.frame.owns_query && self.frame.clause == Clause::Start) {
            self.begin_query(BlockKind::Select);
            self.open_output();
        }
        self.set_clause(Clause::From);
        self.frame.join = if self.source_count() == 0 { JoinKind::First } else { JoinKind::Comma };
        self.frame.source = None;
        self.frame.join_start = 0;
    }

    fn lock_or_period(&mut self) {
        let before = self.at.checked_sub(1);
        if before.is_some_and(|before| self.is_word(before, "INDEX") || self.is_word(before, "KEY")) {
            // USE INDEX FOR ORDER BY (i)
            while self.kind_at(self.at + 1) == Some(TokenKind::Word) && !self.is_cursor_name(self.at + 1) {
                self.at += 1;
            }
            self.frame.pending = Pending::SkippedList;
        } else if self.is_word(self.at + 1, "SYSTEM_TIME") || self.is_word(self.at + 1, "PORTION") {
            if let Some(block) = self.block_mut() {
                block.is_unsure = true;
            }
        } else if self.frame.owns_query {
            self.set_clause(Clause::Other);
        } else {
            self.frame.expect_operand();
        }
    }

    /// Reads a word of a list of tables.
    fn table_list_word(&mut self, word: &str) -> bool {
        let clause = self.frame.clause;
        let is_list = matches!(clause, Clause::From | Clause::AfterTable | Clause::On);
        match word {
            "JOIN" | "STRAIGHT_JOIN" if is_list || !self.outer.is_empty() => self.join(),
            "LEFT" | "RIGHT" | "INNER" | "CROSS" | "NATURAL" if is_list => {
                self.leave_to_tables();
                self.frame.clause = Clause::AfterTable;
                self.frame.source = None;
                self.frame.join = match word {
                    "LEFT" if self.frame.join != JoinKind::Natural => JoinKind::Left,
                    "RIGHT" if self.frame.join != JoinKind::Natural => JoinKind::Right,
                    "CROSS" => JoinKind::Cross,
                    "NATURAL" => JoinKind::Natural,
                    _ if self.is_word(self.at.saturating_sub(1), "NATURAL") => JoinKind::Natural,
                    _ => JoinKind::Inner,
                };
            }
            "OUTER" if is_list => {}
            "ON" if clause == Clause::From || clause == Clause::AfterTable || clause == Clause::On => {
                if self.frame.has_clauses() {
                    self.frame.clause = Clause::On;
                    self.frame.expect_operand();
                    self.condition += 1;
                    self.note_condition();
                }
            }
            "USING" if clause == Clause::AfterTable => {
                self.frame.pending = Pending::Using;
                self.note_condition();
            }
            "USE" | "FORCE" | "IGNORE" | "INDEX" | "KEY" | "PARTITION" if clause == Clause::AfterTable => {
                self.frame.pending = Pending::SkippedList;
            }
            "LATERAL" if clause == Clause::From => self.frame.pending = Pending::Lateral,
            "DUAL" if clause == Clause::From => {
                self.frame.clause = Clause::AfterTable;
                self.frame.source = None;
            }
            "JSON_TABLE" if clause == Clause::From => {
                let source = self.add_source(SourceKind::JsonTable(Vec::new()), self.at, self.at);
                self.frame.pending = source.map_or(Pending::Nothing, Pending::JsonTable);
                self.frame.clause = Clause::AfterTable;
            }
            "AS" => self.alias_word(),
            _ => return false,
        }
        true
    }

    fn join(&mut self) {
        self.leave_to_tables();
        if self.frame.block.is_none() {
            self.begin_query(BlockKind::Select);
            self.open_output();
        }
        let is_kept = self.frame.clause == Clause::AfterTable
            && matches!(self.frame.join, JoinKind::Left | JoinKind::Right | JoinKind::Cross | JoinKind::Natural)
            && self.at.checked_sub(1).is_some_and(|before| {
                ["LEFT", "RIGHT", "CROSS", "NATURAL", "OUTER", "INNER"].iter().any(|word| self.is_word(before, word))
            });
        if !is_kept {
            self.frame.join = JoinKind::Inner;
        }
        if self.frame.join == JoinKind::Natural
            && let Some(block) = self.block_mut()
        {
            block.has_natural_join = true;
        }
        self.frame.source = None;
        self.set_clause(Clause::From);
    }

    fn alias_word(&mut self) {
        match self.frame.with {
            WithState::AfterName(with) => {
                self.frame.with = WithState::BeforeBody(with);
                return;
            }
            WithState::None | WithState::BeforeName | WithState::BeforeBody(_) | WithState::AfterBody => {}
        }
        match self.frame.kind {
            // CAST(x AS CHAR)
            FrameKind::Call => self.frame.mode = NameMode::Words,
            _ if self.frame.clause == Clause::AfterTable && self.is_word(self.at + 1, "OF") => {}
            _ if self.frame.clause == Clause::AfterTable => {}
            _ => self.frame.pending = Pending::SkippedName,
        }
    }

    /// Reads a word of an expression.
    fn expression_word(&mut self, word: &str) {
        match word {
            "AND" | "OR" | "XOR" => {
                self.condition += 1;
                self.frame.expect_operand();
            }
            "IN" => self.frame.pending = if self.is_mark(self.at + 1, "(") { Pending::In } else { Pending::Nothing },
            "NOT" if self.is_word(self.at + 1, "IN") => {}
            "COLLATE" | "RETURNING" | "IS" => {
                self.frame.pending = Pending::SkippedName;
                self.frame.end_operand();
            }
            "USING" => self.frame.pending = Pending::SkippedName,
            "OVER" => self.frame.pending = Pending::Over,
            "CASE" => {
                self.frame.expect_operand();
                self.frame.cases.push(CaseOperand::NotRead);
            }
            "WHEN" => self.case_word(),
            "ROWS" | "RANGE" | "GROUPS" if self.frame.kind == FrameKind::Over => self.frame.mode = NameMode::Words,
            "NULL" | "TRUE" | "FALSE" | "DEFAULT" | "CURRENT_DATE" | "CURRENT_TIME" | "CURRENT_TIMESTAMP"
            | "CURRENT_USER" | "CURRENT_ROLE" | "LOCALTIME" | "LOCALTIMESTAMP" | "UTC_DATE" | "UTC_TIME"
            | "UTC_TIMESTAMP" | "ROWNUM" | "MAXVALUE" => self.frame.end_operand(),
            "ASC" | "DESC" | "ROW" => {}
            _ => self.frame.expect_operand(),
        }
    }

    /// Reads WHEN: what follows it is compared with what is between CASE and the first WHEN.
    fn case_word(&mut self) {
        let operand = match (self.frame.is_after_operand, self.frame.last_ref) {
            (true, Some(column)) => CaseOperand::Column(column),
            _ => CaseOperand::Nothing,
        };
        self.frame.expect_operand();
        self.condition += 1;
        let Some(case) = self.frame.cases.last_mut() else { return };
        if *case == CaseOperand::NotRead {
            *case = operand;
        }
        if let CaseOperand::Column(column) = *case {
            self.frame.compared = Some(column);
        }
    }

    /// Skips what may stand between SELECT and its first expression.
    fn skip_modifiers(&mut self) {
        while !self.is_cursor_name(self.at + 1)
            && self.kind_at(self.at + 1) == Some(TokenKind::Word)
            && is_select_modifier(self.text_at(self.at + 1))
        {
            self.at += 1;
        }
        self.frame.item_start = Some(self.at + 1);
    }

    /// Begins a clause of the current query, and leaves parentheses that are not closed.
    fn leave_for(&mut self, clause: Clause) {
        self.leave_parentheses();
        if self.frame.block.is_none() {
            self.begin_query(BlockKind::Select);
            self.open_output();
        }
        self.set_clause(clause);
    }

    pub(super) fn set_clause(&mut self, clause: Clause) {
        if self.frame.clause == Clause::SelectList && self.frame.owns_query && clause != Clause::SelectList {
            self.end_item(self.at);
            self.frame.item_start = None;
        }
        if clause != Clause::With {
            self.frame.with = WithState::None;
        }
        self.frame.clause = clause;
        self.frame.mode = NameMode::Columns;
        self.frame.cases.clear();
        self.frame.expect_operand();
        self.condition += 1;
    }

    /// Leaves the parentheses between the current query and this token, if there is such a query.
    pub(super) fn leave_parentheses(&mut self) {
        if self.outer.iter().any(|frame| frame.owns_query) {
            while !self.frame.owns_query && !self.outer.is_empty() {
                self.close_frame();
            }
        }
    }

    /// Leaves the parentheses of conditions, up to the list of tables around them.
    fn leave_to_tables(&mut self) {
        let is_list = |frame: &Frame| frame.has_clauses();
        if self.outer.iter().any(is_list) {
            while !is_list(&self.frame) && !self.outer.is_empty() {
                self.close_frame();
            }
        }
    }
}
