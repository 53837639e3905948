//! Makes new inputs of old ones: bytes changed, words of the format put in, parts repeated, left out or exchanged.

/// The longest input.
const LONGEST: usize = 2048;

/// Pieces of SQL.
pub const SQL: &[&str] = &[
    "'",
    "\"",
    "`",
    "\\",
    ";",
    "-- ",
    "#",
    "\n",
    "/*",
    "*/",
    "/*!",
    "/*!50000",
    "/*!80000 ",
    "/*!99999 ",
    "/*M!",
    "/*M!100100 ",
    "/*+ ",
    "@",
    "@@",
    "?",
    ".",
    "(",
    ")",
    ",",
    "=",
    ":=",
    " SELECT ",
    " DELETE ",
    " UPDATE ",
    " INSERT ",
    " INTO ",
    " OUTFILE ",
    " FROM ",
    " t ",
    " WITH ",
    " AS ",
    " SET ",
    " FOR ",
    " EXPLAIN ",
    " ANALYZE ",
    " SHOW ",
    " USE ",
    " TABLE ",
    " VALUES ",
    " GET_LOCK(",
    " LOCK IN SHARE MODE",
    "DELIMITER //\n",
    "\0",
    "\u{a0}",
    "日",
    "1e",
    "x'",
    "0b",
    "$$",
];

/// Pieces of packets: lengths, type codes, a sign-in.
pub const WIRE: &[&str] = &[
    "\0",
    "\0\0\0\0",
    "\u{1}\0\0\0",
    "\u{3}SELECT 1",
    "\u{16}",
    "\u{17}\u{1}\0\0\0",
    "mysql_native_password\0",
    "root\0",
    "\u{8}",
    "\u{7f}",
];

/// Pieces of what a terminal sends: introducers, parameters, final bytes, pastes.
pub const TERMINAL_INPUT: &[&str] = &[
    "\u{1b}",
    "\u{1b}\u{1b}",
    "\u{1b}[",
    "\u{1b}O",
    "\u{1b}[[",
    "\u{1b}[M",
    "\u{1b}[<",
    "\u{1b}[?",
    "\u{1b}[200~",
    "\u{1b}[201~",
    "\u{1b}[1;5D",
    "\u{1b}\u{1b}[D",
    "\u{1b}[13;5u",
    "~",
    "^",
    "$",
    "@",
    ";",
    ":",
    "5",
    "27;5;",
    "A",
    "R",
    "u",
    "x",
    "\r",
    "\0",
    "日",
];

/// Pieces of `ssh_config(5)`.
pub const SSH_CONFIG: &[&str] = &[
    "Host ",
    "Match ",
    "HostName ",
    "User ",
    "Port ",
    "IdentityFile ",
    "ProxyJump ",
    "ProxyCommand ",
    "Include ",
    "UserKnownHostsFile ",
    "IdentitiesOnly yes\n",
    "StrictHostKeyChecking ",
    "PreferredAuthentications ",
    "ServerAliveInterval ",
    "ConnectTimeout ",
    "HostKeyAlias ",
    "IgnoreUnknown ",
    "AddressFamily ",
    "IdentityAgent ",
    "CertificateFile ",
    "HashKnownHosts ",
    "user ",
    "originalhost ",
    "final ",
    "all\n",
    "exec ",
    "%h",
    "%%",
    "%r",
    "${HOME}",
    "~/",
    "*",
    "!",
    "?",
    "\"",
    "\\",
    "#",
    "=",
    ",",
    "\n",
    "none",
    "bastion",
    "1h30m",
    "65536",
];

/// Pieces of `known_hosts`.
pub const KNOWN_HOSTS: &[&str] = &[
    "@revoked ",
    "@cert-authority ",
    "@x ",
    "|1|",
    "ssh-ed25519 ",
    "ssh-rsa ",
    "AAAAC3NzaC1lZDI1NTE5AAAAI",
    "=",
    "*",
    "?",
    "!",
    ",",
    "[db]:2222",
    "db",
    "\n",
    " ",
    "\t",
    "\r",
    "#",
    "1024 35 ",
];

/// Pieces of a snippet's header.
pub const SNIPPET_HEADER: &[&str] = &[
    "/* rrx",
    "*/",
    "\n",
    "title = ",
    "tags = [",
    "key = [",
    "[param.",
    "[param]\n",
    "type = ",
    "\"date\"",
    "default = ",
    "allowed = [",
    "values = ",
    "]",
    "\"",
    "'",
    "'''",
    "\"\"\"",
    "\\",
    "=",
    ".",
    "{",
    "}",
    "#",
    "SELECT 1",
    "\u{feff}",
    "2024-01-01",
    "true",
    "1.5",
    "\r\n",
];

/// Random numbers that a seed repeats.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed | 1)
    }

    /// A number below `bound` (xorshift64*).
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let number = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(number).unwrap() % bound.max(1)
    }
}

/// Makes inputs.
pub struct Mutator {
    pub random: Random,
    /// Pieces of the format.
    pub words: &'static [&'static str],
}

impl Mutator {
    /// A new input: one of these, changed in a few places.
    pub fn next(&mut self, corpus: &[Vec<u8>]) -> Vec<u8> {
        let mut input = corpus[self.random.below(corpus.len())].clone();
        for _ in 0..=self.random.below(6) {
            self.change(&mut input, corpus);
        }
        input.truncate(LONGEST);
        input
    }

    fn change(&mut self, input: &mut Vec<u8>, corpus: &[Vec<u8>]) {
        let at = self.random.below(input.len() + 1);
        let part = at..(at + self.random.below(16)).min(input.len());
        match self.random.below(8) {
            0 if at < input.len() => input[at] ^= 1 << self.random.below(8),
            1 if at < input.len() => input[at] = u8::try_from(self.random.below(256)).unwrap(),
            2 => drop(input.drain(part)),
            3 => {
                let copy = input[part].to_vec();
                let to = self.random.below(input.len() + 1);
                input.splice(to..to, copy);
            }
            4 => {
                let other = &corpus[self.random.below(corpus.len())];
                let from = self.random.below(other.len() + 1);
                input.truncate(at);
                input.extend_from_slice(&other[from..]);
            }
            5 => input.insert(at, u8::try_from(self.random.below(256)).unwrap()),
            _ => {
                let word = self.words[self.random.below(self.words.len())];
                input.splice(at..at, word.bytes());
            }
        }
    }
}
