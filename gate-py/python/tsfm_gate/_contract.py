"""What the run contract returns: plain dicts with known keys."""

from __future__ import annotations

from typing import Literal, Required, TypedDict


class Covariate(TypedDict):
    """One covariate of a spec."""

    name: str
    type: Literal["numeric", "categorical", "boolean"]
    required: bool


class Imputation(TypedDict, total=False):
    """What to do about missing values; a key that is not set is for the pipeline to choose."""

    dynamic_covariates: Literal["ffill_bfill_then_zero", "mean", "zero"]
    static_covariates: Literal["mode", "none", "unknown_token"]


class CovariateSpec(TypedDict):
    """A valid covariate spec in its normal form."""

    schema_version: Literal["covariate_spec.v1"]
    dynamic_covariates: list[Covariate]
    static_covariates: list[Covariate]
    imputation_policy: Imputation


class EnforcedSpec(TypedDict):
    """Declared covariates that fit their spec."""

    enabled: bool
    """False if no spec was given and nothing was compared."""
    schema_version: Literal["covariate_spec.v1"] | None
    dynamic_covariates: list[str]
    static_covariates: list[str]
    required_missing: list[str]
    """Always empty: a missing name is an error."""
    declared_missing_in_columns: list[str]
    """Always empty: a missing column is an error."""
    spec: CovariateSpec
    """An empty dict if no spec was given."""


class RunLayout(TypedDict, total=False):
    """What the place of ``processed.npz`` says about the run."""

    state: Required[Literal["canonical", "unrecognised"]]
    run_id: str
    """Only in a canonical layout."""
    why: str
    """Only in an unrecognised one, which takes no part in the comparison."""


class RunSource(TypedDict):
    """One source of the run id."""

    source: Literal["argument", "path", "meta", "preprocessor", "split_contract"]
    state: Literal["agrees", "absent", "not_named", "not_stated", "unrecognised"]
    run_id: str | None
    path: str | None


class RunArray(TypedDict):
    """One array that is used."""

    name: str
    shape: list[int]


class RunWindows(TypedDict):
    """How many windows each part has."""

    train: int
    validation: int
    test: int


class RunReport(TypedDict):
    """What a run check compared, when nothing was wrong."""

    run_id: str
    layout: RunLayout | None
    """``None`` if no archive was named."""
    sources: list[RunSource]
    """Every source of the run id, those that took no part included."""
    mode: Literal["windowed", "series"] | None
    arrays: list[RunArray]
    windows: RunWindows | None
    features: list[str]
    targets: list[int]
    data_checked: bool
    """False if only the headers of the arrays were read."""
    spec: EnforcedSpec | None
    notes: list[str]
    """What a reader of a pass should know all the same."""


class MetricsReport(TypedDict):
    """The figures of a metrics report that is whole."""

    run_id: str
    mae: float
    mse: float
    rmse: float
    mape: float
    r2: float


class UndefinedMetric(TypedDict):
    """A metric without a value."""

    metric: str
    reason: str


class Metrics(TypedDict):
    """The metrics of some predictions; ``None`` where a formula has no answer."""

    mae: float
    mse: float
    rmse: float
    mape: float | None
    mape_zero_safe: float
    r2: float | None
    mase: float | None
    undefined: list[UndefinedMetric]
