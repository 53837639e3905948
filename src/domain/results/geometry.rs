//! Converts a geometry to WKT (OGC 06-103r4). MySQL stores four bytes of SRID, then WKB.

use std::fmt::Write as _;

/// The order in which a server prints the two coordinates of a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum AxisOrder {
    /// As they are stored: MariaDB, and MySQL before 8.0.
    #[default]
    Stored,
    /// As the reference system of the geometry has them: MySQL from 8.0 on. Geographic systems are stored with the longitude first,
    /// and most are printed with the latitude first (MySQL manual, "Spatial Reference System Support").
    ReferenceSystem,
}

/// The SRIDs of MySQL whose latitude comes first, as ranges. A range can contain numbers that no reference system has.
///
/// Source: MySQL 9.7, `information_schema.ST_SPATIAL_REFERENCE_SYSTEMS`; `tests/mysql` compares each with the server.
#[rustfmt::skip]
const LATITUDE_FIRST: &[(u32, u32)] = &[
    (3819, 3824), (3889, 3889), (3906, 3906), (4001, 4025), (4027, 4036), (4041, 4047), (4052, 4054), (4075, 4081),
    (4120, 4216), (4218, 4326), (4463, 4463), (4470, 4470), (4475, 4483), (4490, 4490), (4555, 4558), (4600, 4646),
    (4657, 4765), (4801, 4811), (4813, 4821), (4823, 4824), (4901, 5013), (5132, 5132), (5228, 5233), (5246, 5246),
    (5252, 5252), (5264, 5264), (5324, 5324), (5340, 5340), (5354, 5354), (5360, 5360), (5365, 5365), (5371, 5381),
    (5393, 5393), (5451, 5451), (5464, 5467), (5489, 5489), (5524, 5527), (5546, 5546), (5561, 5561), (5593, 5593),
    (5681, 5681), (5886, 5886), (6135, 6135), (6207, 6207), (6311, 6311), (6318, 6325), (6365, 6365), (6668, 6668),
    (6706, 6706), (6783, 6783), (6881, 6883), (6892, 6894), (6983, 6983), (6990, 6990), (7073, 7073), (7136, 7139),
    (7373, 7373), (7683, 7686), (7798, 7798), (7844, 7844), (7881, 7881), (7886, 7886), (8042, 8043), (8086, 8086),
    (8232, 8255), (8351, 8351), (8427, 8431), (8449, 8449), (8545, 8545), (8685, 8685), (8818, 8818), (8860, 8900),
    (8907, 8907), (8972, 9019), (9053, 9140),
];

/// The largest depth of nested collections.
const MAX_DEPTH: usize = 32;

/// Returns the text of a stored geometry, with its SRID unless that is 0: `POINT(1 2)`, `SRID=4326;POINT(1 2)`. `None` if the
/// bytes are not a geometry. The coordinates are in the order of the server's `ST_AsText`.
#[must_use]
pub fn wkt(bytes: &[u8], axes: AxisOrder) -> Option<String> {
    let (srid, rest) = bytes.split_first_chunk::<4>()?;
    let srid = u32::from_le_bytes(*srid);
    let coordinates = match axes {
        AxisOrder::ReferenceSystem if is_latitude_first(srid) => Coordinates::Swapped,
        AxisOrder::ReferenceSystem | AxisOrder::Stored => Coordinates::AsStored,
    };
    let mut reader = WkbReader { rest, coordinates };
    let mut text = match srid {
        0 => String::new(),
        srid => format!("SRID={srid};"),
    };
    reader.geometry(&mut text, MAX_DEPTH)?;
    reader.rest.is_empty().then_some(text)
}

fn is_latitude_first(srid: u32) -> bool {
    let at = LATITUDE_FIRST.partition_point(|(_, last)| *last < srid);
    LATITUDE_FIRST.get(at).is_some_and(|(first, _)| *first <= srid)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Coordinates {
    AsStored,
    Swapped,
}

struct WkbReader<'a> {
    rest: &'a [u8],
    coordinates: Coordinates,
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

    fn number(&mut self, order: ByteOrder) -> Option<f64> {
        let bytes = self.take()?;
        Some(match order {
            ByteOrder::Big => f64::from_be_bytes(bytes),
            ByteOrder::Little => f64::from_le_bytes(bytes),
        })
    }

    fn point(&mut self, order: ByteOrder, text: &mut String) -> Option<()> {
        let (x, y) = (self.number(order)?, self.number(order)?);
        let (first, second) = match self.coordinates {
            Coordinates::AsStored => (x, y),
            Coordinates::Swapped => (y, x),
        };
        // Writing to a string cannot fail.
        let _ = write!(text, "{first} {second}");
        Some(())
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
