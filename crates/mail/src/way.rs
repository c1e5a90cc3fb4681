//! The transports of a site's mails.

use std::sync::Mutex;

use lettre::message::Mailbox;
use lettre::{AsyncSmtpTransport, Tokio1Executor};

use crate::message::Mail;

/// The transport of a site's mails.
pub(crate) enum MailTransport {
    Smtp(Mailbox, AsyncSmtpTransport<Tokio1Executor>),
    /// In the profile `local`, without settings: standard output is as good as a mailbox.
    Printed(Mailbox),
    Collected(Mutex<Vec<Mail>>),
    Closed,
}
