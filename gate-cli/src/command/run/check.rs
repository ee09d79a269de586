//! `tsfm-gate run check`

use gate_core::contract;
use gate_core::render::{self, Colour};

use crate::args::RunCheck;
use crate::artifacts::{RunRequest, read_run};
use crate::breach::Breach;
use crate::command::{Answer, passed};
use crate::failure::Failure;

/// Checks a run before it starts.
pub(super) fn run(args: RunCheck, colour: Colour) -> Result<Answer, Failure> {
    let format = args.format;
    let facts = read_run(&request(args));
    let report = contract::check(&facts).map_err(Box::<Breach>::from)?;
    Ok(passed(format, &report, |report| render::run::run(report, colour)))
}

fn request(args: RunCheck) -> RunRequest {
    RunRequest {
        run_id: args.run_id,
        strict_run_id: args.strict_run_id,
        processed_npz: args.processed_npz,
        preprocessor_pkl: args.preprocessor_pkl,
        meta: args.meta,
        covariate_spec: args.covariate_spec,
        dynamic: args.declared.dynamic.unwrap_or_default(),
        r#static: args.declared.r#static.unwrap_or_default(),
        sequence_length: args.sequence_length,
        horizon: args.horizon,
        headers_only: args.headers_only,
    }
}
