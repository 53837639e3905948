//! What is said of a copy: how many values are in the text, and what is not.

use std::sync::Arc;

use crate::app::request::Request;
use crate::domain::export::CopiedText;
use crate::domain::protocol::{CopiedFrom, CopyText};
use crate::domain::quantity::{counted, grouped};

/// Puts what was copied on the clipboard, unless there is nothing in it.
pub(super) fn put(copied: CopiedText, from: CopiedFrom) -> Request {
    if copied.is_list && copied.cells == 0 {
        return Request::Notice("All values are NULL, which IN never matches. Nothing was copied.".into());
    }
    let what = words(&copied);
    Request::Copy(CopyText { text: Arc::new(copied.text), what, from: Some(from) })
}

fn words(copied: &CopiedText) -> String {
    if copied.is_list {
        let different = if copied.has_repeats { "distinct value" } else { "value" };
        let values = format!("{} as IN (…)", counted(copied.cells, different));
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
