//! The file with the sizes of the panels. rrx reads it at the start and replaces it after the user has moved a border.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::atomic;
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::protocol::PanelSizes;

/// The name of the file in the state directory.
const FILE: &str = "panels.toml";

/// The sizes as the file has them.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct FileSizes {
    explorer_cells: Option<u16>,
    inspector_cells: Option<u16>,
    worksheet_percent: Option<u16>,
}

/// Reads the sizes. Without a file, or with an unreadable one, all sizes are automatic: nothing that the user wrote is lost.
#[must_use]
pub fn load(state: &Path) -> PanelSizes {
    let text = match atomic::read_text(&state.join(FILE)) {
        Ok(text) => text,
        Err(error) => {
            tracing::debug!(%error, "no panel sizes");
            return PanelSizes::default();
        }
    };
    let sizes: FileSizes = toml::from_str(&text).unwrap_or_else(|error| {
        tracing::warn!(%error, "unreadable panel sizes");
        FileSizes::default()
    });
    PanelSizes { explorer: sizes.explorer_cells, inspector: sizes.inspector_cells, worksheet: sizes.worksheet_percent }
}

/// Replaces the file.
///
/// # Errors
/// Returns a problem if it cannot be written.
pub fn save(state: &Path, sizes: PanelSizes) -> Result<(), Problem> {
    let sizes = FileSizes {
        explorer_cells: sizes.explorer,
        inspector_cells: sizes.inspector,
        worksheet_percent: sizes.worksheet,
    };
    let failed = |error: &dyn std::fmt::Display| {
        Problem::new(ProblemKind::Local, "The sizes of the panels could not be saved").because(error.to_string())
    };
    let text = toml::to_string(&sizes).map_err(|error| failed(&error))?;
    atomic::create_directory(state).map_err(|error| failed(&error))?;
    atomic::replace(&state.join(FILE), text.as_bytes()).map_err(|error| failed(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_come_back_and_a_damaged_file_counts_as_none() {
        let directory = tempfile::tempdir().unwrap();
        let state = directory.path().join("state");
        assert_eq!(load(&state), PanelSizes::default());
        let sizes = PanelSizes { explorer: Some(50), inspector: None, worksheet: Some(30) };
        save(&state, sizes).unwrap();
        assert_eq!(load(&state), sizes);
        std::fs::write(state.join(FILE), "explorer_cells = \"wide\"").unwrap();
        assert_eq!(load(&state), PanelSizes::default());
        std::fs::write(state.join(FILE), b"\xff\xfe").unwrap();
        assert_eq!(load(&state), PanelSizes::default());
    }
}
