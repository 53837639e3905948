//! What the reader knows about one open parenthesis.

use super::model::{BlockId, CallId, Clause, JoinKind, RefId, SourceId, WithId};

/// What an open parenthesis is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FrameKind {
    /// No parenthesis: the statement itself.
    Top,
    /// Part of an expression, or a subquery in one.
    Group,
    Call,
    /// Tables in a list of tables.
    TableGroup,
    /// A subquery in a list of tables.
    Derived(SourceId),
    WithBody(Option<WithId>),
    WithColumns(Option<WithId>),
    SourceColumns(SourceId),
    Using,
    /// OVER ( … )
    Over,
    JsonTable(SourceId),
    JsonColumns(SourceId),
    /// Names of indexes, partitions, columns.
    Skipped,
}

/// How far a WITH clause is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WithState {
    None,
    BeforeName,
    AfterName(Option<WithId>),
    /// After AS.
    BeforeBody(Option<WithId>),
    AfterBody,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WithRecursion {
    Plain,
    Recursive,
}

/// What the next token is, because of the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pending {
    Nothing,
    Lateral,
    Using,
    Over,
    Call(CallId),
    JsonTable(SourceId),
    JsonColumns(SourceId),
    In,
    SkippedList,
    /// A name that is no column: a collation, a character set, an alias.
    SkippedName,
}

/// Whether names are columns or words of the grammar, such as units and types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NameMode {
    Columns,
    Words,
}

/// What is between CASE and its first WHEN.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CaseOperand {
    NotRead,
    /// Nothing, or something that is not a column.
    Nothing,
    Column(RefId),
}

#[derive(Debug, Clone)]
pub(super) struct Frame {
    pub kind: FrameKind,
    /// The token of the parenthesis.
    pub opened_at: usize,
    /// The block that the text belongs to.
    pub block: Option<BlockId>,
    /// Whether that block, or a branch before it, began in this frame.
    pub owns_query: bool,
    /// The first block that began in this frame.
    pub first: Option<BlockId>,
    pub is_branch_expected: bool,
    pub clause: Clause,
    /// Where the sources begin that ON can use.
    pub join_start: usize,
    pub with: WithState,
    pub recursion: WithRecursion,
    pub with_names: Vec<WithId>,
    pub call: Option<CallId>,
    pub commas: usize,
    pub is_after_operand: bool,
    /// The operand that has just ended, if it is a column.
    pub last_ref: Option<RefId>,
    /// The column before a comparison operator.
    pub compared: Option<RefId>,
    /// The column before IN, in its parentheses.
    pub list_of: Option<RefId>,
    /// What is after each open CASE.
    pub cases: Vec<CaseOperand>,
    pub source: Option<SourceId>,
    pub join: JoinKind,
    pub pending: Pending,
    pub mode: NameMode,
    /// The token with which the current item of the select list begins.
    pub item_start: Option<usize>,
}

impl Frame {
    pub(super) fn new(kind: FrameKind, clause: Clause, block: Option<BlockId>) -> Self {
        Self {
            kind,
            opened_at: 0,
            block,
            owns_query: false,
            first: None,
            is_branch_expected: false,
            clause,
            join_start: 0,
            with: WithState::None,
            recursion: WithRecursion::Plain,
            with_names: Vec::new(),
            call: None,
            commas: 0,
            is_after_operand: false,
            last_ref: None,
            compared: None,
            list_of: None,
            cases: Vec::new(),
            source: None,
            join: JoinKind::First,
            pending: Pending::Nothing,
            mode: NameMode::Columns,
            item_start: None,
        }
    }

    /// Whether the clauses of a query can begin here: not in the parentheses of an expression.
    pub(super) fn has_clauses(&self) -> bool {
        self.owns_query || matches!(self.kind, FrameKind::Top | FrameKind::TableGroup)
    }

    /// Begins the next operand.
    pub(super) fn expect_operand(&mut self) {
        self.is_after_operand = false;
        self.last_ref = None;
        self.compared = None;
    }

    /// Ends an operand that is not a column.
    pub(super) fn end_operand(&mut self) {
        self.is_after_operand = true;
        self.last_ref = None;
    }
}
