//! The settings about mail, checked without connecting to the server.

use module_api::{Mailer, Problem};

use crate::settings::Settings;

/// The site's mailer, or the problems of its settings.
pub(crate) fn mailer(settings: &Settings) -> Result<Mailer, Vec<Problem>> {
    Mailer::of(&settings.figment).map_err(|errors| {
        let problems = errors.into_iter();
        problems
            .map(|error| Problem::error(error.id(), error.to_string()).hint(error.hint()))
            .collect()
    })
}
