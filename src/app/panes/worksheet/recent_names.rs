//! The names that the user has used last: of tables and columns that were accepted or run. Completion offers them first.

use crate::domain::sql::Dialect;
use crate::domain::sql::complete::{CompletionItem, CompletionKind};
use crate::domain::sql::names::names;

/// Names that are kept at most.
const MOST: usize = 60;

/// The names that were used last.
#[derive(Debug, Clone, Default)]
pub(super) struct RecentNames {
    /// The newest one is the last.
    names: Vec<String>,
}

impl RecentNames {
    /// Returns the names, the newest first.
    pub(super) fn newest_first(&self) -> Vec<String> {
        self.names.iter().rev().cloned().collect()
    }

    /// Adds the name of an accepted item, if it is one that other statements use, too.
    pub(super) fn add_item(&mut self, item: &CompletionItem) {
        match item.kind {
            CompletionKind::Database | CompletionKind::Table | CompletionKind::View | CompletionKind::Column => {
                self.add(&item.label);
            }
            CompletionKind::Keyword
            | CompletionKind::With
            | CompletionKind::Alias
            | CompletionKind::Function
            | CompletionKind::Join
            | CompletionKind::JoinCondition
            | CompletionKind::Value
            | CompletionKind::Snippet
            | CompletionKind::Parameter
            | CompletionKind::Variable
            | CompletionKind::ColumnList => {}
        }
    }

    /// Adds the names of a statement that runs.
    pub(super) fn add_statement(&mut self, statement: &str, dialect: Dialect) {
        // Of a long statement only the last names would be left.
        for name in names(statement, dialect).iter().rev().take(MOST).rev() {
            self.add(name.last());
        }
    }

    fn add(&mut self, name: &str) {
        let name = name.rsplit('.').next().unwrap_or(name).trim_matches('`');
        if name.is_empty() {
            return;
        }
        self.names.retain(|other| other != name);
        self.names.push(name.to_owned());
        let surplus = self.names.len().saturating_sub(MOST);
        self.names.drain(..surplus);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_names_are_kept_once_each() {
        let mut recent = RecentNames::default();
        recent.add_statement("SELECT s.status FROM db.subject s", Dialect::default());
        recent.add_statement("SELECT 1 FROM `subject`", Dialect::default());
        assert_eq!(recent.newest_first().first().map(String::as_str), Some("subject"));
        assert!(recent.newest_first().contains(&"status".to_owned()));
        for number in 0..200 {
            recent.add(&format!("t{number}"));
        }
        assert_eq!((recent.newest_first().len(), recent.newest_first()[0].as_str()), (MOST, "t199"));
    }
}
