//! Results: columns, cells as the server printed them, chunks, the store, windows, and how values look. Knows no task and no
//! file.

mod arrange;
mod blocks;
mod cell;
mod chunk;
mod column;
mod filter;
mod geometry;
mod header;
mod key;
mod order;
mod pattern;
mod placeholder;
mod plot;
mod pretty;
mod profile;
mod scale;
mod show;
mod store;
mod view;
mod window;
mod zone;

pub use arrange::{Arrangement, Direction, SortKey};
pub use blocks::{BlockError, BlockRef, Blocks, NoBlocks};
pub use cell::Cell;
pub use chunk::{Cells, Chunk, ChunkBuilder, CodingError};
pub use column::{BINARY_COLLATION, Column, Origin, TypeClass, WireType, flag};
pub use filter::{Filter, FilterFault};
pub use geometry::wkt;
pub use header::{Side, alignment, type_text, whole_width, widths};
pub use key::{Key, KeyKind, Keys};
pub use order::{Sorter, TooMuch};
pub use pattern::{Case, Pattern, PatternFault, PatternKind};
pub use placeholder::{Glyphs, ascii_twin, is_safe};
pub use plot::{BARS, Plot, PlotFault, PlotKind, Series, SeriesBuilder};
pub use pretty::{JsonLine, pretty_json};
pub use profile::{Bin, ColumnProfile, Count, Frequent, ProfileBuilder};
pub use scale::Scale;
pub use show::{Piece, PieceKind, bit_number, shown, shown_cell, shown_text};
pub use store::{Store, StoreError, cell_bound};
pub use view::RowView;
pub use window::{CellPreview, Window};
pub use zone::{in_zone, zone, zones};
