//! The checks of `check --deploy`: settings that are fine on a developer's machine, but not on a
//! public site. A check that Django has as well has Django's number; numbers from 100 on are our
//! own.

use std::collections::BTreeSet;

use module_api::Problem;
use module_api::db::Location;

use crate::database;
use crate::settings::Settings;

/// The minimum length of a secret key, in characters, and the minimum number of distinct ones.
const KEY_LENGTH: usize = 50;
const KEY_VARIETY: usize = 5;

/// Returns the problems of these settings for a public site.
pub(super) fn problems(settings: &Settings) -> Vec<Problem> {
    let site = &settings.site;
    let mut problems = Vec::new();
    let mut say = |problem: Problem, hint: &str| problems.push(problem.hint(hint));
    if settings.is_local() {
        say(
            Problem::error(
                "security.E100",
                "the profile is `local`, which is for one's own machine",
            ),
            "set ROCKET_PROFILE to `production`, `heroku` or a profile of your own",
        );
    }
    if cfg!(debug_assertions) {
        say(
            Problem::error("security.W018", "this is a debug build, whose pages explain errors"),
            "build it with --release",
        );
    }
    if let Some(key) = &site.secret_key
        && !is_strong(key)
    {
        let message = format!(
            "SECRET_KEY has less than {KEY_LENGTH} characters, or less than {KEY_VARIETY} different \
             ones"
        );
        let hint = "make one with `openssl rand -base64 48`";
        say(Problem::warning("security.W009", message), hint);
    }
    let hosts = site.allowed_hosts.as_ref().map_or(&[][..], |hosts| &hosts.0);
    if hosts.is_empty() {
        say(
            Problem::error("security.W020", "ALLOWED_HOSTS is empty: visitors are answered 400"),
            "set it to the site's hosts, `example.org,www.example.org`",
        );
    } else if hosts.iter().any(|host| host == "*") {
        say(
            Problem::warning("security.W101", "ALLOWED_HOSTS lets requests for any host in"),
            "set it to the site's hosts",
        );
    }
    if site.hsts_seconds == 0 {
        say(
            Problem::warning(
                "security.W004",
                "`hsts_seconds` is 0: browsers may come without HTTPS",
            ),
            "leave it out, or give it a year: 31536000",
        );
    }
    if !site.behind_proxy {
        say(
            Problem::warning(
                "security.W008",
                "`behind_proxy` is false: nobody sends visitors who come without HTTPS to it",
            ),
            "set it if a router speaks HTTPS in front of the site and writes X-Forwarded-Proto; \
             nobody can sign in over plain HTTP",
        );
    }
    if site.content_security_policy.contains("'unsafe-") {
        say(
            Problem::warning("security.W102", "`content_security_policy` allows what is unsafe"),
            "serve scripts and styles from files",
        );
    }
    if site.demo_data {
        say(
            Problem::warning(
                "security.W103",
                "`demo_data` fills an empty database with inventions",
            ),
            "set it in the profile `local` only",
        );
    }
    if site.behind_proxy && site.drain == 0 {
        say(
            Problem::warning(
                "security.W105",
                "`drain` is 0: the router sends requests to a site that has stopped, until it notices",
            ),
            "set it to the seconds in which the router asks /readyz twice",
        );
    }
    problems.extend(of_database(settings));
    problems
}

fn is_strong(key: &str) -> bool {
    let different: BTreeSet<char> = key.chars().collect();
    key.chars().count() >= KEY_LENGTH && different.len() >= KEY_VARIETY
}

/// Checks that data is stored durably.
fn of_database(settings: &Settings) -> Option<Problem> {
    let Ok(Location::Sqlite { file, .. }) = database::location(settings) else { return None };
    let message = match file {
        None => "the database is in memory: everything is lost when the site stops".to_owned(),
        Some(_) if std::env::var_os("DYNO").is_some() => {
            "the database is a file on a Heroku dyno, where files are lost every day".to_owned()
        }
        Some(_) => return None,
    };
    let hint = "set DATABASE_URL to a database that stays";
    Some(Problem::error("security.E104", message).hint(hint))
}

#[cfg(test)]
mod tests {
    use super::is_strong;

    #[test]
    fn a_key_is_strong_if_it_is_long_and_varied() {
        assert!(is_strong(&"abcde".repeat(10)));
        assert!(!is_strong(&"abcde".repeat(9)));
        assert!(!is_strong(&"abcd".repeat(20)));
    }
}
