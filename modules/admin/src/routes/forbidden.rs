//! The page for staff without the permission for a request: it names the permission, and
//! leads back.

use module_api::auth::Action;
use module_api::{CsrfRefusal, Error, Page, context, route_name, template_name};
use rocket::http::Status;
use rocket::request::{FromRequest, Outcome};
use rocket::{Request, catch};

use crate::access::AdminContext;
use crate::denied::DenialReason;
use crate::labels::permission_label;
use crate::shell::{Crumb, Shell};

/// The error page of a refusal; the site's own if it does not concern a permission of staff.
#[catch(403)]
pub(crate) async fn forbidden(status: Status, request: &Request<'_>) -> Result<Page, Status> {
    let refusal = CsrfRefusal::of(request);
    let cx = AdminContext::from_request(request).await;
    let (Outcome::Success(cx), None) = (cx, refusal) else {
        let template = if refusal.is_some() { "errors/csrf" } else { "errors/error" };
        let explanation = refusal.filter(|_| cfg!(debug_assertions)).map(CsrfRefusal::explanation);
        let reason = status.reason_lossy();
        return Ok(Page::render(template, context! { status: status.code, reason, explanation }));
    };
    page(&cx).map_err(|error| error.status())
}

fn page(cx: &AdminContext<'_>) -> Result<Page, Error> {
    let title = "Permission denied";
    let shell = Shell::new(cx, title, vec![Crumb::here(title)])?;
    let (mut permission, mut object, mut about) = (None, None, None);
    match cx.denied.get() {
        Some(DenialReason::Permission(action, model)) => {
            let (app, label) =
                (model.app(), format!("can {} {}", action.word(), model.verbose_name));
            permission = Some((permission_label(cx, app, &label), action.permission(model)));
            about = cx.models.of(model);
        }
        Some(DenialReason::Object(action, model)) => {
            object = Some(format!("{} this {}", action.word(), model.verbose_name));
            about = cx.models.of(model);
        }
        Some(DenialReason::Superuser) | None => {}
    }
    let list = about.filter(|known| cx.may(&known.admin, Action::View, None)).map(|known| {
        let url = cx.model_url("list", &known.admin)?;
        Ok::<_, Error>((known.admin.model.verbose_name_plural, url))
    });
    let index = cx.urls.url(route_name!("admin:index"), &[])?;
    let username = cx.user.username.clone();
    let page = context! { shell, permission, object, username, list: list.transpose()?, index };
    Ok(Page::render(template_name!("admin/forbidden"), page))
}
