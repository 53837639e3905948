//! Which actions can be done now, and why the others cannot. The help lists only those that can, the palette says the reason.

use super::action::{Action, AppAction, ExplorerAction, GridAction, InspectorAction, ListAction, WorksheetAction};
use super::context::ConnectionState;
use super::focus::Focus;
use super::model::Model;
use super::panes::inspector::InspectorContent;
use super::panes::worksheet::Worksheet;
use super::paste_register::Pasted;

/// Returns why an action cannot be done now, as a part of a sentence; `None` if it can.
pub(super) fn obstacle(model: &Model, action: Action) -> Option<&'static str> {
    match action {
        Action::App(action) => app_obstacle(model, action),
        Action::Connect(_) => model.connect.is_none().then_some("the connection screen is closed"),
        Action::List(ListAction::Compare | ListAction::Save)
            if model.overlays.modal().is_none_or(|overlay| overlay.dialog.item_hints().is_empty()) =>
        {
            Some("it is about the history")
        }
        Action::List(_) | Action::Line(_) | Action::Filter(_) => None,
        Action::Completion(_) => (!model.worksheets.completion.is_open()).then_some("no completions are shown"),
        Action::Explorer(_) | Action::Worksheet(_) | Action::Grid(_) | Action::Inspector(_)
            if cover(model).is_some() =>
        {
            cover(model)
        }
        Action::Explorer(action) => explorer_obstacle(model, action),
        Action::Worksheet(action) => worksheet_obstacle(model, action),
        Action::Grid(action) => grid_obstacle(model, action),
        Action::Inspector(action) => inspector_obstacle(model, action),
    }
}

/// Returns the panel in which an action works, if it is the action of a panel.
pub(super) fn panel_of(action: Action) -> Option<Focus> {
    match action {
        Action::Explorer(_) => Some(Focus::Explorer),
        Action::Worksheet(_) => Some(Focus::Worksheet),
        Action::Grid(_) => Some(Focus::Grid),
        Action::Inspector(_) => Some(Focus::Inspector),
        Action::App(_)
        | Action::List(_)
        | Action::Line(_)
        | Action::Connect(_)
        | Action::Filter(_)
        | Action::Completion(_) => None,
    }
}

const NOT_CONNECTED: &str = "not connected";
const NO_CATALOG: &str = "the catalog is not loaded";
const NO_RESULT: &str = "there is no result yet";

/// Returns what covers the panels, if something does.
fn cover(model: &Model) -> Option<&'static str> {
    if model.overlays.is_modal() {
        Some("a dialog is open")
    } else {
        model.connect.is_some().then_some("the connection screen is open")
    }
}

/// Returns why an action would not be visible now: it is about the panels, and something covers them.
pub(super) fn cover_of(model: &Model, action: AppAction) -> Option<&'static str> {
    use AppAction as A;
    match action {
        A::Palette
        | A::Help
        | A::Quit
        | A::Stop
        | A::ToggleMouse
        | A::Activity
        | A::Theme
        | A::Redraw
        | A::Reconnect
        | A::Refresh => None,
        // The list of profiles would open behind a dialog.
        A::Profiles => model.overlays.is_modal().then(|| cover(model)).flatten(),
        A::Back
        | A::NextPanel
        | A::PreviousPanel
        | A::FocusExplorer
        | A::FocusWorksheet
        | A::FocusResults
        | A::FocusInspector
        | A::ToggleExplorer
        | A::ToggleInspector
        | A::Zoom
        | A::EnlargePanel
        | A::ShrinkPanel
        | A::ResetPanels
        | A::Snippets
        | A::SaveSnippet
        | A::History
        | A::Pages
        | A::Find
        | A::Run
        | A::RunAll
        | A::Explain
        | A::UseDatabase
        | A::Ddl
        | A::CountRows
        | A::NewWorksheet
        | A::CloseWorksheet
        | A::ReopenWorksheet
        | A::ReopenList
        | A::NextWorksheet
        | A::PreviousWorksheet
        | A::OpenFile
        | A::SaveFile
        | A::SaveFileAs
        | A::ExternalEditor
        | A::Rename => cover(model),
    }
}

fn is_connected(model: &Model) -> bool {
    matches!(model.context.link, ConnectionState::Connected(_))
}

