//! Finds tables, columns and routines of the catalog by name. The search runs on another thread.

use crate::app::action::{Action, AppAction};
use crate::app::context::Context;
use crate::app::request::{Dialog, DialogAnswer, DialogItem, DialogOutcome, DialogShape, Narrowing, Request};
use crate::domain::catalog::Catalog;
use crate::domain::catalog::find::{FindMatch, ObjectRef};
use crate::domain::compute::ComputeWork;

/// Lists objects of the catalog.
#[derive(Debug, Default)]
pub struct FindDialog {
    /// The best matches, and how many objects match.
    found: Option<(Vec<ObjectRef>, usize)>,
}

impl Dialog for FindDialog {
    fn shape(&self) -> DialogShape {
        DialogShape::List
    }

    fn title(&self) -> &'static str {
        "Find a table or column"
    }

    fn enter_hint(&self) -> &'static str {
        "show in the explorer"
    }

    fn items(&self, context: &Context) -> Vec<DialogItem> {
        let (Some((objects, _)), Some(catalog)) = (&self.found, &context.catalog) else { return Vec::new() };
        objects.iter().filter_map(|object| item(*object, catalog)).collect()
    }

    fn narrowing(&self) -> Narrowing {
        Narrowing::ByDialog
    }

    fn total(&self) -> Option<usize> {
        self.found.as_ref().map(|(_, total)| *total)
    }

    fn empty_text(&self, _typed: &str, context: &Context) -> String {
        match (&context.catalog, &self.found) {
            (None, _) => {
                format!("The catalog is not loaded yet. {} loads it.", context.key(Action::App(AppAction::Refresh)))
            }
            (Some(_), None) => "Searching …".into(),
            (Some(_), Some(_)) => context.no_matches(),
        }
    }

    fn on_typed(&mut self, typed: &str, context: &Context) -> Vec<Request> {
        let work = |catalog: &std::sync::Arc<Catalog>| ComputeWork::Find {
            catalog: catalog.clone(),
            pattern: typed.to_owned(),
            database: context.database.clone(),
        };
        context.catalog.iter().map(|catalog| Request::Compute(work(catalog))).collect()
    }

    fn on_found(&mut self, best: &[FindMatch], total: usize) {
        self.found = Some((best.iter().map(|found| found.object).collect(), total));
    }

    fn submit(&mut self, answer: DialogAnswer<'_>, _context: &Context) -> DialogOutcome {
        answer.take_item()
    }
}

fn item(object: ObjectRef, catalog: &Catalog) -> Option<DialogItem> {
    let schema = object.schema(catalog)?;
    let (name, about) = match object {
        ObjectRef::Schema(_) => (schema.name.clone(), "schema".to_owned()),
        ObjectRef::Table(..) => {
            let table = object.table(catalog)?;
            (table.name.clone(), table.comment.clone())
        }
        ObjectRef::Column(..) => {
            let (table, column) = (object.table(catalog)?, object.column(catalog)?);
            (format!("{}.{}", table.name, column.name), column.type_text.clone())
        }
        ObjectRef::Routine(..) => {
            let routine = object.routine(catalog)?;
            (routine.name.clone(), routine.kind.to_lowercase())
        }
    };
    Some(DialogItem::new(name, vec![Request::ShowObject(object)]).about(about).right(&schema.name))
}
