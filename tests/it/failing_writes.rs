//! Local writes that fail: the storage task keeps worksheets and records, writes them again, and at its end writes texts to
//! another directory.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use rrx::domain::access_log::{EndRecord, LogRecord};
use rrx::domain::protocol::{SavedWorksheet, StorageCmd, StorageEvent, UnsavedPart, UnsavedWorksheets, WorksheetSet};
use rrx::io::storage::access_log::FILE_NAME;
use rrx::io::storage::paths::Paths;
use rrx::io::storage::rescue;
use rrx::io::storage::task::{self, StorageDeps, StorageReport};
use rrx::io::storage::worksheets::WorksheetFiles;
use tempfile::{TempDir, tempdir};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// A running storage task, whose directory can be made unusable.
struct Desk {
    root: TempDir,
    paths: Paths,
    /// Dropped before the runtime, which waits for the end of the task.
    commands: mpsc::Sender<StorageCmd>,
    runtime: tokio::runtime::Runtime,
    events: std::sync::mpsc::Receiver<StorageEvent>,
    task: JoinHandle<StorageReport>,
}

fn clock() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_790_000_000)
}

impl Desk {
    fn new() -> Self {
        let root = tempdir().unwrap();
        let mut paths = Paths::under(root.path());
        fs::create_dir(root.path().join("elsewhere")).unwrap();
        paths.fallbacks = vec![root.path().join("missing"), root.path().join("elsewhere")];
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
        let (commands, queue) = mpsc::channel(64);
        let (sender, events) = std::sync::mpsc::channel();
        let deps = StorageDeps { clock, demo_pack: || None, bundled_snippets: Vec::new };
        let task = {
            let _context = runtime.enter();
            task::spawn(queue, move |event| sender.send(event).unwrap(), paths.clone(), deps)
        };
        Self { root, paths, commands, runtime, events, task }
    }

    fn send(&self, command: StorageCmd) -> StorageEvent {
        self.commands.blocking_send(command).unwrap();
        self.events.recv_timeout(Duration::from_mins(1)).unwrap()
    }

    fn save(&self, text: &str) -> StorageEvent {
        self.send(StorageCmd::SaveWorksheets { profile: "eu".into(), worksheets: set(text) })
    }

    fn write_due(&self) -> StorageEvent {
        self.send(StorageCmd::WriteDue { profile: "eu".into() })
    }

    /// Puts a file in the place of the state directory.
    fn break_state(&self) {
        let state = self.root.path().join("state");
        if state.exists() {
            fs::rename(&state, self.root.path().join("kept")).unwrap();
        }
        fs::write(&state, "a file in the way").unwrap();
    }

    fn mend_state(&self) {
        let (state, kept) = (self.root.path().join("state"), self.root.path().join("kept"));
        fs::remove_file(&state).unwrap();
        if kept.exists() {
            fs::rename(kept, state).unwrap();
        }
    }

    fn saved_text(&self) -> String {
        fs::read_to_string(self.root.path().join("state/worksheets/eu/1/a.sql")).unwrap_or_default()
    }

    /// Closes the queue. Returns what the task could not write.
    fn end(self) -> (TempDir, StorageReport) {
        drop(self.commands);
        (self.root, self.runtime.block_on(self.task).unwrap())
    }
}

fn set(text: &str) -> WorksheetSet {
    WorksheetSet { open: vec![SavedWorksheet::new("a", "one", text)], ..WorksheetSet::default() }
}

fn is_saved(event: &StorageEvent) -> bool {
    matches!(event, StorageEvent::WorksheetsSaved { profile } if profile == "eu")
}

fn unsaved(event: StorageEvent) -> UnsavedWorksheets {
    let StorageEvent::WorksheetsNotSaved(unsaved) = event else { panic!("{event:?}") };
    unsaved
}

fn end_record(id: &str) -> StorageCmd {
    let entry = EndRecord { id: id.into(), time: String::new(), milliseconds: 1, rows: 2, end: "complete".into() };
    StorageCmd::End { profile: "eu".into(), entry }
}

fn texts(directory: &Path) -> Vec<String> {
    let mut texts: Vec<String> = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "sql"))
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    texts.sort();
    texts
}

#[test]
fn a_save_that_failed_is_kept_and_written_when_the_directory_is_there_again() {
    let desk = Desk::new();
    assert!(is_saved(&desk.save("first")));
    desk.break_state();
    assert_eq!(unsaved(desk.save("second")).part, UnsavedPart::Texts);
    assert_eq!(unsaved(desk.write_due()).part, UnsavedPart::Texts);
    desk.mend_state();
    assert!(is_saved(&desk.write_due()));
    assert_eq!(desk.saved_text(), "second");
    assert!(is_saved(&desk.write_due()), "nothing is due");
    let (root, report) = desk.end();
    assert!(report.problems.is_empty(), "{report:?}");
    assert!(fs::read_dir(root.path().join("elsewhere")).unwrap().next().is_none());
}

