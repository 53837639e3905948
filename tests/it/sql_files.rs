//! Files of the user to which worksheets are tied: read, compared and written on a real disk.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::sync::Arc;

use rrx::domain::limits::WORKSHEET_BYTES;
use rrx::domain::problem::Problem;
use rrx::domain::protocol::{
    ExpectedFile, FileTie, FoundFile, LineEnd, SaveSqlFile, SavedWorksheet, SqlFileCmd, SqlFileEvent, TextForm,
    TitleSource, WorksheetSet,
};
use rrx::io::storage::paths::Paths;
use rrx::io::storage::sql_files;
use rrx::io::storage::worksheets::WorksheetFiles;
use tempfile::tempdir;

fn run(root: &Path, command: SqlFileCmd) -> SqlFileEvent {
    sql_files::run(command, &Paths::under(root))
}

fn open(root: &Path, path: &str) -> Result<(FileTie, String), Problem> {
    match run(root, SqlFileCmd::Open { path: path.into() }) {
        SqlFileEvent::Opened { tie, text } => Ok((tie, text)),
        SqlFileEvent::Failed(problem) => Err(problem),
        other => panic!("{other:?}"),
    }
}

fn save(root: &Path, path: &str, text: &str, form: TextForm, expected: ExpectedFile) -> SqlFileEvent {
    let text = Arc::new(text.to_owned());
    run(root, SqlFileCmd::Save(SaveSqlFile { worksheet: "a".into(), path: path.into(), form, text, expected }))
}

fn tie_of(event: SqlFileEvent) -> FileTie {
    let SqlFileEvent::Saved { tie, .. } = event else { panic!("{event:?}") };
    tie
}

fn found(event: SqlFileEvent) -> FoundFile {
    match event {
        SqlFileEvent::NotAsExpected { found, .. } | SqlFileEvent::Checked { found, .. } => found,
        other => panic!("{other:?}"),
    }
}

fn problem(event: SqlFileEvent) -> Problem {
    let SqlFileEvent::Failed(problem) = event else { panic!("{event:?}") };
    problem
}

fn check(root: &Path, tie: &FileTie) -> FoundFile {
    found(run(root, SqlFileCmd::Check { worksheet: "a".into(), tie: tie.clone() }))
}

#[test]
fn a_file_is_read_and_written_with_its_line_ends_its_mark_and_its_mode() {
    let root = tempdir().unwrap();
    let path = root.path().join("film.sql");
    fs::write(&path, "\u{feff}SELECT 1;\r\nSELECT 2;\r\n").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o664)).unwrap();
    let (tie, text) = open(root.path(), "~/film.sql").unwrap();
    assert_eq!((tie.name(), text.as_str()), ("film.sql", "SELECT 1;\nSELECT 2;\n"));
    assert_eq!(tie.form, TextForm { line_end: LineEnd::CrLf, has_mark: true });
    assert_eq!(check(root.path(), &tie), FoundFile::Same(tie.version));
    let event = save(root.path(), &tie.path, "SELECT 3;\n", tie.form, ExpectedFile::Version(tie.version));
    let tie = tie_of(event);
    assert_eq!(fs::read_to_string(&path).unwrap(), "\u{feff}SELECT 3;\r\n");
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o664);
    assert_eq!(check(root.path(), &tie), FoundFile::Same(tie.version));
    assert_eq!(fs::read_dir(root.path()).unwrap().count(), 1, "no temporary file is left");
}

#[test]
fn a_file_that_another_program_has_changed_is_never_overwritten() {
    let root = tempdir().unwrap();
    let path = root.path().join("film.sql");
    fs::write(&path, "SELECT 1").unwrap();
    let (tie, _) = open(root.path(), path.to_str().unwrap()).unwrap();
    fs::write(&path, "SELECT 2").unwrap();
    let FoundFile::Changed(version) = check(root.path(), &tie) else { panic!("changed") };
    let event = save(root.path(), &tie.path, "mine", tie.form, ExpectedFile::Version(tie.version));
    assert_eq!(found(event), FoundFile::Changed(version));
    assert_eq!(fs::read_to_string(&path).unwrap(), "SELECT 2");
    // The same text with another time is no change.
    fs::write(&path, "SELECT 1").unwrap();
    assert!(matches!(check(root.path(), &tie), FoundFile::Same(_)));
    let event = save(root.path(), &tie.path, "mine", tie.form, ExpectedFile::Version(tie.version));
    tie_of(event);
    fs::remove_file(&path).unwrap();
    assert_eq!(check(root.path(), &tie), FoundFile::Missing);
    let event = save(root.path(), &tie.path, "mine", tie.form, ExpectedFile::Version(tie.version));
    assert_eq!(found(event), FoundFile::Missing);
    assert!(!path.exists());
    let event = save(root.path(), &tie.path, "mine", tie.form, ExpectedFile::Missing);
    assert_eq!(check(root.path(), &tie_of(event)), check(root.path(), &open(root.path(), &tie.path).unwrap().0));
    let event = save(root.path(), &tie.path, "other", tie.form, ExpectedFile::Missing);
    assert!(matches!(found(event), FoundFile::Changed(_)));
    assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
}

