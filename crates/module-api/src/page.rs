//! The responder for templates: a handler's own values, and what every page needs.

use std::borrow::Cow;
use std::io::Cursor;
use std::sync::Arc;

use rocket::figment::value::Value;
use rocket::http::{ContentType, Status};
use rocket::response::{self, Responder, Response};
use rocket::{Ignite, Orbit, Request, Rocket, Sentinel};
use rocket_dyn_templates::Template;
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::auth::{PageUser, SignedIn, User, render_for};
use crate::csrf::{HasForm, render_with_forms};
use crate::rendering::{LiveRender, RenderedTemplate, Templates};
use crate::{Message, RequestInfo, messages, suggestion};

/// A page made from a template.
///
/// The template sees the fields of the handler's context by their names, and in `page`
/// what belongs to the request:
///
/// | name | what |
/// |---|---|
/// | `page.path` | the path of the address, `/lettings/1/` |
/// | `page.module` | the name of the module whose handler was asked; undefined if none was |
/// | `page.user` | who is signed in: `username`, `full_name`, `is_staff`, `is_superuser`; undefined if nobody is |
/// | `page.messages` | what to say about what was done before: a list of `level`, `text` and perhaps `link` with `url` and `label` |
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
    render: Box<Render>,
    is_kept: bool,
}

/// Marks a request whose finished page may answer others: in the request's local cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keepable(pub bool);

/// Renders the template of that name, from edited templates if there are any. Why there is nothing
/// to show is logged.
type Render = dyn FnOnce(
        Cow<'static, str>,
        PageContext,
        &Rocket<Orbit>,
        Option<Live<'_>>,
    ) -> Option<RenderedTemplate>
    + Send;

/// How a debug build renders templates as they are on disk.
#[derive(Clone, Copy)]
struct Live<'a> {
    render: &'a dyn LiveRender,
    /// Whether a template was edited since the start.
    is_edited: bool,
}

/// The handler's context with `page` beside it, written in one pass.
#[derive(serde::Serialize)]
struct Merged<C> {
    #[serde(flatten)]
    handler: C,
    page: PageContext,
}

struct PageContext {
    path: String,
    module: Option<&'static str>,
    user: Option<Arc<User>>,
    messages: Option<Vec<Message>>,
    modules: Vec<(&'static str, Value)>,
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
            is_kept: false,
            render: Box::new(move |name, page, rocket, live| {
                let merged = Merged { handler: context, page };
                if !live.is_some_and(|live| live.is_edited)
                    && let Some(page) = Template::show(rocket, name.clone(), &merged)
                {
                    return Some(RenderedTemplate::Page(page));
                }
                // It was edited, or is to be explained.
                let live = live?.render;
                match Value::serialize(merged) {
                    Ok(context) => Some(live.render(&name, context)),
                    Err(error) => {
                        tracing::error!(template = %name, "the context cannot be serialized: {error}");
                        None
                    }
                }
            }),
        }
    }

    /// Lets the host keep the finished page, and answer the same request of others with it until
    /// something is committed to the database, by whatever program: without guards, handler, query or
    /// template.
    ///
    /// For a handler whose page depends on its route's parameters, the database and the settings
    /// alone: not on headers, cookies, the time, or state in memory (see [`KeptPages`] for the last).
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

    /// Returns `true` if each module that adds something says which headers that depends on.
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
                let is_for_all = self.is_kept && !is_personal && page.is_for_all(templates);
                let rendered = || self.rendered(page, templates, request.rocket());
                let visitor = RequestInfo::of(request).signed_in.get().cloned();
                (render_for(visitor.unwrap_or_default(), rendered), is_personal, is_for_all)
            });
        let mut response = response?;
        if is_for_all && !has_form && !templates.is_some_and(Templates::is_edited) {
            request.local_cache(|| Keepable(true));
        }
        if has_form || is_personal {
            // It is this visitor's own, and is worth nothing to the next.
            response.set_raw_header("Cache-Control", "private, no-store");
        }
        Ok(response)
    }
}

impl Page {
    fn rendered(
        self,
        page: PageContext,
        templates: Option<&Templates>,
        rocket: &Rocket<Orbit>,
    ) -> response::Result<'static> {
        let content_type = templates
            .and_then(|templates| templates.content_types.get(&*self.name))
            .unwrap_or(&ContentType::HTML)
            .clone();
        let live = templates.and_then(|templates| {
            let render = templates.live.as_deref()?;
            let is_edited = render.is_edited();
            (is_edited || templates.shows_causes).then_some(Live { render, is_edited })
        });
        let name = self.name.clone();
        match (self.render)(self.name, page, rocket, live) {
            None => {
                let known = templates.map(|templates| templates.names.iter().map(String::as_str));
                if let Some(known) = known.filter(|known| !known.clone().any(|it| it == name)) {
                    let hint = suggestion(&name, known);
                    tracing::error!(template = %name, "there is no template `{name}`; {hint}");
                }
                Err(Status::InternalServerError)
            }
            Some(RenderedTemplate::Page(page)) => Ok(response(content_type, page)),
            Some(RenderedTemplate::Broken(explanation)) => {
                let mut broken = response(ContentType::HTML, explanation);
                broken.set_status(Status::InternalServerError);
                Ok(broken)
            }
        }
    }
}

/// Made at once: `Template` and a pair of type and text would each set a type of their own before.
fn response(content_type: ContentType, text: String) -> Response<'static> {
    Response::build().header(content_type).sized_body(text.len(), Cursor::new(text)).finalize()
}

impl Sentinel for Page {
    fn abort(rocket: &Rocket<Ignite>) -> bool {
        Template::abort(rocket)
    }
}
