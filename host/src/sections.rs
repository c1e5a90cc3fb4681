//! Loads the sections that modules add to a page of another, before its handler is called.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use module_api::db::{ConnectionShare, Db, DbError};
use module_api::host::LoadedSections;
use module_api::{Causes, Error, RequestInfo, Section, SectionContext, with_causes};
use rocket::Request;
use rocket::futures::FutureExt;
use rocket::futures::future::join_all;
use rocket::tokio::time::timeout;

/// The timeout of a section. A page is complete without its sections, so it does not wait for long.
const PATIENCE: Duration = Duration::from_secs(2);

/// The sections of a route's page, in the order of their modules.
#[derive(Clone)]
pub(crate) struct RouteSections(pub(crate) Vec<RouteSection>);

/// A section with its module.
#[derive(Clone)]
pub(crate) struct RouteSection {
    pub(crate) module: &'static str,
    pub(crate) section: Section,
    /// The connections of its module.
    pub(crate) share: ConnectionShare,
}

impl RouteSections {
    /// Loads all sections concurrently, and passes them to the request's page.
    pub(crate) async fn load(&self, request: &Request<'_>) {
        let loaded = join_all(self.0.iter().map(|section| section.load(request))).await;
        let mut sections = LoadedSections { sections: Vec::new(), is_keepable: true };
        for (RouteSection { section, .. }, loaded) in self.0.iter().zip(loaded) {
            sections.is_keepable &= section.is_kept && loaded.is_ok();
            if let Ok(Some(context)) = loaded {
                sections.sections.push((*section, context));
            }
        }
        RequestInfo::of(request).with_sections(sections);
    }
}

impl RouteSection {
    /// The context of the section; `None` if it is left out.
    async fn load(&self, request: &Request<'_>) -> Result<Option<SectionContext>, Failed> {
        let Some(loader) = self.section.loader else { return Ok(Some(SectionContext::default())) };
        let Some(db) = request.rocket().state::<Db>() else { return Ok(None) };
        let loading = AssertUnwindSafe(async { loader(request, db).await }).catch_unwind();
        let mut loading = Box::pin(loading);
        let loading =
            std::future::poll_fn(|context| self.share.during(|| loading.as_mut().poll(context)));
        let Self { module, section: Section { place, template, .. }, .. } = self;
        match timeout(PATIENCE, loading).await {
            Ok(Ok(Ok(context))) => return Ok(context),
            Ok(Ok(Err(Error::NotFound))) => return Ok(None),
            Ok(Ok(Err(error @ Error::Database(DbError::Busy)))) => {
                let text = with_causes(&error);
                tracing::warn!(module, place, template, "a section is left out: {text}");
            }
            Ok(Ok(Err(error))) => {
                let (text, causes) = (with_causes(&error), Causes::of(&error));
                let causes = causes.as_error();
                tracing::error!(module, place, template, causes, "a section is left out: {text}");
            }
            // The panic itself was logged where it occurred.
            Ok(Err(_)) => tracing::warn!(module, place, template, "a section is left out: panic"),
            Err(_) => {
                let seconds = PATIENCE.as_secs();
                tracing::error!(module, place, template, seconds, "a section took too long");
            }
        }
        Err(Failed)
    }
}

/// A section could not be loaded. The cause was logged.
struct Failed;
