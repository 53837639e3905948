//! Files of the user to which worksheets are tied, and the user's own editor.

use rrx::app::{Effect, Message};
use rrx::domain::limits::TEXT_PAUSE;
use rrx::domain::problem::{Problem, ProblemKind};
use rrx::domain::protocol::{
    EditorEnd, ExpectedFile, FileTie, FileVersion, FoundFile, SaveSqlFile, SavedWorksheet, SqlFileCmd, SqlFileEvent,
    StorageCmd, StorageEvent, TextForm, WorksheetSet, fingerprint,
};

use super::model::Bench;

const PATH: &str = "/home/you/film.sql";

fn text(bench: &Bench) -> String {
    bench.model.worksheets.sheet().unwrap().editor.text()
}

fn title(bench: &Bench) -> &str {
    &bench.model.worksheets.sheet().unwrap().title
}

fn notice(bench: &Bench) -> &str {
    bench.model.notices.current.as_ref().map_or("", |notice| notice.text.as_str())
}

fn tabs(bench: &Bench) -> String {
    bench.model.worksheets.strip(120).text
}

fn version(text: &str, modified: u64) -> FileVersion {
    FileVersion { bytes: text.len() as u64, modified, fingerprint: fingerprint(text.as_bytes()) }
}

fn tie(text: &str) -> FileTie {
    FileTie {
        path: PATH.into(),
        form: TextForm::default(),
        version: version(text, 1),
        text: fingerprint(text.as_bytes()),
    }
}

fn feed(bench: &mut Bench, event: SqlFileEvent) {
    let profile = bench.model.worksheets.profile.clone();
    bench.feed(Message::Storage(StorageEvent::SqlFile { profile, event }));
}

/// Takes the commands about files since the effects were cleared.
fn commands(bench: &mut Bench) -> Vec<SqlFileCmd> {
    let is_file = |effect: &mut Effect| matches!(effect, Effect::Storage(StorageCmd::SqlFile { .. }));
    let taken = bench.effects.extract_if(.., is_file);
    let command =
        |effect| if let Effect::Storage(StorageCmd::SqlFile { command, .. }) = effect { Some(command) } else { None };
    taken.filter_map(command).collect()
}

/// Takes the only command, which is a save.
fn save(bench: &mut Bench) -> SaveSqlFile {
    match &commands(bench)[..] {
        [SqlFileCmd::Save(save)] => save.clone(),
        other => panic!("{other:?}"),
    }
}

/// A worksheet that is tied to a file with this text.
fn with_file(text: &str) -> Bench {
    let mut bench = Bench::connected(160, 45);
    bench.keys("alt-o");
    bench.text("film.sql");
    bench.keys("enter");
    assert_eq!(commands(&mut bench), [SqlFileCmd::Open { path: "film.sql".into() }]);
    feed(&mut bench, SqlFileEvent::Opened { tie: tie(text), text: text.into() });
    assert!(!bench.model.overlays.is_modal());
    commands(&mut bench);
    bench.effects.clear();
    bench
}

fn dialog(bench: &Bench) -> &'static str {
    bench.model.overlays.modal().map_or("", |overlay| overlay.dialog.title())
}

#[test]
fn a_file_is_opened_once_and_its_tab_has_its_name_and_a_mark_while_it_differs() {
    let mut bench = with_file("SELECT 1\n");
    assert_eq!((title(&bench), text(&bench).as_str()), ("film.sql", "SELECT 1\n"));
    assert!(tabs(&bench).contains("[film.sql]"), "{}", tabs(&bench));
    bench.keys("x");
    assert!(tabs(&bench).contains("film.sql*]"), "{}", tabs(&bench));
    bench.keys("backspace");
    assert!(!tabs(&bench).contains('*'), "{}", tabs(&bench));
    let count = bench.model.worksheets.sheets.len();
    bench.keys("alt-left");
    feed(&mut bench, SqlFileEvent::Opened { tie: tie("SELECT 1\n"), text: "SELECT 1\n".into() });
    assert_eq!((bench.model.worksheets.sheets.len(), title(&bench)), (count, "film.sql"));
}

