//! The storage room: settings, secrets, worksheets, snippets, doc packs and the task, on private folders.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use rrx::domain::docs::DocPack;
use rrx::domain::problem::Problem;
use rrx::domain::profile::SecretSource;
use rrx::domain::protocol::{
    AfterSettings, FileOwner, IfExists, SavedWorksheet, StorageCmd, StorageEvent, TitleSource, WorksheetSet,
};
use rrx::domain::snippets::Snippet;
use rrx::io::host::{keyring, secrets};
use rrx::io::storage::paths::Paths;
use rrx::io::storage::settings::{self, Presence};
use rrx::io::storage::snippets;
use rrx::io::storage::task::{self, StorageDeps};
use rrx::io::storage::worksheets::WorksheetFiles;
use rrx::io::storage::{atomic, docs};
use tempfile::tempdir;

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn entries(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn sheet(key: &str, text: &str) -> SavedWorksheet {
    SavedWorksheet {
        key: key.into(),
        title: format!("sheet {key}"),
        text: text.into(),
        cursor: (1, 2),
        profile: Some("eu".into()),
        environment: Some("TEST".into()),
        database: None,
        title_source: TitleSource::Text,
        file: None,
    }
}

// ------------------------------------------------------------ whole files

#[test]
fn a_replaced_file_is_whole_private_and_leaves_nothing_beside_it() {
    let root = tempdir().unwrap();
    let path = root.path().join("f");
    atomic::replace(&path, b"one").unwrap();
    atomic::replace(&path, b"two").unwrap();
    assert_eq!((fs::read(&path).unwrap(), mode(&path)), (b"two".to_vec(), 0o600));
    assert_eq!(entries(root.path()), ["f"]);
}

#[test]
fn a_failed_replacement_leaves_the_goal_and_no_draft() {
    let root = tempdir().unwrap();
    let path = root.path().join("f");
    fs::create_dir(&path).unwrap();
    fs::write(path.join("inside"), "x").unwrap();
    assert!(atomic::replace(&path, b"two").is_err());
    assert_eq!(entries(root.path()), ["f"]);
}

#[test]
fn a_name_that_is_taken_is_never_overwritten_by_create() {
    let root = tempdir().unwrap();
    let path = root.path().join("f");
    atomic::create(&path, b"one").unwrap();
    assert_eq!(atomic::create(&path, b"two").unwrap_err().kind(), std::io::ErrorKind::AlreadyExists);
    assert_eq!((fs::read(&path).unwrap(), entries(root.path())), (b"one".to_vec(), vec!["f".to_owned()]));
}

#[test]
fn text_that_is_not_utf_8_is_named_with_its_line() {
    let root = tempdir().unwrap();
    let path = root.path().join("f");
    fs::write(&path, b"a\nb\n\xff").unwrap();
    assert_eq!(atomic::read_text(&path).unwrap_err().to_string(), "line 3 is not UTF-8");
    assert!(atomic::read_text(root.path()).is_err());
}

// ------------------------------------------------------------ settings

#[test]
fn a_missing_settings_file_is_a_problem_only_where_it_was_named() {
    let root = tempdir().unwrap();
    let paths = Paths::under(root.path());
    assert_eq!(settings::load(&paths, Presence::Optional).problems, []);
    let problems = settings::load(&paths, Presence::Required).problems;
    assert_eq!(problems[0].kind.exit_code(), 2);
    assert!(problems[0].what.contains("config.toml"));
}

#[test]
fn settings_are_read_with_their_paths_made_absolute_and_the_rest_named() {
    let root = tempdir().unwrap();
    let paths = Paths::under(root.path());
    fs::create_dir_all(paths.config_directory()).unwrap();
    fs::write(
        &paths.config,
        "[profile.a]\nhost = \"h\"\nuser = \"u\"\nca = \"~/ca.pem\"\ndocs = [\"pack\"]\n[profile.b]\nhots = 1",
    )
    .unwrap();
    let loaded = settings::load(&paths, Presence::Required);
    let profile = loaded.settings.profile("a").unwrap();
    assert_eq!(profile.ca, Some(root.path().join("ca.pem")));
    assert_eq!(profile.docs, [root.path().join("config/pack")]);
    assert!(loaded.problems[0].what.starts_with(&paths.config.display().to_string()));
}

#[test]
fn the_demo_lives_in_a_folder_of_its_own() {
    let demo = Paths::under(Path::new("/r")).demo();
    for path in [&demo.home, &demo.config, &demo.data, &demo.state] {
        assert!(path.starts_with("/r/state/demo"), "{}", path.display());
    }
}

// ------------------------------------------------------------ secrets

fn secret(source: &SecretSource) -> Result<String, Problem> {
    secrets::resolve(source, "the password of eu").map(|found| found.unwrap().reveal().to_owned())
}

#[test]
fn a_command_gives_its_first_line_with_every_symbol() {
    let command = SecretSource::Command(r#"printf '%s\nsecond' ' p"@$%\!'"#.into());
    assert_eq!(secret(&command).unwrap(), r#" p"@$%\!"#);
}

#[test]
fn nothing_that_a_failing_command_says_is_quoted() {
    // The shell itself writes the secret on stderr.
    let traced = "set -x; echo hunter2; exit 3";
    let problem = secret(&SecretSource::Command(traced.replace("hunter2", "$(printf hunter; printf 2)"))).unwrap_err();
    assert!(problem.because[0].contains("exit status: 3"), "{problem}");
    assert!(!format!("{problem:?}").contains("hunter2"));
    assert_eq!(problem.kind.exit_code(), 2);
}

#[test]
fn a_command_that_does_not_end_is_ended() {
    let source = SecretSource::Command("sleep 600 & sleep 600".into());
    let problem = secrets::resolve_within(&source, "x", Duration::from_millis(50), keyring::system()).unwrap_err();
    assert!(problem.because[0].contains("did not end"), "{problem}");
}

#[test]
fn a_file_gives_its_first_line_and_a_warning_where_others_can_read_it() {
    let root = tempdir().unwrap();
    let path = root.path().join("pw");
    fs::write(&path, "geheim \r\nrest").unwrap();
    let source = SecretSource::File(path.clone());
    for (mode, is_warned) in [(0o600, false), (0o644, true)] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        assert_eq!(secret(&source).unwrap(), "geheim ");
        let warning = secrets::exposed_file_warning(&path);
        assert_eq!(warning.is_some_and(|warning| warning.contains("chmod 600")), is_warned);
    }
}

#[test]
fn a_source_that_has_nothing_is_named() {
    let absent = secret(&SecretSource::Env("RRX_TEST_NO_SUCH_VARIABLE".into())).unwrap_err();
    assert!(absent.because[0].contains("RRX_TEST_NO_SUCH_VARIABLE"));
    assert!(secret(&SecretSource::File("/no/such".into())).unwrap_err().because[0].contains("/no/such"));
    let problem = secret(&SecretSource::Keyring("eu".into())).unwrap_err();
    assert!(problem.because[0].contains("keyring"), "{problem}");
    assert!(problem.hint.is_some(), "{problem}");
    assert!(secret(&SecretSource::Command("true".into())).is_err());
    assert!(secrets::resolve(&SecretSource::Prompt, "x").unwrap().is_none());
}

#[test]
fn a_command_sees_no_variable_that_a_profile_takes_a_secret_from() {
    // Cargo sets it for every test; the profile calls it a secret.
    let command = SecretSource::Command("echo \"x$CARGO_PKG_REPOSITORY$CARGO_PKG_DESCRIPTION\"".into());
    assert!(secret(&command).unwrap().len() > 1);
    let root = tempdir().unwrap();
    let paths = Paths::under(root.path());
    let section = |name: &str, key: &str, variable: &str| {
        format!("[profile.{name}]\nhost = \"h\"\nuser = \"u\"\n{key} = {{ env = \"{variable}\" }}\n")
    };
    let text = section("a", "password", "CARGO_PKG_DESCRIPTION")
        + &section("b", "identity_passphrase", "CARGO_PKG_REPOSITORY");
    fs::create_dir_all(paths.config_directory()).unwrap();
    fs::write(&paths.config, text).unwrap();
    assert_eq!(settings::load(&paths, Presence::Required).problems, []);
    assert_eq!(secret(&command).unwrap(), "x");
}

// ------------------------------------------------------------ worksheets

/// Open worksheets, of which the first is in front.
fn set(open: &[SavedWorksheet]) -> WorksheetSet {
    WorksheetSet { open: open.to_vec(), ..WorksheetSet::default() }
}

#[test]
fn closed_worksheets_come_back_as_closed_also_from_a_program_that_has_ended() {
    let root = tempdir().unwrap();
    let (mut one, mut two) = (WorksheetFiles::new(root.path().into()), WorksheetFiles::new(root.path().into()));
    let closed = |key: &str| WorksheetSet { closed: vec![sheet(key, "closed")], ..WorksheetSet::default() };
    one.save("eu", &closed("a")).unwrap();
    two.save("eu", &closed("a")).unwrap();
    drop((one, two));
    let kept = WorksheetFiles::new(root.path().into()).load("eu").unwrap();
    assert_eq!((kept.worksheets.open, kept.problems), (vec![], vec![]));
    let keys: Vec<_> = kept.worksheets.closed.into_iter().map(|sheet| sheet.key).collect();
    assert_eq!(keys, ["a", "a-2"]);
}

#[test]
fn a_new_worksheet_does_not_replace_a_file_that_could_not_be_read() {
    let root = tempdir().unwrap();
    WorksheetFiles::new(root.path().into()).save("eu", &set(&[sheet("a", "1")])).unwrap();
    fs::write(root.path().join("eu/1/a.sql"), b"precious\xff").unwrap();
    let mut next = WorksheetFiles::new(root.path().into());
    assert_eq!(next.load("eu").unwrap().worksheets, WorksheetSet::default());
    next.save("eu", &set(&[sheet("a", "new")])).unwrap();
    assert_eq!(fs::read(root.path().join("eu/1/a.sql")).unwrap(), b"new");
    assert_eq!(fs::read(root.path().join("eu/1/a-unread-1.sql")).unwrap(), b"precious\xff");
}

#[test]
fn worksheets_come_back_as_they_were_with_cursor_and_order() {
    let root = tempdir().unwrap();
    let sheets = [sheet("b", "SELECT 1"), sheet("a", ""), sheet("c", "ü\n")];
    WorksheetFiles::new(root.path().into())
        .save("eu", &WorksheetSet { open: sheets.to_vec(), front: 2, closed: vec![] })
        .unwrap();
    let kept = WorksheetFiles::new(root.path().into()).load("eu").unwrap();
    assert_eq!(
        (kept.worksheets.open.as_slice(), kept.worksheets.front, kept.problems.len()),
        (sheets.as_slice(), 2, 0)
    );
    assert_eq!(mode(&root.path().join("eu/1/b.sql")), 0o600);
    assert_eq!(mode(&root.path().join("eu/1")), 0o700);
}

#[test]
fn the_file_of_a_worksheet_that_is_not_kept_is_deleted() {
    let root = tempdir().unwrap();
    let mut mine = WorksheetFiles::new(root.path().into());
    mine.save("eu", &set(&[sheet("a", "1"), sheet("b", "2")])).unwrap();
    mine.save("eu", &set(&[sheet("b", "2")])).unwrap();
    assert_eq!(entries(&root.path().join("eu/1")), ["b.sql", "index.json", "lock"]);
}

#[test]
fn two_programs_on_one_profile_do_not_overwrite_each_other_and_the_next_has_both() {
    let root = tempdir().unwrap();
    let (mut one, mut two) = (WorksheetFiles::new(root.path().into()), WorksheetFiles::new(root.path().into()));
    one.load("eu").unwrap();
    one.save("eu", &set(&[sheet("a", "of one")])).unwrap();
    assert_eq!(two.load("eu").unwrap().worksheets, WorksheetSet::default());
    two.save("eu", &set(&[sheet("a", "of two")])).unwrap();
    // Both end, as by kill -9: only their locks go.
    drop((one, two));
    let mut three = WorksheetFiles::new(root.path().into());
    let texts: Vec<_> =
        three.load("eu").unwrap().worksheets.open.into_iter().map(|sheet| (sheet.key, sheet.text)).collect();
    assert_eq!(texts, [("a".into(), "of one".into()), ("a-2".into(), "of two".into())]);
    drop(three);
    assert_eq!(WorksheetFiles::new(root.path().into()).load("eu").unwrap().worksheets.open.len(), 2);
}

#[test]
fn a_save_before_any_load_leaves_what_others_left() {
    let root = tempdir().unwrap();
    WorksheetFiles::new(root.path().into()).save("eu", &set(&[sheet("a", "old")])).unwrap();
    WorksheetFiles::new(root.path().into()).save("eu", &set(&[sheet("a", "new")])).unwrap();
    assert_eq!(WorksheetFiles::new(root.path().into()).load("eu").unwrap().worksheets.open.len(), 2);
}

#[test]
fn a_broken_index_costs_titles_but_no_text() {
    let root = tempdir().unwrap();
    WorksheetFiles::new(root.path().into()).save("eu", &set(&[sheet("a", "SELECT 1")])).unwrap();
    fs::write(root.path().join("eu/1/index.json"), "{").unwrap();
    let kept = WorksheetFiles::new(root.path().into()).load("eu").unwrap();
    assert_eq!((kept.worksheets.open[0].text.as_str(), kept.problems.len()), ("SELECT 1", 1));
    assert!(kept.problems[0].what.contains("index.json"));
}

#[test]
fn a_text_that_cannot_be_read_is_named_kept_and_the_others_are_there() {
    let root = tempdir().unwrap();
    WorksheetFiles::new(root.path().into()).save("eu", &set(&[sheet("a", "1"), sheet("b", "2")])).unwrap();
    let bad = root.path().join("eu/1/a.sql");
    fs::write(&bad, b"\xff").unwrap();
    let mut next = WorksheetFiles::new(root.path().into());
    let kept = next.load("eu").unwrap();
    assert_eq!((kept.worksheets.open.len(), kept.problems.len()), (1, 1));
    next.save("eu", &kept.worksheets).unwrap();
    assert!(bad.exists());
}

#[test]
fn worksheets_of_a_newer_form_are_left_alone() {
    let root = tempdir().unwrap();
    let folder = root.path().join("eu/1");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("index.json"), r#"{"v":2,"tabs":[]}"#).unwrap();
    let mut mine = WorksheetFiles::new(root.path().into());
    mine.load("eu").unwrap();
    mine.save("eu", &set(&[sheet("a", "1")])).unwrap();
    assert_eq!(fs::read_to_string(folder.join("index.json")).unwrap(), r#"{"v":2,"tabs":[]}"#);
}

#[test]
fn hostile_names_never_leave_the_folder() {
    let root = tempdir().unwrap();
    let mut mine = WorksheetFiles::new(root.path().join("w"));
    for name in ["../up", "", ".", "..", "a/b", "a\0b"] {
        assert!(mine.save(name, &set(&[])).is_err(), "{name:?}");
        assert!(mine.save("eu", &set(&[sheet(name, "x")])).is_err(), "{name:?}");
        assert!(mine.load(name).is_err(), "{name:?}");
    }
    assert_eq!(entries(root.path()), ["w"]);
}

// ------------------------------------------------------------ snippets and docs

fn snippet(name: &str, statement: &str) -> Snippet {
    Snippet { name: name.into(), title: name.into(), statement: statement.into(), ..Snippet::default() }
}

#[test]
fn a_snippet_is_saved_once_and_replaced_only_on_request() {
    let root = tempdir().unwrap();
    let folder = root.path().join("snippets");
    let path = snippets::save(&folder, &snippet("a b", "1"), IfExists::Fail).unwrap();
    let problem = snippets::save(&folder, &snippet("a b", "2"), IfExists::Fail).unwrap_err();
    assert!(problem.what.contains("a b.sql"), "{problem}");
    assert_eq!(fs::read_to_string(&path).unwrap(), "1\n");
    snippets::save(&folder, &snippet("a b", "3"), IfExists::Replace).unwrap();
    assert_eq!((fs::read_to_string(&path).unwrap().as_str(), mode(&path)), ("3\n", 0o600));
}

#[test]
fn a_hostile_snippet_name_is_refused() {
    let root = tempdir().unwrap();
    for name in ["../x", "/etc/x", "", ".x", "-x", "a\nb", "a/b", " x", &"x".repeat(300)] {
        assert!(snippets::save(root.path(), &snippet(name, "1"), IfExists::Replace).is_err(), "{name:?}");
    }
    assert_eq!(entries(root.path()), Vec::<String>::new());
}

#[test]
fn bad_and_hidden_snippets_are_named_and_the_others_are_read() {
    let root = tempdir().unwrap();
    let (own, team) = (root.path().join("own"), root.path().join("team"));
    for (folder, name, text) in [
        (&own, "a.sql", "own a"),
        (&own, "notes.txt", "x"),
        (&team, "a.sql", "team a"),
        (&team, "b.sql", "\n/* rrx\ntitel = 1\n*/\nSELECT 1"),
    ] {
        fs::create_dir_all(folder).unwrap();
        fs::write(folder.join(name), text).unwrap();
    }
    fs::write(team.join("c.sql"), "c").unwrap();
    let (found, problems) = snippets::load(&[own, team.clone(), root.path().join("none")]);
    let texts: Vec<_> = found.iter().map(|snippet| snippet.statement.as_str()).collect();
    assert_eq!(texts, ["own a", "SELECT 1", "c"]);
    let told: Vec<_> = problems.iter().map(|problem| problem.what.replace(root.path().to_str().unwrap(), "")).collect();
    assert_eq!(
        told,
        [
            "/team/a.sql is hidden by another snippet of the same name",
            "/team/b.sql:3: unknown key `titel`; did you mean `title`?",
            "/none cannot be read"
        ]
    );
}

#[test]
fn a_pack_is_all_its_pages_and_what_cannot_be_read_is_named() {
    let root = tempdir().unwrap();
    let pack = root.path().join("pack");
    fs::create_dir_all(pack.join("tables")).unwrap();
    fs::create_dir_all(pack.join(".git")).unwrap();
    for name in ["pack.toml", "tables/site.md", ".git/x.md", "picture.png"] {
        fs::write(pack.join(name), if name == "pack.toml" { "title = \"P\"" } else { "# X\n" }).unwrap();
    }
    fs::write(pack.join("bad.md"), b"\xff").unwrap();
    let (packs, problems) = docs::load(&[pack, root.path().join("none")]);
    assert_eq!(packs.len(), 1);
    let objects: Vec<_> = packs[0].pages.iter().map(|page| page.object.as_str()).collect();
    assert_eq!((packs[0].title.as_str(), objects.as_slice()), ("P", ["site"].as_slice()));
    assert_eq!(problems.len(), 2);
    assert!(problems[0].what.contains("bad.md:1") && problems[1].what.contains("none"));
}

// ------------------------------------------------------------ the task

fn noon() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_790_000_000)
}

const DEPS: StorageDeps = StorageDeps {
    clock: noon,
    demo_pack: || Some(DocPack { title: "demo".into(), ..DocPack::default() }),
    bundled_snippets: Vec::new,
};

/// Queues all commands, then lets the task serve them to the end.
fn serve(root: &Path, commands: Vec<StorageCmd>) -> Vec<StorageEvent> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let (sender, receiver) = tokio::sync::mpsc::channel(64);
    for command in commands {
        sender.try_send(command).unwrap();
    }
    drop(sender);
    let (tell, told) = std::sync::mpsc::channel();
    let paths = Paths::under(root);
    runtime.block_on(async {
        task::spawn(receiver, move |event| tell.send(event).unwrap(), paths, DEPS).await.unwrap();
    });
    told.iter().collect()
}

