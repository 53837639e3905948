//! The monkey: random keys, pastes, sizes and faults on the model, with a storage task that is played. After each step the screen
//! is drawn, and what must always hold is checked.
//!
//! `RRX_MONKEY_RUNS` is the number of runs for each keymap (8 without it). `RRX_MONKEY_SEED` repeats the run of one seed. A
//! failure prints the seed and the shortest list of steps that was found.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use rrx::app::focus::Focus;
use rrx::app::layout::ScreenSize;
use rrx::app::quitting::Quitting;
use rrx::app::request::DialogShape;
use rrx::app::{Effect, Message, Model, Worker, keymaps, screen, update};
use rrx::domain::access_log::record;
use rrx::domain::compute::{ComputeWork, Computed};
use rrx::domain::keys::{Chord, Key};
use rrx::domain::limits::{QUIT_PATIENCE, WRITE_PAUSES};
use rrx::domain::mouse::{Gesture, MouseEvent};
use rrx::domain::problem::{Problem, ProblemKind};
use rrx::domain::protocol::{
    End, ExportEvent, ExportId, HostEvent, LoadedSettings, Progress, ResultId, SavedWorksheet, SessionCmd,
    SessionEvent, SessionId, StorageCmd, StorageEvent, StoreEvent, StoreWork, UnsavedPart, UnsavedWorksheets,
    WorksheetSet,
};
use rrx::domain::results::{CellPreview, SelectionTotals, Window};

use super::model::{Bench, Paper, catalog, facts, report};

/// Steps of one run.
const STEPS: usize = 120;
/// Runs that a search for a shorter list of steps makes at most.
const SHORTENING: usize = 200;

/// One thing that happens.
#[derive(Debug, Clone)]
enum Step {
    Key(Chord),
    Mouse(MouseEvent),
    Paste(String),
    Resize(u16, u16),
    Tick(u64),
    /// The storage task runs its oldest command.
    Storage(Disk),
    /// The queues refuse the effects of the next message.
    Refuse,
    /// Something fails or ends by itself.
    Fault(Fault),
    /// The session or the store does what it was asked for.
    Progress(u8),
}

