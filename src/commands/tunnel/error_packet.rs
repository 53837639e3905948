//! The error that a client of the tunnel receives if it cannot be served.

/// The longest message, in characters.
const MAX_MESSAGE: usize = 400;

/// Encodes an error as a MySQL server sends it before its greeting; clients show its message.
pub(super) fn error_packet(why: &str) -> Vec<u8> {
    let message: String = format!("rrx tunnel: {why}").chars().take(MAX_MESSAGE).collect();
    let mut payload = vec![0xff];
    // The code is ER_UNKNOWN_ERROR, because no other code fits. Before the handshake there is no SQLSTATE.
    payload.extend(1105_u16.to_le_bytes());
    payload.extend(message.as_bytes());
    let length = u32::try_from(payload.len()).unwrap_or(0).to_le_bytes();
    let mut packet: Vec<u8> = length.into_iter().take(3).collect();
    packet.push(0);
    packet.append(&mut payload);
    packet
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packet_has_the_length_of_its_payload() {
        let packet = error_packet("no");
        assert_eq!(packet[..4], [17, 0, 0, 0]);
        assert_eq!((packet[4], packet.len()), (0xff, 4 + 17));
        assert_eq!(&packet[7..], b"rrx tunnel: no");
    }
}
