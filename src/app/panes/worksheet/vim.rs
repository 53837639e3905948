//! The vim keys in the worksheet in front: gives each key to the vim machine, and applies its effects to the text.

use crate::app::context::Context;
use crate::app::focus::Focus;
use crate::app::panes::PaneContext;
use crate::app::paste_register::Pasted;
use crate::app::request::Request;
use crate::domain::editing::find::{FindCase, FindPattern};
use crate::domain::editing::vim::{
    Handled, PromptKind, Register, RegisterKind, Scroll as VimScroll, Vim, VimEffect, VimMode, VimPrompt, VimText,
    VisualKind, search_pattern, selected_range,
};
use crate::domain::editing::{EditResult, TextChange, TextPosition};
use crate::domain::keys::{Chord, EditingStyle, Key};
use crate::domain::protocol::CopyText;
use crate::domain::quantity::counted;

use super::undo::StepKind;
use super::{Editor, Worksheet, Worksheets};

/// The vim machine of all worksheets, and what it has selected.
#[derive(Debug, Clone, Default)]
pub struct VimKeys {
    machine: Vim,
    /// The key of the worksheet whose text it edits.
    worksheet: Option<String>,
    selected: Option<VisualSelection>,
    /// The keys of a command that is not whole yet.
    pending: String,
    highlighted: Highlighted,
    /// The key of the worksheet that is closed as soon as it is saved.
    pub(super) close_when_saved: Option<String>,
}

/// What was highlighted before a command line or a search was typed.
#[derive(Debug, Clone, Default)]
enum Highlighted {
    /// No line is being typed.
    #[default]
    Current,
    Before(Option<FindPattern>),
}

/// The selection of visual mode. It includes the character at the cursor; that of the editor ends before its cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct VisualSelection {
    anchor: TextPosition,
    cursor: TextPosition,
    /// Cursor and selection of the editor.
    in_editor: (TextPosition, Option<(TextPosition, TextPosition)>),
}

/// What became of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VimKey {
    /// The user edits the text, or types a command.
    Typed,
    /// A command line was run.
    Ran,
    /// The keymap gets the key.
    Passed,
}

impl VimKeys {
    /// Returns the line that is being typed: a command or a search.
    #[must_use]
    pub fn prompt(&self) -> Option<&VimPrompt> {
        self.machine.prompt()
    }

    /// Returns whether the machine uses a key now, so that the keymap does not get it.
    #[must_use]
    pub fn takes(&self, chord: Chord) -> bool {
        let lines = [String::new()];
        let text = VimText {
            lines: &lines,
            cursor: TextPosition::default(),
            anchor: self.selected.map(|selected| selected.anchor),
            top_line: 0,
            page_rows: 1,
            paste_register: None,
            dialect: crate::domain::sql::Dialect::default(),
        };
        chord.typed().is_some() || self.machine.clone().key(chord, &text).handled == Handled::Yes
    }
}

impl Worksheets {
    /// Returns the mode as the border shows it, with the keys of a command that is not whole yet; `None` without the vim keymap.
    #[must_use]
    pub fn vim_mode(&self, context: &Context) -> Option<String> {
        if context.keymap.editing() != EditingStyle::Vim {
            return None;
        }
        let is_selected = self.sheet().is_some_and(|sheet| sheet.editor.selection().is_some());
        let mode = match self.vim.machine.mode() {
            VimMode::Normal | VimMode::OperatorPending | VimMode::ReplaceCharacter | VimMode::Prompt(_)
                if is_selected =>
            {
                "VISUAL"
            }
            VimMode::Normal | VimMode::OperatorPending | VimMode::ReplaceCharacter | VimMode::Prompt(_) => "NORMAL",
            VimMode::Insert => "INSERT",
            VimMode::Visual(VisualKind::Character) => "VISUAL",
            VimMode::Visual(VisualKind::Line) => "V-LINE",
        };
        let pending = &self.vim.pending;
        Some(if pending.is_empty() { mode.to_owned() } else { format!("{mode} {pending}") })
    }

    /// Returns whether typed characters are commands: in the modes of vim other than insert mode.
    #[must_use]
    pub fn takes_commands(&self, context: &Context) -> bool {
        context.keymap.editing() == EditingStyle::Vim
            && self.vim.machine.mode() != VimMode::Insert
            && self.vim.prompt().is_none()
    }

