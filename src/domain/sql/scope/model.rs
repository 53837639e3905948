//! What the analysis of a statement consists of: query blocks, table sources, WITH names, references, calls.

use std::ops::Range;

use crate::domain::catalog::find::ObjectRef;
use crate::domain::catalog::{Catalog, NameCase};
use crate::domain::sql::lex::Token;

/// Index of a [`Block`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BlockId(pub(super) usize);
/// Index of a [`Source`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SourceId(pub(super) usize);
/// Index of a [`WithName`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct WithId(pub(super) usize);
/// Index of a [`ColumnRef`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RefId(pub(super) usize);
/// Index of a [`FunctionCall`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CallId(pub(super) usize);

/// The objects that names of a statement can mean.
#[derive(Debug, Clone, Copy)]
pub struct KnownNames<'a> {
    pub catalog: &'a Catalog,
    /// The current database of the session.
    pub database: Option<&'a str>,
    pub name_case: NameCase,
}

/// A clause of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Clause {
    /// Before the first word of a statement or of a subquery, and after UNION.
    Start,
    /// A WITH clause, outside of its subqueries.
    With,
    SelectList,
    /// A list of tables, where a table is expected.
    From,
    /// A list of tables, after a table.
    AfterTable,
    On,
    /// In the parentheses of USING.
    Using,
    Where,
    GroupBy,
    Having,
    /// The WINDOW clause, or the parentheses of OVER.
    Window,
    OrderBy,
    Limit,
    /// The assignments of UPDATE.
    Assignments,
    /// The statement SET.
    SetVariables,
    Show,
    Use,
    /// DESCRIBE, DESC and EXPLAIN, before a table or a statement.
    Describe,
    Call,
    /// A place for which the analysis knows no names: INTO, FOR UPDATE, index hints, lists of columns, statements that write.
    Other,
}

/// A SELECT, one branch of a UNION, or the part of another statement with tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    pub kind: BlockKind,
    /// From its first word to the end of its last token.
    pub span: Range<usize>,
    /// The block whose names it can use too.
    pub outer: Option<BlockId>,
    /// How many sources of the outer block it can use: LATERAL sees only those before it.
    pub outer_sources: usize,
    pub sources: Vec<SourceId>,
    pub items: Vec<SelectItem>,
    /// The columns of its result.
    pub output: Output,
    /// The first branch, if it is a later branch of a UNION or the ORDER BY of one.
    pub first_branch: Option<BlockId>,
    /// The names in USING: each stands for one column of several tables.
    pub merged: Vec<String>,
    pub has_natural_join: bool,
    pub has_group_by: bool,
    /// Whether it has grammar that the analysis does not follow, so that names may be wrong.
    pub is_unsure: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BlockKind {
    Select,
    /// ORDER BY and LIMIT after the last branch of a UNION: it sees the result of the first branch.
    UnionTail,
    Update,
    Delete,
    Insert,
    /// DESCRIBE and TABLE.
    Table,
}

/// One expression of a select list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SelectItem {
    pub span: Range<usize>,
    pub kind: SelectItemKind,
    /// The name that the statement gives to it.
    pub alias: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SelectItemKind {
    /// A column alone.
    Column(RefId),
    /// `*`, or `t.*` with its reference.
    Star(Option<RefId>),
    Expression,
}

/// The columns of a result.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Output {
    pub columns: Vec<OutputColumn>,
    /// Whether there may be more columns: a `*` of a table that is not known.
    pub is_open: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputColumn {
    /// The alias or the name of the column; `None` for an expression without an alias.
    pub name: Option<String>,
    /// The column of the catalog from which it comes unchanged.
    pub origin: Option<ObjectRef>,
}

/// A table, view, subquery or function in a list of tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    pub block: BlockId,
    pub kind: SourceKind,
    /// The name or the subquery, without the alias.
    pub span: Range<usize>,
    pub alias: Option<String>,
    pub alias_span: Option<Range<usize>>,
    /// The names in parentheses after the alias.
    pub column_names: Vec<String>,
    pub join: JoinKind,
    /// Whether ON or USING follows.
    pub has_condition: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SourceKind {
    Table(TableName),
    With(WithId),
    Derived(BlockId),
    /// `JSON_TABLE` with the names of its columns.
    JsonTable(Vec<String>),
    /// Something whose columns cannot be known, such as VALUES or a function.
    Opaque,
}

