//! The macro that declares the actions of one layer of the keymap: variant, name, help.

/// Declares the actions of one layer: variant, name, help.
macro_rules! actions {
    ($(#[$doc:meta])* $name:ident in $layer:literal { $($variant:ident = $id:literal: $help:literal,)+ }) => {
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
        }
    };
}
pub(crate) use actions;
