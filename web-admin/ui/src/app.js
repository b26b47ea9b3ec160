// What every page has: htmx, the clock, the theme, the language, the character bar.
import "htmx.org/dist/htmx.esm.js";
import { startClock } from "./clock.js";
import { characterBars } from "./letters.js";
import { grids } from "./grid.js";
import { moving } from "./moving.js";
import { sounds } from "./sounds.js";

const YEAR = 365 * 24 * 3600;
const remember = (name, value) => { document.cookie = `${name}=${value}; Path=/; Max-Age=${YEAR}; SameSite=Strict`; };

document.querySelector("[data-theme-toggle]")?.addEventListener("click", () => {
  const root = document.documentElement;
  const isDark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = isDark ? "light" : "dark";
  remember("theme", root.dataset.theme);
  dispatchEvent(new Event("themechange"));
});
document.querySelector("[data-lang]")?.addEventListener("click", (e) => {
  remember("langue", e.currentTarget.dataset.lang);
  location.reload();
});

// A form that changes something is sent once.
document.addEventListener("submit", (e) => {
  if (e.defaultPrevented) return; // a script of the page sends it and says when it is done
  const button = e.target.querySelector("button:not([type=button])");
  if (button && e.target.method === "post" && !e.target.hasAttribute("hx-post")) setTimeout(() => { button.disabled = true; });
});
document.addEventListener("click", (e) => {
  if (e.target.matches("[data-print]")) print();
});
document.addEventListener("change", (e) => {
  if (e.target.matches("[data-goes]")) e.target.form.requestSubmit();
});

startClock(Number(document.body.dataset.now));
const wake = (root) => { characterBars(root); grids(root); moving(root); sounds(root); };
wake(document);
document.addEventListener("htmx:load", (e) => wake(e.detail.elt));
document.addEventListener("keydown", (e) => {
  if (e.key === "Escape") document.querySelector("[data-close]")?.click();
});
document.addEventListener("click", (e) => {
  const close = e.target.closest("[data-close]");
  if (close) { e.preventDefault(); document.querySelector(close.dataset.close)?.replaceChildren(); }
});
