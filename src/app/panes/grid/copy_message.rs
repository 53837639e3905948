//! Describes a copy: how many values it has, and what was left out.

use std::sync::Arc;

use crate::app::request::Request;
use crate::domain::export::CopiedText;
use crate::domain::protocol::{CopiedFrom, CopyText};
use crate::domain::quantity::{counted, grouped};

/// Returns the request to copy a text, or a notice if it has no values.
pub(super) fn put(copied: CopiedText, from: CopiedFrom) -> Request {
    if copied.is_list && copied.cells == 0 {
        return Request::Notice("All values are NULL, which IN never matches. Nothing was copied.".into());
    }
    let what = describe(&copied);
    Request::Copy(CopyText { text: Arc::new(copied.text), what, from: Some(from) })
}

fn describe(copied: &CopiedText) -> String {
    if copied.is_list {
        let unit = if copied.has_repeats { "distinct value" } else { "value" };
        let values = format!("{} as IN (…)", counted(copied.cells, unit));
        return match copied.nulls {
            0 => values,
            1 => format!("{values} (1 NULL left out: IN never matches it)"),
            nulls => format!("{values} ({} left out: IN never matches it)", counted(nulls, "NULL")),
        };
    }
    let values = counted(copied.cells, "value");
    match copied.as_hex {
        0 => values,
        count if count == copied.cells => format!("{values} in hexadecimal"),
        count => format!("{values} ({} of them in hexadecimal)", grouped(count)),
    }
}
