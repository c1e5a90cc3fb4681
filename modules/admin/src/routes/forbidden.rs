//! The page for staff without the permission for a request: it names the permission, and
//! leads back.

use module_api::auth::Action;
use module_api::{CsrfRefusal, Error, Page, context, route_name, template_name};
use rocket::http::Status;
use rocket::request::{FromRequest, Outcome};
use rocket::{Request, catch};

use crate::access::Desk;
use crate::denied::Lack;
use crate::labels::permission_label;
use crate::shell::{Crumb, Shell};

/// The page of a refusal; the site's own where it is not about a permission of staff.
#[catch(403)]
pub(crate) async fn forbidden(status: Status, request: &Request<'_>) -> Result<Page, Status> {
    let refusal = CsrfRefusal::of(request);
    let desk = Desk::from_request(request).await;
    let (Outcome::Success(desk), None) = (desk, refusal) else {
        let template = if refusal.is_some() { "errors/csrf" } else { "errors/error" };
        let explanation = refusal.filter(|_| cfg!(debug_assertions)).map(CsrfRefusal::explanation);
        let reason = status.reason_lossy();
        return Ok(Page::render(template, context! { status: status.code, reason, explanation }));
    };
    page(&desk).map_err(|error| error.status())
}

fn page(desk: &Desk<'_>) -> Result<Page, Error> {
    let title = "Permission denied";
    let shell = Shell::new(desk, title, vec![Crumb::here(title)])?;
    let (mut permission, mut object, mut about) = (None, None, None);
    match desk.denied.get() {
        Some(Lack::Permission(action, model)) => {
            let (app, label) =
                (model.app(), format!("can {} {}", action.word(), model.verbose_name));
            permission = Some((permission_label(desk, app, &label), action.permission(model)));
            about = desk.models.of(model);
        }
        Some(Lack::Object(action, model)) => {
            object = Some(format!("{} this {}", action.word(), model.verbose_name));
            about = desk.models.of(model);
        }
        Some(Lack::Superuser) | None => {}
    }
    let list = about.filter(|known| desk.may(&known.admin, Action::View, None)).map(|known| {
        let url = desk.model_url("list", &known.admin)?;
        Ok::<_, Error>((known.admin.model.verbose_name_plural, url))
    });
    let index = desk.urls.url(route_name!("admin:index"), &[])?;
    let username = desk.user.username.clone();
    let page = context! { shell, permission, object, username, list: list.transpose()?, index };
    Ok(Page::render(template_name!("admin/forbidden"), page))
}
