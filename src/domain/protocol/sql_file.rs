//! Files of the user to which worksheets are tied: commands to and events from the storage task. Only a file that the user has
//! named is ever written.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::domain::problem::Problem;

/// The tie of a worksheet to a file of the user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileTie {
    /// The absolute path without symbolic links.
    pub path: String,
    pub form: TextForm,
    /// The file when it was last read or written.
    pub version: FileVersion,
    /// The fingerprint of the text that was last read or written, in the form in which a worksheet has it.
    pub text: u64,
}

impl FileTie {
    /// Returns the name of the file without its directory.
    #[must_use]
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }
}

/// What a file has in addition to the text of its worksheet. Saving keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TextForm {
    pub line_end: LineEnd,
    /// Whether the file begins with a byte order mark.
    pub has_mark: bool,
}

/// How the lines of a file end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum LineEnd {
    #[default]
    Lf,
    CrLf,
}

/// What tells a changed file from an unchanged one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileVersion {
    pub bytes: u64,
    /// When it was changed, in nanoseconds since 1970; 0 if the system does not say it.
    pub modified: u64,
    /// The fingerprint of its bytes.
    pub fingerprint: u64,
}

impl FileVersion {
    /// Returns whether two versions have the same content, whenever they were written.
    #[must_use]
    pub fn has_content_of(&self, other: &Self) -> bool {
        (self.bytes, self.fingerprint) == (other.bytes, other.fingerprint)
    }
}

/// The byte order mark of UTF-8.
const MARK: char = '\u{feff}';

impl TextForm {
    /// Takes the form from the text of a file. Returns it and the text for a worksheet. The lines of a file with both line ends
    /// end as most of them do.
    #[must_use]
    pub fn split(text: &str) -> (Self, String) {
        let (has_mark, text) = text.strip_prefix(MARK).map_or((false, text), |rest| (true, rest));
        let lines = text.matches('\n').count();
        let crlf = text.matches("\r\n").count();
        let line_end = if crlf * 2 > lines { LineEnd::CrLf } else { LineEnd::Lf };
        (Self { line_end, has_mark }, text.replace("\r\n", "\n").replace('\r', "\n"))
    }

    /// Returns the text of the file for the text of a worksheet.
    #[must_use]
    pub fn join(self, text: &str) -> String {
        let text = match self.line_end {
            LineEnd::Lf => text.to_owned(),
            LineEnd::CrLf => text.replace('\n', "\r\n"),
        };
        if self.has_mark { format!("{MARK}{text}") } else { text }
    }
}

/// Returns a number that is the same for the same bytes, in every version of rrx: FNV-1a of 64 bits.
#[must_use]
pub fn fingerprint(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

/// A command about a file of the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SqlFileCmd {
    /// Read a file for a new worksheet.
    Open {
        /// The path as the user typed it. A relative one starts in the directory in which rrx was started.
        path: String,
    },
    /// Read the file of this worksheet again.
    Reload {
        worksheet: String,
        path: String,
    },
    /// Compare the file of this worksheet with what is known of it.
    Check {
        worksheet: String,
        tie: FileTie,
    },
    Save(SaveSqlFile),
}

/// Write the text of a worksheet to a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SaveSqlFile {
    /// The key of the worksheet.
    pub worksheet: String,
    /// The path as the user typed it, or that of the tie.
    pub path: String,
    pub form: TextForm,
    pub text: Arc<String>,
    pub expected: ExpectedFile,
}

/// What a file must be to be written. It is never overwritten in another state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExpectedFile {
    /// There is no file of that name.
    Missing,
    /// The file has the content of this version.
    Version(FileVersion),
}

/// An event about a file of the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SqlFileEvent {
    Opened {
        tie: FileTie,
        text: String,
    },
    Reloaded {
        worksheet: String,
        tie: FileTie,
        text: String,
    },
    Checked {
        worksheet: String,
        path: String,
        found: FoundFile,
    },
    Saved {
        worksheet: String,
        tie: FileTie,
    },
    /// The file is not what was expected, so that nothing was written.
    NotAsExpected {
        save: SaveSqlFile,
        found: FoundFile,
    },
    Failed(Problem),
}

/// The state of a file that was compared with what is known of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FoundFile {
    /// It has the known content.
    Same(FileVersion),
    /// Another program has changed it.
    Changed(FileVersion),
    Missing,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn line_ends_and_the_mark_are_kept() {
        for (text, form, shown) in [
            ("a\nb\n", TextForm { line_end: LineEnd::Lf, has_mark: false }, "a\nb\n"),
            ("a\r\nb\r\n", TextForm { line_end: LineEnd::CrLf, has_mark: false }, "a\nb\n"),
            ("\u{feff}a\r\nb", TextForm { line_end: LineEnd::CrLf, has_mark: true }, "a\nb"),
            ("", TextForm::default(), ""),
        ] {
            assert_eq!(TextForm::split(text), (form, shown.to_owned()), "{text:?}");
            assert_eq!(form.join(shown), text);
        }
        assert_eq!(TextForm::split("a\r\nb\nc\n").0.line_end, LineEnd::Lf, "as most lines");
    }

    #[test]
    fn a_fingerprint_is_the_published_one() {
        assert_eq!(fingerprint(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fingerprint(b"a"), 0xaf63_dc4c_8601_ec8c);
    }

    proptest! {
        #[test]
        fn a_text_comes_back_from_every_form(text in "[a\n\u{e9} ;]{0,40}", crlf: bool, has_mark: bool) {
            prop_assume!(!text.starts_with(MARK));
            let line_end = if crlf { LineEnd::CrLf } else { LineEnd::Lf };
            let form = TextForm { line_end, has_mark };
            prop_assert_eq!(TextForm::split(&form.join(&text)).1, text);
        }
    }
}
