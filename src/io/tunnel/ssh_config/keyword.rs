//! Which keywords there are, and what becomes of each. Knows no value but those that are harmless.

/// What becomes of a keyword's line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keeping {
    /// The first line counts.
    First,
    /// All lines count.
    Every,
    /// It changes neither the path nor whom it trusts.
    Nothing,
    /// OpenSSH does not have it either.
    Unknown,
}

/// What becomes of the line of a keyword in small letters, under the name that it goes by today.
pub(super) fn keeping(keyword: &str) -> (&str, Keeping) {
    let keyword = FORMER.iter().find(|(former, _)| *former == keyword).map_or(keyword, |(_, name)| *name);
    let is_in = |list: &[&str]| list.contains(&keyword);
    let keeping = if is_in(EVERY) {
        Keeping::Every
    } else if is_in(FIRST) || LEADS_ELSEWHERE.iter().any(|(name, _)| *name == keyword) {
        Keeping::First
    } else if is_in(KNOWN) {
        Keeping::Nothing
    } else {
        Keeping::Unknown
    };
    (keyword, keeping)
}

/// Keywords that would lead elsewhere or trust otherwise, unless they have one of these values.
pub(super) const LEADS_ELSEWHERE: [(&str, &[&str]); 7] = [
    ("proxycommand", &["none"]),
    ("proxyusefdpass", &["no", "false"]),
    ("canonicalizehostname", &["no", "false"]),
    ("knownhostscommand", &["none"]),
    ("revokedhostkeys", &["none"]),
    ("bindaddress", &[]),
    ("bindinterface", &["none"]),
];

/// Former names of keywords, as OpenSSH still takes them.
const FORMER: &[(&str, &str)] = &[
    ("challengeresponseauthentication", "kbdinteractiveauthentication"),
    ("skeyauthentication", "kbdinteractiveauthentication"),
    ("tisauthentication", "kbdinteractiveauthentication"),
    ("dsaauthentication", "pubkeyauthentication"),
    ("identityfile2", "identityfile"),
];

/// Keywords whose lines add up.
const EVERY: &[&str] = &["identityfile", "certificatefile"];

/// Keywords whose first value counts.
const FIRST: &[&str] = &[
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
    "preferredauthentications",
    "proxyjump",
    "pubkeyauthentication",
    "serveralivecountmax",
    "serveraliveinterval",
    "stricthostkeychecking",
    "user",
    "userknownhostsfile",
];

/// Other keywords of OpenSSH: they change neither the path nor whom it trusts, or speak of what rrx does not do.
const KNOWN: &[&str] = &[
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
