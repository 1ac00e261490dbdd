// A list with boxes to tick: all of the page at once, and how many are ticked. Without it each box still works.
const form = document.querySelector("[data-choose]");

if (form) {
  const page = form.querySelector("[data-choose-page]");
  const count = form.querySelector("[data-choose-count]");
  const boxes = () => [...form.querySelectorAll("[name=id]")];

  function tell() {
    const chosen = boxes().filter((box) => box.checked).length;
    if (page) {
      page.hidden = false;
      page.checked = chosen > 0 && chosen === boxes().length;
      page.indeterminate = chosen > 0 && !page.checked;
    }
    if (count) {
      count.hidden = !chosen;
      count.textContent = count.dataset.words.replace("{num}", chosen);
    }
  }

  page?.addEventListener("change", () => {
    boxes().forEach((box) => { box.checked = page.checked; });
    tell();
  });
  form.addEventListener("change", (event) => { if (event.target !== page) tell(); });
  tell();
}
