// A slot of the week is dropped on another: the page then says what that does. Without a mouse, two links do the same.
export function moving(root) {
  const week = root.querySelector("[data-moving]");
  if (!week) return;
  let taken = null;
  const slot = (e) => e.target.closest?.("[data-slot]");
  week.addEventListener("dragstart", (e) => {
    taken = slot(e);
    e.dataTransfer.effectAllowed = "move";
    e.dataTransfer.setData("text/plain", taken?.dataset.slot ?? "");
  });
  week.addEventListener("dragover", (e) => {
    const over = slot(e);
    if (!taken || !over || over === taken) return;
    e.preventDefault();
    week.querySelector(".is-over")?.classList.remove("is-over");
    over.classList.add("is-over");
  });
  week.addEventListener("dragend", () => { taken = null; week.querySelector(".is-over")?.classList.remove("is-over"); });
  week.addEventListener("drop", (e) => {
    const over = slot(e);
    if (!taken || !over || over === taken) return;
    e.preventDefault();
    location.assign(`/grille/deplacer?${new URLSearchParams({ case: taken.dataset.slot, vers: over.dataset.slot })}`);
  });
}
