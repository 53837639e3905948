//! Loads the demo's schema from the embedded DDL texts.

use super::databases::{MAIN, REPORTING, TEST};
use super::ddl_parser::{DdlError, parse_database};
use crate::demo::schema::{Database, DemoSchema};

const STUDY_DDL: &str = include_str!("ddl/clinspark.sql");
const REPORTING_DDL: &str = include_str!("ddl/reporting.sql");

/// The table of [`REPORTING`] for which the demo's account has no privilege.
const FORBIDDEN: &str = "treatment_key";

/// Returns the demo's databases: [`MAIN`], [`TEST`] and [`REPORTING`].
///
/// A database whose DDL does not parse is left out. A test checks that all texts parse.
pub fn schema() -> DemoSchema {
    let mut schema = DemoSchema::default();
    for (name, text) in [(MAIN, STUDY_DDL), (TEST, STUDY_DDL), (REPORTING, REPORTING_DDL)] {
        if let Ok(database) = parse(name, text, &schema) {
            schema.databases.push(database);
        }
    }
    schema
}

/// Parses one database. Its views may refer to the databases of `known`.
fn parse(name: &str, text: &str, known: &DemoSchema) -> Result<Database, DdlError> {
    let mut database = parse_database(name, text, known)?;
    for table in &mut database.tables {
        table.is_forbidden = name == REPORTING && table.name == FORBIDDEN;
    }
    Ok(database)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_embedded_text_parses() {
        let mut known = DemoSchema::default();
        for (name, text) in [(MAIN, STUDY_DDL), (TEST, STUDY_DDL), (REPORTING, REPORTING_DDL)] {
            known.databases.push(parse(name, text, &known).unwrap());
        }
        assert_eq!(known.databases[0].tables.len(), 40);
        assert_eq!(known.databases[2].views.len(), 2);
    }
}