fn app_obstacle(model: &Model, action: AppAction) -> Option<&'static str> {
    use AppAction as A;
    if let Some(cover) = cover_of(model, action) {
        return Some(cover);
    }
    match action {
        A::Run | A::RunAll | A::Explain | A::Refresh | A::UseDatabase | A::Ddl | A::CountRows
            if !is_connected(model) =>
        {
            Some(NOT_CONNECTED)
        }
        A::UseDatabase | A::Ddl | A::CountRows | A::Find if model.context.catalog.is_none() => Some(NO_CATALOG),
        A::Ddl | A::CountRows if super::requests::table_here(model).is_none() => {
            Some("the cursor is on no table of the explorer or a statement")
        }
        A::Reconnect if model.context.profile.is_none() => Some("no profile is chosen"),
        A::SaveSnippet | A::Explain if model.worksheets.statement().is_none() => {
            Some("there is no statement at the cursor")
        }
        A::ReopenWorksheet | A::ReopenList if model.worksheets.closed.is_empty() => Some("no worksheet was closed"),
        A::NextWorksheet | A::PreviousWorksheet if model.worksheets.sheets.len() < 2 => {
            Some("there is one worksheet only")
        }
        A::Palette
        | A::Help
        | A::Quit
        | A::Stop
        | A::Back
        | A::NextPanel
        | A::PreviousPanel
        | A::FocusExplorer
        | A::FocusWorksheet
        | A::FocusResults
        | A::FocusInspector
        | A::ToggleExplorer
        | A::ToggleInspector
        | A::Zoom
        | A::EnlargePanel
        | A::ShrinkPanel
        | A::ResetPanels
        | A::ToggleMouse
        | A::Snippets
        | A::SaveSnippet
        | A::History
        | A::Activity
        | A::Pages
        | A::Find
        | A::Profiles
        | A::Run
        | A::RunAll
        | A::Explain
        | A::Refresh
        | A::UseDatabase
        | A::Ddl
        | A::CountRows
        | A::Reconnect
        | A::NewWorksheet
        | A::CloseWorksheet
        | A::ReopenWorksheet
        | A::ReopenList
        | A::NextWorksheet
        | A::PreviousWorksheet
        | A::OpenFile
        | A::SaveFile
        | A::SaveFileAs
        | A::ExternalEditor
        | A::Rename
        | A::Theme
        | A::Redraw => None,
    }
}

fn explorer_obstacle(model: &Model, action: ExplorerAction) -> Option<&'static str> {
    use ExplorerAction as A;
    let has_table = || model.explorer.table(&model.context).is_some();
    if action != A::Leave && model.context.catalog.is_none() {
        return Some(NO_CATALOG);
    }
    match action {
        A::Preview if !is_connected(model) => Some(NOT_CONNECTED),
        A::Preview | A::Detail if !has_table() => Some("the explorer's cursor is on no table"),
        A::Down
        | A::Up
        | A::PageDown
        | A::PageUp
        | A::Top
        | A::End
        | A::Open
        | A::Unfold
        | A::Fold
        | A::Preview
        | A::Insert
        | A::Detail
        | A::Copy
        | A::Filter
        | A::System
        | A::Leave => None,
    }
}

fn worksheet_obstacle(model: &Model, action: WorksheetAction) -> Option<&'static str> {
    use WorksheetAction as A;
    let sheet = model.worksheets.sheet();
    let has_selection = || sheet.is_some_and(|sheet| sheet.editor.selection().is_some());
    match action {
        A::Copy | A::Cut if !has_selection() => Some("nothing is selected in the worksheet"),
        A::Paste | A::PasteOlder if model.context.register.newest() == Pasted::Nothing => {
            Some("nothing was cut or copied in rrx")
        }
        A::FindNext | A::FindPrevious if model.worksheets.search.is_none() => Some("nothing was searched for"),
        A::TakeOffer if sheet.and_then(Worksheet::offered).is_none() => Some("no change is offered"),
        A::Docs if model.context.catalog.is_none() => Some(NO_CATALOG),
        A::Left
        | A::Right
        | A::Up
        | A::Down
        | A::WordLeft
        | A::WordRight
        | A::LineStart
        | A::LineEnd
        | A::PageUp
        | A::PageDown
        | A::Top
        | A::End
        | A::SelectLeft
        | A::SelectRight
        | A::SelectUp
        | A::SelectDown
        | A::SelectWordLeft
        | A::SelectWordRight
        | A::SelectLineStart
        | A::SelectLineEnd
        | A::SelectPageUp
        | A::SelectPageDown
        | A::SelectTop
        | A::SelectEnd
        | A::SelectAll
        | A::NewLine
        | A::Indent
        | A::Dedent
        | A::DeleteBack
        | A::DeleteForward
        | A::DeleteWordBack
        | A::DeleteWordForward
        | A::DeleteToStart
        | A::DeleteToEnd
        | A::DeleteLine
        | A::ToggleComment
        | A::Duplicate
        | A::MoveLinesUp
        | A::MoveLinesDown
        | A::JoinLines
        | A::Undo
        | A::Redo
        | A::Copy
        | A::Cut
        | A::Paste
        | A::PasteOlder
        | A::SetMark
        | A::NextStatement
        | A::PreviousStatement
        | A::ToBracket
        | A::Find
        | A::FindNext
        | A::FindPrevious
        | A::Replace
        | A::ToggleWrap
        | A::CleanSpaces
        | A::Format
        | A::TakeOffer
        | A::Complete
        | A::Docs
        | A::Leave => None,
    }
}

