//! Command lines that rrx recommends in messages. Each repeats the `--config` option of this run.

use std::path::{Path, PathBuf};

/// The beginning that all command lines of this run share: `rrx`, or `rrx --config FILE`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CommandLine {
    config: Option<PathBuf>,
}

impl CommandLine {
    /// Makes the beginning for a run with this `--config`, as the user typed it.
    #[must_use]
    pub fn of(config: Option<&Path>) -> Self {
        Self { config: config.map(Path::to_path_buf) }
    }

    /// Returns the command line with these arguments, quoted for a shell: `rrx --config FILE secret set eu`.
    #[must_use]
    pub fn with(&self, arguments: &str) -> String {
        match self.settings() {
            Some(file) => format!("rrx --config {file} {arguments}"),
            None => format!("rrx {arguments}"),
        }
    }

    /// Returns the settings file, quoted for a shell.
    #[must_use]
    pub fn settings(&self) -> Option<String> {
        self.config.as_ref().map(|file| quoted(&file.to_string_lossy()))
    }
}

/// Quotes a text as one word of a shell, if it needs quotes.
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
    fn a_command_line_repeats_the_settings_file_of_this_run() {
        assert_eq!(CommandLine::default().with("doctor eu"), "rrx doctor eu");
        for (file, expected) in [
            ("team/rrx.toml", "rrx --config team/rrx.toml eu"),
            ("my settings.toml", "rrx --config 'my settings.toml' eu"),
            ("it's.toml", "rrx --config 'it'\\''s.toml' eu"),
            ("~x$(y)", "rrx --config '~x$(y)' eu"),
        ] {
            assert_eq!(CommandLine::of(Some(Path::new(file))).with("eu"), expected);
        }
    }
}
