//! Counts in words.

/// A count with its unit: `1 client`, `0 clients`, `2 clients`.
#[must_use]
pub fn counted(count: u64, unit: &str) -> String {
    if count == 1 { format!("1 {unit}") } else { format!("{count} {unit}s") }
}
