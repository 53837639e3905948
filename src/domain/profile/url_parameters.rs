//! Reads the parameters of connection URLs: those of `TablePlus`, Sequel Ace, MySQL Connector/J, `MariaDB` Connector/J and MySQL
//! Shell. `DBeaver` uses the URLs of both connectors.

use std::path::PathBuf;

use super::draft::{ImportedConnection, profile_name_from};
use super::url_text::{SSH_PASSWORD_LEFT_OUT, UrlParseError, decoded, plain};
use super::{Environment, Hop, Secret, TlsMode};
use crate::domain::text::excerpt;

/// Parameters that do not affect how rrx connects, as [`plain_name`] writes them. They are left out without a note.
const WITHOUT_EFFECT: &[&str] = &[
    "advancedsafemodelevel",
    "allowpublickeyretrieval",
    "characterencoding",
    "connectiontimezone",
    "driverversion",
    "lazyload",
    "safemodelevel",
    "servertimezone",
    "statuscolor",
    "useunicode",
    "zerodatetimebehavior",
];

/// Parameters whose values get into the settings as they are, as [`plain_name`] writes them. After a secret they are left out.
const TAKES_TEXT: &[&str] = &[
    "name",
    "privatekey",
    "privatekeyname",
    "serversslcert",
    "sshhost",
    "sshidentityfile",
    "sshkeylocation",
    "sshport",
    "sshprivatekey",
    "sshuser",
    "sslca",
    "sslrootcert",
    "trustcertificatekeystoreurl",
    "user",
];

/// Reads the parameters after the `?`.
///
/// # Errors
/// Returns an error if a value is not text.
pub(super) fn read(query: &str, imported: &mut ImportedConnection) -> Result<(), UrlParseError> {
    let mut reader = ParameterReader::new(imported);
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        if reader.read(name, value)? == Understood::No {
            reader.leave_out(name);
        }
        reader.has_secret |= is_secret(&plain_name(name));
    }
    reader.finish()
}

/// Whether a parameter has a meaning for rrx.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Understood {
    Yes,
    No,
}

struct ParameterReader<'a> {
    imported: &'a mut ImportedConnection,
    /// The older parameters of Connector/J. `sslMode` wins over them.
    use_ssl: Option<bool>,
    require_ssl: bool,
    verify_certificate: bool,
    /// The SSH host of Sequel Ace.
    ssh_host: Option<String>,
    ssh_port: Option<u16>,
    ssh_user: Option<String>,
    /// Whether a parameter before this one has a secret. An `&` in the secret that is not encoded makes its rest look like
    /// further parameters.
    has_secret: bool,
    /// The names of parameters that are not understood.
    left_out: Vec<String>,
    /// How many parameters are left out without their names, because they can be pieces of a secret.
    without_name: usize,
}

impl<'a> ParameterReader<'a> {
    fn new(imported: &'a mut ImportedConnection) -> Self {
        Self {
            imported,
            use_ssl: None,
            require_ssl: false,
            verify_certificate: false,
            ssh_host: None,
            ssh_port: None,
            ssh_user: None,
            has_secret: false,
            left_out: Vec::new(),
            without_name: 0,
        }
    }

    fn read(&mut self, name: &str, raw: &str) -> Result<Understood, UrlParseError> {
        let name = plain_name(name);
        let understood = |is_understood: bool| if is_understood { Understood::Yes } else { Understood::No };
        match name.as_str() {
            name if self.has_secret && TAKES_TEXT.contains(&name) => return Ok(Understood::No),
            "sslmode" => {
                let tls = TlsMode::from_alias(&decoded(raw, "a parameter")?);
                self.imported.tls = tls.or(self.imported.tls);
                return Ok(understood(tls.is_some()));
            }
            "tlsmode" => return Ok(understood(self.table_plus_tls(raw))),
            "usessl" => self.use_ssl = Some(is_true(raw)),
            "requiressl" => self.require_ssl = is_true(raw),
            "verifyservercertificate" => self.verify_certificate = is_true(raw),
            "trustservercertificate" => self.verify_certificate &= !is_true(raw),
            "sslca" | "sslrootcert" => self.imported.ca = path(raw, "the CA file")?,
            "serversslcert" | "trustcertificatekeystoreurl" => return self.ca_of_java(&name, raw),
            "name" => {
                let name = profile_name_from(&decoded(&raw.replace('+', " "), "the name")?);
                let is_name = name.is_some();
                self.imported.name = name.or_else(|| self.imported.name.take());
                return Ok(understood(is_name));
            }
            "env" | "environment" | "enviroment" => {
                let environment = Environment::from_alias(&decoded(raw, "the environment")?);
                self.imported.environment = environment.or(self.imported.environment);
                return Ok(understood(environment.is_some()));
            }
            "user" => self.imported.user = Some(plain(raw, "the user")?).filter(|user| !user.is_empty()),
            "password" => self.imported.password = Some(Secret::new(decoded(raw, "the password")?)),
            // Nothing to take over: rrx tries the keys of the agent and the default files anyway.
            "trustcertificatekeystoretype"
            | "trustcertificatekeystorepassword"
            | "useprivatekey"
            | "sshkeylocationenabled" => {}
            "sshkeylocation" | "sshidentityfile" | "sshprivatekey" | "privatekey" | "privatekeyname" => {
                let file = path(raw, "the SSH key")?.filter(|file| file.is_absolute() || file.starts_with("~"));
                let is_file = file.is_some();
                self.imported.identity = file.or_else(|| self.imported.identity.take());
                return Ok(understood(is_file));
            }
            "sshhost" => self.ssh_host = Some(plain(raw, "the SSH host")?).filter(|host| !host.is_empty()),
            "sshport" => {
                self.ssh_port = raw.parse().ok().filter(|port| *port > 0);
                return Ok(understood(self.ssh_port.is_some()));
            }
            "sshuser" => self.ssh_user = Some(plain(raw, "the SSH user")?).filter(|user| !user.is_empty()),
            "sshpassword" => self.imported.notes.push(SSH_PASSWORD_LEFT_OUT.into()),
            name => return Ok(understood(WITHOUT_EFFECT.contains(&name))),
        }
        Ok(Understood::Yes)
    }

