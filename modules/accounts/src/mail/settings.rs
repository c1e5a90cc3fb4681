//! The settings about mail: `email_url`, `email_from` and `site_url`.

use std::net::IpAddr;
use std::time::Duration;

use lettre::message::Mailbox;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, Tokio1Executor};
use module_api::rocket::figment::Figment;
use module_api::{CheckContext, Problem};
use percent_encoding::percent_decode_str;
use url::{Host, Url};

use super::{Mailer, Way};

/// How long to wait for each answer of a server for mail.
const TIMEOUT: Duration = Duration::from_secs(30);

/// From whom mails are that are only printed.
const NOBODY: &str = "webmaster@localhost";

/// What is wrong with a setting. It holds nothing of what the setting is, which may be secret.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Wrong {
    Url(&'static str),
    NoSender,
    Sender,
    NoSite,
    Site,
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

/// How mails are sent; none if they are not.
pub(super) fn mailer(site: &Figment) -> Result<Option<Mailer>, Wrong> {
    let from = setting(site, "email_from");
    let from = from.map(|from| from.parse::<Mailbox>().map_err(|_| Wrong::Sender)).transpose()?;
    let Some(address) = setting(site, "email_url") else {
        if !is_local(site) {
            return Ok(None);
        }
        let nobody = || NOBODY.parse().expect("it is a mailbox");
        return Ok(Some(Mailer { from: from.unwrap_or_else(nobody), way: Way::Printed }));
    };
    let way = Way::Smtp(transport(&address)?);
    Ok(Some(Mailer { from: from.ok_or(Wrong::NoSender)?, way }))
}

/// Reads `smtps://user:password@host:465`, or `smtp://…` for a connection that turns to TLS before
/// anything is said, and has to.
fn transport(address: &str) -> Result<AsyncSmtpTransport<Tokio1Executor>, Wrong> {
    let url = Url::parse(address).map_err(|_| {
        Wrong::Url("it is no address; write special characters of the password as %40 and the like")
    })?;
    let host = match url.host() {
        Some(Host::Domain(name)) if !name.is_empty() => name.to_owned(),
        Some(Host::Ipv4(address)) => address.to_string(),
        Some(Host::Ipv6(address)) => address.to_string(),
        _ => return Err(Wrong::Url("it names no host")),
    };
    let mut asked = None;
    for (key, value) in url.query_pairs() {
        match (&*key, &*value) {
            ("tls", "required") => asked = Some(true),
            ("tls", "none") => asked = Some(false),
            _ => return Err(Wrong::Url("after `?` it may say only tls=required or tls=none")),
        }
    }
    let parameters =
        || TlsParameters::new(host.clone()).map_err(|_| Wrong::Url("its host cannot be checked"));
    let (tls, port) = match (url.scheme(), asked) {
        ("smtps", None | Some(true)) => (Tls::Wrapper(parameters()?), 465),
        // What does not leave the machine, nobody else reads.
        ("smtp", _) if asked == Some(false) || (asked.is_none() && is_loopback(&url)) => {
            (Tls::None, 25)
        }
        ("smtp", _) => (Tls::Required(parameters()?), 587),
        _ => return Err(Wrong::Url("it begins neither with smtps:// nor with smtp://")),
    };
    let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&*host)
        .port(url.port().unwrap_or(port))
        .tls(tls)
        .timeout(Some(TIMEOUT));
    if !url.username().is_empty() {
        let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let password = decoded(url.password().unwrap_or_default());
        builder = builder.credentials(Credentials::new(decoded(url.username()), password));
    }
    Ok(builder.build())
}

