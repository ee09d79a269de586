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
    let report = judge(&file, node, run_id, &mut findings);
    match (ContractError::from_findings(findings), report) {
        (Some(error), _) => Err(error),
        (None, Some(report)) => Ok(report),
        // Whatever keeps a report from being made is a finding, so there was an error.
        (None, None) => Err(ContractFinding::new(INVALID, "", "a metrics report", "nothing").into()),
    }
}

/// The report in a file, with everything that is wrong with it.
pub(in crate::contract) fn judge(
    file: &FilePath,
    node: &Node,
    run_id: Option<&RunId>,
    findings: &mut Vec<ContractFinding>,
) -> Option<MetricsReport> {
    let root = match Fields::root(file, node, INVALID) {
        Ok(root) => root,
        Err(finding) => {
            findings.push(finding);
            return None;
        }
    };
    let id = stated_run_id(&root, run_id, findings);
    let metrics = match root.object("metrics") {
        Some(Ok(metrics)) => metrics,
        Some(Err(other)) => {
            findings.push(root.wrong(INVALID, "metrics", "an object", Some(other)));
            return None;
        }
        None => {
            findings.push(root.wrong(INVALID, "metrics", "an object", None));
            return None;
        }
    };
    let mut error = |name| number(&metrics, name, "a finite number of 0 or more", |it| it >= 0.0, findings);
    let errors = ["mae", "mse", "rmse", "mape"].map(&mut error);
    let r2 = number(&metrics, "r2", "a finite number of at most 1", |it| it <= 1.0, findings);
    let [absolute, squared, root, percentage] = errors;
    Some(MetricsReport {
        run_id: id?,
        mae: absolute?,
        mse: squared?,
        rmse: root?,
        mape: percentage?,
        r2: r2?,
    })
}

fn stated_run_id(
    root: &Fields<'_>,
    run_id: Option<&RunId>,
    findings: &mut Vec<ContractFinding>,
) -> Option<String> {
    let found = root.get("run_id");
    let Some(Node::Text(stated)) = found else {
        findings.push(root.wrong(INVALID, "run_id", "a run id", found));
        return None;
    };
    match run_id {
        Some(id) if id.as_str() != stated => {
            let expected = format!("run id {} as in the argument `run_id`", quoted(id.as_str()));
            findings.push(root.wrong(ContractFault::MetricsMismatch, "run_id", expected, found));
        }
        None if RunId::exact(stated).is_none() => {
            findings.push(root.wrong(INVALID, "run_id", "a run id", found));
        }
        _ => {}
    }
    Some(stated.clone())
}

fn number(
    metrics: &Fields<'_>,
    name: &str,
    expected: &str,
    possible: impl Fn(f64) -> bool,
    findings: &mut Vec<ContractFinding>,
) -> Option<f64> {
    let found = metrics.get(name);
    #[expect(clippy::cast_precision_loss, reason = "a metric of 2^53 and more has no digits to lose")]
    let value = match found {
        Some(Node::Unsigned(value)) => Some(*value as f64),
        Some(Node::Signed(value)) => Some(*value as f64),
        Some(Node::Float(value)) => Some(*value),
        _ => None,
    };
    let value = value.filter(|value| value.is_finite() && possible(*value));
    if value.is_none() {
        findings.push(metrics.wrong(INVALID, name, expected, found));
    }
    value
}
