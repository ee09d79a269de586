//! Whether a metrics report is this run's, and holds numbers that can be compared.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde::Serialize;

use crate::contract::facts::FilePath;
use crate::contract::fields::Fields;
use crate::contract::finding::{ContractError, ContractFault, ContractFinding};
use crate::contract::run_id::RunId;
use crate::document::{Node, quoted};

const INVALID: ContractFault = ContractFault::MetricsInvalid;

/// The metrics of a report that holds the contract.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MetricsReport {
    /// The run that the report says it is of.
    pub run_id: String,
    /// Mean absolute error.
    pub mae: f64,
    /// Mean squared error.
    pub mse: f64,
    /// Root mean squared error.
    pub rmse: f64,
    /// Robust mean absolute percentage error, in percent.
    pub mape: f64,
    /// Coefficient of determination.
    pub r2: f64,
}

/// Judges a report: `run_id`, and `mae`, `mse`, `rmse`, `mape` and `r2` in `metrics`, present and finite.
///
/// An error is never negative and `r2` never above 1. A null stands for a metric that is undefined, which a release
/// cannot be decided by, so it is refused as well. Other keys are left alone.
///
/// # Errors
/// `metrics-invalid`, and `metrics-mismatch` if `run_id` is given and the report's is another.
///
/// ```
/// use gate_core::contract::{RunId, metrics::check_report};
/// use gate_core::document::from_json_tree;
/// let text = br#"{"run_id": "run-a", "metrics": {"mae": 1, "mse": 1, "rmse": 1, "mape": 20, "r2": 0.5}}"#;
/// let report = from_json_tree(text).unwrap();
/// assert!(check_report(&report, Some(&RunId::new("run-a").unwrap())).is_ok());
/// assert_eq!(check_report(&report, Some(&RunId::new("run-b").unwrap())).unwrap_err().exit_code(), 27);
/// ```
pub fn check_report(node: &Node, run_id: Option<&RunId>) -> Result<MetricsReport, ContractError> {
    let file = FilePath { named: String::new(), resolved: None, explicit: true };
    let mut findings = Vec::new();
    let required = METRICS.map(|metric| metric.name);
    let report = judge(&file, node, run_id, &required, &mut findings).and_then(Stated::whole);
    match (ContractError::from_findings(findings), report) {
        (Some(error), _) => Err(error),
        (None, Some(report)) => Ok(report),
        // Whatever keeps a report from being made is a finding, so there was an error.
        (None, None) => Err(ContractFinding::new(INVALID, "", "a metrics report", "nothing").into()),
    }
}

/// What a report in a file states, with everything that is wrong with it.
pub(in crate::contract) fn judge(
    file: &FilePath,
    node: &Node,
    run_id: Option<&RunId>,
    required: &[&str],
    findings: &mut Vec<ContractFinding>,
) -> Option<Stated> {
    let root = match Fields::root(file, node, INVALID) {
        Ok(root) => root,
        Err(finding) => {
            findings.push(finding);
            return None;
        }
    };
    let run_id = stated_run_id(&root, run_id, findings);
    let metrics = match root.object("metrics") {
        Some(Ok(metrics)) => metrics,
        other => {
            let found = other.and_then(Result::err);
            findings.push(root.wrong(INVALID, "metrics", "an object", found));
            return None;
        }
    };
    let values = METRICS.map(|metric| number(&metrics, &metric, required.contains(&metric.name), findings));
    Some(Stated { run_id: run_id?, values })
}

/// A report as far as it could be read.
pub(in crate::contract) struct Stated {
    run_id: String,
    /// In the order of [`METRICS`].
    values: [Option<f64>; 5],
}

impl Stated {
    /// The report, if no metric is left out.
    fn whole(self) -> Option<MetricsReport> {
        let Self { run_id, values: [absolute, squared, root, percentage, r2] } = self;
        Some(MetricsReport { run_id, mae: absolute?, mse: squared?, rmse: root?, mape: percentage?, r2: r2? })
    }

    pub(in crate::contract) const fn rmse(&self) -> Option<f64> {
        let [_, _, rmse, _, _] = self.values;
        rmse
    }
}

/// A metric of the runbook, and what it can be.
struct Metric {
    name: &'static str,
    expected: &'static str,
    possible: fn(f64) -> bool,
}

const fn error(name: &'static str) -> Metric {
    Metric { name, expected: "a finite number of 0 or more", possible: |value| value >= 0.0 }
}

const METRICS: [Metric; 5] = [
    error("mae"),
    error("mse"),
    error("rmse"),
    error("mape"),
    Metric { name: "r2", expected: "a finite number of at most 1", possible: |value| value <= 1.0 },
];

fn stated_run_id(
    root: &Fields<'_>,
    run_id: Option<&RunId>,
    findings: &mut Vec<ContractFinding>,
) -> Option<String> {
    let found = root.get("run_id");
    let stated = match found {
        Some(Node::Text(stated)) => Some(stated),
        _ => None,
    };
    match (run_id, found) {
        (Some(id), Some(_)) if stated.is_none_or(|stated| id.as_str() != stated) => {
            let expected = format!("run id {} as in the argument `run_id`", quoted(id.as_str()));
            findings.push(root.wrong(ContractFault::MetricsMismatch, "run_id", expected, found));
        }
        _ if stated.and_then(|stated| RunId::exact(stated)).is_none() => {
            findings.push(root.wrong(INVALID, "run_id", "a run id", found));
        }
        _ => {}
    }
    stated.cloned()
}

/// The value of a metric. One that is not required may be left out, or be null where it is undefined.
fn number(
    metrics: &Fields<'_>,
    metric: &Metric,
    required: bool,
    findings: &mut Vec<ContractFinding>,
) -> Option<f64> {
    let found = metrics.get(metric.name);
    #[expect(clippy::cast_precision_loss, reason = "a metric of 2^53 and more has no digits to lose")]
    let value = match found {
        None | Some(Node::Null) if !required => return None,
        Some(Node::Unsigned(value)) => Some(*value as f64),
        Some(Node::Signed(value)) => Some(*value as f64),
        Some(Node::Float(value)) => Some(*value),
        _ => None,
    };
    let value = value.filter(|value| value.is_finite() && (metric.possible)(*value));
    if value.is_none() {
        findings.push(metrics.wrong(INVALID, metric.name, metric.expected, found));
    }
    value
}
