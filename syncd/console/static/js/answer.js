// 1, 2 and 3 give the answers of the issue that has the focus; after an answer the next one has it.
const root = document.documentElement;
const typing = (target) =>
  target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable], dialog") !== null;

document.addEventListener("keydown", (event) => {
  if (root.dataset.shortcuts === "off" || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (!/^[1-9]$/.test(event.key)) return;
  const rows = document.querySelectorAll("main [data-row]");
  const row = document.activeElement?.closest("[data-row]") ?? (rows.length === 1 ? rows[0] : null);
  const answer = row?.querySelector(`[data-answer="${event.key}"]`);
  if (!answer) return;
  event.preventDefault();
  answer.click();
  answer.closest("details[open]")?.querySelector("input:not([type=hidden])")?.focus();
});

// When all is loaded: the browser itself goes to the place in the address then, and takes the focus away.
window.addEventListener("load", () => requestAnimationFrame(() => {
  const place = document.getElementById(location.hash.slice(1));
  if (place?.matches("[data-row]")) place.querySelector("a")?.focus();
}));