fn is_loopback(url: &Url) -> bool {
    // Of a scheme that it does not know, the parser reads every host as a name.
    match url.host() {
        Some(Host::Domain(name)) => {
            name == "localhost" || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
        }
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// The site's address as its visitors know it, without a `/` at the end: `https://example.org`.
/// None if it is not set, or cannot be read, which is a problem that stops the start.
pub(crate) fn site_url(site: &Figment) -> Option<String> {
    read_site_url(site).ok().flatten()
}

fn read_site_url(site: &Figment) -> Result<Option<String>, Wrong> {
    let Some(text) = setting(site, "site_url") else { return Ok(None) };
    let url = Url::parse(&text).map_err(|_| Wrong::Site)?;
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
        Err(Wrong::Site)
    }
}

/// What is wrong with the settings.
pub(crate) fn problems(site: &CheckContext<'_>) -> Vec<Problem> {
    let figment = site.figment;
    let mut wrong = Vec::new();
    match mailer(figment) {
        Ok(None) => {
            let message = "the site sends no mail: who forgot a password cannot set a new one";
            let hint = "set EMAIL_URL and EMAIL_FROM, or `email_url` and `email_from`";
            return vec![Problem::warning("accounts.W001", message).hint(hint)];
        }
        Ok(Some(_)) => {}
        Err(error) => wrong.push(error),
    }
    match read_site_url(figment) {
        Ok(None) if !is_local(figment) => wrong.push(Wrong::NoSite),
        Ok(_) => {}
        Err(error) => wrong.push(error),
    }
    wrong.iter().map(problem).collect()
}

fn problem(wrong: &Wrong) -> Problem {
    let (id, message, hint) = match wrong {
        Wrong::Url(why) => (
            "accounts.E001",
            format!("`email_url`, or EMAIL_URL, is no address of a server for mail: {why}"),
            "write it as smtps://user:password@host:465, or smtp://user:password@host:587",
        ),
        Wrong::NoSender => (
            "accounts.E002",
            "the site sends mail, and `email_from` does not say from whom".to_owned(),
            "set EMAIL_FROM, or `email_from`, to `My Site <no-reply@example.org>`",
        ),
        Wrong::Sender => (
            "accounts.E002",
            "`email_from`, or EMAIL_FROM, is no address to send mail from".to_owned(),
            "write it as `My Site <no-reply@example.org>`",
        ),
        Wrong::NoSite => (
            "accounts.E003",
            "the site sends mail with links, and `site_url` does not say where it is".to_owned(),
            "set SITE_URL, or `site_url`, to the address that visitors type: https://example.org",
        ),
        Wrong::Site => (
            "accounts.E003",
            "`site_url`, or SITE_URL, is no address of a site".to_owned(),
            "write it as https://example.org, without a path",
        ),
    };
    Problem::error(id, message).hint(hint)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn site(profile: &str, settings: &[(&str, &str)]) -> Figment {
        let figment = Figment::new().select(profile);
        settings.iter().fold(figment, |figment, (key, value)| figment.merge((*key, *value)))
    }

    fn ids(profile: &str, settings: &[(&str, &str)]) -> Vec<String> {
        let figment = &site(profile, settings);
        let found = problems(&CheckContext { figment, modules: &BTreeSet::new() });
        found.into_iter().map(|problem| problem.id).collect()
    }

    /// How a server is spoken to.
    fn way(address: &str) -> Result<String, Wrong> {
        transport(address).map(|transport| format!("{transport:?}"))
    }

    #[test]
    fn passwords_are_not_sent_in_the_clear_unless_that_is_asked_for() {
        for (address, tls) in [
            ("smtps://ann:secret@mail.example.org", "Wrapper"),
            ("smtp://ann:secret@mail.example.org:2525", "Required"),
            ("smtp://ann:secret@127.0.0.1:25?tls=required", "Required"),
            ("smtp://ann:secret@mail.example.org?tls=none", "None"),
            ("smtp://127.0.0.1:2525", "None"),
            ("smtp://[::1]:2525", "None"),
            ("smtp://localhost", "None"),
        ] {
            let url = Url::parse(address).expect("it is an address");
            let loopback = is_loopback(&url);
            assert_eq!(loopback, !address.contains("mail.example.org"), "{address}");
            let way = way(address).expect("it is good");
            assert!(way.contains(&format!("tls: {tls}")), "{address}: {way}");
            assert!(!way.contains("secret"), "{way}");
        }
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
            assert!(matches!(transport(address), Err(Wrong::Url(_))), "{address}");
            let settings = [("email_url", address), ("email_from", "a@b.org")];
            assert_eq!(ids("local", &settings), ["accounts.E001"], "{address}");
        }
        let figment = &site("local", &[("email_url", "x://ann:secret@mail")]);
        let found = problems(&CheckContext { figment, modules: &BTreeSet::new() });
        assert!(!found[0].to_string().contains("secret"), "{}", found[0]);
    }

    #[test]
    fn what_is_missing_is_named() {
        let mail = ("email_url", "smtps://mail.example.org");
        let from = ("email_from", "Homes <no-reply@example.org>");
        let url = ("site_url", "https://example.org");
        assert!(ids("local", &[]).is_empty(), "mails are printed");
        assert!(ids("local", &[mail, from]).is_empty());
        assert_eq!(ids("heroku", &[]), ["accounts.W001"]);
        assert_eq!(ids("heroku", &[("email_url", " ")]), ["accounts.W001"]);
        assert_eq!(ids("heroku", &[mail]), ["accounts.E002", "accounts.E003"]);
        assert_eq!(ids("heroku", &[mail, from]), ["accounts.E003"]);
        assert_eq!(ids("local", &[("email_from", "nobody")]), ["accounts.E002"]);
        assert!(ids("heroku", &[mail, from, url]).is_empty());
    }

    #[test]
    fn a_site_s_address_has_no_path() {
        let read = |text| read_site_url(&site("heroku", &[("site_url", text)]));
        assert_eq!(read("https://Example.org/"), Ok(Some("https://example.org".to_owned())));
        assert_eq!(read("http://localhost:8000"), Ok(Some("http://localhost:8000".to_owned())));
        assert_eq!(read(""), Ok(None));
        for wrong in
            ["example.org", "ftp://example.org", "https://example.org/x", "https://a@b.org"]
        {
            assert_eq!(read(wrong), Err(Wrong::Site), "{wrong}");
        }
    }
}
