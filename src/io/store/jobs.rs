//! Longer jobs on one result, done in steps between commands and batches: sort and filter, search, column statistics, totals,
//! charts, copies.

use std::sync::Arc;

use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::spill::Spill;
use crate::domain::export::{CopyFormat, CopyWriter};
use crate::domain::limits::{COPY_BYTES, SORT_MEMORY, WORK_ROWS};
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::protocol::{StoreWork, ViewId};
use crate::domain::results::{
    Arrangement, Cell, Chunk, Column, ColumnProfile, Pattern, Plot, PlotKind, ProfileBuilder, RowStore, RowView,
    SelectionTotals, Series, SeriesBuilder, Sorter, StoreError, TotalsBuilder,
};

/// A longer job on one result, with its progress in rows.
#[derive(Debug)]
pub(super) struct StoreJob {
    kind: StoreJobKind,
    done: u64,
    total: u64,
}

#[derive(Debug)]
enum StoreJobKind {
    Arrange {
        view: ViewId,
        arrangement: Arrangement,
        sorter: Sorter,
    },
    /// Rows are sorted on another thread. Dropping this cancels the sort.
    Sorting {
        view: ViewId,
        sorting: JoinHandle<RowView>,
        _cancel_on_drop: DropGuard,
    },
    Find {
        pattern: Arc<Pattern>,
        columns: Vec<usize>,
        marks: SearchMarks,
    },
    Profile {
        column: usize,
        builder: Box<ProfileBuilder>,
    },
    Total {
        columns: Vec<usize>,
        first: u64,
        builder: Box<TotalsBuilder>,
    },
    Plot {
        plot: Plot,
        builder: SeriesBuilder,
    },
    Copy {
        columns: Vec<usize>,
        first: u64,
        writer: CopyWriter,
    },
}

/// The matches of a search: rows of the view with the number of matching cells in each. Sorted when the search has ended.
#[derive(Debug, Default)]
pub(super) struct SearchMarks {
    pub(super) rows: Vec<(u64, u32)>,
    pub(super) cells: u64,
}

/// The result of one step of a job.
pub(super) enum JobStep {
    More,
    /// The rest is done on another thread: wait for [`StoreJob::sorted`].
    Waiting,
    Done(JobOutput),
    Failed(Problem),
    /// Spilled rows could not be read back.
    Unreadable(StoreError),
}

pub(super) enum JobOutput {
    Arranged { view: ViewId, rows: RowView, total: u64 },
    Found { pattern: Arc<Pattern>, columns: Vec<usize>, marks: SearchMarks, total: u64 },
    Profiled { column: usize, profile: Arc<ColumnProfile> },
    Totalled { rows: std::ops::Range<u64>, columns: Vec<usize>, totals: Arc<SelectionTotals> },
    Plotted(Series),
    Copied(CopyWriter),
}

impl StoreJob {
    pub(super) fn arrange(view: ViewId, arrangement: Arrangement, store: &RowStore<Spill>) -> Self {
        let sorter = Sorter::new(&arrangement.sort, store.columns(), SORT_MEMORY);
        // A row's number has 32 bits.
        let total = store.rows().min(u64::from(u32::MAX));
        Self { kind: StoreJobKind::Arrange { view, arrangement, sorter }, done: 0, total }
    }

    pub(super) fn find(pattern: Arc<Pattern>, columns: Vec<usize>, rows: u64) -> Self {
        Self { kind: StoreJobKind::Find { pattern, columns, marks: SearchMarks::default() }, done: 0, total: rows }
    }

    /// Returns `None` if there is no such column.
    pub(super) fn profile(column: usize, columns: &[Column], rows: u64) -> Option<Self> {
        let builder = ProfileBuilder::new(columns.get(column)?);
        Some(Self { kind: StoreJobKind::Profile { column, builder: Box::new(builder) }, done: 0, total: rows })
    }

    pub(super) fn total(rows: std::ops::Range<u64>, columns: Vec<usize>, all: &[Column]) -> Self {
        let chosen: Vec<Column> = columns.iter().filter_map(|at| all.get(*at).cloned()).collect();
        let builder = Box::new(TotalsBuilder::new(&chosen));
        let total = rows.end.saturating_sub(rows.start);
        Self { kind: StoreJobKind::Total { columns, first: rows.start, builder }, done: 0, total }
    }

    pub(super) fn plot(plot: Plot, columns: &[Column], rows: u64) -> Result<Self, Problem> {
        let builder = SeriesBuilder::new(plot, columns)
            .map_err(|fault| Problem::new(ProblemKind::Settings, fault.what).hint(fault.hint))?;
        Ok(Self { kind: StoreJobKind::Plot { plot, builder }, done: 0, total: rows })
    }

    pub(super) fn copy(rows: std::ops::Range<u64>, columns: Vec<usize>, format: CopyFormat, all: &[Column]) -> Self {
        let chosen = columns.iter().filter_map(|at| all.get(*at).cloned()).collect();
        let writer = CopyWriter::new(format, chosen);
        let count = rows.end.saturating_sub(rows.start);
        Self { kind: StoreJobKind::Copy { columns, first: rows.start, writer }, done: 0, total: count }
    }