#[test]
fn a_new_file_is_for_the_user_only_and_a_link_is_followed() {
    let root = tempdir().unwrap();
    let (file, link) = (root.path().join("film.sql"), root.path().join("link.sql"));
    let tie = tie_of(save(root.path(), "~/film.sql", "1", TextForm::default(), ExpectedFile::Missing));
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    symlink(&file, &link).unwrap();
    let (by_link, _) = open(root.path(), "~/link.sql").unwrap();
    assert_eq!(by_link.path, tie.path);
    let event = save(root.path(), "~/link.sql", "2", by_link.form, ExpectedFile::Version(by_link.version));
    assert_eq!(tie_of(event).path, tie.path);
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::read_to_string(&file).unwrap(), "2");
    fs::remove_file(&file).unwrap();
    let event = save(root.path(), "~/link.sql", "3", by_link.form, ExpectedFile::Missing);
    assert!(problem(event).what.contains("is not saved"));
}

#[test]
fn what_cannot_be_opened_says_why_and_what_to_do() {
    let root = tempdir().unwrap();
    let at = |name: &str| root.path().join(name);
    fs::create_dir(at("directory")).unwrap();
    fs::write(at("latin1.sql"), b"SELECT 1;\n-- caf\xe9").unwrap();
    fs::write(at("large.sql"), "x".repeat(WORKSHEET_BYTES + 1)).unwrap();
    nix::unistd::mkfifo(&at("pipe"), nix::sys::stat::Mode::S_IRWXU).unwrap();
    for (path, why, next) in [
        ("~/none.sql", "No such file", "relative"),
        ("~/directory", "it is a directory", "name of a file"),
        ("~/directory/", "it is a directory", "name of a file"),
        ("~/latin1.sql", "line 2 is not UTF-8", "iconv"),
        ("~/large.sql", "holds at most 1", "run -p PROFILE -f FILE"),
        ("~/pipe", "not a regular file", "another file"),
    ] {
        let problem = open(root.path(), path).unwrap_err();
        let (because, hint) = (problem.because.join(" "), problem.hint.clone().unwrap());
        assert!(because.contains(why) && hint.contains(next), "{path}: {problem}");
    }
    assert_eq!(open(root.path(), "~/large.sql").unwrap_err().kind.exit_code(), 6);
}

#[test]
fn what_cannot_be_written_says_why_and_stays_as_it_was() {
    let root = tempdir().unwrap();
    let path = root.path().join("film.sql");
    fs::write(&path, "SELECT 1").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
    let (tie, _) = open(root.path(), "~/film.sql").unwrap();
    let read_only = problem(save(root.path(), &tie.path, "2", tie.form, ExpectedFile::Version(tie.version)));
    assert!(read_only.because[0].contains("read-only") && read_only.hint.unwrap().contains("chmod u+w"));
    assert_eq!(fs::read_to_string(&path).unwrap(), "SELECT 1");
    for (path, next) in [("~/none/film.sql", "create the directory"), ("~", "name of a file"), ("~/film.sql/x", "")] {
        let problem = problem(save(root.path(), path, "1", TextForm::default(), ExpectedFile::Missing));
        assert!(problem.hint.clone().unwrap().contains(next), "{path}: {problem}");
    }
}

#[test]
fn the_tie_and_the_source_of_a_title_are_kept_with_the_worksheets() {
    let root = tempdir().unwrap();
    let tie = tie_of(save(root.path(), "~/film.sql", "1", TextForm::default(), ExpectedFile::Missing));
    let sheet = SavedWorksheet {
        file: Some(tie),
        title_source: TitleSource::Text,
        ..SavedWorksheet::new("a", "film.sql", "1")
    };
    let set = WorksheetSet { open: vec![sheet], ..WorksheetSet::default() };
    let directory = root.path().join("worksheets");
    WorksheetFiles::new(directory.clone()).save("eu", &set).unwrap();
    assert_eq!(WorksheetFiles::new(directory.clone()).load("eu").unwrap().worksheets, set);
    // An index of an older version has neither.
    let index = directory.join("eu/1/index.json");
    let old =
        r#"{"v":1,"front":0,"worksheets":[{"key":"a","title":"1","cursor":[0,0],"profile":null,"database":null}]}"#;
    fs::write(&index, old).unwrap();
    let read = WorksheetFiles::new(directory).load("eu").unwrap().worksheets;
    assert_eq!((read.open[0].title_source, &read.open[0].file), (TitleSource::Fixed, &None));
}
