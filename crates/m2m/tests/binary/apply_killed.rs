//! `kill -9` at random moments of `m2m apply`: acknowledged changes are present, and no change is half made.

use std::io::{BufRead as _, BufReader};
use std::os::unix::process::ExitStatusExt as _;
use std::process::Stdio;
use std::time::{Duration, Instant};

use m2m_authority::registry::SecretHash;
use serde_json::Value;

use crate::data::Data;
use crate::support::m2m;

/// The minimum number of processes to kill, and the maximum on a machine whose runs vary in length.
const RUNS: u32 = 200;
const MAX_RUNS: u32 = 5 * RUNS;
/// The minimum number of them to kill between the first write and the last.
const IN_BETWEEN: u32 = RUNS / 3;
/// The number of applications that each changes, besides the one that it creates.
const CHANGED: usize = 20;

/// Returns the registry file that a run applies: all applications get the lifetime of the run, and one more is created.
fn world(run: u32) -> String {
    let api = "[[api]]\nname = \"A\"\naudience = \"https://a.example\"\n";
    let hash = SecretHash::of(b"a secret").to_base64();
    let applications = (0..CHANGED).map(|number| {
        format!("[[application]]\nname = \"{number}\"\nclient_id = \"c-{number}\"\nsecret_sha256 = \"{hash}\"\ntoken_lifetime = {run}\n")
    });
    let made = format!("[[application]]\nname = \"made\"\nclient_id = \"made-{run}\"\n");
    applications.fold(api.to_owned(), |world, application| world + &application) + &made
}

/// The end of a run, as seen from outside.
struct Ended {
    /// True if it printed the plan, which it does before the first write.
    planned: bool,
    /// True if it printed that the change is made, which it does after the last write.
    acknowledged: bool,
    killed: bool,
    /// The time from the plan to the acknowledgement, or to the end.
    took: Duration,
}

/// Applies the registry file of a run, and kills the process `kill_after` the plan was printed.
#[expect(
    clippy::disallowed_methods,
    reason = "the moments to kill at are taken from how long a run takes"
)]
fn apply(data: &Data, run: u32, kill_after: Option<Duration>) -> Ended {
    let file = data.write("world.toml", world(run).as_bytes());
    let (path, secrets) = (data.path(), data.file(&format!("secrets-{run}")));
    let mut child = m2m(&["apply", "-f", &file])
        .arg("--data")
        .arg(&path)
        .arg("--secrets-to")
        .arg(&secrets)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap())
        .lines()
        .map_while(Result::ok);
    let planned = lines.by_ref().any(|line| line.contains(" to create, "));
    let since = Instant::now();
    if let Some(delay) = kill_after {
        while since.elapsed() < delay {
            std::hint::spin_loop();
        }
        child.kill().unwrap();
    }
    let acknowledged = lines.by_ref().any(|line| line == "applied");
    let took = since.elapsed();
    lines.for_each(drop);
    Ended {
        planned,
        acknowledged,
        killed: child.wait().unwrap().signal() == Some(9),
        took,
    }
}

#[test]
fn a_killed_apply_has_made_its_change_whole_or_not_at_all() {
    let data = Data::new();
    let mut median: Vec<Duration> = (1..=9).map(|run| apply(&data, run, None).took).collect();
    median.sort();
    let usual = median[4];

    let mut made: Vec<u32> = (1..=9).collect();
    let (mut in_between, mut acknowledged, mut runs) = (0, 0, 0);
    while runs < RUNS || in_between < IN_BETWEEN && runs < MAX_RUNS {
        let run = 10 + runs;
        runs += 1;
        // Spread evenly over the time that a run takes and a little more, in an order that has no period.
        let part = f64::from(run) * 0.618_033_988_749_895 % 1.0 * 1.25;
        let ended = apply(&data, run, Some(usual.mul_f64(part)));
        assert!(ended.planned);
        // The secrets are written first, and the acknowledgement last.
        let has_begun = data.file(&format!("secrets-{run}")).exists();
        in_between += u32::from(ended.killed && has_begun && !ended.acknowledged);
        acknowledged += u32::from(ended.acknowledged);

        let (snapshot, audit) = data.look();
        let is_made = snapshot
            .applications
            .iter()
            .any(|stored| *stored.value.client_id == *format!("made-{run}"));
        assert!(is_made || !ended.acknowledged, "run {run} is lost");
        if is_made {
            made.push(run);
        }
        // All applications have the lifetime of this run, or that of the last run before it whose change was made.
        let expected = *made.last().unwrap();
        let lifetimes = snapshot.applications.iter().take(CHANGED);
        let lifetimes = lifetimes.filter_map(|stored| stored.value.spec.token_lifetime);
        let lifetimes: Vec<u32> = lifetimes.map(|lifetime| lifetime.as_seconds()).collect();
        assert_eq!(lifetimes, [expected; CHANGED], "run {run} is made by half");
        assert_eq!(snapshot.applications.len(), CHANGED + made.len());
        assert_eq!(snapshot.version.0, u64::try_from(made.len()).unwrap());
        // Each change has its events: one for the API, and those of the applications.
        assert_eq!(audit.len(), 1 + (CHANGED + 1) * made.len());
        let told = audit
            .iter()
            .any(|event| *event.name == *format!("made-{run}"));
        assert_eq!(told, is_made);
        if is_made {
            let stored = snapshot.applications.last().unwrap();
            let hash = stored.value.secrets[0].hash;
            let file = std::fs::read_to_string(data.file(&format!("secrets-{run}"))).unwrap();
            let line: Value = serde_json::from_str(&file).unwrap();
            let secret = line["client_secret"].as_str().unwrap();
            assert!(bool::from(
                SecretHash::of(secret.as_bytes()).constant_time_eq(&hash)
            ));
        }
    }
    println!(
        "{runs} runs of {usual:?}: {in_between} killed between the first and the last write, {acknowledged} acknowledged, {} made",
        made.len() - 9
    );
    assert!(in_between >= IN_BETWEEN, "{in_between} of {runs}");
    assert!(made.len() > 9 && made.len() < 9 + usize::try_from(runs).unwrap());
}
