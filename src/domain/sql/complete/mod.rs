//! Completion: what can be inserted at the cursor of a statement, ranked, also in half-typed and wrong text.

mod columns;
mod context;
mod engine;
pub mod functions;
mod grouping;
mod index;
mod join_keys;
mod joins;
mod keywords;
mod matching;
mod model;
mod offers;
mod render;
mod show;
mod signature;
mod spelling;
mod tables;
mod typed;
mod values;

pub use engine::complete;
pub use index::CompletionIndex;
pub use model::{CompletionInput, CompletionItem, CompletionKind, CompletionList, KeyMark, Signature, Trigger};