    /// Returns where the cursor is drawn. In visual mode it is the last character that is selected, in normal mode it is on a
    /// character.
    #[must_use]
    pub fn shown_cursor(&self, sheet: &Worksheet, context: &Context) -> TextPosition {
        let cursor = sheet.editor.cursor();
        if let Some(selected) = self.visual_selection(sheet) {
            return selected.cursor;
        }
        let is_in_command_mode =
            context.keymap.editing() == EditingStyle::Vim && self.vim.machine.mode() != VimMode::Insert;
        if is_in_command_mode { Vim::cursor_on_character(sheet.editor.lines(), cursor) } else { cursor }
    }

    /// Returns the selection of visual mode, if nothing else has moved the cursor or selected text since.
    fn visual_selection(&self, sheet: &Worksheet) -> Option<VisualSelection> {
        let selected = self.vim.selected?;
        let is_current = selected.in_editor == (sheet.editor.cursor(), sheet.editor.selection());
        (is_current && self.vim.worksheet.as_deref() == Some(sheet.key.as_str())).then_some(selected)
    }

    /// Gives a key to the vim machine.
    pub fn vim_key(&mut self, chord: Chord, cx: &mut PaneContext<'_>) -> VimKey {
        self.vim.close_when_saved = None;
        if chord == (Chord { ctrl: true, ..Chord::plain(Key::Char('c')) }) {
            return VimKey::Passed;
        }
        self.follow_worksheet();
        let now_selected = self.sheet().and_then(|sheet| self.visual_selection(sheet));
        if now_selected.is_none() && matches!(self.vim.machine.mode(), VimMode::Visual(_)) {
            // Something else has moved the cursor.
            self.end_visual();
        }
        let register = paste_register(cx.context);
        let rows = usize::from(cx.context.layout.rows(Focus::Worksheet)).max(1);
        let Some(sheet) = self.sheets.get_mut(self.front) else { return VimKey::Passed };
        sheet.scroll.follow();
        let (anchor, cursor) = match now_selected {
            Some(selected) => (Some(selected.anchor), selected.cursor),
            None => (sheet.editor.anchor(), sheet.editor.cursor()),
        };
        let text = VimText {
            lines: sheet.editor.lines(),
            cursor,
            anchor,
            top_line: sheet.scroll.top.line,
            page_rows: rows,
            paste_register: register.as_ref(),
            dialect: cx.context.dialect(),
        };
        let was_typing = self.vim.machine.mode() == VimMode::Insert;
        let outcome = self.vim.machine.key(chord, &text);
        self.vim.worksheet = Some(sheet.key.clone());
        self.note_pending(chord);
        let has_run = outcome.effects.iter().any(|effect| matches!(effect, VimEffect::Command(_)));
        let is_search = outcome.effects.iter().any(|effect| matches!(effect, VimEffect::Highlight(_)));
        if is_search {
            self.vim.highlighted = Highlighted::Current;
        }
        for effect in outcome.effects {
            self.apply_vim(effect, rows, cx);
        }
        self.preview_search();
        match outcome.handled {
            // A character is never typed into the text in normal mode.
            Handled::No if was_typing || chord.typed().is_none() => return VimKey::Passed,
            Handled::Yes | Handled::No => {}
        }
        self.on_moved(cx);
        self.settle(cx);
        let is_typed = chord.typed().is_some() || chord == Chord::plain(Key::Backspace);
        if was_typing && self.vim.machine.mode() == VimMode::Insert && is_typed {
            self.on_typed(cx);
        } else {
            self.completion.close();
        }
        if has_run { VimKey::Ran } else { VimKey::Typed }
    }

    /// Records a completion that was inserted in insert mode. It has replaced so many characters before the cursor.
    pub(super) fn note_completion(&mut self, removed: usize, text: &str) {
        if let Some(cursor) = self.sheet().map(|sheet| sheet.editor.cursor()) {
            self.vim.machine.inserted(removed, text, cursor);
        }
    }

    /// Keeps the keys of a command that is not whole yet, for the border.
    fn note_pending(&mut self, chord: Chord) {
        if self.vim.machine.is_pending() && self.vim.prompt().is_none() {
            self.vim.pending.push_str(&chord.label());
        } else {
            self.vim.pending.clear();
        }
    }

