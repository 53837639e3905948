//! Longer work of the store task through its channels: arranging, searching, describing, drawing, copying, beside windows.

use std::sync::Arc;
use std::time::Duration;

use rrx::domain::export::CopyFormat;
use rrx::domain::limits::{BATCH_QUEUE, INBOX, STORE_QUEUE};
use rrx::domain::profile::Spilling;
use rrx::domain::protocol::{
    CellPosition, End, ResultId, ResultView, Rows, SearchDirection, StoreCmd, StoreEvent, StoreWork, ViewId,
};
use rrx::domain::results::{
    Arrangement, CaseSensitivity, Cell, CellPreview, Chunk, ChunkBuilder, Column, Direction, Filter, Pattern,
    PatternKind, Plot, PlotKind, SortColumn, Window, WireType,
};
use rrx::io::store::{StoreOptions, spawn};
use tokio::sync::mpsc;

use super::{column, text};

const R: ResultId = ResultId(3);

struct Bench {
    rows: mpsc::Sender<Rows>,
    commands: mpsc::Sender<StoreCmd>,
    event: mpsc::Receiver<(ResultId, StoreEvent)>,
}

impl Bench {
    /// A result of so many rows of which most are spilled.
    async fn of(count: u64, folder: &std::path::Path) -> Self {
        let (rows, rows_in) = mpsc::channel(BATCH_QUEUE);
        let (commands, commands_in) = mpsc::channel(STORE_QUEUE);
        let (told, event) = mpsc::channel(INBOX);
        let options = StoreOptions { memory_limit: 1 << 20, spill_directory: Some(folder.to_owned()) };
        drop(spawn(rows_in, commands_in, told, options));
        let mut bench = Self { rows, commands, event };
        bench.rows.send(Rows::Open { result: R, columns: columns(), spilling: Spilling::Allowed }).await.unwrap();
        for first in (0..count).step_by(1000) {
            let chunk = batch(first, 1000.min(count - first));
            bench.rows.send(Rows::Batch { result: R, chunk }).await.unwrap();
        }
        bench.rows.send(Rows::End { result: R, end: End::Complete }).await.unwrap();
        bench
            .wait(|event| matches!(event, StoreEvent::Progress(progress) if progress.end.is_some()).then_some(()))
            .await;
        bench
    }

    async fn command(&self, command: StoreCmd) {
        self.commands.send(command).await.unwrap();
    }

    async fn wait<T>(&mut self, wanted: impl Fn(StoreEvent) -> Option<T>) -> T {
        let found = async {
            loop {
                let (_, event) = self.event.recv().await.expect("the store ended");
                if let Some(found) = wanted(event) {
                    return found;
                }
            }
        };
        tokio::time::timeout(Duration::from_mins(1), found).await.expect("the news never came")
    }

    async fn arrange(&mut self, view: u64, sort: &[(usize, Direction)], filter: Option<&str>) -> ResultView {
        let sort =
            sort.iter().map(|(column, direction)| SortColumn { column: *column, direction: *direction }).collect();
        let filter = filter.map(|filter| Arc::new(Filter::parse(filter, &columns()).unwrap()));
        let arrangement = Arrangement { sort, filter };
        self.command(StoreCmd::Arrange { result: R, view: ViewId(view), arrangement }).await;
        self.wait(|event| if let StoreEvent::Arranged(view) = event { Some(view) } else { None }).await
    }

    async fn window(&mut self, rows: std::ops::Range<u64>) -> Arc<Window> {
        self.command(StoreCmd::Window { result: R, rows }).await;
        self.wait(|event| if let StoreEvent::Window(window) = event { Some(window) } else { None }).await
    }

