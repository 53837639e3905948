//! What only a build with all features has, against readers that are not of this language: Parquet by pyarrow, workbooks by
//! openpyxl, all types of a real MariaDB through both. `tests/run full` makes the readers ready and names them in
//! `RRX_READERS`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "tests may fail loudly"
)]
#![allow(missing_docs, unreachable_pub, reason = "tests are read, not called")]
#![allow(dead_code, reason = "of what the live tests share, a part is used here")]

#[path = "../live/all_types.rs"]
mod all_types;
#[path = "../live/harness.rs"]
mod harness;
#[path = "../rig/mod.rs"]
mod rig;

mod readers;
mod types;
mod whole;
