// Before anything is painted: dark where the device asks for it, unless the person chose otherwise.
(() => {
  const root = document.documentElement;
  if (root.dataset.theme !== "auto") return;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const paint = () => { root.dataset.bsTheme = dark.matches ? "dark" : "light"; };
  paint();
  dark.addEventListener("change", paint);
})();
