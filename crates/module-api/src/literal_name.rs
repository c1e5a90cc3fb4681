//! Names of templates and routes that stand literally in Rust code, checked at the start.

/// The name of a template or a route in Rust code, and where it stands.
///
/// [`template_name!`](crate::template_name) and [`route_name!`](crate::route_name) submit one; a host
/// compares all of them with the existing templates and routes before it starts.
#[derive(Debug, Clone, Copy)]
pub struct LiteralName {
    /// The kind of the named item.
    pub kind: NamedItem,
    /// The name: `lettings/index`, `lettings:letting`.
    pub name: &'static str,
    /// The Cargo package of the code.
    pub package: &'static str,
    /// The source file, as the compiler names it.
    pub file: &'static str,
    /// The line in it, from 1.
    pub line: u32,
}

/// A kind of item that has a name on a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NamedItem {
    /// A template.
    Template,
    /// A route.
    Route,
}

inventory::collect!(LiteralName);

/// The name of a template, checked when the site starts: problem `templates.E008` names the file and
/// line of a name that no template has.
///
/// ```
/// use module_api::{Page, context, template_name};
///
/// fn index() -> Page {
///     Page::render(template_name!("hello/index"), context! { name: "you" })
/// }
/// # index();
/// ```
#[macro_export]
macro_rules! template_name {
    ($name:literal) => {{
        $crate::inventory::submit! {
            $crate::host::LiteralName {
                kind: $crate::host::NamedItem::Template,
                name: $name,
                package: ::core::env!("CARGO_PKG_NAME"),
                file: ::core::file!(),
                line: ::core::line!(),
            }
        }
        $name
    }};
}

/// The name of a route, `module:handler`, checked when the site starts: problem `routes.E011` names
/// the file and line of a name that no route has.
///
/// ```
/// use module_api::{UrlError, Urls, route_name};
///
/// fn address_of_a_letting(id: i64, urls: &Urls) -> Result<String, UrlError> {
///     urls.url(route_name!("lettings:letting"), &[("letting_id", &id)])
/// }
/// # assert!(address_of_a_letting(1, &Urls::default()).is_err());
/// ```
#[macro_export]
macro_rules! route_name {
    ($name:literal) => {{
        $crate::inventory::submit! {
            $crate::host::LiteralName {
                kind: $crate::host::NamedItem::Route,
                name: $name,
                package: ::core::env!("CARGO_PKG_NAME"),
                file: ::core::file!(),
                line: ::core::line!(),
            }
        }
        $name
    }};
}
