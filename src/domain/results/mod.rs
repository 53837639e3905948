//! Results: columns, cells as the server printed them, chunks, windows. Knows no task and no file.

mod cell;
mod chunk;
mod column;
pub mod show;
mod window;

pub use cell::Cell;
pub use chunk::{Chunk, ChunkBuilder};
pub use column::{BINARY_COLLATION, Column, Origin, TypeClass, WireType, flag};
pub use window::{Shown, Window};
