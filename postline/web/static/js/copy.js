// Buttons that copy what stands in an element of the page: lines of a table as "name: value".

document.querySelectorAll("[data-copies]").forEach((button) => {
  if (!navigator.clipboard) return; // only over https or on the machine itself
  const words = button.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(textOf(document.getElementById(button.dataset.copies)));
    button.textContent = button.dataset.done;
    setTimeout(() => { button.textContent = words; }, 2000);
  });
});

function textOf(element) {
  if (!element.rows) return element.textContent;
  return [...element.rows].map((row) => [...row.cells].map((cell) => cell.textContent).join(": ")).join("\n");
}
