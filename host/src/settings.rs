//! The site's settings: the shipped `Rocket.toml`, the one on disk, and the environment.

use std::collections::BTreeMap;
use std::env;
use std::path::{Path, PathBuf};

use module_api::Problem;
use module_api::db::Db;
use rocket::figment::providers::{Env, Format, Serialized, Toml};
use rocket::figment::{Figment, Metadata, Profile, Source};
use rocket_db_pools::Database;
use sentry::types::{Dsn, ParseDsnError};
use serde::{Deserialize, Serialize};

use crate::site::Site;
use module_api::suggestion;

/// The problem of a file that cannot be read at all.
const UNREADABLE_FILE: &str = "settings.E010";

/// The default log filter. Rocket logs aborted bodies as errors, and warns of a profile called
/// `production`; sqlx warns of returned connections that ended. The host logs failures itself.
const DEFAULT_LOG: &str = "info,rocket=warn,rocket::launch=off,\
                           rocket::data=off,rocket::config=error,sqlx_core::pool::connection=error";

/// The default settings of all sites.
const DEFAULTS: &str = include_str!("../Rocket.toml");

/// The profile if `ROCKET_PROFILE` is not set.
const DEFAULT_PROFILE: &str = "local";

/// The settings of a site: all layers, and the host's own part of them.
///
/// ```
/// let settings = host::Settings::default();
/// assert!(settings.is_local());
/// ```
#[derive(Debug, Clone)]
pub struct Settings {
    /// All settings, for Rocket and the modules.
    pub figment: Figment,
    /// The host's own settings.
    pub site: SiteSettings,
    /// The folder of `Rocket.toml`, to which relative paths are resolved; the current one if there is none.
    pub root: PathBuf,
}

/// The host's own settings, at the top level of a profile.
///
/// ```
/// use host::Settings;
/// use module_api::rocket::{Config, figment::Figment};
///
/// let figment = Figment::from(Config::default()).merge(("site_name", "My Site"));
/// let settings = Settings::from_figment(figment.select("local"), ".".into()).unwrap();
/// assert_eq!(settings.site.site_name, "My Site");
/// assert_eq!(settings.site.request_timeout, 30);
/// ```
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default)]
pub struct SiteSettings {
    /// The site's name.
    pub site_name: String,
    /// The active modules; templates of earlier ones take precedence. `None` for all.
    pub installed: Option<Vec<String>>,
    /// `true` if fixtures are loaded into a database without tables.
    pub demo_data: bool,
    /// The log filter, as defined by `tracing`: `info,rocket=warn`.
    pub log: String,
    /// The site's public address, `https://example.org`, for modules that send it to people. It is never
    /// taken from a request, which can be forged.
    pub site_url: Option<String>,
    /// The mail server for mails of modules: `smtps://user:password@host:465`.
    pub email_url: Option<String>,
    /// The sender of mails: `My Site <no-reply@example.org>`.
    pub email_from: Option<String>,
    /// `true` if `serve` applies missing migrations; otherwise it does not start without them. By
    /// default, `true` in the profile `local` only.
    pub migrate_on_start: Option<bool>,
    /// The key for signatures: a secret text, the same for all replicas.
    pub secret_key: Option<String>,
    /// The hosts that are allowed outside of the profile `local`: `example.org`, or `.example.org` for it
    /// and all its subdomains; `*` for any.
    pub allowed_hosts: Option<HostList>,
    /// `true` if a router that cannot be bypassed sets `X-Forwarded-Proto` and `X-Request-Id`.
    pub behind_proxy: bool,
    /// The `max-age` of HSTS in seconds; 0 omits the header. It is not sent in the profile `local`.
    pub hsts_seconds: u32,
    /// The header `Content-Security-Policy`.
    pub content_security_policy: String,
    /// The timeout of a handler in seconds; 0 for none.
    pub request_timeout: u32,
    /// The maximum time in seconds that a connection may be open without a request in progress; 0 for no
    /// limit. A request's head and the first bytes of its body have to arrive in that time.
    pub idle_timeout: u32,
    /// The memory for kept pages in MiB; 0 for none. The default is 16, and 0 in a debug build, which shows
    /// edits of templates and assets.
    pub kept_pages_mib: Option<u16>,
    /// The time in seconds that the site continues to serve when it is told to stop, while `/readyz`
    /// reports that it is not ready, so that a router can notice.
    pub drain: u32,
    /// `true` if pages reload themselves in the browser after an edit. `cargo installed-apps dev` sets it.
    /// A release build ignores it.
    pub browser_reload: bool,
    /// The format of log lines; by default `text` in the profile `local` and `json` elsewhere.
    pub log_format: Option<LogFormat>,
    /// `true` if each request is logged.
    pub request_log: bool,
    /// `true` if requests are counted, and `/metrics` is served.
    pub metrics: bool,
    /// The bearer token of `/metrics`, required outside of the profile `local`.
    pub metrics_token: Option<String>,
    /// The address for error reports, on a server that speaks Sentry's protocol:
    /// `https://KEY@HOST/PROJECT`. Without it, no reports are sent.
    pub sentry_dsn: Option<String>,
    /// The share of requests whose traces are sent there: from 0 for none to 1 for all.
    pub sentry_traces_sample_rate: f32,
    /// `true` if reports contain the sender and query of a request. Cookies and form data are never
    /// part of them.
    pub sentry_send_personal_data: bool,
}

