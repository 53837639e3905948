//! The export of a result to a file, and its progress.

use std::time::Duration;

use crate::app::dialogs::ExportPlan;
use crate::app::effect::Effect;
use crate::app::panes::PaneContext;
use crate::app::request::Request;
use crate::app::statement::origin::StatementOrigin;
use crate::domain::access_log::ExportRecord;
use crate::domain::problem::{Problem, ProblemKind as Trouble};
use crate::domain::protocol::{
    End, ExportCmd, ExportEvent, ExportId, ExportJob, ExportedFile, FormatChoice, IfExists, Limit, StorageCmd,
};
use crate::domain::quantity::{self, counted, grouped};
use crate::domain::text::visible;

use super::{Grid, ResultSet};

/// A sentence about what an export of all rows contains.
const SCOPE_OF_ALL: &str = "The statement runs again without the row limit. The file gets all columns in the server's order, \
                            not sorted or filtered here.";

/// An export under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunningExport {
    pub job: ExportJob,
    /// The number of rows to write.
    pub total: u64,
    /// Rows and bytes written.
    pub done: (u64, u64),
    /// Bytes written per second.
    pub rate: u64,
    pub since: Duration,
}

impl RunningExport {
    /// Describes its progress.
    #[must_use]
    pub fn describe(&self) -> String {
        let (rows, bytes) = self.done;
        let file = self.job.path.rsplit('/').next().unwrap_or_default();
        let rows = match self.job.rerun_as {
            Some(_) => counted(rows, "row"),
            None => format!("{} of {}", grouped(rows), counted(self.total, "row")),
        };
        let rate = if self.rate > 0 { format!(", {}/s", size(self.rate)) } else { String::new() };
        format!("writing {rows} to {}, {}{rate}", visible(file), size(bytes))
    }
}

impl Grid {
    /// Returns the export that is under way. There is one at most.
    #[must_use]
    pub fn exporting(&self) -> Option<&RunningExport> {
        self.results.iter().find_map(|result| result.export.as_ref())
    }

