//! Asks which database becomes the current one.

use crate::app::context::Context;
use crate::app::request::{Dialog, DialogAnswer, DialogItem, DialogOutcome, DialogShape, Request};
use crate::domain::quantity::counted;

/// Lists the databases of the catalog. Those of the server itself come last.
#[derive(Debug)]
pub struct DatabasesDialog;

impl Dialog for DatabasesDialog {
    fn shape(&self) -> DialogShape {
        DialogShape::List
    }

    fn title(&self) -> &'static str {
        "Use another database"
    }

    fn enter_hint(&self) -> &'static str {
        "use it"
    }

    fn items(&self, context: &Context) -> Vec<DialogItem> {
        let Some(catalog) = &context.catalog else { return Vec::new() };
        let mut schemas: Vec<_> = catalog.schemas.iter().collect();
        schemas.sort_by_key(|schema| schema.is_system);
        let item = |schema: &crate::domain::catalog::Schema| {
            let is_current = context.database.as_deref() == Some(schema.name.as_str());
            DialogItem::new(&schema.name, vec![Request::UseDatabase(schema.name.clone())])
                .about(counted(schema.tables.len() as u64, "table"))
                .right(if is_current { "current" } else { "" })
        };
        schemas.into_iter().map(item).collect()
    }

    fn submit(&mut self, answer: DialogAnswer<'_>, _context: &Context) -> DialogOutcome {
        answer.take_item()
    }
}
