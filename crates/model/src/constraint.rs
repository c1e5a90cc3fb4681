//! Constraints and indexes of a table that are more than columns, as data.

/// A constraint of a table that the database holds as well, or an index that is more than columns.
///
/// `#[derive(Model)]` makes it of `#[model(constraint(…))]` and `#[model(index(…))]`; `makemigrations`
/// writes it for both databases. Objects are checked before they are written, and what the database
/// refuses all the same, as in a race, is told in the same words. A database that was adopted may lack
/// it, and keeps to it all the same where this site writes.
///
/// ```
/// use module_api::model::{Model, WriteError};
///
/// #[derive(Model)]
/// #[model(
///     label = "bookings.stay",
///     constraint(
///         name = "bookings_stay_in_order",
///         check = "departure > arrival",
///         message = "The departure has to be after the arrival.",
///         field = "departure"
///     ),
///     constraint(
///         name = "bookings_stay_one_for_each_guest",
///         unique = ["lower(guest)"],
///         condition = "NOT cancelled",
///         message = "The guest stays here already."
///     ),
///     index(name = "bookings_stay_open", over = ["arrival"], condition = "NOT cancelled")
/// )]
/// struct Stay {
///     id: i64,
///     #[model(max_length = 64)]
///     guest: String,
///     arrival: i32,
///     departure: i32,
///     cancelled: bool,
/// }
///
/// # use module_api::db::execute_script;
/// # use module_test::{DatabaseKind, LocalModule, TestSite};
/// # static BOOKINGS: LocalModule = LocalModule::named("bookings");
/// # async fn example(site: TestSite) -> Result<(), WriteError> {
/// let mut on = site.db().begin().await?;
/// # execute_script(
/// #     "CREATE TABLE bookings_stay (id integer PRIMARY KEY, guest varchar(64) NOT NULL,
/// #         arrival integer NOT NULL, departure integer NOT NULL, cancelled bool NOT NULL)",
/// #     &mut on,
/// # ).await?;
/// let stay = |guest: &str, cancelled| Stay {
///     id: 0, guest: guest.to_owned(), arrival: 1, departure: 5, cancelled,
/// };
/// stay("Ann", false).insert(&mut on).await?;
/// stay("ann", true).insert(&mut on).await?;
/// let refused = stay("ANN", false).insert(&mut on).await.unwrap_err();
/// assert_eq!(refused.to_string(), "The guest stays here already.");
/// let refused = Stay { departure: 1, ..stay("Bo", false) }.insert(&mut on).await.unwrap_err();
/// assert_eq!(refused.to_string(), "departure: The departure has to be after the arrival.");
/// # Ok(())
/// # }
/// # module_test::block_on(async {
/// #     example(TestSite::on(DatabaseKind::Sqlite).and_modules(&[&BOOKINGS]).start().await).await
/// # }).unwrap();
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConstraintInfo {
    /// Its name in the database.
    pub name: &'static str,
    /// The rule.
    pub kind: ConstraintKind,
    /// The message for who breaks it. Empty means Django's.
    pub message: &'static str,
    /// The field that the message belongs to, if it is not the object as a whole.
    pub field: Option<&'static str>,
}

/// The rule of a [`ConstraintInfo`]. Conditions and expressions are SQL that both databases
/// understand, over the columns of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConstraintKind {
    /// Each row meets the condition, unless that is `NULL`.
    Check(&'static str),
    /// No two rows that meet the condition have the same values.
    Unique {
        /// Quoted columns and expressions.
        over: &'static [&'static str],
        /// The condition. Without one, all rows count.
        condition: Option<&'static str>,
    },
    /// An index, which allows everything.
    Index {
        /// Quoted columns and expressions.
        over: &'static [&'static str],
        /// The condition. Without one, all rows are in it.
        condition: Option<&'static str>,
    },
}

impl ConstraintInfo {
    /// The message for who breaks it.
    pub fn text(&self) -> String {
        match self.message {
            "" => format!("Constraint “{}” is violated.", self.name),
            message => message.to_owned(),
        }
    }
}
