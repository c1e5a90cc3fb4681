//! The rows of a list as a file.

use std::sync::Arc;

use module_api::auth::Action;
use module_api::db::Db;
use module_api::{Error, Messages, now};
use rocket::http::uri::Origin;
use rocket::http::{ContentType, Header};
use rocket::response::stream::ReaderStream;
use rocket::response::{self, Redirect, Responder};
use rocket::{Request, Response, State, get};

use super::list::{read, redirect_to_unfiltered};
use crate::access::AdminContext;
use crate::export::{Export, Format};
use crate::list::conditions::Malformed;

/// The name of the format in an address.
const FORMAT: &str = "format";

/// All rows of a list, with the list's query string.
#[get("/<app>/<model>/export")]
#[expect(clippy::needless_pass_by_value, reason = "Rocket hands guards over by value")]
pub(crate) fn export<'r>(
    cx: AdminContext<'r>,
    app: &str,
    model: &str,
    uri: &Origin<'_>,
    db: &'r State<Db>,
    messages: Messages<'_>,
) -> Result<Answer<'r>, Error> {
    let registered = cx.model(app, model, Action::View)?;
    let read = read(&cx, registered, uri).and_then(|query| {
        let format = match query.parameters.get(FORMAT) {
            None | Some("csv") => Format::Csv,
            Some("json") => Format::Json,
            Some(_) => return Err(Malformed(FORMAT.to_owned())),
        };
        Ok((query, format))
    });
    let (query, format) = match read {
        Ok(asked) => asked,
        Err(malformed) => {
            return Ok(Answer::Elsewhere(
                redirect_to_unfiltered(&cx, registered, &malformed, messages)?.into(),
            ));
        }
    };
    let rows = Export::new(&registered.admin, Arc::clone(&cx.user), query.rows(), format);
    let name = name_of(registered.admin.model.name());
    Ok(Answer::File(Box::new(File { rows, format, name, db })))
}

/// A file, or a redirect to the list.
#[derive(Responder)]
pub(crate) enum Answer<'r> {
    File(Box<File<'r>>),
    Elsewhere(Box<Redirect>),
}

/// Rows as a file to download.
pub(crate) struct File<'r> {
    rows: Export<'r>,
    format: Format,
    /// The name, without extension.
    name: String,
    db: &'r Db,
}

/// Returns `letting-2020-06-14`.
fn name_of(model: &str) -> String {
    let is_plain = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let model: String = model.chars().filter(is_plain).collect();
    let (year, month, day) = now().to_calendar_date();
    format!("{model}-{year:04}-{:02}-{day:02}", u8::from(month))
}

impl<'r, 'o: 'r> Responder<'r, 'o> for File<'o> {
    fn respond_to(self, _: &'r Request<'_>) -> response::Result<'o> {
        let Self { rows, format, name, db } = self;
        let (content_type, ending) = match format {
            Format::Csv => {
                (ContentType::new("text", "csv").with_params(("charset", "utf-8")), "csv")
            }
            Format::Json => (ContentType::JSON, "json"),
        };
        let disposition = format!("attachment; filename=\"{name}.{ending}\"");
        Response::build()
            .header(content_type)
            .header(Header::new("Content-Disposition", disposition))
            .header(Header::new("Cache-Control", "private, no-store"))
            .streamed_body(ReaderStream::from(Box::pin(rows.pieces(db))))
            .ok()
    }
}
