// Shift marks all between two ticks. Without it each is ticked by itself.
for (const form of document.querySelectorAll("[data-ticks]")) {
  let last = null;
  form.addEventListener("click", (event) => {
    const box = event.target.closest("input[type=checkbox]");
    if (!box) return;
    const all = [...form.querySelectorAll("input[type=checkbox]")];
    if (event.shiftKey && last) {
      const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((one, other) => one - other);
      for (const between of all.slice(from, to + 1)) between.checked = box.checked;
    }
    last = box;
  });
}
