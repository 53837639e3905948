//! Results: columns, cells as the server printed them, chunks, the store, windows, and how values look. Knows no task and no
//! file.

mod blocks;
mod cell;
mod chunk;
mod column;
mod store;
mod window;

pub use blocks::{BlockError, BlockRef, Blocks, NoBlocks};
pub use cell::Cell;
pub use chunk::{Cells, Chunk, ChunkBuilder, CodingError};
pub use column::{BINARY_COLLATION, Column, Origin, TypeClass, WireType, flag};
pub use store::{Store, StoreError, cell_bound};
pub use window::{Shown, Window};
