//! Names of columns for forms in which each must be another one.

use std::collections::{HashMap, HashSet};

use crate::domain::results::{CaseSensitivity, Column};

/// The names of the columns, each different. A name that the result has itself is not given to another column.
pub(super) fn unique(columns: &[Column]) -> Vec<String> {
    each_different(&columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>(), CaseSensitivity::Sensitive)
}

/// The same of any names, also where case tells none apart.
pub(super) fn each_different(given: &[&str], case: CaseSensitivity) -> Vec<String> {
    let key = |name: &str| if case == CaseSensitivity::Insensitive { name.to_lowercase() } else { name.to_owned() };
    let mut taken: HashSet<String> = given.iter().map(|name| key(name)).collect();
    let mut seen: HashSet<String> = HashSet::new();
    let mut next: HashMap<String, u32> = HashMap::new();
    let mut names = Vec::with_capacity(given.len());
    for given in given {
        if seen.insert(key(given)) {
            names.push((*given).to_owned());
            continue;
        }
        let number = next.entry(key(given)).or_insert(1);
        let name = loop {
            *number += 1;
            let name = format!("{given}_{number}");
            if taken.insert(key(&name)) {
                break name;
            }
        };
        names.push(name);
    }
    names
}
