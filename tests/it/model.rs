//! The model: keys and news in, effects out. No clock, no disk, no network.

use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;
use ratatui::buffer::Buffer;
use rrx::app::context::ConnectionState;
use rrx::app::focus::Focus;
use rrx::app::layout::ScreenSize;
use rrx::app::model::{Model, SettingsReading, Start};
use rrx::app::ui::look::TerminalLook;
use rrx::app::ui::theme::Theme;
use rrx::app::{Effect, Message, keymaps, screen, update};
use rrx::domain::catalog::find::ObjectRef;
use rrx::domain::catalog::{Catalog, KeyRole, NameCase, Schema, Table, TableColumn};
use rrx::domain::compute::{ComputeJob, ComputeResult, Computed, Generation};
use rrx::domain::keys::Chord;
use rrx::domain::limits::TEXT_PAUSE;
use rrx::domain::problem::{Problem, ProblemKind, ServerError};
use rrx::domain::profile::{Environment, Profile, Settings, TlsMode};
use rrx::domain::protocol::{
    AfterSettings, Answer, End, Lag, LoadedSettings, PanelSizes, PrivilegeScope, Progress, Question, ResultId, Role,
    RunReport, ServerFacts, SessionCmd, SessionEvent, SessionId, StorageCmd, StorageEvent, StoreCmd, StoreEvent,
    WorksheetSet,
};
use rrx::domain::results::{CellPreview, Column, ColumnOrigin, Window, WireType};
use rrx::domain::sql::{Dialect, SessionPins};

/// A model and the effects that it asked for.
pub struct Bench {
    pub model: Model,
    pub effects: Vec<Effect>,
    /// The settings file when it is read again; `None` is a file without a change.
    pub settings_file: Option<&'static str>,
}

impl Bench {
    /// A model with one profile, not connected.
    pub fn new(width: u16, height: u16) -> Self {
        let text = "[profile.eu]\nenvironment = \"production\"\nroute = [\"ops@bastion.example.com\"]\n\
                    host = \"replica.example.com\"\nuser = \"RO_USER\"\ndatabase = \"clinspark\"\n";
        let (settings, problems) = rrx::domain::profile::parse(text, "config.toml");
        assert_eq!(problems, vec![]);
        let settings: Arc<Settings> = Arc::new(settings);
        let profiles = settings.profiles.iter().cloned().map(Arc::new).collect();
        let (keymap, _) = keymaps::keymap("default", None);
        let model = Model::new(Start {
            settings,
            reading: SettingsReading::WithEachConnection,
            profiles,
            keymap: Arc::new(keymap),
            theme: Theme::new(TerminalLook::default()),
            size: ScreenSize { width, height },
            problems: vec![],
            first_worksheet: None,
            panel_sizes: PanelSizes::default(),
            directory: "/home/you/work".into(),
        });
        Self { model, effects: vec![], settings_file: None }
    }

    /// A connected one with a catalog and an empty worksheet.
    pub fn connected(width: u16, height: u16) -> Self {
        let mut bench = Self::new(width, height);
        bench.keys("enter");
        bench.session(SessionEvent::Ready(Arc::new(facts())));
        bench.session(SessionEvent::Catalog(Arc::new(catalog())));
        bench.feed(Message::Storage(StorageEvent::Worksheets {
            profile: "eu".into(),
            worksheets: WorksheetSet::default(),
            problems: vec![],
        }));
        bench.effects.clear();
        bench
    }

    pub fn keys(&mut self, keys: &str) {
        for key in keys.split_whitespace() {
            self.feed(Message::Key(key.parse::<Chord>().unwrap()));
        }
    }

    pub fn text(&mut self, text: &str) {
        self.feed(Message::Paste(text.into()));
    }

    pub fn feed(&mut self, message: Message) {
        self.effects.extend(update(&mut self.model, message));
        let is_reading = |effect: &mut Effect| matches!(effect, Effect::Storage(StorageCmd::LoadSettings { .. }));
        let reading: Vec<Effect> = self.effects.extract_if(.., is_reading).collect();
        for effect in reading {
            let Effect::Storage(StorageCmd::LoadSettings { then }) = effect else { unreachable!() };
            self.answer_settings(then);
        }
    }

    /// Feeds the settings as the file has them.
    pub fn answer_settings(&mut self, then: AfterSettings) {
        let loaded = self.read_settings();
        self.feed(Message::Storage(StorageEvent::Settings { loaded, then }));
    }

