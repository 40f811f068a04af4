import { hit, isBareKey } from "./dom.ts";

/** j and k walk through the entries of a list marked data-walk; Enter opens, as on any link. */
function walk(step: number): void {
  const entries = [...document.querySelectorAll<HTMLElement>("[data-walk] a:not([tabindex='-1'])")];
  if (entries.length === 0) return;
  const focused = entries.indexOf(document.activeElement as HTMLElement);
  const open = entries.findIndex((entry) => entry.hasAttribute("aria-current"));
  const from = focused >= 0 ? focused : open;
  const next = entries[Math.min(Math.max(from + step, 0), entries.length - 1)];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

// A letter presses the button that carries it in data-key.
document.addEventListener("keydown", (event) => {
  if (!isBareKey(event)) return;
  if (event.key === "j") walk(1);
  if (event.key === "k") walk(-1);
  if (event.key === "v") lift(true);
  if (!event.repeat && /^[a-z]$/i.test(event.key)) {
    document.querySelector<HTMLElement>(`[data-key="${event.key.toLowerCase()}"]`)?.click();
  }
});
document.addEventListener("keyup", (event) => event.key === "v" && lift(false));
addEventListener("blur", () => lift(false));

/** Veiled photos are seen only while V is held. */
function lift(lifted: boolean): void {
  for (const veil of document.querySelectorAll(".veil")) veil.classList.toggle("lifted", lifted);
}

// One box in a table's head selects every row of that table; a row shows that it is selected.
document.addEventListener("change", (event) => {
  const box = hit<HTMLInputElement>(event, ".grid input[type=checkbox]");
  if (!box) return;
  if (box.dataset.all !== undefined) {
    for (const other of box.closest("table")!.querySelectorAll<HTMLInputElement>("tbody input[type=checkbox]")) {
      other.checked = box.checked;
      mark(other);
    }
  } else mark(box);
});

function mark(box: HTMLInputElement): void {
  box.closest("tr")?.setAttribute("aria-selected", String(box.checked));
}
