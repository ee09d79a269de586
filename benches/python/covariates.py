"""Covariate specs: the wheel beside pydantic v2 with an equivalent model, in one run, as ratios.

    python benches/python/covariates.py

Needs `pip install pydantic`. Both read the same JSON text; the answers are compared before anything is timed. The model
does what pydantic can say without a line of Python per item, and one validator for names that stand twice. It does not
compare normal forms, refuse keys that stand twice, or report odd ones.
"""

import json
from typing import Annotated, Literal

import tsfm_gate
from bench import paired, row
from pydantic import BaseModel, ConfigDict, Field, StrictBool, StringConstraints, ValidationError, model_validator

Name = Annotated[str, StringConstraints(strict=True, strip_whitespace=True, min_length=1)]


class Covariate(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: Name
    type: Literal["numeric", "categorical", "boolean"]
    required: StrictBool


class Imputation(BaseModel):
    model_config = ConfigDict(extra="forbid")
    dynamic_covariates: Literal["ffill_bfill_then_zero", "mean", "zero"] | None = None
    static_covariates: Literal["mode", "none", "unknown_token"] | None = None


class Spec(BaseModel):
    model_config = ConfigDict(extra="forbid")
    schema_version: Literal["covariate_spec.v1"]
    dynamic_covariates: list[Covariate] = Field(default_factory=list)
    static_covariates: list[Covariate] = Field(default_factory=list)
    imputation_policy: Imputation = Field(default_factory=Imputation)

    @model_validator(mode="after")
    def names_are_unique(self) -> "Spec":
        names = [covariate.name for covariate in self.dynamic_covariates]
        names += [covariate.name for covariate in self.static_covariates]
        if len(set(names)) != len(names):
            raise ValueError("a name stands twice")
        return self


def spec(covariates: int) -> dict:
    """The spec of `benches/src/lib.rs`."""
    kinds = ("numeric", "categorical", "boolean")
    sources = ("temperature", "promo", "holiday", "price", "온도")

    def covariate(i: int) -> dict:
        name = f"{sources[i % len(sources)]}_{i * 7919 % 100_000:05}"
        return {"name": name, "type": kinds[i % len(kinds)], "required": i % 4 == 0}

    cut = covariates * 7 // 10
    return {
        "schema_version": "covariate_spec.v1",
        "dynamic_covariates": [covariate(i) for i in range(cut)],
        "static_covariates": [covariate(i) for i in range(cut, covariates)],
        "imputation_policy": {"dynamic_covariates": "ffill_bfill_then_zero", "static_covariates": "unknown_token"},
    }


def refused(function, refusal: type[Exception], text: str) -> bool:
    try:
        function(text)
    except refusal:
        return True
    return False


def main() -> None:
    ours, theirs = tsfm_gate.validate_covariate_spec, Spec.model_validate_json
    print("### Covariate spec from JSON text\n")
    print("| covariates | tsfm_gate | pydantic v2 | faster by | wanted |\n| --- | --- | --- | --- | --- |")
    for count in (10, 1000, 10_000):
        text = json.dumps(spec(count), ensure_ascii=False)
        assert ours(text) == theirs(text).model_dump() == spec(count)
        doubled = text.replace('"required": false', '"required": 0', 1)
        assert refused(ours, tsfm_gate.GateError, doubled) and refused(theirs, ValidationError, doubled)
        row(f"{count:,}", *paired(lambda text=text: ours(text), lambda text=text: theirs(text)), 5)


if __name__ == "__main__":
    main()
