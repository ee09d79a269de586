//! How well the whole is, from the last word of every component that is needed.

mod state;

pub use state::HealthState;
