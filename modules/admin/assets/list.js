// Selecting rows: one box for all of the page, and how many are selected. All works without.
const form = document.getElementById("list-form");
const boxes = form ? [...form.querySelectorAll('input[name="_selected_action"]')] : [];

if (boxes.length > 0) {
  const count = form.querySelector(".selected-count");
  const across = form.querySelector('input[name="select_across"]');
  const all = document.createElement("input");
  all.type = "checkbox";
  all.setAttribute("aria-label", "Select all on this page");
  form.querySelector("thead .select").replaceChildren(all);

  const update = () => {
    const selected = boxes.filter((box) => box.checked).length;
    all.checked = selected === boxes.length;
    all.indeterminate = selected > 0 && !all.checked;
    for (const box of boxes) box.closest("tr").classList.toggle("is-selected", box.checked);
    count.textContent = across?.checked ? "All are selected" : `${selected} of ${boxes.length} selected`;
  };

  let last = null;
  for (const [index, box] of boxes.entries()) {
    box.addEventListener("click", (event) => {
      if (event.shiftKey && last !== null) {
        const [from, to] = [Math.min(last, index), Math.max(last, index)];
        for (const other of boxes.slice(from, to + 1)) other.checked = box.checked;
      }
      last = index;
      if (across && !box.checked) across.checked = false;
      update();
    });
  }
  all.addEventListener("click", () => {
    for (const box of boxes) box.checked = all.checked;
    if (across && !all.checked) across.checked = false;
    update();
  });
  across?.addEventListener("change", () => {
    for (const box of boxes) box.checked = across.checked;
    update();
  });
  // A page that is shown again has the boxes of before.
  window.addEventListener("pageshow", update);
  update();
}