#[test]
fn a_path_that_cannot_be_opened_stays_in_the_dialog() {
    let mut bench = Bench::connected(160, 45);
    bench.keys("alt-o enter");
    assert_eq!(notice(&bench), "Type a path first.");
    bench.text("none.sql");
    bench.keys("enter");
    let problem = Problem::new(ProblemKind::Local, "/home/you/none.sql cannot be opened").because("No such file");
    feed(&mut bench, SqlFileEvent::Failed(problem));
    assert!(notice(&bench).contains("No such file"), "{}", notice(&bench));
    assert_eq!(bench.model.overlays.modal().unwrap().input.text(), "none.sql");
}

#[test]
fn saving_expects_the_file_as_it_was_read_and_changes_typed_meanwhile_still_differ() {
    let mut bench = with_file("SELECT 1");
    bench.keys("end 2 alt-f");
    let sent = save(&mut bench);
    assert_eq!((sent.path.as_str(), sent.text.as_str()), (PATH, "SELECT 12"));
    assert_eq!(sent.expected, ExpectedFile::Version(version("SELECT 1", 1)));
    bench.keys("3");
    feed(&mut bench, SqlFileEvent::Saved { worksheet: sent.worksheet, tie: tie("SELECT 12") });
    assert_eq!(notice(&bench), format!("Saved in {PATH}"));
    assert!(tabs(&bench).contains("film.sql*]"), "{}", tabs(&bench));
    bench.keys("backspace");
    assert!(!tabs(&bench).contains('*'), "{}", tabs(&bench));
}

#[test]
fn a_worksheet_without_a_file_asks_for_one_and_overwrites_no_other_without_a_question() {
    let mut bench = Bench::connected(160, 45);
    bench.text("SELECT 1");
    bench.keys("alt-f");
    assert_eq!(dialog(&bench), "Save the worksheet in a file");
    bench.text("film.sql");
    bench.keys("enter");
    let sent = save(&mut bench);
    assert_eq!((sent.path.as_str(), sent.expected), ("film.sql", ExpectedFile::Missing));
    let found = version("of another", 3);
    feed(&mut bench, SqlFileEvent::NotAsExpected { save: sent, found: FoundFile::Changed(found) });
    assert_eq!(bench.model.overlays.modal().unwrap().dialog.explanation(), "film.sql exists. Overwrite it?");
    bench.keys("n");
    assert_eq!(commands(&mut bench), []);
    assert_eq!(dialog(&bench), "Save the worksheet in a file", "another name can be typed");
    bench.keys("enter");
    let sent = save(&mut bench);
    feed(&mut bench, SqlFileEvent::NotAsExpected { save: sent, found: FoundFile::Changed(found) });
    bench.keys("y");
    let sent = save(&mut bench);
    assert_eq!(sent.expected, ExpectedFile::Version(found), "only what the question was about");
    feed(&mut bench, SqlFileEvent::Saved { worksheet: sent.worksheet, tie: tie("SELECT 1") });
    assert_eq!((title(&bench), dialog(&bench)), ("film.sql", ""));
}

#[test]
fn a_change_of_another_program_is_asked_about_once_when_the_worksheet_is_shown() {
    let mut bench = with_file("SELECT 1");
    bench.keys("alt-left");
    assert_eq!(commands(&mut bench), []);
    bench.keys("alt-right");
    let [SqlFileCmd::Check { worksheet, .. }] = &commands(&mut bench)[..] else { panic!("a check") };
    let checked = |found| SqlFileEvent::Checked { worksheet: worksheet.clone(), path: PATH.into(), found };
    feed(&mut bench, checked(FoundFile::Same(version("SELECT 1", 2))));
    assert_eq!(dialog(&bench), "");
    bench.feed(Message::TerminalFocus);
    assert!(matches!(&commands(&mut bench)[..], [SqlFileCmd::Check { .. }]));
    feed(&mut bench, checked(FoundFile::Changed(version("SELECT 2", 3))));
    assert_eq!(dialog(&bench), "Another program has changed the file");
    assert!(tabs(&bench).contains("changed on disk"), "{}", tabs(&bench));
    // To keep the text is the first answer, and that of Esc.
    bench.keys("enter");
    assert_eq!(text(&bench), "SELECT 1");
    feed(&mut bench, checked(FoundFile::Changed(version("SELECT 2", 3))));
    assert_eq!(dialog(&bench), "", "it was asked about");
    // Saving still expects the file that was read.
    bench.keys("alt-f");
    let sent = save(&mut bench);
    assert_eq!(sent.expected, ExpectedFile::Version(version("SELECT 1", 2)));
    feed(&mut bench, SqlFileEvent::NotAsExpected { save: sent, found: FoundFile::Changed(version("SELECT 2", 3)) });
    bench.text("reload");
    bench.keys("enter");
    let [SqlFileCmd::Reload { worksheet, path }] = &commands(&mut bench)[..] else { panic!("a reload") };
    assert_eq!(path, PATH);
    feed(
        &mut bench,
        SqlFileEvent::Reloaded { worksheet: worksheet.clone(), tie: tie("SELECT 2"), text: "SELECT 2".into() },
    );
    assert_eq!(text(&bench), "SELECT 2");
    assert!(!tabs(&bench).contains('*'), "{}", tabs(&bench));
    bench.keys("ctrl-z");
    assert_eq!(text(&bench), "SELECT 1");
    assert!(tabs(&bench).contains("film.sql*]"), "{}", tabs(&bench));
}

