//! Writes the rows of one result in an export format as they arrive.

use std::io::Write;

use tokio::sync::mpsc;

use crate::domain::export::{ExportOptions, ExportWriter, WriteError};
use crate::domain::protocol::{End, Rows};
use crate::domain::results::{Column, GlyphSet};

/// Writes one result to its end, after its columns were received. Blocks the thread while no rows are available.
///
/// Returns the output and the end of the result; `None` if the queue closed before the end. After each chunk it calls
/// `progress` with the number of rows written; an error of `progress` stops it.
///
/// # Errors
/// Returns an error if the output cannot be written, if the format cannot represent a value, or if `progress` fails.
pub fn write_rows<W: Write>(
    rows: &mut mpsc::Receiver<Rows>,
    columns: &[Column],
    options: ExportOptions,
    out: W,
    mut progress: impl FnMut(u64, &W) -> Result<(), WriteError>,
) -> Result<(W, Option<End>), WriteError> {
    let mut writer = ExportWriter::new(options.format, GlyphSet::Unicode, out)
        .formulas(options.formulas)
        .csv(options.line_end, options.mark)
        .zone(options.zone);
    writer.begin(columns)?;
    let mut count = 0;
    let end = loop {
        let next = if let Ok(next) = rows.try_recv() {
            Some(next)
        } else {
            // Nothing is waiting: make the rows so far visible before this thread blocks.
            writer.flush()?;
            rows.blocking_recv()
        };
        match next {
            Some(Rows::Batch { chunk, .. }) => {
                writer.chunk(&chunk)?;
                count += chunk.rows() as u64;
                progress(count, writer.out())?;
            }
            Some(Rows::Open { .. }) => {}
            Some(Rows::End { end, .. }) => break Some(end),
            None => break None,
        }
    };
    Ok((writer.finish()?, end))
}
