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

pub use arrange::{Arrangement, Direction, SortColumn};
pub use blocks::{BlockError, BlockRef, Blocks, NoBlocks};
pub use cell::Cell;
pub use chunk::{Cells, Chunk, ChunkBuilder, CodingError};
pub use column::{BINARY_COLLATION, Column, ColumnOrigin, TypeClass, WireType, flag};
pub use filter::{Filter, FilterFault};
pub use geometry::wkt;
pub use header::{Alignment, alignment, type_text, whole_width, widths};
pub use key::{Key, CompareKind, Keys};
pub use order::{Sorter, SortTooLarge};
pub use pattern::{CaseSensitivity, Pattern, PatternFault, PatternKind};
pub use placeholder::{GlyphSet, ascii_twin, is_safe};
pub use plot::{BARS, Plot, PlotFault, PlotKind, Series, SeriesBuilder};
pub use pretty::{JsonLine, pretty_json};
pub use profile::{HistogramBin, ColumnProfile, DistinctCount, FrequentValue, ProfileBuilder};
pub use scale::Scale;
pub use show::{TextPiece, TextPieceKind, bit_number, show_preview, show_cell, show_text};
pub use store::{RowStore, StoreError, cell_bound};
pub use view::RowView;
pub use window::{CellPreview, Window};
pub use zone::{in_zone, zone, zones};