#[test]
fn a_check_that_was_sent_before_the_end_of_a_save_finds_no_change() {
    let mut bench = with_file("SELECT 1");
    bench.keys("end 2 alt-f");
    let sent = save(&mut bench);
    bench.feed(Message::TerminalFocus);
    let [SqlFileCmd::Check { worksheet, tie: known }] = &commands(&mut bench)[..] else { panic!("a check") };
    assert_eq!(known.version, version("SELECT 1", 1), "the save has not ended");
    feed(&mut bench, SqlFileEvent::Saved { worksheet: sent.worksheet, tie: tie("SELECT 12") });
    let found = FoundFile::Changed(version("SELECT 12", 1));
    feed(&mut bench, SqlFileEvent::Checked { worksheet: worksheet.clone(), path: PATH.into(), found });
    assert_eq!(dialog(&bench), "");
    assert!(!tabs(&bench).contains('*'), "{}", tabs(&bench));
}

#[test]
fn overwriting_a_changed_file_is_an_answer_of_its_own() {
    let mut bench = with_file("SELECT 1");
    bench.keys("end 2 alt-f");
    let sent = save(&mut bench);
    let found = version("of another", 5);
    feed(&mut bench, SqlFileEvent::NotAsExpected { save: sent, found: FoundFile::Changed(found) });
    bench.keys("esc");
    assert_eq!((commands(&mut bench), notice(&bench)), (vec![], "The file was not written."));
    bench.keys("alt-f");
    let sent = save(&mut bench);
    feed(&mut bench, SqlFileEvent::NotAsExpected { save: sent, found: FoundFile::Changed(found) });
    bench.text("overwrite");
    bench.keys("enter");
    let sent = save(&mut bench);
    assert_eq!((sent.expected, sent.text.as_str()), (ExpectedFile::Version(found), "SELECT 12"));
}

#[test]
fn an_event_of_another_profile_changes_no_worksheet_with_the_same_key() {
    let mut bench = with_file("SELECT 1");
    let key = bench.model.worksheets.sheet().unwrap().key.clone();
    bench.keys("end 2 alt-f");
    let sent = |effect: &Effect| matches!(effect, Effect::Storage(StorageCmd::SqlFile { profile, .. }) if profile.as_deref() == Some("eu"));
    assert!(bench.effects.iter().any(sent), "the command has the profile");
    let worksheets = WorksheetSet { open: vec![SavedWorksheet::new(&key, "1", "SELECT 9")], ..WorksheetSet::default() };
    bench.feed(Message::Storage(StorageEvent::Worksheets { profile: "us".into(), worksheets, problems: vec![] }));
    assert_eq!((&bench.model.worksheets.sheet().unwrap().key, text(&bench).as_str()), (&key, "SELECT 9"));
    let mut late = |event| {
        bench.feed(Message::Storage(StorageEvent::SqlFile { profile: Some("eu".into()), event }));
        let sheet = bench.model.worksheets.sheet().unwrap();
        assert_eq!((sheet.title.as_str(), &sheet.file, text(&bench).as_str()), ("1", &None, "SELECT 9"));
        assert_eq!(dialog(&bench), "");
        notice(&bench).to_owned()
    };
    let (worksheet, tie) = (key.clone(), tie("SELECT 12"));
    let notice = late(SqlFileEvent::Saved { worksheet, tie: tie.clone() });
    assert_eq!(notice, format!("Saved in {PATH}"));
    late(SqlFileEvent::Reloaded { worksheet: key, tie, text: "SELECT 12".into() });
}

