// Rows that are dragged to another place among their sisters. The buttons beside them do the same without a mouse.

for (const body of document.querySelectorAll("[data-order]")) {
  const form = document.getElementById(body.dataset.order);
  let held = null;
  for (const row of body.rows) row.draggable = true;

  const over = (event) => {
    const row = event.target.closest("tr");
    return held && row && row !== held && row.dataset.sisters === held.dataset.sisters ? row : null;
  };
  const isBelow = (event, row) => {
    const box = row.getBoundingClientRect();
    return event.clientY > box.top + box.height / 2;
  };
  const unmark = () => body.querySelectorAll(".drop-above, .drop-below").forEach((row) => row.classList.remove("drop-above", "drop-below"));

  body.addEventListener("dragstart", (event) => {
    held = event.target.closest("tr");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", held.dataset.id);
  });
  body.addEventListener("dragover", (event) => {
    unmark();
    const row = over(event);
    if (!row) return;
    event.preventDefault();
    row.classList.add(isBelow(event, row) ? "drop-below" : "drop-above");
  });
  body.addEventListener("dragend", () => {
    unmark();
    held = null;
  });
  body.addEventListener("drop", (event) => {
    const row = over(event);
    if (!row) return;
    event.preventDefault();
    const sisters = [...body.rows].filter((one) => one.dataset.sisters === held.dataset.sisters);
    const next = isBelow(event, row) ? sisters[sisters.indexOf(row) + 1] : row;
    form.elements.before.value = next ? next.dataset.id : "0";
    const way = document.createElement("input");
    Object.assign(way, { type: "hidden", name: "way", value: "drop" });
    form.append(way);
    form.action = held.dataset.address;
    form.submit();
  });
}