impl Step {
    /// Describes it in one line.
    fn describe(&self) -> String {
        match self {
            Self::Key(chord) => format!("Key {}", chord.label()),
            step => format!("{step:?}").chars().take(200).collect(),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Disk {
    Works,
    Fails,
}

#[derive(Debug, Clone, Copy)]
enum Fault {
    Lost,
    LostForGood,
    SessionFailed,
    Closed,
    StatementFailed,
    CatalogFailed,
    UnknownSession,
    UnknownResult,
    StoreFailed,
    StoreBroken,
    SessionTaskLost,
    StoreTaskLost,
    ClipboardFailed,
    ExportFailed,
    FileFailed,
}

/// A generator of numbers (xorshift).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit as u64).unwrap()
    }

    /// Returns a number of fewer than 256 possible ones.
    fn small(&mut self, limit: u8) -> u8 {
        u8::try_from(self.below(usize::from(limit))).unwrap()
    }

    fn of<T: Clone>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())].clone()
    }

    fn step(&mut self) -> Step {
        match self.below(100) {
            0..=43 => Step::Key(self.key()),
            44..=49 => Step::Mouse(self.mouse()),
            50..=54 => Step::Paste(self.paste()),
            55..=59 => {
                let sizes = [(160, 45), (120, 18), (100, 30), (80, 24), (60, 18), (47, 12), (40, 10), (20, 5), (1, 1)];
                let random = (u16::from(self.small(200)), u16::from(self.small(60)));
                let (width, height) = if self.below(3) == 0 { random } else { self.of(&sizes) };
                Step::Resize(width, height)
            }
            60..=66 => Step::Tick(self.of(&[1, 100, 1_000, 2_000, 6_000, 60_000])),
            67..=79 => Step::Storage(if self.below(3) == 0 { Disk::Fails } else { Disk::Works }),
            80..=82 => Step::Refuse,
            83..=91 => Step::Progress(self.small(8)),
            _ => Step::Fault(self.of(&[
                Fault::Lost,
                Fault::LostForGood,
                Fault::SessionFailed,
                Fault::Closed,
                Fault::StatementFailed,
                Fault::CatalogFailed,
                Fault::UnknownSession,
                Fault::UnknownResult,
                Fault::StoreFailed,
                Fault::StoreBroken,
                Fault::SessionTaskLost,
                Fault::StoreTaskLost,
                Fault::ClipboardFailed,
                Fault::ExportFailed,
                Fault::FileFailed,
            ])),
        }
    }

    fn key(&mut self) -> Chord {
        let named = "enter esc tab shift-tab up down left right home end page-up page-down backspace delete space f1 f2 f3 \
                     f4 f5 f6 f7 f8 f9 f10 f12 shift-up shift-down shift-left shift-right alt-enter alt-left alt-right \
                     ctrl-home ctrl-end ctrl-space";
        let named: Vec<&str> = named.split_whitespace().collect();
        let letter = char::from(b'a' + self.small(26));
        let chord = match self.below(20) {
            0..=6 => self.of(&named).to_owned(),
            7..=9 => format!("ctrl-{letter}"),
            10..=11 => format!("alt-{letter}"),
            12 => {
                return Chord::plain(Key::Char(
                    self.of(&['ü', '漢', '\u{301}', '😀', '\u{200b}', ';', '\'', '`', '/']),
                ));
            }
            13..=14 => return Chord::plain(Key::Char(self.of(&['y', 'n', 'P', 'x', '?', ':', 'g', 'G', '1', ' ']))),
            _ => return Chord::plain(Key::Char(letter)),
        };
        // Quitting ends the run, so it is rare.
        match chord.as_str() {
            "ctrl-q" if self.below(4) > 0 => Chord::plain(Key::Char('q')),
            chord => chord.parse().unwrap_or(Chord::plain(Key::Enter)),
        }
    }

    fn mouse(&mut self) -> MouseEvent {
        let gestures =
            [Gesture::Press, Gesture::Press, Gesture::Drag, Gesture::Release, Gesture::WheelUp, Gesture::WheelDown];
        let gesture = if self.below(9) == 0 { Gesture::WheelLeft } else { self.of(&gestures) };
        let (x, y) = (u16::from(self.small(180)), u16::from(self.small(50)));
        MouseEvent { gesture, x, y, shift: self.below(6) == 0 }
    }

    fn paste(&mut self) -> String {
        let pieces = [
            "SELECT 1;\n",
            "SELECT * FROM study WHERE id = ",
            "\r\n",
            "\r",
            "\t",
            "\u{1b}[31m",
            "\0",
            "\u{200d}",
            "\u{202e}",
            "'",
            "\"",
            "/*",
            "*/",
            "--",
            "漢字",
            "e\u{301}\u{301}\u{301}",
            "👩\u{200d}👩",
            "DELIMITER //\n",
            "",
        ];
        let mut text = (0..self.below(8)).map(|_| self.of(&pieces)).collect::<String>();
        if self.below(12) == 0 {
            text.push_str(&"a huge line ".repeat(4_000));
        }
        text
    }
}

/// The texts of worksheets, which no fault may change.
type Texts = Vec<(String, String)>;

fn texts(worksheets: &WorksheetSet) -> Texts {
    let all = worksheets.open.iter().chain(&worksheets.closed);
    all.map(|SavedWorksheet { key, text, .. }| (key.clone(), text.clone())).collect()
}

