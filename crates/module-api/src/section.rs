//! Sections that modules add to the pages of others.

use std::collections::BTreeMap;

use rocket::Request;
use rocket::request::FromParam;
use serde::Serialize;

use crate::db::Db;
use crate::{Error, ModuleFuture};

/// A part of another module's page, at a named place of its template.
///
/// A place is the name of the page's route, `lettings:letting`, perhaps with `#` and a part:
/// `lettings:letting#aside`. The page's template contains
/// `{{ place("lettings:letting", letting=letting) }}`.
/// The section's template sees the arguments given there, `page`, and the fields of the loader's context.
/// Several sections of one place follow each other in the order in which their modules start.
///
/// Only a module that [`requires`](crate::Module::requires) or [`uses`](crate::Module::uses) the other may
/// add sections to its pages. While a used module is not active, they are left out.
///
/// Without a loader a section is its template alone.
///
/// # Loaders
///
/// A loader is awaited after the checks of a request and before the page's handler; those of one page at
/// the same time, each for two seconds at most. It takes connections of its own module's share.
///
/// A section never fails the page: one whose loader fails, panics or takes too long, or whose template
/// cannot be rendered, is logged as an error and left out. [`Error::NotFound`] leaves it out like `None`.
///
/// # Kept pages
///
/// A page with a section that has a loader is not [kept](crate::Page::kept), unless the section is
/// [`kept`](Section::kept) too.
///
/// # Examples
///
/// ```
/// use module_api::db::{Db, query};
/// use module_api::rocket::Request;
/// use module_api::{
///     Error, Files, Module, ModuleFuture, Section, SectionContext, context, route_parameter,
/// };
///
/// struct Stars;
///
/// impl Module for Stars {
///     fn name(&self) -> &'static str {
///         "stars"
///     }
///
///     fn uses(&self) -> &'static [&'static str] {
///         &["lettings"]
///     }
///
///     fn templates(&self) -> Files {
///         // A module in a crate of its own writes `embed!("templates")`.
///         Files::inline(&[("stars/letting.html.j2", b"<p>{{ count }} stars</p>")])
///     }
///
///     fn sections(&self) -> Vec<Section> {
///         vec![Section::new("lettings:letting", "stars/letting").load(stars).kept()]
///     }
/// }
///
/// fn stars<'a>(
///     request: &'a Request<'_>,
///     db: &'a Db,
/// ) -> ModuleFuture<'a, Option<SectionContext>, Error> {
///     Box::pin(async move {
///         let Some(id) = route_parameter::<i64>(request, "letting_id") else { return Ok(None) };
///         let mut connection = db.acquire().await?;
///         let count = query("SELECT count FROM stars_star WHERE letting_id = $1").bind(id);
///         let count: Option<(i64,)> = count.fetch_optional(&mut connection).await?;
///         Ok(count.map(|(count,)| SectionContext::new(context! { count })))
///     })
/// }
/// ```
#[derive(Debug, Clone, Copy)]
#[must_use = "a section counts only where `Module::sections` returns it"]
pub struct Section {
    /// The name of the place.
    pub place: &'static str,
    /// The name of the template: `stars/letting`.
    pub template: &'static str,
    /// The function that loads the values of the template.
    pub loader: Option<SectionLoader>,
    /// `true` if a page with this section may be kept.
    pub is_kept: bool,
}

/// Returns the context of a section for a request; `None` leaves it out.
///
/// See [`Section`] for an example.
pub type SectionLoader =
    for<'a, 'r> fn(&'a Request<'r>, &'a Db) -> ModuleFuture<'a, Option<SectionContext>, Error>;

impl Section {
    /// A section of a template.
    pub const fn new(place: &'static str, template: &'static str) -> Self {
        Self { place, template, loader: None, is_kept: true }
    }

    /// Sets the function that loads the values of the template before the page's handler is called.
    pub const fn load(self, loader: SectionLoader) -> Self {
        Self { loader: Some(loader), is_kept: false, ..self }
    }

    /// Lets pages with this section be kept: for a loader whose values depend on the parameters of the
    /// page's route, the database, the settings and the day alone, as those of
    /// [`Page::kept`](crate::Page::kept).
    pub const fn kept(self) -> Self {
        Self { is_kept: true, ..self }
    }

    /// The name of the route whose page has the place.
    pub fn route(&self) -> &'static str {
        self.place.split_once('#').map_or(self.place, |(route, _)| route)
    }
}

/// The values of a section's template.
///
/// ```
/// use module_api::SectionContext;
/// use module_api::serde::Serialize;
///
/// #[derive(Serialize)]
/// #[serde(crate = "module_api::serde")]
/// struct Stars {
///     count: i64,
/// }
///
/// // The template shows `{{ count }}`.
/// let context = SectionContext::new(Stars { count: 4 });
/// assert_eq!(format!("{context:?}"), r#"SectionContext({"count": 4})"#);
/// ```
#[derive(Debug, Clone, Default)]
pub struct SectionContext(minijinja::Value);

impl SectionContext {
    /// Values by their names: a struct, or the result of [`context!`](crate::context). The word `page` is
    /// taken.
    pub fn new(context: impl Serialize) -> Self {
        Self(minijinja::Value::from_serialize(context))
    }
}

/// Returns the parameter `<name>` of a request's route, if it has one that can be read as `T`.
pub fn route_parameter<'r, T: FromParam<'r>>(request: &'r Request<'_>, name: &str) -> Option<T> {
    let path = request.route()?.uri.path();
    let is_it = |part: &str| {
        part.strip_prefix('<').and_then(|part| part.strip_suffix('>')).is_some_and(|it| it == name)
    };
    let index = path.split('/').filter(|part| !part.is_empty()).position(is_it)?;
    let segments = request.uri().path().segments();
    T::from_param(segments.filter(|segment| !segment.is_empty()).nth(index)?).ok()
}

/// The sections of a page, ready to be rendered. The host loads them.
#[derive(Debug)]
pub struct LoadedSections {
    /// Each section with its context, in the order of modules.
    pub sections: Vec<(Section, SectionContext)>,
    /// `true` if the page may be kept.
    pub is_keepable: bool,
}

impl LoadedSections {
    /// The sections for the engine: by place, lists of templates with their contexts.
    pub(crate) fn value(&self) -> minijinja::Value {
        let mut places: BTreeMap<&str, Vec<minijinja::Value>> = BTreeMap::new();
        for (section, SectionContext(context)) in &self.sections {
            let value = minijinja::context! { template => section.template, context };
            places.entry(section.place).or_default().push(value);
        }
        minijinja::Value::from_serialize(places)
    }
}
