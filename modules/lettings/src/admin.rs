//! Lettings and addresses in the admin.

use module_api::admin::{Inline, ModelAdmin};
use module_api::model::Record;
use module_api::route_name;

use crate::models::{Address, Letting, zip_code_of};

/// The registrations of this module's models. A letting and its address share a form.
pub(crate) fn models() -> Vec<ModelAdmin> {
    vec![
        ModelAdmin::of::<Letting>()
            .list_display(["title", "address", "address__city", "address__state"])
            .search_fields(["title", "address__street", "address__city"])
            .list_filter(["address__state", "address__country_iso_code"])
            .inline(Inline::target::<Address>("address"))
            .save_as()
            .view_on_site(route_name!("lettings:letting"), |letting| {
                Some(vec![("letting_id", letting.id().to_string())])
            }),
        ModelAdmin::of::<Address>()
            .list_display(["__str__", "city", "state", "zip_code", "country_iso_code"])
            .search_fields(["street", "city", "^state", "=zip_code"])
            .list_filter(["state", "country_iso_code"])
            .shown_as("zip_code", zip_code)
            .inline(Inline::stacked::<Letting>("address").extra(1)),
    ]
}

/// The zip code of an address, with leading zeros.
fn zip_code(address: &Record) -> Option<String> {
    let number = address.get("zip_code").as_int()?;
    Some(zip_code_of(number, address.get("country_iso_code").as_text()?))
}
