import { hit, isBareKey, say } from "../ui/scripts/dom.ts";

/** The photos of what is not public are blurred; a photo that is veiled cannot be opened by tabbing to it. */
function veil(lifted: boolean): void {
  for (const veil of document.querySelectorAll(".veil")) {
    veil.classList.toggle("lifted", lifted);
    veil.querySelector("[data-veiled]")?.setAttribute("tabindex", lifted ? "0" : "-1");
  }
  document.querySelector("[data-lift]")?.setAttribute("aria-pressed", String(lifted));
}

/** Puts a reason that is often given into the form, with its ground. */
function fill(chip: HTMLElement): void {
  const form = chip.closest("form");
  const reason = form?.querySelector<HTMLTextAreaElement>("[data-reason-field]");
  const ground = form?.querySelector<HTMLSelectElement>("[name=ground]");
  if (reason) reason.value = chip.dataset.reason ?? "";
  if (ground) ground.value = chip.dataset.ground ?? "";
}

/** What is being looked at: the ids of the looks, once the server knows of them, and since when. */
let looking: { ids: Promise<string[]>; since: number } | undefined;

/** Tells the server of a look at the veiled photos. What it refuses is veiled again, with the reason. */
async function record(box: HTMLElement, again: boolean): Promise<string[]> {
  const veils = [...box.querySelectorAll<HTMLElement>(".veil")].filter((veil) => again === veil.matches(".spent"));
  if (veils.length === 0) return [];
  const form = new URLSearchParams({ record: box.dataset.record ?? "", again: again ? "yes" : "" });
  for (const veil of veils) form.append("sha256", veil.querySelector<HTMLElement>("[data-sha]")?.dataset.sha ?? "");
  const answer = await fetch(box.dataset.looks ?? "", { method: "POST", body: form, keepalive: true });
  if (answer.ok) {
    for (const veil of veils) veil.classList.remove("spent");
    return ((await answer.json()) as { looks: string[] }).looks;
  }
  for (const veil of veils) veil.classList.add("spent");
  if (answer.status === 409) say(((await answer.json()) as { said: string }).said);
  return [];
}

function beginLook(again = false): void {
  const box = document.querySelector<HTMLElement>("[data-looks]");
  if (!box || looking) return;
  looking = { ids: record(box, again), since: performance.now() };
}

/** Ends a look: how long it lasted is told, and what was seen stays veiled until it is asked for again. */
async function endLook(): Promise<void> {
  const box = document.querySelector<HTMLElement>("[data-looks]");
  const look = looking;
  looking = undefined;
  if (!box || !look) return;
  const look_ms = Math.round(performance.now() - look.since);
  const ids = await look.ids;
  if (ids.length === 0) return;
  for (const veil of box.querySelectorAll(".veil")) veil.classList.add("spent");
  box.querySelector<HTMLElement>("[data-again]")?.removeAttribute("hidden");
  const form = new URLSearchParams({ looks: ids.join(" "), ms: String(look_ms) });
  await fetch(`${box.dataset.looks}/end`, { method: "POST", body: form, keepalive: true });
}

document.addEventListener("click", (event) => {
  const lift = hit(event, "[data-lift]");
  if (lift) {
    const lifted = lift.getAttribute("aria-pressed") !== "true";
    veil(lifted);
    if (lifted) beginLook();
    else void endLook();
  }
  if (hit(event, "[data-again]")) {
    void endLook().then(() => {
      beginLook(true);
      veil(true);
    });
  }
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
