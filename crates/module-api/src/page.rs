//! The responder for templates: a handler's own values, and what every page needs.

use std::borrow::Cow;
use std::io::Cursor;
use std::sync::Arc;

use rocket::figment;
use rocket::http::{ContentType, Status};
use rocket::response::{self, Responder, Response};
use rocket::{Ignite, Request, Rocket, Sentinel};
use rocket_dyn_templates::Template;
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::auth::{PageUser, SignedIn, User, render_for};
use crate::csrf::{HasForm, render_with_forms};
use crate::rendering::{RenderError, Templates};
use crate::section::LoadedSections;
use crate::{Message, RequestInfo, messages};

/// A page made from a template.
///
/// The template sees the fields of the handler's context by their names, and in `page`
/// what belongs to the request:
///
/// | name | what |
/// |---|---|
/// | `page.path` | the path of the address, `/lettings/1/` |
/// | `page.module` | the name of the module whose handler was called; undefined if none was |
/// | `page.user` | who is signed in: `username`, `full_name`, `is_staff`, `is_superuser`; undefined if nobody is |
/// | `page.messages` | the flash messages: a list of `level`, `text` and optionally `link` with `url` and `label` |
/// | `page.NAME` | what the module NAME adds by [`Module::page_context`](crate::Module::page_context) |
///
/// Known to every template are `site.name`, `site.navigation` (a list of `module`, `label`,
/// `url`, `summary`, of the items that this visitor sees) and the functions `url("lettings:letting", letting_id=1)`,
/// `asset("lettings/index.css")`, `module("lettings")`, which says whether it is active, and
/// `csrf_input()`, which stands first inside every form that changes something:
///
/// ```jinja
/// <form method="post">{{ csrf_input() }} … </form>
/// ```
///
/// `place("lettings:letting", letting=letting)` shows the [`Section`](crate::Section)s that other modules
/// have for this place of the route's page.
///
/// ```
/// use module_api::rocket::get;
/// use module_api::{Page, context};
///
/// #[get("/<name>")]
/// fn hello(name: &str) -> Page {
///     Page::render("hello/index", context! { name: name.to_owned() })
/// }
/// ```
pub struct Page {
    name: Cow<'static, str>,
    context: Box<dyn FnOnce(PageContext, Option<minijinja::Value>) -> minijinja::Value + Send>,
    is_kept: bool,
}

/// Marks a request whose page can be kept: in the request's local cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keepable(pub bool);

/// The handler's context with `page` beside it, written in one pass.
#[derive(serde::Serialize)]
struct Merged<C> {
    #[serde(flatten)]
    handler: C,
    /// For the function `place`. They are no part of `page`, so that sections have no places themselves.
    #[serde(rename = "__sections", skip_serializing_if = "Option::is_none")]
    sections: Option<minijinja::Value>,
    page: PageContext,
}

struct PageContext {
    path: String,
    module: Option<&'static str>,
    user: Option<Arc<User>>,
    messages: Option<Vec<Message>>,
    modules: Vec<(&'static str, figment::value::Value)>,
}

impl Serialize for PageContext {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut page = serializer.serialize_map(None)?;
        page.serialize_entry("path", &self.path)?;
        if let Some(module) = self.module {
            page.serialize_entry("module", module)?;
        }
        if let Some(user) = &self.user {
            page.serialize_entry("user", &PageUser::from(&**user))?;
        }
        if let Some(messages) = self.messages.as_ref().filter(|messages| !messages.is_empty()) {
            page.serialize_entry("messages", messages)?;
        }
        for (name, value) in &self.modules {
            page.serialize_entry(name, value)?;
        }
        page.end()
    }
}

