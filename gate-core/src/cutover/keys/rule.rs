//! How many days before its end a key is a warning, and how many before it is critical.

use alloc::format;

use crate::document::quoted;
use crate::{ErrorCode, GateError};

/// The limits, in whole days that are left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyRule {
    warn_days: u32,
    critical_days: u32,
}

impl Default for KeyRule {
    fn default() -> Self {
        Self { warn_days: 7, critical_days: 3 }
    }
}

impl KeyRule {
    /// A rule with these limits.
    ///
    /// # Errors
    /// [`ErrorCode::Contradiction`] for a warning that would come after it is critical.
    pub fn new(warn_days: u32, critical_days: u32) -> Result<Self, GateError> {
        if warn_days < critical_days {
            let expected = format!("at least {critical_days}, the days at which it is critical");
            return Err(GateError::new(ErrorCode::Contradiction, "warn_days", expected, warn_days));
        }
        Ok(Self { warn_days, critical_days })
    }

    /// A rule from texts, each with where it comes from: what was typed outranks the environment, and that the default.
    ///
    /// # Errors
    /// [`ErrorCode::WrongValue`] for a text that is no number of days, and those of [`KeyRule::new`].
    pub fn from_texts(typed: [Option<&str>; 2], environment: [Option<&str>; 2]) -> Result<Self, GateError> {
        let default = Self::default();
        let ([warn, critical], [env_warn, env_critical]) = (typed, environment);
        let days = |path, text: Option<&str>, otherwise| match text {
            Some(text) => text.parse::<u32>().map_err(|_| {
                GateError::new(ErrorCode::WrongValue, path, "a whole number of days", quoted(text))
            }),
            None => Ok(otherwise),
        };
        let warn_days = days("warn_days", warn.or(env_warn), default.warn_days)?;
        let critical_days = days("critical_days", critical.or(env_critical), default.critical_days)?;
        Self::new(warn_days, critical_days)
    }

    /// Up to so many whole days are a warning.
    #[must_use]
    pub const fn warn_days(&self) -> u32 {
        self.warn_days
    }

    /// Up to so many whole days are critical.
    #[must_use]
    pub const fn critical_days(&self) -> u32 {
        self.critical_days
    }
}
