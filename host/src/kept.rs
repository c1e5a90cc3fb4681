//! Kept pages: they are served from memory until the next commit to the database, or the end of the day
//! in UTC.
//!
//! The state of the database is read before a page is made, and again when it is requested: if both are
//! equal, nothing was committed in between, and the page would be the same. So after a commit was
//! acknowledged, no later request gets the page from before.

mod answer;
mod key;
mod store;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use module_api::db::{Freshness, Stamp};
use module_api::host::{Keepable, Templates};
use module_api::{CookieRules, KeptPages, RequestInfo, now};
use rocket::fairing::{Fairing, Info, Kind};
use rocket::http::{Method, Status};
use rocket::tokio::sync::OwnedMutexGuard;
use rocket::tokio::time::timeout;
use rocket::{Request, Response};

use answer::Answer;
use key::{Key, QueryNames};
use store::{Edition, Entry, Store};

/// The maximum size of a kept page, in bytes: compressing a larger one would block a thread for too long.
const LARGEST: usize = 256 * 1024;
/// The maximum time that a request waits for another one that makes the same page, before it makes the
/// page itself.
const PATIENCE: Duration = Duration::from_millis(500);

/// The kept pages of a site, with the check of their freshness.
pub(crate) struct Keeping {
    store: Store,
    freshness: Freshness,
    cleared: KeptPages,
    /// The request headers on which the modules' page contexts depend.
    headers: Vec<&'static str>,
    /// `true` if a header distinguishes hits from misses: in the profile `local`.
    shows: bool,
}

/// The pages of one route.
#[derive(Clone)]
pub(crate) struct KeptRoute {
    keeping: Arc<Keeping>,
    number: usize,
    query: QueryNames,
    /// `true` once a page of the route was marked with `Page::kept`. Until then the cache is not
    /// consulted.
    keeps: Arc<AtomicBool>,
}

/// A page that may be kept, before it is rendered.
pub(crate) struct Candidate {
    key: Key,
    stamp: Stamp,
    edition: Edition,
    /// The lock that is held while the page is made.
    turn: Mutex<Option<OwnedMutexGuard<()>>>,
}

/// A page that may be kept, in the request's local cache once a handler has made it.
struct KeepablePage {
    keeping: Arc<Keeping>,
    /// The entry to store it in; `None` if it is not stored.
    candidate: Option<Candidate>,
}

/// The answer to a request, in its local cache, from where the response borrows it.
struct Served(Arc<Answer>);

impl Served {
    fn by<'r>(request: &'r Request<'_>, answer: &Arc<Answer>) -> &'r Answer {
        &request.local_cache(|| Self(Arc::clone(answer))).0
    }
}

/// The result of a lookup.
pub(crate) enum Found<'r> {
    /// The kept page.
    Page(Response<'r>),
    /// The page has to be made, and may be kept.
    Candidate(Candidate),
    /// Pages of this route or for this request are not kept.
    Never,
}

impl Keeping {
    /// Creates a cache of at most `bytes`.
    pub(crate) fn new(
        bytes: u64,
        freshness: Freshness,
        cleared: KeptPages,
        headers: Vec<&'static str>,
        shows: bool,
    ) -> Self {
        Self { store: Store::new(bytes), freshness, cleared, headers, shows }
    }

    /// The pages of a route with a unique number.
    pub(crate) fn route(self: &Arc<Self>, number: usize, route: &rocket::Route) -> KeptRoute {
        let query = QueryNames::of(route);
        KeptRoute { keeping: Arc::clone(self), number, query, keeps: Arc::default() }
    }

    /// Metrics: the numbers of hits and misses, and the size of all kept pages in bytes.
    pub(crate) fn numbers(&self) -> (u64, u64, u64) {
        self.store.numbers()
    }

    /// The current edition of all pages.
    fn edition(&self) -> Edition {
        Edition { cleared: self.cleared.generation(), day: now().to_julian_day() }
    }

    async fn fresh(&self, key: &Key) -> Result<Arc<Entry>, Option<Stamp>> {
        let edition = self.edition();
        let Some(stamp) = self.freshness.stamp().await else { return Err(None) };
        match self.store.get(key) {
            Some(entry) if entry.stamp == stamp && entry.edition == edition => Ok(entry),
            _ => Err(Some(stamp)),
        }
    }
}

