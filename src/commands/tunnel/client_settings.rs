//! How other programs connect through the tunnel: settings that are ready to paste.

use std::fmt::Write as _;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::commands::common::print::one_line;
use crate::domain::profile::{Profile, TlsMode};

/// The address of the local end of a tunnel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum LocalAddress {
    /// A port on 127.0.0.1.
    Port(u16),
    Socket(PathBuf),
}

impl std::fmt::Display for LocalAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Port(port) => write!(f, "127.0.0.1:{port}"),
            Self::Socket(path) => write!(f, "{}", path.display()),
        }
    }
}

/// Returns the settings for each program. For a socket, only the programs that can use one are included.
pub(super) fn settings(profile: &Profile, address: &LocalAddress) -> Vec<(&'static str, String)> {
    let user = shell_quoted(&profile.user);
    let database = profile.database.as_deref().map(|name| format!(" {}", shell_quoted(name))).unwrap_or_default();
    let target = match address {
        LocalAddress::Port(port) => format!("-h 127.0.0.1 -P {port}"),
        LocalAddress::Socket(path) => format!("--socket={}", shell_quoted(&path.display().to_string())),
    };
    let ca = profile.ca.as_ref().map(|path| format!(" --ssl-ca={}", shell_quoted(&path.display().to_string())));
    let ca = ca.unwrap_or_default();
    let (mysql, mariadb) = match profile.tls {
        TlsMode::Disabled => ("--ssl-mode=DISABLED".to_owned(), "--skip-ssl".to_owned()),
        TlsMode::Preferred => ("--ssl-mode=PREFERRED".to_owned(), "--ssl".to_owned()),
        TlsMode::Required => ("--ssl-mode=REQUIRED".to_owned(), "--ssl".to_owned()),
        // The certificate has the name of the replica, not that of the local end.
        TlsMode::VerifyCa | TlsMode::VerifyIdentity => (format!("--ssl-mode=VERIFY_CA{ca}"), format!("--ssl{ca}")),
    };
    let mut lines = vec![
        ("mysql", format!("mysql {target} -u {user} -p {mysql}{database}")),
        ("mariadb", format!("mariadb {target} -u {user} -p {mariadb}{database}")),
    ];
    if let LocalAddress::Port(port) = address {
        let path = profile.database.as_deref().unwrap_or_default();
        let (mode, needs_tls) = match profile.tls {
            TlsMode::Disabled => ("DISABLED", "no"),
            TlsMode::Preferred => ("PREFERRED", "no"),
            TlsMode::Required => ("REQUIRED", "yes"),
            TlsMode::VerifyCa | TlsMode::VerifyIdentity => ("VERIFY_CA", "yes"),
        };
        let (user, database) = (url_encoded(&profile.user), url_encoded(path));
        lines.push(("JDBC", format!("jdbc:mysql://127.0.0.1:{port}/{database}?user={user}&sslMode={mode}")));
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

/// Returns the text that is printed when the tunnel is open.
pub(super) fn opened_text(profile: &Profile, address: &LocalAddress, last_hop: &str) -> String {
    let mut text = format!(
        "Tunnel to {}:{} through {}, open at {} until Ctrl-C.\n\
         Programs that use it are outside rrx: no read-only guard, no blinding, no record of their statements. The access\n\
         log records only when it opens and closes, its clients and their bytes. Other users of this machine are refused.\n\n",
        one_line(&profile.host),
        profile.port,
        one_line(last_hop),
        one_line(&address.to_string()),
    );
    for (program, setting) in settings(profile, address) {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  {program:<8} {}", one_line(&setting));
    }
    if matches!(profile.tls, TlsMode::VerifyCa | TlsMode::VerifyIdentity) {
        let _ = write!(
            text,
            "\nThe server's certificate is for {}: a program can verify its CA, and its name only if it lets you set the \
             expected name.\n",
            one_line(&profile.host)
        );
    }
    text
}

/// Returns the content of [`opened_text`] as JSON.
pub(super) fn opened_json(profile: &Profile, address: &LocalAddress, last_hop: &str) -> Value {
    let (port, socket) = match address {
        LocalAddress::Port(port) => (Some(*port), None),
        LocalAddress::Socket(path) => (None, Some(path.display().to_string())),
    };
    json!({
        "event": "opened",
        "profile": profile.name,
        "host": profile.host,
        "port": profile.port,
        "last_hop": last_hop,
        "local_port": port,
        "local_socket": socket,
        "settings": settings(profile, address)
            .into_iter()
            .map(|(program, setting)| (program.to_owned(), Value::from(setting)))
            .collect::<serde_json::Map<_, _>>(),
    })
}

/// Percent-encodes a word for a URL.
fn url_encoded(word: &str) -> String {
    let mut text = String::new();
    for byte in word.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

/// Quotes a word for a shell, if it needs quotes.
fn shell_quoted(word: &str) -> String {
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
    use crate::domain::profile::parse;

    fn profile(more: &str) -> Profile {
        let text =
            format!("[profile.eu]\nenvironment = \"test\"\nroute = [\"b\"]\nhost = \"replica.example.com\"\n{more}");
        let (mut settings, problems) = parse(&text, "config.toml");
        assert!(problems.is_empty(), "{problems:?}");
        settings.profiles.remove(0)
    }

    #[test]
    fn each_program_gets_complete_settings_in_each_tls_mode() {
        for (tls, mysql, mariadb, jdbc, tableau) in [
            ("tls = \"disabled\"", "DISABLED", "--skip-ssl", "DISABLED", "no"),
            ("tls = \"preferred\"", "PREFERRED", "--ssl", "PREFERRED", "no"),
            ("tls = \"required\"", "REQUIRED", "--ssl", "REQUIRED", "yes"),
            ("ca = \"/ca.pem\"", "VERIFY_CA --ssl-ca=/ca.pem", "--ssl --ssl-ca=/ca.pem", "VERIFY_CA", "yes"),
        ] {
            let profile = profile(&format!("user = \"RO_USER\"\ndatabase = \"clinspark\"\n{tls}\n"));
            let expected = [
                ("mysql", format!("mysql -h 127.0.0.1 -P 3307 -u RO_USER -p --ssl-mode={mysql} clinspark")),
                ("mariadb", format!("mariadb -h 127.0.0.1 -P 3307 -u RO_USER -p {mariadb} clinspark")),
                ("JDBC", format!("jdbc:mysql://127.0.0.1:3307/clinspark?user=RO_USER&sslMode={jdbc}")),
                (
                    "Tableau",
                    format!(
                        "server 127.0.0.1, port 3307, database clinspark, username RO_USER, require SSL: {tableau}"
                    ),
                ),
            ];
            assert_eq!(settings(&profile, &LocalAddress::Port(3307)), expected, "{tls}");
        }
    }

    #[test]
    fn a_name_with_special_characters_stays_one_word_in_a_shell_and_in_a_url() {
        let profile = profile("user = \"a&b=ü c\"\ndatabase = \"x/y?z\"\n");
        let lines = settings(&profile, &LocalAddress::Port(1));
        assert!(lines[0].1.contains("-u 'a&b=ü c' -p") && lines[0].1.ends_with(" 'x/y?z'"), "{lines:?}");
        assert_eq!(lines[2].1, "jdbc:mysql://127.0.0.1:1/x%2Fy%3Fz?user=a%26b%3D%C3%BC%20c&sslMode=REQUIRED");
        let socket = settings(&profile, &LocalAddress::Socket("/run/a b".into()));
        assert_eq!(socket.iter().map(|(name, _)| *name).collect::<Vec<_>>(), ["mysql", "mariadb"]);
        assert!(socket[0].1.starts_with("mysql --socket='/run/a b' -u "), "{socket:?}");
    }

    #[test]
    fn words_for_a_shell_are_quoted_if_necessary() {
        assert_eq!(shell_quoted("RO_USER"), "RO_USER");
        assert_eq!(shell_quoted("it's $HOME"), "'it'\\''s $HOME'");
        assert_eq!(shell_quoted(""), "''");
    }
}
