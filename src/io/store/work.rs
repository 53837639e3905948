//! Longer work on one result, a portion at a time between commands and batches: sorting and filtering, searching, describing a
//! column, drawing, copying. Knows no channel; what comes out is told by whoever steps it.

use std::sync::Arc;

use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::spill::Spill;
use crate::domain::export::{CopyFormat, CopyWriter};
use crate::domain::limits::{COPY_BYTES, SORT_MEMORY, WORK_ROWS};
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::protocol::{StoreWork, ViewId};
use crate::domain::results::{
    Arrangement, BARS, Cell, Chunk, Column, ColumnProfile, Pattern, Plot, PlotKind, ProfileBuilder, RowView, Series,
    SeriesBuilder, Sorter, Store, StoreError,
};

/// Work under way.
#[derive(Debug)]
pub(super) struct Job {
    task: Task,
    /// Rows done, of the rows that there are to do.
    done: u64,
    of: u64,
}

#[derive(Debug)]
enum Task {
    Arrange {
        view: ViewId,
        arrangement: Arrangement,
        sorter: Sorter,
    },
    /// Dropped, the sorting is told that nobody waits for it.
    Sorting {
        view: ViewId,
        sorting: JoinHandle<RowView>,
        _wanted: DropGuard,
    },
    Find {
        pattern: Arc<Pattern>,
        columns: Vec<usize>,
        marks: Marks,
    },
    Profile {
        column: usize,
        builder: Box<ProfileBuilder>,
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

/// The cells that a search found: rows of the view, ascending once it has ended, each with how many of its cells hold it.
#[derive(Debug, Default)]
pub(super) struct Marks {
    pub(super) rows: Vec<(u64, u32)>,
    pub(super) cells: u64,
}

/// What came of one step.
pub(super) enum Step {
    /// There is more to do.
    More,
    /// The rest is done elsewhere: wait for [`Job::sorted`].
    Waiting,
    /// It is done.
    Done(Outcome),
    /// It cannot be done.
    Failed(Problem),
    /// Rows could not be read back.
    Unreadable(StoreError),
}

/// What came out.
pub(super) enum Outcome {
    Arranged { view: ViewId, rows: RowView, of: u64 },
    Found { pattern: Arc<Pattern>, columns: Vec<usize>, marks: Marks, of: u64 },
    Profiled { column: usize, profile: ColumnProfile },
    Plotted(Series),
    Copied(CopyWriter),
}

impl Job {
    pub(super) fn arrange(view: ViewId, arrangement: Arrangement, store: &Store<Spill>) -> Self {
        let sorter = Sorter::new(&arrangement.sort, store.columns(), SORT_MEMORY);
        // A row's number has 32 bits.
        let of = store.rows().min(u64::from(u32::MAX));
        Self { task: Task::Arrange { view, arrangement, sorter }, done: 0, of }
    }

    pub(super) fn find(pattern: Arc<Pattern>, columns: Vec<usize>, rows: u64) -> Self {
        Self { task: Task::Find { pattern, columns, marks: Marks::default() }, done: 0, of: rows }
    }

    /// `None` where there is no such column.
    pub(super) fn profile(column: usize, columns: &[Column], rows: u64) -> Option<Self> {
        let builder = ProfileBuilder::new(columns.get(column)?);
        Some(Self { task: Task::Profile { column, builder: Box::new(builder) }, done: 0, of: rows })
    }

    pub(super) fn plot(plot: Plot, columns: &[Column], rows: u64) -> Result<Self, Problem> {
        let builder = SeriesBuilder::new(plot, columns)
            .map_err(|fault| Problem::new(ProblemKind::Settings, fault.what).hint(fault.hint))?;
        // More bars than that are not drawn.
        let of = if plot.form == PlotKind::Bars { rows.min(BARS as u64 + 1) } else { rows };
        Ok(Self { task: Task::Plot { plot, builder }, done: 0, of })
    }

    pub(super) fn copy(rows: std::ops::Range<u64>, columns: Vec<usize>, form: CopyFormat, of: &[Column]) -> Self {
        let chosen = columns.iter().filter_map(|at| of.get(*at).cloned()).collect();
        let writer = CopyWriter::new(form, chosen);
        let count = rows.end.saturating_sub(rows.start);
        Self { task: Task::Copy { columns, first: rows.start, writer }, done: 0, of: count }
    }

    pub(super) fn work(&self) -> StoreWork {
        match self.task {
            Task::Arrange { .. } | Task::Sorting { .. } => StoreWork::Arrange,
            Task::Find { .. } => StoreWork::Find,
            Task::Profile { .. } => StoreWork::Profile,
            Task::Plot { .. } => StoreWork::Plot,
            Task::Copy { .. } => StoreWork::Copy,
        }
    }

    /// Rows done, of how many.
    pub(super) fn progress(&self) -> (u64, u64) {
        (self.done, self.of)
    }

    /// Whether it waits for rows to be sorted elsewhere.
    pub(super) fn is_waiting(&self) -> bool {
        matches!(self.task, Task::Sorting { .. })
    }

    /// Waits until they are; never where it does not wait.
    pub(super) async fn sorted(&mut self) -> Step {
        let of = self.of;
        match &mut self.task {
            Task::Sorting { view, sorting, .. } => {
                let view = *view;
                match sorting.await {
                    Ok(rows) => Step::Done(Outcome::Arranged { view, rows, of }),
                    Err(_) => Step::Failed(Problem::new(ProblemKind::Local, "The rows could not be sorted")),
                }
            }
            _ => std::future::pending().await,
        }
    }

    /// Does the next portion.
    pub(super) fn step(&mut self, store: &mut Store<Spill>, view: Option<&RowView>) -> Step {
        let upto = self.of.min(self.done + WORK_ROWS);
        let portion = self.done..upto;
        let stepped = match &mut self.task {
            Task::Arrange { arrangement, sorter, .. } => arrange(store, portion, arrangement, sorter),
            Task::Sorting { .. } => return Step::Waiting,
            Task::Find { pattern, columns, marks } => visit(store, view, portion, |place, chunk, row| {
                let hits = columns.iter().filter(|column| holds(pattern, chunk, row, **column)).count();
                if hits > 0 {
                    marks.rows.push((place, u32::try_from(hits).unwrap_or(u32::MAX)));
                    marks.cells += hits as u64;
                }
            })
            .map_err(Step::Unreadable),
            Task::Profile { column, builder } => visit(store, view, portion, |_, chunk, row| {
                builder.push(chunk.cell(row, *column).unwrap_or(Cell::Null));
            })
            .map_err(Step::Unreadable),
            Task::Plot { plot, builder } => draw(store, view, portion, *plot, builder).map_err(Step::Unreadable),
            Task::Copy { columns, first, writer } => {
                copy(store, view, *first + portion.start..*first + portion.end, columns, writer)
            }
        };
        if let Err(step) = stepped {
            return step;
        }
        self.done = upto;
        if self.done < self.of { Step::More } else { self.finish() }
    }

    fn finish(&mut self) -> Step {
        // What is left behind is dropped at once.
        let nothing =
            Task::Copy { columns: Vec::new(), first: 0, writer: CopyWriter::new(CopyFormat::Value, Vec::new()) };
        match std::mem::replace(&mut self.task, nothing) {
            Task::Arrange { view, sorter, .. } => {
                let wanted = CancellationToken::new();
                let given_up = wanted.clone();
                let sorting =
                    tokio::task::spawn_blocking(move || RowView::new(sorter.finish_while(|| !given_up.is_cancelled())));
                self.task = Task::Sorting { view, sorting, _wanted: wanted.drop_guard() };
                Step::Waiting
            }
            Task::Sorting { .. } => Step::Waiting,
            Task::Find { pattern, columns, mut marks } => {
                marks.rows.sort_unstable();
                Step::Done(Outcome::Found { pattern, columns, marks, of: self.of })
            }
            Task::Profile { column, builder } => Step::Done(Outcome::Profiled { column, profile: builder.finish() }),
            Task::Plot { builder, .. } => Step::Done(Outcome::Plotted(builder.finish())),
            Task::Copy { writer, .. } => Step::Done(Outcome::Copied(writer)),
        }
    }
}

/// Whether a cell holds the pattern.
pub(super) fn holds(pattern: &Pattern, chunk: &Chunk, row: usize, column: usize) -> bool {
    chunk.cell(row, column).and_then(Cell::bytes).is_some_and(|bytes| pattern.is_in(bytes))
}

/// Visits a portion of the rows in whichever order reads fastest: the place in the view, the chunk, the row in it.
fn visit(
    store: &mut Store<Spill>,
    view: Option<&RowView>,
    portion: std::ops::Range<u64>,
    mut visit: impl FnMut(u64, &Chunk, usize),
) -> Result<(), StoreError> {
    match view {
        None => {
            let mut place = portion.start;
            store.walk(portion, |chunk, rows| {
                for row in rows {
                    visit(place, chunk, row);
                    place += 1;
                }
            })
        }
        Some(view) => {
            let from = usize::try_from(portion.start).unwrap_or(usize::MAX);
            let count = usize::try_from(portion.end - portion.start).unwrap_or(usize::MAX);
            let (rows, places): (Vec<u32>, Vec<u64>) = view.in_order(from, count).unzip();
            store.visit(&rows, |at, chunk, row| visit(places.get(at).copied().unwrap_or(0), chunk, row))
        }
    }
}

fn arrange(
    store: &mut Store<Spill>,
    portion: std::ops::Range<u64>,
    arrangement: &Arrangement,
    sorter: &mut Sorter,
) -> Result<(), Step> {
    let mut number = u32::try_from(portion.start).unwrap_or(u32::MAX);
    let mut fault = None;
    let walked = store.walk(portion, |chunk, rows| {
        for row in rows {
            let cell = |column: usize| chunk.cell(row, column).unwrap_or(Cell::Null);
            let is_taken = arrangement.filter.as_ref().is_none_or(|filter| filter.takes(cell));
            if is_taken && fault.is_none() {
                fault = sorter.push(number, cell).err();
            }
            number += 1;
        }
    });
    walked.map_err(Step::Unreadable)?;
    match fault {
        None => Ok(()),
        Some(fault) => Err(Step::Failed(
            Problem::new(ProblemKind::Local, "There are too many rows to sort them here")
                .because(fault.to_string())
                .hint("let the server sort: add ORDER BY to the statement, or filter the rows first"),
        )),
    }
}

fn draw(
    store: &mut Store<Spill>,
    view: Option<&RowView>,
    portion: std::ops::Range<u64>,
    plot: Plot,
    builder: &mut SeriesBuilder,
) -> Result<(), StoreError> {
    let mut push = |chunk: &Chunk, row: usize| {
        let cell = |column| chunk.cell(row, column).unwrap_or(Cell::Null);
        builder.push(cell(plot.x), cell(plot.y));
    };
    match (plot.form, view) {
        // Bars stand in the order of the view.
        (PlotKind::Bars, Some(view)) => {
            let rows = store.gather(view.rows(&portion))?;
            (0..rows.rows()).for_each(|row| push(&rows, row));
            Ok(())
        }
        _ => visit(store, view, portion, |_, chunk, row| push(chunk, row)),
    }
}

fn copy(
    store: &mut Store<Spill>,
    view: Option<&RowView>,
    rows: std::ops::Range<u64>,
    columns: &[usize],
    writer: &mut CopyWriter,
) -> Result<(), Step> {
    let numbers: Vec<u32> = match view {
        Some(view) => view.rows(&rows).to_vec(),
        None => rows.filter_map(|row| u32::try_from(row).ok()).collect(),
    };
    for numbers in numbers.chunks(64) {
        writer.chunk(&store.gather(numbers).map_err(Step::Unreadable)?.select(columns));
        if writer.bytes() > COPY_BYTES {
            return Err(Step::Failed(
                Problem::new(ProblemKind::Local, "That is too much for a clipboard")
                    .because(format!("it is more than {} MiB", COPY_BYTES >> 20))
                    .hint("select less, or export the rows to a file"),
            ));
        }
    }
    Ok(())
}
