//! Handles effects that a full queue refused: what must happen is sent again, the rest ends with a message.

use std::time::Duration;

use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::protocol::{AfterSettings, End, ExportCmd, RunReport, SessionCmd, StorageCmd, StoreCmd};

use super::effect::Effect;
use super::model::Model;
use super::request::Request;

/// Handles an effect that a full queue refused. What must happen is sent again with the next clock message.
pub(super) fn on_refused(model: &mut Model, effect: Effect, requests: &mut Vec<Request>, effects: &mut Vec<Effect>) {
    let what = match &effect {
        Effect::Session(..) => "The session is busy",
        Effect::Store(_) => "The result store is busy",
        Effect::Storage(_) => "The disk is busy",
        Effect::Export(_) => "Another export is still ending",
        Effect::Compute(_) | Effect::Discard(_) => "The machine is busy",
        Effect::Host(_) => "The clipboard is busy",
        Effect::Edit(_) | Effect::Redraw | Effect::Mouse(_) | Effect::Wake(_) | Effect::Quit(_) => {
            "The program is busy"
        }
    };
    model.grid.on_refused();
    let next = if is_repeated(&effect) { "rrx tries again by itself" } else { "Try again in a moment" };
    model.notice(format!("{what}. {next}."));
    match effect {
        // The statement runs without a check.
        Effect::Session(_, SessionCmd::Explain { result, .. }) => {
            let problem = Problem::new(ProblemKind::Refused, format!("Nothing was sent: {}", what.to_lowercase()));
            super::plan_check::on_explained(model, result, (Err(problem), Duration::ZERO), requests, effects);
        }
        Effect::Storage(StorageCmd::Begin { result, .. }) if model.plan_check.is_check(result) => {
            super::plan_check::on_not_sent(model, result, requests);
        }
        // A statement that was not sent has ended. Otherwise it would seem to run forever.
        Effect::Session(_, SessionCmd::Run { result, .. }) | Effect::Storage(StorageCmd::Begin { result, .. }) => {
            let problem = Problem::new(ProblemKind::Refused, format!("Nothing was sent: {}", what.to_lowercase()))
                .hint("run it again in a moment");
            super::statement::on_ended(model, result, RunReport::without_rows(End::Broken(problem)), requests, effects);
        }
        Effect::Storage(StorageCmd::LoadSettings { then: AfterSettings::Connect(_) }) => {
            if let Some(connect) = &mut model.connect {
                connect.on_settings_refused();
            }
        }
        Effect::Storage(StorageCmd::AddProfile { .. }) => {
            if let Some(connect) = &mut model.connect {
                let problem = Problem::new(ProblemKind::Local, "The profile was not saved, because the disk is busy");
                connect.on_not_added(problem.hint("save it again in a moment"));
            }
        }
        Effect::Store(StoreCmd::Find { result, .. }) => model.grid.search_refused(result),
        Effect::Store(StoreCmd::Total { result, .. }) => model.grid.totals_refused(result),
        Effect::Export(ExportCmd::Write(order)) => model.grid.forget_export(order.id),
        Effect::Storage(StorageCmd::SaveWorksheets { profile, .. })
            if model.worksheets.profile.as_ref() == Some(&profile) =>
        {
            model.worksheets.must_save = true;
            model.worksheets.saving.remove(&profile);
            effects.push(Effect::Wake(super::statement::SOON));
        }
        Effect::Storage(StorageCmd::WriteDue { profile }) => {
            model.worksheets.saving.remove(&profile);
        }
        effect if is_repeated(&effect) => {
            model.refused.push(effect);
            effects.push(Effect::Wake(super::statement::SOON));
        }
        _ => {}
    }
}

/// Returns whether a refused effect is sent again: its loss would lose a text or a record, or leave something open for ever.
fn is_repeated(effect: &Effect) -> bool {
    match effect {
        Effect::Storage(command) => match command {
            StorageCmd::End { .. }
            | StorageCmd::Exported(_)
            | StorageCmd::Copied(_)
            | StorageCmd::SaveWorksheets { .. }
            | StorageCmd::WriteDue { .. }
            | StorageCmd::LoadWorksheets { .. }
            | StorageCmd::LoadSnippets { .. }
            | StorageCmd::SavePanelSizes(_)
            | StorageCmd::LoadDocs { .. } => true,
            StorageCmd::Begin { .. }
            | StorageCmd::LoadHistory { .. }
            | StorageCmd::SaveSnippet { .. }
            | StorageCmd::SqlFile { .. }
            | StorageCmd::LoadSettings { .. }
            | StorageCmd::LoadLastUses
            | StorageCmd::ProfileUsed { .. }
            | StorageCmd::AddProfile { .. } => false,
        },
        Effect::Session(_, command) => match command {
            SessionCmd::Cancel(_)
            | SessionCmd::Close
            | SessionCmd::CloseForReconnect
            | SessionCmd::Answer(_)
            | SessionCmd::FindLeft(_)
            | SessionCmd::StopLeft
            | SessionCmd::LoadCatalog
            | SessionCmd::StopCatalog => true,
            SessionCmd::Connect { .. } | SessionCmd::Run { .. } | SessionCmd::Explain { .. } => false,
        },
        Effect::Store(command) => match command {
            StoreCmd::Value { .. }
            | StoreCmd::Arrange { .. }
            | StoreCmd::Profile { .. }
            | StoreCmd::Plot { .. }
            | StoreCmd::Copy { .. }
            | StoreCmd::CancelJobs(_)
            | StoreCmd::Drop(_) => true,
            // The results request these again.
            StoreCmd::Window { .. } | StoreCmd::Find { .. } | StoreCmd::Next { .. } | StoreCmd::Total { .. } => false,
        },
        Effect::Export(command) => match command {
            ExportCmd::Cancel(_) => true,
            ExportCmd::Write(_) => false,
        },
        Effect::Host(_)
        | Effect::Compute(_)
        | Effect::Discard(_)
        | Effect::Edit(_)
        | Effect::Redraw
        | Effect::Mouse(_)
        | Effect::Wake(_)
        | Effect::Quit(_) => false,
    }
}
