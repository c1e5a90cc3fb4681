//! Mails for password resets.

use std::sync::Arc;

use module_api::db::DbPool;
use module_api::rocket::Config;
use module_api::rocket::figment::Figment;
use module_api::rocket::tokio::sync::{OwnedSemaphorePermit, Semaphore};
use module_api::{
    Causes, CheckContext, Mail, Mailer, Problem, UrlError, Urls, route_name, with_causes,
};

use crate::password_reset::{self, Account};
use crate::secret::Secret;

/// The maximum number of requests that are processed at once; further ones are refused.
const DELIVERIES: usize = 32;

/// Warns if the site sends no mail.
pub(crate) fn can_be_sent(site: &CheckContext<'_>) -> Vec<Problem> {
    // Errors in the settings are reported by the host.
    if Mailer::of(site.figment).map_or(true, |mailer| mailer.is_open()) {
        return Vec::new();
    }
    let message = "the site sends no mail: who forgot a password cannot set a new one";
    let hint = "set EMAIL_URL and EMAIL_FROM, or `email_url` and `email_from`";
    vec![Problem::warning("accounts.W001", message).hint(hint)]
}

/// The queue of requests for password resets: managed state.
pub(crate) struct Outbox {
    site_name: Option<String>,
    places: Arc<Semaphore>,
}

impl Outbox {
    /// Creates the queue of a site with these settings.
    pub(crate) fn of(site: &Figment) -> Self {
        let site_name = site.extract_inner::<String>("site_name").ok();
        Self {
            site_name: site_name.map(|name| name.replace(char::is_control, " ")),
            places: Arc::new(Semaphore::new(DELIVERIES)),
        }
    }

    /// A place in the queue; `None` if it is full, or the site sends no mail.
    pub(crate) fn delivery(&self, mailer: &Mailer, config: &Config) -> Option<Delivery> {
        // The site's address is never taken from a request, which could be forged: the key would
        // be sent to an attacker.
        let site_url = mailer.site_url(config)?;
        let permit = Arc::clone(&self.places).try_acquire_owned().ok()?;
        let host = || site_url.split_once("://").map_or("", |(_, host)| host).to_owned();
        let site_name = self.site_name.clone().unwrap_or_else(host);
        Some(Delivery { mailer: mailer.clone(), site_url, site_name, _permit: permit })
    }
}

/// A request that is being processed.
pub(crate) struct Delivery {
    mailer: Mailer,
    site_url: String,
    site_name: String,
    _permit: OwnedSemaphorePermit,
}

impl Delivery {
    /// Sends a mail to each account with that email address. It runs in the background: errors are
    /// logged, without the keys.
    pub(crate) async fn run(self, email: String, pool: DbPool, urls: Urls) {
        let issued = match password_reset::issue(&email, &pool).await {
            Ok(issued) => issued,
            Err(error) => {
                tracing::error!(
                    causes = Causes::of(&error).as_error(),
                    "no mail to reset a password was sent: {}",
                    with_causes(&error),
                );
                return;
            }
        };
        for (account, key) in issued {
            let id = account.id;
            let mail = match self.mail(account, &key, &urls) {
                Ok(mail) => mail,
                Err(error) => {
                    tracing::error!("no mail to reset a password was sent: {error}");
                    return;
                }
            };
            match self.mailer.send(mail).await {
                Ok(()) => tracing::info!(user = id, "sent a mail to reset a password"),
                Err(error) => {
                    tracing::error!(
                        user = id,
                        causes = Causes::of(&error).as_error(),
                        "a mail to reset a password was not sent: {}",
                        with_causes(&error),
                    );
                }
            }
        }
    }

    fn mail(&self, account: Account, key: &Secret, urls: &Urls) -> Result<Mail, UrlError> {
        let Self { site_name, site_url, .. } = self;
        let path =
            urls.url(route_name!("accounts:password_reset_confirm"), &[("key", &key.text())])?;
        let username = account.username;
        let text = format!(
            "You're receiving this email because you requested a password reset for your user \
             account at {site_name}.\n\n\
             Please go to the following page and choose a new password:\n\n\
             {site_url}{path}\n\n\
             The page is there for an hour, and for one new password.\n\n\
             In case you’ve forgotten, you are: {username}\n\n\
             Thanks for using our site!\n\n\
             The {site_name} team\n"
        );
        Ok(Mail { to: account.email, subject: format!("Password reset on {site_name}"), text })
    }
}
