//! The table that the benches read, and the commands of the clients that read it.

use std::process::Command;

use crate::harness::Home;
use crate::rig::Rig;

/// A table of twelve columns on the rig's server: numbers, texts, decimals, times and NULLs. A row has about 150 bytes.
pub struct Table {
    rig: &'static Rig,
    /// The home directory of rrx, whose settings have the profile `bench`.
    pub home: Home,
}

impl Table {
    /// Creates the table with `rows` rows.
    pub fn fill(rig: &'static Rig, rows: u64) -> Self {
        println!("filling a table of {rows} rows × 12 columns …");
        rig.sql(&format!(
            "CREATE DATABASE bench; CREATE TABLE bench.t (id INT UNSIGNED PRIMARY KEY, code VARCHAR(20), name VARCHAR(60), \
             amount DECIMAL(12,3), ratio DOUBLE, seen DATETIME, day DATE, note VARCHAR(120), flag TINYINT, maybe INT NULL, \
             stamp TIMESTAMP NULL, kind ENUM('Screening','Treatment','Follow-up')) ENGINE=MyISAM; \
             INSERT INTO bench.t SELECT seq, CONCAT('XN-', LPAD(seq, 8, '0')), CONCAT('subject number ', seq), seq / 7, \
             seq / 3e0, '2024-01-01' + INTERVAL seq SECOND, '2024-01-01' + INTERVAL seq MOD 900 DAY, \
             CONCAT('a note, of the usual length, ', seq MOD 977), seq MOD 2, IF(seq MOD 5, seq, NULL), \
             '2024-01-01' + INTERVAL seq SECOND, 1 + seq MOD 3 FROM mysql.seq_1_to_{rows}"
        ));
        let home = Home::new();
        home.settings(&format!(
            "[profile.bench]\nhost = \"{}\"\nport = {}\nuser = \"{}\"\npassword = {{ file = '{}' }}\n\
             tls = \"verify-identity\"\nca = '{}'\nlimits = {{ rows = 100000000, bytes = \"1TB\", fetch_seconds = 36000 }}\n",
            rig.mysql_address(),
            rig.mysql_port(),
            rig.account(),
            rig.password_file().display(),
            rig.ca().display()
        ));
        Self { rig, home }
    }

    /// Returns the statement that reads `rows` rows.
    pub fn select(rows: u64) -> String {
        format!("SELECT * FROM bench.t LIMIT {rows}")
    }

    /// Returns the command of `rrx run` with additional arguments.
    pub fn rrx(&self, rows: u64, more: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rrx"));
        command.env("RRX_HOME", self.home.path());
        command.args(["run", "-p", "bench", "-e", &Self::select(rows), "--all"]).args(more);
        command
    }

    /// Returns the command of the C client in its streaming mode.
    pub fn mariadb(&self, rows: u64) -> Command {
        let mut command = Command::new("mariadb");
        command
            .args(["--no-defaults", "--quick", "--batch", "-h", self.rig.mysql_address(), "-u", self.rig.account()])
            .arg(format!("-P{}", self.rig.mysql_port()))
            .arg(format!("-p{}", self.rig.password()))
            .arg(format!("--ssl-ca={}", self.rig.ca().display()))
            .arg("--ssl-verify-server-cert")
            .args(["-e", &Self::select(rows)]);
        command
    }

    /// Returns the command of mycli (a terminal client in Python) in its streaming mode. The program is `RRX_MYCLI` or on
    /// the path.
    pub fn mycli(&self, rows: u64) -> Option<Command> {
        let name = std::env::var("RRX_MYCLI").unwrap_or_else(|_| "mycli".into());
        Command::new(&name).arg("--version").output().ok()?;
        let mut command = Command::new(name);
        command
            .env("HOME", self.home.path())
            .args(["-h", self.rig.mysql_address(), "-u", self.rig.account()])
            .arg(format!("-P{}", self.rig.mysql_port()))
            .arg(format!("--password-file={}", self.rig.password_file().display()))
            .arg(format!("--ssl-ca={}", self.rig.ca().display()))
            .args(["--use-keyring", "false", "--unbuffered", "--format", "tsv", "-e", &Self::select(rows)]);
        Some(command)
    }

    /// Returns the arguments of harlequin, a terminal program in Python.
    pub fn harlequin(&self) -> Vec<String> {
        let fixed = ["-a", "mysql", "--viewer-max-rows", "-1", "--no-write-history", "-h", self.rig.mysql_address()];
        let mut arguments: Vec<String> = fixed.into_iter().map(str::to_owned).collect();
        arguments.push(format!("-p{}", self.rig.mysql_port()));
        arguments.push(format!("--user={}", self.rig.account()));
        arguments.push(format!("--password={}", self.rig.password()));
        arguments.push(format!("--ssl-ca={}", self.rig.ca().display()));
        arguments
    }
}
