//! Redirects after a form.

use module_api::auth::local_address;
use module_api::{Urls, route_name};
use rocket::http::uri::Origin;
use rocket::response::Redirect;

/// Redirects to the requested page, if it is one of this site; otherwise to the admin, for staff
/// and if there is one, or to the home page.
pub(crate) fn go_on(next: Option<&str>, is_staff: bool, urls: &Urls) -> Redirect {
    let next = next.and_then(local_address).and_then(|next| Origin::parse_owned(next.into()).ok());
    match next {
        Some(next) => Redirect::to(next),
        None => Redirect::to(home_of(is_staff, urls)),
    }
}

fn home_of(is_staff: bool, urls: &Urls) -> String {
    let admin = if is_staff { urls.url(route_name!("admin:index"), &[]).ok() } else { None };
    admin.unwrap_or_else(|| "/".to_owned())
}

#[cfg(test)]
mod tests {
    use module_api::UrlPattern;

    use super::*;

    #[test]
    fn staff_go_to_the_admin_if_there_is_one() {
        let admin = ("admin:index".to_owned(), UrlPattern::new("/office", "/", None));
        let with_admin = Urls::new([admin]);
        assert_eq!(home_of(true, &with_admin), "/office/");
        assert_eq!(home_of(false, &with_admin), "/");
        assert_eq!(home_of(true, &Urls::default()), "/");
    }
}