fn save(text: &str) -> StorageCmd {
    StorageCmd::SaveWorksheets { profile: "eu".into(), worksheets: set(&[sheet("a", text)]) }
}

#[test]
fn the_settings_are_read_as_the_file_has_them_now() {
    let root = tempdir().unwrap();
    let paths = Paths::under(root.path());
    let load = || StorageCmd::LoadSettings { then: AfterSettings::Connect("eu".into()) };
    let read = || {
        let [StorageEvent::Settings { loaded, then }] = &serve(root.path(), vec![load()])[..] else {
            panic!("settings")
        };
        assert_eq!(*then, AfterSettings::Connect("eu".into()));
        (loaded.settings.profiles.len(), loaded.settings.left_out.len(), loaded.problems.len())
    };
    assert_eq!(read(), (0, 0, 0), "a missing file is no problem");
    fs::create_dir_all(paths.config_directory()).unwrap();
    fs::write(&paths.config, "[profile.eu]\nhost = \"h\"\nuser = \"u\"\n[profile.us]\nhots = 1\n").unwrap();
    assert_eq!(read(), (1, 1, 2));
}

#[test]
fn of_waiting_saves_the_newest_wins_and_a_reader_between_sees_the_older() {
    let root = tempdir().unwrap();
    let load = || StorageCmd::LoadWorksheets { profile: "eu".into() };
    let event = serve(root.path(), vec![load(), save("1"), save("2"), load(), save("3"), save("4"), load()]);
    let told: Vec<String> = event
        .iter()
        .map(|event| match event {
            StorageEvent::WorksheetsSaved { .. } => "saved".into(),
            StorageEvent::Worksheets { worksheets, .. } => {
                worksheets.open.iter().map(|sheet| sheet.text.as_str()).collect()
            }
            other => format!("{other:?}"),
        })
        .collect();
    assert_eq!(told, ["", "saved", "2", "saved", "4"]);
}

