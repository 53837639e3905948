//! The command lines of vim that are about worksheets and files: `:w`, `:q`, `:e`, `:set`.

use crate::app::action::{Action, AppAction};
use crate::app::panes::PaneContext;
use crate::app::request::Request;
use crate::domain::editing::vim::{ExCommand, Unsaved, Wrap};

use super::rows::Wrapping;
use super::{Worksheet, Worksheets};

impl Worksheets {
    /// Runs a command line.
    pub(super) fn run_ex(&mut self, command: ExCommand, cx: &mut PaneContext<'_>) {
        let Some(sheet) = self.sheet_mut() else { return };
        // The text may have changed with the last key.
        sheet.compare_with_file();
        match command {
            ExCommand::Write { path } => write(sheet, path, cx),
            ExCommand::Quit(unsaved) => match (unsaved, sheet.unsaved_file()) {
                (Unsaved::Keep, Some(name)) => cx.request(Request::Notice(format!(
                    "The text differs from {name}. :w saves it, :q! closes the worksheet without saving the file."
                ))),
                (Unsaved::Keep | Unsaved::Discard, _) => close(cx),
            },
            ExCommand::WriteAndQuit { path } => {
                // rrx itself keeps the text of a worksheet without a file.
                if path.is_none() && sheet.unsaved_file().is_none() {
                    return close(cx);
                }
                write(sheet, path, cx);
                let key = sheet.key.clone();
                self.vim.close_when_saved = Some(key);
            }
            ExCommand::Open { path: Some(path), .. } => cx.request(Request::OpenFile(path)),
            ExCommand::Open { path: None, unsaved } => reopen(sheet, unsaved, cx),
            ExCommand::SetWrap(wrap) => {
                self.wrapping = match wrap {
                    Wrap::On => Wrapping::On,
                    Wrap::Off => Wrapping::Off,
                };
            }
        }
    }

    /// Returns whether a worksheet is closed now that it is saved: it was saved by `:wq`, and it is still in front.
    pub fn closes_when_saved(&mut self, key: &str) -> bool {
        let waits = self.vim.close_when_saved.take();
        waits.as_deref() == Some(key) && self.sheet().is_some_and(|sheet| sheet.key == key)
    }
}

fn write(sheet: &Worksheet, path: Option<String>, cx: &mut PaneContext<'_>) {
    cx.request(match path {
        Some(path) => Request::SaveFileAs { worksheet: sheet.key.clone(), path },
        None => Request::Do(Action::App(AppAction::SaveFile)),
    });
}

fn close(cx: &mut PaneContext<'_>) {
    cx.request(Request::Do(Action::App(AppAction::CloseWorksheet)));
}

/// Reads the file of a worksheet again.
fn reopen(sheet: &Worksheet, unsaved: Unsaved, cx: &mut PaneContext<'_>) {
    let Some(file) = &sheet.file else {
        let text = "The worksheet is not tied to a file. :e FILE opens one, :w FILE saves the text in one.";
        return cx.request(Request::Notice(text.into()));
    };
    if unsaved == Unsaved::Keep && file.differs {
        let text = format!("The text differs from {}. :w saves it, :e! reads the file again.", file.tie.name());
        return cx.request(Request::Notice(text));
    }
    cx.request(Request::ReloadFile { worksheet: sheet.key.clone(), path: file.tie.path.clone() });
}

impl Worksheet {
    fn compare_with_file(&mut self) {
        let text = self.editor.text();
        if let Some(file) = &mut self.file {
            file.compare(&text);
        }
    }

    /// Returns the name of its file if that does not have the text.
    fn unsaved_file(&self) -> Option<String> {
        self.file.as_ref().filter(|file| file.differs).map(|file| file.tie.name().to_owned())
    }
}
