//! The tables of a module in a common form, whether its models describe them or its migrations
//! build them.

use std::collections::{BTreeMap, BTreeSet};

use module_api::db::quoted;
use module_api::model::{FieldInfo, FieldKind, ModelInfo};

use super::constraints::{self, Constraints};
use crate::schema::{Check, Column, ColumnKind, ForeignKey, Numbering, Table};

/// The tables of a module, by name.
pub(super) type State = BTreeMap<String, TableState>;

/// A table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TableState {
    pub(super) name: String,
    pub(super) columns: Vec<ColumnState>,
    /// The columns of each index over several columns, or of one that is not declared by a
    /// column.
    pub(super) indexes: BTreeSet<IndexState>,
    /// The constraints and indexes that models describe in SQL.
    pub(super) constraints: Constraints,
    /// Further properties, as the migrations build them, which a rebuilt table must keep.
    pub(super) attributes: SchemaAttributes,
}

/// Columns with a common index.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct IndexState {
    pub(super) columns: Vec<String>,
    pub(super) unique: bool,
}

/// Properties that handwritten migrations have added to a table and that no model describes, as
/// SQLite stores them. A rebuild must keep them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct SchemaAttributes {
    /// Conditions, each as a constraint of the table.
    pub(super) checks: Vec<String>,
    /// The statements that create partial and expression indexes, and triggers.
    pub(super) statements: Vec<String>,
    /// Properties of single columns, by name.
    pub(super) columns: BTreeMap<String, ColumnAttributes>,
    /// Descriptions of properties that cannot be recreated.
    pub(super) peculiar: Vec<String>,
}

/// Properties that handwritten migrations have added to a column.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct ColumnAttributes {
    /// The expression of its default.
    pub(super) default: Option<String>,
    /// The collation.
    pub(super) collation: Option<String>,
    /// The action of the database when the referenced row is deleted.
    pub(super) on_delete: Option<String>,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a property of its own")]
pub(super) struct ColumnState {
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) null: bool,
    pub(super) unique: bool,
    pub(super) index: bool,
    pub(super) positive: bool,
}

/// The kind of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// The primary key, assigned by the database.
    Id,
    /// A foreign key to that column of that table.
    Key { table: String, column: String },
    /// A whole number of 16 bits.
    SmallInteger,
    /// A whole number of 32 bits.
    Integer,
    /// A whole number of 64 bits.
    BigInteger,
    /// True or false.
    Bool,
    /// Text of limited length, in characters.
    Varchar(u32),
    /// Text.
    Text,
    /// A moment.
    DateTime,
    /// A day.
    Date,
    /// A time of day.
    Time,
    /// A duration.
    Duration,
    /// A floating-point number.
    Float,
    /// A decimal number: the total number of digits, and those after the decimal point.
    Decimal(u32, u32),
    /// A UUID.
    Uuid,
    /// JSON.
    Json,
    /// An IP address.
    Ip,
    /// Bytes.
    Binary,
    /// A kind without a field type.
    Other {
        /// The type on SQLite.
        sqlite: String,
        /// The type on PostgreSQL, if it is certain.
        postgres: Option<String>,
    },
}