#[test]
fn the_question_about_a_changed_file_saves_its_own_worksheet_in_another_file() {
    let mut bench = with_file("SELECT 1");
    bench.keys("end 2 alt-f");
    let sent = save(&mut bench);
    // Another worksheet is in front when the question comes.
    bench.keys("alt-left");
    let worksheet = sent.worksheet.clone();
    assert_ne!(bench.model.worksheets.sheet().unwrap().key, worksheet);
    feed(&mut bench, SqlFileEvent::NotAsExpected { save: sent, found: FoundFile::Changed(version("of another", 5)) });
    commands(&mut bench);
    bench.text("another");
    bench.keys("enter");
    assert_eq!(bench.model.overlays.modal().unwrap().input.text(), PATH);
    bench.text(".new");
    bench.keys("enter");
    let sent = save(&mut bench);
    assert_eq!((sent.worksheet, sent.text.as_str()), (worksheet, "SELECT 12"));
    assert_eq!((sent.path, sent.expected), (format!("{PATH}.new"), ExpectedFile::Missing));
}

#[test]
fn a_file_that_is_gone_is_named_and_written_again_after_a_question() {
    let mut bench = with_file("SELECT 1");
    let worksheet = bench.model.worksheets.sheet().unwrap().key.clone();
    feed(&mut bench, SqlFileEvent::Checked { worksheet, path: PATH.into(), found: FoundFile::Missing });
    assert!(notice(&bench).contains("was moved or deleted"), "{}", notice(&bench));
    assert!(tabs(&bench).contains("not on disk"), "{}", tabs(&bench));
    bench.keys("alt-f");
    let sent = save(&mut bench);
    feed(&mut bench, SqlFileEvent::NotAsExpected { save: sent, found: FoundFile::Missing });
    bench.keys("y");
    assert_eq!(save(&mut bench).expected, ExpectedFile::Missing);
}

#[test]
fn a_tie_is_saved_with_the_worksheets_and_comes_back() {
    let mut bench = with_file("SELECT 1");
    bench.keys("x");
    bench.feed(Message::Clock(TEXT_PAUSE * 9));
    let set = bench.model.worksheets.saved();
    let mut bench = Bench::connected(160, 45);
    let worksheets = WorksheetSet { front: set.open.len() - 1, ..set };
    bench.feed(Message::Storage(StorageEvent::Worksheets { profile: "eu".into(), worksheets, problems: vec![] }));
    assert!(tabs(&bench).contains("film.sql*]"), "{}", tabs(&bench));
    assert!(matches!(&commands(&mut bench)[..], [SqlFileCmd::Check { tie, .. }] if tie.path == PATH));
}

#[test]
fn a_file_that_is_opened_before_the_worksheets_arrive_stays_tied() {
    let mut bench = Bench::new(160, 45);
    bench.keys("enter");
    bench.session(rrx::domain::protocol::SessionEvent::Ready(super::model::facts().into()));
    feed(&mut bench, SqlFileEvent::Opened { tie: tie("SELECT 1"), text: "SELECT 1".into() });
    let worksheets = WorksheetSet { open: vec![SavedWorksheet::new("sheet-1", "1", "")], ..WorksheetSet::default() };
    bench.feed(Message::Storage(StorageEvent::Worksheets { profile: "eu".into(), worksheets, problems: vec![] }));
    let sheet = bench.model.worksheets.sheet().unwrap();
    assert_eq!((sheet.title.as_str(), sheet.key.as_str()), ("film.sql", "sheet-2"));
    assert_eq!(sheet.file.as_ref().map(|file| file.tie.clone()), Some(tie("SELECT 1")));
}

#[test]
fn a_change_of_the_file_does_not_open_a_question_while_the_user_types() {
    let mut bench = with_file("SELECT 1");
    let worksheet = bench.model.worksheets.sheet().unwrap().key.clone();
    bench.keys("x");
    let found = FoundFile::Changed(version("SELECT 2", 3));
    feed(&mut bench, SqlFileEvent::Checked { worksheet, path: PATH.into(), found });
    assert_eq!(dialog(&bench), "");
    assert!(notice(&bench).starts_with("Another program has changed the file"), "{}", notice(&bench));
    bench.keys("y");
    assert!(tabs(&bench).contains("changed on disk") && text(&bench).contains("xy"), "{}", tabs(&bench));
}

