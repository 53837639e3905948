//! Offers the values of an enum or set column. They are in its type; no data is read.

use super::context::Context;
use super::model::CompletionKind;
use super::offers::{Closeness, OfferKind, Offers};
use super::typed::TypedKind;
use crate::domain::sql::quote::literal;
use crate::domain::sql::scope::ColumnResolution;

/// Offers the values of the column that is compared at the cursor. Returns whether there are values.
pub(super) fn offer_values<'c>(context: &Context<'c>, offers: &mut Offers<'c>) -> bool {
    let Some(compared) = context.position.compared else { return false };
    let origin = match context.scope.resolve(compared) {
        ColumnResolution::One { origin, .. } | ColumnResolution::Item { origin } => origin,
        ColumnResolution::Several(_)
        | ColumnResolution::NoColumn
        | ColumnResolution::NoTable
        | ColumnResolution::Unknown => None,
    };
    let Some(column) = context.scope.catalog_column(origin) else { return false };
    let values = values_of(&column.type_text);
    let quote = match context.word.kind {
        TypedKind::Text(quote) => quote,
        TypedKind::Word | TypedKind::Quoted(_) | TypedKind::Parameter | TypedKind::Variable => '\'',
    };
    let kind = column.type_text.split('(').next().unwrap_or_default().to_lowercase();
    let has_values = !values.is_empty();
    for value in values {
        let in_single = literal(&value, context.input.dialect);
        let inserted = match quote {
            '"' => format!("\"{}\"", value.replace('"', "\"\"")),
            _ => in_single,
        };
        let kind = OfferKind::Text { kind: CompletionKind::Value, inserted: inserted.clone(), type_text: kind.clone() };
        offers.add_found_by(Closeness::Place, &value, inserted, kind);
    }
    has_values
}

/// Returns the values in a type such as `enum('a','b')`.
fn values_of(type_text: &str) -> Vec<String> {
    let lower = type_text.trim_start().to_ascii_lowercase();
    if !lower.starts_with("enum(") && !lower.starts_with("set(") {
        return Vec::new();
    }
    let mut values = Vec::new();
    let mut value: Option<String> = None;
    let mut chars = type_text.chars().peekable();
    while let Some(c) = chars.next() {
        match (&mut value, c) {
            (None, '\'') => value = Some(String::new()),
            (Some(text), '\'') if chars.peek() == Some(&'\'') => {
                chars.next();
                text.push('\'');
            }
            (Some(_), '\'') => values.extend(value.take()),
            (Some(text), c) => text.push(c),
            (None, _) => {}
        }
    }
    values
}

#[cfg(test)]
mod tests {
    use super::values_of;

    #[test]
    fn values_are_read_from_the_type() {
        assert_eq!(values_of("enum('a','b c','it''s')"), ["a", "b c", "it's"]);
        assert_eq!(values_of("SET('x')"), ["x"]);
        assert!(values_of("varchar(10)").is_empty() && values_of("enum(").is_empty());
    }
}