    async fn find(&mut self, pattern: &str) -> (u64, u64, u64) {
        let pattern = Arc::new(Pattern::new(pattern, PatternKind::Text, CaseSensitivity::Insensitive).unwrap());
        self.command(StoreCmd::Find { result: R, pattern, columns: vec![1, 0] }).await;
        self.wait(
            |event| if let StoreEvent::Found { cells, rows, of } = event { Some((cells, rows, of)) } else { None },
        )
        .await
    }

    async fn next(&mut self, row: u64, column: usize, way: SearchDirection) -> Option<(CellPosition, u64)> {
        self.command(StoreCmd::Next { result: R, from: CellPosition { row, column }, direction: way }).await;
        self.wait(|event| if let StoreEvent::Next(next) = event { Some(next) } else { None }).await
    }

    async fn copy(&mut self, rows: std::ops::Range<u64>, columns: Vec<usize>, form: CopyFormat) -> String {
        self.command(StoreCmd::Copy { result: R, rows, columns, format: form }).await;
        self.wait(|event| if let StoreEvent::Copied(copied) = event { Some(copied.text.clone()) } else { None }).await
    }
}

fn columns() -> Arc<[Column]> {
    let origin = |column: &str| rrx::domain::results::ColumnOrigin {
        schema: "s".into(),
        table: "t".into(),
        column: column.into(),
    };
    let id = Column { origin: origin("id"), table: "t".into(), ..column("id", WireType::LongLong) };
    let name = Column { origin: origin("name"), table: "t".into(), ..text("name") };
    Arc::from([id, name, Column { origin: origin("n"), table: "t".into(), ..column("n", WireType::Long) }])
}

/// Row r: id r, a name of ten that come again and again, and a number that is NULL in every seventh row.
fn batch(first: u64, count: u64) -> Chunk {
    let mut builder = ChunkBuilder::new(3);
    for row in first..first + count {
        let (id, name, n) = (row.to_string(), format!("name {}", row % 10), (row * 7919 % 1000).to_string());
        let n = if row.is_multiple_of(7) { Cell::Null } else { Cell::Bytes(n.as_bytes()) };
        builder.push([Cell::Bytes(id.as_bytes()), Cell::Bytes(name.as_bytes()), n]);
    }
    builder.take()
}

fn ids(window: &Window) -> Vec<u64> {
    let id = |row| match window.cell(row, 0) {
        Some(CellPreview::Bytes { head, .. }) => String::from_utf8_lossy(head).parse().unwrap(),
        other => panic!("{other:?}"),
    };
    window.range().map(id).collect()
}

fn run(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build().unwrap().block_on(test);
}

#[test]
fn a_sorted_and_filtered_view_of_spilled_rows_equals_a_plain_vec() {
    run(async {
        let folder = tempfile::tempdir().unwrap();
        let mut bench = Bench::of(50_000, folder.path()).await;
        let mut expected: Vec<u64> = (0..50_000).filter(|row| row % 10 == 3 && row % 7 != 0).collect();
        expected.sort_by_key(|row| (std::cmp::Reverse(row * 7919 % 1000), *row));
        let view = bench.arrange(1, &[(2, Direction::Descending)], Some("name = 'name 3' and n is not null")).await;
        assert_eq!(view, ResultView { id: ViewId(1), rows: expected.len() as u64, of: 50_000 });
        for first in [0, 1000, 4000, expected.len() - 10] {
            let window = bench.window(first as u64..first as u64 + 50).await;
            assert_eq!((window.view, window.first), (1, first as u64));
            assert_eq!(ids(&window), expected[first..(first + 50).min(expected.len())]);
        }
        bench.command(StoreCmd::Value { result: R, row: 17, column: 0 }).await;
        let value =
            bench.wait(|event| if let StoreEvent::Value { row: 17, value, .. } = event { value } else { None }).await;
        assert_eq!(*value, *expected[17].to_string().as_bytes());
        let plain = bench.arrange(2, &[], None).await;
        assert_eq!(plain, ResultView { id: ViewId(2), rows: 50_000, of: 50_000 });
        assert_eq!(ids(&*bench.window(5..8).await), [5, 6, 7]);
    });
}

