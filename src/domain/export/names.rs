//! Names of columns for forms in which each must be another one.

use std::collections::{HashMap, HashSet};

use crate::domain::results::Column;

/// The names of the columns, each different. A name that the result has itself is not given to another column.
pub(super) fn unique(columns: &[Column]) -> Vec<String> {
    each_different(&columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>())
}

/// The same of any names.
pub(super) fn each_different(given: &[&str]) -> Vec<String> {
    let mut taken: HashSet<String> = given.iter().map(|name| (*name).to_owned()).collect();
    let mut seen: HashSet<&str> = HashSet::new();
    let mut next: HashMap<&str, u32> = HashMap::new();
    let mut names = Vec::with_capacity(given.len());
    for given in given {
        if seen.insert(given) {
            names.push((*given).to_owned());
            continue;
        }
        let number = next.entry(given).or_insert(1);
        let name = loop {
            *number += 1;
            let name = format!("{given}_{number}");
            if taken.insert(name.clone()) {
                break name;
            }
        };
        names.push(name);
    }
    names
}
