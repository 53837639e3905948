//! Results: columns, cells as the server printed them, chunks, the row store, windows, and how values are shown.

mod arrange;
mod bit;
mod blocks;
mod cell;
mod chunk;
mod column;
mod compare_key;
mod filter;
mod geometry;
mod header;
mod key_column;
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
pub use bit::{BitColumn, RawBits};
pub use blocks::{BlockError, BlockRef, Blocks, NoBlocks};
pub use cell::{Cell, bit_number};
pub use chunk::{Cells, Chunk, ChunkBuilder, ChunkDecodeError};
pub use column::{BINARY_COLLATION, Column, ColumnOrigin, TypeClass, WireType, flag};
pub use compare_key::{CompareKey, CompareKind};
pub use filter::{Filter, FilterFault};
pub use geometry::{AxisOrder, wkt};
pub use header::{Alignment, alignment, type_text, whole_width, widths};
pub use order::{SortTooLarge, Sorter};
pub use pattern::{CaseSensitivity, Pattern, PatternFault, PatternKind};
pub use plot::{BARS, Plot, PlotFault, PlotKind, Series, SeriesBuilder};
pub use pretty::{JsonLine, pretty_json};
pub use profile::{ColumnProfile, DistinctCount, FrequentValue, HistogramBin, ProfileBuilder};
pub use scale::Scale;
pub use show::{TextPiece, TextPieceKind, show_cell, show_preview, show_text};
pub use store::{RowStore, StoreError, max_cell_bytes};
pub use view::RowView;
pub use window::{CellPreview, Window};
pub use zone::{in_zone, zone, zone_names};

pub use super::text::GlyphSet;
