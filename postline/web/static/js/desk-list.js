// A list of tickets: J and K go from row to row, Enter opens, T takes.
import { bind } from "./keys.js";

const rows = [...document.querySelectorAll("[data-list] tbody tr")];
const takeForm = document.getElementById("take-form");
let here = -1;

function go(step) {
  if (!rows.length) return;
  rows[here]?.classList.remove("is-here");
  here = Math.max(0, Math.min(rows.length - 1, here + step));
  rows[here].classList.add("is-here");
  rows[here].querySelector("a.what").focus({ preventScroll: true });
  rows[here].scrollIntoView({ block: "nearest" });
}

if (rows.length) {
  bind("J", () => go(1), rows[0].closest("table").tHead.querySelector("th:nth-child(2)").textContent + " ↓");
  bind("K", () => go(-1), rows[0].closest("table").tHead.querySelector("th:nth-child(2)").textContent + " ↑");
  bind("Enter", () => rows[here]?.querySelector("a.what").click());
  bind("T", () => {
    const address = rows[here]?.dataset.take;
    if (!address || !takeForm) return;
    takeForm.action = address;
    takeForm.requestSubmit();
  });
}