#[test]
fn a_search_counts_cells_and_goes_from_one_to_the_next_and_round() {
    run(async {
        let folder = tempfile::tempdir().unwrap();
        let mut bench = Bench::of(5_000, folder.path()).await;
        // "name 7" in every tenth row, and no id holds it.
        assert_eq!(bench.find("NAME 7").await, (500, 500, 5_000));
        assert_eq!(bench.next(0, 0, SearchDirection::Forward).await, Some((CellPosition { row: 7, column: 1 }, 1)));
        assert_eq!(bench.next(7, 1, SearchDirection::Forward).await, Some((CellPosition { row: 17, column: 1 }, 2)));
        assert_eq!(bench.next(7, 1, SearchDirection::Back).await, Some((CellPosition { row: 4997, column: 1 }, 500)));
        assert_eq!(bench.next(4998, 1, SearchDirection::Forward).await, Some((CellPosition { row: 7, column: 1 }, 1)));
        // In both columns: columns are searched in the order in which they are shown.
        assert_eq!(bench.find("4").await.1, (0..5000).filter(|row: &u64| row.to_string().contains('4')).count() as u64);
        assert_eq!(bench.next(0, 0, SearchDirection::Forward).await, Some((CellPosition { row: 4, column: 1 }, 1)));
        assert_eq!(bench.next(4, 1, SearchDirection::Forward).await, Some((CellPosition { row: 4, column: 0 }, 2)));
        assert_eq!(bench.next(4, 0, SearchDirection::Back).await, Some((CellPosition { row: 4, column: 1 }, 1)));
        assert_eq!(bench.find("nowhere").await, (0, 0, 5_000));
        assert_eq!(bench.next(0, 0, SearchDirection::Forward).await, None);
        bench.arrange(1, &[(0, Direction::Descending)], None).await;
        bench.find("name 7").await;
        assert_eq!(bench.next(0, 0, SearchDirection::Forward).await, Some((CellPosition { row: 2, column: 1 }, 1)));
    });
}

#[test]
fn a_column_is_described_and_drawn_over_the_rows_of_the_view() {
    run(async {
        let folder = tempfile::tempdir().unwrap();
        let mut bench = Bench::of(3_000, folder.path()).await;
        bench.arrange(1, &[(0, Direction::Descending)], Some("id < 100")).await;
        bench.command(StoreCmd::Profile { result: R, column: 2 }).await;
        let profile = bench
            .wait(|event| if let StoreEvent::Profiled { column: 2, profile } = event { Some(profile) } else { None })
            .await;
        assert_eq!((profile.rows, profile.nulls), (100, 15));
        let plot = Plot { kind: PlotKind::Bars, x: 0, y: 2 };
        bench.command(StoreCmd::Plot { result: R, plot }).await;
        let series =
            bench.wait(|event| if let StoreEvent::Plotted(series) = event { Some(series) } else { None }).await;
        assert_eq!((series.rows, series.left_out), (100, 15));
        assert_eq!(series.bars[0].label, "99");
        bench.command(StoreCmd::Plot { result: R, plot: Plot { kind: PlotKind::Line, y: 1, ..plot } }).await;
        let problem = bench
            .wait(|event| match event {
                StoreEvent::Failed { work: StoreWork::Plot, problem } => Some(problem),
                _ => None,
            })
            .await;
        assert!(problem.what.contains("has no numbers") && problem.hint.is_some());
        // Rows 10 to 19 of the view have the ids from 89 down to 80.
        bench.command(StoreCmd::Total { result: R, rows: 10..20, columns: vec![0] }).await;
        let (rows, totals) = bench
            .wait(|event| match event {
                StoreEvent::Totalled { rows, totals, .. } => Some((rows, totals)),
                _ => None,
            })
            .await;
        assert_eq!((rows, totals.values), (10..20, 10));
        assert_eq!(totals.numbers.as_ref().map(|numbers| numbers.sum.as_str()), Some("845"));
        bench.command(StoreCmd::Profile { result: R, column: 99 }).await;
        let work =
            bench.wait(|event| if let StoreEvent::Failed { work, .. } = event { Some(work) } else { None }).await;
        assert_eq!(work, StoreWork::Profile);
    });
}

