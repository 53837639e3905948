//! The table of all actions with their names, help texts and search words. Hints, help, palette and `rrx keys` use it.

pub use super::action_table::ActionKind;
use super::action_table::actions;
pub use super::dialogs::actions::ListAction;
pub use super::panes::connect::actions::ConnectAction;
pub use super::panes::explorer::actions::{ExplorerAction, FilterAction};
pub use super::panes::grid::actions::GridAction;
pub use super::panes::inspector::actions::InspectorAction;
pub use super::panes::worksheet::actions::{CompletionAction, WorksheetAction};
pub use super::widgets::line_actions::LineAction;

actions! {
    /// Actions that work everywhere.
    AppAction in "app" {
        Run = "run": "Run the statement at the cursor" also "execute query send go",
        RunAll = "run-all": "Run all statements, up to the first error" also "execute script batch queries",
        Explain = "explain": "Show the plan of the statement, without running it" also "explain query execution plan slow index performance analyze optimizer",
        Palette = "palette": "Show all commands…" also "menu palette actions",
        Help = "help": "Show the keys that work here" also "help shortcuts hotkeys bindings",
        Quit = "quit": "Quit" also "exit leave end bye",
        Stop = "stop": "Stop what is running" also "kill cancel abort interrupt halt statement query",
        Back = "back": "Back",
        NextPanel = "next-panel": "Go to the next panel" also "focus switch pane window",
        PreviousPanel = "previous-panel": "Go to the previous panel" also "focus switch pane window",
        FocusExplorer = "focus-explorer": "Go to the explorer" also "tree sidebar schema browser panel focus",
        FocusWorksheet = "focus-worksheet": "Go to the worksheet" also "editor sql text panel focus",
        FocusResults = "focus-results": "Go to the results" also "grid rows table panel focus",
        FocusInspector = "focus-inspector": "Go to the inspector" also "details docs panel focus",
        ToggleExplorer = "toggle-explorer": "Show or hide the explorer" also "tree sidebar schema browser toggle",
        ToggleInspector = "toggle-inspector": "Show or hide the inspector" also "details sidebar toggle docs",
        Zoom = "zoom": "Zoom this panel, or show all panels" also "maximize full screen enlarge bigger toggle",
        EnlargePanel = "enlarge-panel": "Enlarge this panel" also "resize bigger wider higher border grow",
        ShrinkPanel = "shrink-panel": "Shrink this panel" also "resize smaller narrower lower border",
        ResetPanels = "reset-panels": "Reset the sizes of all panels" also "resize layout default border automatic",
        ToggleMouse = "toggle-mouse": "Switch the mouse on or off" also "click select text wheel scroll terminal",
        Snippets = "snippets": "Open snippet…" also "saved queries favourites favorites templates library load",
        SaveSnippet = "save-snippet": "Save the statement as a snippet…" also "favourite favorite bookmark store keep query",
        History = "history": "Show history: statements from the access log" also "past queries log recent previous earlier",
        Activity = "activity": "Show activity: messages, and what rrx sent and reported" also "log messages errors notices trace debug",
        Find = "find": "Find table or column…" also "search look up object table column go to",
        Pages = "pages": "Open documentation page…" also "docs documentation manual topics",
        Profiles = "profiles": "Connect to another profile…" also "disconnect switch server change connection open login logout",
        Reconnect = "reconnect": "Reconnect" also "connect again link",
        Refresh = "refresh": "Reload the catalog" also "refresh update schema metadata tables",
        NewWorksheet = "new-worksheet": "Open a new worksheet" also "tab query editor sheet create add",
        CloseWorksheet = "close-worksheet": "Close worksheet" also "tab query editor sheet delete",
        ReopenWorksheet = "reopen-worksheet": "Reopen the worksheet that was closed last" also "undo close restore closed tab bring back",
        ReopenList = "reopen-list": "Reopen a closed worksheet…" also "undo close restore closed tab bring back list",
        NextWorksheet = "next-worksheet": "Go to the next worksheet" also "tab switch",
        PreviousWorksheet = "previous-worksheet": "Go to the previous worksheet" also "tab switch",
        Rename = "rename-worksheet": "Rename worksheet…" also "tab title name",
        OpenFile = "open-file": "Open an SQL file as a worksheet…" also "load read import disk path",
        SaveFile = "save-file": "Save the worksheet in its file" also "write disk sql",
        SaveFileAs = "save-file-as": "Save the worksheet in another file…" also "write disk sql copy rename path",
        ExternalEditor = "external-editor": "Edit the worksheet in your own editor" also "vim nano emacs VISUAL EDITOR program",
        UseDatabase = "use-database": "Use another database…" also "switch change schema default current catalog",
        Ddl = "ddl": "Show the CREATE statement of a table" also "ddl definition structure schema view",
        CountRows = "count-rows": "Count the rows of a table" also "number how many total size select",
        Theme = "theme": "Switch the theme: dark, light, no colours" also "colors appearance background contrast mono style mode",
        Redraw = "redraw": "Redraw the screen" also "refresh repaint clear",
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
    Completion(CompletionAction),
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

            #[must_use]
            pub fn kind(self) -> ActionKind {
                match self { $(Self::$variant(inner) => inner.kind(),)+ }
            }

            /// Returns words that people search for and that the help does not have, separated by spaces.
            #[must_use]
            pub fn search_words(self) -> &'static str {
                match self { $(Self::$variant(inner) => inner.search_words(),)+ }
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
    Completion(CompletionAction),
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
