//! The path of a request in logs and reports, without secrets.

use std::borrow::Cow;

use rocket::Request;

/// The names of route parameters with secret values.
const SECRETS: [&[u8]; 5] = [b"key", b"token", b"secret", b"password", b"code"];

/// The path of a request, without its query string. If the route has a parameter called `key`,
/// `token`, `secret`, `password` or `code`, it is the path of the route, with the name in place
/// of the value: `/accounts/reset/<key>/`.
pub fn logged_path<'r>(request: &'r Request<'_>) -> Cow<'r, str> {
    if let Some(route) = request.route() {
        let path = route.uri.path();
        if parameters(path).any(|name| SECRETS.contains(&name)) {
            return Cow::Owned(path.to_owned());
        }
    }
    Cow::Borrowed(request.uri().path().as_str())
}

/// The names of the parameters in a route's path, as bytes, since they are searched at each
/// request.
fn parameters(path: &str) -> impl Iterator<Item = &[u8]> {
    let parts = path.as_bytes().split(|byte| matches!(byte, b'<' | b'>'));
    // Every second one stands between the two.
    parts.skip(1).step_by(2).map(|name| name.strip_suffix(b"..").unwrap_or(name))
}

#[cfg(test)]
mod tests {
    use super::parameters;

    #[test]
    fn the_parameters_of_a_path_are_those_in_brackets() {
        let names = |path| parameters(path).map(|n| str::from_utf8(n).unwrap()).collect::<Vec<_>>();
        assert_eq!(names("/accounts/reset/<key>"), ["key"]);
        assert_eq!(names("/a/<one>/key/<two..>"), ["one", "two"]);
        assert_eq!(names("/key"), [""; 0]);
    }
}
