//! Forms on public pages: shown, filled in, sent, and shown again.

use module_api::db::{Db, Value, query};
use module_api::forms::{Form, FormAnswer, FormView, ModelForm, Submitted};
use module_api::model::{ForeignKey, Model, NON_FIELD_ERRORS, ValidationErrors};
use module_api::rocket::http::Method;
use module_api::rocket::response::Redirect;
use module_api::rocket::{Route, State, get, post, routes};
use module_api::time::UtcDateTime;
use module_api::{Error, Page, context};
use module_test::{
    Answer, Browser, DatabaseKind, Document, Element, LocalModule, Setup, TestSite,
    on_both_databases,
};

#[derive(Model)]
#[model(label = "reception.room", display = "{name}")]
struct Room {
    id: i64,
    #[model(max_length = 20)]
    name: String,
}

#[derive(Model)]
#[model(label = "reception.stay", unique_together = [["guest", "arrival"]])]
struct Stay {
    id: i64,
    #[model(max_length = 20, help_text = "As on your passport.")]
    guest: String,
    #[model(on_delete = cascade)]
    room: ForeignKey<Room>,
    arrival: UtcDateTime,
    #[model(positive, min = 1, max = 30)]
    nights: i16,
    #[model(long_text, blank)]
    remark: String,
    breakfast: bool,
    #[model(default = "asked", max_length = 10)]
    status: String,
}

#[derive(Form)]
#[form(model = Stay, validate = long_stays_have_breakfast)]
struct StayForm {
    #[form(label = "Your name", autocomplete = "name")]
    guest: String,
    room: ForeignKey<Room>,
    arrival: UtcDateTime,
    nights: i16,
    #[form(help_text = "Is there anything that we should know?")]
    remark: String,
    breakfast: bool,
}

fn long_stays_have_breakfast(form: &StayForm) -> Result<(), ValidationErrors> {
    if form.nights > 7 && !form.breakfast {
        let message = "Guests of more than a week have breakfast.";
        return Err(ValidationErrors::of(NON_FIELD_ERRORS, message));
    }
    Ok(())
}

async fn rooms(db: &Db) -> Result<Vec<(i64, String)>, Error> {
    let rooms = Room::objects().all(&mut db.acquire().await?).await?;
    Ok(rooms.into_iter().map(|room| (room.id, room.name)).collect())
}

fn stay_page(form: FormView) -> Page {
    Page::render("reception/stay", context! { form })
}

#[get("/stay")]
async fn stay(db: &State<Db>) -> Result<Page, Error> {
    Ok(stay_page(StayForm::blank().with_choices("room", rooms(db).await?)).kept())
}

#[post("/stay", data = "<stay>")]
async fn book(stay: Submitted<StayForm>, db: &State<Db>) -> Result<FormAnswer, Error> {
    let rooms = rooms(db).await?;
    let stay = stay.shown(|form| form.with_choices("room", rooms));
    let book = async |form: StayForm| {
        let mut transaction = db.begin().await?;
        form.insert_with([Stay::STATUS.set("booked")], &mut transaction).await?;
        transaction.commit().await?;
        Ok(Redirect::to("/reception/stay/"))
    };
    stay.answer(stay_page, book).await
}

#[get("/stay/<id>")]
async fn stored(id: i64, db: &State<Db>) -> Result<Page, Error> {
    let found = Stay::get(id, &mut db.acquire().await?).await?.ok_or(Error::NotFound)?;
    Ok(stay_page(StayForm::of(&found).filled().with_choices("room", rooms(db).await?)))
}

#[post("/stay/<id>", data = "<stay>")]
async fn change(id: i64, stay: Submitted<StayForm>, db: &State<Db>) -> Result<FormAnswer, Error> {
    let change = async |form: StayForm| {
        let mut transaction = db.begin().await?;
        let mut found = Stay::get(id, &mut transaction).await?.ok_or(Error::NotFound)?;
        form.write_to(&mut found);
        found.save(&mut transaction).await?;
        transaction.commit().await?;
        Ok(Redirect::to("/reception/stay/"))
    };
    stay.answer(stay_page, change).await
}

