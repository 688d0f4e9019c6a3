//! The resources that a process has used, as the kernel counts them.

use std::path::Path;
use std::time::Duration;

use xtask::command;
use xtask::failure::Failure;

/// Reads the figures of processes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kernel {
    /// The number of ticks in a second.
    ticks: f64,
}

impl Kernel {
    /// Reads the unit in which the kernel counts.
    pub(super) fn ask() -> Result<Self, Failure> {
        let said = command::text(&mut command::program("getconf", &["CLK_TCK"]))?;
        match said.trim().parse() {
            Ok(ticks) if ticks > 0.0 => Ok(Self { ticks }),
            Ok(_) | Err(_) => Err(unreadable("getconf CLK_TCK")),
        }
    }

    /// The processor time of a process, its threads included.
    pub(super) fn processor_time(self, pid: u32) -> Result<Duration, Failure> {
        let path = format!("/proc/{pid}/stat");
        let ticks = ticks(&read(&path)?).ok_or_else(|| unreadable(&path))?;
        Ok(Duration::from_secs_f64(ticks / self.ticks))
    }

    /// The processor time of the threads that a process has now, to the nanosecond. The time of threads that have ended is not part of it.
    pub(super) fn exact_processor_time(pid: u32) -> Result<Duration, Failure> {
        let folder = format!("/proc/{pid}/task");
        let threads = std::fs::read_dir(&folder)
            .map_err(|error| Failure::file(Path::new(&folder), &error))?;
        let mut nanos = 0;
        for thread in threads.flatten() {
            let path = thread.path().join("schedstat");
            // A thread may end while the folder is read.
            let Ok(text) = std::fs::read_to_string(&path) else {
                continue;
            };
            let first: Option<u64> = text.split(' ').next().and_then(|word| word.parse().ok());
            nanos += first.ok_or_else(|| unreadable(&path.display().to_string()))?;
        }
        Ok(Duration::from_nanos(nanos))
    }
}

/// The memory of a process that is not paged out. Unit: MiB.
pub(super) fn resident_memory(pid: u32) -> Result<f64, Failure> {
    let path = format!("/proc/{pid}/status");
    let kibibytes = kibibytes(&read(&path)?).ok_or_else(|| unreadable(&path))?;
    Ok(kibibytes / 1024.0)
}

/// User and system time: the fields 14 and 15, counted after the name, which may contain spaces.
fn ticks(stat: &str) -> Option<f64> {
    let (_, fields) = stat.rsplit_once(") ")?;
    let mut fields = fields.split(' ').skip(11);
    let user: f64 = fields.next()?.parse().ok()?;
    let system: f64 = fields.next()?.parse().ok()?;
    Some(user + system)
}

fn kibibytes(status: &str) -> Option<f64> {
    status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?
        .trim()
        .strip_suffix(" kB")?
        .parse()
        .ok()
}

fn read(path: &str) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|error| Failure::file(Path::new(path), &error))
}

fn unreadable(what: &str) -> Failure {
    Failure::new(
        format!("`{what}` does not have the format that Linux uses"),
        "run the bench on Linux",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_times_after_a_name_with_spaces_and_brackets() {
        let stat = "7 (a) b) S 1 7 7 0 -1 4194304 100 0 0 0 12 34 0 0 20 0 1 0 5 6 7";
        assert_eq!(ticks(stat), Some(46.0));
        assert_eq!(ticks("7 (a"), None);
    }

    #[test]
    fn reads_the_resident_memory() {
        assert_eq!(
            kibibytes("VmPeak:\t 9 kB\nVmRSS:\t    2048 kB\n"),
            Some(2048.0)
        );
        assert_eq!(kibibytes("VmPeak:\t 9 kB\n"), None);
    }
}
