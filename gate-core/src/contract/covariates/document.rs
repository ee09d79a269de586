//! The fast way: a spec without any problem or oddity, read in one pass.
//!
//! Whatever it does not take is left to [`read`](super::read), which judges alone what is wrong and what is odd.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::fmt;
use core::marker::PhantomData;

use serde::Deserialize;
use serde::de::{self, Deserializer, Visitor};

use super::Word;
use super::names::{invisible, repeated, trimmed};
use super::{
    Covariate, CovariateType, DynamicImputation, Imputation, SCHEMA_VERSION, Spec, StaticImputation,
};
use crate::bounds::{MAX_COVARIATE_NAME_BYTES, MAX_COVARIATES};
use crate::document::{Object, objects};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document<'a> {
    #[serde(borrow)]
    schema_version: Cow<'a, str>,
    #[serde(borrow, default, deserialize_with = "objects")]
    dynamic_covariates: Vec<Item<'a>>,
    #[serde(borrow, default, deserialize_with = "objects")]
    static_covariates: Vec<Item<'a>>,
    #[serde(default = "unset")]
    imputation_policy: Object<Imputation>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Item<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
    r#type: CovariateType,
    required: bool,
}

fn unset() -> Object<Imputation> {
    Object(Imputation::default())
}

/// The spec, if there is nothing to say about it.
pub(super) fn read(text: &str) -> Option<Spec> {
    let Object(document) = serde_json::from_str::<Object<Document<'_>>>(text).ok()?;
    let Object(imputation) = document.imputation_policy;
    let (dynamic, r#static) = (&document.dynamic_covariates, &document.static_covariates);
    if document.schema_version != SCHEMA_VERSION || dynamic.len().max(r#static.len()) > MAX_COVARIATES {
        return None;
    }
    let names: Vec<&str> = dynamic.iter().chain(r#static).map(|item| trimmed(&item.name)).collect();
    let good =
        |name: &&str| !name.is_empty() && name.len() <= MAX_COVARIATE_NAME_BYTES && invisible(name).is_none();
    if !names.iter().all(good) || !repeated(&names).is_empty() {
        return None;
    }
    let (dynamic, r#static) = (covariates(dynamic), covariates(r#static));
    Some(Spec { dynamic, r#static, imputation, unknown_keys: Vec::new() })
}

fn covariates(items: &[Item<'_>]) -> Vec<Covariate> {
    let covariate = |item: &Item<'_>| Covariate {
        name: trimmed(&item.name).into(),
        r#type: item.r#type,
        required: item.required,
    };
    items.iter().map(covariate).collect()
}

/// Reads a word from a string only: serde alone would also take `{"numeric": null}`.
struct WordReader<T>(PhantomData<T>);

impl<T: Word> Visitor<'_> for WordReader<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a known word")
    }

    fn visit_str<E: de::Error>(self, word: &str) -> Result<T, E> {
        T::of(word).ok_or_else(|| E::custom("an unknown word"))
    }
}

macro_rules! read_as_words {
    ($($Type:ident)+) => {
        $(
            impl<'de> Deserialize<'de> for $Type {
                fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    deserializer.deserialize_str(WordReader(PhantomData))
                }
            }
        )+
    };
}

read_as_words!(CovariateType DynamicImputation StaticImputation);
