//! Command lines of rrx that words tell people to run. Each repeats what led here: the settings file that this run was given.

use std::path::{Path, PathBuf};

/// What every command line of this run begins with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CommandLine {
    config: Option<PathBuf>,
}

impl CommandLine {
    /// That of a run with this `--config`, as it was typed.
    #[must_use]
    pub fn of(config: Option<&Path>) -> Self {
        Self { config: config.map(Path::to_path_buf) }
    }

    /// The line with these words, as a shell takes it: `rrx --config FILE secret set eu`.
    #[must_use]
    pub fn with(&self, words: &str) -> String {
        match self.settings() {
            Some(file) => format!("rrx --config {file} {words}"),
            None => format!("rrx {words}"),
        }
    }

    /// The settings file as it stands in the lines.
    #[must_use]
    pub fn settings(&self) -> Option<String> {
        self.config.as_ref().map(|file| quoted(&file.to_string_lossy()))
    }
}

/// A text as one word of a shell; one that needs no quotes has none.
fn quoted(text: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '/' | '.' | '_' | '-' | '+' | ',' | ':' | '@' | '%');
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_names_the_settings_file_that_this_run_was_given() {
        assert_eq!(CommandLine::default().with("doctor eu"), "rrx doctor eu");
        for (file, wanted) in [
            ("team/rrx.toml", "rrx --config team/rrx.toml eu"),
            ("my settings.toml", "rrx --config 'my settings.toml' eu"),
            ("it's.toml", "rrx --config 'it'\\''s.toml' eu"),
            ("~x$(y)", "rrx --config '~x$(y)' eu"),
        ] {
            assert_eq!(CommandLine::of(Some(Path::new(file))).with("eu"), wanted);
        }
    }
}
