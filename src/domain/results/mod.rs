//! Results: columns, cells as the server printed them, chunks, the store, windows, and how values look. Knows no task and no
//! file.

mod blocks;
mod cell;
mod chunk;
mod column;
mod header;
mod show;
mod standin;
mod store;
mod window;

pub use blocks::{BlockError, BlockRef, Blocks, NoBlocks};
pub use cell::Cell;
pub use chunk::{Cells, Chunk, ChunkBuilder, CodingError};
pub use column::{BINARY_COLLATION, Column, Origin, TypeClass, WireType, flag};
pub use header::{Side, alignment, type_text, widths};
pub use show::{Piece, PieceKind, bit_number, shown, shown_cell, shown_text};
pub use standin::{Glyphs, ascii_twin, is_safe};
pub use store::{Store, StoreError, cell_bound};
pub use window::{Shown, Window};