    /// Reads the settings as the storage task does.
    fn read_settings(&self) -> LoadedSettings {
        let context = &self.model.context;
        if let Some(text) = self.settings_file {
            let (settings, problems) = rrx::domain::profile::parse(text, "config.toml");
            LoadedSettings { settings: Arc::new(settings), problems }
        } else {
            let profiles = context.profiles.iter().filter(|profile| profile.environment != Environment::Demo);
            let profiles = profiles.map(|profile| profile.as_ref().clone()).collect();
            let settings = Arc::new(Settings { profiles, ..context.settings.as_ref().clone() });
            LoadedSettings { settings, problems: self.model.settings_problems.clone() }
        }
    }

    pub fn session(&mut self, event: SessionEvent) {
        self.feed(Message::Session(SessionId(1), event));
    }

    /// Takes the first effect of this kind out of the effects.
    pub fn take(&mut self, is_it: impl Fn(&Effect) -> bool) -> Effect {
        let at = self.effects.iter().position(is_it).expect("it is asked for");
        self.effects.remove(at)
    }

    /// Runs the statement at the cursor as far as the session: guard, record, permit.
    pub fn run(&mut self) -> ResultId {
        self.keys("f5");
        self.permit()
    }

    /// Permits the statement that is to be recorded.
    pub fn permit(&mut self) -> ResultId {
        let begin = self.take(|effect| matches!(effect, Effect::Storage(StorageCmd::Begin { .. })));
        let Effect::Storage(StorageCmd::Begin { result, statement }) = begin else { unreachable!() };
        let permit = rrx::domain::access_log::record(&mut Paper, statement).unwrap();
        self.feed(Message::Storage(StorageEvent::Permitted { result, permit }));
        result
    }

    /// Does the heavy work that was asked for, in the order asked, and feeds the answers.
    pub fn compute(&mut self) {
        for job in self.jobs() {
            let answer = job.work.run(&|| false).unwrap();
            self.feed(Message::Computed(Computed { generation: job.generation, answer }));
        }
    }

    /// Takes the heavy work that was asked for out of the effects.
    pub fn jobs(&mut self) -> Vec<ComputeJob> {
        let jobs = self.effects.extract_if(.., |effect| matches!(effect, Effect::Compute(_)));
        jobs.filter_map(|effect| if let Effect::Compute(job) = effect { Some(job) } else { None }).collect()
    }

    /// Feeds a result of text columns.
    pub fn rows(&mut self, result: ResultId, names: &[&str], rows: &[&[Option<&str>]]) {
        let columns: Arc<[Column]> = names.iter().map(|name| column(name)).collect();
        self.feed(Message::Result(result, StoreEvent::Opened(columns)));
        let count = rows.len() as u64;
        let progress = Progress { rows: count, bytes: 10, end: Some(End::Complete) };
        self.feed(Message::Result(result, StoreEvent::Progress(progress)));
        let cells = rows
            .iter()
            .flat_map(|row| row.iter())
            .map(|cell| match cell {
                None => CellPreview::Null,
                Some(text) => CellPreview::Bytes { head: text.as_bytes().into(), length: text.len() as u64 },
            })
            .collect();
        let window = Window { view: 0, first: 0, columns: names.len(), cells };
        self.feed(Message::Result(result, StoreEvent::Window(Arc::new(window))));
        self.session(SessionEvent::Ended { result, report: report(End::Complete, count) });
    }
}

/// A log that keeps nothing.
pub struct Paper;
impl rrx::domain::access_log::RecordSink for Paper {
    type Error = ();

    fn stamp(&mut self, begin: &mut rrx::domain::access_log::BeginRecord) {
        begin.id = "record".into();
    }

    fn append(&mut self, _: &rrx::domain::access_log::BeginRecord) -> Result<(), ()> {
        Ok(())
    }
}

pub fn report(end: End, rows: u64) -> RunReport {
    RunReport {
        end,
        rows,
        bytes: 10,
        first_row: Some(Duration::from_millis(40)),
        total: Duration::from_millis(120),
        warning_count: 0,
        warnings: vec![],
        database: None,
        sql_mode: None,
        note: None,
        left: None,
    }
}

