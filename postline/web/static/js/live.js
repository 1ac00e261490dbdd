// What changes while a page is open: told by one stream for all tabs. The page says what it does about it.
import { stream } from "./live-stream.js";

const GRACE_MS = 3000; // a server that starts afresh is no lost connection
let worker;
let grace;

/** `heard` has what to do: ticket({ number, event, kind, queues }), presence({ number, people }), lost(). */
export function listen(heard) {
  const { live, person, at } = document.body.dataset;
  if (!live) return;
  const tell = ({ event, data }) => {
    if (event === "connection") showConnection(data.isThere);
    else if (event === "signed-out") show("signed-out", true);
    else heard[event]?.(data);
  };
  if (!globalThis.SharedWorker) { stream(Number(at), tell); return; }
  worker = new SharedWorker(live, { type: "module", name: `live-${person}` });
  worker.port.addEventListener("message", ({ data }) => tell(data));
  worker.port.start();
  worker.port.postMessage({ at: Number(at) });
  window.addEventListener("pagehide", () => worker.port.postMessage({ leaves: true }));
  window.addEventListener("pageshow", ({ persisted }) => {
    if (!persisted) return; // the browser has kept the page as it was
    worker.port.postMessage({ at: Date.now() });
    heard.lost();
  });
}

/** Whether the stream is there, as far as this page knows. */
export function isConnected() {
  return !("offline" in document.body.dataset);
}

function showConnection(isThere) {
  clearTimeout(grace);
  if (isThere) {
    delete document.body.dataset.offline;
    document.body.dataset.listens = "";
    show("no-connection", false);
    return;
  }
  const since = new Date();
  grace = setTimeout(() => {
    if (!isConnected()) return;
    document.body.dataset.offline = "";
    const time = document.querySelector("#no-connection time");
    time.textContent = since.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
    show("no-connection", true);
  }, GRACE_MS);
}

function show(id, isShown) {
  document.getElementById(id).hidden = !isShown;
}
