// Short messages in the corner. A toast with words alone goes by itself; one that offers something to do stays.

const LASTS_MS = 6000;

/** Show `words`, and read them aloud; `isUrgent` where something was not sent. */
export function toast(words, { isUrgent = false } = {}) {
  const element = document.createElement("div");
  element.className = "toast";
  element.dataset.toast = "";
  element.textContent = words;
  if (isUrgent) document.getElementById("alerts").textContent = words;
  document.getElementById("toasts").append(element);
}

export function start() {
  const place = document.getElementById("toasts");
  if (!place) return;
  place.addEventListener("click", ({ target }) => target.closest("[data-close]")?.closest("[data-toast]").remove());
  new MutationObserver(() => place.querySelectorAll("[data-toast]").forEach(goLater)).observe(place, { childList: true });
  place.querySelectorAll("[data-toast]").forEach(goLater);

  document.addEventListener("htmx:sendError", () => toast(document.body.dataset.noConnection, { isUrgent: true }));
  document.addEventListener("htmx:responseError", ({ detail: { xhr } }) => {
    if (xhr.getResponseHeader("Content-Type")?.startsWith("text/plain")) toast(xhr.responseText, { isUrgent: true });
  });
}

function goLater(element) {
  if (element.dataset.goes || element.querySelector("form, a, [data-key]")) return;
  element.dataset.goes = "soon";
  const isRead = () => element.matches(":hover, :focus-within");
  const go = () => (isRead() ? setTimeout(go, LASTS_MS) : element.remove());
  setTimeout(go, LASTS_MS);
}
