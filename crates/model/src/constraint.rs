//! Constraints and indexes of a table beyond single columns, as data.

/// A constraint of a table that the database enforces as well, or an index beyond single columns.
///
/// `#[derive(Model)]` creates it from `#[model(constraint(…))]` and `#[model(index(…))]`;
/// `makemigrations` writes it for both databases. Objects are checked before they are written; a
/// constraint that only the database can refuse, as in a race, gives the same error messages. An
/// adopted database may lack the constraint; this site's writes are checked all the same.
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
    /// The name in the database.
    pub name: &'static str,
    /// The rule.
    pub kind: ConstraintKind,
    /// The error message. Empty means Django's.
    pub message: &'static str,
    /// The field that the error belongs to; `None` for the whole object.
    pub field: Option<&'static str>,
}

/// The rule of a [`ConstraintInfo`]. Conditions and expressions are SQL that both databases
/// understand, over the columns of the table.
///
/// ```
/// use module_api::model::{ConstraintKind, Model};
///
/// #[derive(Model)]
/// #[model(
///     label = "bookings.stay",
///     constraint(name = "stay_in_order", check = "departure > arrival"),
///     index(name = "stay_guest", over = ["lower(guest)"])
/// )]
/// struct Stay {
///     id: i64,
///     #[model(max_length = 64)]
///     guest: String,
///     arrival: i32,
///     departure: i32,
/// }
///
/// let [in_order, guest] = Stay::INFO.constraints else { panic!("there are two") };
/// assert_eq!(in_order.kind, ConstraintKind::Check("departure > arrival"));
/// assert!(matches!(guest.kind, ConstraintKind::Index { condition: None, .. }));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConstraintKind {
    /// Each row meets the condition, or the condition is `NULL`.
    Check(&'static str),
    /// No two rows that meet the condition have the same values.
    Unique {
        /// Quoted columns and expressions.
        over: &'static [&'static str],
        /// The condition. `None` means all rows.
        condition: Option<&'static str>,
    },
    /// An index, which is not unique.
    Index {
        /// Quoted columns and expressions.
        over: &'static [&'static str],
        /// The condition. `None` means all rows.
        condition: Option<&'static str>,
    },
}

impl ConstraintInfo {
    /// The error message.
    pub fn text(&self) -> String {
        match self.message {
            "" => format!("Constraint “{}” is violated.", self.name),
            message => message.to_owned(),
        }
    }
}