    /// Highlights what a search finds while it is typed. A search that is given up leaves what was highlighted before.
    fn preview_search(&mut self) {
        if self.vim.prompt().is_none() {
            return self.restore_highlight();
        }
        if matches!(self.vim.highlighted, Highlighted::Current) {
            self.vim.highlighted = Highlighted::Before(self.search.clone());
        }
        let is_search = |prompt: &&VimPrompt| prompt.kind != PromptKind::Command && !prompt.text.is_empty();
        if let Some(prompt) = self.vim.prompt().filter(is_search) {
            self.search = search_pattern(&prompt.text, FindCase::Smart).ok();
        }
    }

    /// Goes back to normal mode when another worksheet has come to the front.
    pub(super) fn follow_worksheet(&mut self) {
        let front = self.sheet().map(|sheet| sheet.key.as_str());
        if self.vim.worksheet.as_deref() != front {
            self.reset_vim();
            self.vim.worksheet = self.sheet().map(|sheet| sheet.key.clone());
        }
    }

    /// Goes back to normal mode. What was inserted is one undo step.
    fn reset_vim(&mut self) {
        let is_ended = self.vim.machine.reset().contains(&VimEffect::EndUndoGroup);
        let edited = self.vim.worksheet.as_deref();
        let sheet = self.sheets.iter_mut().chain(&mut self.closed).find(|sheet| edited == Some(sheet.key.as_str()));
        if let Some(sheet) = sheet.filter(|_| is_ended) {
            sheet.editor.end_group();
        }
        (self.vim.selected, self.vim.close_when_saved) = (None, None);
        self.vim.pending.clear();
        self.restore_highlight();
    }

    fn restore_highlight(&mut self) {
        if let Highlighted::Before(before) = std::mem::take(&mut self.vim.highlighted) {
            self.search = before;
        }
    }

    /// Ends visual mode after the mouse, or an action of the keymap, has moved the cursor.
    pub(super) fn end_visual(&mut self) {
        if matches!(self.vim.machine.mode(), VimMode::Visual(_)) {
            self.reset_vim();
        }
    }

    /// Ends insert mode and visual mode: the mouse selects. The next key finds that selection.
    pub(super) fn end_modes(&mut self) {
        if self.vim.machine.mode() != VimMode::Normal {
            self.reset_vim();
        }
    }

    /// Takes a pasted text into the line that is being typed. Returns whether there is one.
    pub(super) fn paste_into_prompt(&mut self, text: &str) -> bool {
        let is_taken = self.vim.machine.paste_into_prompt(text) == Handled::Yes;
        if is_taken {
            self.preview_search();
        }
        is_taken
    }

    /// Inserts a pasted text as one undo step, in every mode. `.` repeats it if it is a part of an insertion.
    pub(super) fn paste_in_mode(&mut self, text: &str, cx: &PaneContext<'_>) {
        let now = cx.context.now;
        let is_inserting = self.vim.machine.mode() == VimMode::Insert;
        self.edit(|editor| {
            editor.end_group();
            let is_changed = editor.insert(text, StepKind::Whole, now);
            if is_inserting {
                editor.begin_group();
            }
            is_changed
        });
        if is_inserting {
            let cursor = self.sheet().map(|sheet| sheet.editor.cursor()).unwrap_or_default();
            self.vim.machine.inserted(0, text, cursor);
        } else {
            self.end_visual();
        }
    }

    fn apply_vim(&mut self, effect: VimEffect, rows: usize, cx: &mut PaneContext<'_>) {
        match effect {
            VimEffect::Change(changes) => self.change_text(changes, cx),
            VimEffect::MoveTo(to) => self.with_editor(|editor| editor.go(to)),
            VimEffect::Select { anchor, cursor, kind } => self.select_visual(anchor, cursor, kind),
            VimEffect::Deselect => {
                let cursor = self.vim.selected.take().map(|selected| selected.cursor);
                self.with_editor(|editor| editor.go(cursor.unwrap_or_else(|| editor.cursor())));
            }
            VimEffect::Undo(steps) => self.undo_steps(steps, cx, Editor::undo),
            VimEffect::Redo(steps) => self.undo_steps(steps, cx, Editor::redo),
            VimEffect::BeginUndoGroup => self.with_editor(Editor::begin_group),
            VimEffect::EndUndoGroup => self.with_editor(Editor::end_group),
            VimEffect::SetPasteRegister(register) => copy(&register, cx),
            VimEffect::Command(command) => self.run_ex(command, cx),
            VimEffect::Highlight(pattern) => self.search = pattern,
            VimEffect::Scroll(scroll) => self.scroll_vim(scroll, rows, cx.context),
            VimEffect::ShowDocs => self.docs(cx),
            VimEffect::Notice(text) => cx.request(Request::Notice(sentence(&text))),
        }
    }

