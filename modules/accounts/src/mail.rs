//! Mail to users: sent over SMTP, or printed where a site is developed.

mod settings;

use std::io::{self, Write};

use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::Error as SmtpError;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use module_api::rocket::figment::Figment;

use crate::random_text::random_text;

pub(crate) use self::settings::{problems, site_url};

/// A mail to one user.
pub(crate) struct Mail {
    /// The address, as the user has it.
    pub(crate) to: String,
    pub(crate) subject: String,
    pub(crate) text: String,
}

/// Why a mail was not sent.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MailError {
    /// The user has an address to which no mail can be sent.
    #[error("the user's address cannot be read")]
    Address(#[source] lettre::address::AddressError),
    /// The mail cannot be written.
    #[error("the mail cannot be written")]
    Message(#[source] lettre::error::Error),
    /// The server for mail is out of reach, or refuses.
    #[error("the server for mail did not take it")]
    Smtp(#[source] SmtpError),
    /// It cannot be printed.
    #[error("it cannot be printed")]
    Print(#[source] io::Error),
}

/// The way by which mails are sent.
pub(crate) struct Mailer {
    from: Mailbox,
    way: Way,
}

enum Way {
    Smtp(AsyncSmtpTransport<Tokio1Executor>),
    /// In the profile `local`, without settings: standard output is as good as a mailbox.
    Printed,
}

impl Mailer {
    /// The one that the settings of a site describe. None if it has no way to send mail, or if the
    /// settings cannot be read, which is a problem that stops the start.
    pub(crate) fn of(site: &Figment) -> Option<Self> {
        settings::mailer(site).ok().flatten()
    }

    /// Sends a mail. It takes as long as the server for mail takes.
    pub(crate) async fn send(&self, mail: Mail) -> Result<(), MailError> {
        let Mail { to, subject, text } = mail;
        match &self.way {
            Way::Smtp(transport) => {
                let message = self.message(&to, &subject, text)?;
                transport.send(message).await.map(drop).map_err(MailError::Smtp)
            }
            Way::Printed => {
                let from = &self.from;
                let printed =
                    format!("\nFrom: {from}\nTo: {to}\nSubject: {subject}\n\n{}\n\n", text.trim());
                let mut output = io::stdout();
                let written = output.write_all(printed.as_bytes()).and_then(|()| output.flush());
                written.map_err(MailError::Print)
            }
        }
    }

    fn message(&self, to: &str, subject: &str, text: String) -> Result<Message, MailError> {
        let to: Address = to.parse().map_err(MailError::Address)?;
        let letters_and_digits = b"0123456789abcdefghijklmnopqrstuvwxyz";
        let unique = random_text(letters_and_digits, 32);
        let automatic = HeaderName::new_from_ascii_str("Auto-Submitted");
        Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(subject)
            .message_id(Some(format!("<{unique}@{}>", self.from.email.domain())))
            .raw_header(HeaderValue::new(automatic, "auto-generated".to_owned()))
            .header(ContentType::TEXT_PLAIN)
            .body(text)
            .map_err(MailError::Message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn formatted(to: &str, subject: &str, text: &str) -> Result<String, MailError> {
        let from = "Zoë’s Homes <no-reply@example.org>".parse().expect("it is a mailbox");
        let mailer = Mailer { from, way: Way::Printed };
        let message = mailer.message(to, subject, text.to_owned())?;
        Ok(String::from_utf8(message.formatted()).expect("it is ASCII"))
    }

    #[test]
    fn a_mail_has_the_headers_it_should_have_and_no_others() {
        let mail = formatted("ann@example.com", "Password reset", "Hello!").expect("it is good");
        let (head, body) = mail.split_once("\r\n\r\n").expect("a head and a body");
        let names: Vec<&str> = head
            .lines()
            .filter(|line| !line.starts_with(' '))
            .map(|line| line.split_once(':').expect("a header has a name").0)
            .collect();
        let expected = [
            "From",
            "To",
            "Subject",
            "Message-ID",
            "Auto-Submitted",
            "Content-Type",
            "Content-Transfer-Encoding",
            "Date",
        ];
        for name in expected {
            assert_eq!(names.iter().filter(|found| **found == name).count(), 1, "{name}: {mail}");
        }
        assert_eq!(
            names.iter().filter(|name| !expected.contains(name)).collect::<Vec<_>>(),
            [&"MIME-Version"; 0]
        );
        assert_eq!(body.trim_end(), "Hello!");
    }

    #[test]
    fn nobody_smuggles_headers_into_a_mail() {
        let evil = "ann@example.com\r\nBcc: eve@example.com";
        assert!(matches!(formatted(evil, "", ""), Err(MailError::Address(_))));
        let evil = "Reset\r\nBcc: eve@example.com\r\n\r\nHi";
        let mail = formatted("ann@example.com", evil, "text").expect("it is encoded");
        assert!(!mail.lines().any(|line| line.starts_with("Bcc:") || line == "Hi"), "{mail}");
    }
}
