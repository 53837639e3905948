//! Runs the readers of `read_back.py`.

use std::path::Path;
use std::process::Command;

use serde::Deserialize;

/// A value: its kind in the reader's language, and its text.
pub type Value = Option<(String, String)>;

/// What a reader found.
#[derive(Debug, Deserialize)]
pub struct Read {
    pub names: Vec<String>,
    /// Types of the columns; of a workbook the names of its sheets.
    pub types: Vec<String>,
    pub rows: Vec<Vec<Value>>,
}

/// Reads a file by its ending.
pub fn read(file: &Path) -> Read {
    let python =
        std::env::var_os("RRX_READERS").expect("RRX_READERS names the Python of the readers: run tests/run full");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/full/read_back.py");
    let output = Command::new(python).arg(script).arg(file).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Reads bytes as a file with this ending.
pub fn read_bytes(bytes: &[u8], ending: &str) -> Read {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join(format!("rows.{ending}"));
    std::fs::write(&path, bytes).unwrap();
    read(&path)
}
