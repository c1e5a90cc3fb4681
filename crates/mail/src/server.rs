//! The connection to a mail server, of the setting `email_url`.

use std::net::IpAddr;
use std::time::Duration;

use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, Tokio1Executor};
use percent_encoding::percent_decode_str;
use url::{Host, Url};

use crate::error::MailSettingsError;

/// The timeout of each response of a mail server.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Parses `smtps://user:password@host:465`, or `smtp://…` for a connection that requires STARTTLS.
pub(crate) fn transport(
    address: &str,
) -> Result<AsyncSmtpTransport<Tokio1Executor>, MailSettingsError> {
    let url = Url::parse(address).map_err(|_| {
        MailSettingsError::Url(
            "it is no address; write special characters of the password as %40 and the like",
        )
    })?;
    let host = match url.host() {
        Some(Host::Domain(name)) if !name.is_empty() => name.to_owned(),
        Some(Host::Ipv4(address)) => address.to_string(),
        Some(Host::Ipv6(address)) => address.to_string(),
        _ => return Err(MailSettingsError::Url("it names no host")),
    };
    let mut asked = None;
    for (key, value) in url.query_pairs() {
        match (&*key, &*value) {
            ("tls", "required") => asked = Some(true),
            ("tls", "none") => asked = Some(false),
            _ => {
                return Err(MailSettingsError::Url(
                    "after `?` it may say only tls=required or tls=none",
                ));
            }
        }
    }
    let parameters = || {
        TlsParameters::new(host.clone())
            .map_err(|_| MailSettingsError::Url("its host cannot be checked"))
    };
    let (tls, port) = match (url.scheme(), asked) {
        ("smtps", None | Some(true)) => (Tls::Wrapper(parameters()?), 465),
        // A connection within this machine needs no encryption.
        ("smtp", _) if asked == Some(false) || (asked.is_none() && is_loopback(&url)) => {
            (Tls::None, 25)
        }
        ("smtp", _) => (Tls::Required(parameters()?), 587),
        _ => {
            return Err(MailSettingsError::Url("it begins neither with smtps:// nor with smtp://"));
        }
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
    // The parser takes every host for a name if it does not know the scheme.
    match url.host() {
        Some(Host::Domain(name)) => {
            name == "localhost" || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
        }
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The transport for an address, formatted.
    fn way(address: &str) -> Result<String, MailSettingsError> {
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
}
