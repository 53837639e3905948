//! Binds values to the named parameters of a statement, and writes the statement with its values for showing.

use std::collections::BTreeMap;
use std::ops::Range;

use super::items::{ItemKind, Items};
use super::place::{ListKind, Place, places};
use super::source_map::SourceMap;
use super::value::{ParameterValue, ScalarValue};
use crate::domain::sql::lex::TokenKind;
use crate::domain::sql::quote::needs_space;
use crate::domain::sql::{Dialect, Param};

/// The value of each parameter, by name.
pub type ParameterValues = BTreeMap<String, ParameterValue>;

/// A statement to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bound {
    /// The statement with `?` for each value.
    pub text: String,
    /// The values, in the order of the `?`.
    pub params: Vec<Param>,
    /// Maps offsets in `text` to the typed text.
    pub source_map: SourceMap,
}

/// Why a statement cannot be bound.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct BindError {
    /// What is wrong, in one sentence.
    pub what: String,
    /// Byte range in the typed text.
    pub at: Range<usize>,
    /// What to do.
    pub hint: String,
}

/// An empty list in `NOT IN`, which every value fulfils. `NOT IN (NULL)` would match no row.
const EMPTY_NOT_IN: &str = "SELECT NULL FROM DUAL WHERE FALSE";

/// Replaces each named parameter by `?`. The values are sent apart from the text.
///
/// A list in parentheses becomes `?, ?, …`. An empty list in `IN ( )` matches no row, one in `NOT IN ( )` all rows.
///
/// # Errors
/// Returns a [`BindError`] if a parameter has no value, if the server takes no bound value there, or if the value does not fit.
pub fn bind(text: &str, values: &ParameterValues, dialect: Dialect) -> Result<Bound, BindError> {
    let mut params = Vec::new();
    let (text, source_map) = replaced(text, values, dialect, |value| {
        params.push(value.param());
        value.placeholder()
    })?;
    Ok(Bound { text, params, source_map })
}

/// Returns the statement with its values as literals. It is for showing, never for sending.
///
/// # Errors
/// Returns the same errors as [`bind`].
pub fn final_text(text: &str, values: &ParameterValues, dialect: Dialect) -> Result<String, BindError> {
    replaced(text, values, dialect, |value| value.literal(dialect)).map(|(text, _)| text)
}

fn replaced(
    text: &str,
    values: &ParameterValues,
    dialect: Dialect,
    mut write: impl FnMut(&ScalarValue) -> String,
) -> Result<(String, SourceMap), BindError> {
    let items = Items::read(text, dialect);
    let places = places(&items, dialect);
    refuse_question_marks(&items, &places)?;
    let (mut out, mut map, mut copied) = (String::with_capacity(text.len()), SourceMap::default(), 0);
    for (at, place) in places {
        let Some(item) = items.get(at) else { continue };
        let name = item.text;
        let error = |what: String, hint: &str| BindError { what, at: item.span.clone(), hint: hint.to_owned() };
        let value = values.get(name).ok_or_else(|| error(format!(":{name} has no value."), "Enter a value for it."))?;
        let elements = elements(value, place).map_err(|(what, hint)| error(format!(":{name} {what}"), hint))?;
        let written = match elements {
            Elements::Fixed(written) => written.to_owned(),
            Elements::Values(values) => values.iter().map(&mut write).collect::<Vec<_>>().join(", "),
        };
        out.push_str(text.get(copied..item.span.start).unwrap_or_default());
        if needs_space(out.chars().next_back(), written.chars().next()) {
            out.push(' ');
        }
        let start = out.len();
        out.push_str(&written);
        copied = item.span.end;
        let rest = text.get(copied..).unwrap_or_default();
        if needs_space(written.chars().next_back(), rest.chars().next()) {
            out.push(' ');
        }
        map.push(start..out.len(), item.span.clone());
    }
    out.push_str(text.get(copied..).unwrap_or_default());
    Ok((out, map))
}

/// Refuses a text with `?` next to named parameters: the values would go to the wrong places.
fn refuse_question_marks(items: &Items<'_>, places: &[(usize, Place)]) -> Result<(), BindError> {
    let mark = items.iter().find(|(_, item)| item.kind == ItemKind::Token(TokenKind::Parameter));
    match mark {
        Some((_, item)) if !places.is_empty() => Err(BindError {
            what: "The statement has both named parameters and ?.".to_owned(),
            at: item.span.clone(),
            hint: "Give each parameter a name, such as :id.".to_owned(),
        }),
        Some(_) | None => Ok(()),
    }
}

/// What replaces a parameter.
enum Elements<'a> {
    Values(&'a [ScalarValue]),
    Fixed(&'static str),
}

/// Returns the values for a place; what is wrong and what to do if they do not fit there.
fn elements(value: &ParameterValue, place: Place) -> Result<Elements<'_>, (String, &'static str)> {
    let values = match value {
        ParameterValue::One(value) => std::slice::from_ref(value),
        ParameterValue::List(values) => values.as_slice(),
    };
    let is_list = matches!(value, ParameterValue::List(_));
    match place {
        Place::NoValue(expected, hint) => Err((format!("stands where the server expects {expected}."), hint)),
        Place::Value if is_list => {
            Err(("is a list, and one value is expected here.".to_owned(), "Enter one value, or write IN (:name)."))
        }
        Place::Count => match values {
            [ScalarValue::Integer(0..) | ScalarValue::Unsigned(_)] if !is_list => Ok(Elements::Values(values)),
            _ => Err(("is a number of rows.".to_owned(), "Enter a whole number that is not negative.")),
        },
        Place::Element(kind) if values.is_empty() => match kind {
            ListKind::In => Ok(Elements::Fixed("NULL")),
            ListKind::NotInAlone => Ok(Elements::Fixed(EMPTY_NOT_IN)),
            ListKind::NotIn | ListKind::Arguments => Err(("is an empty list.".to_owned(), "Enter at least one value.")),
        },
        Place::Value | Place::Element(_) => Ok(Elements::Values(values)),
    }
}