    fn with_editor(&mut self, act: impl FnOnce(&mut Editor)) {
        if let Some(sheet) = self.sheet_mut() {
            act(&mut sheet.editor);
        }
    }

    fn change_text(&mut self, changes: Vec<TextChange>, cx: &mut PaneContext<'_>) {
        let now = cx.context.now;
        self.edit(|editor| {
            let cursor = changes.last().map_or(editor.cursor(), |change| change.from);
            editor.apply(&EditResult { changes, cursor, selection: None }, StepKind::Whole, now)
        });
    }

    fn select_visual(&mut self, anchor: TextPosition, cursor: TextPosition, kind: VisualKind) {
        let Some(sheet) = self.sheets.get_mut(self.front) else { return };
        let (from, to) = selected_range(sheet.editor.lines(), (anchor, cursor), kind);
        // The cursor of the editor stays on the side of the cursor, so that the view shows it.
        if cursor < anchor {
            sheet.editor.select(to, from);
        } else {
            sheet.editor.select(from, to);
        }
        let in_editor = (sheet.editor.cursor(), sheet.editor.selection());
        self.vim.selected = Some(VisualSelection { anchor, cursor, in_editor });
    }

    /// Undoes or redoes steps. The cursor goes to where the change began, and nothing is selected.
    fn undo_steps(&mut self, steps: usize, cx: &mut PaneContext<'_>, step: fn(&mut Editor) -> bool) {
        let mut done = 0;
        self.edit(|editor| {
            while done < steps && step(editor) {
                done += 1;
            }
            let at = editor.selection().map_or(editor.cursor(), |(from, _)| from);
            editor.go(Vim::cursor_on_character(editor.lines(), at));
            done > 0
        });
        if done < steps {
            cx.request(Request::Notice("There is no further change.".into()));
        }
    }

    /// Scrolls, and keeps the cursor on the screen.
    fn scroll_vim(&mut self, scroll: VimScroll, count: usize, context: &Context) {
        let wrapping = self.wrapping;
        let Some(sheet) = self.sheet_mut() else { return };
        let rows = sheet.rows(wrapping, context);
        let row = rows.place_of(sheet.editor.cursor()).0;
        let back = |by: usize| rows.moved(row, isize::try_from(by).map_or(0, |by| -by));
        let top = match scroll {
            VimScroll::Lines(by) => rows.moved(sheet.scroll.top, by.clamp(-MOST_SCROLLED, MOST_SCROLLED)),
            VimScroll::CursorToTop => row,
            VimScroll::CursorToMiddle => back(count / 2),
            VimScroll::CursorToBottom => back(count.saturating_sub(1)),
        };
        let visible = rows.visible(top, count);
        let cursor = sheet.editor.cursor();
        let lines = (visible.first().map_or(0, |row| row.line), visible.last().map_or(0, |row| row.line));
        let to = TextPosition::new(cursor.line.clamp(lines.0, lines.1.max(lines.0)), cursor.column);
        sheet.scroll.top = top;
        if to != cursor {
            sheet.editor.go(Vim::cursor_on_character(sheet.editor.lines(), to));
        }
    }
}

/// Rows that one key scrolls at most.
const MOST_SCROLLED: isize = 100_000;

/// Returns the paste register for the machine. A text with a line end at its end is whole lines.
fn paste_register(context: &Context) -> Option<Register> {
    match context.register.newest() {
        Pasted::Text(text) => Some(match text.strip_suffix('\n') {
            Some(lines) => Register { text: lines.to_owned(), kind: RegisterKind::Linewise },
            None => Register { text: text.as_ref().clone(), kind: RegisterKind::Characterwise },
        }),
        Pasted::TooLong(_) | Pasted::Nothing => None,
    }
}

fn copy(register: &Register, cx: &mut PaneContext<'_>) {
    let line_end = match register.kind {
        RegisterKind::Linewise => "\n",
        RegisterKind::Characterwise => "",
    };
    let what = match register.kind {
        RegisterKind::Linewise => counted(register.text.split('\n').count() as u64, "line"),
        RegisterKind::Characterwise => counted(register.text.chars().count() as u64, "character"),
    };
    cx.request(Request::Copy(CopyText::plain(format!("{}{line_end}", register.text), what)));
}

/// Returns a message of the machine as a sentence.
fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    let end = if text.ends_with('.') { "" } else { "." };
    format!("{first}{}{end}", characters.as_str())
}
