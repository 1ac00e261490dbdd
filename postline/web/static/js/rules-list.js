// The order of filters: dragged by the grip, or with Alt and the arrows in the field of the place. The field alone,
// and Enter, does it without this script.
import { toast } from "./toast.js";

const list = document.querySelector("[data-rules]");
const rows = () => [...list.children];

if (list?.dataset.order) {
  list.addEventListener("pointerdown", startDragging);
  list.addEventListener("keydown", (event) => {
    if (!event.altKey || !["ArrowUp", "ArrowDown"].includes(event.key) || !event.target.matches("[name=place]")) return;
    event.preventDefault();
    const row = event.target.closest("[data-slug]");
    const other = event.key === "ArrowUp" ? row.previousElementSibling : row.nextElementSibling;
    if (!other) return;
    if (event.key === "ArrowUp") other.before(row); else other.after(row);
    event.target.focus();
    keep(row);
  });
}

function startDragging(event) {
  const grip = event.target.closest("[data-grip]");
  if (!grip || event.button !== 0) return;
  event.preventDefault();
  const row = grip.closest("[data-slug]");
  const before = rows().map((one) => one.dataset.slug).join();
  row.classList.add("is-dragged");
  grip.setPointerCapture(event.pointerId);

  const move = ({ clientY }) => {
    const above = row.previousElementSibling;
    const below = row.nextElementSibling;
    if (above && clientY < middle(above)) row.after(above);
    else if (below && clientY > middle(below)) row.before(below);
    const pane = list.closest(".pane");
    const { top, bottom } = pane.getBoundingClientRect();
    if (clientY < top + 40) pane.scrollBy(0, -12);
    if (clientY > bottom - 40) pane.scrollBy(0, 12);
  };
  const end = () => {
    grip.removeEventListener("pointermove", move);
    row.classList.remove("is-dragged");
    if (rows().map((one) => one.dataset.slug).join() !== before) keep(row);
  };
  grip.addEventListener("pointermove", move);
  grip.addEventListener("lostpointercapture", end, { once: true });
}

function middle(element) {
  const { top, height } = element.getBoundingClientRect();
  return top + height / 2;
}

async function keep(moved) {
  rows().forEach((row, place) => { row.querySelector("[name=place]").value = place + 1; });
  const place = rows().indexOf(moved) + 1;
  const body = new FormData(moved.querySelector("form"));
  body.delete("place");
  body.append("seen", list.dataset.seen);
  rows().forEach((row) => body.append("rule", row.dataset.slug));
  const answer = await fetch(list.dataset.order, { method: "POST", body }).catch(() => null);
  if (answer?.ok) {
    list.dataset.seen = await answer.text();
    toast(list.dataset.moved.replace("{name}", moved.querySelector(".open").textContent).replace("{place}", place));
  } else if (answer) location.reload(); // somebody else changed the list: it is shown as it is now
  else toast(document.body.dataset.noConnection, { isUrgent: true });
}
