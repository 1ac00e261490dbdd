// Who else is at this ticket: says that one looks or writes, and draws the others beside the ticket's number.
import { tokenHeader } from "./desk-editor.js";

const SAID_EVERY_MS = 20_000;
const STILL_WRITES_MS = 60_000; // after the last key
const tab = [...crypto.getRandomValues(new Uint8Array(8))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
let reading;
let people = [];
let wroteAt = 0;
let said = "";
let hasLeft = false;

export function start(section) {
  reading = section;
  say();
  setInterval(say, SAID_EVERY_MS);
  document.addEventListener("input", ({ target }) => {
    if (!target.closest("[data-editor]")) return;
    wroteAt = Date.now();
    if (said !== "writes") say();
  });
  document.addEventListener("editor-closed", () => { wroteAt = 0; say(); });
  document.addEventListener("visibilitychange", say);
  document.addEventListener("renewed", draw);
  window.addEventListener("pagehide", () => {
    hasLeft = true;
    const body = bodyOf("gone");
    body.append("csrfmiddlewaretoken", tokenHeader()["X-CSRFToken"]);
    navigator.sendBeacon(reading.dataset.here, body);
  });
  window.addEventListener("pageshow", ({ persisted }) => {
    hasLeft = false;
    if (persisted) say();
  });
}

/** Say anew that one is here: whoever tells the others has forgotten or never known. */
export function say() {
  if (hasLeft) return; // a page that goes becomes hidden as well
  const isWriting = Date.now() - wroteAt < STILL_WRITES_MS;
  const doing = isWriting ? "writes" : document.hidden ? "gone" : "looks";
  if (doing === "gone" && said === "gone") return;
  said = doing;
  fetch(reading.dataset.here, { method: "POST", headers: tokenHeader(), body: bodyOf(doing) }).catch(() => { said = ""; });
}

/** The others, as the stream tells them: [{ login, initials, doing }]. */
export function show(others) {
  people = others;
  draw();
}

function bodyOf(doing) {
  const body = new FormData();
  body.append("tab", tab);
  body.append("doing", doing);
  return body;
}

function draw() {
  document.getElementById("present")?.replaceChildren(...people.map(({ login, initials, doing }) => {
    const person = document.createElement("span");
    const who = document.createElement("span");
    const words = doing === "writes" ? reading.dataset.writes : reading.dataset.looks;
    person.className = doing === "writes" ? "at is-warning" : "at";
    person.title = `${login} ${words}`;
    who.className = "who";
    who.textContent = initials;
    person.append(who, words);
    return person;
  }));
}
