//! What a run check, a health check or a look at a metrics report compared, for people at a terminal.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::Colour;
use super::words::tame;
use crate::contract::health::HealthReport;
use crate::contract::metrics::MetricsReport;
use crate::contract::{RunReport, Source, SourceReport, SourceState, Windows};

/// Writes the answer of a run check that found nothing wrong.
#[must_use]
pub fn run(report: &RunReport, colour: Colour) -> String {
    let mut page = Page { text: String::new(), colour };
    page.headline(report.run_id.as_str(), &confirmed(&report.sources));
    page.sources(&report.sources);
    if let Some(mode) = report.mode {
        let rows = report.arrays.iter().map(|it| [it.name.clone(), shape(&it.shape)]);
        page.table(&format!("arrays ({})", mode.as_str()), rows.collect());
    }
    page.table("facts", facts(report));
    page.notes(&report.notes);
    page.text
}

/// Writes the answer of a health check that found nothing wrong.
#[must_use]
pub fn health(report: &HealthReport, colour: Colour) -> String {
    let mut page = Page { text: String::new(), colour };
    page.headline(report.run_id.as_str(), "every artifact is there and of this run");
    page.table("artifacts", report.artifacts.iter().map(|path| [path.clone()]).collect());
    page.sources(&report.sources);
    page.table("metrics", [["rmse".to_string(), format!("{:?}", report.rmse)]].into());
    page.notes(&report.notes);
    page.text
}

/// Writes the metrics of a report that holds the contract.
#[must_use]
pub fn metrics(report: &MetricsReport, colour: Colour) -> String {
    let mut page = Page { text: String::new(), colour };
    page.headline(&report.run_id, "every metric is there and finite");
    page.table("metrics", values(report).into());
    page.text
}

/// How many sources took part: no contradiction says little where nothing was compared.
fn confirmed(sources: &[SourceReport]) -> String {
    let compared = || sources.iter().filter(|it| it.source != Source::Argument);
    match compared().filter(|it| it.state == SourceState::Agrees).count() {
        0 => "nothing contradicts this run, and nothing confirms it".to_string(),
        agree => {
            format!("{agree} of {} sources confirm this run, and nothing contradicts it", compared().count())
        }
    }
}

fn values(report: &MetricsReport) -> [[String; 2]; 5] {
    let MetricsReport { mae, mse, rmse, mape, r2, .. } = report;
    [("mae", mae), ("mse", mse), ("rmse", rmse), ("mape", mape), ("r2", r2)]
        .map(|(name, value)| [name.to_string(), format!("{value:?}")])
}

fn facts(report: &RunReport) -> Vec<[String; 2]> {
    let mut rows = Vec::new();
    let mut fact = |name: &str, value: String| rows.push([name.to_string(), value]);
    if let Some(Windows { train, validation, test }) = report.windows {
        fact("windows", format!("{train} training, {validation} validation, {test} test"));
    }
    if report.mode.is_some() {
        let targets: Vec<String> = report.targets.iter().map(ToString::to_string).collect();
        fact("features", report.features.join(", "));
        fact("targets", targets.join(", "));
        fact("values", if report.data_checked { "read, all finite" } else { "not read" }.to_string());
    }
    if let Some(spec) = &report.spec {
        let names = |names: &[String]| if names.is_empty() { "none".to_string() } else { names.join(", ") };
        fact("dynamic", format!("{} as the spec asks", names(&spec.dynamic)));
        fact("static", format!("{} as the spec asks", names(&spec.r#static)));
    }
    rows
}

fn shape(axes: &[u64]) -> String {
    let axes: Vec<String> = axes.iter().map(ToString::to_string).collect();
    match axes.as_slice() {
        [one] => format!("({one},)"),
        axes => format!("({})", axes.join(", ")),
    }
}

/// Lines of the answer so far.
struct Page {
    text: String,
    colour: Colour,
}

impl Page {
    fn line(&mut self, line: &str) {
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    fn headline(&mut self, run_id: &str, what: &str) {
        let word = match self.colour {
            Colour::On => "\u{1b}[1;32mOK\u{1b}[0m",
            Colour::Off => "OK",
        };
        self.line(&format!("{word} {}: {what}", tame(run_id)));
    }

    fn sources(&mut self, sources: &[SourceReport]) {
        let none = || "-".to_string();
        let row = |it: &SourceReport| {
            let path = it.path.clone().unwrap_or_default();
            let run_id = it.run_id.clone().unwrap_or_else(none);
            [it.source.name().to_string(), it.state.as_str().to_string(), run_id, path]
        };
        self.table("run id", sources.iter().map(row).collect());
    }

    /// Columns are as wide as their widest cell.
    fn table<const N: usize>(&mut self, heading: &str, rows: Vec<[String; N]>) {
        if rows.is_empty() {
            return;
        }
        self.heading(heading);
        let rows: Vec<[String; N]> = rows.into_iter().map(|row| row.map(|cell| tame(&cell))).collect();
        let mut widths = [0; N];
        for row in &rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.chars().count());
            }
        }
        for row in &rows {
            let cells = row.iter().zip(widths).map(|(cell, width)| format!("  {cell:<width$}"));
            let line: String = cells.collect();
            self.line(&line);
        }
    }

    fn notes(&mut self, notes: &[String]) {
        self.table("notes", notes.iter().map(|note| [note.clone()]).collect());
    }

    fn heading(&mut self, heading: &str) {
        self.line("");
        match self.colour {
            Colour::On => self.line(&format!("\u{1b}[1m{heading}\u{1b}[0m")),
            Colour::Off => self.line(heading),
        }
    }
}
