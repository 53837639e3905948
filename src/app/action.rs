//! The table of all actions with their names and help texts. Hints, help, palette and `rrx keys` use it.

use super::action_table::actions;
pub use super::dialogs::actions::ListAction;
pub use super::panes::connect::actions::ConnectAction;
pub use super::panes::explorer::actions::{ExplorerAction, FilterAction};
pub use super::panes::grid::actions::GridAction;
pub use super::panes::inspector::actions::InspectorAction;
pub use super::panes::worksheet::actions::WorksheetAction;
pub use super::widgets::line_actions::LineAction;

actions! {
    /// Actions that work everywhere.
    AppAction in "app" {
        Run = "run": "Run the statement at the cursor",
        RunAll = "run-all": "Run all statements, up to the first error",
        Palette = "palette": "Show all commands…",
        Help = "help": "Show the keys that work here",
        Quit = "quit": "Quit",
        Stop = "stop": "Stop what is running",
        Back = "back": "Back",
        NextPanel = "next-panel": "Go to the next panel",
        PreviousPanel = "previous-panel": "Go to the previous panel",
        FocusExplorer = "focus-explorer": "Go to the explorer",
        FocusWorksheet = "focus-worksheet": "Go to the worksheet",
        FocusResults = "focus-results": "Go to the results",
        FocusInspector = "focus-inspector": "Go to the inspector",
        ToggleExplorer = "toggle-explorer": "Show or hide the explorer",
        ToggleInspector = "toggle-inspector": "Show or hide the inspector",
        Zoom = "zoom": "Zoom this panel, or show all panels",
        EnlargePanel = "enlarge-panel": "Enlarge this panel",
        ShrinkPanel = "shrink-panel": "Shrink this panel",
        ResetPanels = "reset-panels": "Reset the sizes of all panels",
        ToggleMouse = "toggle-mouse": "Use the mouse here, or leave it to the terminal",
        Snippets = "snippets": "Open snippet…",
        SaveSnippet = "save-snippet": "Save the statement as a snippet…",
        History = "history": "Show history: statements from the access log",
        Activity = "activity": "Show activity: messages, and what rrx sent and reported",
        Find = "find": "Find table or column…",
        Pages = "pages": "Open documentation page…",
        Profiles = "profiles": "Connect to another profile…",
        Reconnect = "reconnect": "Reconnect",
        Refresh = "refresh": "Reload the catalog",
        NewWorksheet = "new-worksheet": "Open a new worksheet",
        CloseWorksheet = "close-worksheet": "Close worksheet",
        ReopenWorksheet = "reopen-worksheet": "Reopen the worksheet that was closed last",
        NextWorksheet = "next-worksheet": "Go to the next worksheet",
        PreviousWorksheet = "previous-worksheet": "Go to the previous worksheet",
        Rename = "rename-worksheet": "Rename worksheet…",
        Redraw = "redraw": "Redraw the screen",
    }
}

/// An action of any layer of the keymap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Action {
    App(AppAction),
    List(ListAction),
    Line(LineAction),
    Connect(ConnectAction),
    Explorer(ExplorerAction),
    Filter(FilterAction),
    Worksheet(WorksheetAction),
    Grid(GridAction),
    Inspector(InspectorAction),
}

macro_rules! each_layer {
    ($($variant:ident($inner:ident)),+) => {
        impl Action {
            /// Returns all actions of all layers.
            pub fn all() -> impl Iterator<Item = Self> {
                std::iter::empty()$(.chain($inner::ALL.iter().copied().map(Self::$variant)))+
            }

            #[must_use]
            pub fn layer(self) -> &'static str {
                match self { $(Self::$variant(_) => $inner::LAYER,)+ }
            }

            /// Returns its name within the layer.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant(inner) => inner.name(),)+ }
            }

            /// Returns what it does, in one line.
            #[must_use]
            pub fn help(self) -> &'static str {
                match self { $(Self::$variant(inner) => inner.help(),)+ }
            }
        }
    };
}
each_layer!(
    App(AppAction),
    List(ListAction),
    Line(LineAction),
    Connect(ConnectAction),
    Explorer(ExplorerAction),
    Filter(FilterAction),
    Worksheet(WorksheetAction),
    Grid(GridAction),
    Inspector(InspectorAction)
);

impl Action {
    /// Finds the action of this layer and name.
    #[must_use]
    pub fn find(layer: &str, name: &str) -> Option<Self> {
        Self::all().find(|action| action.layer() == layer && action.name() == name)
    }
}
