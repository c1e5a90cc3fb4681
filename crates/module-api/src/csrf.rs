//! CSRF protection.

use std::cell::RefCell;

use rocket::Request;
use rocket::data::Data;
use rocket::http::{Cookie, Method, SameSite};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// The name of the field and of the part of a form that carries the token.
pub const CSRF_FIELD: &str = "csrf_token";

/// The header that carries the token where there is no form, as in requests of scripts.
pub const CSRF_HEADER: &str = "X-CSRF-Token";

/// The length of a secret, in bytes.
const SECRET: usize = 32;
/// The length of a token, in characters: a mask and the masked secret, as hexadecimal digits.
const TOKEN: usize = 4 * SECRET;

/// The rules for the site's cookies. The host manages it.
///
/// ```
/// use module_api::CookieRules;
/// use module_api::rocket::{self, Request, http::Cookie, local::blocking::Client};
///
/// fn theme(name: &str, request: &Request<'_>) -> Cookie<'static> {
///     CookieRules::of(request).cookie("guests_theme", name.to_owned())
/// }
///
/// let client = Client::untracked(rocket::build()).unwrap();
/// let cookie = theme("dark", client.get("/").inner());
/// assert_eq!((cookie.secure(), cookie.http_only()), (Some(true), Some(true)));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CookieRules {
    /// `true` if cookies are sent over HTTPS only, as outside of the profile `local`. Their names
    /// then begin with `__Host-`, so that no other host can set them.
    pub secure: bool,
}

impl CookieRules {
    /// The rules of the site that answers a request.
    pub fn of(request: &Request<'_>) -> Self {
        request.rocket().state::<Self>().copied().unwrap_or(Self { secure: true })
    }

    /// The name of the cookie with a visitor's secret.
    pub const fn csrf_cookie(self) -> &'static str {
        if self.secure { "__Host-csrf" } else { "csrf" }
    }

    /// The name of the cookie with the key of a session.
    pub const fn session_cookie(self) -> &'static str {
        if self.secure { "__Host-session" } else { "session" }
    }

    /// The name of the cookie with the flash messages.
    pub const fn messages_cookie(self) -> &'static str {
        if self.secure { "__Host-messages" } else { "messages" }
    }

    /// A cookie of this site that scripts cannot read and other sites' forms do not send.
    pub fn cookie(self, name: &'static str, value: String) -> Cookie<'static> {
        Cookie::build((name, value))
            .path("/")
            .http_only(true)
            .same_site(SameSite::Lax)
            .secure(self.secure)
            .build()
    }
}

/// The reason why a changing request is refused. It is in the request's local cache, for the error
/// page.
///
/// ```
/// use module_api::CsrfRefusal;
/// use module_api::rocket::{self, Request, catch, catchers, local::blocking::Client};
/// # use module_api::rocket::{get, http::Status, routes};
///
/// #[catch(403)]
/// fn forbidden(request: &Request<'_>) -> &'static str {
///     match CsrfRefusal::of(request) {
///         Some(_) => "The form has expired. Reload the page, and send it again.",
///         None => "You may not see this page.",
///     }
/// }
/// # #[get("/")]
/// # fn index() -> Status {
/// #     Status::Forbidden
/// # }
/// # let client = Client::untracked(
/// #     rocket::build().mount("/", routes![index]).register("/", catchers![forbidden]),
/// # ).unwrap();
/// # assert_eq!(client.get("/").dispatch().into_string().unwrap(), "You may not see this page.");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CsrfRefusal {
    /// The request was sent from a page of another site.
    CrossSite,
    /// The request has no token.
    NoToken,
    /// The token is not the visitor's.
    WrongToken,
}

impl CsrfRefusal {
    /// Returns the reason why a request was refused, if it was: a module's own page for 403 must
    /// check it.
    pub fn of(request: &Request<'_>) -> Option<Self> {
        request.local_cache(|| RefusedByCsrf(None)).0
    }

    /// Returns the explanation and remedy for the developer of the form.
    pub const fn explanation(self) -> &'static str {
        match self {
            Self::CrossSite => {
                "The request was sent from a page of another site. If that is intended, name its \
                 route in Module::csrf_exempt, and authenticate the sender in another way."
            }
            Self::NoToken => {
                "The request has no CSRF token. Write {{ csrf_input() }} as the first thing inside \
                 the form, or send the header X-CSRF-Token."
            }
            Self::WrongToken => {
                "The CSRF token does not match this visitor's: the page was loaded before the last \
                 login or logout, or cookies are disabled. Reload the page."
            }
        }
    }
}

/// The refusal of a request, if there was one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefusedByCsrf(pub Option<CsrfRefusal>);

/// Returns `true` if a method is safe (changes nothing), so that its requests need no token.
pub const fn is_safe_method(method: Method) -> bool {
    matches!(method, Method::Get | Method::Head | Method::Options | Method::Trace)
}

/// Checks a request that may change something, before its handler sees it.
///
/// # Errors
///
/// The reason of the refusal.
pub async fn check_csrf(request: &Request<'_>, data: &mut Data<'_>) -> Result<(), CsrfRefusal> {
    if is_cross_site(request) {
        return Err(CsrfRefusal::CrossSite);
    }
    let token = match request.headers().get_one(CSRF_HEADER) {
        Some(token) => Some(token.to_owned()),
        None => token_of_form(request, data).await,
    };
    let token = token.ok_or(CsrfRefusal::NoToken)?;
    let secret = secret_of(request).ok_or(CsrfRefusal::WrongToken)?;
    let given = unmask(&token).ok_or(CsrfRefusal::WrongToken)?;
    if bool::from(secret.ct_eq(&given)) { Ok(()) } else { Err(CsrfRefusal::WrongToken) }
}

