// Keys for those who like them. The pages work without.
"use strict";
const items = [...document.querySelectorAll("[data-item]")];

// the item with the focus, or else the one that the address names
function current() {
  const focused = items.findIndex((item) => item.contains(document.activeElement));
  return focused < 0 ? items.findIndex((item) => item.matches(":target")) : focused;
}

function go(step) {
  if (!items.length) return;
  const place = current();
  const next = items[Math.min(items.length - 1, Math.max(0, place < 0 ? 0 : place + step))];
  const link = next.querySelector("a");
  link.focus();
  next.scrollIntoView({ block: "nearest" });
}

// back to its item, from which the other keys go on
function leave(field) {
  field.blur();
  field.closest("[data-item]")?.querySelector("a")?.focus();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input:not([type=checkbox]), textarea, select")) {
    if (event.key === "Escape") leave(event.target);
    return;
  }
  const here = items[current()] ?? (items.length === 1 ? items[0] : null);
  const button = here?.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (event.key === "j") go(1);
  else if (event.key === "k") go(-1);
  else if (event.key === "/") document.querySelector("[type=search]")?.focus();
  else if (button) {
    button.click();
    button.closest("details[open]")?.querySelector("input:not([type=hidden])")?.focus();
  }
  else return;
  event.preventDefault();
});
