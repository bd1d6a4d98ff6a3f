//! burn's summary of a training or an evaluation, as lines of text: it prints a table, for which a log has no columns.

use burn::train::{LearnerSummary, MetricSummary};

use super::metrics::short;

/// A line for each metric and split, with its lowest and highest value by epoch.
pub(super) fn summary_lines(summary: &LearnerSummary) -> Vec<String> {
    let metrics = &summary.metrics;
    let mut parts = vec![
        ("train".to_owned(), &metrics.train),
        ("valid".to_owned(), &metrics.valid),
    ];
    let mut tests: Vec<_> = metrics
        .test
        .iter()
        .map(|(name, of_test)| (format!("test {name}"), of_test))
        .collect();
    tests.sort_by(|a, b| a.0.cmp(&b.0));
    parts.append(&mut tests);
    parts
        .into_iter()
        .flat_map(|(part, of_part)| of_part.iter().filter_map(move |metric| line(&part, metric)))
        .collect()
}

fn line(part: &str, metric: &MetricSummary) -> Option<String> {
    let values = || {
        metric
            .entries
            .iter()
            .map(|entry| (entry.value, entry.step))
            .filter(|(value, _)| value.is_finite())
    };
    let lowest = values().reduce(|a, b| if b.0 < a.0 { b } else { a })?;
    let highest = values().reduce(|a, b| if b.0 > a.0 { b } else { a })?;
    let name = &metric.name;
    let [low, high] =
        [lowest, highest].map(|(value, epoch)| format!("{} in epoch {epoch}", short(value)));
    Some(format!(
        "{name} {}: lowest {low}, highest {high}",
        part.trim()
    ))
}

#[cfg(test)]
mod tests {
    use burn::train::MetricEntry;

    use super::*;

    fn metric(values: &[f64]) -> MetricSummary {
        let entry = |(index, value): (usize, &f64)| MetricEntry {
            step: index + 1,
            value: *value,
        };
        MetricSummary {
            name: "Loss".into(),
            entries: values.iter().enumerate().map(entry).collect(),
        }
    }

    #[test]
    fn each_metric_has_its_extremes_by_epoch() {
        let train = metric(&[2.5, f64::NAN, 0.5, 0.5]);
        assert_eq!(
            line("train", &train).as_deref(),
            Some("Loss train: lowest 0.5000 in epoch 3, highest 2.5000 in epoch 1")
        );
        assert_eq!(line("valid", &metric(&[f64::NAN])), None);
    }
}
