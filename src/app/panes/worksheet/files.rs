//! The ties of worksheets to files of the user: whether text and file differ, and what another program did to the file.

use std::sync::Arc;
use std::time::Duration;

use crate::domain::editing::{TextChange, TextPosition};
use crate::domain::protocol::{
    ExpectedFile, FileTie, FoundFile, SaveSqlFile, SqlFileCmd, TextForm, TitleSource, fingerprint,
};

use super::inserted_text::inserted_text;
use super::undo::StepKind;
use super::{Worksheet, Worksheets};

/// A file to which a worksheet is tied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TiedFile {
    pub tie: FileTie,
    /// Whether the text differs from the one that was last read or written.
    pub differs: bool,
    /// What another program did to the file, if that was seen.
    pub outside: Option<FoundFile>,
    /// What the user has been asked about, and has kept the text of the worksheet.
    kept: Option<FoundFile>,
}

impl TiedFile {
    /// Ties a worksheet with this text.
    #[must_use]
    pub fn new(tie: FileTie, text: &str) -> Self {
        let mut file = Self { tie, differs: false, outside: None, kept: None };
        file.compare(text);
        file
    }

    /// Compares the text of the worksheet with the one that was last read or written.
    pub fn compare(&mut self, text: &str) {
        self.differs = fingerprint(text.as_bytes()) != self.tie.text;
    }

    /// Returns the mark after the title of the tab.
    #[must_use]
    pub fn mark(&self) -> &'static str {
        match (self.outside, self.differs) {
            (Some(FoundFile::Changed(_)), _) => "* (changed on disk)",
            (Some(FoundFile::Missing), _) => "* (not on disk)",
            (Some(FoundFile::Same(_)) | None, true) => "*",
            (Some(FoundFile::Same(_)) | None, false) => "",
        }
    }

    /// Takes what was found. Returns whether the user is to be asked.
    fn on_found(&mut self, found: FoundFile) -> bool {
        let found = match found {
            // rrx has written the file since the check was sent.
            FoundFile::Changed(version) if version.has_content_of(&self.tie.version) => FoundFile::Same(version),
            FoundFile::Changed(_) | FoundFile::Same(_) | FoundFile::Missing => found,
        };
        if let FoundFile::Same(version) = found {
            self.tie.version = version;
            (self.outside, self.kept) = (None, None);
            return false;
        }
        self.outside = Some(found);
        self.kept != Some(found)
    }
}

impl Worksheet {
    /// Returns the save of its text to this file.
    #[must_use]
    pub fn save_to(&self, path: String, expected: ExpectedFile) -> SaveSqlFile {
        let form = self.file.as_ref().map_or_else(TextForm::default, |file| file.tie.form);
        SaveSqlFile { worksheet: self.key.clone(), path, form, text: Arc::new(self.editor.text()), expected }
    }

    /// Replaces the whole text by one edit, which one undo takes back. The cursor stays where it is, as far as the text allows.
    pub fn replace_text(&mut self, text: &str) {
        let cursor = self.editor.cursor();
        let change = TextChange { from: TextPosition::default(), to: self.editor.end(), text: text.to_owned() };
        self.editor.change(&change, StepKind::Whole, Duration::ZERO);
        self.editor.go(cursor);
        self.on_changed();
    }
}

/// Where a worksheet is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpenPlace {
    Front,
    /// In a tab after the one in front, which keeps the keys.
    Behind,
}

impl Worksheets {
    /// Opens a worksheet that is tied to a file, unless there is one that is tied to it already.
    pub fn open_file(&mut self, tie: FileTie, text: &str, place: OpenPlace) {
        let before = self.front;
        let is_of_file = |sheet: &Worksheet| sheet.file.as_ref().is_some_and(|file| file.tie.path == tie.path);
        if let Some(at) = self.sheets.iter().position(is_of_file) {
            if place == OpenPlace::Front {
                self.show(at);
            }
        } else {
            self.open_new(tie.name(), text, TitleSource::Fixed);
            if let Some(sheet) = self.sheet_mut() {
                sheet.file = Some(TiedFile::new(tie, text));
            }
            if place == OpenPlace::Behind {
                // The new one comes after it.
                self.front = before;
            }
        }
        // What is shown may be older than the file.
        self.checked = None;
    }

    /// Takes the text that its file has now. Returns whether there is such a worksheet.
    pub fn reload(&mut self, key: &str, tie: FileTie, text: &str) -> bool {
        let Some(sheet) = self.sheets.iter_mut().find(|sheet| sheet.key == key) else { return false };
        if sheet.editor.text() != text {
            sheet.replace_text(text);
        }
        sheet.file = Some(TiedFile::new(tie, text));
        self.must_save = true;
        true
    }

    /// Takes the text of the user's own editor. Returns whether it is another one. Without its worksheet it gets a new one.
    pub fn take_edited(&mut self, key: &str, text: &str) -> bool {
        let text = inserted_text(text);
        match self.sheets.iter_mut().find(|sheet| sheet.key == key) {
            Some(sheet) if sheet.editor.text() == text => return false,
            Some(sheet) => sheet.replace_text(&text),
            None => self.open_untitled(&text),
        }
        self.must_save = true;
        true
    }

    /// Opens a new worksheet with the text of the user's own editor.
    pub fn open_edited(&mut self, text: &str) {
        self.open_untitled(&inserted_text(text));
    }

    /// Ties a worksheet to the file that has its text now. The tab gets the name of a new file.
    pub fn on_file_saved(&mut self, key: &str, tie: FileTie) {
        let Some(sheet) = self.sheets.iter_mut().chain(&mut self.closed).find(|sheet| sheet.key == key) else { return };
        if sheet.file.as_ref().is_none_or(|file| file.tie.path != tie.path) {
            (sheet.title, sheet.title_source) = (tie.name().to_owned(), TitleSource::Fixed);
        }
        let text = sheet.editor.text();
        sheet.file = Some(TiedFile::new(tie, &text));
        self.must_save = true;
    }

    /// Takes the state of a file. Returns whether the user is to be asked about it.
    pub fn on_file_checked(&mut self, key: &str, path: &str, found: FoundFile) -> bool {
        let file = self.sheets.iter_mut().find(|sheet| sheet.key == key).and_then(|sheet| sheet.file.as_mut());
        let Some(file) = file.filter(|file| file.tie.path == path) else { return false };
        let before = file.tie.version;
        let must_ask = file.on_found(found);
        self.must_save |= file.tie.version != before;
        must_ask
    }

    /// Keeps the text of a worksheet, as the user has answered. The same state of the file is not asked about again.
    pub fn keep_text(&mut self, key: &str) {
        let file = self.sheets.iter_mut().find(|sheet| sheet.key == key).and_then(|sheet| sheet.file.as_mut());
        if let Some(file) = file {
            file.kept = file.outside;
        }
    }

    /// Returns the check of the file of the worksheet in front, once each time that it comes to the front.
    pub fn check(&mut self) -> Option<SqlFileCmd> {
        let sheet = self.sheets.get(self.front)?;
        if self.checked.as_ref() == Some(&sheet.key) {
            return None;
        }
        self.checked = Some(sheet.key.clone());
        let file = sheet.file.as_ref()?;
        Some(SqlFileCmd::Check { worksheet: sheet.key.clone(), tie: file.tie.clone() })
    }
}