fn column(name: &str) -> Column {
    Column {
        name: name.into(),
        table: String::new(),
        origin: ColumnOrigin::default(),
        wire: WireType::VarString,
        flags: 0,
        length: 128,
        decimals: 0,
        charset: 45,
    }
}

pub fn facts() -> ServerFacts {
    ServerFacts {
        product: "Aurora MySQL".into(),
        version: "8.0.39".into(),
        identity: "replica-1".into(),
        server_id: "replica-1".into(),
        role: Role::Replica,
        dialect: Dialect::default(),
        names: NameCase::default(),
        privileges: PrivilegeScope::WholeTables,
        account: "RO_USER@%".into(),
        connection_id: 7,
        database: Some("clinspark".into()),
        time_zone: "+00:00".into(),
        server_time_zone: None,
        sql_mode: String::new(),
        pins: SessionPins::default(),
        tls: Some("TLSv1.3".into()),
        warnings: vec![],
    }
}

pub fn catalog() -> Catalog {
    let column =
        |name: &str, key| TableColumn { name: name.into(), type_text: "bigint".into(), key, ..TableColumn::default() };
    let table = |name: &str| Table {
        name: name.into(),
        rows: Some(1200),
        comment: format!("about {name}"),
        columns: vec![
            column("id", KeyRole::Primary),
            column("study_id", KeyRole::Foreign),
            column("name", KeyRole::None),
        ],
        ..Table::default()
    };
    let names = ["item_data", "site", "study", "subject", "volunteer"];
    Catalog {
        generation: 1,
        schemas: vec![
            Schema {
                name: "clinspark".into(),
                tables: names.iter().map(|name| table(name)).collect(),
                ..Schema::default()
            },
            Schema { name: "mysql".into(), is_system: true, ..Schema::default() },
        ],
    }
}

#[test]
fn a_statement_is_recorded_before_it_is_sent() {
    let mut bench = Bench::connected(160, 45);
    bench.text("SELECT 1");
    bench.effects.clear();
    bench.keys("f5");
    assert!(bench.effects.iter().any(|effect| matches!(effect, Effect::Storage(StorageCmd::Begin { .. }))));
    assert!(!bench.effects.iter().any(|effect| matches!(effect, Effect::Session(_, SessionCmd::Run { .. }))));
}

#[test]
fn a_permit_is_sent_to_its_session_and_the_end_is_recorded() {
    let mut bench = Bench::connected(160, 45);
    bench.text("SELECT 1");
    let result = bench.run();
    assert!(bench.effects.iter().any(
        |effect| matches!(effect, Effect::Session(SessionId(1), SessionCmd::Run { result: own, .. }) if *own == result)
    ));
    bench.effects.clear();
    bench.rows(result, &["1"], &[&[Some("1")]]);
    assert!(bench.effects.iter().any(
        |effect| matches!(effect, Effect::Storage(StorageCmd::End { entry, .. }) if entry.end == "complete" && entry.rows == 1)
    ));
    assert!(bench.model.context.running().is_none());
}

#[test]
fn a_write_is_refused_and_neither_recorded_nor_sent() {
    let mut bench = Bench::connected(160, 45);
    bench.text("DELETE FROM subject");
    bench.effects.clear();
    bench.keys("f5");
    assert!(
        !bench
            .effects
            .iter()
            .any(|effect| matches!(effect, Effect::Session(..) | Effect::Storage(StorageCmd::Begin { .. })))
    );
    let problem = bench.model.grid.front().and_then(|result| result.problem()).expect("the refusal shows");
    assert_eq!(problem.kind, ProblemKind::Refused);
    assert_eq!(bench.model.worksheets.sheet().unwrap().error.as_ref().map(|mark| mark.span.start), Some(0));
}

#[test]
fn stop_stops_the_statement_and_never_the_program() {
    let mut bench = Bench::connected(160, 45);
    bench.text("SELECT SLEEP(100)");
    let result = bench.run();
    bench.effects.clear();
    bench.keys("ctrl-c");
    assert!(matches!(bench.effects.as_slice(), [Effect::Session(_, SessionCmd::Cancel(own))] if *own == result));
    bench.effects.clear();
    bench.session(SessionEvent::Ended { result, report: report(End::Cancelled, 0) });
    bench.keys("ctrl-c ctrl-c ctrl-c");
    assert!(!bench.effects.iter().any(|effect| matches!(effect, Effect::Quit(_))));
}

