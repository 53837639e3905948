//! Rows of a session or of the store, written in a form as they come: one way for `rrx run` and for the screen's exports.

use std::io::Write;

use tokio::sync::mpsc;

use crate::domain::export::{Manner, WriteError, Writer};
use crate::domain::protocol::{End, Rows};
use crate::domain::results::{Column, Glyphs};

/// Writes one result, its header taken already, to its end; answers with the output and the end, `None` where the queue
/// closed before one came. It blocks its thread while no rows are there. After each chunk `told` hears how many rows are
/// written, and may stop it.
///
/// # Errors
/// When the output cannot be written, the form has no place for a value, or with what `told` says.
pub fn pour<W: Write>(
    rows: &mut mpsc::Receiver<Rows>,
    columns: &[Column],
    manner: Manner,
    out: W,
    mut told: impl FnMut(u64, &W) -> Result<(), WriteError>,
) -> Result<(W, Option<End>), WriteError> {
    let mut writer = Writer::new(manner.format, Glyphs::Unicode, out).formulas(manner.formulas).zone(manner.zone);
    writer.begin(columns)?;
    let mut count = 0;
    let end = loop {
        let next = if let Ok(next) = rows.try_recv() {
            Some(next)
        } else {
            // Nothing waits: what is there is shown before this thread does.
            writer.flush()?;
            rows.blocking_recv()
        };
        match next {
            Some(Rows::Batch { chunk, .. }) => {
                writer.chunk(&chunk)?;
                count += chunk.rows() as u64;
                told(count, writer.out())?;
            }
            Some(Rows::Open { .. }) => {}
            Some(Rows::End { end, .. }) => break Some(end),
            None => break None,
        }
    };
    Ok((writer.finish()?, end))
}
