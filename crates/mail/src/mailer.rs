//! The mailer, which sends the site's mails.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use lettre::AsyncTransport;
use rocket::Config;
use rocket::figment::Figment;

use crate::error::MailSettingsError;
use crate::message::{Mail, MailError};
use crate::settings;
use crate::way::MailTransport;

/// Sends the site's mails. The host manages one, made of the settings `email_url`, `email_from` and
/// `site_url`; clones are the same mailer.
///
/// In the profile `local` mails are printed unless `email_url` is set. On other sites without
/// `email_url` the mailer is closed: [`is_open`](Mailer::is_open).
///
/// [`send`](Mailer::send) takes as long as the mail server takes. A handler whose response must not
/// wait, or must not reveal by its time that a mail was sent, spawns it:
///
/// ```
/// use module_api::rocket::{self, State, post, tokio};
/// use module_api::{Mail, Mailer};
///
/// #[post("/invitations?<to>")]
/// fn invite(to: String, mailer: &State<Mailer>) -> &'static str {
///     let mailer = Mailer::clone(mailer);
///     let (subject, text) = ("You are invited".to_owned(), "Come at noon.".to_owned());
///     tokio::spawn(async move {
///         if let Err(error) = mailer.send(Mail { to, subject, text }).await {
///             rocket::error!("an invitation was not sent: {error}");
///         }
///     });
///     "Done"
/// }
/// ```
///
/// A command creates one from its settings, `Mailer::of(&context.figment)`. A test collects mails:
///
/// ```
/// use module_api::rocket::{self, State, local::blocking::Client, post, routes};
/// use module_api::{Mail, MailError, Mailer};
///
/// #[post("/invitations?<to>")]
/// async fn invite(to: String, mailer: &State<Mailer>) -> &'static str {
///     let (subject, text) = ("You are invited".to_owned(), "Come at noon.".to_owned());
///     match mailer.send(Mail { to, subject, text }).await {
///         Ok(()) => "Done",
///         Err(_) => "Not now",
///     }
/// }
///
/// let mailer = Mailer::collecting();
/// let rocket = rocket::build().manage(mailer.clone()).mount("/", routes![invite]);
/// let client = Client::debug(rocket).expect("a valid Rocket");
/// assert_eq!(client.post("/invitations?to=ann@example.com").dispatch().into_string().unwrap(), "Done");
/// let mails = mailer.collected();
/// assert_eq!(mails.len(), 1);
/// assert_eq!(mails[0].to, "ann@example.com");
/// assert_eq!(mails[0].text, "Come at noon.");
/// ```
#[derive(Clone)]
pub struct Mailer(Arc<Inner>);

struct Inner {
    way: MailTransport,
    /// `None` if the mailer is closed, and perhaps in the profile `local`.
    site_url: Option<String>,
}

impl Mailer {
    /// Creates the mailer that the settings of a site describe.
    ///
    /// # Errors
    ///
    /// All errors in the settings; the start reports them as problems.
    pub fn of(site: &Figment) -> Result<Self, Vec<MailSettingsError>> {
        settings::read(site).map(|(way, site_url)| Self::new(way, site_url))
    }

    /// Creates a mailer that sends nothing and keeps all mails, for tests.
    pub fn collecting() -> Self {
        Self::new(MailTransport::Collected(Mutex::default()), None)
    }

    fn new(way: MailTransport, site_url: Option<String>) -> Self {
        Self(Arc::new(Inner { way, site_url }))
    }

    /// The mails passed to a [`collecting`](Mailer::collecting) mailer, in order; empty for any other.
    pub fn collected(&self) -> Vec<Mail> {
        match &self.0.way {
            MailTransport::Collected(mails) => {
                mails.lock().unwrap_or_else(PoisonError::into_inner).clone()
            }
            _ => Vec::new(),
        }
    }

    /// Returns `true` if the site sends mails.
    pub fn is_open(&self) -> bool {
        !matches!(self.0.way, MailTransport::Closed)
    }

    /// The site's own address without a trailing `/`, `https://example.org`, for links in mails. `None`
    /// if the mailer is closed.
    ///
    /// It is the setting `site_url`, and never taken from a request, which any client can forge. In the
    /// profile `local` the setting is optional; the default is this machine, at the port where the site
    /// listens.
    pub fn site_url(&self, config: &Config) -> Option<String> {
        let local = || format!("http://localhost:{}", config.port);
        self.is_open().then(|| self.0.site_url.clone().unwrap_or_else(local))
    }

    /// Sends a mail. It takes as long as the mail server takes: at most 30 seconds for each response.
    ///
    /// # Errors
    ///
    /// See [`MailError`].
    pub async fn send(&self, mail: Mail) -> Result<(), MailError> {
        match &self.0.way {
            MailTransport::Smtp(from, transport) => {
                transport.send(mail.message(from)?).await?;
            }
            MailTransport::Printed(from) => {
                let Mail { to, subject, text } = mail;
                let printed =
                    format!("\nFrom: {from}\nTo: {to}\nSubject: {subject}\n\n{}\n\n", text.trim());
                let mut output = io::stdout();
                let written = output.write_all(printed.as_bytes()).and_then(|()| output.flush());
                written.map_err(MailError::Print)?;
            }
            MailTransport::Collected(mails) => {
                mails.lock().unwrap_or_else(PoisonError::into_inner).push(mail);
            }
            MailTransport::Closed => return Err(MailError::Closed),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lead_to_this_machine_where_a_site_is_developed() {
        let config = Config { port: 8123, ..Config::default() };
        let links = |profile: &str, settings: &[(&str, &str)]| {
            let site = Figment::new().select(profile);
            let site = settings.iter().fold(site, |site, (key, value)| site.merge((*key, *value)));
            Mailer::of(&site).expect("the settings are valid").site_url(&config)
        };
        assert_eq!(links("local", &[]).as_deref(), Some("http://localhost:8123"));
        let url = ("site_url", "https://example.org/");
        assert_eq!(links("local", &[url]).as_deref(), Some("https://example.org"));
        assert_eq!(links("heroku", &[url]), None, "it sends no mail");
    }
}
