//! The settings about mail: `email_url`, `email_from` and `site_url`.

use lettre::message::Mailbox;
use rocket::figment::Figment;
use url::Url;

use crate::error::MailSettingsError;
use crate::server::transport;
use crate::way::MailTransport;

/// Sender of mails that are only printed.
const NOBODY: &str = "webmaster@localhost";

/// Reads the transport of the site's mails, and the site's address.
pub(crate) fn read(
    site: &Figment,
) -> Result<(MailTransport, Option<String>), Vec<MailSettingsError>> {
    let way = way(site);
    if let Ok(MailTransport::Closed) = way {
        return Ok((MailTransport::Closed, None));
    }
    let url = match site_url(site) {
        Ok(None) if !is_local(site) => Err(MailSettingsError::NoSite),
        other => other,
    };
    match (way, url) {
        (Ok(way), Ok(url)) => Ok((way, url)),
        (way, url) => Err(way.err().into_iter().chain(url.err()).collect()),
    }
}

fn way(site: &Figment) -> Result<MailTransport, MailSettingsError> {
    let from = setting(site, "email_from");
    let from = from.map(|from| from.parse::<Mailbox>().map_err(|_| MailSettingsError::Sender));
    let from = from.transpose()?;
    match setting(site, "email_url") {
        Some(address) => {
            let transport = transport(&address)?;
            Ok(MailTransport::Smtp(from.ok_or(MailSettingsError::NoSender)?, transport))
        }
        None if is_local(site) => {
            let nobody = || NOBODY.parse().expect("it is a mailbox");
            Ok(MailTransport::Printed(from.unwrap_or_else(nobody)))
        }
        None => Ok(MailTransport::Closed),
    }
}

/// The value of a setting, if it has one.
fn setting(site: &Figment, key: &str) -> Option<String> {
    let value = site.extract_inner::<String>(key).ok()?;
    let value = value.trim();
    (!value.is_empty()).then(|| value.to_owned())
}

fn is_local(site: &Figment) -> bool {
    *site.profile() == "local"
}

/// The site's public address, without a trailing `/`: `https://example.org`.
fn site_url(site: &Figment) -> Result<Option<String>, MailSettingsError> {
    let Some(text) = setting(site, "site_url") else { return Ok(None) };
    let url = Url::parse(&text).map_err(|_| MailSettingsError::Site)?;
    let is_plain = matches!(url.scheme(), "http" | "https")
        && url.host_str().is_some_and(|host| !host.is_empty())
        && matches!(url.path(), "" | "/")
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    if is_plain {
        Ok(Some(url.as_str().trim_end_matches('/').to_owned()))
    } else {
        Err(MailSettingsError::Site)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(profile: &str, settings: &[(&str, &str)]) -> Figment {
        let figment = Figment::new().select(profile);
        settings.iter().fold(figment, |figment, (key, value)| figment.merge((*key, *value)))
    }

    fn ids(profile: &str, settings: &[(&str, &str)]) -> Vec<&'static str> {
        let errors = read(&site(profile, settings)).err().unwrap_or_default();
        errors.iter().map(MailSettingsError::id).collect()
    }

    fn is_open(profile: &str, settings: &[(&str, &str)]) -> bool {
        let (way, _) = read(&site(profile, settings)).expect("the settings are valid");
        !matches!(way, MailTransport::Closed)
    }

    #[test]
    fn an_address_that_is_none_is_refused_without_being_repeated() {
        for address in [
            "mail.example.org",
            "http://ann:secret@mail.example.org",
            "smtp://",
            "smtp://ann:sec#ret@mail.example.org:x",
            "smtps://mail.example.org?tls=none",
            "smtp://mail.example.org?ssl=1",
        ] {
            let settings = [("email_url", address), ("email_from", "a@b.org")];
            assert_eq!(ids("local", &settings), ["accounts.E001"], "{address}");
        }
        let errors = read(&site("local", &[("email_url", "x://ann:secret@mail")])).err().unwrap();
        assert!(!errors[0].to_string().contains("secret"), "{}", errors[0]);
    }

    #[test]
    fn what_is_missing_is_named() {
        let mail = ("email_url", "smtps://mail.example.org");
        let from = ("email_from", "Homes <no-reply@example.org>");
        let url = ("site_url", "https://example.org");
        assert!(is_open("local", &[]), "mails are printed");
        assert!(ids("local", &[mail, from]).is_empty());
        assert!(!is_open("heroku", &[]));
        assert!(!is_open("heroku", &[("email_url", " ")]));
        assert_eq!(ids("heroku", &[mail]), ["accounts.E002", "accounts.E003"]);
        assert_eq!(ids("heroku", &[mail, from]), ["accounts.E003"]);
        assert_eq!(ids("local", &[("email_from", "nobody")]), ["accounts.E002"]);
        assert!(is_open("heroku", &[mail, from, url]));
    }

    #[test]
    fn a_site_s_address_has_no_path() {
        let read = |text| site_url(&site("heroku", &[("site_url", text)]));
        assert_eq!(read("https://Example.org/"), Ok(Some("https://example.org".to_owned())));
        assert_eq!(read("http://localhost:8000"), Ok(Some("http://localhost:8000".to_owned())));
        assert_eq!(read(""), Ok(None));
        for wrong in
            ["example.org", "ftp://example.org", "https://example.org/x", "https://a@b.org"]
        {
            assert_eq!(read(wrong), Err(MailSettingsError::Site), "{wrong}");
        }
    }
}