#[test]
fn an_interrupt_signal_stops_the_statement_whatever_the_keys_are() {
    let rebound = "[app]\nstop = \"ctrl-k\"\nquit = \"ctrl-c\"\nhelp = \"g g\"\n[explorer]\ntop = \"g t\"\n";
    let (keymap, bad) = rrx::app::keymaps::keymap("default", Some(("mine", rebound)));
    assert_eq!(bad, vec![]);
    for open_keys in ["", "f6", "f6 g", "ctrl-t"] {
        let mut bench = Bench::connected(160, 45);
        bench.model.context.keymap = Arc::new(keymap.clone());
        bench.text("SELECT SLEEP(100)");
        let result = bench.run();
        bench.keys(open_keys);
        bench.effects.clear();
        bench.feed(Message::Interrupt);
        let is_stopped =
            |effect: &Effect| matches!(effect, Effect::Session(_, SessionCmd::Cancel(own)) if *own == result);
        assert!(bench.effects.iter().any(is_stopped), "{open_keys}: {:?}", bench.effects);
        bench.session(SessionEvent::Ended { result, report: report(End::Cancelled, 0) });
        bench.feed(Message::Interrupt);
        assert!(!bench.effects.iter().any(|effect| matches!(effect, Effect::Quit(_))), "{open_keys}");
        assert_eq!(bench.model.matcher.open(), [], "{open_keys}");
    }
}

#[test]
fn leaving_waits_for_the_last_save() {
    let mut bench = Bench::connected(160, 45);
    bench.text("SELECT 'not saved yet'");
    bench.effects.clear();
    bench.keys("ctrl-q");
    assert!(!bench.effects.iter().any(|effect| matches!(effect, Effect::Quit(_))), "a save is on its way");
    bench.feed(Message::Storage(StorageEvent::WorksheetsSaved { profile: "eu".into() }));
    assert!(bench.effects.iter().any(|effect| matches!(effect, Effect::Quit(0))));
}

#[test]
fn text_typed_while_a_save_is_on_its_way_is_saved_after_it() {
    let mut bench = Bench::connected(160, 45);
    bench.keys("a");
    bench.feed(Message::Clock(TEXT_PAUSE));
    bench.keys("b");
    bench.feed(Message::Clock(TEXT_PAUSE * 2));
    let saves = |bench: &Bench| {
        bench
            .effects
            .iter()
            .filter(|effect| matches!(effect, Effect::Storage(StorageCmd::SaveWorksheets { .. })))
            .count()
    };
    assert_eq!(saves(&bench), 1);
    bench.feed(Message::Storage(StorageEvent::WorksheetsSaved { profile: "eu".into() }));
    assert_eq!(saves(&bench), 2);
}

