// The grid and the running order open where the time is.
import { stationNow } from "./clock.js";

export function grids(root) {
  for (const lanes of root.querySelectorAll("[data-lanes]")) {
    const place = () => {
      const day = Number(lanes.dataset.lanes);
      const part = (stationNow() - day) / 86400000;
      const line = lanes.querySelector("[data-nowline]");
      const isToday = part >= 0 && part < 1;
      line.hidden = !isToday;
      if (isToday) line.style.setProperty("--part", part.toFixed(5));
      return isToday ? part : 0.25;
    };
    const part = place();
    const scroller = lanes.closest("[data-scroll]");
    if (scroller) {
      const wanted = lanes.dataset.at ? Number(lanes.dataset.at) : part;
      scroller.scrollLeft = lanes.scrollWidth * wanted - scroller.clientWidth / 3;
    }
    setInterval(place, 15000);
  }
  const table = root.querySelector("[data-running]");
  if (table) follow(table);
}

function follow(table) {
  const box = document.querySelector("[data-follow]");
  const rows = [...table.querySelectorAll("[data-at]")];
  let here = null;
  const step = (scrolls) => {
    const now = stationNow();
    let found = null;
    for (const row of rows) { if (Number(row.dataset.at) <= now) found = row; else break; }
    if (found && Number(found.dataset.ends) <= now) found = null;
    if (found !== here) {
      here?.classList.remove("is-now");
      found?.classList.add("is-now");
      here = found;
      scrolls = true;
    }
    if (here && scrolls && (!box || box.checked)) here.scrollIntoView({ block: "center", behavior: "instant" });
  };
  step(true);
  box?.addEventListener("change", () => step(true));
  setInterval(() => step(false), 1000);
}
