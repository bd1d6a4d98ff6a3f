//! Tables as CSV: a row a point.

use std::io::{self, Write};

use crossbeam_channel::Receiver;

use crate::refiner::{TablePart, TableRow};

/// Writes a table as it comes. One that ends before it is whole is an error.
pub(super) fn write(file: impl Write, parts: &Receiver<TablePart>) -> io::Result<()> {
    let mut table = csv::Writer::from_writer(file);
    table.write_record(["run", "series", "step", "x", "value", "smoothed"])?;
    loop {
        match parts.recv() {
            Ok(TablePart::Block(block)) => {
                for row in &block.rows {
                    let TableRow {
                        step,
                        x,
                        value,
                        smoothed,
                    } = row;
                    table.write_record([
                        &*block.run,
                        &*block.series,
                        &step.to_string(),
                        &x.to_string(),
                        &written(*value),
                        &smoothed.map_or_else(String::new, written),
                    ])?;
                }
            }
            Ok(TablePart::End) => return table.flush(),
            Err(_) => return Err(io::Error::other("the run's points are gone")),
        }
    }
}

/// A value with the fewest digits that lead back to it.
fn written(value: f32) -> String {
    value.to_string()
}

#[cfg(test)]
mod tests {
    use crossbeam_channel::bounded;

    use super::*;
    use crate::refiner::TableBlock;

    #[test]
    fn every_value_can_be_read_back_and_a_short_table_is_an_error() {
        let values = [1.5, f32::NAN, f32::NEG_INFINITY, 1e-45, 0.1, f32::MAX];
        let rows = values.iter().zip(1..).map(|(value, step)| TableRow {
            step,
            x: step as f64 / 3.0,
            value: *value,
            smoothed: (step == 1).then_some(0.25),
        });
        let block = TableBlock {
            run: "a \"run\", quoted".into(),
            series: "loss/train".into(),
            rows: rows.collect(),
        };
        let (sender, parts) = bounded(2);
        sender.send(TablePart::Block(block.clone())).unwrap();
        sender.send(TablePart::End).unwrap();
        let mut file = Vec::new();
        write(&mut file, &parts).unwrap();
        let text = String::from_utf8(file.clone()).unwrap();
        assert!(text.contains(",NaN,"), "{text}");
        let mut reader = csv::Reader::from_reader(&file[..]);
        let read: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        for (record, value) in read.iter().zip(values) {
            assert_eq!(&record[0], "a \"run\", quoted");
            let back: f32 = record[4].parse().unwrap();
            assert!(back == value || back.is_nan() && value.is_nan());
        }
        assert_eq!((read.len(), &read[0][5], &read[1][5]), (6, "0.25", ""));

        sender.send(TablePart::Block(block)).unwrap();
        drop(sender);
        assert!(write(Vec::new(), &parts).is_err());
    }
}
