//! What a client binds to a prepared statement, read from `COM_STMT_EXECUTE`.

use std::fmt::Write as _;

use super::encode::Reader;
use crate::demo::translate::Parameter;

/// A parameter's type byte and whether it is unsigned.
pub(super) type BoundType = (u8, bool);

/// Reads the values; `types` are those of the last execution and are replaced when the client sends new ones.
/// `long` holds the values that came before by `COM_STMT_SEND_LONG_DATA`. `None` when the packet is broken.
pub(super) fn read(
    reader: &mut Reader<'_>,
    count: usize,
    types: &mut Vec<BoundType>,
    long: &[Option<Vec<u8>>],
) -> Option<Vec<Parameter>> {
    if count == 0 {
        return Some(Vec::new());
    }
    let nulls = reader.take(count.div_ceil(8))?;
    if reader.byte()? == 1 {
        types.clear();
        for _ in 0..count {
            let kind = reader.byte()?;
            types.push((kind, reader.byte()? & 0x80 != 0));
        }
    }
    let mut values = Vec::with_capacity(count);
    for index in 0..count {
        let is_null = nulls.get(index / 8)? & (1 << (index % 8)) != 0;
        values.push(match long.get(index) {
            Some(Some(bytes)) => Parameter::Bytes(bytes.clone()),
            _ if is_null => Parameter::Null,
            _ => value(reader, *types.get(index)?)?,
        });
    }
    Some(values)
}

fn value(reader: &mut Reader<'_>, (kind, is_unsigned): BoundType) -> Option<Parameter> {
    Some(match kind {
        0x01 => whole(reader.number(1)?, 8, is_unsigned),
        0x02 | 0x0d => whole(reader.number(2)?, 16, is_unsigned),
        0x03 | 0x09 => whole(reader.number(4)?, 32, is_unsigned),
        0x08 => whole(reader.number(8)?, 64, is_unsigned),
        0x04 => Parameter::Double(f64::from(f32::from_le_bytes(reader.take(4)?.try_into().ok()?))),
        0x05 => Parameter::Double(f64::from_le_bytes(reader.take(8)?.try_into().ok()?)),
        0x06 => Parameter::Null,
        0x07 | 0x0a | 0x0c => Parameter::Bytes(moment(reader)?.into_bytes()),
        0x0b => Parameter::Bytes(time(reader)?.into_bytes()),
        _ => Parameter::Bytes(reader.bytes()?.to_vec()),
    })
}

/// A whole number of so many bits; one over the signed range goes on as its digits.
fn whole(bits: u64, size: u32, is_unsigned: bool) -> Parameter {
    if is_unsigned {
        return i64::try_from(bits)
            .map_or_else(|_| Parameter::Bytes(bits.to_string().into_bytes()), Parameter::Integer);
    }
    let shift = 64 - size;
    Parameter::Integer((bits << shift).cast_signed() >> shift)
}

fn moment(reader: &mut Reader<'_>) -> Option<String> {
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

fn time(reader: &mut Reader<'_>) -> Option<String> {
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
        let values = read(&mut Reader::new(&packet), 4, &mut types, &[]).unwrap();
        let text = |text: &str| Parameter::Bytes(text.as_bytes().to_vec());
        assert_eq!(values, [Parameter::Integer(-1), Parameter::Null, text("hi"), text("2024-01-31 08:05:00")]);
    }

    #[test]
    fn a_broken_packet_is_no_value() {
        assert_eq!(read(&mut Reader::new(&[0, 1, 0x08]), 1, &mut Vec::new(), &[]), None);
    }
}
