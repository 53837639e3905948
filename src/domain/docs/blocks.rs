//! A page as blocks, ready to be laid out. Markdown in, values out; it knows no width and no colour.
//!
//! Characters that a terminal must not draw become visible marks (`domain::text`), so that no page can steer the terminal.

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use crate::domain::limits::DOC_DEPTH;
use crate::domain::text::{multi_line, visible};

/// One block of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// A heading; level 1 is the highest.
    Heading {
        /// 1 to 6.
        level: u8,
        /// Its text.
        text: Vec<Inline>,
    },
    /// A paragraph.
    Paragraph(Vec<Inline>),
    /// A list.
    List {
        /// The first number of a numbered list.
        first: Option<u64>,
        /// The blocks of each item.
        items: Vec<Vec<Block>>,
    },
    /// A table.
    Table {
        /// The cells of its head.
        head: Vec<Vec<Inline>>,
        /// The cells of its rows; a row may have fewer or more cells than the head.
        rows: Vec<Vec<Vec<Inline>>>,
    },
    /// Code as it stands.
    Code {
        /// The language behind the fence; empty when none is named.
        lang: String,
        /// Without the last line end.
        text: String,
    },
    /// A quotation.
    Quote(Vec<Block>),
    /// A line across.
    Rule,
}

/// How a piece of text is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Style {
    /// As the rest.
    #[default]
    Plain,
    /// As code.
    Code,
    /// Stressed.
    Emphasis,
    /// Strongly stressed.
    Strong,
}

/// A piece of text of one style. A line break is a `\n` in the text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Inline {
    /// The text.
    pub text: String,
    /// How it is set.
    pub style: Style,
    /// Where it leads, as written: another page, an object, an address.
    pub link: Option<String>,
}

/// The text of some pieces without their styles.
#[must_use]
pub fn plain(inlines: &[Inline]) -> String {
    inlines.iter().map(|inline| inline.text.as_str()).collect()
}

/// Takes Markdown apart.
#[must_use]
pub fn blocks(markdown: &str) -> Vec<Block> {
    let mut builder = Builder::default();
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES) {
        builder.take(event);
    }
    builder.close_line();
    while builder.open.pop_open(&mut builder.done) {}
    builder.done
}

/// A block that holds blocks and is not closed yet.
#[derive(Debug)]
enum Open {
    Quote(Vec<Block>),
    List(Option<u64>, Vec<Vec<Block>>),
    Item(Vec<Block>),
}

#[derive(Default)]
struct Stack(Vec<Open>);

#[derive(Default)]
struct Builder {
    done: Vec<Block>,
    open: Stack,
    /// Blocks that were opened deeper than [`DOC_DEPTH`] and are shown flat.
    flat: usize,
    line: Vec<Inline>,
    strong: usize,
    emphasis: usize,
    link: Option<String>,
    code: Option<(String, String)>,
    table: Option<Table>,
}

#[derive(Default)]
struct Table {
    head: Vec<Vec<Inline>>,
    rows: Vec<Vec<Vec<Inline>>>,
    row: Vec<Vec<Inline>>,
}

impl Stack {
    /// Closes the innermost block into the one around it, or into the page.
    fn pop_open(&mut self, done: &mut Vec<Block>) -> bool {
        let Some(open) = self.0.pop() else { return false };
        let block = match open {
            Open::Quote(blocks) => Block::Quote(blocks),
            Open::List(first, items) => Block::List { first, items },
            Open::Item(blocks) => {
                match self.0.last_mut() {
                    Some(Open::List(_, items)) => items.push(blocks),
                    Some(Open::Quote(around) | Open::Item(around)) => around.extend(blocks),
                    None => done.extend(blocks),
                }
                return true;
            }
        };
        self.push(done, block);
        true
    }

    fn push(&mut self, done: &mut Vec<Block>, block: Block) {
        match self.0.last_mut() {
            Some(Open::Quote(blocks) | Open::Item(blocks)) => blocks.push(block),
            Some(Open::List(_, items)) => items.push(vec![block]),
            None => done.push(block),
        }
    }
}