/// A model, and what the tasks around it hold.
struct World {
    model: Model,
    now: Duration,
    refuses: bool,
    /// The commands that the storage task has not run yet.
    waiting: VecDeque<StorageCmd>,
    /// The worksheets that the storage task has taken: on disk, waiting or due.
    taken: BTreeMap<String, Texts>,
    disk: BTreeMap<String, WorksheetSet>,
    due: BTreeMap<String, WorksheetSet>,
    /// The profiles with records that are kept.
    due_records: BTreeSet<String>,
    /// Begin and end records that are on disk or kept by the storage task.
    records: (usize, usize),
    running: Option<ResultId>,
    /// Whether the storage task has reported a failure in this step.
    has_failed: bool,
    has_quit: bool,
}

impl World {
    fn new(style: &str) -> Self {
        let mut bench = Bench::connected(160, 45);
        bench.model.context.keymap = Arc::new(keymaps::keymap(style, None).0);
        Self {
            model: bench.model,
            now: Duration::ZERO,
            refuses: false,
            waiting: VecDeque::new(),
            taken: BTreeMap::new(),
            disk: BTreeMap::new(),
            due: BTreeMap::new(),
            due_records: BTreeSet::new(),
            records: (0, 0),
            running: None,
            has_failed: false,
            has_quit: false,
        }
    }

    fn feed(&mut self, message: Message) {
        let refuses = std::mem::take(&mut self.refuses);
        let mut effects: VecDeque<Effect> = update(&mut self.model, message).into();
        while let Some(effect) = effects.pop_front() {
            let is_refused = refuses && matches!(effect, Effect::Storage(_) | Effect::Session(..) | Effect::Store(_));
            if is_refused {
                effects.extend(update(&mut self.model, Message::Refused(effect)));
                continue;
            }
            match effect {
                Effect::Storage(command) => {
                    if let StorageCmd::SaveWorksheets { profile, worksheets } = &command {
                        self.taken.insert(profile.clone(), texts(worksheets));
                    }
                    self.waiting.push_back(command);
                }
                Effect::Session(_, SessionCmd::Run { result, .. }) => self.running = Some(result),
                Effect::Quit(_) => self.has_quit = true,
                Effect::Compute(job) => {
                    // A long text would only take time.
                    let is_long = matches!(&job.work, ComputeWork::Complete(work) if work.text.len() > 10_000);
                    if let Some(answer) = job.work.run(&|| is_long) {
                        let computed = Computed { generation: job.generation, answer };
                        effects.extend(update(&mut self.model, Message::Computed(computed)));
                    }
                }
                Effect::Session(..)
                | Effect::Store(_)
                | Effect::Export(_)
                | Effect::Host(_)
                | Effect::Discard(_)
                | Effect::Edit(_)
                | Effect::Mouse(_)
                | Effect::Redraw
                | Effect::Wake(_) => {}
            }
        }
    }

    fn tick(&mut self, by: Duration) {
        self.now += by;
        self.feed(Message::Clock(self.now));
    }

    fn save(&mut self, profile: String, worksheets: WorksheetSet, disk: Disk) -> StorageEvent {
        match disk {
            Disk::Works => {
                self.due.remove(&profile);
                self.disk.insert(profile.clone(), worksheets);
                StorageEvent::WorksheetsSaved { profile }
            }
            Disk::Fails => {
                let is_text_on_disk = self.disk.get(&profile).is_some_and(|kept| texts(kept) == texts(&worksheets));
                let part = if is_text_on_disk { UnsavedPart::Positions } else { UnsavedPart::Texts };
                self.due.insert(profile.clone(), worksheets);
                StorageEvent::WorksheetsNotSaved(UnsavedWorksheets { profile, problem: problem("not written"), part })
            }
        }
    }

