//! Handles the requests about files of the user: opens one as a worksheet, saves a worksheet in one, and asks when another program
//! has changed it.

use crate::app::action::{Action, AppAction};
use crate::app::dialogs::{ConfirmDialog, FileChangedDialog, FileQuestion, OpenFileDialog, SaveFileDialog};
use crate::app::effect::Effect;
use crate::app::focus::Focus;
use crate::app::model::Model;
use crate::app::panes::worksheet::{OpenPlace, Worksheet};
use crate::app::request::{Dialog, Request};
use crate::domain::protocol::{ExpectedFile, FileTie, FoundFile, SaveSqlFile, SqlFileCmd, SqlFileEvent, StorageCmd};

const NO_WORKSHEET: &str = "The file was not written: its worksheet is closed.";

/// Does an action about files. Ignores any other.
pub(super) fn act(model: &mut Model, action: AppAction, requests: &mut Vec<Request>, effects: &mut Vec<Effect>) {
    match action {
        AppAction::OpenFile => {
            let directory = model.context.directory.clone();
            requests.push(Request::OpenDialog(Box::new(OpenFileDialog { directory })));
        }
        AppAction::SaveFile => save(model, requests, effects),
        AppAction::SaveFileAs => {
            if let Some(sheet) = model.worksheets.sheet() {
                ask_name(model, sheet, requests);
            }
        }
        _ => {}
    }
}

/// Handles a request about files. Ignores any other.
pub(super) fn handle(model: &mut Model, request: Request, requests: &mut Vec<Request>, effects: &mut Vec<Effect>) {
    match request {
        Request::OpenFile(path) => effects.push(send(model, SqlFileCmd::Open { path })),
        Request::SaveFileAs { worksheet, path } => {
            let Some(sheet) = model.worksheets.by_key(&worksheet) else { return model.notice(NO_WORKSHEET) };
            let expected = match &sheet.file {
                Some(file) if file.tie.path == path => ExpectedFile::Version(file.tie.version),
                Some(_) | None => ExpectedFile::Missing,
            };
            effects.push(send(model, SqlFileCmd::Save(sheet.save_to(path, expected))));
        }
        Request::AskFileName(worksheet) => match model.worksheets.by_key(&worksheet) {
            Some(sheet) => ask_name(model, sheet, requests),
            None => model.notice(NO_WORKSHEET),
        },
        Request::WriteFile(save) => effects.push(send(model, SqlFileCmd::Save(save))),
        Request::ReloadFile { worksheet, path } => effects.push(send(model, SqlFileCmd::Reload { worksheet, path })),
        Request::KeepText(worksheet) => {
            model.worksheets.keep_text(&worksheet);
            let key = model.context.key(Action::App(AppAction::SaveFile));
            model.notice(format!(
                "Another program has changed the file. The worksheet keeps its text; {key} asks before it overwrites the file."
            ));
        }
        _ => {}
    }
}

/// Handles an event about a file of the user. The keys of worksheets in it are those of its profile.
pub(in crate::app) fn on_event(
    model: &mut Model,
    profile: Option<&str>,
    event: SqlFileEvent,
    requests: &mut Vec<Request>,
) {
    if model.worksheets.profile.as_deref() == profile {
        on_own_event(model, event, requests);
    } else {
        on_event_of_other_profile(model, event, requests);
    }
}

/// Handles an event about a file of a profile whose worksheets are not here any more: another one may have the same key.
fn on_event_of_other_profile(model: &mut Model, event: SqlFileEvent, requests: &mut Vec<Request>) {
    match event {
        SqlFileEvent::Opened { tie, text } => on_opened(model, tie, &text, requests),
        SqlFileEvent::Saved { tie, .. } => {
            model.overlays.on_saved();
            model.notice(format!("Saved in {}", tie.path));
        }
        SqlFileEvent::NotAsExpected { save, .. } => {
            let why = "the file has changed or exists already. Go back to its profile, and save the worksheet again";
            model.notice(format!("{} was not written: {why}.", save.path));
        }
        SqlFileEvent::Reloaded { .. } | SqlFileEvent::Checked { .. } => {}
        SqlFileEvent::Failed(problem) => requests.push(Request::Problem(problem)),
    }
}