/// The format of log lines.
///
/// ```
/// use host::LogFormat;
/// use module_api::rocket::figment::Figment;
///
/// let figment = Figment::from(("log_format", "json"));
/// let format: LogFormat = figment.extract_inner("log_format").unwrap();
/// assert_eq!(format, LogFormat::Json);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object per line.
    Json,
}

/// Names of hosts: a list, or a text with commas between them.
///
/// ```
/// use host::HostList;
/// use module_api::rocket::figment::Figment;
///
/// let figment = Figment::from(("allowed_hosts", "Example.org, .example.net"));
/// let hosts: HostList = figment.extract_inner("allowed_hosts").unwrap();
/// assert_eq!(hosts.0, ["example.org", ".example.net"]);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "ListOrText")]
pub struct HostList(pub Vec<String>);

#[derive(Deserialize)]
#[serde(untagged)]
enum ListOrText {
    List(Vec<String>),
    Text(String),
}

impl From<ListOrText> for HostList {
    fn from(given: ListOrText) -> Self {
        let hosts = match given {
            ListOrText::List(hosts) => hosts,
            ListOrText::Text(text) => text.split(',').map(str::to_owned).collect(),
        };
        let hosts = hosts.iter().map(|host| host.trim().to_ascii_lowercase());
        Self(hosts.filter(|host| !host.is_empty()).collect())
    }
}

/// The default `Content-Security-Policy`: pages load only what the site itself serves, and no
/// inline scripts or styles.
const DEFAULT_CSP: &str = "default-src 'self'; base-uri 'none'; form-action 'self'; \
                           frame-ancestors 'none'; img-src 'self' data:; object-src 'none'";

impl Default for SiteSettings {
    fn default() -> Self {
        Self {
            site_name: "My site".to_owned(),
            installed: None,
            demo_data: false,
            log: DEFAULT_LOG.to_owned(),
            site_url: None,
            email_url: None,
            email_from: None,
            migrate_on_start: None,
            secret_key: None,
            allowed_hosts: None,
            behind_proxy: false,
            hsts_seconds: 365 * 24 * 60 * 60,
            content_security_policy: DEFAULT_CSP.to_owned(),
            request_timeout: 30,
            idle_timeout: 30,
            kept_pages_mib: None,
            drain: 0,
            browser_reload: false,
            log_format: None,
            request_log: true,
            metrics: false,
            metrics_token: None,
            sentry_dsn: None,
            sentry_traces_sample_rate: 0.0,
            sentry_send_personal_data: false,
        }
    }
}

impl Default for Settings {
    /// The host's defaults, without the shipped file, a file on disk or the environment: for tests.
    fn default() -> Self {
        let figment = Figment::from(rocket::Config::default()).select(DEFAULT_PROFILE);
        Self { figment, site: SiteSettings::default(), root: PathBuf::from(".") }
    }
}