    /// Runs the oldest command of the storage task.
    fn storage(&mut self, disk: Disk) {
        let Some(command) = self.waiting.pop_front() else { return };
        let fails = disk == Disk::Fails;
        let writes_records = !fails && matches!(command, StorageCmd::WriteDue { .. });
        let event = match command {
            StorageCmd::SaveWorksheets { profile, worksheets } => self.save(profile, worksheets, disk),
            StorageCmd::WriteDue { profile } => match self.due.get(&profile).cloned() {
                Some(worksheets) => self.save(profile, worksheets, disk),
                None => StorageEvent::WorksheetsSaved { profile },
            },
            StorageCmd::LoadWorksheets { profile } => {
                let kept = self.due.get(&profile).or(self.disk.get(&profile)).cloned().unwrap_or_default();
                self.taken.insert(profile.clone(), texts(&kept));
                StorageEvent::Worksheets { profile, worksheets: kept, problems: vec![] }
            }
            StorageCmd::Begin { result, .. } if fails => {
                StorageEvent::NotPermitted { result, problem: problem("not recorded") }
            }
            StorageCmd::Begin { result, statement } => {
                self.records.0 += 1;
                StorageEvent::Permitted { result, permit: record(&mut Paper, statement).unwrap() }
            }
            StorageCmd::End { profile, .. } => {
                self.records.1 += 1;
                if fails {
                    self.due_records.insert(profile.clone());
                    StorageEvent::RecordsNotWritten { profile, problem: problem("not recorded") }
                } else {
                    self.due_records.remove(&profile);
                    StorageEvent::RecordsWritten { profile }
                }
            }
            StorageCmd::LoadSettings { then } => {
                let settings = Arc::clone(&self.model.context.settings);
                StorageEvent::Settings { loaded: LoadedSettings { settings, problems: vec![] }, then }
            }
            StorageCmd::LoadHistory { .. } => StorageEvent::History { entries: vec![], today: 0 },
            StorageCmd::LoadLastUses | StorageCmd::ProfileUsed { .. } => StorageEvent::LastUses(BTreeMap::new()),
            StorageCmd::AddProfile { .. } => StorageEvent::ProfileNotAdded(problem("not added")),
            StorageCmd::SaveSnippet { .. } if !fails => StorageEvent::SnippetSaved("snippet.sql".into()),
            StorageCmd::SavePanelSizes(_) if !fails => return,
            StorageCmd::SaveSnippet { .. }
            | StorageCmd::SavePanelSizes(_)
            | StorageCmd::SqlFile { .. }
            | StorageCmd::Exported(_)
            | StorageCmd::Copied(_) => StorageEvent::Failed(problem("not written")),
            StorageCmd::LoadSnippets { owner, .. } => {
                StorageEvent::Snippets { owner, snippets: Arc::default(), problems: vec![] }
            }
            StorageCmd::LoadDocs { owner, .. } => StorageEvent::Docs { owner, packs: Arc::default(), problems: vec![] },
        };
        self.has_failed = matches!(
            event,
            StorageEvent::WorksheetsNotSaved(_)
                | StorageEvent::NotPermitted { .. }
                | StorageEvent::RecordsNotWritten { .. }
                | StorageEvent::ProfileNotAdded(_)
                | StorageEvent::Failed(_)
        );
        self.feed(Message::Storage(event));
        if writes_records {
            for profile in std::mem::take(&mut self.due_records) {
                self.feed(Message::Storage(StorageEvent::RecordsWritten { profile }));
            }
        }
    }

    fn session(&mut self, event: SessionEvent) {
        let session = self.model.context.link.session().unwrap_or(SessionId(0));
        self.feed(Message::Session(session, event));
    }

    fn result(&self) -> ResultId {
        self.running.or(self.model.grid.front().map(|result| result.id)).unwrap_or(ResultId(0))
    }

