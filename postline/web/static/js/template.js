// The page of a template: a press on a name puts it where one writes.
import { bind } from "./keys.js";

let field = document.querySelector("[data-takes-names]");

document.addEventListener("focusin", ({ target }) => { if (target.matches("[data-takes-names]")) field = target; });
document.addEventListener("click", ({ target }) => {
  const name = target.closest("[data-insert]");
  if (name) insert(name.dataset.insert);
});
bind("Ctrl+/", () => document.querySelector("[data-insert]")?.focus());

function insert(text) {
  field.focus();
  field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
  const gap = text.indexOf("…"); // the first place for words of one's own is selected
  if (gap >= 0) {
    const begin = field.selectionEnd - text.length + gap;
    field.setSelectionRange(begin, begin + 1);
  }
  field.dispatchEvent(new Event("input", { bubbles: true }));
}
