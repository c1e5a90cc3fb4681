//! An error and its causes: on one line for the log, one by one for reports.

use std::error::Error;
use std::fmt;

use crate::error::words;

/// An error and its causes on one line, without repetitions: many errors repeat their cause.
///
/// ```
/// use module_api::with_causes;
///
/// let error = std::io::Error::other("the disk is full");
/// assert_eq!(with_causes(&error), "the disk is full");
/// ```
pub fn with_causes(error: &(dyn Error + 'static)) -> String {
    links(error).1
}

/// An error and its causes, without repetitions, as the field `causes` of an event. Reports list
/// them one by one; lines of the log leave the field out, since their message has them all:
///
/// ```
/// use module_api::{Causes, with_causes};
///
/// let error = std::io::Error::other("the disk is full");
/// tracing::error!(
///     causes = Causes::of(&error).as_error(),
///     "no backup was made: {}",
///     with_causes(&error),
/// );
/// ```
pub struct Causes {
    kind: String,
    text: String,
    cause: Option<Box<Causes>>,
}

impl Causes {
    /// Collects an error and its causes, the error first.
    pub fn of(error: &(dyn Error + 'static)) -> Self {
        let mut chain = None;
        let (links, _) = links(error);
        for Link { kind, text } in links.into_iter().rev() {
            chain = Some(Box::new(Self { kind, text, cause: chain }));
        }
        *chain.expect("the error itself is one")
    }

    /// The error as the value of a field.
    pub fn as_error(&self) -> &(dyn Error + 'static) {
        self
    }
}

/// Formats the name of the error's type, which reports show.
impl fmt::Debug for Causes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.kind)
    }
}

impl fmt::Display for Causes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Error for Causes {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.as_deref().map(Self::as_error)
    }
}

struct Link {
    kind: String,
    text: String,
}

/// Returns the messages of an error and its causes without repetitions, and all of them on one
/// line.
fn links(error: &(dyn Error + 'static)) -> (Vec<Link>, String) {
    let (mut links, mut line) = (Vec::new(), String::new());
    let mut next = Some(error);
    while let Some(error) = next {
        let of_database = error.downcast_ref::<sqlx::Error>();
        let text = of_database.map_or_else(|| error.to_string(), words);
        if links.is_empty() || !line.contains(&text) {
            if !line.is_empty() {
                line.push_str(": ");
            }
            line.push_str(&text);
            links.push(Link { kind: kind_of(error), text });
        }
        next = match of_database {
            // Its message is that of its cause.
            Some(sqlx::Error::Database(_) | sqlx::Error::Configuration(_)) => None,
            _ => error.source(),
        };
    }
    (links, line)
}

/// The name of an error's type, or of its variant, as its `Debug` begins with it.
fn kind_of(error: &(dyn Error + 'static)) -> String {
    let debug = format!("{error:?}");
    let name = debug.split([' ', '(', '{', '\n']).next().unwrap_or_default();
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | ':' | '<' | '>');
    // An error made of a text shows as that text.
    if name.is_empty() || !name.chars().all(is_name) { "Error".into() } else { name.into() }
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;

    use crate::DbError;
    use crate::{Causes, with_causes};

    #[derive(Debug, thiserror::Error)]
    #[error(transparent)]
    enum Error {
        Other(Box<dyn std::error::Error + Send + Sync>),
    }

    impl Error {
        fn other(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
            Self::Other(error.into())
        }
    }

    #[derive(Debug, thiserror::Error)]
    #[error("no letting was counted")]
    struct Counting(#[source] DbError);

    #[derive(Debug, thiserror::Error)]
    #[error("writing: {0}")]
    struct Writing(#[source] std::io::Error);

    #[test]
    fn each_cause_is_said_once_with_the_name_of_its_type() {
        let error = Error::other(Counting(DbError::Unavailable(sqlx::Error::PoolTimedOut)));
        let mut chain = Vec::new();
        let causes = Causes::of(&error);
        let mut next = Some(causes.as_error());
        while let Some(error) = next {
            chain.push((format!("{error:?}"), error.to_string()));
            next = error.source();
        }
        let chain: Vec<_> = chain.iter().map(|(kind, text)| (&**kind, &**text)).collect();
        let timed_out = sqlx::Error::PoolTimedOut.to_string();
        let expected = [
            ("Other", "no letting was counted"),
            ("Unavailable", "the database is out of reach"),
            ("PoolTimedOut", &*timed_out),
        ];
        assert_eq!(chain, expected);
        let texts: Vec<&str> = chain.iter().map(|(_, text)| *text).collect();
        assert_eq!(with_causes(&error), texts.join(": "));
    }

    #[test]
    fn a_cause_that_its_error_repeats_is_no_link() {
        let causes = Causes::of(&Writing(std::io::Error::other("the disk is full")));
        assert_eq!(causes.to_string(), "writing: the disk is full");
        assert!(causes.source().is_none());
    }

    #[test]
    fn an_error_made_of_a_text_has_no_name_of_a_type() {
        let error = Error::other("out of \"ink\"");
        let Error::Other(inner) = &error;
        assert_eq!(format!("{:?}", Causes::of(inner.as_ref())), "Error");
        assert_eq!(format!("{:?}", Causes::of(&error)), "Other");
    }
}
