//! Conditions on the rows of an untyped query.

use super::Path;
use crate::query::{Expression, MomentPart, Part, escape_like};
use crate::{ManyToManyInfo, ModelInfo};
use db::Value;

/// A condition on the rows of a model that is known only by its description.
///
/// ```
/// use module_api::model::{Comparison, Filter, Model, Path, Records};
/// # #[derive(Model)]
/// # #[model(label = "lettings.letting", display = "{title}")]
/// # struct Letting { id: i64, #[model(max_length = 256, unique)] title: String, price: i32 }
/// # static LETTINGS: module_test::LocalModule = module_test::LocalModule {
/// #     models: &[Letting::INFO],
/// #     migrations: &[("0001_initial.sql", b"
/// #         CREATE TABLE lettings_letting (id integer PRIMARY KEY, title text UNIQUE, price integer);
/// #         INSERT INTO lettings_letting VALUES
/// #             (1, 'Sea view', 90), (2, 'Old mill', 120), (3, 'Sea house', 150);
/// #     ")],
/// #     ..module_test::LocalModule::named("lettings")
/// # };
/// # async fn example(db: &module_api::db::Db) -> Result<(), Box<dyn std::error::Error>> {
///
/// let (title, price) = (Path::parse(Letting::INFO, "title")?, Path::parse(Letting::INFO, "price")?);
/// let is_cheap = Filter::compare(price, Comparison::Le, 100.into());
/// let is_mill = Filter::ends_with(title, "mill");
/// let lettings = Records::of(Letting::INFO).filter(Filter::any([is_cheap, is_mill]));
/// assert_eq!(lettings.ids(&mut db.acquire().await?).await?, [1, 2]);
/// # Ok(())
/// # }
/// # module_test::block_on(async {
/// #     let site = module_test::TestSite::on(module_test::DatabaseKind::Sqlite).modules(&[&LETTINGS]);
/// #     example(site.start().await.db()).await.unwrap();
/// # });
/// ```
#[derive(Debug, Clone)]
#[must_use = "a filter does nothing by itself"]
pub struct Filter(pub(super) Expression);

/// The comparison of a column with a value. A comparison with `NULL` is never true.
///
/// See [`Filter`] for an example.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// Equal.
    Eq,
    /// Less.
    Lt,
    /// Less or equal.
    Le,
    /// Greater.
    Gt,
    /// Greater or equal.
    Ge,
}

impl Comparison {
    const fn operator(self) -> &'static str {
        match self {
            Self::Eq => "=",
            Self::Lt => "<",
            Self::Le => "<=",
            Self::Gt => ">",
            Self::Ge => ">=",
        }
    }
}

impl Filter {
    /// The column compares to the value.
    pub fn compare(path: Path, comparison: Comparison, value: Value) -> Self {
        Self(Expression::Compare { path: path.fields, operator: comparison.operator(), value })
    }

    /// A part of the moment in the column, in UTC, compares to the number.
    pub fn compare_part(path: Path, part: MomentPart, comparison: Comparison, number: i64) -> Self {
        let operator = comparison.operator();
        Self(Expression::Part { path: path.fields, part, operator, number })
    }

    /// The column equals the value, or both are `NULL`.
    pub fn is(path: Path, value: Value) -> Self {
        if value.is_null() {
            Self::is_null(path)
        } else {
            Self::compare(path, Comparison::Eq, value)
        }
    }

    /// The column has one of the values.
    pub fn is_in(path: Path, values: impl IntoIterator<Item = Value>) -> Self {
        let values = values.into_iter().collect();
        Self(Expression::IsIn { path: path.fields, values })
    }

    /// The primary key is one of these.
    pub fn key_is_in(model: &'static ModelInfo, ids: impl IntoIterator<Item = i64>) -> Self {
        Self::is_in(Path::of(model.primary_key()), ids.into_iter().map(Value::from))
    }

    /// The column is `NULL`.
    pub fn is_null(path: Path) -> Self {
        Self(Expression::IsNull { path: path.fields })
    }

    /// The column contains the text, regardless of case. SQLite ignores the case of ASCII only.
    /// Values other than text are compared as the database formats them.
    pub fn contains(path: Path, text: &str) -> Self {
        Self::like(path, format!("%{}%", escape_like(text)))
    }

    /// The column begins with the text, regardless of case. SQLite ignores the case of ASCII only.
    pub fn starts_with(path: Path, text: &str) -> Self {
        Self::like(path, format!("{}%", escape_like(text)))
    }

    /// The column ends with the text, regardless of case. SQLite ignores the case of ASCII only.
    pub fn ends_with(path: Path, text: &str) -> Self {
        Self::like(path, format!("%{}", escape_like(text)))
    }

    /// The column equals the text, regardless of case. SQLite ignores the case of ASCII only.
    pub fn equals_ignoring_case(path: Path, text: &str) -> Self {
        Self::like(path, escape_like(text))
    }

    /// The column contains the text, regardless of case and accents. Values other than text are
    /// compared as the database formats them.
    pub fn contains_folded(path: Path, text: &str) -> Self {
        Self::folded(path, text, Part::Anywhere)
    }

    /// The column begins with the text, regardless of case and accents.
    pub fn starts_with_folded(path: Path, text: &str) -> Self {
        Self::folded(path, text, Part::Start)
    }

    /// The column equals the text, regardless of case and accents.
    pub fn equals_folded(path: Path, text: &str) -> Self {
        Self::folded(path, text, Part::Whole)
    }

    fn folded(path: Path, text: &str, part: Part) -> Self {
        Self(Expression::Folded { path: path.fields, text: text.to_owned(), part })
    }

    fn like(path: Path, pattern: String) -> Self {
        Self(Expression::Like { path: path.fields, pattern, ignore_case: true })
    }

    /// A many-to-many field of the model relates the row to that one.
    pub fn is_related(
        model: &'static ModelInfo,
        field: &'static ManyToManyInfo,
        target: i64,
    ) -> Self {
        Self(Expression::Related { key: model.primary_key(), field, target: Some(target) })
    }

    /// A many-to-many field of the model relates the row to any other.
    pub fn has_related(model: &'static ModelInfo, field: &'static ManyToManyInfo) -> Self {
        Self(Expression::Related { key: model.primary_key(), field, target: None })
    }

    /// All conditions hold; true for an empty list.
    pub fn all(filters: impl IntoIterator<Item = Self>) -> Self {
        Self(Expression::All(filters.into_iter().map(|filter| filter.0).collect()))
    }

    /// At least one condition holds; false for an empty list.
    pub fn any(filters: impl IntoIterator<Item = Self>) -> Self {
        Self(Expression::Any(filters.into_iter().map(|filter| filter.0).collect()))
    }
}

/// Matches the rows for which the condition does not hold, including those for which it is `NULL`.
impl std::ops::Not for Filter {
    type Output = Self;

    fn not(self) -> Self {
        Self(Expression::Not(Box::new(self.0)))
    }
}
