// The finder of templates: typed into, chosen by arrows and Enter or by a click; the text goes where the cursor is.
import { toast } from "./toast.js";

const PAUSE_MS = 150;
const finder = document.getElementById("templates");
const form = document.querySelector("[data-editor=answer]");
let chosen = null;
let asked = 0;

export function start() {
  if (!finder || !form) return;
  let timer;
  document.addEventListener("click", ({ target }) => {
    if (target.closest("[data-templates]") && !finder.matches(":popover-open")) open();
    const option = target.closest("#template-choices [data-slug]");
    if (option) insert(option.dataset.slug);
    const elsewhere = target.closest("[data-template]"); // such as a hint that names one
    if (elsewhere) { document.querySelector("[data-opens=answer]")?.click(); insert(elsewhere.dataset.template); }
  });
  search().addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(find, PAUSE_MS); });
  search().addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) choose(options()[(options().indexOf(chosen) + step + options().length) % options().length]);
    else if (event.key === "Enter") { if (chosen) insert(chosen.dataset.slug); } else if (event.key === "Escape") close(); else return;
    event.preventDefault();
    event.stopPropagation();
  });
}

function open() {
  finder.showPopover();
  search().value = "";
  search().focus();
  find();
}

function close() {
  finder.hidePopover();
  form.elements.text.focus();
}

async function find() {
  const turn = ++asked;
  const address = `${finder.dataset.address}?q=${encodeURIComponent(search().value)}`;
  const answer = await fetch(address, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (turn !== asked) return; // a later question is on its way
  if (!answer?.ok) { toast(finder.dataset.failed, { isUrgent: true }); return; }
  list().innerHTML = await answer.text();
  choose(options()[0]);
}

function choose(option) {
  chosen?.setAttribute("aria-selected", "false");
  chosen = option ?? null;
  chosen?.setAttribute("aria-selected", "true");
  chosen?.scrollIntoView({ block: "nearest" });
  search().setAttribute("aria-activedescendant", chosen?.id ?? "");
}

async function insert(slug) {
  const answer = await fetch(`${finder.dataset.address}${slug}/`).catch(() => null);
  if (!answer?.ok) { toast(finder.dataset.failed, { isUrgent: true }); return; }
  const { id, text, missing, files } = await answer.json();
  if (finder.matches(":popover-open")) finder.hidePopover();
  put(text, missing);
  remember(id);
  files.forEach(bring);
  if (missing.length) toast(finder.dataset.missing.replace("{names}", missing.join(", ")));
}

function put(text, missing) {
  const box = form.elements.text;
  const begin = box.selectionStart;
  box.focus();
  box.setRangeText(text, begin, box.selectionEnd, "end");
  box.dispatchEvent(new Event("input", { bubbles: true }));
  if (!missing.length) return;
  const gap = begin + text.indexOf(missing[0]); // the first place to fill in is selected: one types over it
  box.setSelectionRange(gap, gap + missing[0].length);
}

function remember(id) {
  if (form.querySelector(`[name=used_template][value="${id}"]`)) return;
  form.append(field({ type: "hidden", name: "used_template", value: id }));
}

function bring({ id, name, size }) {
  const place = form.querySelector("[data-brought]");
  if (place.querySelector(`[value="${id}"]`)) return;
  const label = document.createElement("label");
  const called = Object.assign(document.createElement("span"), { className: "clip", dir: "auto", textContent: name });
  const large = Object.assign(document.createElement("span"), { className: "muted num", textContent: size });
  label.append(field({ type: "checkbox", name: "template_file", value: id, checked: true, className: "check" }), called, large);
  const row = document.createElement("li");
  row.append(label);
  place.append(row);
}

function field(attributes) {
  return Object.assign(document.createElement("input"), attributes);
}

function search() {
  return finder.querySelector("input");
}

function list() {
  return document.getElementById("template-choices");
}

function options() {
  return [...list().querySelectorAll("[data-slug]")];
}
