//! Measures what a client costs: time to the first byte, total time, CPU time and peak memory.

use std::io::Read as _;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};

/// The cost of one run.
#[derive(Debug, Clone, Copy)]
pub struct Cost {
    /// Time to the first byte on standard output. `None` if it wrote a file.
    pub first: Option<Duration>,
    pub wall: Duration,
    pub cpu: Duration,
    /// Peak memory in KiB.
    pub peak: u64,
    /// Bytes on standard output.
    pub bytes: u64,
}

impl Cost {
    /// Prints the headings of [`Cost::print`].
    pub fn print_headings() {
        println!("{:<34} {:>10} {:>9} {:>9} {:>13}", "", "first byte", "wall", "CPU", "peak memory");
    }

    pub fn print(&self, client: &str) {
        println!(
            "{client:<34} {:>10} {:>7.2} s {:>7.2} s {:>9.1} MiB",
            self.first.map_or_else(String::new, |first| format!("{:.0} ms", first.as_secs_f64() * 1e3)),
            self.wall.as_secs_f64(),
            self.cpu.as_secs_f64(),
            self.peak as f64 / 1024.0
        );
    }

    /// Prints the ratios of our cost to another client's.
    pub fn print_ratio(&self, theirs: &Self) {
        let first = self.first.zip(theirs.first).map(|(ours, theirs)| ours.as_secs_f64() / theirs.as_secs_f64());
        println!(
            "{:<34} {:>10} {:>9} {:>9} {:>13}",
            "  ratio",
            first.map_or_else(String::new, short),
            short(self.wall.as_secs_f64() / theirs.wall.as_secs_f64()),
            short(self.cpu.as_secs_f64() / theirs.cpu.as_secs_f64()),
            short(self.peak as f64 / theirs.peak as f64)
        );
    }
}

/// Prints a ratio with two significant digits.
fn short(ratio: f64) -> String {
    if ratio < 0.095 { format!("{ratio:.4}") } else { format!("{ratio:.2}") }
}

/// Runs of each client. A run before them warms up the machine and is not counted.
pub const RUNS: usize = 3;

/// Runs two clients alternately, and returns the median run of each. The order changes, because the second client of a pair
/// has a warmer machine.
pub fn measure_alternately(ours: &dyn Fn() -> Command, theirs: &dyn Fn() -> Command) -> (Cost, Cost) {
    measure(&mut theirs());
    let (mut our_runs, mut their_runs) = (Vec::new(), Vec::new());
    for run in 0..RUNS {
        if run % 2 == 0 {
            our_runs.push(measure(&mut ours()));
            their_runs.push(measure(&mut theirs()));
        } else {
            their_runs.push(measure(&mut theirs()));
            our_runs.push(measure(&mut ours()));
        }
    }
    (median(our_runs), median(their_runs))
}

/// Returns the run with the median wall time, with the peak memory of all runs.
pub fn median(mut costs: Vec<Cost>) -> Cost {
    costs.sort_by_key(|cost| cost.wall);
    let peak = costs.iter().map(|cost| cost.peak).max().unwrap_or(0);
    Cost { peak, ..costs[costs.len() / 2] }
}

/// Runs a command to its end. Its standard output is read and discarded.
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
    let peak = wait_for_peak(&mut child);
    let wall = begun.elapsed();
    let status = child.wait().unwrap();
    assert!(status.success(), "{command:?}: {status}");
    let (first, bytes) = reader.join().unwrap();
    Cost { first, wall, cpu: children_cpu().saturating_sub(before), peak, bytes }
}

/// Waits until the process ends, and returns its peak memory.
fn wait_for_peak(child: &mut Child) -> u64 {
    let mut peak = 0;
    while child.try_wait().unwrap().is_none() {
        peak = peak.max(peak_memory(child.id()));
        std::thread::sleep(Duration::from_millis(5));
    }
    peak
}

/// Returns the peak memory of a process so far in KiB, or 0 if the system does not report it.
pub fn peak_memory(process: u32) -> u64 {
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
