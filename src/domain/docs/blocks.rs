//! Parses the Markdown of a page into blocks that a view lays out.
//!
//! Control characters of the source become U+FFFD, so that no page can send sequences to the terminal.

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use crate::domain::limits::DOC_DEPTH;
use crate::domain::text::{multi_line, visible};

/// A block of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DocBlock {
    /// A heading. Level 1 is the highest.
    Heading {
        /// From 1 to 6.
        level: u8,
        text: Vec<Inline>,
    },
    Paragraph(Vec<Inline>),
    List {
        /// The first number of a numbered list.
        first: Option<u64>,
        items: Vec<Vec<DocBlock>>,
    },
    Table {
        head: Vec<Vec<Inline>>,
        /// A row may have fewer or more cells than the head.
        rows: Vec<Vec<Vec<Inline>>>,
    },
    Code {
        /// The language after the fence; empty when there is none.
        lang: String,
        /// Without the last line break.
        text: String,
    },
    Quote(Vec<DocBlock>),
    /// A horizontal line.
    Rule,
}

/// The style of a piece of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum TextStyle {
    #[default]
    Plain,
    Code,
    Emphasis,
    Strong,
}

/// A piece of text in one style. A line break is a `\n` in the text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Inline {
    pub text: String,
    pub style: TextStyle,
    /// The target as it is written: another page, an object, an address.
    pub link: Option<String>,
}

/// Joins the texts of some pieces, without their styles.
#[must_use]
pub fn plain_text(inlines: &[Inline]) -> String {
    inlines.iter().map(|inline| inline.text.as_str()).collect()
}

#[must_use]
pub fn parse_blocks(markdown: &str) -> Vec<DocBlock> {
    let mut builder = BlockBuilder::default();
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES) {
        builder.take(event);
    }
    builder.close_line();
    while builder.open.pop_open(&mut builder.done) {}
    builder.done
}

/// A block that contains other blocks and is not closed yet.
#[derive(Debug)]
enum OpenBlock {
    Quote(Vec<DocBlock>),
    List(Option<u64>, Vec<Vec<DocBlock>>),
    Item(Vec<DocBlock>),
}

#[derive(Default)]
struct OpenBlocks(Vec<OpenBlock>);

#[derive(Default)]
struct BlockBuilder {
    done: Vec<DocBlock>,
    open: OpenBlocks,
    /// Open blocks below [`DOC_DEPTH`], which are shown flat.
    flat: usize,
    line: Vec<Inline>,
    strong: usize,
    emphasis: usize,
    link: Option<String>,
    code: Option<(String, String)>,
    table: Option<TableBuilder>,
}

#[derive(Default)]
struct TableBuilder {
    head: Vec<Vec<Inline>>,
    rows: Vec<Vec<Vec<Inline>>>,
    row: Vec<Vec<Inline>>,
}

impl OpenBlocks {
    /// Closes the innermost block and adds it to the block around it, or to the page.
    fn pop_open(&mut self, done: &mut Vec<DocBlock>) -> bool {
        let Some(open) = self.0.pop() else { return false };
        let block = match open {
            OpenBlock::Quote(blocks) => DocBlock::Quote(blocks),
            OpenBlock::List(first, items) => DocBlock::List { first, items },
            OpenBlock::Item(blocks) => {
                match self.0.last_mut() {
                    Some(OpenBlock::List(_, items)) => items.push(blocks),
                    Some(OpenBlock::Quote(around) | OpenBlock::Item(around)) => around.extend(blocks),
                    None => done.extend(blocks),
                }
                return true;
            }
        };
        self.push(done, block);
        true
    }

    fn push(&mut self, done: &mut Vec<DocBlock>, block: DocBlock) {
        match self.0.last_mut() {
            Some(OpenBlock::Quote(blocks) | OpenBlock::Item(blocks)) => blocks.push(block),
            Some(OpenBlock::List(_, items)) => items.push(vec![block]),
            None => done.push(block),
        }
    }
}

impl BlockBuilder {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => self.text(&text, None),
            Event::Code(text) | Event::InlineMath(text) | Event::DisplayMath(text) => {
                self.text(&text, Some(TextStyle::Code));
            }
            Event::FootnoteReference(name) => self.text(&name, None),
            Event::SoftBreak => self.text(" ", None),
            Event::HardBreak => self.text("\n", None),
            Event::TaskListMarker(is_done) => self.text(if is_done { "[x] " } else { "[ ] " }, None),
            Event::Rule => self.push(DocBlock::Rule),
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
            Tag::Table(_) => self.table = Some(TableBuilder::default()),
            Tag::BlockQuote(_) => self.open(OpenBlock::Quote(Vec::new())),
            Tag::List(first) => self.open(OpenBlock::List(first, Vec::new())),
            Tag::Item => self.open(OpenBlock::Item(Vec::new())),
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
                self.push(DocBlock::Heading { level: number(level), text });
            }
            TagEnd::CodeBlock => {
                if let Some((lang, text)) = self.code.take() {
                    self.push(DocBlock::Code { lang, text: text.trim_end_matches('\n').to_owned() });
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
                if let Some(TableBuilder { head, rows, .. }) = self.table.take() {
                    self.push(DocBlock::Table { head, rows });
                }
            }
            TagEnd::BlockQuote(_) | TagEnd::List(_) | TagEnd::Item => self.close(),
            _ => {}
        }
    }

    fn open(&mut self, open: OpenBlock) {
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

    /// Ends a paragraph. In a tight list, the text of an item has no paragraph.
    fn close_line(&mut self) {
        if !self.line.is_empty() {
            let text = std::mem::take(&mut self.line);
            self.push(DocBlock::Paragraph(text));
        }
    }

    fn push(&mut self, block: DocBlock) {
        self.open.push(&mut self.done, block);
    }

    fn text(&mut self, text: &str, style: Option<TextStyle>) {
        if let Some((_, code)) = &mut self.code {
            code.push_str(&multi_line(text));
            return;
        }
        let style = match style {
            Some(style) => style,
            None if self.strong > 0 => TextStyle::Strong,
            None if self.emphasis > 0 => TextStyle::Emphasis,
            None => TextStyle::Plain,
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