    pub(super) fn work(&self) -> StoreWork {
        match self.kind {
            StoreJobKind::Arrange { .. } | StoreJobKind::Sorting { .. } => StoreWork::Arrange,
            StoreJobKind::Find { .. } => StoreWork::Find,
            StoreJobKind::Profile { .. } => StoreWork::Profile,
            StoreJobKind::Total { .. } => StoreWork::Total,
            StoreJobKind::Plot { .. } => StoreWork::Plot,
            StoreJobKind::Copy { .. } => StoreWork::Copy,
        }
    }

    /// Returns the rows done and the rows to do.
    pub(super) fn progress(&self) -> (u64, u64) {
        (self.done, self.total)
    }

    /// Returns whether it waits for a sort on another thread.
    pub(super) fn is_waiting(&self) -> bool {
        matches!(self.kind, StoreJobKind::Sorting { .. })
    }

    /// Waits for the sort on another thread; forever if there is none.
    pub(super) async fn sorted(&mut self) -> JobStep {
        let total = self.total;
        match &mut self.kind {
            StoreJobKind::Sorting { view, sorting, .. } => {
                let view = *view;
                match sorting.await {
                    Ok(rows) => JobStep::Done(JobOutput::Arranged { view, rows, total }),
                    Err(_) => JobStep::Failed(Problem::new(ProblemKind::Local, "The rows could not be sorted")),
                }
            }
            _ => std::future::pending().await,
        }
    }

    pub(super) fn step(&mut self, store: &mut RowStore<Spill>, view: Option<&RowView>) -> JobStep {
        let end = self.total.min(self.done + WORK_ROWS);
        let portion = self.done..end;
        let stepped = match &mut self.kind {
            StoreJobKind::Arrange { arrangement, sorter, .. } => arrange(store, portion, arrangement, sorter),
            StoreJobKind::Sorting { .. } => return JobStep::Waiting,
            StoreJobKind::Find { pattern, columns, marks } => visit(store, view, portion, |at, chunk, row| {
                let hits = columns.iter().filter(|column| contains(pattern, chunk, row, **column)).count();
                if hits > 0 {
                    marks.rows.push((at, u32::try_from(hits).unwrap_or(u32::MAX)));
                    marks.cells += hits as u64;
                }
            })
            .map_err(JobStep::Unreadable),
            StoreJobKind::Profile { column, builder } => visit(store, view, portion, |_, chunk, row| {
                builder.push(chunk.cell(row, *column).unwrap_or(Cell::Null));
            })
            .map_err(JobStep::Unreadable),
            StoreJobKind::Total { columns, first, builder } => {
                let rows = *first + portion.start..*first + portion.end;
                let add = |chunk: &Chunk, row: usize| {
                    for (at, column) in columns.iter().enumerate() {
                        builder.push(at, chunk.cell(row, *column).unwrap_or(Cell::Null));
                    }
                };
                add_up(store, view, rows, add).map_err(JobStep::Unreadable)
            }
            StoreJobKind::Plot { plot, builder } => {
                draw(store, view, portion, *plot, builder).map_err(JobStep::Unreadable)
            }
            StoreJobKind::Copy { columns, first, writer } => {
                copy(store, view, *first + portion.start..*first + portion.end, columns, writer)
            }
        };
        if let Err(step) = stepped {
            return step;
        }
        self.done = end;
        if self.done < self.total { JobStep::More } else { self.finish() }
    }

    fn finish(&mut self) -> JobStep {
        // A placeholder: the job is dropped right after this.
        let nothing = StoreJobKind::Copy {
            columns: Vec::new(),
            first: 0,
            writer: CopyWriter::new(CopyFormat::Value, Vec::new()),
        };
        match std::mem::replace(&mut self.kind, nothing) {
            StoreJobKind::Arrange { view, sorter, .. } => {
                let cancel = CancellationToken::new();
                let is_cancelled = cancel.clone();
                let sorting = tokio::task::spawn_blocking(move || {
                    RowView::new(sorter.finish_while(|| !is_cancelled.is_cancelled()))
                });
                self.kind = StoreJobKind::Sorting { view, sorting, _cancel_on_drop: cancel.drop_guard() };
                JobStep::Waiting
            }
            StoreJobKind::Sorting { .. } => JobStep::Waiting,
            StoreJobKind::Find { pattern, columns, mut marks } => {
                marks.rows.sort_unstable();
                JobStep::Done(JobOutput::Found { pattern, columns, marks, total: self.total })
            }
            StoreJobKind::Profile { column, builder } => {
                JobStep::Done(JobOutput::Profiled { column, profile: Arc::new(builder.finish()) })
            }
            StoreJobKind::Total { columns, first, builder } => {
                let rows = first..first + self.total;
                JobStep::Done(JobOutput::Totalled { rows, columns, totals: Arc::new(builder.finish()) })
            }
            StoreJobKind::Plot { builder, .. } => JobStep::Done(JobOutput::Plotted(builder.finish())),
            StoreJobKind::Copy { writer, .. } => JobStep::Done(JobOutput::Copied(writer)),
        }
    }
}

