//! Colours for terminals with sixteen colours: the terminal library writes every colour as one of 256 (`38;5;6`), which such a
//! terminal reads as blinking or concealed text. This writer rewrites them to the basic codes (`36`).

use std::io::{Result, Write};

/// The colour codes that the terminal understands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColourCodes {
    /// The codes of 256 colours: nothing is rewritten.
    Indexed,
    /// The codes of sixteen colours.
    Basic,
}

/// A writer that rewrites colour codes, also when a sequence arrives in pieces.
#[derive(Debug)]
pub struct BasicColours<W> {
    out: W,
    codes: ColourCodes,
    /// An escape sequence whose end has not arrived yet.
    pending: Vec<u8>,
}

impl<W: Write> BasicColours<W> {
    pub const fn new(out: W, codes: ColourCodes) -> Self {
        Self { out, codes, pending: Vec::new() }
    }

    fn write_byte(&mut self, byte: u8) -> Result<()> {
        self.pending.push(byte);
        match self.pending.as_slice() {
            [0x1b, b'[', inner @ .., b'm'] => {
                let written = rewritten(inner);
                self.pending.clear();
                self.out.write_all(&written)
            }
            // The sequence is not complete.
            [0x1b] | [0x1b, b'['] | [0x1b, b'[', .., 0x20..=0x3f] => Ok(()),
            other => {
                self.out.write_all(other)?;
                self.pending.clear();
                Ok(())
            }
        }
    }
}

impl<W: Write> Write for BasicColours<W> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        match self.codes {
            ColourCodes::Indexed => self.out.write(bytes),
            ColourCodes::Basic => {
                for byte in bytes {
                    self.write_byte(*byte)?;
                }
                Ok(bytes.len())
            }
        }
    }

    fn flush(&mut self) -> Result<()> {
        self.out.flush()
    }
}

/// Returns the sequence with `38;5;n` and `48;5;n` as basic codes; colours above 15 are left out.
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
