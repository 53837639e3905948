//! The paths of rrx's files: settings, data, state. Reads the environment and creates nothing.

use std::env::var_os;
use std::path::{Path, PathBuf};

use directories::{BaseDirs, ProjectDirs};

use super::safe_name::is_safe_name;
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::profile::CommandLine;

/// The files and directories that rrx uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    /// The user's home directory, `~` in the settings.
    pub home: PathBuf,
    pub config: PathBuf,
    /// The directory of data, such as snippets.
    pub data: PathBuf,
    /// The directory of state: worksheets, access log, spilled results.
    pub state: PathBuf,
    /// The directories for worksheets that cannot be saved in `state`, the best first.
    pub fallbacks: Vec<PathBuf>,
    /// The beginning of a command line for the same settings. `RRX_HOME` is already set in the user's shell.
    pub command_line: CommandLine,
}

impl Paths {
    /// Finds the paths by the platform, `RRX_HOME` and `--config`.
    ///
    /// # Errors
    /// Returns a problem if there is neither a home directory nor `RRX_HOME`.
    pub fn find(config: Option<&Path>) -> Result<Self, Problem> {
        let base = BaseDirs::new().map(|base| base.home_dir().to_path_buf());
        let mut paths = match var_os("RRX_HOME").filter(|root| !root.is_empty()) {
            Some(root) => {
                let root = std::path::absolute(PathBuf::from(root)).map_err(|error| no_home(&error.to_string()))?;
                let home = base.unwrap_or_else(|| root.clone());
                Self { fallbacks: fallbacks(&home), home, ..Self::under(&root) }
            }
            None => Self::platform_default()?,
        };
        if let Some(config) = config {
            paths.config = std::path::absolute(config).unwrap_or_else(|_| config.to_path_buf());
            paths.command_line = CommandLine::of(Some(config));
        }
        Ok(paths)
    }

    /// Returns paths that are all in one directory, which is also the home directory.
    #[must_use]
    pub fn under(root: &Path) -> Self {
        Self {
            home: root.to_path_buf(),
            config: root.join("config/config.toml"),
            data: root.join("data"),
            state: root.join("state"),
            fallbacks: fallbacks(root),
            command_line: CommandLine::default(),
        }
    }

    /// Returns the paths of the demo, apart from the user's settings and files.
    #[must_use]
    pub fn demo(&self) -> Self {
        Self { fallbacks: self.fallbacks.clone(), ..Self::under(&self.state.join("demo")) }
    }

    /// Returns the directory of the settings file; relative paths in the settings start here.
    #[must_use]
    pub fn config_directory(&self) -> &Path {
        self.config.parent().unwrap_or(&self.config)
    }

    /// Returns the path of the user's keymap of this name; `None` if the name cannot be a file name.
    #[must_use]
    pub fn keymap(&self, name: &str) -> Option<PathBuf> {
        is_safe_name(name).then(|| self.config_directory().join("keymaps").join(format!("{name}.toml")))
    }

    /// Returns the directory of the user's snippets.
    #[must_use]
    pub fn snippets(&self) -> PathBuf {
        self.data.join("snippets")
    }

    /// Returns the directory of the worksheets of all profiles.
    #[must_use]
    pub fn worksheets(&self) -> PathBuf {
        self.state.join("worksheets")
    }

    /// Returns the directory of copies that no clipboard accepts.
    #[must_use]
    pub fn copies(&self) -> PathBuf {
        self.state.join("copies")
    }

    fn platform_default() -> Result<Self, Problem> {
        let base = BaseDirs::new().ok_or_else(|| no_home("the user has no home directory"))?;
        let project = ProjectDirs::from("", "", "rrx").ok_or_else(|| no_home("the user has no home directory"))?;
        Ok(Self {
            home: base.home_dir().to_path_buf(),
            config: project.config_dir().join("config.toml"),
            data: project.data_dir().to_path_buf(),
            // Only Linux has a separate directory for state.
            state: project.state_dir().map_or_else(|| project.data_local_dir().join("state"), Path::to_path_buf),
            fallbacks: fallbacks(base.home_dir()),
            command_line: CommandLine::default(),
        })
    }
}

/// Returns the home directory, where a text survives a restart of the machine, and the one for temporary files.
fn fallbacks(home: &Path) -> Vec<PathBuf> {
    vec![home.to_path_buf(), std::env::temp_dir()]
}

fn no_home(why: &str) -> Problem {
    Problem::new(ProblemKind::Local, "There is no directory for the files of rrx")
        .because(why)
        .hint("set RRX_HOME to a directory that you can write to")
}
