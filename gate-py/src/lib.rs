//! The native module of the wheel `tsfm_gate`.
//!
//! Every function converts in, lets go of the interpreter, calls the core once, and converts out.

mod breaker;
mod build;
mod cli;
mod compat;
mod contract;
mod convert;
mod error;
mod evaluate;
mod explain;
mod gate;
mod policy;
mod render;
mod verdict;

/// What `tsfm_gate/__init__.py` re-exports.
#[pyo3::pymodule]
mod _tsfm_gate {
    #[pymodule_export]
    use super::breaker::script::replay;
    #[pymodule_export]
    use super::breaker::{CallBreaker, Guard, Latch, MetricBreaker, Permit, Protected, Recorded, Refusal};
    #[pymodule_export]
    use super::cli::{compat_main, main};
    #[pymodule_export]
    use super::compat::{compat_evaluate, compat_evaluate_json};
    #[pymodule_export]
    use super::contract::{check_metrics, check_run, compute_metrics, run_id_from_path};
    #[pymodule_export]
    use super::contract::{enforce_covariate_spec, validate_covariate_spec};
    #[pymodule_export]
    use super::evaluate::evaluate;
    #[pymodule_export]
    use super::explain::explain;
    #[pymodule_export]
    use super::gate::{audit_append, audit_verify, check_env, check_matrix, regression, scan_secrets};
    #[pymodule_export]
    use super::gate::{
        canary_health, check_breaker, check_keys, check_promotion, check_readyz, check_recovery,
        check_rotation, readiness, verify_evidence,
    };
    #[pymodule_export]
    use super::gate::{check_openapi, check_perf, check_tokens, hardening_review};
    #[pymodule_export]
    use super::policy::Policy;
    #[pymodule_export]
    use super::render::render;

    /// The version of the engine, as every verdict carries it.
    #[pymodule_export]
    #[expect(non_upper_case_globals, reason = "Python's name for it")]
    const __version__: &str = gate_core::VERSION;
}