impl Settings {
    /// Reads the settings of this process; later sources take precedence.
    ///
    /// 1. The defaults of any site, then those of this one: [`Site::settings`].
    /// 2. The `Rocket.toml` in the current folder or the next above it that has one, or the file
    ///    that `ROCKET_CONFIG` names.
    /// 3. `ROCKET_*`, then `PORT`, `DATABASE_URL`, `SITE_URL`, `EMAIL_URL`, `EMAIL_FROM`,
    ///    `SECRET_KEY`, `ALLOWED_HOSTS` and `SENTRY_DSN`, as platforms set them.
    ///
    /// Settings that cannot be read are reported and keep their defaults, so that the rest can be
    /// checked too.
    pub fn load(site: &Site) -> (Self, Vec<Problem>) {
        let (file, mut problems) = match settings_file() {
            Ok(file) => (file, Vec::new()),
            Err(problem) => (None, vec![problem]),
        };
        let root = match file.as_deref().and_then(Path::parent) {
            Some(folder) => folder.to_path_buf(),
            None => env::current_dir().unwrap_or_else(|_| PathBuf::from(".")),
        };
        let mut figment = Figment::from(rocket::Config::default())
            .join(Serialized::default("site_name", title_of(site.name)))
            .merge(carried(DEFAULTS, "the defaults in the binary"))
            .merge(carried(site.settings, "the Rocket.toml in the binary"));
        if let Some(file) = file {
            figment = figment.merge(Toml::file(file).nested());
        }
        figment = figment
            .merge(Env::prefixed("ROCKET_").ignore(&["PROFILE", "CONFIG"]).global())
            .merge(platform("PORT", "port"))
            .merge(database_url())
            .merge(platform("SITE_URL", "site_url"))
            .merge(platform("EMAIL_URL", "email_url"))
            .merge(platform("EMAIL_FROM", "email_from"))
            .merge(text("SECRET_KEY", "secret_key"))
            .merge(text("ALLOWED_HOSTS", "allowed_hosts"))
            .merge(text("SENTRY_DSN", "sentry_dsn"))
            .select(chosen_profile());
        let (settings, found) = Self::read(figment, root);
        problems.extend(found);
        (settings, problems)
    }

    /// Reads the settings in a figment, whose relative paths are resolved to `root`.
    ///
    /// # Errors
    ///
    /// Returns the unreadable ones among the host's own settings, as `settings.E…`.
    pub fn from_figment(figment: Figment, root: PathBuf) -> Result<Self, Vec<Problem>> {
        let (settings, problems) = Self::read(figment, root);
        if problems.is_empty() { Ok(settings) } else { Err(problems) }
    }

    fn read(figment: Figment, root: PathBuf) -> (Self, Vec<Problem>) {
        let figment = figment.join(Serialized::default("databases.site.root", &root));
        let with_defaults = figment.clone().join(Serialized::defaults(SiteSettings::default()));
        let site = with_defaults.extract::<SiteSettings>();
        let rocket = figment.extract::<rocket::Config>().map(drop);
        let errors = site.as_ref().err().cloned().into_iter().chain(rocket.err()).flatten();
        let mut problems: Vec<Problem> = errors.map(|error| unreadable(&figment, &error)).collect();
        problems.dedup();
        let is_unreadable = problems.iter().any(|problem| problem.id == UNREADABLE_FILE);
        let figment = if is_unreadable { Self::default().figment } else { figment };
        (Self { figment, site: site.unwrap_or_default(), root }, problems)
    }

    /// The selected profile.
    pub fn profile(&self) -> &Profile {
        self.figment.profile()
    }

    /// Returns `true` if a start applies missing migrations.
    pub fn migrates_on_start(&self) -> bool {
        self.site.migrate_on_start.unwrap_or_else(|| self.is_local())
    }

    /// The settings of the site's database.
    pub(crate) fn database(&self) -> Figment {
        self.figment.focus(&format!("databases.{}", Db::NAME))
    }

    /// The DSN for error reports, if there is one.
    pub(crate) fn dsn(&self) -> Option<Result<Dsn, ParseDsnError>> {
        self.site.sentry_dsn.as_deref().map(|dsn| dsn.trim().parse())
    }

    /// The format of log lines.
    pub fn log_format(&self) -> LogFormat {
        let usual = if self.is_local() { LogFormat::Text } else { LogFormat::Json };
        self.site.log_format.unwrap_or(usual)
    }

    /// Returns `true` if the site runs in the profile for a developer's machine.
    pub fn is_local(&self) -> bool {
        *self.profile() == DEFAULT_PROFILE
    }
}

/// Returns the origin of a value: its file or variable, and its profile.
pub(crate) fn origin_of(figment: &Figment, key: &str) -> String {
    let Ok(value) = figment.find_value(key) else { return "the settings".to_owned() };
    let tag = value.tag();
    let place =
        figment.get_metadata(tag).map_or_else(|| "the settings".to_owned(), describe_source);
    match tag.profile() {
        Some(profile) if profile == Profile::Global => place,
        Some(profile) => format!("{place}, profile `{profile}`"),
        // figment records only that a profile is a custom one: it is the selected one.
        None => format!("{place}, profile `{}`", figment.profile()),
    }
}

fn describe_source(metadata: &Metadata) -> String {
    match &metadata.source {
        Some(Source::File(path)) => path.display().to_string(),
        _ => metadata.name.to_string(),
    }
}

