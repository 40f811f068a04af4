import { hit } from "./dom.ts";

// Small panels close with Escape, with a click elsewhere, and when another opens. The first field takes the focus.
document.addEventListener(
  "toggle",
  (event) => {
    const drop = event.target as HTMLDetailsElement;
    if (drop.matches?.(".drops[open]")) drop.querySelector<HTMLElement>(".drop :is(input:not([type=hidden]), select, textarea)")?.focus();
  },
  true,
);

function closeDrops(except: Element | null): HTMLElement | null {
  let closed: HTMLElement | null = null;
  for (const drop of document.querySelectorAll<HTMLDetailsElement>("details.menu[open]")) {
    if (drop === except || drop.contains(except)) continue;
    drop.open = false;
    closed = drop.querySelector("summary");
  }
  return closed;
}

document.addEventListener("pointerdown", (event) => closeDrops(event.target as Element));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented) return;
  const summary = closeDrops(null);
  if (!summary) return;
  event.preventDefault();
  summary.focus();
});

document.addEventListener("click", (event) => hit(event, "[data-dismiss]")?.closest(".toast")?.remove());

const inputTypes: Record<string, string> = { date: "date", number: "text" };

/** <fg-filter>: the operators that fit a field, and the input that fits its values. */
class Filter extends HTMLElement {
  connectedCallback(): void {
    this.addEventListener("change", this);
    this.handleEvent();
  }

  handleEvent(): void {
    const field = this.querySelector<HTMLSelectElement>("[name=field]")?.selectedOptions[0];
    const op = this.querySelector<HTMLSelectElement>("[name=op]");
    const input = this.querySelector<HTMLInputElement>("[name=value]");
    if (!field || !op || !input) return;
    const kind = field.dataset.kind ?? "";
    for (const option of op.options) {
      const kinds = (option.dataset.kinds ?? "").split(" ").filter(Boolean);
      option.hidden = option.disabled = kinds.length > 0 && !kinds.includes(kind);
    }
    if (op.selectedOptions[0]?.disabled) op.value = [...op.options].find((option) => !option.disabled)?.value ?? "";
    const type = inputTypes[kind] ?? "text";
    if (input.type !== type) input.type = type;
    input.inputMode = kind === "number" ? "decimal" : "";
    if (field.dataset.list) input.setAttribute("list", field.dataset.list);
    else input.removeAttribute("list");
    input.closest<HTMLElement>(".field")!.hidden = op.selectedOptions[0]?.dataset.alone !== undefined;
  }
}
customElements.define("fg-filter", Filter);

/** <fg-drop>: a place to drop files on, over a plain file input. */
class FileDrop extends HTMLElement {
  connectedCallback(): void {
    for (const name of ["dragover", "dragleave", "drop", "change"]) this.addEventListener(name, this);
  }

  handleEvent(event: Event): void {
    const input = this.querySelector<HTMLInputElement>("input[type=file]")!;
    if (event.type !== "change") event.preventDefault();
    this.classList.toggle("over", event.type === "dragover");
    const files = event.type === "drop" ? (event as DragEvent).dataTransfer?.files : null;
    if (files?.length && (input.multiple || files.length === 1)) input.files = files;
    if (event.type === "dragover" || event.type === "dragleave") return;
    this.querySelector("[data-chosen]")!.textContent = [...(input.files ?? [])].map((file) => `${file.name} · ${size(file.size)}`).join(", ");
  }
}
customElements.define("fg-drop", FileDrop);

/** Writes a number of bytes in the unit that keeps it short. */
function size(bytes: number): string {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte"];
  const step = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(bytes, 1)) / 3));
  const format = new Intl.NumberFormat(document.documentElement.lang || "en", { style: "unit", unit: units[step], unitDisplay: "narrow", maximumFractionDigits: step === 0 ? 0 : 1 });
  return format.format(bytes / 1000 ** step);
}