    fn progress(&mut self, what: u8) {
        let result = self.result();
        match what {
            0 => self.session(SessionEvent::Ready(Arc::new(facts()))),
            1 => self.session(SessionEvent::Catalog(Arc::new(catalog()))),
            2 => {
                let columns = Arc::from([super::states::text("a"), super::states::text("漢字")]);
                self.feed(Message::Result(result, StoreEvent::Opened(columns)));
            }
            3 => {
                let progress = Progress { rows: 50, bytes: 10, end: None };
                self.feed(Message::Result(result, StoreEvent::Progress(progress)));
            }
            4 => {
                if let Some(result) = self.running.take() {
                    self.session(SessionEvent::Ended { result, report: report(End::Complete, 50) });
                }
            }
            5 => {
                let view = self.model.grid.of(result).map_or(0, |result| result.shown.0);
                let cell = |n: u64| CellPreview::Bytes { length: n % 3, head: b"1".as_slice().into() };
                let window = Window { view, first: 0, columns: 2, cells: (0..100).map(cell).collect() };
                self.feed(Message::Result(result, StoreEvent::Window(Arc::new(window))));
            }
            6 => {
                let requested = self.model.grid.of(result).and_then(|result| result.totals.clone());
                let (rows, columns) =
                    requested.map_or((0..1, vec![0]), |requested| (requested.rows, requested.columns));
                let totals = Arc::new(SelectionTotals { values: 2, ..SelectionTotals::default() });
                self.feed(Message::Result(result, StoreEvent::Totalled { rows, columns, totals }));
            }
            _ => {
                let pending = self.model.grid.of(result).and_then(|result| result.pending_values.first().copied());
                let (row, column) = pending.map_or((0, 0), |pending| (pending.row, pending.column));
                self.feed(Message::Result(result, StoreEvent::Value { row, column, value: None }));
            }
        }
    }

    fn fault(&mut self, fault: Fault) {
        let result = self.result();
        let lost = |is_transient| Problem { is_transient, ..Problem::new(ProblemKind::Lost, "gone") };
        match fault {
            Fault::Lost => self.session(SessionEvent::Lost(lost(true))),
            Fault::LostForGood => self.session(SessionEvent::Lost(lost(false))),
            Fault::SessionFailed => self.session(SessionEvent::Failed(lost(self.now.as_millis().is_multiple_of(2)))),
            Fault::Closed => self.session(SessionEvent::Closed),
            Fault::StatementFailed => {
                let failed = Problem { at: Some(3), ..Problem::new(ProblemKind::Statement, "no such table") };
                self.running = None;
                self.session(SessionEvent::Ended { result, report: report(End::Broken(failed), 0) });
            }
            Fault::CatalogFailed => self.session(SessionEvent::CatalogFailed(problem("no catalog"))),
            Fault::UnknownSession => self.feed(Message::Session(SessionId(9_999), SessionEvent::Failed(lost(true)))),
            Fault::UnknownResult => {
                let report = report(End::Broken(lost(true)), 7);
                self.session(SessionEvent::Ended { result: ResultId(9_999), report });
            }
            Fault::StoreFailed => {
                let event = StoreEvent::Failed { work: StoreWork::Profile, problem: problem("not computed") };
                self.feed(Message::Result(result, event));
            }
            Fault::StoreBroken => self.feed(Message::Result(result, StoreEvent::Broken(problem("not kept")))),
            Fault::SessionTaskLost => {
                let session = self.model.context.link.session().unwrap_or(SessionId(0));
                self.lose(Worker::Session(session));
            }
            Fault::StoreTaskLost => self.lose(Worker::Store),
            Fault::ClipboardFailed => self.feed(Message::Host(HostEvent::Failed(problem("not copied")))),
            Fault::ExportFailed => {
                let running = self.model.grid.exporting().map(|export| export.job.id);
                let id = running.unwrap_or(ExportId(9_999));
                self.feed(Message::Export(id, ExportEvent::Failed(problem("not exported"))));
            }
            Fault::FileFailed => self.feed(Message::Storage(StorageEvent::Failed(problem("not read")))),
        }
    }

    fn lose(&mut self, worker: Worker) {
        self.feed(Message::WorkerLost { worker, why: "a task panicked".into() });
    }

