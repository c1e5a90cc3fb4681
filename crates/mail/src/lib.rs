//! The mailer of a site. Begin with [`Mailer`], which sends a [`Mail`].
//!
//! [`Mailer`] is managed state of every site, made of the settings `email_url`, `email_from` and
//! `site_url`. In the profile `local` mails are printed unless `email_url` is set.

#![warn(missing_docs)]

mod error;
mod mailer;
mod message;
mod server;
mod settings;
mod way;

pub use error::MailSettingsError;
pub use mailer::Mailer;
pub use message::{Mail, MailError};
