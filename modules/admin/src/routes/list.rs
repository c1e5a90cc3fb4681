//! The list of a model.

pub(crate) mod actions;

use module_api::admin::{ModelAdmin, RegisteredModel};
use module_api::auth::Action;
use module_api::db::{Db, Executor};
use module_api::model::{Record, Records, capitalized};
use module_api::serde::Serialize;
use module_api::{Connection, Error, Messages, Page, context, template_name};
use rocket::http::uri::Origin;
use rocket::response::Redirect;
use rocket::{State, get};

use self::actions::Selection;
use super::Answer;
use crate::access::AdminContext;
use crate::list::columns::{Cell, Columns};
use crate::list::conditions::Malformed;
use crate::list::dates::HierarchyLinks;
use crate::list::facets::Facet;
use crate::list::pages::Rows;
use crate::list::parameters::{COUNTS, ERROR, PAGE, Parameters, SEARCH};
use crate::list::{COUNTED_AMONG, ListQuery};
use crate::shell::Shell;
use crate::text::counted;

/// The maximum number of rows in a table whose filters count by default.
const COUNTED_AT_ONCE: u32 = 5_000;

/// The maximum number of rows of a search that are counted.
const COUNTED_OF_SEARCH: u32 = 1_000;

/// The list of a model's rows.
#[get("/<app>/<model>")]
pub(crate) async fn list(
    cx: AdminContext<'_>,
    app: &str,
    model: &str,
    uri: &Origin<'_>,
    site: &State<Db>,
    mut db: Connection<Db>,
    messages: Messages<'_>,
) -> Result<Answer, Error> {
    let registered = cx.model(app, model, Action::View)?;
    match read(&cx, registered, uri) {
        Ok(mut query) => {
            query.ask_index(site, &mut db).await;
            let page = page(&cx, registered, &query, None, (&mut db).into()).await?;
            Ok(Answer::Page(page))
        }
        Err(malformed) => Ok(redirect_to_unfiltered(&cx, registered, &malformed, messages)?.into()),
    }
}

/// Reads the query of an address.
pub(crate) fn read<'a>(
    cx: &'a AdminContext<'a>,
    registered: &'a RegisteredModel,
    uri: &Origin<'_>,
) -> Result<ListQuery<'a>, Malformed> {
    let parameters = Parameters::of(uri).ok_or_else(|| Malformed("?".to_owned()))?;
    ListQuery::read(cx, &registered.admin, parameters)
}

/// Redirects from an address with an invalid filter to the unfiltered list.
pub(crate) fn redirect_to_unfiltered(
    cx: &AdminContext<'_>,
    registered: &RegisteredModel,
    Malformed(name): &Malformed,
    messages: Messages<'_>,
) -> Result<Redirect, Error> {
    let plural = registered.admin.model.verbose_name_plural;
    messages.warning(format!(
        "The filter “{name}” in the address is unknown or invalid. Showing all {plural}."
    ));
    let list = cx.model_url("list", &registered.admin)?;
    Ok(Redirect::to(format!("{list}?{ERROR}=1")))
}

/// A row of the list.
#[derive(Serialize)]
#[serde(crate = "module_api::serde")]
struct Row {
    id: i64,
    /// The address of its form.
    url: String,
    /// The label of its checkbox, for screen readers.
    label: String,
    is_selected: bool,
    cells: Vec<Cell>,
}

/// The numbers of rows.
#[derive(Serialize)]
#[serde(crate = "module_api::serde")]
struct Counts {
    /// The number on this page.
    here: usize,
    /// The number on all pages.
    total: u64,
    /// The total as text: `1000+` if not all were counted.
    total_text: String,
    /// `3 lettings`, `1 result`.
    text: String,
    /// The number of all rows, if only a part is shown.
    of_all: Option<String>,
}

/// `7`, or `1000+` if there are more than were counted.
fn at_least(rows: u64, is_partial: bool) -> String {
    if is_partial { format!("{rows}+") } else { rows.to_string() }
}

/// The filters beside the rows.
#[derive(Default, Serialize)]
#[serde(crate = "module_api::serde")]
struct Filters {
    facets: Vec<Facet>,
    hierarchy: HierarchyLinks,
    /// Conditions that no filter shows, each with the address without it.
    further: Vec<(String, String)>,
    /// The address without any condition, if there is one.
    clear: Option<String>,
    /// The address that toggles the numbers of rows in filters.
    counts: Option<String>,
    has_counts: bool,
    /// The maximum number of rows within which is counted, if there may be more.
    counted_among: Option<u32>,
}

/// The search, if the model can be searched.
#[derive(Serialize)]
#[serde(crate = "module_api::serde")]
struct Search {
    text: String,
    max_length: usize,
    /// The other conditions in the address, as hidden fields.
    hidden: Vec<(String, String)>,
    /// The address without the search text.
    clear: String,
}

