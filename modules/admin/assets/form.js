// Enhances the form of an object. Everything works without scripts.

/** Adds blank inline forms. */
function offerMoreRows(section) {
  const blank = section.querySelector("template.blank-row");
  const list = section.querySelector(".row-list");
  const total = section.querySelector(`[name="${section.dataset.prefix}-TOTAL_FORMS"]`);
  const most = section.querySelector(`[name="${section.dataset.prefix}-MAX_NUM_FORMS"]`);
  if (!blank || !list || !total || !most) return;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button button-small add-row";
  button.textContent = `Add another ${section.dataset.name}`;
  const limit = () => {
    button.disabled = Number(total.value) >= Number(most.value);
  };
  button.addEventListener("click", () => {
    const number = total.value;
    const row = blank.content.cloneNode(true);
    for (const element of row.querySelectorAll("*")) {
      for (const attribute of [...element.attributes]) {
        if (attribute.value.includes("__prefix__")) {
          element.setAttribute(attribute.name, attribute.value.replaceAll("__prefix__", number));
        }
      }
    }
    const first = row.firstElementChild;
    list.append(row);
    total.value = Number(number) + 1;
    section.querySelector(".no-rows")?.remove();
    enhance(first);
    limit();
    first.querySelector("input:not([type=hidden]), select, textarea")?.focus();
  });
  (section.querySelector(".panel-body") ?? section).append(button);
  limit();
}

/** A filter above many checkboxes, and the number of checked ones. */
function offerFilter(boxes) {
  const items = [...boxes.querySelectorAll(".boxes-list li")].filter((item) => item.querySelector("input"));
  if (items.length < 2) return;
  const tools = document.createElement("div");
  tools.className = "boxes-tools";
  const filter = document.createElement("input");
  filter.type = "search";
  filter.placeholder = "Filter";
  filter.setAttribute("aria-label", `Filter ${boxes.dataset.name}`);
  const count = document.createElement("span");
  count.className = "quiet";
  count.setAttribute("role", "status");
  const tell = () => {
    const chosen = items.filter((item) => item.querySelector("input").checked).length;
    const shown = items.filter((item) => !item.hidden).length;
    count.textContent = shown === items.length ? `${chosen} chosen` : `${shown} of ${items.length} shown, ${chosen} chosen`;
  };
  filter.addEventListener("input", () => {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const item of items) {
      const text = item.textContent.toLowerCase();
      item.hidden = !words.every((word) => text.includes(word));
    }
    tell();
  });
  // Enter would send the form.
  filter.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
  boxes.addEventListener("change", tell);
  tools.append(filter, count);
  boxes.prepend(tools);
  tell();
}

/** A search by label in place of an input for a primary key. */
function offerSearch(field) {
  const key = field.querySelector("input");
  const chosen = field.querySelector(".chosen");
  const address = field.dataset.search;
  if (!address || !key || key.type === "hidden") return;

  const box = document.createElement("input");
  box.type = "text";
  box.className = "combobox";
  box.autocomplete = "off";
  box.id = key.id;
  box.setAttribute("role", "combobox");
  box.setAttribute("aria-autocomplete", "list");
  box.setAttribute("aria-expanded", "false");
  for (const name of ["aria-describedby", "aria-invalid", "required"]) {
    if (key.hasAttribute(name)) box.setAttribute(name, key.getAttribute(name));
  }
  const list = document.createElement("ul");
  list.className = "found";
  list.id = `${key.id}_found`;
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Found");
  box.setAttribute("aria-controls", list.id);

  const isChosen = key.value !== "" && chosen.dataset.known === "true";
  box.value = isChosen ? chosen.textContent : key.value;
  let text = box.value;
  key.removeAttribute("id");
  key.removeAttribute("required");
  key.type = "hidden";
  chosen.hidden = true;
  field.querySelector(".lookup")?.remove();
  field.append(box, list);

  let latest = 0;
  let timer;
  const options = () => [...list.children].filter((option) => option.dataset.id);
  const active = () => list.querySelector("[aria-selected=true]");
  const close = () => {
    list.hidden = true;
    box.setAttribute("aria-expanded", "false");
    box.removeAttribute("aria-activedescendant");
  };
  const choose = (option) => {
    key.value = option.dataset.id;
    text = box.value = option.textContent;
    close();
  };
  const activate = (option) => {
    active()?.setAttribute("aria-selected", "false");
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    box.setAttribute("aria-activedescendant", option.id);
  };
  const note = (words) => {
    const item = document.createElement("li");
    item.textContent = words;
    item.className = "quiet";
    item.setAttribute("role", "option");
    item.setAttribute("aria-disabled", "true");
    list.append(item);
  };
  const search = async () => {
    const mine = ++latest;
    const url = new URL(address, location.href);
    url.searchParams.set("term", box.value);
    let answer;
    try {
      const response = await fetch(url, { headers: { Accept: "application/json" } });
      if (!response.ok) throw new Error(response.statusText);
      answer = await response.json();
    } catch {
      answer = null;
    }
    if (mine !== latest) return;
    list.replaceChildren();
    if (!answer) note("Search failed. Try again.");
    else if (answer.results.length === 0) note("No results.");
    for (const [index, result] of (answer?.results ?? []).entries()) {
      const option = document.createElement("li");
      option.id = `${list.id}_${index}`;
      option.textContent = result.text;
      option.dataset.id = result.id;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      list.append(option);
    }
    if (answer?.pagination?.more) note("More results exist. Type more to narrow them down.");
    list.hidden = false;
    box.setAttribute("aria-expanded", "true");
  };

  box.addEventListener("input", () => {
    clearTimeout(timer);
    if (box.value.trim() === "") {
      key.value = text = "";
      close();
      return;
    }
    timer = setTimeout(search, 200);
  });
  box.addEventListener("keydown", (event) => {
    const all = options();
    const place = all.indexOf(active());
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) {
        search();
      } else if (all.length > 0) {
        const step = event.key === "ArrowDown" ? 1 : -1;
        activate(all[(place + step + all.length) % all.length]);
      }
    } else if (event.key === "Enter" && !list.hidden) {
      event.preventDefault();
      if (active()) choose(active());
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      close();
    }
  });
  box.addEventListener("blur", () => {
    clearTimeout(timer);
    latest += 1;
    close();
    // Only what was chosen counts.
    box.value = text;
  });
  // A press on an option must not take the focus from the input before it is chosen.
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[data-id]");
    if (option) choose(option);
  });
}

function enhance(part) {
  part.querySelectorAll(".boxes").forEach(offerFilter);
  part.querySelectorAll(".search-field[data-search]").forEach(offerSearch);
}

enhance(document);
document.querySelectorAll(".row-forms").forEach(offerMoreRows);