/// The tables that models describe.
pub(super) fn of_models(models: &[&'static ModelInfo]) -> State {
    let mut state = State::new();
    for model in models {
        let columns = model.fields.iter().map(of_field).collect();
        let names = |fields: &[&str]| -> Vec<String> {
            let column = |name: &&str| model.field(name).map(|field| field.column.to_owned());
            fields.iter().filter_map(column).collect()
        };
        let unique = model.unique_together.iter().map(|fields| (names(fields), true));
        let plain = model.indexes.iter().map(|fields| (names(fields), false));
        let indexes = unique.chain(plain).map(|(columns, unique)| IndexState { columns, unique });
        let table = TableState {
            name: model.table.to_owned(),
            columns,
            indexes: indexes.collect(),
            constraints: model
                .constraints
                .iter()
                .map(|info| (info.name.to_owned(), constraints::of_model(model.table, info)))
                .collect(),
            attributes: SchemaAttributes::default(),
        };
        state.insert(table.name.clone(), table.normal());
        for field in model.many_to_many {
            let key = |column: &str, to: &ModelInfo| ColumnState {
                name: column.to_owned(),
                kind: key_of(to),
                null: false,
                unique: false,
                index: true,
                positive: false,
            };
            let id = ColumnState {
                name: "id".to_owned(),
                kind: Kind::Id,
                null: false,
                unique: false,
                index: false,
                positive: false,
            };
            let columns = vec![
                id,
                key(field.source_column, model),
                key(field.target_column, (field.target)()),
            ];
            let pair = vec![field.source_column.to_owned(), field.target_column.to_owned()];
            let table = TableState {
                name: field.table.to_owned(),
                columns,
                indexes: BTreeSet::from([IndexState { columns: pair, unique: true }]),
                constraints: Constraints::new(),
                attributes: SchemaAttributes::default(),
            };
            state.insert(table.name.clone(), table.normal());
        }
    }
    state
}

fn key_of(model: &ModelInfo) -> Kind {
    Kind::Key { table: model.table.to_owned(), column: model.primary_key().column.to_owned() }
}

fn of_field(field: &FieldInfo) -> ColumnState {
    let kind = match &field.kind {
        FieldKind::Id => Kind::Id,
        FieldKind::SmallInteger => Kind::SmallInteger,
        FieldKind::Integer => Kind::Integer,
        FieldKind::BigInteger => Kind::BigInteger,
        FieldKind::Bool => Kind::Bool,
        FieldKind::Char { max_length }
        | FieldKind::Email { max_length }
        | FieldKind::Url { max_length }
        | FieldKind::Slug { max_length } => Kind::Varchar(*max_length),
        FieldKind::Text => Kind::Text,
        FieldKind::DateTime => Kind::DateTime,
        FieldKind::Date => Kind::Date,
        FieldKind::Time => Kind::Time,
        FieldKind::Duration => Kind::Duration,
        FieldKind::Float => Kind::Float,
        FieldKind::Decimal { max_digits, decimal_places } => {
            Kind::Decimal(*max_digits, *decimal_places)
        }
        FieldKind::Uuid => Kind::Uuid,
        FieldKind::Json => Kind::Json,
        FieldKind::Ip => Kind::Ip,
        FieldKind::Binary => Kind::Binary,
        FieldKind::ForeignKey(key) => key_of((key.target)()),
    };
    let one_to_one = field.foreign_key().is_some_and(|key| key.one_to_one);
    let is_id = kind == Kind::Id;
    let unique = (field.unique || one_to_one) && !is_id;
    ColumnState {
        name: field.column.to_owned(),
        null: field.null,
        unique,
        index: (field.index || field.foreign_key().is_some()) && !unique && !is_id,
        positive: field.positive,
        kind,
    }
}

/// A table as built by migrations on SQLite, with the statements of its triggers. The constraints
/// of models, current or earlier, are identified by name.
pub(super) fn of_table(
    table: &Table,
    triggers: &[String],
    is_described: impl Fn(&str) -> bool,
) -> TableState {
    let of_several = table.indexes.iter().filter(|index| index.columns.len() > 1);
    let index = |index: &crate::schema::Index| IndexState {
        columns: index.columns.clone(),
        unique: index.unique,
    };
    TableState {
        name: table.name.clone(),
        columns: table
            .columns
            .iter()
            .filter(|column| !column.computed)
            .map(|column| of_column(table, column))
            .collect(),
        indexes: of_several.map(index).collect(),
        attributes: attributes(table, triggers, &is_described),
        constraints: constraints::of_table(table, is_described),
    }
    .normal()
}

fn of_column(table: &Table, column: &Column) -> ColumnState {
    let name = column.name.clone();
    let has_index = |unique: bool| {
        table.indexes.iter().any(|index| index.columns == [name.as_str()] && index.unique == unique)
    };
    let digits = digits_of(&column.declared);
    let kind = match (&column.kind, reference(table, column), digits) {
        (ColumnKind::Decimal, None, Some((digits, places))) => Kind::Decimal(digits, places),
        _ if column.primary_key && column.numbering != Numbering::No => Kind::Id,
        (_, Some(key), _) => Kind::Key {
            table: key.to_table.clone(),
            column: key.to_columns.first().cloned().unwrap_or_default(),
        },
        (ColumnKind::SmallInteger, None, _) => Kind::SmallInteger,
        (ColumnKind::Integer, None, _) => Kind::Integer,
        (ColumnKind::BigInteger, None, _) => Kind::BigInteger,
        (ColumnKind::Bool, None, _) => Kind::Bool,
        // SQLite has no types for these, and Django declares text of their lengths.
        (ColumnKind::Text, None, _) if column.declared == "char(32)" => Kind::Uuid,
        (ColumnKind::Text, None, _) if column.declared == "char(39)" => Kind::Ip,
        (ColumnKind::Text, None, _) => column.max_length.map_or(Kind::Text, Kind::Varchar),
        (ColumnKind::Json, None, _) if column.declared == "text" => Kind::Json,
        (ColumnKind::DateTime, None, _) => Kind::DateTime,
        (ColumnKind::Date, None, _) => Kind::Date,
        (ColumnKind::Time, None, _) => Kind::Time,
        (ColumnKind::Duration, None, _) => Kind::Duration,
        (ColumnKind::Float, None, _) if column.declared == "real" => Kind::Float,
        (ColumnKind::Binary, None, _) => Kind::Binary,
        (kind, None, _) => Kind::Other {
            sqlite: column.declared.clone(),
            postgres: (!matches!(kind, ColumnKind::Other(_)))
                .then(|| kind.postgres_name(column.max_length)),
        },
    };
    let unique = has_index(true);
    ColumnState {
        null: column.null && kind != Kind::Id,
        unique,
        index: has_index(false) && !unique,
        positive: column.positive,
        kind,
        name,
    }
}

/// The digits of `decimal(8, 2)`: the total, and those after the decimal point.
fn digits_of(declared: &str) -> Option<(u32, u32)> {
    let (digits, places) = declared.strip_prefix("decimal(")?.strip_suffix(')')?.split_once(',')?;
    Some((digits.trim().parse().ok()?, places.trim().parse().ok()?))
}

/// The foreign key of this single column.
fn reference<'a>(table: &'a Table, column: &Column) -> Option<&'a ForeignKey> {
    table.foreign_keys.iter().find(|key| key.columns == [column.name.as_str()])
}