#[test]
fn everything_that_waits_is_written_before_the_task_ends() {
    let root = tempdir().unwrap();
    serve(root.path(), vec![save("last words")]);
    let text = fs::read_to_string(root.path().join("state/worksheets/eu/1/a.sql")).unwrap();
    assert_eq!(text, "last words");
}

#[test]
fn the_task_answers_snippets_docs_and_history() {
    let root = tempdir().unwrap();
    let event = serve(
        root.path(),
        vec![
            StorageCmd::SaveSnippet { owner: FileOwner::User, snippet: snippet("a", "1"), if_exists: IfExists::Fail },
            StorageCmd::SaveSnippet { owner: FileOwner::User, snippet: snippet("a", "2"), if_exists: IfExists::Fail },
            StorageCmd::LoadSnippets { owner: FileOwner::User, directories: vec![PathBuf::from("/no/such")] },
            StorageCmd::LoadDocs { owner: FileOwner::Demo, directories: vec![] },
            StorageCmd::LoadHistory { owner: FileOwner::User, max: 5 },
        ],
    );
    assert!(matches!(&event[0], StorageEvent::SnippetSaved(path) if path.ends_with("data/snippets/a.sql")));
    assert!(matches!(&event[1], StorageEvent::Failed(_)));
    assert!(matches!(&event[2], StorageEvent::Snippets { snippets, problems, .. }
        if snippets.len() == 1 && problems.len() == 1));
    assert!(matches!(&event[3], StorageEvent::Docs { packs, .. } if packs[0].title == "demo"));
    assert!(matches!(&event[4], StorageEvent::History { entries, .. } if entries.is_empty()));
}

#[test]
fn a_state_folder_that_cannot_be_used_is_a_problem_and_the_task_goes_on() {
    let root = tempdir().unwrap();
    fs::write(root.path().join("state"), "a file in the way").unwrap();
    let event = serve(root.path(), vec![save("1"), StorageCmd::LoadHistory { owner: FileOwner::User, max: 1 }]);
    assert!(matches!(&event[0], StorageEvent::WorksheetsNotSaved(unsaved) if unsaved.problem.kind.exit_code() == 6));
    assert!(matches!(event.last(), Some(StorageEvent::History { .. })));
}