/// Returns `true` if the browser declares that a page of another site sent the request: in
/// `Sec-Fetch-Site`, old ones in `Origin`. Other programs declare nothing, and still need the
/// token.
fn is_cross_site(request: &Request<'_>) -> bool {
    let headers = request.headers();
    if let Some(site) = headers.get_one("Sec-Fetch-Site") {
        return !matches!(site, "same-origin" | "none");
    }
    let Some(origin) = headers.get_one("Origin") else { return false };
    let authority = origin.split_once("://").map(|(_, authority)| authority);
    let host = headers.get_one("Host");
    authority.is_none()
        || authority.map(str::to_ascii_lowercase) != host.map(str::to_ascii_lowercase)
}

/// The token at the beginning of a form's body, as far as that can be read without consuming it.
async fn token_of_form(request: &Request<'_>, data: &mut Data<'_>) -> Option<String> {
    let content_type = request.content_type()?;
    let start = data.peek(512).await;
    let text = std::str::from_utf8(&start[..start.len().min(512)])
        .unwrap_or_else(|error| std::str::from_utf8(&start[..error.valid_up_to()]).unwrap_or(""));
    let token = if content_type.is_form() {
        text.strip_prefix(CSRF_FIELD)?.strip_prefix('=')?
    } else if content_type.is_form_data() {
        let (head, value) = text.split_once("\r\n\r\n")?;
        let is_first = head.strip_prefix("--")?.split("\r\n").skip(1).any(|line| {
            let Some((name, value)) = line.split_once(':') else { return false };
            name.eq_ignore_ascii_case("Content-Disposition")
                && value.split(';').any(|part| part.trim() == format!("name=\"{CSRF_FIELD}\""))
        });
        is_first.then_some(value)?
    } else {
        return None;
    };
    token.get(..TOKEN).map(str::to_owned)
}

/// The visitor's secret: that of the session, if there is one, so that it changes with the session;
/// otherwise that of a cookie of its own.
fn secret_of(request: &Request<'_>) -> Option<[u8; SECRET]> {
    let cookies = request.cookies();
    // Most visitors have none, and most pages are theirs.
    cookies.iter().next()?;
    let rules = CookieRules::of(request);
    if let Some(session) = cookies.get(rules.session_cookie()) {
        let digest = Sha256::new().chain_update(b"csrf:").chain_update(session.value()).finalize();
        return Some(digest.into());
    }
    unhex(cookies.get(rules.csrf_cookie())?.value())
}

/// State for the forms of a page that is being rendered on this thread.
struct Forms {
    secret: Option<[u8; SECRET]>,
    is_new: bool,
    is_used: bool,
}

thread_local! {
    static FORMS: RefCell<Option<Forms>> = const { RefCell::new(None) };
}

/// `true` if a page has a form with this visitor's token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct HasForm(pub(crate) bool);

/// Renders a page whose forms get the visitor's token; a visitor without a secret is given one, if
/// there is a form.
pub(crate) fn render_with_forms<T>(
    request: &Request<'_>,
    render: impl FnOnce() -> T,
) -> (T, HasForm) {
    let forms = Forms { secret: secret_of(request), is_new: false, is_used: false };
    let outer = FORMS.replace(Some(forms));
    let rendered = render();
    let forms = FORMS.replace(outer);
    let Some(Forms { secret: Some(secret), is_new, is_used: true }) = forms else {
        return (rendered, HasForm(false));
    };
    if is_new {
        let rules = CookieRules::of(request);
        request.cookies().add(rules.cookie(rules.csrf_cookie(), hex::encode(secret)));
    }
    (rendered, HasForm(true))
}

/// The hidden field for a form on the page that is being rendered; `None` if none is.
pub fn csrf_input() -> Option<String> {
    let token = csrf_token()?;
    Some(format!("<input type=\"hidden\" name=\"{CSRF_FIELD}\" value=\"{token}\">"))
}

/// The token of the page that is being rendered; `None` if none is. Each token has another mask, so
/// that compression of one page reveals nothing about the next.
pub fn csrf_token() -> Option<String> {
    FORMS.with_borrow_mut(|forms| {
        let forms = forms.as_mut()?;
        forms.is_used = true;
        forms.is_new |= forms.secret.is_none();
        let secret = forms.secret.get_or_insert_with(random);
        let mask: [u8; SECRET] = random();
        let masked: Vec<u8> = secret.iter().zip(mask).map(|(byte, mask)| byte ^ mask).collect();
        Some(hex::encode(mask) + &hex::encode(masked))
    })
}

/// The CSRF token of a request's visitor, as a form would carry it. The response gives a visitor
/// without a secret a cookie with one.
///
/// For scripts that send [`CSRF_HEADER`], and for browsers in tests.
pub fn csrf_token_of(request: &Request<'_>) -> String {
    let (token, _) = render_with_forms(request, csrf_token);
    token.expect("a page is being rendered")
}

fn unmask(token: &str) -> Option<[u8; SECRET]> {
    if token.len() != TOKEN || !token.is_ascii() {
        return None;
    }
    let (mask, masked) = token.split_at(TOKEN / 2);
    let (mask, mut secret) = (unhex(mask)?, unhex(masked)?);
    for (byte, mask) in secret.iter_mut().zip(mask) {
        *byte ^= mask;
    }
    Some(secret)
}

/// Returns random bytes from the operating system.
fn random() -> [u8; SECRET] {
    let mut bytes = [0; SECRET];
    getrandom::fill(&mut bytes).expect("the operating system has random numbers");
    bytes
}

fn unhex(text: &str) -> Option<[u8; SECRET]> {
    let mut bytes = [0; SECRET];
    hex::decode_to_slice(text, &mut bytes).ok().map(|()| bytes)
}