/// A form of its own, with all that a field can say.
#[derive(Debug, Form)]
struct Question {
    #[form(email, autocomplete = "email")]
    email: String,
    #[form(label = "Telephone", max_length = 20, blank, widget = tel)]
    phone: String,
    #[form(max_length = 10, choices = [("price", "A price"), ("way", "The <way>")], widget = radios)]
    topic: String,
    #[form(choices = [(1, "One"), (2, "Two")])]
    people: Option<i32>,
    #[form(max_length = 200, widget = textarea, validate = no_shouting)]
    text: String,
    #[form(long_text, widget = password)]
    password: String,
    #[form(validate = accepted)]
    terms: bool,
    #[form(max_length = 50, blank, widget = hidden)]
    next: String,
}

fn no_shouting(text: &str) -> Result<(), String> {
    if text.chars().any(char::is_lowercase) {
        Ok(())
    } else {
        Err("Please do not shout.".to_owned())
    }
}

fn accepted(accepted: bool) -> Result<(), String> {
    if accepted { Ok(()) } else { Err("Please accept the terms.".to_owned()) }
}

fn question_page(form: FormView) -> Page {
    Page::render("reception/question", context! { form })
}

#[get("/question?<next>")]
fn question(next: Option<&str>) -> Page {
    let form = Question::blank().with_value("next", next.unwrap_or_default());
    question_page(form.with_help("password", ["Eight characters.", "None of them twice."]))
}

#[post("/question", data = "<question>")]
fn ask(question: Submitted<Question>) -> Result<String, Page> {
    let question = question.check().map_err(question_page)?;
    if question.email == "nobody@example.org" {
        let errors = ValidationErrors::of("email", "There is nobody.");
        return Err(question_page(question.refused(&errors)));
    }
    Ok(format!("{:?}", *question))
}

fn all_routes() -> Vec<Route> {
    routes![stay, book, stored, change, question, ask]
}