    /// Returns why the result in front cannot be exported now; `None` if it can.
    #[must_use]
    pub fn export_refusal(&self) -> Option<&'static str> {
        match self.front() {
            _ if self.exporting().is_some() => Some("An export is running. Wait until it has finished, or stop it."),
            Some(result) if result.columns.is_none() => Some("The columns are not loaded yet."),
            Some(result) if result.pending.is_arranging() => {
                Some("The rows are being sorted or filtered. Export them when that is done.")
            }
            Some(_) => None,
            None => Some("There is no result yet."),
        }
    }

    /// Returns what an export of the result in front can write. The file is named after this title; a name without a
    /// path is a file in this directory.
    ///
    /// # Errors
    /// A notice why the result cannot be exported now.
    pub fn export_plan(&self, title: &str, directory: &str) -> Result<ExportPlan, &'static str> {
        if let Some(why) = self.export_refusal() {
            return Err(why);
        }
        let hint =
            if directory.is_empty() { String::new() } else { format!(" A file name alone goes into {directory}.") };
        Ok(ExportPlan {
            has_more_rows: self.has_more_rows(),
            loaded: self.count(),
            scope_of_loaded: format!("{}{hint}", self.scope_of_loaded()),
            scope_of_all: format!("{SCOPE_OF_ALL}{hint}"),
            file_stem: self.export_stem(title),
        })
    }

    /// Returns a sentence about what an export of the loaded rows contains.
    fn scope_of_loaded(&self) -> String {
        let Some(result) = self.front() else { return String::new() };
        let (shown, all) = (result.layout.len(), result.layout.all());
        let all = counted(all as u64, "column");
        let columns = if result.layout.all() == shown { all } else { format!("{shown} of {all}") };
        let rest = match &result.progress.end {
            Some(End::Complete) => "",
            None => " The statement is still running: rows that arrive later are not included.",
            Some(End::Limit(_) | End::Cancelled | End::Broken(_)) => {
                " The result is incomplete: only the loaded rows are included."
            }
        };
        format!("Writes {}, {columns}, in the order shown.{rest}", result.scope())
    }

    /// Returns whether the server could send more rows: the result was cut, and its statement can run again.
    fn has_more_rows(&self) -> bool {
        self.front().is_some_and(|result| {
            let is_cut = match &result.progress.end {
                Some(End::Limit(limit)) => !matches!(limit, Limit::FirstRow(_)),
                Some(End::Cancelled) => true,
                Some(End::Complete | End::Broken(_)) | None => false,
            };
            // The statement of a followed key has a bound value, which is not kept.
            is_cut && result.from != StatementOrigin::Key
        })
    }

    /// Returns a name for the file without extension: the worksheet's title, or the table of all columns.
    fn export_stem(&self, title: &str) -> String {
        let front = self.front();
        let is_of_a_table =
            front.is_some_and(|result| matches!(result.from, StatementOrigin::Preview | StatementOrigin::Key));
        // The title of a new worksheet is a number.
        let is_named = !title.chars().all(|c| c.is_ascii_digit());
        let columns = front.and_then(|result| result.columns.as_deref()).unwrap_or_default();
        let table = columns.first().map(|column| column.origin.table.as_str()).unwrap_or_default();
        let is_of_one_table = columns.iter().all(|column| column.origin.table == table);
        let name = match (is_named && !is_of_a_table, is_of_one_table) {
            (true, _) => title,
            (false, true) => table,
            (false, false) => "",
        };
        let stem: String =
            name.chars().map(|c| if c.is_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '-' }).collect();
        let stem = stem.trim_start_matches(['.', '-']);
        if stem.is_empty() { "rows".into() } else { stem.into() }
    }

    /// Makes an export of the visible rows and columns of the result in front.
    #[must_use]
    pub fn export_job(&self, id: ExportId, choice: FormatChoice, path: String) -> Option<ExportJob> {
        let result = self.front()?;
        let (columns, view) = (result.layout.order().to_vec(), result.shown);
        let (zone, if_exists) = (result.zone, IfExists::Fail);
        Some(ExportJob { id, result: result.id, view, rerun_as: None, columns, choice, zone, path, if_exists })
    }

    pub fn export(&mut self, job: ExportJob, cx: &mut PaneContext<'_>) {
        let Some(result) = self.of_mut(job.result) else {
            cx.request(Request::Notice("The result is closed. Nothing was written.".into()));
            return;
        };
        let (total, since) = (result.count(), cx.context.now);
        result.export = Some(RunningExport { job: job.clone(), total, done: (0, 0), rate: 0, since });
        cx.effect(Effect::Export(ExportCmd::Write(job)));
    }

    /// Drops an export that could not start.
    pub fn forget_export(&mut self, id: ExportId) {
        if let Some(result) = self.exporter(id) {
            result.export = None;
        }
    }

    fn exporter(&mut self, id: ExportId) -> Option<&mut ResultSet> {
        self.results.iter_mut().find(|result| result.export.as_ref().is_some_and(|export| export.job.id == id))
    }

    /// Handles an event of an export.
    pub fn on_export(&mut self, id: ExportId, event: ExportEvent, cx: &mut PaneContext<'_>) {
        let Some(result) = self.exporter(id) else { return };
        let Some(mut export) = result.export.take() else { return };
        match event {
            ExportEvent::Progress { rows, bytes } => {
                let milliseconds = u64::try_from(cx.context.now.saturating_sub(export.since).as_millis()).unwrap_or(0);
                export.done = (rows, bytes);
                // In the first half second the rate is not meaningful.
                export.rate = if milliseconds < 500 { 0 } else { bytes.saturating_mul(1000) / milliseconds };
                result.export = Some(export);
            }
            ExportEvent::Ready => {
                let (job, statement) = (export.job.clone(), result.statement.clone());
                cx.request(Request::RunForExport { job, statement });
                result.export = Some(export);
            }
            ExportEvent::Cut(written, limit) => {
                let rows = counted(written.rows, "row");
                let problem =
                    Problem::new(Trouble::Cut, format!("The file is incomplete: it has {rows}, and there are more"))
                        .because(format!("the {limit} ended it"))
                        .hint(format!(
                            "the rows so far are in {}; raise the limit in the profile, or select less",
                            written.path.display()
                        ));
                cx.effect(record(result, &export, &written));
                cx.request(Request::Problem(problem));
            }
            ExportEvent::Exists(path) => {
                let job = ExportJob { if_exists: IfExists::Replace, ..export.job };
                let question = format!("{} already exists. Replace it?", path.display());
                cx.request(Request::Confirm { question, yes: Box::new(Request::ExportTo(job)), no: None });
            }
            ExportEvent::Written(written) => {
                cx.request(Request::Notice(written_message(&written)));
                cx.effect(record(result, &export, &written));
            }
            ExportEvent::Cancelled => {
                cx.request(Request::Notice("The export was stopped. No file was written.".into()));
            }
            ExportEvent::Failed(problem) => cx.request(Request::Problem(problem)),
        }
    }
}

/// Returns the effect that records a written file in the access log.
fn record(result: &ResultSet, export: &RunningExport, written: &ExportedFile) -> Effect {
    Effect::Storage(StorageCmd::Exported(ExportRecord {
        id: String::new(),
        time: String::new(),
        os_user: String::new(),
        profile: result.profile.clone(),
        statement: result.statement.clone(),
        path: written.path.display().to_string(),
        format: export.job.choice.format.to_string(),
        rows: written.rows,
        bytes: written.bytes,
        sha256: written.sha256.clone(),
    }))
}

fn written_message(written: &ExportedFile) -> String {
    let rows = counted(written.rows, "row");
    let side = if written.columns_file.is_some() { ", with its columns in a .columns.json file" } else { "" };
    format!("{rows} written to {} ({}){side}", visible(&written.path.display().to_string()), size(written.bytes))
}

/// Returns a number of bytes in few cells.
fn size(bytes: u64) -> String {
    quantity::byte_size(bytes, 1024)
}
