//! Every action: its name and its help, once. Hints, help, palette and the list of `rrx keys` are drawn from these tables.

use super::action_table::actions;
pub use super::dialogs::actions::ListAction;
pub use super::panes::connect::actions::ConnectAction;
pub use super::panes::explorer::actions::{ExplorerAction, FilterAction};
pub use super::panes::grid::actions::GridAction;
pub use super::panes::inspector::actions::InspectorAction;
pub use super::panes::worksheet::actions::WorksheetAction;

actions! {
    /// What works everywhere.
    AppAction in "app" {
        Run = "run": "run the statement at the cursor",
        RunAll = "run-all": "run all statements of the worksheet, up to the first that fails",
        Palette = "palette": "every command, by name",
        Help = "help": "the keys that work here",
        Quit = "quit": "leave rrx",
        Stop = "stop": "stop what is running",
        Back = "back": "one step back",
        NextPanel = "next-panel": "next panel",
        PreviousPanel = "previous-panel": "previous panel",
        ToggleExplorer = "toggle-explorer": "show or hide the explorer",
        ToggleInspector = "toggle-inspector": "show or hide documentation and details",
        Zoom = "zoom": "this panel alone, and back",
        Snippets = "snippets": "pick a snippet",
        SaveSnippet = "save-snippet": "save the statement as a snippet",
        History = "history": "what was run, from the access log",
        Activity = "activity": "what rrx itself sends and says",
        Find = "find": "find a table or column by name",
        Profiles = "profiles": "connect to another profile",
        Reconnect = "reconnect": "connect again",
        Refresh = "refresh": "read the catalog again",
        NewWorksheet = "new-worksheet": "new worksheet",
        CloseWorksheet = "close-worksheet": "close this worksheet",
        NextWorksheet = "next-worksheet": "next worksheet",
        PreviousWorksheet = "previous-worksheet": "previous worksheet",
        Rename = "rename-worksheet": "rename this worksheet",
        Redraw = "redraw": "draw the screen anew",
    }
}

/// Any action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "each variant is a layer")]
pub enum Action {
    App(AppAction),
    List(ListAction),
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
            /// All actions of all layers.
            pub fn all() -> impl Iterator<Item = Self> {
                std::iter::empty()$(.chain($inner::ALL.iter().copied().map(Self::$variant)))+
            }

            /// The keymap's layer.
            #[must_use]
            pub fn layer(self) -> &'static str {
                match self { $(Self::$variant(_) => $inner::LAYER,)+ }
            }

            /// Its name within the layer.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant(inner) => inner.name(),)+ }
            }

            /// What it does, in one line.
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
    Connect(ConnectAction),
    Explorer(ExplorerAction),
    Filter(FilterAction),
    Worksheet(WorksheetAction),
    Grid(GridAction),
    Inspector(InspectorAction)
);

impl Action {
    /// The action of this layer and name.
    #[must_use]
    pub fn find(layer: &str, name: &str) -> Option<Self> {
        Self::all().find(|action| action.layer() == layer && action.name() == name)
    }
}