/// Renders the page. `kept` is the previous selection, if its action was not run.
async fn page(
    cx: &AdminContext<'_>,
    registered: &RegisteredModel,
    query: &ListQuery<'_>,
    kept: Option<&Selection>,
    mut on: Executor<'_>,
) -> Result<Page, Error> {
    let admin = &registered.admin;
    let parameters = &query.parameters;
    let mut records = query.rows();
    let columns = Columns::new(cx, admin, &mut records);
    let size = admin.page_size;
    // The result of a search is shown without counting all of it.
    let counted_up_to = query.is_search().then_some(COUNTED_OF_SEARCH);
    let order = &query.order.paths;
    let rows = Rows::fetch(&records, order, size, parameters, counted_up_to, on.reborrow()).await?;
    let all = if !query.is_filtered() {
        rows.total
    } else if query.is_search() {
        Records::of(admin.model).count_up_to(COUNTED_AT_ONCE + 1, on.reborrow()).await?
    } else {
        Records::of(admin.model).count(on.reborrow()).await?
    };
    let filters = filters(query, all, on).await?;
    let counts = Counts {
        here: rows.records.len(),
        total: rows.total,
        total_text: at_least(rows.total, rows.is_partial),
        text: if rows.is_partial {
            format!("{} results", at_least(rows.total, true))
        } else if query.is_filtered() {
            counted(rows.total, "result", "results")
        } else {
            counted(rows.total, admin.model.verbose_name, admin.model.verbose_name_plural)
        },
        of_all: query.is_filtered().then(|| {
            let is_partial = query.is_search() && all > u64::from(COUNTED_AT_ONCE);
            at_least(all - u64::from(is_partial), is_partial)
        }),
    };
    let pages = rows.links(parameters);
    let mut rows = shown(cx, admin, &columns, &rows.records, parameters)?;
    let selected = kept.map(Selection::ids).unwrap_or_default();
    for row in &mut rows {
        row.is_selected = selected.contains(&row.id);
    }
    let may_change = cx.may(admin, Action::Change, None);
    let title = capitalized(admin.model.verbose_name_plural);
    let add = cx.may(admin, Action::Add, None).then(|| cx.model_url("add", admin)).transpose()?;
    let may_import = add.is_some() || may_change;
    let import = may_import.then(|| cx.model_url("import", admin)).transpose()?;
    let export = cx.model_url("export", admin)?;
    let exported = parameters.without(&[PAGE, ERROR, COUNTS]);
    let export = |format: &str| exported.with("format", format).on(&export);
    let without_search = parameters.without(&[SEARCH, PAGE, ERROR]);
    let search = (!admin.search_fields.is_empty()).then(|| Search {
        text: parameters.get(SEARCH).unwrap_or_default().to_owned(),
        max_length: crate::search::MAX_LENGTH,
        hidden: without_search.iter().map(|(n, v)| (n.to_owned(), v.to_owned())).collect(),
        clear: without_search.link(),
    });
    let shell = Shell::of_model(cx, title, admin, Vec::new())?;
    let context = context! {
        shell,
        names: (admin.model.verbose_name, admin.model.verbose_name_plural),
        caption: capitalized(admin.model.verbose_name_plural),
        add,
        import,
        export_csv: export("csv"),
        export_json: export("json"),
        sorted_by: query.order.columns.len(),
        headings: columns.headings(admin, &query.order, parameters),
        rows,
        counts,
        pages,
        search,
        filters,
        actions: actions::offered(cx, admin),
        action: kept.map(Selection::action).unwrap_or_default().to_owned(),
        is_across: kept.is_some_and(Selection::is_all),
        here: parameters.without(&[ERROR]).link(),
        list: cx.model_url("list", admin)?,
    };
    Ok(Page::render(template_name!("admin/list"), context))
}

/// The displayed rows. Those that the registration's rule hides from the user are left out.
fn shown(
    cx: &AdminContext<'_>,
    admin: &ModelAdmin,
    columns: &Columns<'_>,
    records: &[Record],
    parameters: &Parameters,
) -> Result<Vec<Row>, Error> {
    // The form leads back to this list, as in Django.
    let back = parameters.without(&[ERROR]).query();
    let back = if back.is_empty() {
        String::new()
    } else {
        Parameters::default().with("_changelist_filters", back).link()
    };
    let mut shown = Vec::with_capacity(records.len());
    for record in records {
        if admin.rule.is_some() && !cx.may(admin, Action::View, Some(record)) {
            continue;
        }
        let url = cx.object_url("change", admin, record.id())? + &back;
        let cells = columns.cells(record);
        let label = Cell::name(&cells).unwrap_or_else(|| record.id().to_string());
        shown.push(Row { id: record.id(), url, label, is_selected: false, cells });
    }
    Ok(shown)
}

/// The filters beside a list with this total number of rows.
async fn filters(query: &ListQuery<'_>, all: u64, mut on: Executor<'_>) -> Result<Filters, Error> {
    let parameters = &query.parameters;
    let is_short = all <= u64::from(COUNTED_AT_ONCE);
    let is_asked = parameters.has(COUNTS);
    let is_longer = all > u64::from(COUNTED_AMONG) || (query.is_search() && !is_short);
    let may_be_partial = is_asked && is_longer;
    let has_counts = is_short || is_asked;
    let facets = query.facets(has_counts, !is_short, on.reborrow()).await?;
    let rows = if is_short { query.rows() } else { query.newest(query.rows()) };
    let hierarchy = match &query.hierarchy {
        Some(hierarchy) if has_counts => hierarchy.links(&rows, parameters, on).await?,
        Some(hierarchy) => hierarchy.way_back(parameters),
        None => HierarchyLinks::default(),
    };
    let can_count = !is_short && (!facets.is_empty() || query.hierarchy.is_some());
    let counts = can_count.then(|| {
        let other = parameters.without(&[COUNTS, ERROR]);
        if is_asked { other } else { other.with(COUNTS, "True") }.link()
    });
    let clear = query.has_conditions();
    Ok(Filters {
        facets,
        hierarchy,
        further: query.further_conditions(),
        clear: clear.then(|| parameters.without_conditions().without(&[PAGE, ERROR]).link()),
        counts,
        has_counts,
        counted_among: may_be_partial.then_some(COUNTED_AMONG),
    })
}
