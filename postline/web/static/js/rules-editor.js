// The editor of a filter or hint. Everything is drawn by the server: a press or another choice sends the form and takes
// over what comes back, typing renews only the sentence. Without this script the same buttons load the page anew.
import { toast } from "./toast.js";

const SPEAKS_AFTER_MS = 300;
let drawn = 0;
let later;
let isChanged = false;

const form = () => document.getElementById("rule-form");

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-press], [data-tries]");
  document.querySelectorAll(".row-menu[open]").forEach((menu) => { if (!menu.contains(event.target) || button) menu.open = false; });
  if (!button) return;
  event.preventDefault();
  if (button.matches("[data-tries]")) tryOnPast(button.value);
  else draw(button.value);
});

document.addEventListener("change", ({ target }) => { if (target.matches("[data-draws]")) draw("draw"); });

document.addEventListener("input", ({ target }) => {
  if (!form()?.contains(target)) return;
  isChanged = true;
  if (!target.matches("[data-speaks]")) return;
  clearTimeout(later);
  later = setTimeout(speak, SPEAKS_AFTER_MS);
});

document.addEventListener("keydown", (event) => {
  const row = event.target.closest?.(".cond");
  if (!row) return;
  if (event.key === "Escape") row.querySelectorAll(".row-menu[open]").forEach((menu) => { menu.open = false; menu.firstElementChild.focus(); });
  if (!event.altKey || event.ctrlKey || event.metaKey || !event.key.startsWith("Arrow")) return;
  const button = row.querySelector(`[data-arrow="${event.key.slice(5)}"]`);
  if (!button) return;
  event.preventDefault();
  draw(button.value);
});

document.addEventListener("submit", () => { isChanged = false; });
window.addEventListener("beforeunload", (event) => { if (isChanged) event.preventDefault(); });
document.querySelector("#problems")?.focus();

/** The page as it is after this press; nothing where another one came meanwhile, or no answer. */
async function ask(pressed) {
  const number = ++drawn;
  const body = new FormData(form());
  body.set("do", pressed);
  const answer = await fetch(form().dataset.here, { method: "POST", body }).catch(() => null);
  if (number !== drawn) return null;
  if (!answer || answer.status >= 500 || answer.status === 403) {
    toast(document.body.dataset.noConnection, { isUrgent: true });
    return null;
  }
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

async function draw(pressed) {
  clearTimeout(later);
  isChanged = true;
  const page = await ask(pressed);
  const fresh = page?.getElementById("rule-form");
  if (!fresh) return;
  const focused = document.activeElement;
  const id = form().contains(focused) ? focused.id : "";
  const scrolled = form().scrollTop;
  if (id && fresh.querySelector(`#${CSS.escape(id)}`)?.type === focused.type && !pressed.includes(":") && focused.matches("input, textarea")) {
    fresh.querySelector(`#${CSS.escape(id)}`).value = focused.value; // typed while the answer was on its way
  }
  form().replaceWith(document.adoptNode(fresh));
  form().scrollTop = scrolled;
  const next = form().querySelector("[autofocus]") ?? (id ? document.getElementById(id) : null);
  next?.focus();
}

async function speak() {
  const page = await ask("draw");
  const fresh = page?.getElementById("sentence");
  if (fresh) document.getElementById("sentence").replaceChildren(...fresh.childNodes);
}

/** One part of the past after the other, so that something is to be seen at once. */
async function tryOnPast(pressed, fetched = ask) {
  const trial = document.getElementById("trial");
  trial.setAttribute("aria-busy", "true");
  trial.classList.add("htmx-request");
  const page = await fetched(pressed);
  const fresh = page?.getElementById("trial");
  trial.classList.remove("htmx-request");
  trial.removeAttribute("aria-busy");
  if (!fresh) return;
  trial.replaceChildren(...fresh.childNodes);
  const further = trial.querySelector("[data-goes-on]");
  if (further) tryOnPast(further.value, fetched);
}

/** On the page that switches a rule on there is nothing but the trial: it goes on by itself. */
async function look(pressed) {
  const answer = await fetch(`${location.pathname}?do=${encodeURIComponent(pressed)}`).catch(() => null);
  return answer?.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
}

const begun = !form() && document.querySelector("[data-goes-on]");
if (begun) tryOnPast(begun.value, look);