#[test]
fn a_directory_that_was_deleted_is_made_again_with_all_texts() {
    let desk = Desk::new();
    assert!(is_saved(&desk.save("all of it")));
    fs::remove_dir_all(desk.root.path().join("state")).unwrap();
    assert!(is_saved(&desk.save("all of it")));
    assert_eq!(desk.saved_text(), "all of it");
}

#[test]
fn worksheets_that_are_due_are_shown_when_their_profile_is_opened_again() {
    let desk = Desk::new();
    assert!(is_saved(&desk.save("first")));
    desk.break_state();
    unsaved(desk.save("second"));
    let event = desk.send(StorageCmd::LoadWorksheets { profile: "eu".into() });
    let StorageEvent::Worksheets { worksheets, .. } = event else { panic!("{event:?}") };
    assert_eq!(worksheets, set("second"));
    unsaved(desk.events.recv_timeout(Duration::from_mins(1)).unwrap());
}

#[test]
fn at_the_end_unsaved_texts_go_to_a_new_private_directory_that_the_next_start_names() {
    let desk = Desk::new();
    desk.break_state();
    let mut worksheets = set("SELECT 'kept'");
    worksheets.closed = vec![SavedWorksheet::new("b", "two", "closed"), SavedWorksheet::new("c", "three", "")];
    unsaved(desk.send(StorageCmd::SaveWorksheets { profile: "eu".into(), worksheets }));
    // The first name is taken, by a link that must not be followed.
    symlink(desk.root.path().join("target"), desk.root.path().join("elsewhere/rrx-unsaved-eu-1")).unwrap();
    let (root, report) = desk.end();
    let directory = root.path().join("elsewhere/rrx-unsaved-eu-2");
    let [problem] = &report.problems[..] else { panic!("{report:?}") };
    assert!(problem.what.contains(directory.to_str().unwrap()) && problem.kind.exit_code() == 6, "{problem}");
    assert_eq!(texts(&directory), ["SELECT 'kept'", "closed"]);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&directory), mode(&directory.join("a.sql"))), (0o700, 0o600));
    assert!(!root.path().join("target").exists() && report.lost.is_empty());
    assert_eq!(rescue::find(&[root.path().join("elsewhere")], "eu"), std::slice::from_ref(&directory));
}

#[test]
fn an_unfinished_directory_is_removed_and_the_next_place_is_used_or_the_texts_are_returned() {
    let root = tempdir().unwrap();
    let places: Vec<PathBuf> = ["one", "two"].iter().map(|name| root.path().join(name)).collect();
    let two_of_one_key = [SavedWorksheet::new("a", "1", "x"), SavedWorksheet::new("a", "2", "y")];
    for place in &places {
        fs::create_dir(place).unwrap();
    }
    rescue::write(&places, "eu", &two_of_one_key).unwrap_err();
    assert!(places.iter().all(|place| fs::read_dir(place).unwrap().next().is_none()));

    let desk = Desk::new();
    fs::remove_dir(desk.root.path().join("elsewhere")).unwrap();
    desk.break_state();
    unsaved(desk.save("nowhere to go"));
    let (_root, report) = desk.end();
    assert_eq!(report.lost, set("nowhere to go").open);
    assert!(report.problems[0].what.contains("could be written nowhere"), "{report:?}");
}

#[test]
fn positions_that_cannot_be_saved_are_not_written_elsewhere() {
    let desk = Desk::new();
    assert!(is_saved(&desk.save("text")));
    desk.break_state();
    let mut moved = set("text");
    moved.open[0].cursor = (0, 3);
    let event = desk.send(StorageCmd::SaveWorksheets { profile: "eu".into(), worksheets: moved });
    assert_eq!(unsaved(event).part, UnsavedPart::Positions);
    assert!(desk.end().1.problems.is_empty());
}