fn attributes(
    table: &Table,
    triggers: &[String],
    is_described: &impl Fn(&str) -> bool,
) -> SchemaAttributes {
    let mut attributes = SchemaAttributes::default();
    let by_hand = |check: &&Check| !check.name.as_deref().is_some_and(is_described);
    for check in table.checks.iter().filter(by_hand) {
        let name = check.name.as_ref().map(|name| format!("CONSTRAINT {} ", quoted(name)));
        let name = name.unwrap_or_default();
        attributes.checks.push(format!("{name}CHECK ({})", check.expression));
    }
    for column in &table.columns {
        let name = quoted(&column.name);
        if column.computed {
            attributes.peculiar.push(format!("the column {name} is computed from others"));
        }
        let on_delete = reference(table, column).map(|key| key.on_delete.clone());
        let of_column = ColumnAttributes {
            default: column.default.clone(),
            collation: column.collation.clone(),
            on_delete: on_delete.filter(|action| action != "NO ACTION"),
        };
        if of_column != ColumnAttributes::default() {
            attributes.columns.insert(column.name.clone(), of_column);
        }
    }
    for index in table.special_indexes.iter().filter(|index| !is_described(&index.name)) {
        if index.definition.is_empty() {
            attributes.peculiar.push("a unique constraint is over more than columns".to_owned());
        } else {
            attributes.statements.push(index.definition.clone());
        }
    }
    attributes.statements.extend(triggers.iter().cloned());
    if table.foreign_keys.iter().any(|key| key.columns.len() > 1) {
        attributes.peculiar.push("a foreign key has several columns".to_owned());
    }
    if !table.columns.iter().any(|column| column.primary_key && column.numbering != Numbering::No) {
        attributes.peculiar.push("its primary key is no number that the database gives".to_owned());
    }
    attributes
}

impl TableState {
    pub(super) fn column(&self, name: &str) -> Option<&ColumnState> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// Moves an index of one column to that column.
    fn normal(mut self) -> Self {
        let single: Vec<IndexState> =
            self.indexes.iter().filter(|index| index.columns.len() == 1).cloned().collect();
        for index in single {
            self.indexes.remove(&index);
            let own = |column: &&mut ColumnState| column.name == index.columns[0];
            if let Some(column) = self.columns.iter_mut().find(own) {
                column.unique |= index.unique;
                column.index = (column.index || !index.unique) && !column.unique;
            }
        }
        self
    }
}
