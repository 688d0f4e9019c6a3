//! Figures of servers side by side, as a table that can be pasted into a document.

use super::load::Load;
use super::server::Server;

/// The measurements of one server.
#[derive(Debug)]
pub(super) struct Row {
    /// The server, and the case or load.
    pub(super) name: String,
    /// The time from the start of the process to its first token. Unit: milliseconds.
    pub(super) first_token: f64,
    /// The length of a token. Unit: bytes.
    pub(super) token_bytes: usize,
    /// Resident memory before the first load. Unit: MiB.
    pub(super) memory_at_rest: f64,
    /// The loads, one per round.
    pub(super) loads: Vec<Load>,
}

impl Row {
    /// Creates a row without a load.
    pub(super) fn new(
        name: String,
        server: &Server,
        token_bytes: usize,
        memory_at_rest: f64,
    ) -> Self {
        Self {
            name,
            first_token: server.first_token_after.as_secs_f64() * 1e3,
            token_bytes,
            memory_at_rest,
            loads: Vec::new(),
        }
    }

    fn median(&self, figure: impl Fn(&Load) -> f64) -> f64 {
        median(self.loads.iter().map(figure).collect())
    }

    /// Returns the median of the ratios of the rounds, each to the same round of the other row.
    fn ratio(&self, to: &Self, figure: impl Fn(&Load) -> f64) -> f64 {
        let pairs = self.loads.iter().zip(&to.loads);
        median(
            pairs
                .map(|(ours, theirs)| figure(ours) / figure(theirs))
                .collect(),
        )
    }

    /// Returns one line of the table, compared with another row.
    fn line(&self, against: &Self) -> String {
        let fewest = self
            .loads
            .iter()
            .map(|load| load.rate)
            .fold(f64::INFINITY, f64::min);
        let most = self.loads.iter().map(|load| load.rate).fold(0.0, f64::max);
        let memory = self
            .loads
            .iter()
            .map(|load| load.memory)
            .fold(0.0, f64::max);
        let failed: f64 = self.loads.iter().map(|load| load.failed).sum();
        format!(
            "| {} | {:.1} | {:.2} | {:.0} | {:.2} | {fewest:.0}–{most:.0} | {:.2} | {:.2} | {:.0} | {:.1} | {memory:.1} | {} | {failed:.0} |",
            self.name,
            self.median(|load| load.processor),
            self.ratio(against, |load| load.processor),
            self.median(|load| load.rate),
            self.ratio(against, |load| load.rate),
            self.median(|load| load.half),
            self.median(|load| load.most),
            self.first_token,
            self.memory_at_rest,
            self.token_bytes,
        )
    }
}

/// Formats the rows, each with the row with which it is compared.
pub(super) fn table(rows: &[(&Row, &Row)]) -> String {
    let mut table = String::from(HEAD);
    for (row, against) in rows {
        table += &row.line(against);
        table.push('\n');
    }
    table
}

/// Returns the median; `NaN` for an empty list.
pub(super) fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    let upper = figures.get(figures.len() / 2);
    let lower = figures.get(figures.len().saturating_sub(1) / 2);
    match (lower, upper) {
        (Some(lower), Some(upper)) => f64::midpoint(*lower, *upper),
        _ => f64::NAN,
    }
}

/// The ratios come first, since a noisy machine affects them least; the processor time comes before the rate for the same reason.
const HEAD: &str = "\
| server | CPU µs/request | × | requests/s | × | lowest–highest | p50 ms | p99 ms | first token ms | MiB at rest | MiB loaded | token bytes | failed |
|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|
";

#[cfg(test)]
mod tests {
    use super::*;

    fn row(processor: &[f64]) -> Row {
        let load = |processor: &f64| Load {
            rate: 1e6 / processor,
            half: 1.0,
            most: 2.0,
            processor: *processor,
            memory: 8.0,
            failed: 0.0,
        };
        Row {
            name: "m2m".to_owned(),
            first_token: 12.0,
            token_bytes: 400,
            memory_at_rest: 4.0,
            loads: processor.iter().map(load).collect(),
        }
    }

    #[test]
    fn the_median_is_the_middle_one_or_between_the_two() {
        assert_eq!(median(vec![9.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(vec![4.0, 1.0, 2.0, 9.0]), 3.0);
        assert!(median(Vec::new()).is_nan());
    }

    #[test]
    fn ratios_are_taken_within_a_round() {
        // The machine was twice as slow in the second round, for both.
        let (yardstick, ours) = (row(&[10.0, 20.0, 10.0]), row(&[11.0, 22.0, 11.0]));
        assert!((ours.ratio(&yardstick, |load| load.processor) - 1.1).abs() < 1e-9);
    }

    #[test]
    fn a_line_has_a_cell_for_each_head() {
        let row = row(&[10.0]);
        let lines = table(&[(&row, &row)]);
        let cells: Vec<usize> = lines
            .lines()
            .map(|line| line.matches('|').count())
            .collect();
        assert_eq!(cells, [14, 14, 14]);
    }
}
