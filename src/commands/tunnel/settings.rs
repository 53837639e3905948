//! How other programs are told to use a held tunnel: lines that are ready to paste. It knows no tunnel.

use std::fmt::Write as _;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::commands::print::line;
use crate::domain::profile::{Profile, TlsMode};

/// Where a tunnel's local end is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum At {
    /// A port on 127.0.0.1.
    Port(u16),
    /// A socket.
    Socket(PathBuf),
}

impl std::fmt::Display for At {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Port(port) => write!(f, "127.0.0.1:{port}"),
            Self::Socket(path) => write!(f, "{}", path.display()),
        }
    }
}

/// Programs and their settings; those that cannot use a socket are left out there.
#[must_use]
pub(super) fn settings(profile: &Profile, at: &At) -> Vec<(&'static str, String)> {
    let user = quoted(&profile.user);
    let database = profile.database.as_deref().map(|name| format!(" {}", quoted(name))).unwrap_or_default();
    let place = match at {
        At::Port(port) => format!("-h 127.0.0.1 -P {port}"),
        At::Socket(path) => format!("--socket={}", quoted(&path.display().to_string())),
    };
    let ca = profile.ca.as_ref().map(|path| format!(" --ssl-ca={}", quoted(&path.display().to_string())));
    let ca = ca.unwrap_or_default();
    let (mysql, mariadb) = match profile.tls {
        TlsMode::Disabled => ("--ssl-mode=DISABLED".to_owned(), "--skip-ssl".to_owned()),
        TlsMode::Preferred => ("--ssl-mode=PREFERRED".to_owned(), "--ssl".to_owned()),
        TlsMode::Required => ("--ssl-mode=REQUIRED".to_owned(), "--ssl".to_owned()),
        // The name in the certificate is the replica's, not that of the local end.
        TlsMode::VerifyCa | TlsMode::VerifyIdentity => (format!("--ssl-mode=VERIFY_CA{ca}"), format!("--ssl{ca}")),
    };
    let mut lines = vec![
        ("mysql", format!("mysql {place} -u {user} -p {mysql}{database}")),
        ("mariadb", format!("mariadb {place} -u {user} -p {mariadb}{database}")),
    ];
    if let At::Port(port) = at {
        let path = profile.database.as_deref().unwrap_or_default();
        let (mode, needs_tls) = match profile.tls {
            TlsMode::Disabled => ("DISABLED", "no"),
            TlsMode::Preferred => ("PREFERRED", "no"),
            TlsMode::Required => ("REQUIRED", "yes"),
            TlsMode::VerifyCa | TlsMode::VerifyIdentity => ("VERIFY_CA", "yes"),
        };
        lines.push(("JDBC", format!("jdbc:mysql://127.0.0.1:{port}/{path}?user={}&sslMode={mode}", profile.user)));
        lines.push((
            "Tableau",
            format!(
                "server 127.0.0.1, port {port}, database {}, username {}, require SSL: {needs_tls}",
                if path.is_empty() { "(none)" } else { path },
                profile.user
            ),
        ));
    }
    lines
}

/// All that is said when a tunnel stands.
#[must_use]
pub(super) fn words(profile: &Profile, at: &At, last_hop: &str) -> String {
    let mut text = format!(
        "Tunnel to {}:{} through {}, at {}, until Ctrl-C.\n\
         Programs that use it are outside rrx: no read-only guard, no blinding, and no record of their statements. The \
         access log\nhas only its opening, its clients, their bytes and its end. Other users of this machine are turned \
         away.\n\n",
        line(&profile.host),
        profile.port,
        line(last_hop),
        line(&at.to_string()),
    );
    for (program, setting) in settings(profile, at) {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  {program:<8} {}", line(&setting));
    }
    if matches!(profile.tls, TlsMode::VerifyCa | TlsMode::VerifyIdentity) {
        let _ = write!(
            text,
            "\nThe server's certificate names {}: a program can verify its CA here, and its name only where it takes \
             another one.\n",
            line(&profile.host)
        );
    }
    text
}

/// The same for programs.
#[must_use]
pub(super) fn json(profile: &Profile, at: &At, last_hop: &str) -> Value {
    let (port, socket) = match at {
        At::Port(port) => (Some(*port), None),
        At::Socket(path) => (None, Some(path.display().to_string())),
    };
    json!({
        "event": "opened",
        "profile": profile.name,
        "host": profile.host,
        "port": profile.port,
        "last_hop": last_hop,
        "local_port": port,
        "local_socket": socket,
        "settings": settings(profile, at)
            .into_iter()
            .map(|(program, setting)| (program.to_owned(), Value::from(setting)))
            .collect::<serde_json::Map<_, _>>(),
    })
}

/// A word for a shell, in quotes where it needs them.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | '@' | '%' | '+' | ':');
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_for_a_shell_are_quoted_where_they_need_it() {
        assert_eq!(quoted("RO_USER"), "RO_USER");
        assert_eq!(quoted("it's $HOME"), "'it'\\''s $HOME'");
        assert_eq!(quoted(""), "''");
    }
}
