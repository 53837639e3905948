//! Unique column names, for formats that need them.

use std::collections::{HashMap, HashSet};

use crate::domain::results::{CaseSensitivity, Column};

/// Returns unique names of the columns: repeated names get a number. A number is skipped if it makes a name that is taken.
pub(super) fn unique(columns: &[Column]) -> Vec<String> {
    make_unique(&columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>(), CaseSensitivity::Sensitive)
}

/// Makes names unique, with or without regard to letter case.
pub(super) fn make_unique(given: &[&str], case: CaseSensitivity) -> Vec<String> {
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
