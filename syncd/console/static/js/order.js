// A rule that is dragged to another place: the effect of that is shown before anything is saved.
for (const table of document.querySelectorAll("[data-order]")) {
  let held = null;
  for (const row of table.querySelectorAll("[data-rule]")) {
    row.draggable = true;
    row.addEventListener("dragstart", () => { held = row; });
    row.addEventListener("dragend", () => { held = null; mark(null); });
    row.addEventListener("dragover", (event) => { if (held) { event.preventDefault(); mark(row); } });
    row.addEventListener("drop", (event) => {
      event.preventDefault();
      if (!held || held === row) return;
      location.assign(`${table.dataset.order}&rule=${held.dataset.rule}&place=${row.dataset.place}#effect`);
    });
  }
  function mark(row) {
    for (const other of table.querySelectorAll(".drop-here")) other.classList.remove("drop-here");
    row?.classList.add("drop-here");
  }
}
