// A ticket's page: editors that save what is written, facts that send themselves, the lease that is kept.
import { toast } from "./toast.js";
import * as editor from "./desk-editor.js";

const KEEP_EVERY_MS = 60_000;
window.htmx.config.attributesToSettle = []; // it would set style attributes, which our content policy forbids

editor.start();
keepLease(document.querySelector("[data-keep]"));
sendFactsWhenChanged();
showRefusals();
narrowChoices();
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
