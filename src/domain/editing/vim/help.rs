//! The table of the vim keys, for the key reference and the palette.

/// The mode in which keys have their meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HelpMode {
    Normal,
    /// After an operator or in visual mode.
    Object,
    Insert,
    Visual,
    CommandLine,
}

impl HelpMode {
    /// Returns the title of the mode in the key reference.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Normal => "Normal mode",
            Self::Object => "Text objects",
            Self::Insert => "Insert mode",
            Self::Visual => "Visual mode",
            Self::CommandLine => "Command lines",
        }
    }
}

/// A line of the key reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VimHelp {
    /// The keys as people write them. Several entries of one line are separated by a space.
    pub keys: &'static str,
    pub help: &'static str,
    pub mode: HelpMode,
}

const fn help(mode: HelpMode, keys: &'static str, help: &'static str) -> VimHelp {
    VimHelp { keys, help, mode }
}

/// All keys.
pub const VIM_COMMANDS: &[VimHelp] = &[
    help(HelpMode::Normal, "h l", "Move one character left, right"),
    help(HelpMode::Normal, "j k", "Move one line down, up"),
    help(HelpMode::Normal, "Space Backspace", "Move one character right, left, also over line ends"),
    help(HelpMode::Normal, "0 ^ $ g_", "Go to the start, the first text, the end, the last text of the line"),
    help(HelpMode::Normal, "{count}|", "Go to a column"),
    help(HelpMode::Normal, "+ - _", "Go to the first text of the next, the previous, this line"),
    help(HelpMode::Normal, "w W", "Go to the next word; W: words are separated by spaces only"),
    help(HelpMode::Normal, "b B", "Go to the word before"),
    help(HelpMode::Normal, "e E", "Go to the end of the word"),
    help(HelpMode::Normal, "ge gE", "Go to the end of the word before"),
    help(HelpMode::Normal, "gg G {count}G", "Go to the first line, the last line, a line by its number"),
    help(HelpMode::Normal, "f{char} F{char}", "Go to the next, the previous such character of the line"),
    help(HelpMode::Normal, "t{char} T{char}", "Go just before the next, just after the previous such character"),
    help(HelpMode::Normal, "; ,", "Repeat f F t T, in the same or the other direction"),
    help(HelpMode::Normal, "%", "Go to the matching bracket"),
    help(HelpMode::Normal, "{ }", "Go to the previous, the next empty line"),
    help(HelpMode::Normal, "( )", "Go to the previous, the next statement"),
    help(HelpMode::Normal, "H M L", "Go to the first, the middle, the last line of the screen"),
    help(
        HelpMode::Normal,
        "/{pattern} ?{pattern}",
        "Search forward, backward; regular expressions, smart case, \\V for plain text",
    ),
    help(HelpMode::Normal, "n N", "Go to the next match, in the same or the other direction"),
    help(HelpMode::Normal, "* #", "Search for the word at the cursor, forward, backward"),
    help(HelpMode::Normal, "Ctrl-D Ctrl-U", "Move half a page down, up"),
    help(HelpMode::Normal, "Ctrl-F Ctrl-B", "Move a page down, up"),
    help(HelpMode::Normal, "Ctrl-E Ctrl-Y", "Scroll one line"),
    help(HelpMode::Normal, "zt zz zb", "Scroll the cursor's line to the top, the middle, the bottom"),
    help(HelpMode::Normal, "d{motion} dd D", "Delete text, lines, to the end of the line"),
    help(HelpMode::Normal, "c{motion} cc C", "Change text, lines, to the end of the line"),
    help(HelpMode::Normal, "y{motion} yy Y", "Copy text, lines"),
    help(HelpMode::Normal, "> < >> <<", "Indent, dedent lines"),
    help(HelpMode::Normal, "g~ gu gU g~~ guu gUU", "Toggle, lower, raise the letter case"),
    help(HelpMode::Normal, "gc gcc", "Comment lines out, or take the comments away"),
    help(HelpMode::Normal, "x X", "Delete the character at, before the cursor"),
    help(HelpMode::Normal, "s S", "Change the character, the line"),
    help(HelpMode::Normal, "r{char}", "Replace the character"),
    help(HelpMode::Normal, "~", "Toggle the letter case of the character"),
    help(HelpMode::Normal, "J gJ", "Join lines, with or without a space"),
    help(HelpMode::Normal, "p P", "Put the copied or deleted text after, before the cursor"),
    help(HelpMode::Normal, "gp gP", "Put, with the cursor after the text"),
    help(
        HelpMode::Normal,
        "\"{register}",
        "Use a register: a to z, A to Z to append, 0 to 9, -, _ for none, + and * for the paste register",
    ),
    help(HelpMode::Normal, "i a", "Insert before, after the cursor"),
    help(HelpMode::Normal, "I A", "Insert before the first text, at the end of the line"),
    help(HelpMode::Normal, "o O", "Insert on a new line below, above"),
    help(HelpMode::Normal, "gi", "Insert where text was inserted last"),
    help(HelpMode::Normal, "u Ctrl-R", "Undo, redo"),
    help(HelpMode::Normal, ".", "Repeat the last change"),
    help(HelpMode::Normal, "&", "Repeat the last substitution in this line"),
    help(HelpMode::Normal, "v V", "Select characters, lines"),
    help(HelpMode::Normal, "gv", "Select the last selection again"),
    help(HelpMode::Normal, "K", "Show the documentation of the name at the cursor"),
    help(HelpMode::Normal, "ZZ ZQ", "Save and quit, quit without saving"),
    help(HelpMode::Object, "iw aw", "A word, with the spaces around it"),
    help(HelpMode::Object, "iW aW", "Text between spaces, with the spaces around it"),
    help(HelpMode::Object, "i\" a\" i' a' i` a`", "A quoted text, without and with its quotes"),
    help(HelpMode::Object, "i( a( ib ab", "Text in parentheses, without and with them"),
    help(HelpMode::Object, "i[ a[", "Text in square brackets"),
    help(HelpMode::Object, "i{ a{", "Text in braces"),
    help(HelpMode::Object, "ip ap", "A paragraph, with the empty lines after it"),
    help(HelpMode::Object, "is as", "A statement, with its ; and the space after it"),
    help(HelpMode::Insert, "Esc Ctrl-[", "Go back to normal mode"),
    help(HelpMode::Insert, "Ctrl-W Ctrl-U", "Delete the word, the line before the cursor"),
    help(HelpMode::Insert, "Ctrl-H Ctrl-J", "Delete the character before the cursor, begin a new line"),
    help(HelpMode::Insert, "Ctrl-T Ctrl-D", "Indent, dedent the line"),
    help(HelpMode::Insert, "Ctrl-R{register}", "Insert the text of a register"),
    help(HelpMode::Visual, "v V", "Select characters, lines; the same key ends the selection"),
    help(HelpMode::Visual, "o", "Go to the other end of the selection"),
    help(HelpMode::Visual, "d x X D", "Delete the selection; X, D: its lines"),
    help(HelpMode::Visual, "c s C S R", "Change the selection; C, S, R: its lines"),
    help(HelpMode::Visual, "y Y", "Copy the selection, its lines"),
    help(HelpMode::Visual, "> <", "Indent, dedent the lines"),
    help(HelpMode::Visual, "~ u U", "Toggle, lower, raise the letter case"),
    help(HelpMode::Visual, "r{char}", "Replace every character"),
    help(HelpMode::Visual, "J gJ", "Join the lines"),
    help(HelpMode::Visual, "p P", "Replace the selection; P keeps the copied text"),
    help(HelpMode::Visual, "gc", "Toggle comments"),
    help(HelpMode::Visual, ":", "Type a command for the lines"),
    help(HelpMode::CommandLine, ":{number} :$", "Go to a line"),
    help(HelpMode::CommandLine, ":w :w {file}", "Save, save to a file"),
    help(HelpMode::CommandLine, ":q :q!", "Quit, quit without saving"),
    help(HelpMode::CommandLine, ":wq :x", "Save and quit"),
    help(HelpMode::CommandLine, ":e {file} :e!", "Open a file, read the file again"),
    help(
        HelpMode::CommandLine,
        ":s/{pattern}/{text}/",
        "Replace; flags g: all matches of a line, i and I: ignore or respect letter case; $1 is a group",
    ),
    help(
        HelpMode::CommandLine,
        ":% :{from},{to} :'<,'>",
        "Lines of a command: all, from and to, the selection; . is this line, $ the last one",
    ),
    help(HelpMode::CommandLine, ":d :y", "Delete, copy lines"),
    help(HelpMode::CommandLine, ":j :> :<", "Join, indent, dedent lines"),
    help(HelpMode::CommandLine, ":u :redo", "Undo, redo"),
    help(HelpMode::CommandLine, ":noh", "Hide the marks of the matches"),
    help(HelpMode::CommandLine, ":set wrap :set nowrap", "Wrap long lines, or not"),
];
