//! Warns of settings at the top level that nobody reads.

use std::collections::BTreeSet;

use module_api::Problem;
use rocket::figment::value::{Dict, Value};

use crate::nearest::suggestion;
use crate::settings::origin_of;
use crate::{Settings, SiteSettings};

/// What is read at the top level besides Rocket's and the host's own: by Rocket only if it is given,
/// by `rocket_dyn_templates`, `rocket_db_pools` and the modules.
const OTHERS: [&str; 6] = ["databases", "modules", "profile", "secret_key", "template_dir", "tls"];

/// Warns of keys that neither Rocket nor the host knows. A module's fairing may read them all the same,
/// so they do not stop the start.
pub(super) fn check(settings: &Settings, problems: &mut Vec<Problem>) {
    let Ok(given) = settings.figment.extract::<Dict>() else { return };
    let own = Value::serialize(SiteSettings::default()).ok().and_then(Value::into_dict);
    let rocket = Value::serialize(rocket::Config::default()).ok().and_then(Value::into_dict);
    let known: BTreeSet<String> = own
        .into_iter()
        .chain(rocket)
        .flat_map(Dict::into_keys)
        .chain(OTHERS.map(str::to_owned))
        .collect();
    for key in given.keys().filter(|key| !known.contains(*key)) {
        let place = origin_of(&settings.figment, key);
        let message =
            format!("`{key}` in {place} is a setting that neither Rocket nor the host reads");
        let hint = suggestion(key, known.iter().map(String::as_str));
        problems.push(Problem::warning("settings.W001", message).hint(hint));
    }
}