static RECEPTION: LocalModule = LocalModule {
    routes: all_routes,
    models: &[Room::INFO, Stay::INFO],
    templates: &[
        (
            "reception/stay.html.j2",
            b"{% extends \"base\" %}{% block title %}{% if form.errors %}Error: {% endif %}Stay{% endblock %}
{% block content %}<h1>Stay</h1><form method=\"post\">{{ form.render() }}<button>Book</button></form>{% endblock %}",
        ),
        (
            "reception/question.html.j2",
            b"{% extends \"base\" %}{% block content %}<h1>Question</h1><form method=\"post\">{{ form.head() }}
{{ form.email.label_tag() }}{{ form.email.errors_tag() }}{{ form.email.input(placeholder=\"a@b\", data_kind='\"') }}
{% for field in form.fields if field.name != \"email\" %}{{ field.render() }}{% endfor %}</form>{% endblock %}",
        ),
    ],
    migrations: &[
        (
            "0001_initial.sqlite.sql",
            b"CREATE TABLE reception_room (id integer PRIMARY KEY AUTOINCREMENT, name varchar(20) NOT NULL);
CREATE TABLE reception_stay (id integer PRIMARY KEY AUTOINCREMENT, guest varchar(20) NOT NULL, room_id bigint NOT NULL, arrival datetime NOT NULL, nights smallint NOT NULL, remark text NOT NULL, breakfast bool NOT NULL, status varchar(10) NOT NULL);",
        ),
        (
            "0001_initial.postgres.sql",
            b"CREATE TABLE reception_room (id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, name varchar(20) NOT NULL);
CREATE TABLE reception_stay (id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, guest varchar(20) NOT NULL, room_id bigint NOT NULL, arrival timestamp with time zone NOT NULL, nights smallint NOT NULL, remark text NOT NULL, breakfast boolean NOT NULL, status varchar(10) NOT NULL);",
        ),
    ],
    ..LocalModule::named("reception")
};

on_both_databases!(
    a_good_form_is_a_row_of_its_model,
    a_row_is_changed_by_its_form,
    rules_of_the_model_and_the_form_are_told_at_the_form,
    a_choice_is_one_that_was_offered,
);

fn setup(on: DatabaseKind) -> Setup {
    TestSite::on(on).modules(&[&RECEPTION])
}

async fn site(on: DatabaseKind) -> TestSite {
    let site = setup(on).start().await;
    let room = r#"{"model": "reception.room", "pk": 3, "fields": {"name": "Sea view"}}"#;
    site.load_fixture(&format!("[{room}]")).await;
    site
}

const STAY: &str = "/reception/stay/";
const QUESTION: &str = "/reception/question/";
const GOOD: [(&str, &str); 6] = [
    ("guest", "Zoë"),
    ("room", "3"),
    ("arrival_0", "2030-07-01"),
    ("arrival_1", "15:00"),
    ("nights", "2"),
    ("breakfast", "on"),
];

/// The good fields with others in their place.
fn with<'a>(others: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let is_other = |name: &str| others.iter().any(|(other, _)| *other == name);
    let kept = GOOD.into_iter().filter(|(name, _)| !is_other(name));
    kept.chain(others.iter().copied()).collect()
}

async fn stays(site: &TestSite) -> Vec<(String, i64)> {
    let stays = query(
        "SELECT guest || ' ' || status AS guest, CAST(nights AS bigint) AS nights FROM reception_stay",
    );
    stays.fetch_all::<(String, i64)>(&mut site.db().acquire().await.unwrap()).await.unwrap()
}

/// The errors of a page's fields, and as `form` those of the whole form.
fn errors(page: &Document) -> Vec<(&str, String)> {
    fn of(element: &Element) -> Option<(&str, String)> {
        Some((element.attribute("id")?.strip_suffix("-error")?, element.words()))
    }
    page.elements.iter().filter_map(of).collect()
}

async fn a_good_form_is_a_row_of_its_model(on: DatabaseKind) {
    let site = site(on).await;
    let answer = site.browser().submit(STAY, &GOOD).await;
    assert_eq!((answer.status, answer.header("location")), (303, Some(STAY)));
    assert_eq!(stays(&site).await, [("Zoë booked".to_owned(), 2)]);
}

async fn a_row_is_changed_by_its_form(on: DatabaseKind) {
    let site = site(on).await;
    site.browser().submit(STAY, &GOOD).await;
    let address = "/reception/stay/1/";
    let form = site.get(address).await.page().form_with(&["guest"]);
    for field in GOOD.into_iter().filter(|(name, _)| *name != "arrival_1") {
        assert!(form.fields.contains(&(field.0.to_owned(), field.1.to_owned())), "{field:?}");
    }
    let answer = site.browser().submit(address, &[("nights", "30")]).await;
    assert_eq!(answer.status, 303);
    assert_eq!(stays(&site).await, [("Zoë booked".to_owned(), 30)]);
    assert_eq!(site.get("/reception/stay/2/").await.status, 404);
    assert_eq!(site.browser().post("/reception/stay/2/", &GOOD).await.status, 404);
}

async fn rules_of_the_model_and_the_form_are_told_at_the_form(on: DatabaseKind) {
    let site = site(on).await;
    let browser = site.browser();
    assert_eq!(browser.submit(STAY, &GOOD).await.status, 303);
    let again = browser.submit(STAY, &GOOD).await;
    assert_eq!(again.status, 200);
    let told = again.page().id("form-error").expect("it is about two fields").words();
    assert_eq!(told, "Stay with this Guest and Arrival already exists.");
    let long = browser.submit(STAY, &with(&[("nights", "8"), ("breakfast", "")])).await.page();
    let told = long.id("form-error").expect("it is about two fields").words();
    assert_eq!(told, "Guests of more than a week have breakfast.");
    assert_eq!(errors(&long).len(), 1, "no field is wrong by itself");
    assert_eq!(stays(&site).await.len(), 1);
}

async fn a_choice_is_one_that_was_offered(on: DatabaseKind) {
    let site = site(on).await;
    let page = site.get(STAY).await.page();
    let options: Vec<String> = page.all("option").map(Element::words).collect();
    assert_eq!(options, ["---------", "Sea view"]);
    for room in ["4", "x", "-1", "99999999999999999999"] {
        let page = site.browser().submit(STAY, &with(&[("room", room)])).await.page();
        let message = "Select a valid choice. That choice is not one of the available choices.";
        assert_eq!(errors(&page), [("room", message.to_owned())], "{room}");
    }
    // Without choices the database still looks after it.
    site.browser().submit(STAY, &GOOD).await;
    let page = site.browser().post("/reception/stay/1/", &with(&[("room", "4")])).await.page();
    assert_eq!(errors(&page), [("room", "room instance with id 4 does not exist.".to_owned())]);
    assert_eq!(stays(&site).await.len(), 1);
}

#[rocket::async_test]
async fn an_empty_form_says_what_it_asks_for() {
    let site = site(DatabaseKind::Sqlite).await;
    let answer = site.get(STAY).await;
    assert_eq!(answer.header("cache-control"), Some("private, no-store"), "it is never kept");
    let page = answer.page();
    assert_eq!(page.title(), "Stay");
    let inputs: Vec<_> = page.all("input").filter_map(|input| input.attribute("name")).collect();
    assert_eq!(inputs, ["csrf_token", "guest", "arrival_0", "arrival_1", "nights", "breakfast"]);
    let label = |id: &str| {
        let label = page.all("label").find(|label| label.attribute("for") == Some(id));
        label.unwrap_or_else(|| panic!("{id} has a label")).words()
    };
    for (id, expected) in [
        ("id_guest", "Your name"),
        ("id_room", "Room"),
        ("id_arrival_0", "Date"),
        ("id_arrival_1", "Time"),
        ("id_nights", "Nights"),
        ("id_remark", "Remark (optional)"),
        ("id_breakfast", "Breakfast"),
    ] {
        assert_eq!(label(id), expected);
        let control = page.id(id).expect("a label is for a control");
        let is_required = !matches!(id, "id_remark" | "id_breakfast");
        assert_eq!(control.attribute("required").is_some(), is_required, "{id}");
        assert_eq!(control.attribute("aria-invalid"), None, "{id}");
        assert_eq!(control.attribute("autofocus"), None, "{id}");
    }
    let guest = page.id("id_guest").unwrap();
    assert_eq!(guest.attribute("autocomplete"), Some("name"));
    assert_eq!(guest.attribute("maxlength"), Some("20"));
    assert_eq!(guest.attribute("aria-describedby"), Some("guest-help"));
    assert_eq!(page.id("guest-help").unwrap().words(), "As on your passport.");
    let help = "Is there anything that we should know?";
    assert_eq!(page.id("remark-help").unwrap().words(), help);
    let nights = page.id("id_nights").unwrap();
    let limits = ["type", "min", "max"].map(|name| nights.attribute(name));
    assert_eq!(limits, [Some("number"), Some("1"), Some("30")]);
    let group = page.elements.iter().find(|it| it.attribute("role") == Some("group")).unwrap();
    let named_by = group.attribute("aria-labelledby").and_then(|id| page.id(id));
    assert_eq!(named_by.expect("a group has a name").words(), "Arrival");
    assert!(page.id("error-summary").is_none() && page.id("form-error").is_none());
}

#[rocket::async_test]
async fn all_errors_are_told_at_once_and_what_was_typed_is_kept() {
    let site = site(DatabaseKind::Sqlite).await;
    let long = "x".repeat(21);
    let typed = [
        ("guest", long.as_str()),
        ("room", ""),
        ("arrival_0", "2030-02-30"),
        ("arrival_1", "15:00"),
        ("nights", "many"),
        ("remark", "Two\nlines"),
    ];
    let answer = site.browser().submit(STAY, &typed).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("cache-control"), Some("private, no-store"));
    let page = answer.page();
    assert_eq!(page.title(), "Error: Stay");
    let told = errors(&page);
    let told: Vec<(&str, &str)> = told.iter().map(|(name, text)| (*name, text.as_str())).collect();
    assert_eq!(
        told,
        [
            ("guest", "Ensure this value has at most 20 characters (it has 21)."),
            ("room", "This field is required."),
            ("arrival", "Enter a valid date."),
            ("nights", "Enter a whole number."),
        ]
    );
    let form = page.form_with(&["guest"]);
    for (name, value) in typed.into_iter().filter(|(name, _)| *name != "room") {
        let kept = form.fields.iter().find(|(known, _)| known == name);
        assert_eq!(kept.map(|(_, value)| value.as_str()), Some(value), "{name}");
    }
    for (name, _) in &told {
        let id = if *name == "arrival" { "id_arrival_0".to_owned() } else { format!("id_{name}") };
        let control = page.id(&id).unwrap();
        assert_eq!(control.attribute("aria-invalid"), Some("true"), "{name}");
        let described_by = control.attribute("aria-describedby").expect("the error describes it");
        for id in described_by.split(' ') {
            assert!(page.id(id).is_some(), "{id} is there");
        }
        assert!(described_by.split(' ').any(|id| id == format!("{name}-error")), "{name}");
    }
    let focused = page.elements.iter().filter(|it| it.attribute("autofocus").is_some());
    let focused: Vec<_> = focused.map(|it| it.attribute("id")).collect();
    assert_eq!(focused, [Some("id_guest")]);
    let summary = page.id("error-summary").expect("there is a summary");
    assert_eq!(summary.attribute("role"), Some("alert"));
    assert!(summary.words().starts_with("Please correct the errors below. Your name: Ensure"));
    let links = page.all("a").filter_map(|link| link.attribute("href")?.strip_prefix("#id_"));
    let links: Vec<&str> = links.collect();
    assert_eq!(links, ["guest", "room", "arrival_0", "nights"]);
    assert!(stays(&site).await.is_empty());
}

#[rocket::async_test]
async fn a_form_of_its_own_has_its_own_rules_and_inputs() {
    let site = site(DatabaseKind::Sqlite).await;
    let good = [
        ("email", "ann@example.org"),
        ("topic", "way"),
        ("text", "Where <are> you?"),
        ("password", " a b "),
        ("terms", "on"),
    ];
    let address = "/reception/question/?next=%2Fa%22";
    let answer = site.browser().submit(address, &good).await;
    assert_eq!(
        answer.text(),
        r#"Question { email: "ann@example.org", phone: "", topic: "way", people: None, text: "Where <are> you?", password: " a b ", terms: true, next: "/a\"" }"#
    );

    let page = site.get(address).await.page();
    let email = page.id("id_email").unwrap();
    let attributes = ["type", "placeholder", "data-kind"].map(|name| email.attribute(name));
    assert_eq!(attributes, [Some("email"), Some("a@b"), Some("\"")]);
    assert_eq!(page.id("id_phone").unwrap().attribute("type"), Some("tel"));
    assert_eq!(page.id("password-help").unwrap().words(), "Eight characters. None of them twice.");
    let radios: Vec<_> =
        page.all("input").filter(|it| it.attribute("type") == Some("radio")).collect();
    let values: Vec<_> = radios.iter().map(|radio| radio.attribute("value").unwrap()).collect();
    assert_eq!(values, ["price", "way"]);

    let bad = [
        ("email", "ann"),
        ("topic", "weather"),
        ("people", "3"),
        ("text", "WHERE </TEXTAREA><SCRIPT>ALERT(1)</SCRIPT>"),
        ("password", "secret words"),
        ("next", "\"><script>"),
    ];
    let answer = site.browser().submit(address, &bad).await;
    assert_eq!(answer.status, 200);
    let page = answer.page();
    let told: Vec<&str> = errors(&page).iter().map(|(name, _)| *name).collect::<Vec<_>>();
    assert_eq!(told, ["email", "topic", "people", "text", "terms"]);
    assert_eq!(page.all("script").count(), 0);
    assert_eq!(page.all("textarea").next().unwrap().text, format!("\n{}", bad[3].1));
    assert!(!answer.text().contains("secret"), "no password comes back");

    let refused = with_field(&good, ("email", "nobody@example.org"));
    let page = site.browser().submit(address, &refused).await.page();
    assert_eq!(errors(&page), [("email", "There is nobody.".to_owned())]);
}

fn with_field<'a>(
    fields: &[(&'a str, &'a str)],
    field: (&'a str, &'a str),
) -> Vec<(&'a str, &'a str)> {
    fields.iter().map(|known| if known.0 == field.0 { field } else { *known }).collect()
}

async fn send(browser: &Browser<'_>, content_type: &str, body: &[u8]) -> Answer {
    browser.request(Method::Post, QUESTION, &[("Content-Type", content_type)], body).await
}

#[rocket::async_test]
async fn forms_that_no_browser_sends_do_no_harm() {
    const FORM: &str = "application/x-www-form-urlencoded";
    let site = site(DatabaseKind::Sqlite).await;
    let browser = site.browser();
    let token = browser.token();
    let with = |rest: &str| format!("csrf_token={token}&{rest}").into_bytes();

    let required = [("email", "This field is required.".to_owned())];
    for body in [
        with(""),
        with("unknown=1&email%5B%5D=a%40b.org&Email=a%40b.org"),
        with("email=a%40b.org&email="),
        with("email=+%00&"),
        with("email.a.b=x&email[a]=x"),
    ] {
        let page = send(&browser, FORM, &body).await.page();
        let told = errors(&page);
        assert!(told[0].0 == required[0].0, "{told:?}");
    }
    for (people, message) in [
        ("9".repeat(400), "Select a valid choice."),
        ("1e3".to_owned(), "Select a valid choice."),
        ("\u{0}".to_owned(), "Select a valid choice."),
    ] {
        let people = module_test::encoded(&[("people", &people)]);
        let page = send(&browser, FORM, &with(&people)).await.page();
        let told = errors(&page).into_iter().find(|(name, _)| *name == "people").unwrap().1;
        assert!(told.starts_with(message), "{told}");
    }
    let stay = |fields: Vec<(&'static str, &'static str)>| {
        let site = &site;
        async move { site.browser().post(STAY, &fields).await.page() }
    };
    let page = stay(self::with(&[("nights", "999999999999999999999999")])).await;
    assert_eq!(errors(&page)[0].1, "Ensure this value is less than or equal to 30.");
    let page = stay(self::with(&[("guest", "a\0b\u{1b}")])).await;
    assert_eq!(errors(&page)[0].1, "Null characters are not allowed.");
    let page = stay(self::with(&[("arrival_0", "\0"), ("arrival_1", "99999999:1")])).await;
    assert_eq!(errors(&page)[0].1, "Enter a valid date. Enter a valid time.");

    let multipart = format!(
        "--x\r\nContent-Disposition: form-data; name=\"csrf_token\"\r\n\r\n{token}\r\n--x\r\n\
         Content-Disposition: form-data; name=\"email\"; filename=\"a\"\r\n\r\nb\r\n--x--\r\n"
    );
    for (content_type, body, status) in [
        (FORM, with(&format!("text={}", "x".repeat(33_000))), 413),
        (FORM, with(&"a=1&".repeat(5001)), 400),
        (FORM, with("email=%ff"), 400),
        (FORM, [with("email="), vec![0xff]].concat(), 400),
        ("multipart/form-data; boundary=x", multipart.into_bytes(), 415),
        (FORM, b"email=a%40b.org".to_vec(), 403),
        ("application/json", b"{}".to_vec(), 403),
    ] {
        let answer = send(&browser, content_type, &body).await;
        assert_eq!(answer.status, status, "{content_type}");
        answer.page();
    }
    assert!(stays(&site).await.is_empty());
}

#[rocket::async_test]
async fn a_site_has_forms_of_its_own_look() {
    let text = "{% macro head(form) %}{{ csrf_input() }}{% endmacro %}{% macro render(form) %}\
                {{ head(form) }}<input name=\"guest\"><b>{{ form.fields|length }}</b>{% endmacro %}";
    let site = setup(DatabaseKind::Sqlite).template("form.html.j2", text).start().await;
    let page = site.get(STAY).await.page();
    assert_eq!(page.all("b").next().unwrap().text, "6");
    assert_eq!(page.form_with(&["guest"]).fields.len(), 2);
}

#[rocket::async_test]
async fn values_of_a_form_are_those_of_its_fields() {
    let form = StayForm {
        guest: "Zoë".to_owned(),
        room: ForeignKey::to(3),
        arrival: UtcDateTime::UNIX_EPOCH,
        nights: 2,
        remark: String::new(),
        breakfast: true,
    };
    assert_eq!(form.field_values()[3..], [Value::from(2), Value::from(""), Value::from(true)]);
    assert_eq!(StayForm::FIELDS.len(), form.field_values().len());
}

/// A model that is its own form.
#[derive(Debug, Clone, PartialEq, Model, Form)]
#[model(label = "reception.note")]
#[form(model = Note)]
struct Note {
    id: i64,
    #[model(max_length = 20)]
    text: String,
    #[form(exclude)]
    #[model(default = 3)]
    stars: i32,
    #[form(exclude)]
    #[model(on_delete = cascade)]
    room: Option<ForeignKey<Room>>,
}

#[post("/note", data = "<note>")]
fn keep(note: Submitted<Note>) -> Result<String, String> {
    let note = note.check().map_err(|form| form.has_errors().to_string())?;
    Ok(format!("{:?}", *note))
}

static NOTES: LocalModule = LocalModule { routes: || routes![keep], ..LocalModule::named("notes") };

#[rocket::async_test]
async fn a_model_is_its_own_form() {
    let site = TestSite::on(DatabaseKind::Sqlite).modules(&[&NOTES]).start().await;
    let sent = [("text", "Hello"), ("stars", "5"), ("id", "7"), ("room", "3")];
    let answer = site.browser().post("/notes/note/", &sent).await;
    assert_eq!(answer.text(), r#"Note { id: 0, text: "Hello", stars: 3, room: None }"#);
    assert_eq!(site.browser().post("/notes/note/", &[]).await.text(), "true");
    let note = Note { id: 7, text: "Hello".to_owned(), stars: 5, room: None };
    let mut other = Note { id: 8, text: String::new(), stars: 1, room: None };
    <Note as ModelForm>::of(&note).write_to(&mut other);
    assert_eq!(other, Note { id: 8, stars: 1, ..note });
}