#[test]
fn an_end_record_that_cannot_be_written_is_written_later_with_its_own_time_and_before_the_next() {
    let desk = Desk::new();
    desk.break_state();
    for id in ["one", "two"] {
        let event = desk.send(end_record(id));
        assert!(matches!(event, StorageEvent::RecordsNotWritten { ref profile, .. } if profile == "eu"), "{event:?}");
    }
    assert!(is_saved(&desk.write_due()));
    let event = desk.events.recv_timeout(Duration::from_mins(1)).unwrap();
    assert!(matches!(event, StorageEvent::RecordsNotWritten { .. }), "{event:?}");
    desk.mend_state();
    assert!(is_saved(&desk.write_due()));
    let event = desk.events.recv_timeout(Duration::from_mins(1)).unwrap();
    assert!(matches!(event, StorageEvent::RecordsWritten { ref profile } if profile == "eu"), "{event:?}");
    let log = desk.paths.state.join(FILE_NAME);
    let ids: Vec<String> = fs::read_to_string(log)
        .unwrap()
        .lines()
        .map(|line| match rrx::domain::access_log::read(line).unwrap() {
            LogRecord::End(end) => {
                assert_eq!(end.time, "2026-09-21T14:13:20.000Z");
                end.id
            }
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(ids, ["one", "two"]);
    assert!(desk.end().1.problems.is_empty());
}

#[test]
fn records_that_could_not_be_written_by_the_end_are_reported() {
    let desk = Desk::new();
    desk.break_state();
    desk.send(end_record("one"));
    let (_root, report) = desk.end();
    assert_eq!(report.problems[0].what, "1 record could not be written to the access log");
}

#[test]
fn a_directory_in_which_nothing_can_be_locked_is_read_and_written_once_that_is_possible() {
    let root = tempdir().unwrap();
    WorksheetFiles::new(root.path().into()).save("eu", &set("kept")).unwrap();
    let lock = root.path().join("eu/1/lock");
    let break_lock = || {
        fs::remove_file(&lock).unwrap();
        fs::create_dir(&lock).unwrap();
    };
    break_lock();
    let mut files = WorksheetFiles::new(root.path().into());
    let read = files.load("eu").unwrap();
    assert_eq!((read.worksheets, read.problems), (set("kept"), vec![]));
    let obstacle = read.obstacle.unwrap();
    assert!(obstacle.what.contains("cannot be saved in") && obstacle.what.contains("eu"), "{obstacle}");
    files.save("eu", &set("more")).unwrap_err();
    assert_eq!(files.unsaved_part("eu", &set("kept")), UnsavedPart::Positions);
    fs::remove_dir(&lock).unwrap();
    files.save("eu", &set("more")).unwrap();
    assert_eq!(texts(&root.path().join("eu/1")), ["more"]);
    drop(files);

    // Another rrx has used the directory since it was read: it stays as it is.
    break_lock();
    let mut files = WorksheetFiles::new(root.path().into());
    files.load("eu").unwrap();
    fs::remove_dir(&lock).unwrap();
    let mut other = WorksheetFiles::new(root.path().into());
    other.load("eu").unwrap();
    other.save("eu", &set("of the other")).unwrap();
    drop(other);
    files.save("eu", &set("of this one")).unwrap();
    assert_eq!(texts(&root.path().join("eu/1")), ["of the other"]);
    assert_eq!(texts(&root.path().join("eu/2")), ["of this one"]);
}

#[test]
fn slots_that_cannot_be_merged_yet_are_shown_and_nothing_is_deleted() {
    let root = tempdir().unwrap();
    let (mut one, mut two) = (WorksheetFiles::new(root.path().into()), WorksheetFiles::new(root.path().into()));
    one.save("eu", &set("of one")).unwrap();
    two.save("eu", &set("of two")).unwrap();
    drop((one, two));
    // The index of the first slot cannot be replaced.
    let index = root.path().join("eu/1/index.json");
    fs::remove_file(&index).unwrap();
    fs::create_dir_all(index.join("x")).unwrap();
    let mut files = WorksheetFiles::new(root.path().into());
    let read = files.load("eu").unwrap();
    let shown: Vec<_> = read.worksheets.open.iter().map(|worksheet| worksheet.text.as_str()).collect();
    assert_eq!(shown, ["of one", "of two"]);
    assert!(read.obstacle.is_some());
    assert_eq!(texts(&root.path().join("eu/2")), ["of two"]);
    fs::remove_dir_all(&index).unwrap();
    files.save("eu", &read.worksheets).unwrap();
    assert!(texts(&root.path().join("eu/2")).is_empty());
    drop(files);
    assert_eq!(WorksheetFiles::new(root.path().into()).load("eu").unwrap().worksheets.open.len(), 2);
}

#[test]
fn worksheets_of_a_newer_format_are_named_and_left_unchanged() {
    let root = tempdir().unwrap();
    let directory = root.path().join("eu/1");
    fs::create_dir_all(&directory).unwrap();
    let index = r#"{"v":99999999999,"tabs":[]}"#;
    fs::write(directory.join("index.json"), index).unwrap();
    fs::write(directory.join("a.sql"), "newer").unwrap();
    let mut files = WorksheetFiles::new(root.path().into());
    let read = files.load("eu").unwrap();
    let [problem] = &read.problems[..] else { panic!("{read:?}") };
    let shown = problem.to_string();
    for part in [directory.to_str().unwrap(), "99999999999", "format 1", "unchanged", "newer rrx"] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    files.save("eu", &set("older")).unwrap();
    assert_eq!(fs::read_to_string(directory.join("index.json")).unwrap(), index);
    assert_eq!(texts(&directory), ["newer"]);
    assert_eq!(texts(&root.path().join("eu/2")), ["older"]);
}
