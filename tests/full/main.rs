//! Tests of a build with all features. Python reads the exported files: Parquet with pyarrow, workbooks with openpyxl. The
//! rows have all types of a real MariaDB. `tests/run full` installs the readers and sets `RRX_READERS`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "tests may fail loudly"
)]
#![allow(missing_docs, unreachable_pub, reason = "tests are not a library")]
#![allow(dead_code, reason = "these tests use only a part of the modules of the live tests")]

#[path = "../live/all_types.rs"]
mod all_types;
#[path = "../live/harness.rs"]
mod harness;
#[path = "../rig/mod.rs"]
mod rig;

mod readers;
mod types;
mod whole;
