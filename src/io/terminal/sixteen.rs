//! Colours for terminals that know sixteen: the terminal library writes every colour as one of 256 (`38;5;6`), which such a
//! terminal takes for blinking or concealed text. What goes by is rewritten to the plain codes (`36`).

use std::io::{Result, Write};

/// Which codes of colours the terminal understands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Codes {
    /// Those of 256 colours: nothing is rewritten.
    Many,
    /// The plain ones.
    Sixteen,
}

/// A writer that rewrites colours on the way, whatever pieces they come in.
#[derive(Debug)]
pub struct Sixteen<W> {
    out: W,
    codes: Codes,
    /// An escape sequence whose end has not come yet.
    open: Vec<u8>,
}

impl<W: Write> Sixteen<W> {
    /// Writes to this.
    pub const fn new(out: W, codes: Codes) -> Self {
        Self { out, codes, open: Vec::new() }
    }

    fn take(&mut self, byte: u8) -> Result<()> {
        self.open.push(byte);
        match self.open.as_slice() {
            [0x1b, b'[', inner @ .., b'm'] => {
                let written = rewritten(inner);
                self.open.clear();
                self.out.write_all(&written)
            }
            // A sequence goes on.
            [0x1b] | [0x1b, b'['] | [0x1b, b'[', .., 0x20..=0x3f] => Ok(()),
            other => {
                self.out.write_all(other)?;
                self.open.clear();
                Ok(())
            }
        }
    }
}

impl<W: Write> Write for Sixteen<W> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        match self.codes {
            Codes::Many => self.out.write(bytes),
            Codes::Sixteen => {
                for byte in bytes {
                    self.take(*byte)?;
                }
                Ok(bytes.len())
            }
        }
    }

    fn flush(&mut self) -> Result<()> {
        self.out.flush()
    }
}

/// The whole sequence with `38;5;n`, `48;5;n` in their plain form; a colour past the sixteenth is left out.
fn rewritten(inner: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(inner);
    let mut parameters = text.split(';');
    let mut kept: Vec<String> = Vec::new();
    while let Some(parameter) = parameters.next() {
        let (dark, bright) = match parameter {
            "38" => (30, 90),
            "48" => (40, 100),
            other => {
                kept.push(other.to_owned());
                continue;
            }
        };
        let number = parameters.next().and(parameters.next()).and_then(|number| number.parse::<u8>().ok());
        match number {
            Some(number @ 0..8) => kept.push((dark + number).to_string()),
            Some(number @ 8..16) => kept.push((bright + number - 8).to_string()),
            Some(_) | None => {}
        }
    }
    if kept.is_empty() { Vec::new() } else { format!("\x1b[{}m", kept.join(";")).into_bytes() }
}
