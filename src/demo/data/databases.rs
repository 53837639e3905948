//! The names of the demo's databases.

/// The study database with its forty tables.
pub const MAIN: &str = "clinspark_demo";
/// A small test copy of the study database: the same tables, other rows.
pub const TEST: &str = "clinspark_demo_test";
/// Views over the study database, and tables that are hard to display on purpose.
pub const REPORTING: &str = "reporting";