/// Handles an event about a file of the worksheets that are here.
fn on_own_event(model: &mut Model, event: SqlFileEvent, requests: &mut Vec<Request>) {
    match event {
        SqlFileEvent::Opened { tie, text } => on_opened(model, tie, &text, requests),
        SqlFileEvent::Reloaded { worksheet, tie, text } => {
            let name = tie.name().to_owned();
            if model.worksheets.reload(&worksheet, tie, &text) {
                model.notice(format!("{name} is reloaded. Undo brings the text back that was here."));
                requests.push(Request::Settle);
            }
        }
        SqlFileEvent::Saved { worksheet, tie } => {
            model.overlays.on_saved();
            model.notice(format!("Saved in {}", tie.path));
            model.worksheets.on_file_saved(&worksheet, tie);
            if model.worksheets.closes_when_saved(&worksheet) {
                requests.push(Request::Do(Action::App(AppAction::CloseWorksheet)));
            }
            requests.push(Request::Settle);
        }
        SqlFileEvent::Checked { worksheet, path, found } => {
            if model.worksheets.on_file_checked(&worksheet, &path, found) {
                ask_about_change(model, worksheet, path, found, requests);
            }
            requests.push(Request::Settle);
        }
        SqlFileEvent::NotAsExpected { save, found } => ask_to_overwrite(model, save, found, requests),
        SqlFileEvent::Failed(problem) => requests.push(Request::Problem(problem)),
    }
}

/// Opens a worksheet for a file. While the user types, the keys stay where they are: the tab comes behind the one in front.
fn on_opened(model: &mut Model, tie: FileTie, text: &str, requests: &mut Vec<Request>) {
    let place = if model.may_interrupt() {
        model.overlays.on_saved();
        OpenPlace::Front
    } else {
        model.notice(format!("{} is open in a tab. It was not shown, because you were typing.", tie.name()));
        OpenPlace::Behind
    };
    model.worksheets.open_file(tie, text, place);
    requests.push(Request::Focus(Focus::Worksheet));
}

/// Compares the file of the worksheet in front when that is shown.
pub(in crate::app) fn check_shown(model: &mut Model, effects: &mut Vec<Effect>) {
    if model.worksheets.profile.is_some() {
        let check = model.worksheets.check();
        effects.extend(check.map(|check| send(model, check)));
    }
}

fn send(model: &Model, command: SqlFileCmd) -> Effect {
    Effect::Storage(StorageCmd::SqlFile { profile: model.worksheets.profile.clone(), command })
}

/// Saves the worksheet in front in its file, or asks for a name.
fn save(model: &mut Model, requests: &mut Vec<Request>, effects: &mut Vec<Effect>) {
    let Some(sheet) = model.worksheets.sheet() else { return };
    match &sheet.file {
        None => ask_name(model, sheet, requests),
        Some(file) => {
            let (path, expected) = (file.tie.path.clone(), ExpectedFile::Version(file.tie.version));
            effects.push(send(model, SqlFileCmd::Save(sheet.save_to(path, expected))));
        }
    }
}

fn ask_name(model: &Model, sheet: &Worksheet, requests: &mut Vec<Request>) {
    let name = sheet.file.as_ref().map(|file| file.tie.path.clone());
    let directory = model.context.directory.clone();
    requests.push(Request::OpenDialog(Box::new(SaveFileDialog { worksheet: sheet.key.clone(), name, directory })));
}

/// Asks what to do after another program has changed the file of a worksheet.
fn ask_about_change(model: &mut Model, worksheet: String, path: String, found: FoundFile, requests: &mut Vec<Request>) {
    let key = model.context.key(Action::App(AppAction::SaveFile));
    match found {
        FoundFile::Same(_) => {}
        FoundFile::Missing => {
            model.worksheets.keep_text(&worksheet);
            model.notice(format!("{path} was moved or deleted. The text is here; {key} writes the file again."));
        }
        FoundFile::Changed(_) => {
            let question = FileQuestion::Changed { differs: differs(model, &worksheet) };
            requests.push(Request::OpenDialog(Box::new(FileChangedDialog::new(worksheet, path, question))));
        }
    }
}

/// Asks before a file is overwritten that is not as it was when it was read or written last.
fn ask_to_overwrite(model: &Model, save: SaveSqlFile, found: FoundFile, requests: &mut Vec<Request>) {
    let sheet = model.worksheets.by_key(&save.worksheet);
    let is_tied = sheet.and_then(|sheet| sheet.file.as_ref()).is_some_and(|file| file.tie.path == save.path);
    let (expected, question) = match found {
        FoundFile::Changed(version) | FoundFile::Same(version) => {
            (ExpectedFile::Version(version), format!("{} exists. Overwrite it?", save.path))
        }
        FoundFile::Missing => (ExpectedFile::Missing, format!("{} was moved or deleted. Write it again?", save.path)),
    };
    let (path, worksheet) = (save.path.clone(), save.worksheet.clone());
    let write = Request::WriteFile(SaveSqlFile { expected, ..save });
    let dialog: Box<dyn Dialog> = if is_tied && matches!(found, FoundFile::Changed(_)) {
        let question = FileQuestion::Overwrite(Box::new(write));
        Box::new(FileChangedDialog::new(worksheet, path, question))
    } else {
        Box::new(ConfirmDialog { question, yes: Some(Box::new(write)), no: None })
    };
    requests.push(Request::OpenDialog(dialog));
}

fn differs(model: &Model, worksheet: &str) -> bool {
    model.worksheets.by_key(worksheet).and_then(|sheet| sheet.file.as_ref()).is_some_and(|file| file.differs)
}