#[test]
fn the_grid_asks_for_the_rows_near_the_screen_once() {
    let mut bench = Bench::connected(160, 45);
    bench.text("SELECT 1");
    let result = bench.run();
    bench.effects.clear();
    bench.feed(Message::Result(result, StoreEvent::Opened(Arc::from([column("a")]))));
    for rows in [100, 5_000, 1_000_000] {
        bench.feed(Message::Result(result, StoreEvent::Progress(Progress { rows, bytes: 1, end: None })));
    }
    let asked = |bench: &Bench| {
        bench
            .effects
            .iter()
            .filter_map(|effect| match effect {
                Effect::Store(StoreCmd::Window { rows, .. }) => Some(rows.clone()),
                _ => None,
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(asked(&bench).len(), 1, "{:?}", asked(&bench));
    bench.effects.clear();
    bench.feed(Message::Result(
        result,
        StoreEvent::Window(Arc::new(Window { view: 0, first: 0, columns: 1, cells: vec![CellPreview::Null; 100] })),
    ));
    bench.keys("f6 G");
    let last = asked(&bench);
    assert_eq!(last.last().map(|rows| rows.end), Some(1_000_000));
}

#[test]
fn an_error_of_the_server_is_marked_at_its_place() {
    let mut bench = Bench::connected(160, 45);
    bench.text("SELECT 1;\nSELECT nope FROM subject");
    let result = bench.run();
    let error =
        ServerError { code: 1054, state: "42S22".into(), message: "Unknown column 'nope' in 'field list'".into() };
    let problem = Problem::new(ProblemKind::Statement, "The statement failed").server(error);
    bench.session(SessionEvent::Ended { result, report: report(End::Broken(problem), 0) });
    assert_eq!(bench.model.worksheets.sheet().unwrap().error.as_ref().map(|mark| mark.span.start), Some(17));
}

#[test]
fn news_of_a_session_that_is_not_ours_is_dropped() {
    let mut bench = Bench::connected(160, 45);
    bench.feed(Message::Session(SessionId(99), SessionEvent::Lost(Problem::new(ProblemKind::Lost, "not ours"))));
    assert_eq!(bench.model.context.link, ConnectionState::Connected(SessionId(1)));
}

#[test]
fn enter_is_no_answer_to_an_unknown_host_key() {
    let mut bench = Bench::new(160, 45);
    bench.keys("enter");
    bench.session(SessionEvent::Asked(rrx::domain::protocol::Question::HostKey {
        host: "bastion".into(),
        algorithm: "ssh-ed25519".into(),
        fingerprint: "SHA256:abc".into(),
        art: Vec::new(),
        recorded_in: "/home/you/.ssh/known_hosts".into(),
    }));
    bench.effects.clear();
    bench.keys("enter y");
    assert!(bench.effects.is_empty(), "{:?}", bench.effects);
    bench.keys("ctrl-y");
    assert!(matches!(
        bench.effects.as_slice(),
        [Effect::Session(_, SessionCmd::Answer(rrx::domain::protocol::Answer::Accept))]
    ));
}

#[test]
fn a_worksheet_that_ran_on_another_profile_or_environment_asks_once_and_a_database_does_not_count() {
    let begins = |bench: &Bench| {
        let is_begin = |effect: &&Effect| matches!(effect, Effect::Storage(StorageCmd::Begin { .. }));
        bench.effects.iter().filter(is_begin).count()
    };
    let environment = |bench: &mut Bench, environment| {
        let profile = bench.model.context.profile.take().unwrap();
        bench.model.context.profile = Some(Arc::new(Profile { environment, ..profile.as_ref().clone() }));
    };
    let mut bench = Bench::connected(160, 45);
    bench.text("SELECT 1");
    let result = bench.run();
    bench.rows(result, &["1"], &[&[Some("1")]]);
    bench.model.context.database = Some("other".into());
    let result = bench.run();
    bench.rows(result, &["1"], &[&[Some("1")]]);
    environment(&mut bench, Environment::Test);
    bench.effects.clear();
    bench.keys("f5");
    let question = bench.model.overlays.modal().unwrap().dialog.explanation();
    assert_eq!(question, "This worksheet last ran on eu (PROD). Run it on eu (TEST)?");
    assert_eq!(begins(&bench), 0);
    bench.keys("y");
    assert_eq!(begins(&bench), 1);
    let result = bench.permit();
    bench.rows(result, &["1"], &[&[Some("1")]]);
    bench.run();
}

#[test]
fn a_profile_with_blinding_rules_is_refused_before_anything_is_sent() {
    let (settings, _) = rrx::domain::profile::parse(
        "[profile.b]\nhost = \"h\"\nuser = \"u\"\nblinding = \"blinding.toml\"\n",
        "config.toml",
    );
    let refusal = settings.profile("b").and_then(rrx::domain::profile::Profile::refusal).expect("refused");
    assert_eq!(refusal.kind.exit_code(), 4);
}

fn any_message() -> impl Strategy<Value = Message> {
    let key = prop_oneof![
        proptest::sample::select(
            "enter esc tab shift-tab up down left right home end page-up page-down f1 f2 f3 f4 f5 f6 f7 f8 f9 f12 ctrl-p ctrl-o \
             ctrl-s ctrl-t ctrl-c ctrl-n ctrl-r ctrl-z ctrl-y alt-w alt-right alt-left alt-t alt-d backspace delete space g G / ? : c w P e y p i"
                .split_whitespace()
                .collect::<Vec<_>>()
        )
        .prop_map(|key| Message::Key(key.parse().unwrap())),
        any::<char>().prop_filter("typed", |c| !c.is_control() && !c.is_whitespace()).prop_map(|c| Message::Key(Chord::plain(rrx::domain::keys::Key::Char(c)))),
    ];
    prop_oneof![
        8 => key,
        1 => "\\PC{0,40}".prop_map(Message::Paste),
        1 => (0u16..200, 0u16..60).prop_map(|(width, height)| Message::Resize(ScreenSize { width, height })),
        1 => (0u64..4, 0u64..100_000).prop_map(|(id, rows)| Message::Result(
            ResultId(id),
            StoreEvent::Progress(Progress { rows, bytes: 1, end: None })
        )),
        1 => (0u64..4, 0u64..500, 0usize..3).prop_map(|(id, first, columns)| Message::Result(
            ResultId(id),
            StoreEvent::Window(Arc::new(Window { view: 0, first, columns, cells: vec![CellPreview::Null; columns * 20] }))
        )),
        1 => (0u64..4).prop_map(|id| Message::Result(ResultId(id), StoreEvent::Opened(Arc::from([column("a"), column("漢字")])))),
        1 => (0u32..3, 0u64..4).prop_map(|(session, result)| Message::Session(
            SessionId(session),
            SessionEvent::Ended { result: ResultId(result), report: report(End::Complete, 3) }
        )),
        1 => (0u32..9, 0u8..5).prop_map(|(session, what)| {
            let lost = Problem { is_transient: what > 2, ..Problem::new(ProblemKind::Lost, "gone") };
            Message::Session(SessionId(session), match what {
                0 => SessionEvent::Lag(Lag::Stopped),
                1 => SessionEvent::Ready(Arc::new(facts())),
                2 | 3 => SessionEvent::Failed(lost),
                _ => SessionEvent::Lost(lost),
            })
        }),
        1 => (0u64..u64::MAX).prop_map(|ms| Message::Clock(Duration::from_millis(ms))),
        1 => (0u64..20, 0usize..4, 0usize..9, 0usize..9).prop_map(|(generation, s, t, c)| Message::Computed(Computed {
            generation: Generation(generation),
            answer: ComputeResult::Filtered(vec![ObjectRef::Schema(s), ObjectRef::Column(s, t, c), ObjectRef::Routine(s, t)]),
        })),
        1 => Just(()).prop_map(|()| Message::Storage(StorageEvent::WorksheetsSaved { profile: "eu".into() })),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    /// Any keys, news, ids and sizes: no panic, and the screen can be drawn on any area.
    #[test]
    fn nothing_that_happens_breaks_the_model(messages in proptest::collection::vec(any_message(), 1..60), width in 0u16..180, height in 0u16..50) {
        let mut bench = Bench::connected(120, 40);
        for message in messages {
            bench.feed(message);
            prop_assert!(!bench.model.worksheets.sheets.is_empty());
            let row = bench.model.grid.front().map_or(0, |result| result.row);
            prop_assert!(row == 0 || row < bench.model.grid.count());
        }
        let _ = screen(&bench.model, width, height);
        let _ = Focus::ALL;
    }
}

#[test]
fn rows_are_asked_for_only_once_the_store_has_opened_the_result() {
    let mut bench = Bench::connected(160, 45);
    bench.text("SELECT 1");
    let result = bench.run();
    bench.effects.clear();
    bench.session(SessionEvent::Ended { result, report: report(End::Complete, 2) });
    let requests = |bench: &Bench| {
        bench.effects.iter().filter(|effect| matches!(effect, Effect::Store(StoreCmd::Window { .. }))).count()
    };
    assert_eq!(requests(&bench), 0, "the report came before the header");
    bench.feed(Message::Result(result, StoreEvent::Opened(Arc::from([column("a")]))));
    assert_eq!(requests(&bench), 1);
}

#[test]
fn a_new_profile_is_typed_saved_and_can_be_connected_to_at_once() {
    let mut bench = Bench::new(100, 30);
    bench.keys("ctrl-n ctrl-s");
    assert!(bench.effects.is_empty(), "nothing is saved without a name");
    bench.text("us");
    bench.keys("enter v enter");
    bench.text("ec2-user@bastion");
    bench.keys("enter");
    bench.text("~/.ssh/rr");
    bench.keys("enter ctrl-s");
    assert!(bench.effects.is_empty(), "nor without a replica");
    bench.text("replica:3307");
    bench.keys("enter R O enter enter v v enter");
    bench.text("/ca.pem");
    bench.keys("enter c enter");
    bench.text("pass show rr");
    bench.keys("esc");
    let stage = &bench.model.connect.as_ref().unwrap().stage;
    assert_eq!(*stage, rrx::app::panes::connect::ConnectStage::Choosing, "escape goes back");
    bench.keys("ctrl-n enter");
    let saving = bench.take(|effect| matches!(effect, Effect::Storage(StorageCmd::AddProfile { .. })));
    let Effect::Storage(StorageCmd::AddProfile { draft }) = saving else { unreachable!() };
    assert_eq!(
        (draft.name.as_str(), draft.host.as_str(), draft.port, draft.user.as_str()),
        ("us", "replica", Some(3307), "RO")
    );
    assert_eq!(draft.environment, Some(rrx::domain::profile::Environment::Validation));
    assert_eq!(draft.password, Some(rrx::domain::profile::SecretSource::Command("pass show rr".into())));
    assert_eq!(draft.identity, [std::path::PathBuf::from("~/.ssh/rr")]);
    assert_eq!((draft.tls, draft.ca.clone()), (Some(TlsMode::VerifyCa), Some("/ca.pem".into())));
    bench.keys("enter");
    let is_saving = |effect: &Effect| matches!(effect, Effect::Storage(StorageCmd::AddProfile { .. }));
    assert!(!bench.effects.iter().any(is_saving), "it is saved once");

    bench.feed(Message::Storage(StorageEvent::ProfileNotAdded(Problem::new(
        ProblemKind::Settings,
        "There is one already",
    ))));
    let buffer = screen(&bench.model, 100, 30);
    let all: String = buffer.content().iter().map(ratatui::buffer::Cell::symbol).collect();
    assert!(all.contains("There is one already"), "{all}");

    let text = rrx::domain::profile::add("", "f", &draft, rrx::domain::profile::Overwrite::Forbidden).unwrap();
    let settings = Arc::new(rrx::domain::profile::parse(&text, "f").0);
    bench.feed(Message::Storage(StorageEvent::ProfileAdded { name: "us".into(), settings }));
    bench.keys("enter");
    let connects = bench.take(|effect| matches!(effect, Effect::Session(_, SessionCmd::Connect { .. })));
    let Effect::Session(_, SessionCmd::Connect { profile, .. }) = connects else { unreachable!() };
    assert_eq!(profile.name, "us");
}

#[test]
fn every_line_of_text_can_be_edited_at_its_cursor() {
    use rrx::app::panes::connect::ProfileField;
    let keys = "left left X home delete A end backspace ctrl-w B";
    // "one twoXs" without its first letter, then without the last word.
    let mut bench = Bench::new(100, 30);
    bench.keys("ctrl-n down down");
    bench.text("one twos");
    bench.keys(keys);
    assert_eq!(bench.model.connect.as_ref().unwrap().form.text(ProfileField::Bastion), "Ane B");
    bench.keys("ctrl-u");
    assert_eq!(bench.model.connect.as_ref().unwrap().form.text(ProfileField::Bastion), "");

    let mut bench = Bench::connected(100, 30);
    bench.keys("alt-t ctrl-u");
    bench.text("one twos");
    bench.keys(keys);
    let input = |bench: &Bench| bench.model.overlays.modal().unwrap().input.text().to_owned();
    assert_eq!(input(&bench), "Ane B");
    bench.keys("esc ctrl-t");
    bench.text("one");
    bench.keys("left left X");
    assert_eq!(input(&bench), "oXne", "in a list too");
    bench.keys("esc f2 / a b left X");
    assert_eq!(bench.model.explorer.filter.text(), "aXb");

    let mut bench = Bench::new(100, 30);
    bench.keys("enter");
    bench.session(SessionEvent::Asked(Question::Secret { prompt: "Password".into() }));
    bench.text("one twos");
    bench.keys(keys);
    bench.keys("enter");
    let answer = bench.take(|effect| matches!(effect, Effect::Session(_, SessionCmd::Answer(_))));
    let Effect::Session(_, SessionCmd::Answer(Answer::Secret(secret))) = answer else { unreachable!() };
    assert_eq!(secret.reveal(), "Ane B");
}

#[test]
fn a_pasted_url_fills_the_form_without_its_password() {
    use rrx::app::panes::connect::ProfileField as Field;
    let mut bench = Bench::new(100, 30);
    bench.keys("ctrl-n");
    bench.text(
        "mysql+ssh://ops@bastion:2222/RO:hunter2@replica:3307/clinspark?name=us&ssl-mode=VERIFY_CA&ssl-ca=/ca.pem",
    );
    let form = &bench.model.connect.as_ref().unwrap().form;
    for (field, expected) in [
        (Field::Name, "us"),
        (Field::Bastion, "ops@bastion:2222"),
        (Field::Identity, ""),
        (Field::Replica, "replica:3307"),
        (Field::Account, "RO"),
        (Field::Database, "clinspark"),
        (Field::Ca, "/ca.pem"),
    ] {
        assert_eq!(form.text(field), expected, "{field:?}");
    }
    assert_eq!(form.tls(), TlsMode::VerifyCa);
    let shown = text(&screen(&bench.model, 100, 30));
    assert!(shown.contains("Its password is left out") && !shown.contains("hunter2"), "{shown}");
    assert!(!format!("{:?}", bench.model).contains("hunter2"));
    bench.keys("ctrl-s");
    bench.take(|effect| matches!(effect, Effect::Storage(StorageCmd::AddProfile { .. })));

    // Another URL leaves nothing of the first one, except the name.
    let mut bench = Bench::new(100, 30);
    bench.keys("ctrl-n");
    bench.text("mysql+ssh://ops@bastion:2222/RO@replica:3307/clinspark?name=us&ssl-mode=VERIFY_CA&ssl-ca=/ca.pem");
    bench.text("mysql://root@other");
    let form = &bench.model.connect.as_ref().unwrap().form;
    let texts = [Field::Name, Field::Bastion, Field::Replica, Field::Account, Field::Database, Field::Ca];
    assert_eq!(texts.map(|field| form.text(field)), ["us", "", "other", "root", "", ""]);

    let mut bench = Bench::new(100, 30);
    bench.keys("ctrl-n");
    bench.text("mysql://u:12/hunter2@replica/d");
    let shown = text(&screen(&bench.model, 100, 30));
    assert!(shown.contains("not clear where the password ends") && !shown.contains("hunter2"), "{shown}");
    assert_eq!(bench.model.connect.as_ref().unwrap().form.text(Field::Name), "");
}

#[test]
fn a_name_that_exists_is_reported_in_its_own_field() {
    use rrx::app::panes::connect::ProfileField;
    let mut bench = Bench::new(100, 30);
    bench.keys("ctrl-n e u enter");
    let form = &bench.model.connect.as_ref().unwrap().form;
    assert_eq!(form.field(), ProfileField::Name);
    assert_eq!(form.problem.as_ref().unwrap().what, "The profile \"eu\" exists already");
    bench.keys("2 enter");
    assert_eq!(bench.model.connect.as_ref().unwrap().form.field(), ProfileField::Environment);
}

#[test]
fn every_letter_can_be_typed_into_the_form_and_into_a_secret_in_every_style() {
    use rrx::domain::keys::{Key, KeyMatch, Matcher};
    for style in ["default", "vim", "emacs"] {
        let (keymap, _) = keymaps::keymap(style, None);
        for c in (' '..='~').chain("äß€漢".chars()) {
            let outcome =
                Matcher::default().feed(Chord::plain(Key::Char(c)), &keymap, &["line", "connect", "app"], true);
            assert_eq!(outcome, KeyMatch::Text(c), "style {style}");
        }
    }
}

/// A screen as lines of text.
pub fn text(buffer: &Buffer) -> String {
    let width = usize::from(buffer.area.width);
    buffer
        .content
        .chunks(width)
        .map(|row| row.iter().map(ratatui::buffer::Cell::symbol).collect::<String>() + "\n")
        .collect()
}

#[test]
fn a_picker_of_more_profiles_than_rows_keeps_its_cursor_in_view() {
    for height in [45, 24, 10, 5] {
        let mut bench = Bench::new(80, height);
        let one = Arc::clone(&bench.model.context.profiles[0]);
        let named = |number: usize| Profile { name: format!("clinic-{number:02}"), ..(*one).clone() };
        bench.model.context.profiles = (0..40).map(|number| Arc::new(named(number))).collect();
        for (number, key) in (0..39).map(|number| (number, "down")).chain((1..40).rev().map(|number| (number, "up"))) {
            let shown = text(&screen(&bench.model, 80, height));
            let line = shown
                .lines()
                .find(|line| line.contains('›') && !line.contains("find ›"))
                .unwrap_or_else(|| panic!("{number}: {shown}"));
            assert!(line.contains(&format!("clinic-{number:02}")), "{number} of {height}: {shown}");
            bench.keys(key);
        }
    }
}
