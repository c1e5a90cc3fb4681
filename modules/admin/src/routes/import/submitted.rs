//! The two forms of an import: a file, or the file again with the preview's fingerprint.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rocket::Request;
use rocket::data::{Data, FromData, Outcome, ToByteUnit};
use rocket::form::{self, DataField, Form, FromForm, FromFormField, ValueField};
use rocket::http::{RawStr, Status};

use super::NamedFile;
use crate::import::MAX_BYTES;

/// The maximum size of a confirmation, in bytes: the file in Base64, and room for other fields.
const MAX_CONFIRMATION: usize = MAX_BYTES / 3 * 4 + 16 * 1024;

/// The maximum length of a file's name, in characters.
const MAX_NAME: usize = 100;

/// A submitted form.
pub(crate) enum Submitted {
    /// A file to preview.
    File(NamedFile),
    /// A previewed file, and the fingerprint of the preview.
    Confirmed { file: NamedFile, fingerprint: String },
    /// An unreadable form, with the message as a sentence.
    Wrong { status: Status, message: String },
}

/// An uploaded file in a form, up to the maximum size.
struct Upload {
    name: Option<String>,
    bytes: Vec<u8>,
}

#[derive(FromForm)]
struct UploadForm {
    file: Upload,
}

#[rocket::async_trait]
impl<'r> FromFormField<'r> for Upload {
    fn from_value(field: ValueField<'r>) -> form::Result<'r, Self> {
        Ok(Self { name: None, bytes: field.value.as_bytes().to_vec() })
    }

    async fn from_data(field: DataField<'r, '_>) -> form::Result<'r, Self> {
        let name = field
            .file_name
            .map(|name| plain_name(name.dangerous_unsafe_unsanitized_raw().as_str()));
        // One byte more than the maximum, to detect a larger file.
        let bytes = field.data.open((MAX_BYTES + 1).bytes()).into_bytes().await?;
        Ok(Self { name, bytes: bytes.into_inner() })
    }
}

/// The last part of a path, without characters that cannot be displayed.
fn plain_name(path: &str) -> String {
    let name = path.rsplit(['/', '\\']).next().unwrap_or_default();
    name.chars().filter(|character| !character.is_control()).take(MAX_NAME).collect()
}

#[rocket::async_trait]
impl<'r> FromData<'r> for Submitted {
    type Error = std::convert::Infallible;

    async fn from_data(request: &'r Request<'_>, data: Data<'r>) -> Outcome<'r, Self> {
        let is_upload = request.content_type().is_some_and(|content| content.is_form_data());
        let submitted =
            if is_upload { upload(request, data).await } else { confirmation(data).await };
        Outcome::Success(submitted)
    }
}

async fn upload<'r>(request: &'r Request<'_>, data: Data<'r>) -> Submitted {
    match Form::<UploadForm>::from_data(request, data).await {
        Outcome::Success(form) => {
            let Upload { name, bytes } = form.into_inner().file;
            if bytes.is_empty() && name.as_deref().is_none_or(str::is_empty) {
                return wrong(Status::Ok, "Choose a file.");
            }
            Submitted::File(NamedFile { name: name.unwrap_or_default(), bytes })
        }
        Outcome::Error((status, errors)) => {
            let is_large = status == Status::PayloadTooLarge
                || errors.iter().any(|error| error.status() == Status::PayloadTooLarge);
            if is_large { too_large() } else { wrong(Status::Ok, "Choose a file.") }
        }
        Outcome::Forward(_) => wrong(Status::Ok, "Choose a file."),
    }
}

async fn confirmation(data: Data<'_>) -> Submitted {
    let incomplete =
        || wrong(Status::BadRequest, "The form was incomplete. Choose the file again.");
    let Ok(body) = data.open(MAX_CONFIRMATION.bytes()).into_string().await else {
        return incomplete();
    };
    if !body.is_complete() {
        return too_large();
    }
    let field = |name: &str| {
        let pairs = body.split('&').filter_map(|pair| pair.split_once('='));
        let (_, value) = pairs.into_iter().find(|(known, _)| *known == name)?;
        RawStr::new(value).url_decode().ok()
    };
    let (Some(name), Some(content), Some(fingerprint)) =
        (field("name"), field("content"), field("fingerprint"))
    else {
        return incomplete();
    };
    let Ok(bytes) = URL_SAFE_NO_PAD.decode(content.as_bytes()) else { return incomplete() };
    let file = NamedFile { name: plain_name(&name), bytes };
    Submitted::Confirmed { file, fingerprint: fingerprint.into_owned() }
}

fn too_large() -> Submitted {
    let message = format!("The file {}.", crate::import::too_large());
    Submitted::Wrong { status: Status::PayloadTooLarge, message }
}

fn wrong(status: Status, message: &str) -> Submitted {
    Submitted::Wrong { status, message: message.to_owned() }
}

/// The content of a file for a hidden field.
pub(super) fn encoded(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
