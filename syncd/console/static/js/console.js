// What every page has beyond forms and links: shortcuts, menus that close, the list of keys. Nothing depends on it.
const root = document.documentElement;
root.classList.add("has-js");
// On a phone the sections are a strip that is wider than the screen.
for (const one of document.querySelectorAll(".side [aria-current], .settings > nav [aria-current]")) one.scrollIntoView({ block: "nearest", inline: "center" });

const typing = (target) =>
  target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable], dialog") !== null;
const places = { d: "/", c: "/customers", r: "/runs", k: "/connections", a: "/attention", p: "/plans" };
let waitsForPlace = false;

function rows() {
  return [...document.querySelectorAll("main [data-row]")];
}

function move(step) {
  const all = rows();
  const now = all.findIndex((row) => row.contains(document.activeElement));
  const next = all[Math.min(Math.max(now + step, 0), all.length - 1)];
  // A link opens the row; a box in front of it would send the form.
  (next?.querySelector("a") ?? next?.querySelector("button, input:not([type=hidden])"))?.focus();
}

function current() {
  return document.activeElement?.closest("[data-row]");
}

// Whoever goes on by Tab is inside then.
function unfold(id) {
  const summary = document.querySelector(`#${id} > summary`);
  summary?.focus();
  summary?.click();
}

// The next page asks whether they are meant.
function syncSelected() {
  const bulk = document.getElementById("bulk");
  if (!bulk?.querySelector("input[name=code]:checked, input[data-elsewhere], input[name=all]:checked")) return;
  bulk.elements.namedItem("action").value = "sync";
  bulk.requestSubmit();
}

const acts = {
  "/": () => (document.querySelector("main input[type=search]") ?? document.getElementById("top-search"))?.focus(),
  "?": () => document.getElementById("keys")?.showModal(),
  j: () => move(1),
  k: () => move(-1),
  x: () => current()?.querySelector("input[type=checkbox]")?.click(),
  X: () => current()?.querySelector("input[type=checkbox]")?.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, shiftKey: true })),
  f: () => unfold("filter"),
  e: () => unfold("export"),
  s: syncSelected,
  "[": () => document.querySelector("main a[rel=prev]")?.click(),
  "]": () => document.querySelector("main a[rel=next]")?.click(),
};

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    document.activeElement?.closest("details.menu[open]")?.querySelector("summary").focus();
    closeMenus(null);
  }
  if (root.dataset.shortcuts === "off" || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (waitsForPlace && event.key in places) {
    location.assign(places[event.key]);
    return;
  }
  waitsForPlace = event.key === "g";
  const act = acts[event.key];
  if (act) {
    event.preventDefault();
    act();
  }
});

function closeMenus(except) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (menu !== except) menu.open = false;
  }
}

// A part of a page that another page answers for, such as the log-in, is not on it: the whole page is shown then.
document.addEventListener("htmx:before:response", (event) => {
  const { raw } = event.detail.ctx.response;
  const asked = new URL(event.detail.ctx.request.action, location.href);
  const elsewhere = raw.redirected && new URL(raw.url).pathname !== asked.pathname;
  if (!elsewhere && (raw.ok || raw.status === 400)) return;
  event.preventDefault();
  location.assign(elsewhere ? raw.url : asked);
});

document.addEventListener("click", (event) => {
  closeMenus(event.target.closest("details.menu"));
  if (event.target.closest("[data-keys]")) document.getElementById("keys")?.showModal();
});
