//! Fuzz target: each line of a `known_hosts` file is used, skipped with a reason, or empty. A wrong line does not affect the
//! other lines.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use rrx::domain::ssh::host_key::HostKey;
use rrx::domain::ssh::known_hosts::{HostKeyStatus, KnownHosts, format_hashed_line, format_line};

use super::fingerprint;

/// Returns a key that the data cannot contain, because it depends on the data's hash.
fn key_outside(data: &[u8]) -> HostKey {
    let mut hasher = DefaultHasher::new();
    data.hash(&mut hasher);
    let algorithm = "ssh-ed25519";
    let mut blob = vec![0, 0, 0, 11];
    blob.extend_from_slice(algorithm.as_bytes());
    blob.extend_from_slice(&[0, 0, 0, 32]);
    blob.extend_from_slice(&hasher.finish().to_be_bytes().repeat(4));
    HostKey { algorithm: algorithm.into(), blob }
}

/// Reads the bytes as a `known_hosts` file.
pub fn known_hosts(data: &[u8]) -> u64 {
    let known = KnownHosts::parse(data);
    let lines = data.split(|byte| *byte == b'\n').count();
    let mut last = 0;
    for skipped in &known.skipped {
        assert!(skipped.line > last && skipped.line <= lines, "skipped lines are lines of the file, in order");
        assert!(!skipped.why.is_empty());
        last = skipped.line;
    }

    let key = key_outside(data);
    assert!(!matches!(known.status("db", 22, &key), HostKeyStatus::Known { .. } | HostKeyStatus::Revoked { .. }));
    let mut kept: Vec<&[u8]> = data.split(|byte| *byte == b'\n').collect();
    for skipped in known.skipped.iter().rev() {
        kept.remove(skipped.line - 1);
    }
    let without = KnownHosts::parse(&kept.join(&b'\n'));
    assert!(without.skipped.is_empty(), "only the skipped lines are wrong");
    for port in [22, 2222] {
        let kind = std::mem::discriminant(&known.status("db", port, &key));
        assert_eq!(kind, std::mem::discriminant(&without.status("db", port, &key)), "a skipped line changes nothing");
        assert_eq!(known.recorded_key_types("db", port), without.recorded_key_types("db", port));
        for line in [format_line("db", port, &key), format_hashed_line("db", port, &key, &[7; 20])] {
            let extended = KnownHosts::parse(&[data, b"\n", line.as_bytes()].concat());
            assert_eq!(
                extended.status("db", port, &key),
                HostKeyStatus::Known { line: lines + 1 },
                "a recorded key is known"
            );
            assert_eq!(extended.skipped, known.skipped, "a recorded key does not change the other lines");
        }
    }
    let why: Vec<_> = known.skipped.iter().map(|skipped| skipped.why).take(3).collect();
    fingerprint((why, known.recorded_key_types("db", 22).len().min(4), known.authorities("db", 22).count().min(3)))
}
