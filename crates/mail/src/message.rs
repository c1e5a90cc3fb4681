//! A mail, its message for servers, and the errors of sending it.

use std::fmt;
use std::io;

use lettre::Address;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::Error as SmtpError;

/// The number of random bytes in a message ID.
const MESSAGE_ID: usize = 16;

/// An email in plain text to one recipient.
///
/// Its text may contain secrets, so `Debug` omits it.
///
/// ```
/// use module_api::Mail;
///
/// let mail = Mail {
///     to: "ann@example.com".to_owned(),
///     subject: "Your booking".to_owned(),
///     text: "See you in June!".to_owned(),
/// };
/// assert!(!format!("{mail:?}").contains("June"));
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Mail {
    /// Address of the recipient, `ann@example.com`.
    pub to: String,
    /// Subject, in one line.
    pub subject: String,
    /// Plain text.
    pub text: String,
}

impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut mail = f.debug_struct("Mail");
        mail.field("to", &self.to).field("subject", &self.subject).finish_non_exhaustive()
    }
}

impl Mail {
    /// The message with its headers.
    pub(crate) fn message(self, from: &Mailbox) -> Result<Message, MailError> {
        let to: Address = self.to.parse().map_err(|error| MailError::Address(Box::new(error)))?;
        let mut unique = [0; MESSAGE_ID];
        getrandom::fill(&mut unique).expect("the operating system has random numbers");
        let automatic = HeaderName::new_from_ascii_str("Auto-Submitted");
        Message::builder()
            .from(from.clone())
            .to(Mailbox::new(None, to))
            .subject(self.subject)
            .message_id(Some(format!("<{}@{}>", hex::encode(unique), from.email.domain())))
            .raw_header(HeaderValue::new(automatic, "auto-generated".to_owned()))
            .header(ContentType::TEXT_PLAIN)
            .body(self.text)
            .map_err(|error| MailError::Message(Box::new(error)))
    }
}

/// Error of a mail that was not sent. It contains nothing of the mail's text.
///
/// Returned by [`Mailer::send`](crate::Mailer::send).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MailError {
    /// The site has no way to send mails: see [`Mailer::is_open`](crate::Mailer::is_open).
    #[error("the site sends no mail: `email_url` is not set")]
    Closed,
    /// The recipient's address is not valid.
    #[error("the recipient's address cannot be read")]
    Address(#[source] Source),
    /// The mail cannot be encoded.
    #[error("the mail cannot be written")]
    Message(#[source] Source),
    /// The mail server is out of reach, or refuses the mail.
    #[error("the server for mail did not take it")]
    Smtp(#[source] Source),
    /// Standard output is closed.
    #[error("it cannot be printed")]
    Print(#[source] io::Error),
}

/// Cause of an error, from any of the crates that send mails.
type Source = Box<dyn std::error::Error + Send + Sync>;

impl From<SmtpError> for MailError {
    fn from(error: SmtpError) -> Self {
        Self::Smtp(Box::new(error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn formatted(to: &str, subject: &str, text: &str) -> Result<String, MailError> {
        let from = "Zoë’s Homes <no-reply@example.org>".parse().expect("it is a mailbox");
        let [to, subject, text] = [to, subject, text].map(str::to_owned);
        let message = Mail { to, subject, text }.message(&from)?;
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
    fn what_is_printed_for_debugging_leaves_the_text_out() {
        let [to, subject, text] = ["ann@example.com", "Reset", "a key"].map(str::to_owned);
        let shown = format!("{:?}", Mail { to, subject, text });
        assert!(shown.contains("Reset") && !shown.contains("a key"), "{shown}");
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
