//! Reads the values that a client binds to a prepared statement with `COM_STMT_EXECUTE`.

use std::fmt::Write as _;

use super::encoding::PacketReader;
use crate::demo::translate::Parameter;

/// The type of a parameter.
#[derive(Debug, Clone, Copy)]
pub(super) struct BoundType {
    /// The protocol's type byte.
    code: u8,
    is_unsigned: bool,
}

/// Reads the values. Returns `None` if the packet is malformed.
///
/// `types` are those of the last execution; they are replaced if the client sends new ones. `long_values` are the values
/// that were sent before with `COM_STMT_SEND_LONG_DATA`.
pub(super) fn read_bound_values(
    reader: &mut PacketReader<'_>,
    count: usize,
    types: &mut Vec<BoundType>,
    long_values: &[Option<Vec<u8>>],
) -> Option<Vec<Parameter>> {
    if count == 0 {
        return Some(Vec::new());
    }
    let nulls = reader.take(count.div_ceil(8))?;
    if reader.byte()? == 1 {
        types.clear();
        for _ in 0..count {
            let code = reader.byte()?;
            types.push(BoundType { code, is_unsigned: reader.byte()? & 0x80 != 0 });
        }
    }
    let mut values = Vec::with_capacity(count);
    for index in 0..count {
        let is_null = nulls.get(index / 8)? & (1 << (index % 8)) != 0;
        values.push(match long_values.get(index) {
            Some(Some(bytes)) => Parameter::Bytes(bytes.clone()),
            _ if is_null => Parameter::Null,
            _ => read_value(reader, *types.get(index)?)?,
        });
    }
    Some(values)
}

fn read_value(reader: &mut PacketReader<'_>, BoundType { code, is_unsigned }: BoundType) -> Option<Parameter> {
    Some(match code {
        0x01 => integer(reader.number(1)?, 8, is_unsigned),
        0x02 | 0x0d => integer(reader.number(2)?, 16, is_unsigned),
        0x03 | 0x09 => integer(reader.number(4)?, 32, is_unsigned),
        0x08 => integer(reader.number(8)?, 64, is_unsigned),
        0x04 => Parameter::Double(f64::from(f32::from_le_bytes(reader.take(4)?.try_into().ok()?))),
        0x05 => Parameter::Double(f64::from_le_bytes(reader.take(8)?.try_into().ok()?)),
        0x06 => Parameter::Null,
        0x07 | 0x0a | 0x0c => Parameter::Bytes(read_datetime(reader)?.into_bytes()),
        0x0b => Parameter::Bytes(read_time(reader)?.into_bytes()),
        _ => Parameter::Bytes(reader.bytes()?.to_vec()),
    })
}

/// Converts an integer of `size` bits. An unsigned number above the signed range becomes its decimal digits.
fn integer(bits: u64, size: u32, is_unsigned: bool) -> Parameter {
    if is_unsigned {
        return i64::try_from(bits)
            .map_or_else(|_| Parameter::Bytes(bits.to_string().into_bytes()), Parameter::Integer);
    }
    let shift = 64 - size;
    Parameter::Integer((bits << shift).cast_signed() >> shift)
}

fn read_datetime(reader: &mut PacketReader<'_>) -> Option<String> {
    let length = reader.byte()?;
    if length == 0 {
        return Some("0000-00-00".into());
    }
    let (year, month, day) = (reader.number(2)?, reader.byte()?, reader.byte()?);
    let mut text = format!("{year:04}-{month:02}-{day:02}");
    if length >= 7 {
        write!(text, " {:02}:{:02}:{:02}", reader.byte()?, reader.byte()?, reader.byte()?).ok()?;
    }
    if length >= 11 {
        write!(text, ".{:06}", reader.number(4)?).ok()?;
    }
    Some(text)
}

fn read_time(reader: &mut PacketReader<'_>) -> Option<String> {
    let length = reader.byte()?;
    if length == 0 {
        return Some("00:00:00".into());
    }
    let sign = if reader.byte()? == 0 { "" } else { "-" };
    let hours = reader.number(4)? * 24 + u64::from(reader.byte()?);
    let mut text = format!("{sign}{hours:02}:{:02}:{:02}", reader.byte()?, reader.byte()?);
    if length >= 12 {
        write!(text, ".{:06}", reader.number(4)?).ok()?;
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_by_the_types_that_came_with_them() {
        let mut packet = vec![0b0000_0010, 1, 0x01, 0, 0x08, 0, 0xfd, 0, 0x0c, 0];
        packet.push(0xff);
        packet.extend_from_slice(&[2, b'h', b'i']);
        packet.extend_from_slice(&[7, 0xe8, 0x07, 1, 31, 8, 5, 0]);
        let mut types = Vec::new();
        let values = read_bound_values(&mut PacketReader::new(&packet), 4, &mut types, &[]).unwrap();
        let text = |text: &str| Parameter::Bytes(text.as_bytes().to_vec());
        assert_eq!(values, [Parameter::Integer(-1), Parameter::Null, text("hi"), text("2024-01-31 08:05:00")]);
    }

    #[test]
    fn a_broken_packet_is_no_value() {
        assert_eq!(read_bound_values(&mut PacketReader::new(&[0, 1, 0x08]), 1, &mut Vec::new(), &[]), None);
    }
}
