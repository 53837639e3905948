//! The keywords of `ssh_config`, and how rrx treats each.

/// How the lines of a keyword are treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KeywordUse {
    FirstLine,
    AllLines,
    /// The keyword changes neither the route nor trust.
    Ignored,
    /// OpenSSH does not know it either.
    Unknown,
}

/// Returns the present name of a lower-case keyword, and how its lines are treated.
pub(super) fn classify(keyword: &str) -> (&str, KeywordUse) {
    let keyword = FORMER_NAMES.iter().find(|(former, _)| *former == keyword).map_or(keyword, |(_, name)| *name);
    let is_in = |list: &[&str]| list.contains(&keyword);
    let keyword_use = if is_in(ALL_LINES) {
        KeywordUse::AllLines
    } else if is_in(FIRST_LINE) || CHANGES_ROUTE_OR_TRUST.iter().any(|(name, _)| *name == keyword) {
        KeywordUse::FirstLine
    } else if is_in(IGNORED) {
        KeywordUse::Ignored
    } else {
        KeywordUse::Unknown
    };
    (keyword, keyword_use)
}

/// Keywords that change the route or trust in a way that rrx does not support, with the values that change nothing.
pub(super) const CHANGES_ROUTE_OR_TRUST: [(&str, &[&str]); 6] = [
    ("proxyusefdpass", &["no", "false"]),
    ("canonicalizehostname", &["no", "false"]),
    ("knownhostscommand", &["none"]),
    ("revokedhostkeys", &["none"]),
    ("bindaddress", &[]),
    ("bindinterface", &["none"]),
];

/// Former names of keywords, which OpenSSH still accepts, with their present names.
const FORMER_NAMES: &[(&str, &str)] = &[
    ("challengeresponseauthentication", "kbdinteractiveauthentication"),
    ("skeyauthentication", "kbdinteractiveauthentication"),
    ("tisauthentication", "kbdinteractiveauthentication"),
    ("dsaauthentication", "pubkeyauthentication"),
    ("identityfile2", "identityfile"),
];

/// Keywords of which all lines count.
const ALL_LINES: &[&str] = &["identityfile", "certificatefile"];

/// Keywords of which the first line counts.
const FIRST_LINE: &[&str] = &[
    "addressfamily",
    "connecttimeout",
    "globalknownhostsfile",
    "hashknownhosts",
    "hostkeyalias",
    "hostname",
    "identitiesonly",
    "identityagent",
    "ignoreunknown",
    "kbdinteractiveauthentication",
    "passwordauthentication",
    "port",
    "proxycommand",
    "preferredauthentications",
    "proxyjump",
    "pubkeyauthentication",
    "serveralivecountmax",
    "serveraliveinterval",
    "stricthostkeychecking",
    "user",
    "userknownhostsfile",
];

/// Other keywords of OpenSSH: they change neither the route nor trust, or belong to features that rrx does not have.
const IGNORED: &[&str] = &[
    "addkeystoagent",
    "batchmode",
    "canonicaldomains",
    "canonicalizefallbacklocal",
    "canonicalizemaxdots",
    "canonicalizepermittedcnames",
    "casignaturealgorithms",
    "channeltimeout",
    "checkhostip",
    "ciphers",
    "clearallforwardings",
    "compression",
    "connectionattempts",
    "controlmaster",
    "controlpath",
    "controlpersist",
    "dynamicforward",
    "enableescapecommandline",
    "enablesshkeysign",
    "escapechar",
    "exitonforwardfailure",
    "fingerprinthash",
    "forkafterauthentication",
    "forwardagent",
    "forwardx11",
    "forwardx11timeout",
    "forwardx11trusted",
    "gatewayports",
    "gssapiauthentication",
    "gssapidelegatecredentials",
    "hostbasedacceptedalgorithms",
    "hostbasedauthentication",
    "hostkeyalgorithms",
    "ipqos",
    "kbdinteractivedevices",
    "kexalgorithms",
    "localcommand",
    "localforward",
    "loglevel",
    "logverbose",
    "macs",
    "nohostauthenticationforlocalhost",
    "numberofpasswordprompts",
    "obscurekeystroketiming",
    "permitlocalcommand",
    "permitremoteopen",
    "pkcs11provider",
    "pubkeyacceptedalgorithms",
    "pubkeyacceptedkeytypes",
    "rekeylimit",
    "remotecommand",
    "remoteforward",
    "requesttty",
    "requiredrsasize",
    "securitykeyprovider",
    "sendenv",
    "sessiontype",
    "setenv",
    "stdinnull",
    "streamlocalbindmask",
    "streamlocalbindunlink",
    "syslogfacility",
    "tag",
    "tcpkeepalive",
    "tunnel",
    "tunneldevice",
    "updatehostkeys",
    "usekeychain",
    "verifyhostkeydns",
    "visualhostkey",
    "xauthlocation",
];