    /// Does one step, and checks what must hold after it.
    fn step(&mut self, step: &Step) -> Result<(), String> {
        let before = (self.model.focus, self.model.overlays.is_modal(), self.model.connect.is_some());
        let had_texts = texts(&self.model.worksheets.saved());
        let profile = self.model.worksheets.profile.clone();
        self.has_failed = false;
        let is_of_user = match step {
            Step::Mouse(event) => {
                self.feed(Message::Mouse(*event));
                true
            }
            Step::Key(chord) => {
                self.feed(Message::Key(*chord));
                true
            }
            Step::Paste(text) => {
                self.feed(Message::Paste(text.clone()));
                true
            }
            Step::Resize(width, height) => {
                self.feed(Message::Resize(ScreenSize { width: *width, height: *height }));
                false
            }
            Step::Tick(milliseconds) => {
                self.tick(Duration::from_millis(*milliseconds));
                false
            }
            Step::Storage(disk) => {
                self.storage(*disk);
                false
            }
            Step::Refuse => {
                self.refuses = true;
                false
            }
            Step::Progress(what) => {
                self.progress(*what);
                false
            }
            Step::Fault(fault) => {
                self.fault(*fault);
                false
            }
        };
        self.check(step, before)?;
        if !is_of_user && self.model.worksheets.profile == profile {
            let has_texts = texts(&self.model.worksheets.saved());
            ensure(has_texts == had_texts, || format!("the texts were {had_texts:?} and are {has_texts:?}"))?;
        }
        let ScreenSize { width, height } = self.model.size;
        let _ = screen(&self.model, width, height);
        Ok(())
    }

    fn check(&self, step: &Step, before: (Focus, bool, bool)) -> Result<(), String> {
        let model = &self.model;
        let after = (model.focus, model.overlays.is_modal(), model.connect.is_some());
        let is_failure = matches!(step, Step::Fault(_)) || self.has_failed;
        // The user wanted to quit: a question is the answer to that key.
        ensure(!is_failure || model.quitting == Quitting::Asking || before == after, || {
            format!("a fault moved the focus, or opened or closed something: {before:?} {after:?}")
        })?;
        let worksheets = &model.worksheets;
        ensure(!worksheets.sheets.is_empty(), || "there is no worksheet".into())?;
        ensure(worksheets.front < worksheets.sheets.len(), || "no worksheet is in front".into())?;
        let Some(profile) = &worksheets.profile else { return Ok(()) };
        let is_of_profile = |command: &&StorageCmd| match command {
            StorageCmd::SaveWorksheets { profile: of, .. } | StorageCmd::WriteDue { profile: of } => of == profile,
            _ => false,
        };
        let load = self.waiting.iter().rposition(|command| matches!(command, StorageCmd::LoadWorksheets { .. }));
        let saves = self.waiting.iter().skip(load.map_or(0, |at| at + 1)).filter(is_of_profile).count();
        ensure(saves <= 1, || format!("{saves} saves are under way"))?;
        let is_kept = model.refused.iter().any(|effect| matches!(effect, Effect::Storage(_)));
        if !worksheets.has_changes()
            && !is_kept
            && let Some(taken) = self.taken.get(profile)
        {
            let shown = texts(&worksheets.saved());
            ensure(*taken == shown, || format!("the storage task has {taken:?}, and the screen has {shown:?}"))?;
        }
        Ok(())
    }

    /// Lets all tasks work again: everything is saved, and quitting ends.
    fn settle(&mut self) -> Result<(), String> {
        for _ in 0..60 {
            while !self.waiting.is_empty() {
                self.storage(Disk::Works);
            }
            self.tick(WRITE_PAUSES[2]);
        }
        ensure(self.model.due.marks().is_empty(), || format!("still due: {:?}", self.model.due))?;
        if let Some(profile) = self.model.worksheets.profile.clone()
            && self.taken.contains_key(&profile)
        {
            let kept = self.disk.get(&profile).map(texts).unwrap_or_default();
            let shown = texts(&self.model.worksheets.saved());
            let is_new = kept.is_empty() && shown.iter().all(|(_, text)| text.is_empty());
            ensure(kept == shown || is_new, || format!("the disk has {kept:?}, and the screen has {shown:?}"))?;
        }
        Ok(())
    }

