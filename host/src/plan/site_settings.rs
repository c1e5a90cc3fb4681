//! Top-level settings that are unknown or not valid.

use std::collections::BTreeSet;

use module_api::Problem;
use rocket::figment::value::{Dict, Value};

use crate::settings::origin_of;
use crate::settings::{Settings, SiteSettings};
use module_api::suggestion;

/// Top-level settings besides Rocket's and the host's own.
const OTHERS: [&str; 4] = ["databases", "modules", "profile", "template_dir"];

/// The minimum length of a secret, in characters.
const SHORTEST_SECRET: usize = 32;

/// Warns of keys that neither Rocket nor the host knows. A module's fairing may read them, so
/// they do not stop the start.
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
    if given.contains_key("tls") {
        let place = origin_of(&settings.figment, "tls");
        let message = format!("`tls` in {place}: this program speaks plain HTTP");
        let hint = "remove it, and let a router in front of the site speak TLS";
        problems.push(Problem::error("settings.E008", message).hint(hint));
    }
    for key in [rocket::Config::WORKERS, rocket::Config::MAX_BLOCKING] {
        if settings.figment.extract_inner::<usize>(key) == Ok(0) {
            let place = origin_of(&settings.figment, key);
            let message = format!("`{key}` in {place} is 0: nobody would answer");
            let hint = "leave it out, or give it a number of threads";
            problems.push(Problem::error("settings.E009", message).hint(hint));
        }
    }
    check_reports(settings, problems);
    if !settings.is_local() {
        check_public(settings, problems);
    }
    for profile in
        settings.figment.profiles().filter(|profile| known.contains(profile.as_str().as_str()))
    {
        let message = format!(
            "the settings have a profile called `{profile}`, which is the name of a setting"
        );
        let hint = format!("write [default.{profile}] for the setting");
        problems.push(Problem::warning("settings.W003", message).hint(hint));
    }
    let profile = settings.profile();
    if !settings.is_local() && !settings.figment.profiles().any(|known| known == profile) {
        let message =
            format!("no settings are for the profile `{profile}`, which ROCKET_PROFILE chose");
        let profiles: Vec<&str> =
            settings.figment.profiles().map(|known| known.as_str().as_str()).collect();
        let hint = suggestion(profile.as_str().as_str(), profiles);
        problems.push(Problem::warning("settings.W002", message).hint(hint));
    }
    for key in given.keys().filter(|key| *key != "tls" && !known.contains(*key)) {
        let place = origin_of(&settings.figment, key);
        let message =
            format!("`{key}` in {place} is a setting that neither Rocket nor the host reads");
        let hint = suggestion(key, known.iter().map(String::as_str));
        problems.push(Problem::warning("settings.W001", message).hint(hint));
    }
}

/// Checks the settings for error reports.
fn check_reports(settings: &Settings, problems: &mut Vec<Problem>) {
    // The DSN itself is not shown: it may contain a secret.
    if let Some(Err(error)) = settings.dsn() {
        let place = origin_of(&settings.figment, "sentry_dsn");
        let message = format!("`sentry_dsn` in {place} is no DSN of Sentry's: {error}");
        let hint = "copy it from the project's settings there, `https://KEY@HOST/PROJECT`, or leave \
                    it out";
        problems.push(Problem::error("settings.E013", message).hint(hint));
    }
    let rate = settings.site.sentry_traces_sample_rate;
    if !(0.0..=1.0).contains(&rate) {
        let place = origin_of(&settings.figment, "sentry_traces_sample_rate");
        let message = format!("`sentry_traces_sample_rate` in {place} is {rate}");
        let hint = "give it a part of the requests: 0 for none, 0.1 for every tenth, 1 for all";
        problems.push(Problem::error("settings.E014", message).hint(hint));
    }
}

/// Checks the settings that a site needs outside of a developer's machine.
fn check_public(settings: &Settings, problems: &mut Vec<Problem>) {
    let (site, profile) = (&settings.site, settings.profile());
    if site.secret_key.as_deref().is_none_or(|key| key.chars().count() < SHORTEST_SECRET) {
        let message = format!(
            "the profile is `{profile}`, and there is no SECRET_KEY of at least {SHORTEST_SECRET} \
             characters"
        );
        let hint = "set SECRET_KEY to a text that nobody can guess, the same for all replicas: \
                    `openssl rand -base64 48` makes one";
        problems.push(Problem::error("settings.E011", message).hint(hint));
    }
    let token = site.metrics_token.as_deref();
    if site.metrics && token.is_none_or(|token| token.chars().count() < SHORTEST_SECRET) {
        let message = format!(
            "the profile is `{profile}`, and `metrics` is on without a `metrics_token` of at least \
             {SHORTEST_SECRET} characters"
        );
        let hint = "set ROCKET_METRICS_TOKEN, and have Prometheus send it as a bearer token";
        problems.push(Problem::error("settings.E012", message).hint(hint));
    }
    if site.allowed_hosts.as_ref().is_none_or(|hosts| hosts.0.is_empty()) {
        let message = format!(
            "the profile is `{profile}`, and ALLOWED_HOSTS is not set: only localhost, 127.0.0.1 and \
             [::1] are answered"
        );
        let hint =
            "set it to the site's hosts, with commas between them: `example.org,.example.com`";
        problems.push(Problem::warning("settings.W004", message).hint(hint));
    }
}
