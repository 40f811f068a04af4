import { hit, isBareKey } from "../ui/scripts/dom.ts";

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

document.addEventListener("click", (event) => {
  const lift = hit(event, "[data-lift]");
  if (lift) veil(lift.getAttribute("aria-pressed") !== "true");
  const chip = hit(event, "[data-reason]");
  if (chip) fill(chip);
});

// The figures 1 to 9 press the reasons at hand; Escape leaves the field, so that letters press buttons again.
document.addEventListener("keydown", (event) => {
  const field = hit<HTMLElement>(event, "[data-reason-field]");
  if (field && event.key === "Escape") field.blur();
  if (isBareKey(event) && /^[1-9]$/.test(event.key)) {
    document.querySelectorAll<HTMLElement>("[data-reason]")[Number(event.key) - 1]?.click();
  }
});
