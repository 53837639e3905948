//! Names of columns for forms in which each must be another one.

use std::collections::{HashMap, HashSet};

use crate::domain::results::Column;

/// The names of the columns, each different. A name that the result has itself is not given to another column.
pub(super) fn unique(columns: &[Column]) -> Vec<String> {
    let mut taken: HashSet<String> = columns.iter().map(|column| column.name.clone()).collect();
    let mut seen: HashSet<&str> = HashSet::new();
    let mut next: HashMap<&str, u32> = HashMap::new();
    let mut names = Vec::with_capacity(columns.len());
    for column in columns {
        if seen.insert(&column.name) {
            names.push(column.name.clone());
            continue;
        }
        let number = next.entry(&column.name).or_insert(1);
        let name = loop {
            *number += 1;
            let name = format!("{}_{number}", column.name);
            if taken.insert(name.clone()) {
                break name;
            }
        };
        names.push(name);
    }
    names
}
