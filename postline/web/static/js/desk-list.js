// A list of tickets: J and K go from row to row, Enter opens (the row's link has the focus), T takes. New rows come by themselves.
import { bind } from "./keys.js";
import { listen } from "./live.js";
import { renewFrom, soon } from "./renew.js";
import { renewSide } from "./desk-side.js";

const takeForm = document.getElementById("take-form");
const here = Number(document.querySelector("[data-queue]")?.dataset.queue ?? 0); // 0: tickets of any queue
const renewList = soon(() => renewFrom(location.href));
let chosen = "";

function rows() {
  return [...document.querySelectorAll("[data-list] tbody tr")];
}

function chosenRow() {
  return rows().find((row) => row.dataset.number === chosen);
}

function go(step) {
  const all = rows();
  if (!all.length) return;
  const at = all.indexOf(chosenRow());
  const row = all[Math.max(0, Math.min(all.length - 1, at + step))];
  chosen = row.dataset.number;
  mark();
  row.querySelector("a.what").focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

function mark() {
  rows().forEach((row) => row.classList.toggle("is-here", row.dataset.number === chosen));
}

const subject = document.querySelector("[data-list] thead th:nth-child(2)")?.textContent;
bind("J", () => go(1), subject && `${subject} ↓`);
bind("K", () => go(-1), subject && `${subject} ↑`);
bind("T", () => {
  const address = chosenRow()?.dataset.take;
  if (!address || !takeForm) return;
  takeForm.action = address;
  takeForm.requestSubmit();
});
document.addEventListener("renewed", mark);
listen({
  ticket: ({ queues }) => { if (!here || queues.includes(here)) renewList(); else renewSide(); },
  lost: renewList,
});