impl Page {
    /// A page from the template of that name, with `context` for its values: a struct or what
    /// [`context!`](crate::context) makes. The word `page` is taken.
    pub fn render<C>(name: impl Into<Cow<'static, str>>, context: C) -> Self
    where
        C: Serialize + Send + 'static,
    {
        Self {
            name: name.into(),
            context: Box::new(|page, sections| {
                // Once, for the engine: `Template` would copy all of it into a value of figment first.
                minijinja::Value::from_serialize(Merged { handler: context, sections, page })
            }),
            is_kept: false,
        }
    }

    /// Lets the host keep the finished page and answer the same request of other visitors with it, without
    /// calling guards or handler, until the next commit to the database by any program, or the end of the
    /// day in UTC.
    ///
    /// For a handler whose page depends on its route's parameters, the database, the settings and the day
    /// alone: not on headers, cookies, the time of day, or state in memory (see [`KeptPages`] for the last).
    /// Pages with a form, a message or a signed-in user are never kept.
    ///
    /// ```
    /// use module_api::rocket::get;
    /// use module_api::{Page, context};
    ///
    /// #[get("/opening-hours")]
    /// fn hours() -> Page {
    ///     Page::render("hello/hours", context! {}).kept()
    /// }
    /// ```
    ///
    /// [`KeptPages`]: crate::KeptPages
    #[must_use]
    pub fn kept(self) -> Self {
        Self { is_kept: true, ..self }
    }
}

impl PageContext {
    fn of(request: &Request<'_>, templates: Option<&Templates>) -> Self {
        let info = RequestInfo::of(request);
        let modules = templates.into_iter().flat_map(|templates| &templates.contributors);
        Self {
            path: request.uri().path().as_str().to_owned(),
            module: info.module(),
            user: info.signed_in.get().and_then(SignedIn::user).cloned(),
            messages: messages::take(request),
            modules: modules
                .filter_map(|module| Some((module.name(), module.page_context(request)?)))
                .collect(),
        }
    }

    /// Returns `true` if each module with a page context declares the headers that it depends on.
    fn is_for_all(&self, templates: Option<&Templates>) -> bool {
        let contributors = templates.map_or(&[][..], |templates| &templates.contributors);
        self.modules.iter().all(|(name, _)| {
            contributors
                .iter()
                .any(|module| module.name() == *name && module.page_context_headers().is_some())
        })
    }
}

impl<'r> Responder<'r, 'static> for Page {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        let templates = request.rocket().state::<Templates>();
        let ((response, is_personal, is_for_all), HasForm(has_form)) =
            render_with_forms(request, || {
                let page = PageContext::of(request, templates);
                let is_personal = page.user.is_some() || page.messages.is_some();
                let RequestInfo { sections, signed_in, .. } = RequestInfo::of(request);
                let sections = sections.get();
                let is_for_all = self.is_kept
                    && !is_personal
                    && page.is_for_all(templates)
                    && sections.is_none_or(|sections| sections.is_keepable);
                let sections = sections.map(LoadedSections::value);
                let rendered = || self.rendered(page, sections, templates);
                let visitor = signed_in.get().cloned();
                (render_for(visitor.unwrap_or_default(), rendered), is_personal, is_for_all)
            });
        let mut response = response?;
        if is_for_all && !has_form && !templates.is_some_and(Templates::is_edited) {
            request.local_cache(|| Keepable(true));
        }
        if has_form || is_personal {
            // The page is this visitor's own, and must not be cached for others.
            response.set_raw_header("Cache-Control", "private, no-store");
        }
        Ok(response)
    }
}

impl Page {
    fn rendered(
        self,
        page: PageContext,
        sections: Option<minijinja::Value>,
        templates: Option<&Templates>,
    ) -> response::Result<'static> {
        let templates = templates.ok_or(Status::InternalServerError)?;
        let content_type =
            templates.content_types.get(&*self.name).unwrap_or(&ContentType::HTML).clone();
        match templates.engine.render(&self.name, (self.context)(page, sections)) {
            Ok(page) => Ok(response(content_type, page)),
            Err(RenderError { explanation: Some(explanation) }) => {
                let mut broken = response(ContentType::HTML, explanation);
                broken.set_status(Status::InternalServerError);
                Ok(broken)
            }
            Err(RenderError { explanation: None }) => Err(Status::InternalServerError),
        }
    }
}

/// Set together: `Template` and a pair of type and text would each set a type of their own before.
fn response(content_type: ContentType, text: String) -> Response<'static> {
    Response::build().header(content_type).sized_body(text.len(), Cursor::new(text)).finalize()
}

impl Sentinel for Page {
    fn abort(rocket: &Rocket<Ignite>) -> bool {
        Template::abort(rocket)
    }
}
