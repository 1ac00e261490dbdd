// Brings parts of the page up to date without the person noticing: what has not changed is not touched, so focus,
// selection, scrolling and opened folds stay. A part has an id and data-part; data-renew marks what is compared
// child by child, everything else is replaced as a whole.

const SHORTEST_MS = 500;

/** A function that asks for `act`, at once where nothing was done lately, else soon; never two at a time, never in
 * a page that nobody sees. The slower the server is, the longer the pause. */
export function soon(act, pause = SHORTEST_MS) {
  let isWanted = false;
  let isBusy = false;
  const run = async () => {
    if (!isWanted || isBusy || document.hidden) return;
    isWanted = false;
    isBusy = true;
    const began = performance.now();
    await act();
    const took = performance.now() - began;
    setTimeout(() => { isBusy = false; run(); }, Math.max(pause, took * 3));
  };
  document.addEventListener("visibilitychange", run);
  return () => { isWanted = true; run(); };
}

/** Fetch `address` and take over every part that both pages have. Without an answer everything stays as it is. */
export async function renewFrom(address) {
  const answer = await fetch(address).catch(() => null);
  if (!answer?.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const focused = document.activeElement;
  page.querySelectorAll("[data-part]").forEach((fresh) => {
    const old = document.getElementById(fresh.id);
    if (old && !isBeingEdited(old)) renew(old, document.adoptNode(fresh));
  });
  if (!focused.isConnected) sameAs(focused)?.focus({ preventScroll: true });
  document.dispatchEvent(new CustomEvent("renewed"));
}

function isBeingEdited(part) {
  return part.contains(document.activeElement) && document.activeElement.matches("input, select, textarea");
}

function renew(old, fresh) {
  if (old.isEqualNode(fresh) || cleaned(old) === cleaned(fresh)) return old;
  if (old.matches("[data-renew]") && fresh.matches("[data-renew]")) {
    renewChildren(old, fresh);
    return old;
  }
  if (old.open) fresh.open = true;
  old.replaceWith(fresh);
  window.htmx?.process(fresh);
  return fresh;
}

function renewChildren(old, fresh) {
  const known = new Map(keyed(old));
  let at = old.firstElementChild;
  for (const [key, child] of keyed(fresh)) {
    const before = known.get(key);
    known.delete(key);
    const isNext = before === at;
    const kept = before ? renew(before, child) : child;
    if (before && isNext) at = kept.nextElementSibling;
    else old.insertBefore(kept, at);
  }
  known.forEach((child) => child.remove());
}

/** Children by what they are: their id, their ticket, else the how-manieth of their kind they are. */
function keyed(parent) {
  const counts = {};
  return [...parent.children].map((child) => {
    const { tagName } = child;
    counts[tagName] = (counts[tagName] ?? 0) + 1;
    return [child.id || child.dataset.number || `${tagName} ${counts[tagName]}`, child];
  });
}

function sameAs(element) {
  const { id } = element;
  const address = element.getAttribute("href");
  if (id) return document.getElementById(id);
  return address && document.querySelector(`[data-part] a[href="${CSS.escape(address)}"]`);
}

function cleaned(element) {
  return element.outerHTML
    .replaceAll(/name="csrfmiddlewaretoken" value="[^"]*"/g, "")
    .replaceAll(/ open=""| class="is-here"| is-here/g, "");
}
