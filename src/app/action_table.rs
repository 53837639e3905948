//! The macro that declares the actions of one layer of the keymap: variant, name, help, kind, search words.

/// What kind of action it is, for the order of lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ActionKind {
    /// Something that people look for by its name.
    Command,
    /// A move, or an edit of one character, as in every other program. Lists show motions last.
    Motion,
}

/// Declares the actions of one layer: variant, name, help. `[Motion]` marks a motion. The words after `also` are words for
/// the same action that people search for and the help does not have.
macro_rules! actions {
    ($(#[$doc:meta])* $name:ident in $layer:literal {
        $($variant:ident = $id:literal: $help:literal $([$kind:ident])? $(also $words:literal)?,)+
    }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name {
            $(#[doc = $help] $variant,)+
        }

        impl $name {
            /// All actions, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];
            pub const LAYER: &'static str = $layer;

            /// Returns its name within the layer.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $id,)+ }
            }

            /// Returns what it does, in one line.
            #[must_use]
            pub fn help(self) -> &'static str {
                match self { $(Self::$variant => $help,)+ }
            }

            #[must_use]
            pub fn kind(self) -> $crate::app::action_table::ActionKind {
                match self { $(Self::$variant => $crate::app::action_table::kind!($($kind)?),)+ }
            }

            /// Returns words that people search for and that the help does not have, separated by spaces.
            #[must_use]
            pub fn search_words(self) -> &'static str {
                match self { $(Self::$variant => concat!($($words)?),)+ }
            }
        }
    };
}
pub(crate) use actions;

/// The kind of an action: a command if its line in the table has no mark.
macro_rules! kind {
    () => {
        $crate::app::action_table::ActionKind::Command
    };
    ($kind:ident) => {
        $crate::app::action_table::ActionKind::$kind
    };
}
pub(crate) use kind;
