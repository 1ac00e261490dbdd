// "?" shows the keys of the page: the card is filled each time it opens, so that it tells what works now.
import { listed } from "./keys.js";

export function start() {
  const list = document.querySelector("#keys dl");
  document.getElementById("keys")?.addEventListener("beforetoggle", (event) => {
    if (event.newState !== "open") return;
    list.replaceChildren(...[...list.querySelectorAll("[data-own]")], ...listed().flatMap(([keys, label]) => row(keys, label)));
  });
}

function row(keys, label) {
  const term = document.createElement("dt");
  term.className = "keys";
  term.append(...keys.split(/[ +]/).map(cap));
  const words = document.createElement("dd");
  words.textContent = label;
  return [term, words];
}

function cap(name) {
  const element = document.createElement("kbd");
  element.className = "key";
  element.textContent = name;
  return element;
}
