import { hit } from "../ui/scripts/dom.ts";

// In a row of types a letter goes to the next type whose name begins with it, as in a select.
document.addEventListener("keydown", (event) => {
  const radio = hit<HTMLInputElement>(event, ".define-types input");
  if (!radio || event.key.length !== 1 || event.key === " " || event.ctrlKey || event.metaKey || event.altKey) return;
  const all = [...radio.closest(".define-types")!.querySelectorAll<HTMLInputElement>("input")];
  const at = all.indexOf(radio);
  const begins = (one: HTMLInputElement) => one.closest("label")!.querySelector("b")!.textContent!.toLowerCase().startsWith(event.key.toLowerCase());
  const next = [...all.slice(at + 1), ...all.slice(0, at)].find(begins);
  if (!next) return;
  event.preventDefault();
  next.checked = true;
  next.focus();
});

// In the form that adds fields, Enter adds from anywhere. Only in the list of choices it begins a line, and with Shift in
// a formula; there Ctrl or ⌘ adds.
document.addEventListener("keydown", (event) => {
  const input = hit(event, "[data-quick] :is(textarea, select)");
  if (!input || event.key !== "Enter" || event.isComposing || event.shiftKey) return;
  const isList = input.matches("textarea:not(.code)");
  if (isList && !event.ctrlKey && !event.metaKey) return;
  event.preventDefault();
  input.closest<HTMLFormElement>("form")!.requestSubmit();
});

// A label suggests the name for conditions, as long as nobody wrote one.
document.addEventListener("input", (event) => {
  const label = hit<HTMLInputElement>(event, "input[name]");
  if (!label) return;
  const key = document.querySelector<HTMLInputElement>(`[data-key-of="${CSS.escape(label.name)}"]`);
  if (key) key.placeholder = suggested(label.value);
});

const spelled: Record<string, string> = { ä: "ae", ö: "oe", ü: "ue", ß: "ss", æ: "ae", ø: "o", œ: "oe", ł: "l" };

function suggested(label: string): string {
  const plain = label.toLowerCase().replace(/[äöüßæøœł]/g, (c) => spelled[c]!).replace(/['’]/g, "").normalize("NFKD").replace(/\p{Mn}/gu, "");
  return plain.replace(/[^a-z0-9]+/g, "_").replace(/^[0-9_]+|_+$/g, "").slice(0, 32).replace(/_+$/, "");
}