impl Builder {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => self.text(&text, None),
            Event::Code(text) | Event::InlineMath(text) | Event::DisplayMath(text) => {
                self.text(&text, Some(Style::Code));
            }
            Event::FootnoteReference(name) => self.text(&name, None),
            Event::SoftBreak => self.text(" ", None),
            Event::HardBreak => self.text("\n", None),
            Event::TaskListMarker(is_done) => self.text(if is_done { "[x] " } else { "[ ] " }, None),
            Event::Rule => self.push(Block::Rule),
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Strong => self.strong += 1,
            Tag::Emphasis => self.emphasis += 1,
            Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. } => {
                self.link = Some(visible(&dest_url).into_owned());
            }
            Tag::CodeBlock(kind) => {
                self.close_line();
                let lang = match kind {
                    CodeBlockKind::Fenced(words) => {
                        words.split([' ', ',']).next().map(|lang| visible(lang).into_owned()).unwrap_or_default()
                    }
                    CodeBlockKind::Indented => String::new(),
                };
                self.code = Some((lang, String::new()));
            }
            Tag::Table(_) => self.table = Some(Table::default()),
            Tag::BlockQuote(_) => self.open(Open::Quote(Vec::new())),
            Tag::List(first) => self.open(Open::List(first, Vec::new())),
            Tag::Item => self.open(Open::Item(Vec::new())),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Strong => self.strong = self.strong.saturating_sub(1),
            TagEnd::Emphasis => self.emphasis = self.emphasis.saturating_sub(1),
            TagEnd::Link | TagEnd::Image => self.link = None,
            TagEnd::Paragraph | TagEnd::HtmlBlock => self.close_line(),
            TagEnd::Heading(level) => {
                let text = std::mem::take(&mut self.line);
                self.push(Block::Heading { level: number(level), text });
            }
            TagEnd::CodeBlock => {
                if let Some((lang, text)) = self.code.take() {
                    self.push(Block::Code { lang, text: text.trim_end_matches('\n').to_owned() });
                }
            }
            TagEnd::TableCell => {
                let cell = std::mem::take(&mut self.line);
                if let Some(table) = &mut self.table {
                    table.row.push(cell);
                }
            }
            TagEnd::TableHead => {
                if let Some(table) = &mut self.table {
                    table.head = std::mem::take(&mut table.row);
                }
            }
            TagEnd::TableRow => {
                if let Some(table) = &mut self.table {
                    let row = std::mem::take(&mut table.row);
                    table.rows.push(row);
                }
            }
            TagEnd::Table => {
                if let Some(Table { head, rows, .. }) = self.table.take() {
                    self.push(Block::Table { head, rows });
                }
            }
            TagEnd::BlockQuote(_) | TagEnd::List(_) | TagEnd::Item => self.close(),
            _ => {}
        }
    }

    fn open(&mut self, open: Open) {
        self.close_line();
        if self.flat > 0 || self.open.0.len() >= DOC_DEPTH {
            self.flat += 1;
        } else {
            self.open.0.push(open);
        }
    }

    fn close(&mut self) {
        self.close_line();
        if self.flat > 0 {
            self.flat -= 1;
        } else {
            self.open.pop_open(&mut self.done);
        }
    }

    /// Ends a paragraph; an item of a tight list has its text without one.
    fn close_line(&mut self) {
        if !self.line.is_empty() {
            let text = std::mem::take(&mut self.line);
            self.push(Block::Paragraph(text));
        }
    }

    fn push(&mut self, block: Block) {
        self.open.push(&mut self.done, block);
    }

    fn text(&mut self, text: &str, style: Option<Style>) {
        if let Some((_, code)) = &mut self.code {
            code.push_str(&multi_line(text));
            return;
        }
        let style = match style {
            Some(style) => style,
            None if self.strong > 0 => Style::Strong,
            None if self.emphasis > 0 => Style::Emphasis,
            None => Style::Plain,
        };
        let text = multi_line(text);
        match self.line.last_mut() {
            Some(last) if last.style == style && last.link == self.link => last.text.push_str(&text),
            _ => self.line.push(Inline { text: text.into_owned(), style, link: self.link.clone() }),
        }
    }
}

fn number(level: HeadingLevel) -> u8 {
    match level {
        HeadingLevel::H1 => 1,
        HeadingLevel::H2 => 2,
        HeadingLevel::H3 => 3,
        HeadingLevel::H4 => 4,
        HeadingLevel::H5 => 5,
        HeadingLevel::H6 => 6,
    }
}
