//! Bookings and prices in the admin.

use lettings::models::Letting;
use module_api::admin::{AdminAction, AdminExtension, Inline, ModelAdmin};
use module_api::db::Transaction;
use module_api::model::{Model, WriteError};

use crate::models::{Booking, Rate, Status};

/// The registrations of this module's models.
pub(crate) fn models() -> Vec<ModelAdmin> {
    vec![
        ModelAdmin::of::<Booking>()
            .list_display(["__str__", "user", "departure", "total", "status"])
            .list_filter(["status", "arrival"])
            .search_fields(["letting__title", "user__username"])
            .date_hierarchy("arrival")
            .autocomplete(["letting", "user"])
            .action(AdminAction::new("confirm", "Confirm selected bookings", |ids, _, on| {
                Box::pin(answer(ids, Status::Confirmed, on))
            }))
            .action(AdminAction::new("decline", "Decline selected bookings", |ids, _, on| {
                Box::pin(answer(ids, Status::Declined, on))
            })),
    ]
}

/// The price in the form of a letting.
pub(crate) fn extensions() -> Vec<AdminExtension> {
    vec![AdminExtension::of::<Letting>().inline(Inline::tabular::<Rate>("letting").extra(1))]
}

/// Sets the status of requests. Bookings that are no longer requests are left unchanged.
async fn answer(ids: &[i64], status: Status, on: &mut Transaction) -> Result<String, WriteError> {
    let requests = Booking::objects()
        .filter(Booking::ID.is_in(ids.iter().copied()))
        .filter(Booking::STATUS.eq(Status::Requested));
    let count = requests.update([Booking::STATUS.set(status)], on).await?;
    Ok(format!("Requests answered as “{status}”: {count} of {} selected.", ids.len()))
}
