// The list of customers beyond links and forms: a selection that survives pages and searches, columns that are dragged,
// sorting by several columns with Shift. Everything here has a plainer way without it.
const KEY = `syncd-picked ${document.querySelector(".top-person")?.textContent}`; // others log in to the same tab
const MOST = 2000; // codes that fit into a form

function kept() {
  try {
    return new Set(JSON.parse(sessionStorage.getItem(KEY) ?? "[]"));
  } catch {
    return new Set(); // a selection of another time
  }
}
let picked = kept();

const boxes = () => [...document.querySelectorAll("#bulk input[name=code][type=checkbox]")];

function show() {
  const form = document.getElementById("bulk");
  if (!form) return;
  const here = new Set();
  for (const box of boxes()) {
    box.checked = picked.has(box.value);
    here.add(box.value);
  }
  const page = form.querySelector("[data-pick-page]");
  if (page) {
    const number = boxes().filter((box) => box.checked).length;
    page.checked = number > 0 && number === boxes().length;
    page.indeterminate = number > 0 && !page.checked;
  }
  for (const old of form.querySelectorAll("[data-elsewhere]")) old.remove();
  for (const code of picked) {
    if (here.has(code)) continue;
    const input = Object.assign(document.createElement("input"), { type: "hidden", name: "code", value: code });
    input.dataset.elsewhere = "";
    form.append(input);
  }
  const count = form.querySelector("[data-picked]");
  if (count) {
    count.textContent = count.dataset.picked.replace("{n}", picked.size.toLocaleString(document.documentElement.lang, { useGrouping: "always" }));
    count.hidden = picked.size === 0;
  }
  const none = form.querySelector("[data-pick-none]");
  if (none) none.hidden = picked.size === 0;
}

function keep() {
  picked = new Set([...picked].slice(0, MOST));
  sessionStorage.setItem(KEY, JSON.stringify([...picked]));
  show();
}

function pick(box) {
  if (box.checked) picked.add(box.value);
  else picked.delete(box.value);
}

let last = null;
document.addEventListener("click", (event) => {
  const box = event.target.closest?.("#bulk input[name=code][type=checkbox]");
  if (box) {
    const all = boxes();
    const from = all.indexOf(last);
    if (event.shiftKey && from >= 0) {
      const to = all.indexOf(box);
      for (const between of all.slice(Math.min(from, to), Math.max(from, to) + 1)) {
        between.checked = box.checked;
        pick(between);
      }
    }
    pick(box);
    last = box;
    keep();
  } else if (event.target.matches?.("[data-pick-page]")) {
    for (const one of boxes()) {
      one.checked = event.target.checked;
      pick(one);
    }
    keep();
  } else if (event.target.matches?.("[data-pick-none]")) {
    picked.clear();
    keep();
  }
  const sorter = event.target.closest?.("a.sorter");
  if (sorter && event.shiftKey) {
    event.preventDefault();
    const there = new URL(sorter.href);
    if (sorter.dataset.also) there.searchParams.set("sort", sorter.dataset.also);
    location.assign(there);
  }
});

document.addEventListener("submit", (event) => {
  // Until it is done to them, whoever cancels or goes back finds them selected.
  if (event.target.matches("[data-picked-done]")) sessionStorage.removeItem(KEY);
});
document.addEventListener("htmx:after:swap", show);
window.addEventListener("pageshow", () => {
  picked = kept(); // something may have been done to them since
  show();
});

// Columns: dragged, or moved by their buttons without leaving the form.
function letDrag() {
  for (const row of document.querySelectorAll("[data-columns] > li")) row.draggable = true;
}
document.addEventListener("htmx:after:swap", letDrag);
letDrag();
let dragged = null;
document.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.("[data-columns] > li") ?? null;
  event.dataTransfer?.setData("text/plain", "");
});
document.addEventListener("dragover", (event) => {
  const over = event.target.closest?.("[data-columns] > li");
  if (!dragged || !over) return;
  event.preventDefault();
  if (over === dragged) return;
  const { top, height } = over.getBoundingClientRect();
  over.parentNode.insertBefore(dragged, event.clientY < top + height / 2 ? over : over.nextSibling);
});
document.addEventListener("drop", (event) => {
  if (dragged) event.preventDefault();
});
document.addEventListener("dragend", () => {
  dragged = null;
});
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-columns] button");
  if (!button) return;
  event.preventDefault();
  const item = button.closest("li");
  if (button.name === "up") item.previousElementSibling?.before(item);
  else item.nextElementSibling?.after(item);
  button.focus();
});

show();
