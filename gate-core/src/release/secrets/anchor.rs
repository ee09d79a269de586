//! The words that secrets stand beside, and the rare fragments by which a scan finds them.

use super::rule::SecretRule;

/// A word that must be there, and the part of it that a scan looks for.
///
/// The fragment decides the speed: three bytes that are rare in logs, in few spellings, so that all of them fit the 64
/// patterns that one pass of vector instructions can look for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Anchor {
    /// The word, in lower case where the case does not matter.
    pub(super) word: &'static [u8],
    /// Where the fragment is in the word, and how long.
    pub(super) fragment: (usize, usize),
    /// Whether the case matters.
    pub(super) is_exact: bool,
    /// The rule that decides whether there is a secret beside it.
    pub(super) rule: SecretRule,
}

const fn folded(word: &'static str, at: usize, rule: SecretRule) -> Anchor {
    Anchor { word: word.as_bytes(), fragment: (at, 3), is_exact: false, rule }
}

const fn exact(word: &'static str, at: usize, length: usize, rule: SecretRule) -> Anchor {
    Anchor { word: word.as_bytes(), fragment: (at, length), is_exact: true, rule }
}

/// Every anchor.
pub(super) const ANCHORS: [Anchor; 20] = [
    folded("api_key", 2, SecretRule::ApiKey),
    folded("api-key", 2, SecretRule::ApiKey),
    folded("apikey", 1, SecretRule::ApiKey),
    exact("sk-", 0, 3, SecretRule::SkKey),
    folded("password", 2, SecretRule::Credential),
    folded("passwd", 2, SecretRule::Credential),
    folded("secret", 1, SecretRule::Credential),
    folded("token", 1, SecretRule::Credential),
    folded("bearer", 3, SecretRule::Bearer),
    exact("-----BEGIN ", 3, 3, SecretRule::PrivateKey),
    exact("AKIA", 0, 3, SecretRule::AwsKeyId),
    exact("ASIA", 0, 3, SecretRule::AwsKeyId),
    exact("ghp_", 0, 4, SecretRule::GithubToken),
    exact("gho_", 0, 4, SecretRule::GithubToken),
    exact("ghu_", 0, 4, SecretRule::GithubToken),
    exact("ghs_", 0, 4, SecretRule::GithubToken),
    exact("github_pat_", 5, 3, SecretRule::GithubToken),
    exact("xox", 0, 3, SecretRule::SlackToken),
    exact("AIza", 0, 3, SecretRule::GoogleKey),
    exact("eyJ", 0, 3, SecretRule::WebToken),
];

impl Anchor {
    /// Where the word begins, if it stands in `bytes` with its fragment at `at`.
    pub(super) fn start(&self, bytes: &[u8], at: usize) -> Option<usize> {
        let start = at.checked_sub(self.fragment.0)?;
        let found = bytes.get(start..start + self.word.len())?;
        let is_there = if self.is_exact { found == self.word } else { found.eq_ignore_ascii_case(self.word) };
        is_there.then_some(start)
    }

    /// The bytes of the fragment, in lower case where the case does not matter.
    pub(super) fn fragment(&self) -> &'static [u8] {
        let (start, length) = self.fragment;
        self.word.get(start..start + length).unwrap_or(self.word)
    }
}
