// Keys of a page. An element says its own: <button data-key="E">, <input data-key="/">, <a data-key="G Q">;
// a script binds others with `bind`. Letters are taken by what they write where that is Latin, else by their place
// on the keyboard, so they work on Cyrillic layouts. Inert while somebody types, but for combinations with Ctrl or Alt.

const HALF_A_KEY_MS = 2000;
const bound = new Map();
let half = "";
let forget;

/** Call `act` when `keys` ("E", "Shift+J", "Ctrl+Enter", "G Q") are pressed; `label` is shown by "?". */
export function bind(keys, act, label = "") {
  bound.set(keys, { act, label });
}

/** What a person sees of the keys of this page: [keys, label], those of elements first. */
export function listed() {
  const own = [...document.querySelectorAll("[data-key]")].filter(isShown);
  const rows = own.map((element) => [element.dataset.key, element.dataset.keyLabel ?? wordsOf(element)]);
  return [...rows, ...[...bound].filter(([, { label }]) => label).map(([keys, { label }]) => [keys, label])];
}

export function start() {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.repeat && half) return;
    const pressed = nameOf(event);
    const isCombination = event.ctrlKey || event.altKey || event.metaKey;
    if (!pressed || !isCombination && (isTyping(event.target) || areOff())) return;
    const keys = half ? `${half} ${pressed}` : pressed;
    forgetHalf();
    if (press(keys)) event.preventDefault();
    else if (startsSomething(keys)) waitForMore(keys);
  });
}

function press(keys) {
  const element = [...document.querySelectorAll(`[data-key="${CSS.escape(keys)}"]`)].find(isShown);
  if (element) {
    if (element.matches("input:not([type=checkbox]), textarea, select")) { element.focus(); element.select?.(); } else element.click();
    return true;
  }
  const act = bound.get(keys)?.act;
  act?.();
  return Boolean(act);
}

function startsSomething(keys) {
  return listed().some(([other]) => other.startsWith(`${keys} `));
}

function waitForMore(keys) {
  half = keys;
  document.dispatchEvent(new CustomEvent("half-a-key", { detail: keys }));
  forget = setTimeout(forgetHalf, HALF_A_KEY_MS);
}

function forgetHalf() {
  clearTimeout(forget);
  if (half) document.dispatchEvent(new CustomEvent("half-a-key", { detail: "" }));
  half = "";
}

function nameOf(event) {
  const name = letterOf(event);
  if (!name) return "";
  const isSign = name.length === 1 && !/[A-Z0-9]/.test(name); // Shift is already in the sign: ? is not Shift+?
  const held = [event.ctrlKey || event.metaKey ? "Ctrl" : "", event.altKey ? "Alt" : "", event.shiftKey && !isSign ? "Shift" : ""];
  return [...held.filter(Boolean), name].join("+");
}

function letterOf({ key, code }) {
  if (["Shift", "Control", "Alt", "Meta", "AltGraph", "Dead", "Unidentified"].includes(key)) return "";
  if (key === " ") return "Space";
  if (key === "Escape") return "Esc";
  if (/^[a-z]$/i.test(key)) return key.toUpperCase();
  if (code === "Slash" && (key === "." || key === ",")) return key === "." ? "/" : "?"; // the Russian layout
  if (/^Key[A-Z]$/.test(code) && !/^[\x21-\x7e]$/.test(key)) return code.slice(3);
  return key;
}

function isTyping(target) {
  return target.isContentEditable || target.matches?.("textarea, select, input:not([type=checkbox], [type=radio], [type=button], [type=submit])");
}

function areOff() {
  return document.body.dataset.keys === "off";
}

function isShown(element) {
  return !element.disabled && element.checkVisibility();
}

function wordsOf(element) {
  return [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE).map((node) => node.data.trim()).join(" ");
}