#[test]
fn cells_of_the_view_become_text_in_every_form() {
    run(async {
        let folder = tempfile::tempdir().unwrap();
        let mut bench = Bench::of(3_000, folder.path()).await;
        bench.arrange(1, &[(0, Direction::Descending)], Some("id in (6, 7, 8)")).await;
        assert_eq!(bench.copy(0..1, vec![1], CopyFormat::Value).await, "name 8");
        assert_eq!(bench.copy(0..9, vec![1, 2], CopyFormat::Value).await, "name 8\t352\nname 7\tNULL\nname 6\t514");
        assert_eq!(bench.copy(1..2, vec![2, 0], CopyFormat::Tsv).await, "n\tid\nNULL\t7\n");
        assert_eq!(bench.copy(1..2, vec![2, 0], CopyFormat::Csv).await, "n,id\n,7\n");
        assert_eq!(bench.copy(1..2, vec![0, 1], CopyFormat::Json).await, "[\n{\"id\":7,\"name\":\"name 7\"}\n]\n");
        assert_eq!(
            bench.copy(1..2, vec![0, 2], CopyFormat::Markdown).await,
            "| id | n |\n| ---:| ---:|\n| 7 | *NULL* |\n"
        );
        assert_eq!(
            bench.copy(0..2, vec![0, 1], CopyFormat::Insert).await,
            "INSERT INTO `t` (`id`, `name`) VALUES\n(8, 'name 8'),\n(7, 'name 7');\n"
        );
        assert_eq!(bench.copy(0..3, vec![1], CopyFormat::InList).await, "IN ('name 8', 'name 7', 'name 6')");
        assert_eq!(bench.copy(1..2, vec![2], CopyFormat::InList).await, "IN (NULL)");
        let key = CopyFormat::Where { key: vec![0] };
        assert_eq!(bench.copy(0..2, vec![0, 1], key).await, "WHERE `t`.`id` = 8\n   OR `t`.`id` = 7");
        let all = CopyFormat::Where { key: vec![] };
        assert_eq!(bench.copy(1..2, vec![0, 2], all).await, "WHERE (`t`.`id` = 7 AND `t`.`n` IS NULL)");
    });
}

#[test]
fn windows_and_rows_have_their_turn_while_work_goes_on_and_it_can_be_given_up() {
    run(async {
        let folder = tempfile::tempdir().unwrap();
        let mut bench = Bench::of(100_000, folder.path()).await;
        bench
            .rows
            .send(Rows::Open { result: ResultId(4), columns: columns(), spilling: Spilling::Allowed })
            .await
            .unwrap();
        for turn in 0..20_u64 {
            let sort = vec![SortColumn { column: 1, direction: Direction::Ascending }];
            let arrangement = Arrangement { sort, filter: None };
            bench.command(StoreCmd::Arrange { result: R, view: ViewId(turn + 1), arrangement }).await;
            bench.command(StoreCmd::Window { result: R, rows: 0..10 }).await;
            bench.rows.send(Rows::Batch { result: ResultId(4), chunk: batch(turn, 1) }).await.unwrap();
            let window =
                bench.wait(|event| if let StoreEvent::Window(window) = event { Some(window) } else { None }).await;
            assert_eq!(window.rows(), 10);
        }
        bench.command(StoreCmd::CancelJobs(R)).await;
        let view = bench.arrange(99, &[], Some("id = 5")).await;
        assert_eq!((view.id, view.rows), (ViewId(99), 1));
    });
}