impl KeptRoute {
    /// Looks up the page for a request.
    pub(crate) async fn look_up<'r>(&self, request: &'r Request<'_>) -> Found<'r> {
        let keeping = &self.keeping;
        if !self.keeps.load(Ordering::Relaxed) || !is_shareable(request) {
            return Found::Never;
        }
        let Some(key) = Key::of(self.number, &self.query, &keeping.headers, request) else {
            return Found::Never;
        };
        let mut edition = keeping.edition();
        let mut stamp = match keeping.fresh(&key).await {
            Ok(entry) => return Found::Page(self.answer(&entry, request)),
            Err(None) => return Found::Never,
            Err(Some(stamp)) => stamp,
        };
        let turn = keeping.store.turn(&key, &stamp);
        let turn = match Arc::clone(&turn).try_lock_owned() {
            Ok(turn) => Some(turn),
            Err(_) => {
                // Another request makes the page. It must not block the others for long.
                let _ = timeout(PATIENCE, turn.lock()).await;
                edition = keeping.edition();
                stamp = match keeping.fresh(&key).await {
                    Ok(entry) => return Found::Page(self.answer(&entry, request)),
                    Err(None) => return Found::Never,
                    Err(Some(stamp)) => stamp,
                };
                None
            }
        };
        keeping.store.missed();
        Found::Candidate(Candidate { key, stamp, edition, turn: Mutex::new(turn) })
    }

    fn answer<'r>(&self, entry: &Arc<Entry>, request: &'r Request<'_>) -> Response<'r> {
        self.keeping.store.hit();
        let mut response = Served::by(request, &entry.answer).respond(request, true);
        if self.keeping.shows {
            response.set_raw_header("X-Kept-Page", "hit");
        }
        response
    }

    /// Records that a handler has answered a request: its page is kept if the handler marked it.
    pub(crate) fn made(&self, request: &Request<'_>, candidate: Option<Candidate>) {
        if *request.local_cache(|| Keepable(false)) == Keepable(true) {
            self.keeps.store(true, Ordering::Relaxed);
            let keeping = Arc::clone(&self.keeping);
            request.local_cache(|| Some(KeepablePage { keeping, candidate }));
        }
    }
}

/// Returns `true` if a request has no state that a page could show.
fn is_shareable(request: &Request<'_>) -> bool {
    let rules = CookieRules::of(request);
    let cookies = request.cookies();
    let own = [rules.session_cookie(), rules.csrf_cookie(), rules.messages_cookie()];
    request.method() == Method::Get
        && RequestInfo::of(request).is_anonymous()
        && own.iter().all(|name| cookies.get(name).is_none())
        && request.rocket().state::<Templates>().is_some_and(|templates| {
            !templates.is_edited()
                && templates.contributors.iter().all(|module| {
                    module.page_context_headers().is_some()
                        || module.page_context(request).is_none()
                })
        })
}

/// The fairing that keeps pages. It is the first, so that it sees the handler's response with its
/// cookies, before others add headers of this request.
pub(crate) struct KeepPages;

#[rocket::async_trait]
impl Fairing for KeepPages {
    fn info(&self) -> Info {
        Info { name: "Kept pages", kind: Kind::Response }
    }

    async fn on_response<'r>(&self, request: &'r Request<'_>, response: &mut Response<'r>) {
        let Some(KeepablePage { keeping, candidate }) =
            request.local_cache(|| None::<KeepablePage>)
        else {
            return;
        };
        if response.status() == Status::Ok
            && !response.headers().contains("Set-Cookie")
            && !response.headers().contains("Cache-Control")
            && response.body().preset_size().is_some_and(|size| size <= LARGEST)
            && let Ok(body) = response.body_mut().to_bytes().await
        {
            let answer = Arc::new(Answer::new(response.headers(), body, &keeping.headers));
            // Even if it is not kept, it can be validated, and looks like a kept page.
            *response = Served::by(request, &answer).respond(request, candidate.is_some());
            if let Some(Candidate { key, stamp, edition, .. }) = candidate {
                let (stamp, edition) = (stamp.clone(), *edition);
                keeping.store.insert(key.clone(), Entry { stamp, edition, answer });
                if keeping.shows {
                    response.set_raw_header("X-Kept-Page", "miss");
                }
            }
        }
        if let Some(Candidate { turn, .. }) = candidate {
            drop(turn.lock().unwrap_or_else(PoisonError::into_inner).take());
        }
    }
}
