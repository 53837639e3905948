//! Texts that are inserted into a worksheet: without control characters, and only as long as they fit.

use crate::app::panes::PaneContext;
use crate::app::request::Request;
use crate::domain::limits::WORKSHEET_BYTES;
use crate::domain::problem::{Problem, ProblemKind};

/// Returns a text as it is inserted: with plain line ends and without control characters.
pub(super) fn inserted_text(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect()
}

/// Says that a text does not fit into the worksheet.
pub(super) fn report_full(cx: &mut PaneContext<'_>) {
    cx.request(Request::Problem(
        Problem::new(ProblemKind::Local, "The worksheet is full: nothing was inserted")
            .because(format!("the limit of a worksheet is {WORKSHEET_BYTES} bytes"))
            .hint(format!(
                "open a new worksheet, or run a file with `{}`",
                cx.context.settings.command_line.with("run -f FILE")
            )),
    ));
}
