//! What a client costs: its first byte, its time, its CPU time, its highest memory.

use std::io::Read as _;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};

/// What one turn cost.
#[derive(Debug, Clone, Copy)]
pub struct Cost {
    /// Until its first byte was there to read; nothing where it writes a file.
    pub first: Option<Duration>,
    pub wall: Duration,
    pub cpu: Duration,
    /// KiB.
    pub peak: u64,
    /// Bytes that it wrote to its standard output.
    pub bytes: u64,
}

impl Cost {
    /// The headings of [`Cost::print`].
    pub fn head() {
        println!("{:<34} {:>10} {:>9} {:>9} {:>13}", "", "first byte", "wall", "CPU", "peak memory");
    }

    pub fn print(&self, who: &str) {
        println!(
            "{who:<34} {:>10} {:>7.2} s {:>7.2} s {:>9.1} MiB",
            self.first.map_or_else(String::new, |first| format!("{:.0} ms", first.as_secs_f64() * 1e3)),
            self.wall.as_secs_f64(),
            self.cpu.as_secs_f64(),
            self.peak as f64 / 1024.0
        );
    }

    /// Ours as a share of another's.
    pub fn print_ratio(&self, of: &Self) {
        let first = self.first.zip(of.first).map(|(ours, theirs)| ours.as_secs_f64() / theirs.as_secs_f64());
        println!(
            "{:<34} {:>10} {:>9} {:>9} {:>13}",
            "  ratio",
            first.map_or_else(String::new, short),
            short(self.wall.as_secs_f64() / of.wall.as_secs_f64()),
            short(self.cpu.as_secs_f64() / of.cpu.as_secs_f64()),
            short(self.peak as f64 / of.peak as f64)
        );
    }
}

/// A ratio in two digits that mean something.
fn short(ratio: f64) -> String {
    if ratio < 0.095 { format!("{ratio:.4}") } else { format!("{ratio:.2}") }
}

/// Turns of each client; the first one of all warms the machine and does not count.
pub const TURNS: usize = 3;

/// Runs two clients turn by turn, and answers with the middle turn of each. Whoever comes second finds the warmer machine:
/// they change places.
pub fn by_turns(ours: &dyn Fn() -> Command, theirs: &dyn Fn() -> Command) -> (Cost, Cost) {
    measure(&mut theirs());
    let (mut our, mut their) = (Vec::new(), Vec::new());
    for turn in 0..TURNS {
        if turn % 2 == 0 {
            our.push(measure(&mut ours()));
            their.push(measure(&mut theirs()));
        } else {
            their.push(measure(&mut theirs()));
            our.push(measure(&mut ours()));
        }
    }
    (middle(our), middle(their))
}

/// The turn with the median wall time, with the highest memory of all.
pub fn middle(mut costs: Vec<Cost>) -> Cost {
    costs.sort_by_key(|cost| cost.wall);
    let peak = costs.iter().map(|cost| cost.peak).max().unwrap_or(0);
    Cost { peak, ..costs[costs.len() / 2] }
}

/// Runs it to its end, and reads and drops all that it writes to its standard output.
pub fn measure(command: &mut Command) -> Cost {
    let before = children_cpu();
    let begun = Instant::now();
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
    let mut out = child.stdout.take().unwrap();
    let reader = std::thread::spawn(move || {
        let (mut first, mut bytes, mut buffer) = (None, 0_u64, vec![0; 256 << 10]);
        while let Ok(count) = out.read(&mut buffer) {
            if count == 0 {
                break;
            }
            first.get_or_insert_with(|| begun.elapsed());
            bytes += count as u64;
        }
        (first, bytes)
    });
    let peak = watch(&mut child);
    let wall = begun.elapsed();
    let status = child.wait().unwrap();
    assert!(status.success(), "{command:?}: {status}");
    let (first, bytes) = reader.join().unwrap();
    Cost { first, wall, cpu: children_cpu().saturating_sub(before), peak, bytes }
}

/// Waits for the end, and looks at the highest memory that the system has noted meanwhile.
fn watch(child: &mut Child) -> u64 {
    let mut peak = 0;
    while child.try_wait().unwrap().is_none() {
        peak = peak.max(highest_memory(child.id()));
        std::thread::sleep(Duration::from_millis(5));
    }
    peak
}

/// The highest memory that a process has had, in KiB; 0 where the system does not say.
pub fn highest_memory(process: u32) -> u64 {
    let text = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}

fn children_cpu() -> Duration {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).unwrap();
    let time = |value: nix::sys::time::TimeVal| {
        Duration::from_secs(u64::try_from(value.tv_sec()).unwrap())
            + Duration::from_micros(u64::try_from(value.tv_usec()).unwrap())
    };
    time(usage.user_time()) + time(usage.system_time())
}
