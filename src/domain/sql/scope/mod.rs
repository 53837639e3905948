//! Analyzes one statement, also a half-typed or wrong one: its blocks, tables, WITH names, references to columns, and the place of
//! the cursor. [`read`] is the entry; [`Scope`] has the questions.

mod blocks;
mod clause_words;
mod columns;
mod frame;
mod model;
mod names;
mod reader;
mod resolve;
mod tables;
mod words;

pub use columns::SourceColumn;
pub use model::{
    Block, BlockId, BlockKind, CallId, Clause, ColumnRef, ColumnResolution, FunctionCall, JoinKind, KnownNames, Output,
    OutputColumn, Position, RefId, RefKind, Scope, SelectItem, SelectItemKind, Source, SourceId, SourceKind, TableName,
    TableResolution, WithId, WithName,
};
pub use reader::{read, read_tokens};

#[cfg(test)]
mod tests;
