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
        let (user, database) = (encoded(&profile.user), encoded(path));
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

/// A word in a URL.
fn encoded(word: &str) -> String {
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
    use crate::domain::profile::parse;

    fn profile(more: &str) -> Profile {
        let text =
            format!("[profile.eu]\nenvironment = \"test\"\nroute = [\"b\"]\nhost = \"replica.example.com\"\n{more}");
        let (mut settings, problems) = parse(&text, "config.toml");
        assert!(problems.is_empty(), "{problems:?}");
        settings.profiles.remove(0)
    }

    #[test]
    fn each_program_gets_a_whole_setting_for_the_port_in_each_mode_of_tls() {
        for (tls, mysql, mariadb, jdbc, tableau) in [
            ("tls = \"disabled\"", "DISABLED", "--skip-ssl", "DISABLED", "no"),
            ("tls = \"preferred\"", "PREFERRED", "--ssl", "PREFERRED", "no"),
            ("tls = \"required\"", "REQUIRED", "--ssl", "REQUIRED", "yes"),
            ("ca = \"/ca.pem\"", "VERIFY_CA --ssl-ca=/ca.pem", "--ssl --ssl-ca=/ca.pem", "VERIFY_CA", "yes"),
        ] {
            let profile = profile(&format!("user = \"RO_USER\"\ndatabase = \"clinspark\"\n{tls}\n"));
            let wanted = [
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
            assert_eq!(settings(&profile, &At::Port(3307)), wanted, "{tls}");
        }
    }

    #[test]
    fn a_name_with_signs_of_its_own_stays_one_word_in_a_shell_and_in_a_url() {
        let profile = profile("user = \"a&b=ü c\"\ndatabase = \"x/y?z\"\n");
        let told = settings(&profile, &At::Port(1));
        assert!(told[0].1.contains("-u 'a&b=ü c' -p") && told[0].1.ends_with(" 'x/y?z'"), "{told:?}");
        assert_eq!(told[2].1, "jdbc:mysql://127.0.0.1:1/x%2Fy%3Fz?user=a%26b%3D%C3%BC%20c&sslMode=REQUIRED");
        let socket = settings(&profile, &At::Socket("/run/a b".into()));
        assert_eq!(socket.iter().map(|(name, _)| *name).collect::<Vec<_>>(), ["mysql", "mariadb"]);
        assert!(socket[0].1.starts_with("mysql --socket='/run/a b' -u "), "{socket:?}");
    }

    #[test]
    fn words_for_a_shell_are_quoted_where_they_need_it() {
        assert_eq!(quoted("RO_USER"), "RO_USER");
        assert_eq!(quoted("it's $HOME"), "'it'\\''s $HOME'");
        assert_eq!(quoted(""), "''");
    }
}
