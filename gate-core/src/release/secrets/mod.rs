//! Are there secrets in what is about to be released?
//!
//! Rules over bytes: any kind of file, JSON or not, UTF-8 or UTF-16. A finding says where and of what kind; of the value
//! it shows a length and a keyed digest.

mod allow;
mod anchor;
mod confirm;
mod finding;
mod login;
mod prefilter;
mod report;
mod rule;
mod scanner;
mod wide;

pub use allow::Allowed;
pub use finding::SecretFinding;
pub use report::{Artifact, ArtifactScan, FoundSecret, SecretReport, judge};
pub use rule::SecretRule;
pub use scanner::{MAX_VALUE_BYTES, Scanner};