/// How a source is joined with those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum JoinKind {
    /// It is the first one.
    #[default]
    First,
    Comma,
    /// JOIN, INNER JOIN, `STRAIGHT_JOIN`.
    Inner,
    Left,
    Right,
    Cross,
    Natural,
}

/// The name of a table as the statement writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableName {
    pub schema: Option<String>,
    pub table: String,
    pub resolution: TableResolution,
}

/// What the name of a table means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableResolution {
    /// A table or view of the catalog.
    Found(ObjectRef),
    /// The schema is in the catalog, but the table is not.
    NoTable,
    /// The catalog has no such schema.
    NoSchema,
    /// It cannot be known: there is no current database, the catalog is empty, or the server makes the table up.
    Unknown,
}

/// A name of a WITH clause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WithName {
    pub name: String,
    pub span: Range<usize>,
    /// The names in parentheses after it.
    pub column_names: Vec<String>,
    /// The first block of its subquery.
    pub block: Option<BlockId>,
    pub is_recursive: bool,
    /// Whether the subquery has ended.
    pub(super) is_closed: bool,
}

/// A reference to a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnRef {
    pub kind: RefKind,
    /// `t` or `db`, `t`; empty for a bare name.
    pub qualifier: Vec<String>,
    /// The name of the column; empty for `t.*`.
    pub name: String,
    pub span: Range<usize>,
    /// The span of the last part.
    pub name_span: Range<usize>,
    pub block: BlockId,
    pub clause: Clause,
    /// The function call around it.
    pub call: Option<CallId>,
    /// The same number for all references of one condition: AND, OR, a comma and a new clause begin the next one.
    pub condition: usize,
    /// For ON: the sources among which the server looks, by their order in the block.
    pub(super) visible: Range<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RefKind {
    Column,
    /// `t.*`
    Star,
    /// A name in USING.
    Using,
}

/// What a reference to a column means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ColumnResolution {
    /// Exactly one source has it. The column of the catalog is there if the value comes from it unchanged.
    One { source: SourceId, origin: Option<ObjectRef> },
    /// It is this item of the block's own select list, or of the first branch's.
    Item { origin: Option<ObjectRef> },
    /// More than one source has it.
    Several(Vec<SourceId>),
    /// The columns of all sources are known, and none has it.
    NoColumn,
    /// No source has the name before the dot.
    NoTable,
    /// The columns of a source are not known.
    Unknown,
}

/// A call of a function, also an unfinished one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionCall {
    /// As it is written, without a schema.
    pub name: String,
    pub name_span: Range<usize>,
    pub block: Option<BlockId>,
    pub clause: Clause,
    /// The call around it.
    pub outer: Option<CallId>,
    /// Whether OVER follows.
    pub is_windowed: bool,
}

/// Where the cursor is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    pub clause: Clause,
    pub block: Option<BlockId>,
    /// Whether an operand has just ended, so that an operator, a keyword or an alias may follow.
    pub is_after_operand: bool,
    /// The names before the dot directly before the cursor's word.
    pub qualifier: Vec<String>,
    /// The column on the other side of `=`, `<>` …, before IN, or after CASE.
    pub compared: Option<RefId>,
    /// The call whose parentheses the cursor is in, and the number of commas before the cursor.
    pub call: Option<(CallId, usize)>,
    /// Whether the call is closer than any other parenthesis.
    pub is_directly_in_call: bool,
    /// The source that the cursor is after, in a list of tables.
    pub source: Option<SourceId>,
    /// The names of WITH clauses that can be used here, innermost first.
    pub with_names: Vec<WithId>,
    /// For ON: the sources of the block that it can use, by their order in the block.
    pub visible: Range<usize>,
    /// Index in the tokens of the analysis of the first token that is not before the cursor's name.
    pub token: usize,
}

/// The analysis of a statement.
#[derive(Debug, Clone)]
pub struct Scope<'a> {
    pub text: &'a str,
    pub known: KnownNames<'a>,
    /// The tokens that the grammar reads: no white space, no comments.
    pub tokens: Vec<Token>,
    pub blocks: Vec<Block>,
    pub sources: Vec<Source>,
    pub with_names: Vec<WithName>,
    pub refs: Vec<ColumnRef>,
    pub calls: Vec<FunctionCall>,
    /// Where the cursor is, if one was given.
    pub position: Option<Position>,
}