/// The problem of a value that has the wrong type.
pub(crate) fn unreadable(figment: &Figment, error: &rocket::figment::Error) -> Problem {
    let key = error.path.join(".");
    if key.is_empty() {
        // The file itself cannot be read.
        let place =
            error.metadata.as_ref().map_or_else(|| "the settings".to_owned(), describe_source);
        let message = format!("{place}: {}", error.kind.to_string().trim_end());
        return Problem::error(UNREADABLE_FILE, message).hint(
            "mend its syntax, which is TOML; settings stand below a profile, as `[default]`",
        );
    }
    let place = origin_of(figment, &key);
    Problem::error("settings.E003", format!("`{key}` in {place}: {}", error.kind))
        .hint("give it a value of that type, or leave it out")
}

/// The default name of a site, from its package: `Guest book` for `guest-book`.
fn title_of(package: &str) -> String {
    let words = package.replace(['-', '_'], " ");
    let mut characters = words.chars();
    characters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

/// A provider of embedded settings with profiles, named for error messages.
fn carried(toml: &str, name: &'static str) -> impl rocket::figment::Provider {
    Named { provider: Toml::string(toml).nested(), name }
}

struct Named<P> {
    provider: P,
    name: &'static str,
}

impl<P: rocket::figment::Provider> rocket::figment::Provider for Named<P> {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.name)
    }

    fn data(
        &self,
    ) -> rocket::figment::error::Result<
        rocket::figment::value::Map<Profile, rocket::figment::value::Dict>,
    > {
        self.provider.data()
    }
}

/// The profile in `ROCKET_PROFILE`, unless it is empty.
fn chosen_profile() -> Profile {
    let named = env::var("ROCKET_PROFILE").ok().filter(|name| !name.is_empty());
    Profile::from(named.as_deref().unwrap_or(DEFAULT_PROFILE))
}

/// A platform's variable for a value, if it is set and not empty.
fn platform(variable: &'static str, key: &'static str) -> Env {
    let is_set = env::var_os(variable).is_some_and(|value| !value.is_empty());
    Env::raw()
        .filter(move |name| is_set && name.as_str().eq_ignore_ascii_case(variable))
        .map(move |_| key.into())
        .global()
}

/// A platform's variable whose value is always text: a key may consist of digits.
fn text(
    variable: &'static str,
    key: &'static str,
) -> Named<Serialized<BTreeMap<&'static str, String>>> {
    let value = env::var(variable).ok().map(|value| value.trim().to_owned());
    let value = value.filter(|value| !value.is_empty());
    let values = value.into_iter().map(|value| (key, value)).collect();
    Named { provider: Serialized::globals(values), name: variable }
}

/// The variable with the database's address. An empty one counts as not set only in the profile `local`:
/// elsewhere a site would write to an unexpected file.
fn database_url() -> Env {
    let (variable, key) = ("DATABASE_URL", "databases.site.url");
    if chosen_profile() == DEFAULT_PROFILE {
        return platform(variable, key);
    }
    Env::raw()
        .filter(move |name| name.as_str().eq_ignore_ascii_case(variable))
        .map(move |_| key.into())
        .global()
}

/// The `Rocket.toml` on disk, if there is one.
fn settings_file() -> Result<Option<PathBuf>, Problem> {
    if let Some(path) = env::var_os("ROCKET_CONFIG").filter(|path| !path.is_empty()) {
        let path = PathBuf::from(path);
        return match path.canonicalize() {
            Ok(path) if path.is_file() => Ok(Some(path)),
            found => {
                let why = found.err().map_or("it is no file".to_owned(), |error| error.to_string());
                let message = format!("ROCKET_CONFIG names {}: {why}", path.display());
                Err(Problem::error("settings.E004", message).hint("name a file, or unset it"))
            }
        };
    }
    let Ok(current) = env::current_dir() else { return Ok(None) };
    Ok(current.ancestors().map(|folder| folder.join("Rocket.toml")).find(|file| file.is_file()))
}

/// The problems of unknown keys in a table.
pub(crate) fn unknown_keys<'a>(
    figment: &Figment,
    table: &str,
    given: impl Iterator<Item = &'a String>,
    known: &[&str],
) -> Vec<Problem> {
    given
        .filter(|key| !known.contains(&key.as_str()))
        .map(|key| {
            let place = origin_of(figment, &format!("{table}.{key}"));
            let message = format!("`{table}.{key}` in {place} is a setting nobody reads");
            Problem::error("settings.E002", message).hint(suggestion(key, known.iter().copied()))
        })
        .collect()
}
