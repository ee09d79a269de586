"""What the run contract returns: plain dicts with known keys."""

from __future__ import annotations

from typing import Literal, TypedDict


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
