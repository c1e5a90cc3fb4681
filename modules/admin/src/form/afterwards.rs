//! The message and redirect after saving, as in Django's admin.

use module_api::admin::ModelAdmin;
use module_api::auth::Action;
use module_api::forms::Posted;
use module_api::{Error, Level, MessageLink, Messages, route_name};
use rocket::http::RawStr;

use super::save::Saved;
use super::submit::SAVE_AS_NEW;
use crate::access::AdminContext;

/// The parameter with the query string of the list to return to, as in Django.
pub(crate) const LIST_QUERY: &str = "_changelist_filters";

/// The maximum length of that query string; a longer one is ignored.
const MAX_LIST_QUERY: usize = 2000;

/// The list to return to.
#[derive(Debug, Default)]
pub(crate) struct ListQuery(String);

impl ListQuery {
    /// Reads the parameter from the query string of a form's address.
    pub(crate) fn of(query: &Posted) -> Self {
        let list = query.get(LIST_QUERY).filter(|list| list.len() <= MAX_LIST_QUERY);
        Self(list.unwrap_or_default().to_owned())
    }

    /// The address of the list with its query string, which is encoded again so that it cannot
    /// contain anything else.
    pub(crate) fn list(&self, address: &str) -> String {
        let pairs = self.0.split('&').filter(|pair| !pair.is_empty());
        let pairs = pairs.map(|pair| match pair.split_once('=') {
            Some((name, value)) => format!("{}={}", again(name), again(value)),
            None => again(pair),
        });
        let query = pairs.collect::<Vec<_>>().join("&");
        if query.is_empty() { address.to_owned() } else { format!("{address}?{query}") }
    }

    /// Returns the suffix for addresses of other pages about the model, so that they lead back to
    /// that list.
    pub(crate) fn suffix(&self) -> String {
        if self.0.is_empty() {
            return String::new();
        }
        format!("?{LIST_QUERY}={}", RawStr::new(&self.0).percent_encode())
    }
}

/// Decodes a part of a query string and encodes it again.
fn again(part: &str) -> String {
    let decoded = RawStr::new(part).url_decode_lossy();
    RawStr::new(&*decoded).percent_encode().to_string()
}

/// The address of a model's list with the visitor's query string; the index of the admin for users
/// who may not view it.
pub(crate) fn list_address(
    cx: &AdminContext<'_>,
    admin: &ModelAdmin,
    list: &ListQuery,
) -> Result<String, Error> {
    if cx.may(admin, Action::View, None) {
        return Ok(list.list(&cx.model_url("list", admin)?));
    }
    Ok(cx.urls.url(route_name!("admin:index"), &[])?)
}

/// Adds the message, and returns the address to redirect to.
pub(crate) fn go_on(
    cx: &AdminContext<'_>,
    admin: &ModelAdmin,
    saved: &Saved,
    is_new: bool,
    posted: &Posted,
    list: &ListQuery,
    messages: Messages<'_>,
) -> Result<String, Error> {
    let (name, text) = (admin.model.verbose_name, &saved.label);
    let verb = if is_new { "added" } else { "changed" };
    let done = format!("The {name} “{text}” was {verb} successfully.");
    let may_look = cx.may(admin, Action::View, None);
    let goes_on = posted.has("_continue") || posted.has(SAVE_AS_NEW);
    if goes_on && may_look {
        let hint =
            if cx.may(admin, Action::Change, None) { " You may edit it again below." } else { "" };
        messages.success(format!("{done}{hint}"));
        let address = cx.object_url("change", admin, saved.id)?;
        return Ok(format!("{address}{}", list.suffix()));
    }
    if posted.has("_addanother") && cx.may(admin, Action::Add, None) {
        messages.success(format!("{done} You may add another {name} below."));
        return Ok(format!("{}{}", cx.model_url("add", admin)?, list.suffix()));
    }
    let link = if may_look {
        let url = cx.object_url("change", admin, saved.id)?;
        Some(MessageLink { url, label: "Open it again".to_owned() })
    } else {
        None
    };
    messages.add(Level::Success, done, link);
    list_address(cx, admin, list)
}

#[cfg(test)]
mod tests {
    use super::{ListQuery, Posted};

    fn of(query: &str) -> ListQuery {
        ListQuery::of(&Posted::parse(query).unwrap())
    }

    #[test]
    fn the_list_comes_back_with_its_query_and_nothing_else() {
        let list = of("_changelist_filters=q%3Dsea%2Bview%26p%3D2%26address__state%3D%25C3%25A9");
        assert_eq!(list.list("/list/"), "/list/?q=sea%20view&p=2&address__state=%C3%A9");
        let suffix = list.suffix();
        let back = of(suffix.trim_start_matches('?'));
        assert_eq!(back.list("/list/"), list.list("/list/"), "it survives another page");
        for nothing in ["", "_changelist_filters=", "other=1"] {
            let list = of(nothing);
            assert_eq!((list.list("/list/").as_str(), list.suffix().as_str()), ("/list/", ""));
        }
    }

    #[test]
    fn nothing_foreign_gets_into_the_address() {
        let list = of("_changelist_filters=%0d%0aSet-Cookie:x%3d1%23%26//evil.example%3d<b>");
        assert_eq!(
            list.list("/list/"),
            "/list/?%0D%0ASet-Cookie:x=1%23&%2F%2Fevil.example=%3Cb%3E"
        );
        let long = format!("_changelist_filters={}", "a".repeat(3000));
        assert_eq!(of(&long).list("/list/"), "/list/");
    }
}
