//! Columns of a result as benches make them: ten, numbers and texts by turns.

use std::sync::Arc;

use rrx::domain::results::{Column, Origin, WireType};

/// How many.
pub(crate) const COLUMNS: usize = 10;

/// Numbers in the even ones, texts in the odd ones.
pub(crate) fn columns() -> Arc<[Column]> {
    let column = |number: usize| Column {
        name: format!("column_{number}"),
        table: String::new(),
        origin: Origin::default(),
        wire: if number.is_multiple_of(2) { WireType::LongLong } else { WireType::VarString },
        flags: 0,
        length: 128,
        decimals: 0,
        charset: 45,
    };
    (0..COLUMNS).map(column).collect()
}
