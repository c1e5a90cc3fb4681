//! The rows that a query returns.

use super::Records;
use crate::{FieldInfo, FieldKind, ModelInfo};
use db::{DbError, JsonText, Row, Value};

/// A row: the values of the model's own fields, and of the additional columns.
///
/// ```
/// use module_api::db::Value;
/// use module_api::model::{Model, Record};
///
/// #[derive(Model)]
/// #[model(label = "lettings.address", display = "{number} {street}")]
/// struct Address {
///     id: i64,
///     number: i32,
///     #[model(max_length = 64)]
///     street: String,
/// }
///
/// let address = Record::new(Address::INFO, vec![7.into(), 12.into(), "Harbour Road".into()]);
/// assert_eq!(address.id(), 7);
/// assert_eq!(address.get("street"), &Value::from("Harbour Road"));
/// assert_eq!(address.text().unwrap(), "12 Harbour Road");
/// ```
#[derive(Debug, Clone)]
pub struct Record {
    pub(super) model: &'static ModelInfo,
    pub(super) values: Vec<Value>,
}

/// The place of an additional column of a [`Records`].
///
/// ```
/// use module_api::model::{Model, Path, Records};
/// # #[derive(Model)]
/// # #[model(label = "lettings.address", display = "{city}")]
/// # struct Address { id: i64, #[model(max_length = 64)] city: String }
/// # #[derive(Model)]
/// # #[model(label = "lettings.letting", display = "{title}, {address.city}")]
/// # struct Letting {
/// #     id: i64,
/// #     #[model(max_length = 256)] title: String,
/// #     opened: module_api::time::Date,
/// #     #[model(on_delete = protect)] address: module_api::model::ForeignKey<Address>,
/// # }
/// # static LETTINGS: module_test::LocalModule = module_test::LocalModule {
/// #     models: &[Address::INFO, Letting::INFO],
/// #     migrations: &[("0001_initial.sql", b"
/// #         CREATE TABLE lettings_address (id integer PRIMARY KEY, city text);
/// #         CREATE TABLE lettings_letting (id integer PRIMARY KEY, title text, opened text,
/// #             address_id integer REFERENCES lettings_address);
/// #         INSERT INTO lettings_address VALUES (1, 'Oslo'), (2, 'Bergen');
/// #         INSERT INTO lettings_letting VALUES
/// #             (1, 'Sea view', '2024-06-14', 1), (2, 'Old mill', '2024-07-01', 2),
/// #             (3, 'Sea house', '2025-06-02', 2);
/// #     ")],
/// #     ..module_test::LocalModule::named("lettings")
/// # };
/// # async fn example(db: &module_api::db::Db) -> Result<(), Box<dyn std::error::Error>> {
///
/// let mut lettings = Records::of(Letting::INFO);
/// let city = lettings.column(Path::parse(Letting::INFO, "address__city")?);
/// let record = lettings.first(&mut db.acquire().await?).await?.unwrap();
/// assert_eq!(record.at(city).as_text(), Some("Oslo"));
/// # Ok(())
/// # }
/// # module_test::block_on(async {
/// #     let site = module_test::TestSite::on(module_test::DatabaseKind::Sqlite).modules(&[&LETTINGS]);
/// #     example(site.start().await.db()).await.unwrap();
/// # });
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ColumnPlace(pub(super) usize);

impl Record {
    /// A row of a model with these values, one for each of its fields.
    ///
    /// # Panics
    ///
    /// There are fewer values than fields.
    pub fn new(model: &'static ModelInfo, values: Vec<Value>) -> Self {
        assert!(values.len() >= model.fields.len(), "there is a value for each field");
        Self { model, values }
    }

    /// The model.
    pub fn model(&self) -> &'static ModelInfo {
        self.model
    }

    /// The primary key.
    pub fn id(&self) -> i64 {
        self.values[0].as_int().unwrap_or(0)
    }

    /// The values of the model's own fields, in their order.
    pub fn values(&self) -> &[Value] {
        &self.values[..self.model.fields.len()]
    }

    /// The value of one of the model's own fields.
    ///
    /// # Panics
    ///
    /// The model has no field of that name.
    pub fn get(&self, name: &str) -> &Value {
        match self.model.position(name) {
            Some(place) => &self.values[place],
            None => panic!("{} has no field `{name}`", self.model.label),
        }
    }

    /// Returns the label of the row, if it needs only the model's own fields.
    pub fn text(&self) -> Option<String> {
        let display = Records::of(self.model).display();
        display.is_of(self.model.fields.len()).then(|| display.text(self))
    }

    /// The value of an additional column.
    pub fn at(&self, place: ColumnPlace) -> &Value {
        &self.values[place.0]
    }
}

impl FieldInfo {
    /// Reads the value of the field from the column of a row at that index, from 0.
    ///
    /// # Errors
    ///
    /// There is no such column, or its value is of another type.
    pub fn read(&self, row: &Row<'_>, place: usize) -> Result<Value, DbError> {
        Ok(match self.kind {
            FieldKind::Id
            | FieldKind::SmallInteger
            | FieldKind::Integer
            | FieldKind::BigInteger
            | FieldKind::ForeignKey(_) => Value::Int(row.get_at(place)?),
            FieldKind::Bool => Value::Bool(row.get_at(place)?),
            FieldKind::Char { .. }
            | FieldKind::Email { .. }
            | FieldKind::Url { .. }
            | FieldKind::Slug { .. }
            | FieldKind::Text => Value::Text(row.get_at(place)?),
            FieldKind::Float => Value::Float(row.get_at(place)?),
            FieldKind::Decimal { .. } => self.normalized(Value::Decimal(row.get_at(place)?)),
            FieldKind::DateTime => Value::DateTime(row.get_at(place)?),
            FieldKind::Date => Value::Date(row.get_at(place)?),
            FieldKind::Time => Value::Time(row.get_at(place)?),
            FieldKind::Duration => Value::Duration(row.get_at(place)?),
            FieldKind::Uuid => Value::Uuid(row.get_at(place)?),
            FieldKind::Json => {
                Value::Json(row.get_at::<Option<JsonText>>(place)?.map(|text| text.0))
            }
            FieldKind::Ip => Value::Ip(row.get_at(place)?),
            FieldKind::Binary => Value::Binary(row.get_at(place)?),
        })
    }
}
