//! The kinds of secrets.

use core::fmt;

use serde::{Deserialize, Serialize};

/// A kind of secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SecretRule {
    /// `api_key = …`, `"apiKey": "…"`, `x-api-key: …`: 16 letters, digits, hyphens or underscores, or more.
    ApiKey,
    /// `sk-` and 20 letters or digits, or `sk-proj-…` with hyphens.
    SkKey,
    /// `password`, `passwd`, `secret` or `token`, with a value that looks like one.
    Credential,
    /// `Bearer` and 20 characters of a token.
    Bearer,
    /// The first line of a private key.
    PrivateKey,
    /// `AKIA` or `ASIA` and 16 capitals or digits.
    AwsKeyId,
    /// A token of GitHub.
    GithubToken,
    /// A token of Slack.
    SlackToken,
    /// `AIza` and 35 characters.
    GoogleKey,
    /// A signed JSON web token.
    WebToken,
    /// A password in a URL.
    UrlPassword,
    /// `Basic` and a user with a password in base64.
    Basic,
    /// A key of Stripe for real money.
    StripeKey,
    /// A token of GitLab.
    GitlabToken,
    /// A token of npm.
    NpmToken,
}

impl SecretRule {
    /// The name in documents.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ApiKey => "api-key",
            Self::SkKey => "sk-key",
            Self::Credential => "credential",
            Self::Bearer => "bearer",
            Self::PrivateKey => "private-key",
            Self::AwsKeyId => "aws-key-id",
            Self::GithubToken => "github-token",
            Self::SlackToken => "slack-token",
            Self::GoogleKey => "google-key",
            Self::WebToken => "web-token",
            Self::UrlPassword => "url-password",
            Self::Basic => "basic",
            Self::StripeKey => "stripe-key",
            Self::GitlabToken => "gitlab-token",
            Self::NpmToken => "npm-token",
        }
    }
}

impl fmt::Display for SecretRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
