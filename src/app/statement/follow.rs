//! The statement that looks up the row to which a foreign key refers.

use crate::app::context::Context;
use crate::domain::limits::PREVIEW_ROWS;
use crate::domain::results::{Column, TypeClass};
use crate::domain::sql::Param;
use crate::domain::sql::quote::quoted_identifier;

/// Returns the statement and its bound value. The value is a parameter, not part of the text.
///
/// # Errors
/// The notice why there is no row to look up.
pub(super) fn lookup(context: &Context, column: &Column, value: Option<&[u8]>) -> Result<(String, Vec<Param>), String> {
    let Some(to) = context.refers_to(column) else {
        return Err("The catalog has no foreign key of this column.".into());
    };
    let Some(value) = value else { return Err(format!("NULL refers to no row of {}.", to.table)) };
    let table = format!("{}.{}", quoted_identifier(&to.schema), quoted_identifier(&to.table));
    let columns = context.all_columns(&to.schema, &to.table);
    let text =
        format!("SELECT {columns} FROM {table} WHERE {} = ? LIMIT {PREVIEW_ROWS}", quoted_identifier(&to.column));
    Ok((text, vec![bound_value(column, value)]))
}

/// Returns a value of a result as a parameter. Integers stay integers, so that the server can use an index.
fn bound_value(column: &Column, value: &[u8]) -> Param {
    let text = std::str::from_utf8(value).ok();
    let integer = text.filter(|_| column.class() == TypeClass::Integer);
    let signed = integer.and_then(|text| text.parse().ok()).map(Param::Integer);
    let unsigned = integer.and_then(|text| text.parse().ok()).map(Param::Unsigned);
    let is_binary = matches!(column.class(), TypeClass::Binary | TypeClass::Bit | TypeClass::Geometry);
    let text = text.filter(|_| !is_binary).map(|text| Param::Text(text.to_owned()));
    signed.or(unsigned).or(text).unwrap_or_else(|| Param::Bytes(value.to_vec()))
}
