//! Follows a foreign key: looks up the row to which a value of a result refers.

use crate::app::effect::Effect;
use crate::app::model::Model;
use crate::app::request::Request;
use crate::domain::limits::PREVIEW_ROWS;
use crate::domain::results::{Column, TypeClass};
use crate::domain::sql::Param;
use crate::domain::sql::quote::quoted_identifier;

use super::origin::{StatementOrigin, StatementQueue};
use super::{NewStatement, start};

/// Runs the statement that looks up the row. The value is bound, not written into the text.
pub(in crate::app) fn follow(
    model: &mut Model,
    column: &Column,
    value: Option<&[u8]>,
    requests: &mut Vec<Request>,
    effects: &mut Vec<Effect>,
) {
    let Some(to) = model.context.refers_to(column) else {
        model.notice("The catalog has no foreign key of this column.");
        return;
    };
    let Some(value) = value else {
        model.notice(format!("NULL refers to no row of {}.", to.table));
        return;
    };
    let table = format!("{}.{}", quoted_identifier(&to.schema), quoted_identifier(&to.table));
    let text = format!("SELECT * FROM {table} WHERE {} = ? LIMIT {PREVIEW_ROWS}", quoted_identifier(&to.column));
    let new = NewStatement {
        text,
        params: vec![bound_value(column, value)],
        origin: StatementOrigin::Key,
        location: None,
        queue: StatementQueue::default(),
        export: None,
    };
    start(model, new, requests, effects);
}

/// Returns a value of a result as a statement takes it: numbers as numbers, so that the server can use an index.
fn bound_value(column: &Column, value: &[u8]) -> Param {
    let text = std::str::from_utf8(value).ok();
    let whole = text.filter(|_| column.class() == TypeClass::Integer);
    let signed = whole.and_then(|text| text.parse().ok()).map(Param::Integer);
    let unsigned = whole.and_then(|text| text.parse().ok()).map(Param::Unsigned);
    let is_binary = matches!(column.class(), TypeClass::Binary | TypeClass::Bit | TypeClass::Geometry);
    let text = text.filter(|_| !is_binary).map(|text| Param::Text(text.to_owned()));
    signed.or(unsigned).or(text).unwrap_or_else(|| Param::Bytes(value.to_vec()))
}
