//! The path of a request as logs and reports may have it.

use std::borrow::Cow;

use rocket::Request;

/// Names of parameters in routes whose values nobody but the visitor may know.
const SECRETS: [&str; 5] = ["key", "token", "secret", "password", "code"];

/// The path that was asked for, without its query. Of a route that has a parameter called `key`,
/// `token`, `secret`, `password` or `code` it is the route's own, with the name in place of the
/// value: `/accounts/reset/<key>/`.
pub fn logged_path<'r>(request: &'r Request<'_>) -> Cow<'r, str> {
    if let Some(route) = request.route() {
        let path = route.uri.path();
        let mut parameters = path.split('<').skip(1).filter_map(|rest| rest.split('>').next());
        if parameters.any(|name| SECRETS.contains(&name.trim_end_matches('.'))) {
            return Cow::Owned(path.to_owned());
        }
    }
    Cow::Borrowed(request.uri().path().as_str())
}
