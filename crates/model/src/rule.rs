//! Validation rules for a whole object, beside those of its fields.

use std::fmt;
use std::pin::Pin;

use db::{Transaction, Value};

use crate::{ValidationErrors, WriteError};

/// A validation rule for a whole object: `#[derive(Model)]` creates it from `#[model(validate = …)]`
/// and `#[model(validate_in = …)]`.
///
/// Rules are checked by [`insert`](crate::Model::insert), [`save`](crate::Model::save) and
/// [`update`](crate::Select::update), by forms, by imports and by fixtures, for objects that are new
/// or changed. A row that is older than the rule may keep breaking it until one of its fields is
/// changed; then the whole object has to be valid.
///
/// ```
/// use module_api::db::Transaction;
/// use module_api::model::{ForeignKey, Model, ValidationErrors, WriteError};
///
/// #[derive(Model)]
/// #[model(label = "bookings.room")]
/// struct Room {
///     id: i64,
///     #[model(max_length = 64)]
///     name: String,
/// }
///
/// /// A stay in a room, from one day to another, both counted from some day on.
/// #[derive(Model)]
/// #[model(label = "bookings.stay", validate = in_order, validate_in = no_overlap)]
/// struct Stay {
///     id: i64,
///     #[model(on_delete = cascade)]
///     room: ForeignKey<Room>,
///     arrival: i32,
///     departure: i32,
/// }
///
/// fn in_order(stay: &Stay) -> Result<(), ValidationErrors> {
///     if stay.arrival < stay.departure {
///         return Ok(());
///     }
///     Err(ValidationErrors::of("departure", "The departure has to be after the arrival."))
/// }
///
/// async fn no_overlap(stay: &Stay, on: &mut Transaction) -> Result<(), WriteError> {
///     // Two that write at the same time would not see each other: one waits here for the other.
///     Room::objects().filter(Room::ID.eq(stay.room.id())).lock(on).await?;
///     let others = Stay::objects()
///         .filter(Stay::ROOM.eq(stay.room))
///         .filter(Stay::ID.ne(stay.id))
///         .filter(Stay::ARRIVAL.lt(stay.departure))
///         .filter(Stay::DEPARTURE.gt(stay.arrival));
///     if others.exists(&mut *on).await? {
///         return Err(ValidationErrors::of_object("The room is taken at that time.").into());
///     }
///     Ok(())
/// }
///
/// # use module_api::db::execute_script;
/// # use module_test::{DatabaseKind, LocalModule, TestSite};
/// # static BOOKINGS: LocalModule = LocalModule::named("bookings");
/// # async fn example(site: TestSite) -> Result<(), WriteError> {
/// let mut on = site.db().begin().await?;
/// # execute_script(
/// #     "CREATE TABLE bookings_room (id integer PRIMARY KEY, name varchar(64) NOT NULL);
/// #     CREATE TABLE bookings_stay (id integer PRIMARY KEY, room_id bigint NOT NULL,
/// #         arrival integer NOT NULL, departure integer NOT NULL)",
/// #     &mut on,
/// # ).await?;
/// let mut room = Room { id: 0, name: "Sea view".to_owned() };
/// room.insert(&mut on).await?;
/// let stay = |arrival, departure| Stay { id: 0, room: (&room).into(), arrival, departure };
///
/// stay(10, 14).insert(&mut on).await?;
/// let refused = stay(14, 13).insert(&mut on).await.unwrap_err();
/// assert_eq!(refused.to_string(), "departure: The departure has to be after the arrival.");
/// let refused = stay(12, 16).insert(&mut on).await.unwrap_err();
/// assert_eq!(refused.to_string(), "The room is taken at that time.");
/// stay(14, 16).insert(&mut on).await?;
/// # Ok(())
/// # }
/// # module_test::block_on(async {
/// #     example(TestSite::on(DatabaseKind::Sqlite).and_modules(&[&BOOKINGS]).start().await).await
/// # }).unwrap();
/// ```
#[derive(Clone, Copy)]
pub enum Rule {
    /// A rule over the values alone.
    Values(fn(&[Value]) -> Result<(), ValidationErrors>),
    /// A rule that queries the database. It is only called if there are no other errors.
    Rows(for<'a> fn(&'a [Value], &'a mut Transaction) -> RuleFuture<'a>),
}

/// The result of a rule that queries the database.
///
/// See [`Rule`] for an example.
pub type RuleFuture<'a> = Pin<Box<dyn Future<Output = Result<(), WriteError>> + Send + 'a>>;

impl fmt::Debug for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Values(_) => "Values",
            Self::Rows(_) => "Rows",
        })
    }
}
