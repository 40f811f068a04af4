// The boxes of one's own listings: all of a page at once, and how many are ticked.
document.addEventListener("change", (event) => {
  const box = event.target as HTMLInputElement;
  const form = document.getElementById("bulk");
  if (!form || !box.matches?.("[data-pick], [data-pick-all]")) return;
  const boxes = [...document.querySelectorAll<HTMLInputElement>("[data-pick]")];
  if (box.matches("[data-pick-all]")) for (const one of boxes) one.checked = box.checked;
  const ticked = boxes.filter((one) => one.checked).length;
  const all = form.querySelector<HTMLInputElement>("[data-pick-all]")!;
  all.checked = ticked === boxes.length;
  all.indeterminate = ticked > 0 && ticked < boxes.length;
  const words = form.querySelector<HTMLElement>("[data-picked]")!;
  words.textContent = ticked > 0 ? words.dataset.picked!.replace("{count}", String(ticked)) : "";
});

export {};