    /// Reads `tLSMode` of `TablePlus`: the number of a line in the list of its MySQL form. It is not documented, so it never
    /// lowers the default of rrx.
    fn table_plus_tls(&mut self, raw: &str) -> bool {
        let tls = match raw {
            // Preferred, which is the default of TablePlus.
            "0" => return true,
            "1" => {
                self.imported.notes.push(
                    "tLSMode=1 (no TLS) is left out: set tls = \"disabled\" in the profile if the replica has no TLS"
                        .into(),
                );
                return true;
            }
            "2" => TlsMode::Required,
            "3" => TlsMode::VerifyCa,
            "4" => TlsMode::VerifyIdentity,
            _ => return false,
        };
        self.imported.tls = Some(tls);
        true
    }

    /// Reads the CA of a connector for Java: a path or a `file:` URL. A key store of Java is no PEM file.
    fn ca_of_java(&mut self, name: &str, raw: &str) -> Result<Understood, UrlParseError> {
        let Some(file) = path(raw, "the CA file")? else { return Ok(Understood::Yes) };
        let text = file.to_string_lossy();
        let text = text.strip_prefix("file:").map_or(text.as_ref(), |path| path.strip_prefix("//").unwrap_or(path));
        let is_pem = [".pem", ".crt", ".cer"].iter().any(|end| text.to_ascii_lowercase().ends_with(end));
        if is_pem && !text.contains("://") {
            self.imported.ca = Some(PathBuf::from(text));
        } else {
            let parameter = if name == "serversslcert" { "serverSslCert" } else { "trustCertificateKeyStoreUrl" };
            self.imported.notes.push(format!(
                "{parameter} is left out: rrx reads the CA from a PEM file; export it with `keytool -exportcert -rfc`, then set ca"
            ));
        }
        Ok(Understood::Yes)
    }

    fn leave_out(&mut self, name: &str) {
        // The value is never listed: it may be a secret.
        if self.has_secret {
            self.without_name += 1;
        } else {
            self.left_out.push(excerpt(name, 40));
        }
    }

    fn finish(self) -> Result<(), UrlParseError> {
        let Self { imported, use_ssl, require_ssl, verify_certificate, .. } = self;
        if imported.tls.is_none() {
            imported.tls = match use_ssl {
                Some(false) => Some(TlsMode::Disabled),
                // Without a CA file, verify-ca would accept every certificate of a public CA.
                _ if verify_certificate && imported.ca.is_none() => Some(TlsMode::VerifyIdentity),
                _ if verify_certificate => Some(TlsMode::VerifyCa),
                Some(true) => Some(TlsMode::Required),
                None => require_ssl.then_some(TlsMode::Required),
            };
        }
        if let Some(host) = self.ssh_host {
            let mut hop: Hop = host.parse().map_err(UrlParseError::Hop)?;
            hop.port = self.ssh_port.or(hop.port);
            hop.user = self.ssh_user.or(hop.user);
            imported.route = vec![hop];
        }
        if self.without_name > 0 {
            let count = crate::domain::quantity::counted(self.without_name as u64, "parameter");
            let pronoun = if self.without_name == 1 { "it" } else { "they" };
            imported.notes.push(format!(
                "left out: {count} after the password, because {pronoun} can be a piece of the password; write the password last"
            ));
        }
        if !self.left_out.is_empty() {
            imported.notes.push(format!("not understood and left out: {}", self.left_out.join(", ")));
        }
        Ok(())
    }
}

/// Returns a parameter's name in lower case and without `-` and `_`: programs write the same name in several ways.
fn plain_name(name: &str) -> String {
    name.to_ascii_lowercase().replace(['-', '_'], "")
}

/// Returns whether a parameter of this plain name has a secret, also one that rrx does not know.
fn is_secret(name: &str) -> bool {
    /// Ends of names that have "key" in them and whose values are no secrets.
    const ENDS: &[&str] =
        &["enabled", "file", "location", "name", "path", "privatekey", "retrieval", "sslkey", "type", "url"];
    ["pass", "pwd", "secret", "token"].iter().any(|part| name.contains(part))
        || name.contains("key") && !ENDS.iter().any(|end| name.ends_with(end))
}

fn is_true(raw: &str) -> bool {
    matches!(raw.to_ascii_lowercase().as_str(), "true" | "1" | "yes")
}

/// Reads a path. MySQL Shell writes it in parentheses.
fn path(raw: &str, what: &'static str) -> Result<Option<PathBuf>, UrlParseError> {
    let path = plain(raw, what)?;
    let inner = path.strip_prefix('(').and_then(|path| path.strip_suffix(')')).unwrap_or(&path);
    Ok(Some(PathBuf::from(inner)).filter(|path| !path.as_os_str().is_empty()))
}