#[test]
fn a_file_that_is_read_while_the_user_types_is_opened_behind_the_worksheet_in_front() {
    let mut bench = Bench::connected(160, 45);
    bench.keys("a");
    let (front, count) = (title(&bench).to_owned(), bench.model.worksheets.sheets.len());
    feed(&mut bench, SqlFileEvent::Opened { tie: tie("SELECT 1"), text: "SELECT 1".into() });
    assert!(notice(&bench).contains("film.sql is open in a tab"), "{}", notice(&bench));
    bench.keys("b");
    assert_eq!((title(&bench), text(&bench).as_str()), (front.as_str(), "ab"));
    assert_eq!(bench.model.worksheets.sheets.len(), count + 1);
    bench.keys("alt-right");
    assert_eq!((title(&bench), text(&bench).as_str()), ("film.sql", "SELECT 1"));
    bench.keys("alt-left c");
    feed(&mut bench, SqlFileEvent::Opened { tie: tie("SELECT 1"), text: "SELECT 1".into() });
    assert_eq!(title(&bench), front, "a file that is open already is not shown either");
}

#[test]
fn a_path_that_is_typed_meanwhile_stays_in_its_dialog() {
    let mut bench = Bench::connected(160, 45);
    bench.keys("alt-o");
    bench.text("film.sql");
    bench.keys("enter x");
    feed(&mut bench, SqlFileEvent::Opened { tie: tie("SELECT 1"), text: "SELECT 1".into() });
    bench.keys("y");
    assert_eq!(bench.model.overlays.modal().unwrap().input.text(), "film.sqlxy");
}

#[test]
fn the_text_of_the_own_editor_of_another_profile_is_a_new_worksheet() {
    let mut bench = Bench::connected(160, 45);
    bench.keys("alt-x");
    let Effect::Edit(job) = bench.take(|effect| matches!(effect, Effect::Edit(_))) else { unreachable!() };
    let worksheets =
        WorksheetSet { open: vec![SavedWorksheet::new(&job.worksheet, "1", "SELECT 9")], ..WorksheetSet::default() };
    bench.feed(Message::Storage(StorageEvent::Worksheets { profile: "us".into(), worksheets, problems: vec![] }));
    bench.feed(Message::Edited(EditorEnd {
        profile: job.profile,
        worksheet: job.worksheet,
        outcome: Ok("SELECT 2".into()),
    }));
    assert_eq!(text(&bench), "SELECT 2");
    bench.keys("alt-left");
    assert_eq!(text(&bench), "SELECT 9");
}

#[test]
fn the_text_of_the_own_editor_is_one_edit() {
    let mut bench = Bench::connected(160, 45);
    bench.text("SELECT 1,\n2");
    bench.effects.clear();
    bench.keys("alt-x");
    let saved =
        bench.effects.iter().position(|effect| matches!(effect, Effect::Storage(StorageCmd::SaveWorksheets { .. })));
    let edit = bench.effects.iter().position(|effect| matches!(effect, Effect::Edit(_)));
    assert!(saved.unwrap() < edit.unwrap());
    let Effect::Edit(job) = bench.take(|effect| matches!(effect, Effect::Edit(_))) else { unreachable!() };
    assert_eq!(job.text.as_str(), "SELECT 1,\n2");
    let end = |outcome| {
        Message::Edited(EditorEnd { profile: job.profile.clone(), worksheet: job.worksheet.clone(), outcome })
    };
    bench.feed(end(Ok("SELECT 1,\n2".into())));
    assert_eq!(notice(&bench), "The editor has not changed the text.");
    bench.feed(end(Ok("SELECT 3\r\n\u{1b}".into())));
    assert_eq!(text(&bench), "SELECT 3\n");
    bench.keys("ctrl-z");
    assert_eq!(text(&bench), "SELECT 1,\n2");
    bench.feed(end(Ok(String::new())));
    assert_eq!(text(&bench), "");
    bench.keys("ctrl-z");
    assert_eq!(text(&bench), "SELECT 1,\n2");
    bench.feed(end(Err(Problem::new(ProblemKind::Local, "The editor `x` has failed").because("its exit code is 1"))));
    assert_eq!(text(&bench), "SELECT 1,\n2");
    assert!(notice(&bench).contains("has failed"), "{}", notice(&bench));
}
