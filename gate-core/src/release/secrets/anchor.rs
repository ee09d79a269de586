//! The words that secrets stand beside, and where a scan begins to look for each.

use alloc::vec::Vec;

use super::rule::SecretRule;

/// A word that must be there.
///
/// Where its fragment begins decides the speed: the fewer places in a log have its first three bytes, the fewer are
/// looked at. `oken` also stands in `smoke`, `pikey` seldom does.
#[derive(Debug, Clone, Copy)]
pub(super) struct Anchor {
    /// The word, in lower case where the case does not matter.
    pub(super) word: &'static [u8],
    /// Where the fragment begins that a scan looks for; it ends with the word.
    fragment_at: usize,
    /// Whether the case matters.
    is_exact: bool,
    /// The rule that decides whether there is a secret beside it.
    pub(super) rule: SecretRule,
}

const fn folded(word: &'static str, fragment_at: usize, rule: SecretRule) -> Anchor {
    Anchor { word: word.as_bytes(), fragment_at, is_exact: false, rule }
}

const fn exact(word: &'static str, fragment_at: usize, rule: SecretRule) -> Anchor {
    Anchor { word: word.as_bytes(), fragment_at, is_exact: true, rule }
}

/// Every anchor.
pub(super) static ANCHORS: [Anchor; 26] = [
    folded("api_key", 2, SecretRule::ApiKey),
    folded("api-key", 2, SecretRule::ApiKey),
    folded("apikey", 1, SecretRule::ApiKey),
    exact("sk-", 0, SecretRule::SkKey),
    folded("password", 2, SecretRule::Credential),
    folded("passwd", 2, SecretRule::Credential),
    folded("secret", 1, SecretRule::Credential),
    folded("token", 0, SecretRule::Credential),
    folded("bearer", 1, SecretRule::Bearer),
    exact("-----BEGIN ", 4, SecretRule::PrivateKey),
    exact("AKIA", 0, SecretRule::AwsKeyId),
    exact("ASIA", 0, SecretRule::AwsKeyId),
    exact("ghp_", 0, SecretRule::GithubToken),
    exact("gho_", 0, SecretRule::GithubToken),
    exact("ghu_", 0, SecretRule::GithubToken),
    exact("ghs_", 0, SecretRule::GithubToken),
    exact("github_pat_", 5, SecretRule::GithubToken),
    exact("xox", 0, SecretRule::SlackToken),
    exact("AIza", 0, SecretRule::GoogleKey),
    exact("eyJ", 0, SecretRule::WebToken),
    exact("://", 0, SecretRule::UrlPassword),
    folded("basic", 1, SecretRule::Basic),
    exact("sk_live_", 0, SecretRule::StripeKey),
    exact("rk_live_", 0, SecretRule::StripeKey),
    exact("glpat-", 0, SecretRule::GitlabToken),
    exact("npm_", 0, SecretRule::NpmToken),
];

impl Anchor {
    /// Where the word begins, if it stands in `bytes` with its fragment at `at`.
    pub(super) fn start(&self, bytes: &[u8], at: usize) -> Option<usize> {
        let start = at.checked_sub(self.fragment_at)?;
        let found = bytes.get(start..start + self.word.len())?;
        let is_there = if self.is_exact { found == self.word } else { found.eq_ignore_ascii_case(self.word) };
        is_there.then_some(start)
    }

    /// What a scan looks for in text of lower case.
    pub(super) fn fragment(&self) -> Vec<u8> {
        self.word.get(self.fragment_at..).unwrap_or(self.word).to_ascii_lowercase()
    }
}
