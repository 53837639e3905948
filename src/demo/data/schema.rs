//! The demo's databases as one value, read from the DDL texts. Knows no rows.

use super::parse;
use super::{MAIN, REPORTING, TEST};
use crate::demo::schema::{Database, DemoSchema};

const CLINSPARK: &str = include_str!("ddl/clinspark.sql");
const REPORTS: &str = include_str!("ddl/reporting.sql");

/// The table of [`REPORTING`] that the demo's account may not read.
const FORBIDDEN: &str = "treatment_key";

/// Reads the demo's databases: [`MAIN`], [`TEST`] and [`REPORTING`].
///
/// The texts are embedded, and a test reads them whole; should one not parse, its database is missing.
pub fn schema() -> DemoSchema {
    let mut schema = DemoSchema::default();
    for (name, text) in [(MAIN, CLINSPARK), (TEST, CLINSPARK), (REPORTING, REPORTS)] {
        if let Ok(database) = read(name, text, &schema) {
            schema.databases.push(database);
        }
    }
    schema
}

/// Reads one database; views may look at the databases before it.
fn read(name: &str, text: &str, known: &DemoSchema) -> Result<Database, parse::Misread> {
    let mut database = parse::database(name, text, known)?;
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
        for (name, text) in [(MAIN, CLINSPARK), (TEST, CLINSPARK), (REPORTING, REPORTS)] {
            known.databases.push(read(name, text, &known).unwrap());
        }
        assert_eq!(known.databases[0].tables.len(), 40);
        assert_eq!(known.databases[2].views.len(), 2);
    }
}
