// One for all tabs of a person (SharedWorker): holds the stream and hands what it tells to every page.
// A page says when it was made, and gets what was told since.
import { stream } from "./live-stream.js";

const REMEMBERED = 500;
const OVERLAP_MS = 1000;
const pages = new Set();
const presence = new Map(); // ticket → who is there
let recent = [];
let connection = { event: "connection", data: { isThere: true } };
let isRunning = false;

globalThis.addEventListener("connect", ({ ports: [page] }) => {
  page.addEventListener("message", ({ data }) => { if (data.leaves) pages.delete(page); else join(page, data.at); });
  page.start();
});

function join(page, at) {
  pages.add(page);
  if (!isRunning) { run(at); return; }
  page.postMessage(connection);
  const isForgotten = recent.length === REMEMBERED && recent[0].id > at;
  if (isForgotten) page.postMessage({ event: "lost", data: {} });
  recent.filter(({ id }) => id >= at - OVERLAP_MS).forEach((told) => page.postMessage(told));
  presence.forEach((told) => page.postMessage(told));
}

async function run(at) {
  isRunning = true;
  await stream(at, (told) => {
    if (told.event === "connection") connection = told;
    if (told.event === "presence") presence.set(told.data.number, told);
    if (told.event === "presence" && !told.data.people.length) presence.delete(told.data.number);
    if (told.event === "ticket") recent = [...recent, told].slice(-REMEMBERED);
    if (told.event === "lost") recent = [...recent, { ...told, id: Date.now() }].slice(-REMEMBERED);
    pages.forEach((page) => page.postMessage(told));
  });
  isRunning = false;
}
