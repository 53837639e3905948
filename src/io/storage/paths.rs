//! Where everything lies: settings, data, state. Reads the environment; makes nothing.

use std::env::var_os;
use std::path::{Path, PathBuf};

use directories::{BaseDirs, ProjectDirs};

use super::worksheets::is_stem;
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::profile::CommandLine;

/// The folders of one run of the program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    /// What `~` means in the settings.
    pub home: PathBuf,
    /// The settings file.
    pub config: PathBuf,
    /// Snippets and other things that the user keeps.
    pub data: PathBuf,
    /// Worksheets, access log, spill.
    pub state: PathBuf,
    /// What a command line for the same folders begins with; `RRX_HOME` is the shell's already.
    pub command_line: CommandLine,
}

impl Paths {
    /// The folders that the platform, `RRX_HOME` and `--config` give.
    ///
    /// # Errors
    /// A problem where the user has no home folder and `RRX_HOME` does not name one.
    pub fn find(config: Option<&Path>) -> Result<Self, Problem> {
        let base = BaseDirs::new().map(|base| base.home_dir().to_path_buf());
        let mut paths = match var_os("RRX_HOME").filter(|root| !root.is_empty()) {
            Some(root) => {
                let root = std::path::absolute(PathBuf::from(root)).map_err(|error| homeless(&error.to_string()))?;
                let home = base.unwrap_or_else(|| root.clone());
                Self { home, ..Self::under(&root) }
            }
            None => Self::of_the_platform()?,
        };
        if let Some(config) = config {
            paths.config = std::path::absolute(config).unwrap_or_else(|_| config.to_path_buf());
            paths.command_line = CommandLine::of(Some(config));
        }
        Ok(paths)
    }

    /// Everything under one folder, the home too.
    #[must_use]
    pub fn under(root: &Path) -> Self {
        Self {
            home: root.to_path_buf(),
            config: root.join("config/config.toml"),
            data: root.join("data"),
            state: root.join("state"),
            command_line: CommandLine::default(),
        }
    }

    /// The demo's own folders: it touches neither the user's settings nor the user's files.
    #[must_use]
    pub fn demo(&self) -> Self {
        Self::under(&self.state.join("demo"))
    }

    /// The folder from which relative paths of the settings count.
    #[must_use]
    pub fn config_folder(&self) -> &Path {
        self.config.parent().unwrap_or(&self.config)
    }

    /// The user's keymap of this style, beside the settings file; nothing where no file can be called so.
    #[must_use]
    pub fn keymap(&self, style: &str) -> Option<PathBuf> {
        is_stem(style).then(|| self.config_folder().join("keymaps").join(format!("{style}.toml")))
    }

    /// The user's own snippets.
    #[must_use]
    pub fn snippets(&self) -> PathBuf {
        self.data.join("snippets")
    }

    /// The worksheets of all profiles.
    #[must_use]
    pub fn worksheets(&self) -> PathBuf {
        self.state.join("worksheets")
    }

    /// Copies that no clipboard takes.
    #[must_use]
    pub fn copies(&self) -> PathBuf {
        self.state.join("copies")
    }

    fn of_the_platform() -> Result<Self, Problem> {
        let base = BaseDirs::new().ok_or_else(|| homeless("the system names no home folder"))?;
        let own = ProjectDirs::from("", "", "rrx").ok_or_else(|| homeless("the system names no home folder"))?;
        Ok(Self {
            home: base.home_dir().to_path_buf(),
            config: own.config_dir().join("config.toml"),
            data: own.data_dir().to_path_buf(),
            // Only Linux has a folder of its own for state.
            state: own.state_dir().map_or_else(|| own.data_local_dir().join("state"), Path::to_path_buf),
            command_line: CommandLine::default(),
        })
    }
}

fn homeless(why: &str) -> Problem {
    Problem::new(ProblemKind::Local, "There is no folder to keep anything in")
        .because(why)
        .hint("set RRX_HOME to a folder that you may write to")
}
