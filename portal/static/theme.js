// Before the page is painted: follow the light of the machine, unless the person chose one.
(() => {
  const page = document.documentElement;
  page.classList.add("has-script");
  if (!page.hasAttribute("data-theme-auto")) return;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const follow = () => page.setAttribute("data-bs-theme", dark.matches ? "dark" : "light");
  dark.addEventListener("change", follow);
  follow();
})();