fn grid_obstacle(model: &Model, action: GridAction) -> Option<&'static str> {
    use GridAction as A;
    let Some(result) = model.grid.front() else { return (action != A::Leave).then_some(NO_RESULT) };
    match action {
        A::Leave | A::Close | A::Pin => None,
        A::NextResult | A::PreviousResult => (model.grid.tabs().0.len() < 2).then_some("there is one result only"),
        A::Return => result.came_from.is_none().then_some("no key was followed to this result"),
        A::Warnings => (result.problem().is_none() && result.warnings.0 == 0).then_some("the result has no warnings"),
        A::Unsorted => result.view.is_none().then_some("the rows are neither sorted nor filtered"),
        A::Filter => (result.count() == 0 && result.view.is_none()).then_some("the result has no rows"),
        A::Export => result.columns.is_none().then_some("the result has no rows"),
        A::Next | A::Previous if result.search.is_none() => Some("nothing was searched in the result"),
        A::Down
        | A::Up
        | A::Left
        | A::Right
        | A::PageDown
        | A::PageUp
        | A::Top
        | A::End
        | A::FirstColumn
        | A::LastColumn
        | A::JumpRow
        | A::JumpColumn
        | A::Row
        | A::Open
        | A::Cell
        | A::Search
        | A::Next
        | A::Previous
        | A::Sort
        | A::SortMore
        | A::FilterSame
        | A::Wider
        | A::Narrower
        | A::Fit
        | A::Freeze
        | A::Hide
        | A::ShowAll
        | A::MoveLeft
        | A::MoveRight
        | A::Select
        | A::SelectRows
        | A::SelectColumns
        | A::SelectAll
        | A::Copy
        | A::CopyAs
        | A::Profile
        | A::Chart
        | A::Zone => (result.count() == 0).then_some("the result has no rows"),
    }
}

fn inspector_obstacle(model: &Model, action: InspectorAction) -> Option<&'static str> {
    use InspectorAction as A;
    let inspector = &model.inspector;
    match action {
        A::Down
        | A::Up
        | A::PageDown
        | A::PageUp
        | A::Top
        | A::End
        | A::Copy
        | A::CopyAll
        | A::Search
        | A::Pin
        | A::Back
        | A::Example
        | A::Format
        | A::Toggle
        | A::Fold
        | A::Unfold
        | A::FoldAll
        | A::UnfoldAll
        | A::Next
        | A::Previous
            if inspector.content == InspectorContent::Nothing =>
        {
            Some("the inspector shows nothing")
        }
        A::Example => (!inspector.has_example(&model.context)).then_some("there is no example"),
        A::Format => (!inspector.has_formats()).then_some("the value has one format only"),
        A::Toggle | A::Fold | A::Unfold | A::FoldAll | A::UnfoldAll => {
            (!inspector.has_folds()).then_some("the inspector shows no JSON document")
        }
        A::Next | A::Previous => inspector.search.is_none().then_some("nothing was searched in the inspector"),
        A::Down
        | A::Up
        | A::PageDown
        | A::PageUp
        | A::Top
        | A::End
        | A::Copy
        | A::CopyAll
        | A::Search
        | A::Pin
        | A::Back
        | A::Leave => None,
    }
}
