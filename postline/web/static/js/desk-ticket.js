// A ticket's page: editors that save what is written, facts that send themselves, the lease that is kept, and what
// others do and write at the same time.
import { toast } from "./toast.js";
import * as editor from "./desk-editor.js";
import * as presence from "./presence.js";
import * as templates from "./desk-templates.js";
import { listen } from "./live.js";
import { renewFrom, soon } from "./renew.js";
import { renewSide } from "./desk-side.js";

const KEEP_EVERY_MS = 60_000;
window.htmx.config.attributesToSettle = []; // it would set style attributes, which our content policy forbids

editor.start();
templates.start();
keepLease(document.querySelector("[data-keep]"));
sendFactsWhenChanged();
showRefusals();
narrowChoices();
loadPictures();
stayUpToDate(document.querySelector("[data-here]"));
document.querySelector("[data-new]")?.scrollIntoView({ block: "start" })
  ?? document.querySelector("[data-scroll]")?.scrollTo({ top: Number.MAX_SAFE_INTEGER });

function keepLease(reading) {
  if (!reading) return;
  const timer = setInterval(async () => {
    const answer = await fetch(reading.dataset.keep, { method: "POST", headers: editor.tokenHeader() }).catch(() => null);
    if (answer?.status !== 409) return; // without a connection the next try may do
    clearInterval(timer);
    toast(reading.dataset.lost, { isUrgent: true });
  }, KEEP_EVERY_MS);
}

function sendFactsWhenChanged() {
  document.addEventListener("change", ({ target }) => target.closest("[data-sends-itself]")?.requestSubmit());
}

/** A refusal (409, 413, 422) is a whole page of ours: its parts are swapped in like any other answer. */
function showRefusals() {
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (![409, 413, 422].includes(detail.xhr.status)) return;
    detail.shouldSwap = true;
    detail.isError = false;
  });
}

function narrowChoices() {
  document.querySelectorAll("[data-narrows]").forEach((input) => {
    const choices = [...document.querySelectorAll(`${input.dataset.narrows} button`)];
    const fitting = () => choices.filter((choice) => choice.dataset.words.toLowerCase().includes(input.value.trim().toLowerCase()));
    input.addEventListener("input", () => {
      const shown = new Set(fitting());
      choices.forEach((choice) => { choice.parentElement.hidden = !shown.has(choice); });
    });
    input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      if (input.value.trim()) fitting()[0]?.click();
    });
  });
}

/** The link loads the frame anew by itself; here what it says is no longer true. */
function loadPictures() {
  document.addEventListener("click", ({ target }) => { const bar = target.closest("[data-loads]")?.parentElement; if (bar) setTimeout(() => bar.remove()); });
}

function stayUpToDate(reading) {
  const number = Number(reading.dataset.number);
  const renewTicket = soon(() => renewConversation(reading));
  presence.start(reading);
  listen({
    ticket: (told) => { if (told.number === number) renewTicket(); else renewSide(); },
    presence: (told) => { if (told.number === number) presence.show(told.people); },
    lost: () => { renewTicket(); presence.say(); },
  });
}

/** The new message is shown where it belongs; whoever writes just then is told, and their text is left alone. */
async function renewConversation(reading) {
  if (document.querySelector(".held")) return; // an answer that was held stands there and waits for a decision
  const pane = document.querySelector("[data-scroll]");
  const isAtEnd = pane.scrollHeight - pane.scrollTop - pane.clientHeight < 40;
  const before = newest();
  await renewFrom(reading.dataset.address);
  const { id, who } = newest();
  if (id > before.id) {
    if (editor.isOpen()) editor.tellOfNewer(id, who); else editor.haveSeen(id);
  }
  if (isAtEnd) pane.scrollTo({ top: pane.scrollHeight });
}

function newest() {
  const message = [...document.querySelectorAll("#thread > [data-theirs]")].at(-1);
  return { id: Number(message?.id.slice(1) ?? 0), who: message?.querySelector(".from").textContent ?? "" };
}
