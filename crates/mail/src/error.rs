//! Errors in the settings about mail.

/// Error in a setting about mail. It does not contain the setting's value, which may be secret.
///
/// Returned by [`Mailer::of`](crate::Mailer::of).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MailSettingsError {
    /// `email_url` is not valid.
    #[error("`email_url`, or EMAIL_URL, is no address of a server for mail: {0}")]
    Url(&'static str),
    /// `email_url` is set and `email_from` is not.
    #[error("the site sends mail, and `email_from` does not say from whom")]
    NoSender,
    /// `email_from` is not valid.
    #[error("`email_from`, or EMAIL_FROM, is no address to send mail from")]
    Sender,
    /// `email_url` is set and `site_url` is not.
    #[error("the site sends mail with links, and `site_url` does not say where it is")]
    NoSite,
    /// `site_url` is not valid.
    #[error("`site_url`, or SITE_URL, is no address of a site")]
    Site,
}

impl MailSettingsError {
    /// Stable ID of the problem. The module `accounts` was the first to send mails.
    pub fn id(&self) -> &'static str {
        match self {
            Self::Url(_) => "accounts.E001",
            Self::NoSender | Self::Sender => "accounts.E002",
            Self::NoSite | Self::Site => "accounts.E003",
        }
    }

    /// Remedy.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Url(_) => {
                "write it as smtps://user:password@host:465, or smtp://user:password@host:587"
            }
            Self::NoSender => {
                "set EMAIL_FROM, or `email_from`, to `My Site <no-reply@example.org>`"
            }
            Self::Sender => "write it as `My Site <no-reply@example.org>`",
            Self::NoSite => {
                "set SITE_URL, or `site_url`, to the address that visitors type: https://example.org"
            }
            Self::Site => "write it as https://example.org, without a path",
        }
    }
}
