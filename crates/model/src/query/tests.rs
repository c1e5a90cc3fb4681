//! The SQL of queries.

use db::{DatabaseKind, Value};

use super::*;
use crate::{FieldKind, ForeignKeyInfo, OnDelete};

const fn unique(name: &'static str, kind: FieldKind) -> FieldInfo {
    FieldInfo { unique: true, ..FieldInfo::new(name, kind) }
}

const fn model(table: &'static str, fields: &'static [FieldInfo]) -> ModelInfo {
    ModelInfo {
        label: table,
        path: table,
        table,
        verbose_name: table,
        verbose_name_plural: table,
        fields,
        many_to_many: &[],
        many_through: &[],
        ordering: &[],
        display: &[],
        unique_together: &[],
        indexes: &[],
        natural_key: &[],
        found_by_natural_key: false,
        constraints: &[],
        rules: &[],
    }
}

static USER: ModelInfo = model(
    "user",
    &[
        unique("id", FieldKind::Id),
        unique("name", FieldKind::Text),
        FieldInfo::new("password", FieldKind::Text),
    ],
);

static PROFILE: ModelInfo = model(
    "profile",
    &[
        unique("id", FieldKind::Id),
        unique(
            "user_id",
            FieldKind::ForeignKey(ForeignKeyInfo {
                target: || &USER,
                target_label: "user",
                on_delete: OnDelete::Cascade,
                one_to_one: true,
            }),
        ),
        FieldInfo::new("city", FieldKind::Text),
    ],
);

fn path(fields: &[&'static FieldInfo]) -> FieldPath {
    FieldPath::Owned(fields.to_vec())
}

fn user_name() -> FieldPath {
    path(&[&PROFILE.fields[1], &USER.fields[1]])
}

fn city() -> FieldPath {
    path(&[&PROFILE.fields[2]])
}

fn own() -> Fetched {
    Fetched::Table { keys: path(&[]), written: &[] }
}

fn sql(rows: &Rows, fetched: &[Fetched]) -> String {
    rows.fetch(fetched, DatabaseKind::Sqlite).sql().to_owned()
}

fn is(path: FieldPath) -> Expression {
    Expression::Compare { path, operator: "=", value: Value::from("x") }
}

/// City and name, as a list shows them.
fn listed() -> [Fetched; 2] {
    [Fetched::Column(city()), Fetched::Column(user_name())]
}

#[test]
fn all_rows_come_in_the_order_of_their_keys() {
    assert_eq!(
        sql(&Rows::of(&PROFILE), &[own()]),
        r#"SELECT t0."id", t0."user_id", t0."city" FROM "profile" t0 ORDER BY t0."id""#
    );
}

#[test]
fn a_page_chooses_its_rows_before_it_joins_and_its_limit_stands_literally() {
    let rows = Rows { limit: Some(21), ..Rows::of(&PROFILE) };
    assert_eq!(
        sql(&rows, &listed()),
        r#"SELECT t0."city", t1."name" FROM (SELECT t0.* FROM "profile" t0 ORDER BY t0."id" LIMIT 21) t0 JOIN "user" t1 ON t1."id" = t0."user_id" ORDER BY t0."id""#
    );
}

#[test]
fn after_an_offset_the_rows_before_it_are_read_from_the_index_only() {
    let rows = Rows { limit: Some(21), offset: 40, ..Rows::of(&PROFILE) };
    assert_eq!(
        sql(&rows, &listed()),
        r#"SELECT t0."city", t1."name" FROM (SELECT t0."id" FROM "profile" t0 ORDER BY t0."id" LIMIT 21 OFFSET 40) chosen JOIN "profile" t0 ON t0."id" = chosen."id" JOIN "user" t1 ON t1."id" = t0."user_id" ORDER BY t0."id""#
    );
}

#[test]
fn a_page_in_the_order_of_a_joined_column_joins_it_to_choose_and_to_sort() {
    let order = vec![(user_name(), true)];
    let rows = Rows { limit: Some(2), order, ..Rows::of(&PROFILE) };
    assert_eq!(
        sql(&rows, &[Fetched::Column(city()), Fetched::Column(user_name())]),
        r#"SELECT t0."city", t1."name" FROM (SELECT t0.* FROM "profile" t0 JOIN "user" t1 ON t1."id" = t0."user_id" ORDER BY t1."name" DESC, t0."id" LIMIT 2) t0 JOIN "user" t1 ON t1."id" = t0."user_id" ORDER BY t1."name" DESC, t0."id""#
    );
}

#[test]
fn the_only_row_with_a_unique_value_is_neither_chosen_first_nor_sorted() {
    let conditions = vec![is(user_name())];
    let rows = Rows { limit: Some(1), conditions, ..Rows::of(&PROFILE) };
    assert_eq!(
        sql(&rows, &listed()),
        r#"SELECT t0."city", t1."name" FROM "profile" t0 JOIN "user" t1 ON t1."id" = t0."user_id" WHERE t1."name" = $1 LIMIT 1"#
    );
}

#[test]
fn a_value_that_others_may_have_too_does_not_make_a_row_the_only_one() {
    let rows = Rows { limit: Some(1), conditions: vec![is(city())], ..Rows::of(&PROFILE) };
    assert!(sql(&rows, &[own()]).ends_with(r#"ORDER BY t0."id" LIMIT 1"#));
}

#[test]
fn a_unique_column_completes_an_order() {
    let rows = Rows { order: vec![(path(&[&USER.fields[1]]), false)], ..Rows::of(&USER) };
    assert!(sql(&rows, &[own()]).ends_with(r#"ORDER BY t0."name""#));
}

#[test]
fn an_offset_alone_has_a_limit_on_sqlite_only() {
    let rows = Rows { offset: 3, ..Rows::of(&USER) };
    assert!(sql(&rows, &[own()]).contains("LIMIT -1 OFFSET 3"));
    let postgres = rows.fetch(&[own()], DatabaseKind::Postgres);
    assert!(!postgres.sql().contains("LIMIT"), "{}", postgres.sql());
}

#[test]
fn only_a_part_of_the_rows_is_updated_by_their_keys() {
    let set = || vec![(&PROFILE.fields[2], Value::from("Laguna"))];
    let all = Rows { conditions: vec![is(city())], ..Rows::of(&PROFILE) };
    let update = all.update(set(), DatabaseKind::Sqlite);
    assert_eq!(update.sql(), r#"UPDATE "profile" AS t0 SET "city" = $1 WHERE t0."city" = $2"#);
    let part = Rows { limit: Some(5), ..all };
    let update = part.update(set(), DatabaseKind::Sqlite);
    assert_eq!(
        update.sql(),
        r#"UPDATE "profile" AS t0 SET "city" = $1 WHERE t0."id" IN (SELECT t0."id" FROM "profile" t0 WHERE t0."city" = $2 ORDER BY t0."id" LIMIT 5)"#
    );
}
