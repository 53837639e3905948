//! Rows from the server to the store: a very large value, a statement that is slow for each row, and a connection that is lost
//! in the middle of a row.

use std::time::Duration;

use rrx::domain::limits::{BATCH_QUEUE, INBOX, STORE_QUEUE, WINDOW_CELL_BYTES};
use rrx::domain::problem::ProblemKind;
use rrx::domain::profile::{Profile, TlsMode};
use rrx::domain::protocol::{End, Progress, ResultId, Rows, StoreCmd, StoreEvent};
use rrx::domain::results::CellPreview;
use rrx::io::store::{StoreOptions, spawn};
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::harness::{TestSession, connect, direct, unlimited};
use crate::rig::{Forwarder, Mode, Rig};

const TIMEOUT: Duration = Duration::from_mins(1);

/// A running store with a temporary directory.
struct RunningStore {
    rows: mpsc::Sender<Rows>,
    commands: mpsc::Sender<StoreCmd>,
    events: mpsc::Receiver<(ResultId, StoreEvent)>,
    _directory: tempfile::TempDir,
}

impl RunningStore {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let (rows, rows_in) = mpsc::channel(BATCH_QUEUE);
        let (commands, commands_in) = mpsc::channel(STORE_QUEUE);
        let (events_out, events) = mpsc::channel(INBOX);
        spawn(rows_in, commands_in, events_out, StoreOptions::spilling_to(directory.path().to_owned()));
        Self { rows, commands, events, _directory: directory }
    }

    /// Passes all rows of a result to the store, and waits until the store has its end.
    async fn store_result(&mut self, live: &mut TestSession, result: ResultId) -> Progress {
        loop {
            let rows = live.next_rows().await;
            let is_end = matches!(rows, Rows::End { .. });
            self.rows.send(rows).await.unwrap();
            if is_end {
                break;
            }
        }
        loop {
            if let (of, StoreEvent::Progress(progress)) = self.next_event().await
                && progress.end.is_some()
            {
                assert_eq!(of, result);
                return progress;
            }
        }
    }

    async fn next_event(&mut self) -> (ResultId, StoreEvent) {
        timeout(TIMEOUT, self.events.recv()).await.expect("an event in time").expect("the store lives")
    }

    async fn request(&mut self, command: StoreCmd) -> StoreEvent {
        self.commands.send(command).await.unwrap();
        loop {
            let (_, event) = self.next_event().await;
            if !matches!(event, StoreEvent::Progress(_) | StoreEvent::Opened(_)) {
                return event;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_value_of_64_mib_is_shown_cut_and_is_complete_on_request() {
    const LENGTH: usize = 64 << 20;
    let rig = Rig::start();
    rig.sql("SET GLOBAL max_allowed_packet = 256 << 20");
    let mut live = connect(rig.profile()).await.unwrap();
    let mut store = RunningStore::new();
    let text = format!("SELECT seq, IF(seq = 2, REPEAT('xyz\\t', {}), 'small') FROM mysql.seq_1_to_3", LENGTH / 4);
    let result = live.start(&text, unlimited()).await;
    let progress = store.store_result(&mut live, result).await;
    assert_eq!((progress.rows, progress.end), (3, Some(End::Complete)));

    let StoreEvent::Window(window) = store.request(StoreCmd::Window { result, rows: 0..3 }).await else { panic!() };
    let Some(CellPreview::Bytes { head, length }) = window.cell(1, 1) else { panic!("{window:?}") };
    assert_eq!((head.len() <= WINDOW_CELL_BYTES, *length), (true, LENGTH as u64));
    let value = StoreCmd::Value { result, row: 1, column: 1 };
    let StoreEvent::Value { value: Some(value), .. } = store.request(value).await else { panic!() };
    assert_eq!(value.len(), LENGTH);
    assert!(value.chunks(4).all(|part| part == b"xyz\t"));

    live.report(result).await;
    assert_eq!(live.run("SELECT 'still here'").await.value(), "still here");
    live.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_row_of_a_slow_statement_comes_by_itself() {
    let mut live = connect(Rig::start().profile()).await.unwrap();
    // The server sends its buffer of 16 KiB when it is full, so the end of a row is sent with the next row.
    let text = "SELECT seq, repeat('x', 20000), SLEEP(0.3) FROM mysql.seq_1_to_5";
    let result = live.start(text, unlimited()).await;
    let ran = live.finish(result).await;
    assert_eq!((ran.report.rows, ran.batches.len() >= 4), (5, true), "{:?}", ran.batches);
    live.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_lost_in_the_middle_of_a_row_leaves_the_rows_before_it() {
    let rig = Rig::start();
    let forwarder = Forwarder::to(rig.mysql_address(), rig.mysql_port());
    let profile = Profile { host: "127.0.0.1".into(), port: forwarder.port(), tls: TlsMode::Required, ..direct(rig) };
    let mut live = connect(profile).await.unwrap();
    let mut store = RunningStore::new();
    // A row has many network packets, so the connection is lost in the middle of a row.
    let text = "SELECT seq, repeat('x', 1000000) FROM mysql.seq_1_to_100000";
    let result = live.start(text, unlimited()).await;
    let mut sent = 0;
    while sent < 3 {
        let rows = live.next_rows().await;
        sent += u64::from(matches!(rows, Rows::Batch { .. }));
        store.rows.send(rows).await.unwrap();
    }
    forwarder.set(Mode::Reset);
    let progress = store.store_result(&mut live, result).await;
    let Some(End::Broken(problem)) = progress.end else { panic!("{progress:?}") };
    assert_eq!(problem.kind, ProblemKind::Lost, "{problem}");
    assert!(problem.then.is_some() || problem.hint.is_some(), "{problem:?}");
    assert!(progress.rows >= 3, "{}", progress.rows);
    let last = progress.rows - 1;
    let StoreEvent::Window(window) = store.request(StoreCmd::Window { result, rows: last..last + 1 }).await else {
        panic!()
    };
    assert_eq!(
        window.cell(last, 1).map(|shown| matches!(shown, CellPreview::Bytes { length: 1_000_000, .. })),
        Some(true)
    );
}
