import { hit, isBareKey, say } from "../ui/scripts/dom.ts";

/** Puts a reason that is often given into the form, with its ground. */
function fill(chip: HTMLElement): void {
  const form = chip.closest("form");
  const reason = form?.querySelector<HTMLTextAreaElement>("[data-reason-field]");
  const ground = form?.querySelector<HTMLSelectElement>("[name=ground]");
  if (reason) reason.value = chip.dataset.reason ?? "";
  if (ground) ground.value = chip.dataset.ground ?? "";
}

/** A look that is under way: at which photos, the ids once the server knows of it, and since when. */
interface Sight {
  veils: HTMLElement[]; // that were asked for
  lifted: HTMLElement[];
  ids: Promise<string[]>;
  since: number;
}
let sight: Sight | undefined;

const looks = () => document.querySelector<HTMLElement>("[data-looks]");

/** A photo that is veiled cannot be opened by tabbing to it. */
function lift(veils: HTMLElement[], lifted: boolean): void {
  for (const veil of veils) {
    veil.classList.toggle("lifted", lifted);
    veil.querySelector("[data-veiled]")?.setAttribute("tabindex", lifted ? "0" : "-1");
  }
  document.querySelector("[data-lift]")?.setAttribute("aria-pressed", String(lifted));
}

/** Photos are not on the page: asking for them records the look, and the answer brings them. */
async function ask(box: HTMLElement, veils: HTMLElement[], again: boolean): Promise<string[]> {
  const form = new URLSearchParams({ record: box.dataset.record ?? "", again: again ? "yes" : "" });
  form.append("shown", box.querySelector<HTMLSelectElement>("[name=shown]")?.value ?? "");
  for (const veil of veils) form.append("sha256", veil.querySelector<HTMLElement>("[data-sha]")?.dataset.sha ?? "");
  const answer = await fetch(box.dataset.looks ?? "", { method: "POST", body: form });
  if (!answer.ok && answer.status !== 409) return [];
  const { looks = [], photos = {}, said } = (await answer.json()) as { looks?: string[]; photos?: Record<string, string>; said?: string };
  tell(box, said ?? "");
  if (!answer.ok) for (const veil of veils) veil.classList.add("spent");
  else if (sight?.veils === veils) for (const veil of veils) uncover(veil, photos);
  return looks;
}

function uncover(veil: HTMLElement, photos: Record<string, string>): void {
  veil.classList.remove("spent");
  const frame = veil.querySelector<HTMLElement>("[data-sha]");
  const source = photos[frame?.dataset.sha ?? ""];
  if (!frame || !source) return;
  const photo = document.createElement("img");
  photo.src = source;
  photo.alt = frame.ariaLabel ?? "";
  frame.append(photo);
}

function tell(box: HTMLElement, said: string): void {
  if (said) say(said);
  const line = box.querySelector<HTMLElement>("[data-look-says]");
  if (line) line.textContent = said;
}

/** Looks at all photos that were not seen yet, at those that were, or at one. */
function beginLook(again = false, only?: HTMLElement): void {
  const box = looks();
  if (!box || sight) return;
  const all = [...box.querySelectorAll<HTMLElement>(".veil")];
  const veils = only ? [only] : all.filter((veil) => again === veil.matches(".spent"));
  sight = { veils, lifted: veils.length > 0 ? veils : all, ids: Promise.resolve([]), since: performance.now() };
  if (veils.length > 0) sight.ids = ask(box, veils, again);
  lift(sight.lifted, true);
}

/** Ends a look: the photos leave the page, how long it lasted is told, and what was seen stays veiled until it is asked for again. */
async function endLook(): Promise<void> {
  const box = looks();
  const over = sight;
  sight = undefined;
  if (!box || !over) return;
  lift(over.lifted, false);
  for (const photo of box.querySelectorAll("[data-sha] > img")) photo.remove();
  const look_ms = Math.round(performance.now() - over.since);
  const known = await over.ids;
  if (known.length === 0) return;
  for (const veil of over.veils) veil.classList.add("spent");
  box.querySelector<HTMLElement>("[data-again]")?.removeAttribute("hidden");
  const form = new URLSearchParams({ looks: known.join(" "), ms: String(look_ms) });
  await fetch(`${box.dataset.looks}/end`, { method: "POST", body: form, keepalive: true });
}

document.addEventListener("click", (event) => {
  if (hit(event, "[data-lift]")) {
    if (sight) void endLook();
    else beginLook();
  }
  if (hit(event, "[data-again]")) void endLook().then(() => beginLook(true));
  const veil = hit<HTMLElement>(event, "[data-looks] .veil");
  if (veil && !sight) beginLook(veil.matches(".spent"), veil);
  else if (veil) void endLook();
  const chip = hit(event, "[data-reason]");
  if (chip) fill(chip);
});

// A saved reply goes into the reason, with its ground.
document.addEventListener("change", (event) => {
  const picker = hit<HTMLSelectElement>(event, "[data-replies]");
  if (!picker || picker.value === "") return;
  picker.dataset.reason = picker.value;
  picker.dataset.ground = picker.selectedOptions[0]?.dataset.ground ?? "";
  fill(picker);
  delete picker.dataset.reason;
  picker.form?.querySelector<HTMLElement>("[data-reason-field]")?.focus();
});

// The figures 1 to 9 press the reasons at hand; Escape leaves the field, so that letters press buttons again. ? opens the
// list of keys, V is a look while it is held.
document.addEventListener("keydown", (event) => {
  const field = hit<HTMLElement>(event, "[data-reason-field], [data-replies]");
  if (field && event.key === "Escape") field.blur();
  if (!isBareKey(event)) return;
  if (/^[1-9]$/.test(event.key)) {
    document.querySelectorAll<HTMLElement>("[data-reason]")[Number(event.key) - 1]?.click();
  }
  if (event.key === "v" && !event.repeat) beginLook();
  if (event.key === "?") document.querySelector<HTMLElement>("#keys")?.togglePopover();
  document.querySelector<HTMLElement>(`[data-toggle-key="${CSS.escape(event.key)}"]`)?.click();
});
// Before the page's search takes it, / goes to the saved replies where there are some.
document.addEventListener(
  "keydown",
  (event) => {
    const picker = event.key === "/" && isBareKey(event) ? document.querySelector<HTMLElement>("[data-replies]") : null;
    if (!picker) return;
    event.preventDefault();
    event.stopPropagation();
    picker.focus();
  },
  true,
);
document.addEventListener("keyup", (event) => event.key === "v" && void endLook());
addEventListener("blur", () => void endLook());
addEventListener("pagehide", () => void endLook());
