// The bar with the letters that French keyboards lack.
export function characterBars(root) {
  for (const bar of root.querySelectorAll("[data-letters]")) {
    if (bar.dataset.ready) continue;
    bar.dataset.ready = "1";
    bar.addEventListener("mousedown", (e) => e.preventDefault()); // the field keeps its cursor
    bar.addEventListener("click", (e) => {
      const button = e.target.closest("button");
      const field = document.querySelector(bar.dataset.letters);
      if (!button || !field) return;
      const upper = e.shiftKey ? button.textContent.toLocaleUpperCase("bm") : button.textContent;
      field.setRangeText(upper, field.selectionStart, field.selectionEnd, "end");
      field.dispatchEvent(new Event("input", { bubbles: true }));
      field.focus();
    });
  }
}
