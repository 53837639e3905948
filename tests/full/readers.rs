//! Reads exported files with `read_back.py`.

use std::path::Path;
use std::process::Command;

use serde::Deserialize;

/// The type name of a value in `read_back.py`, and its text.
pub type Value = Option<(String, String)>;

/// The content of a file.
#[derive(Debug, Deserialize)]
pub struct FileContent {
    pub names: Vec<String>,
    /// The types of the columns, or the names of a workbook's sheets.
    pub types: Vec<String>,
    pub rows: Vec<Vec<Value>>,
}

/// Reads a file. Its extension is the format.
pub fn read(file: &Path) -> FileContent {
    let python = std::env::var_os("RRX_READERS")
        .expect("RRX_READERS is the Python program with the readers: use tests/run full");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/full/read_back.py");
    let output = Command::new(python).arg(script).arg(file).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Reads bytes as a file with an extension.
pub fn read_bytes(bytes: &[u8], extension: &str) -> FileContent {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join(format!("rows.{extension}"));
    std::fs::write(&path, bytes).unwrap();
    read(&path)
}
