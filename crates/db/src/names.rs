//! Names of tables and columns, quoted for SQL.

/// A name quoted for SQL, with any characters: `"letting"`.
pub fn quoted(name: &str) -> String {
    let mut sql = String::with_capacity(name.len() + 2);
    push_quoted(&mut sql, name);
    sql
}

/// Appends a name to a statement, as [`quoted`] writes it.
pub fn push_quoted(sql: &mut String, name: &str) {
    sql.push('"');
    if name.contains('"') {
        sql.push_str(&name.replace('"', "\"\""));
    } else {
        sql.push_str(name);
    }
    sql.push('"');
}
