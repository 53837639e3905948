//! Converts a geometry to WKT (OGC 06-103r4). MySQL stores four bytes of SRID, then WKB.

/// The largest depth of nested collections.
const MAX_DEPTH: usize = 32;

/// Returns the text of a stored geometry, with its SRID unless that is 0: `POINT(1 2)`, `SRID=4326;POINT(1 2)`. `None` if the
/// bytes are not a geometry.
#[must_use]
pub fn wkt(bytes: &[u8]) -> Option<String> {
    let (srid, rest) = bytes.split_first_chunk::<4>()?;
    let mut reader = WkbReader { rest };
    let mut text = match u32::from_le_bytes(*srid) {
        0 => String::new(),
        srid => format!("SRID={srid};"),
    };
    reader.geometry(&mut text, MAX_DEPTH)?;
    reader.rest.is_empty().then_some(text)
}

struct WkbReader<'a> {
    rest: &'a [u8],
}

#[derive(Clone, Copy)]
enum ByteOrder {
    Big,
    Little,
}

impl WkbReader<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.rest.split_first_chunk::<N>()?;
        self.rest = rest;
        Some(*taken)
    }

    fn count(&mut self, order: ByteOrder) -> Option<u32> {
        let bytes = self.take()?;
        Some(match order {
            ByteOrder::Big => u32::from_be_bytes(bytes),
            ByteOrder::Little => u32::from_le_bytes(bytes),
        })
    }

    fn number(&mut self, order: ByteOrder, text: &mut String) -> Option<()> {
        let bytes = self.take()?;
        let number = match order {
            ByteOrder::Big => f64::from_be_bytes(bytes),
            ByteOrder::Little => f64::from_le_bytes(bytes),
        };
        text.push_str(&number.to_string());
        Some(())
    }

    fn point(&mut self, order: ByteOrder, text: &mut String) -> Option<()> {
        self.number(order, text)?;
        text.push(' ');
        self.number(order, text)
    }

    /// Reads a count and that many items, and writes them as `(…,…)`.
    fn list(
        &mut self,
        order: ByteOrder,
        text: &mut String,
        one: impl Fn(&mut Self, &mut String) -> Option<()>,
    ) -> Option<()> {
        let count = self.count(order)?;
        text.push('(');
        for at in 0..count {
            if at > 0 {
                text.push(',');
            }
            one(self, text)?;
        }
        text.push(')');
        Some(())
    }

    fn points(&mut self, order: ByteOrder, text: &mut String) -> Option<()> {
        self.list(order, text, |reader, text| reader.point(order, text))
    }

    fn rings(&mut self, order: ByteOrder, text: &mut String) -> Option<()> {
        self.list(order, text, |reader, text| reader.points(order, text))
    }

    fn head(&mut self) -> Option<(ByteOrder, u32)> {
        let order = match self.take()? {
            [0] => ByteOrder::Big,
            [1] => ByteOrder::Little,
            _ => return None,
        };
        Some((order, self.count(order)?))
    }

    /// Reads a member of a MULTI… geometry and writes it without its type.
    fn member(&mut self, kind: u32, text: &mut String) -> Option<()> {
        let (order, found) = self.head()?;
        if found != kind {
            return None;
        }
        match kind {
            1 => {
                text.push('(');
                self.point(order, text)?;
                text.push(')');
                Some(())
            }
            2 => self.points(order, text),
            _ => self.rings(order, text),
        }
    }

    fn geometry(&mut self, text: &mut String, depth: usize) -> Option<()> {
        let depth = depth.checked_sub(1)?;
        let (order, kind) = self.head()?;
        match kind {
            1 => {
                text.push_str("POINT(");
                self.point(order, text)?;
                text.push(')');
                Some(())
            }
            2 => {
                text.push_str("LINESTRING");
                self.points(order, text)
            }
            3 => {
                text.push_str("POLYGON");
                self.rings(order, text)
            }
            4..=6 => {
                text.push_str(match kind {
                    4 => "MULTIPOINT",
                    5 => "MULTILINESTRING",
                    _ => "MULTIPOLYGON",
                });
                self.list(order, text, |reader, text| reader.member(kind - 3, text))
            }
            7 => {
                text.push_str("GEOMETRYCOLLECTION");
                self.list(order, text, |reader, text| reader.geometry(text, depth))
            }
            _ => None,
        }
    }
}