    /// Quits while the disk behaves in this way; `None` does not answer. It must end whatever the disk does.
    fn quit(&mut self, disk: Option<Disk>, is_signal: bool) -> Result<(), String> {
        for _ in 0..8 {
            if is_signal {
                self.feed(Message::Terminate);
            } else {
                let top = self.model.overlays.modal().map(|overlay| overlay.dialog.shape());
                let key = if top == Some(DialogShape::Confirm) { "y" } else { "ctrl-q" };
                self.press_quit_key(key);
            }
            for _ in 0..4 {
                while let Some(disk) = disk
                    && !self.waiting.is_empty()
                {
                    self.storage(disk);
                }
                self.tick(QUIT_PATIENCE);
            }
            if self.has_quit {
                return Ok(());
            }
        }
        Err(format!("rrx does not quit: {:?}, {:?}", self.model.quitting, self.model.worksheets.saving))
    }

    fn press_quit_key(&mut self, key: &str) {
        self.model.matcher = rrx::domain::keys::Matcher::default();
        // The keymaps have different keys for it.
        self.model.context.keymap = Arc::new(keymaps::keymap("default", None).0);
        self.feed(Message::Key(key.parse().unwrap()));
    }
}

fn problem(what: &str) -> Problem {
    Problem::new(ProblemKind::Local, what).because("No space left on device").hint("free some space")
}

fn ensure(holds: bool, what: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(what()) }
}

/// Does all steps, then quits. The ending says how the disk behaves at the end.
fn run(style: &str, ending: u64, steps: &[Step]) -> Result<(), String> {
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        let mut world = World::new(style);
        for step in steps {
            world.step(step)?;
            if world.has_quit {
                return Ok(());
            }
        }
        world.refuses = false;
        match ending % 4 {
            0 => world.quit(Some(Disk::Fails), false),
            1 => world.quit(None, false),
            2 => world.quit(None, true),
            _ => world.settle().and_then(|()| world.quit(Some(Disk::Works), false)).and_then(|()| {
                ensure(world.records.0 == world.records.1, || format!("begin and end records: {:?}", world.records))
            }),
        }
    }));
    outcome.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        Err(text.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string)).unwrap_or_default())
    })
}

/// Removes steps as long as the run still fails, in parts that get smaller.
fn shorten(style: &str, ending: u64, mut steps: Vec<Step>) -> Vec<Step> {
    let (mut part, mut runs) = (steps.len() / 2, 0);
    while part > 0 && runs < SHORTENING {
        let mut at = 0;
        while at < steps.len() && runs < SHORTENING {
            let mut fewer = steps.clone();
            fewer.drain(at..(at + part).min(steps.len()));
            runs += 1;
            if run(style, ending, &fewer).is_err() {
                steps = fewer;
            } else {
                at += part;
            }
        }
        part /= 2;
    }
    steps
}

fn number_of(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|value| value.parse().expect(variable))
}

fn play(style: &str) {
    let one = number_of("RRX_MONKEY_SEED");
    let runs = number_of("RRX_MONKEY_RUNS").unwrap_or(8);
    for seed in one.map_or(1..=runs, |seed| seed..=seed) {
        let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        let steps: Vec<Step> = (0..STEPS).map(|_| random.step()).collect();
        if let Err(first) = run(style, seed, &steps) {
            let steps = shorten(style, seed, steps);
            let last = run(style, seed, &steps).err().unwrap_or(first);
            let steps = steps.iter().map(Step::describe).collect::<Vec<_>>().join("\n  ");
            panic!("RRX_MONKEY_SEED={seed}, keymap {style}: {last}\nafter these steps:\n  {steps}");
        }
    }
}

#[test]
fn nothing_breaks_with_the_default_keys() {
    play("default");
}

#[test]
fn nothing_breaks_with_the_vim_keys() {
    play("vim");
}

#[test]
fn nothing_breaks_with_the_emacs_keys() {
    play("emacs");
}
