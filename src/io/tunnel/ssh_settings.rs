//! The settings of an SSH connection: algorithms, keepalive, buffers.

use russh::client::Config;
use russh::keys::Algorithm;
use russh::{Preferred, cipher};

use super::host_certificate::recorded_type;
use super::host_key_policy::HostKeyPolicy;
use crate::domain::ssh::keepalive::Keepalive;

/// Messages (64 KiB at most) that wait for a slow reader before the whole connection waits with it. After a sign-in that cannot
/// be repeated, such as one with a one-time code, one connection carries both the rows and the KILL that stops them.
const CHANNEL_MESSAGES: usize = 256;

/// The size in bytes of the largest packet that a hop may send: the library's maximum, twice its default.
const MAX_PACKET: u32 = 65_535;

/// Returns the settings for a handshake. AES-GCM is the first cipher (the one setting that made a measurable
/// difference). Recorded key types come first, and refused ones are left out. Host certificates are requested only if a
/// known authority could have signed one.
pub(super) fn client_config(keepalive: Keepalive, policy: &HostKeyPolicy, refused_key_types: &[String]) -> Config {
    let recorded = policy.recorded_key_types();
    let is_in = |list: &[String], algorithm: &Algorithm| list.iter().any(|name| name == recorded_type(algorithm));
    let mut keys: Vec<Algorithm> =
        Preferred::DEFAULT.key.iter().filter(|key| !is_in(refused_key_types, key) && !is_weak(key)).cloned().collect();
    keys.sort_by_key(|algorithm| !is_in(&recorded, algorithm));
    let certificates = if policy.authority().is_some() { keys.clone() } else { Vec::new() };
    Config {
        nodelay: true,
        keepalive_interval: Some(keepalive.interval),
        channel_buffer_size: CHANNEL_MESSAGES,
        maximum_packet_size: MAX_PACKET,
        keepalive_max: usize::try_from(keepalive.misses).unwrap_or(usize::MAX),
        preferred: Preferred {
            key: keys.into(),
            host_key_certificates: certificates.into(),
            cipher: vec![
                cipher::AES_128_GCM,
                cipher::AES_256_GCM,
                cipher::CHACHA20_POLY1305,
                cipher::AES_256_CTR,
                cipher::AES_128_CTR,
            ]
            .into(),
            ..Preferred::DEFAULT
        },
        ..Config::default()
    }
}

/// Returns whether an RSA key would sign with SHA-1, which OpenSSH refuses since 8.8: such signatures can be forged.
fn is_weak(algorithm: &Algorithm) -> bool {
    matches!(algorithm, Algorithm::Rsa { hash: None })
}