/// Returns whether a cell contains a match of the pattern.
pub(super) fn contains(pattern: &Pattern, chunk: &Chunk, row: usize, column: usize) -> bool {
    chunk.cell(row, column).and_then(Cell::bytes).is_some_and(|bytes| pattern.is_in(bytes))
}

/// Visits a portion of the rows in the order that reads fastest: the row of the view, the chunk, the row in the chunk.
fn visit(
    store: &mut RowStore<Spill>,
    view: Option<&RowView>,
    portion: std::ops::Range<u64>,
    mut visit: impl FnMut(u64, &Chunk, usize),
) -> Result<(), StoreError> {
    match view {
        None => {
            let mut at = portion.start;
            store.visit_range(portion, |chunk, rows| {
                for row in rows {
                    visit(at, chunk, row);
                    at += 1;
                }
            })
        }
        Some(view) => {
            let from = usize::try_from(portion.start).unwrap_or(usize::MAX);
            let count = usize::try_from(portion.end - portion.start).unwrap_or(usize::MAX);
            let (rows, positions): (Vec<u32>, Vec<u64>) = view.in_order(from, count).unzip();
            store.visit_rows(&rows, |at, chunk, row| visit(positions.get(at).copied().unwrap_or(0), chunk, row))
        }
    }
}

/// Visits these rows of the view, in any order.
fn add_up(
    store: &mut RowStore<Spill>,
    view: Option<&RowView>,
    rows: std::ops::Range<u64>,
    mut add: impl FnMut(&Chunk, usize),
) -> Result<(), StoreError> {
    match view {
        None => store.visit_range(rows, |chunk, rows| rows.for_each(|row| add(chunk, row))),
        Some(view) => store.visit_rows(view.rows(&rows), |_, chunk, row| add(chunk, row)),
    }
}

fn arrange(
    store: &mut RowStore<Spill>,
    portion: std::ops::Range<u64>,
    arrangement: &Arrangement,
    sorter: &mut Sorter,
) -> Result<(), JobStep> {
    let mut number = u32::try_from(portion.start).unwrap_or(u32::MAX);
    let mut fault = None;
    let visited = store.visit_range(portion, |chunk, rows| {
        for row in rows {
            let cell = |column: usize| chunk.cell(row, column).unwrap_or(Cell::Null);
            let matches = arrangement.filter.as_ref().is_none_or(|filter| filter.matches(cell));
            if matches && fault.is_none() {
                fault = sorter.push(number, cell).err();
            }
            number += 1;
        }
    });
    visited.map_err(JobStep::Unreadable)?;
    match fault {
        None => Ok(()),
        Some(fault) => Err(JobStep::Failed(
            Problem::new(ProblemKind::Local, "There are too many rows to sort in memory")
                .because(fault.to_string())
                .hint("let the server sort: add ORDER BY to the statement, or filter the rows first"),
        )),
    }
}

fn draw(
    store: &mut RowStore<Spill>,
    view: Option<&RowView>,
    portion: std::ops::Range<u64>,
    plot: Plot,
    builder: &mut SeriesBuilder,
) -> Result<(), StoreError> {
    let mut push = |chunk: &Chunk, row: usize| {
        let cell = |column| chunk.cell(row, column).unwrap_or(Cell::Null);
        builder.push(cell(plot.x), cell(plot.y));
    };
    match (plot.kind, view) {
        // Bars keep the order of the view.
        (PlotKind::Bars, Some(view)) => {
            let rows = store.gather(view.rows(&portion))?;
            (0..rows.rows()).for_each(|row| push(&rows, row));
            Ok(())
        }
        _ => visit(store, view, portion, |_, chunk, row| push(chunk, row)),
    }
}

fn copy(
    store: &mut RowStore<Spill>,
    view: Option<&RowView>,
    rows: std::ops::Range<u64>,
    columns: &[usize],
    writer: &mut CopyWriter,
) -> Result<(), JobStep> {
    let numbers: Vec<u32> = match view {
        Some(view) => view.rows(&rows).to_vec(),
        None => rows.filter_map(|row| u32::try_from(row).ok()).collect(),
    };
    for numbers in numbers.chunks(64) {
        writer.chunk(&store.gather(numbers).map_err(JobStep::Unreadable)?.select(columns));
        if writer.bytes() > COPY_BYTES {
            return Err(JobStep::Failed(
                Problem::new(ProblemKind::Local, "This is too much for the clipboard")
                    .because(format!("it is more than {} MiB", COPY_BYTES >> 20))
                    .hint("select less, or export the rows to a file"),
            ));
        }
    }
    Ok(())
}
