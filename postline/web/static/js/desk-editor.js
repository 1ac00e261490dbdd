// The editors of a ticket: opened by key, saved while somebody types, sent once however often the button is pressed.
import { isConnected } from "./live.js";
import { toast } from "./toast.js";

const PAUSE_MS = 800;
const states = new Map(); // editor → { timer, saving, isDirty, isSent }

export function start() {
  document.querySelectorAll("[data-editor]").forEach(watch);
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-opens]");
    const closer = event.target.closest("[data-closes]");
    if (!opener && !closer) return;
    event.preventDefault();
    if (opener) open(opener.dataset.opens); else close();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && event.target.closest?.("[data-editor]") && !document.querySelector("[popover]:popover-open")) close();
  });
  const opened = document.querySelector(".composer.is-open");
  if (opened) open(opened.dataset.editor);
  window.addEventListener("pagehide", () => states.forEach((state, form) => state.isDirty && !state.isSent && leave(form)));
  window.addEventListener("pageshow", () => states.forEach((state) => { state.isSent = false; }));
}

/** Whether somebody is writing. */
export function isOpen() {
  return Boolean(document.querySelector(".composer.is-open, .composer:target"));
}

/** The newest message of the requester was on the screen: an answer may go out. */
export function haveSeen(id) {
  const field = document.querySelector("[data-editor=answer]")?.elements.seen;
  if (field) field.value = id;
  document.getElementById("newer").hidden = true;
}

/** The requester wrote again while somebody writes. Until they have looked, their answer would be held. */
export function tellOfNewer(id, who) {
  const banner = document.getElementById("newer");
  banner.querySelector("b").textContent = banner.dataset.words.replace("{who}", who);
  banner.querySelector("button").onclick = () => {
    document.getElementById(`m${id}`).scrollIntoView({ block: "start" });
    haveSeen(id);
  };
  banner.hidden = false;
}

export function tokenHeader() {
  return JSON.parse(document.body.getAttribute("hx-headers"));
}

function open(kind) {
  document.querySelectorAll("[data-editor]").forEach((form) => form.classList.toggle("is-open", form.dataset.editor === kind));
  const text = document.querySelector(`[data-editor="${kind}"] textarea`);
  text?.focus();
  text?.setSelectionRange(text.value.length, text.value.length);
  const pane = document.querySelector("[data-scroll]");
  pane?.scrollTo({ top: pane.scrollHeight });
}

function close() {
  document.querySelectorAll("[data-editor]").forEach((form) => {
    if (states.get(form)?.isDirty) save(form);
    form.classList.remove("is-open");
  });
  if (location.hash === "#answer" || location.hash === "#note") history.replaceState(null, "", location.pathname + location.search);
  document.getElementById("content").focus({ preventScroll: true });
  document.dispatchEvent(new CustomEvent("editor-closed"));
}

function watch(form) {
  const state = { timer: 0, saving: null, isDirty: false, isSent: false };
  states.set(form, state);
  form.elements.text.addEventListener("input", () => {
    state.isDirty = true;
    clearTimeout(state.timer);
    state.timer = setTimeout(() => save(form), PAUSE_MS);
  });
  form.querySelector("[data-state]")?.addEventListener("change", ({ target }) => { if (target.value === "later") form.querySelector("[data-until]").focus(); });
  form.querySelector("[data-copies]")?.addEventListener("change", ({ target }) => { if (target.checked) form.elements.copies.focus(); });
  form.elements.files?.addEventListener("change", () => nameFiles(form));
  form.addEventListener("submit", (event) => send(form, state, event));
}

/** A draft on its way must be there before the answer that ends it: else it would come back. */
async function send(form, state, event) {
  if (state.isSent) { event.preventDefault(); return; }
  if (!isConnected()) { event.preventDefault(); toast(document.body.dataset.noConnection, { isUrgent: true }); return; }
  clearTimeout(state.timer);
  if (state.saving) {
    event.preventDefault();
    const { submitter } = event;
    await state.saving;
    form.requestSubmit(submitter);
    return;
  }
  state.isSent = true;
}

function save(form) {
  const state = states.get(form);
  state.isDirty = false;
  const said = form.querySelector("[data-said]");
  state.saving = fetch(form.dataset.draft, { method: "POST", headers: tokenHeader(), body: draftOf(form) })
    .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(answer.status))))
    .then(({ saved }) => { said.textContent = `${form.dataset.saved} ${saved}`; })
    .catch(() => { state.isDirty = true; said.textContent = document.body.dataset.noConnection; })
    .finally(() => { state.saving = null; });
}

function leave(form) {
  const draft = draftOf(form);
  draft.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  navigator.sendBeacon(form.dataset.draft, draft);
}

function draftOf(form) {
  const draft = new FormData();
  draft.append("kind", form.dataset.editor);
  draft.append("text", form.elements.text.value);
  return draft;
}

function nameFiles(form) {
  const place = form.querySelector("[data-files]");
  const names = [...form.elements.files.files].map((file) => file.name);
  place.textContent = names.length ? names.join(", ") : place.dataset.none;
}
