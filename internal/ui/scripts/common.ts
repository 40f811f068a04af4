import { hit, say } from "./dom.ts";

const root = document.documentElement;

function isDark(): boolean {
  return root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

function switchTheme(): void {
  const theme = isDark() ? "light" : "dark";
  root.dataset.theme = theme;
  try {
    localStorage.setItem("theme", theme);
  } catch {
    // The choice then lasts as long as the page.
  }
}

async function share(button: HTMLElement): Promise<void> {
  const url = button.dataset.share || location.href;
  try {
    if (navigator.share && matchMedia("(pointer: coarse)").matches) return await navigator.share({ url, title: document.title });
    await navigator.clipboard.writeText(url);
    say(button.dataset.done ?? url);
  } catch (error) {
    if ((error as Error).name !== "AbortError") say(url);
  }
}

document.addEventListener("click", (event) => {
  if (hit(event, "[data-theme-switch]")) switchTheme();
  if (hit(event, "[data-print]")) print();
  const sharing = hit(event, "[data-share]");
  if (sharing) void share(sharing);
});

// Empty fields and their separators stay out of addresses, so that a filtered page has one short address.
document.addEventListener("formdata", (event) => {
  if (!(event.target instanceof HTMLFormElement) || event.target.method !== "get") return;
  for (const [name, value] of [...event.formData]) if (value === "") event.formData.delete(name);
});

/** Asks before a form or button with data-confirm sends. The words come with it, in the reader's language. */
function ask(form: HTMLFormElement, submitter: HTMLElement | null, words: DOMStringMap): void {
  const box = document.createElement("dialog");
  box.className = "asks stack";
  const text = document.createElement("p");
  text.textContent = words.confirm ?? "";
  const row = document.createElement("form");
  row.method = "dialog";
  row.className = "row tight end";
  const choices: [string, string, string][] = [
    ["no", words.no ?? "✕", "button quiet"],
    ["yes", words.yes ?? "✓", "button danger"],
  ];
  for (const [value, label, look] of choices) {
    const button = document.createElement("button");
    Object.assign(button, { value, textContent: label, className: look });
    row.append(button);
  }
  box.append(text, row);
  box.addEventListener("close", () => {
    box.remove();
    if (box.returnValue !== "yes") return;
    form.dataset.sure = "";
    form.requestSubmit(submitter);
    delete form.dataset.sure;
  });
  document.body.append(box);
  box.showModal();
}

document.addEventListener(
  "submit",
  (event) => {
    const form = event.target as HTMLFormElement;
    const words = event.submitter?.dataset.confirm ? event.submitter.dataset : form.dataset;
    if (!words.confirm || form.dataset.sure !== undefined) return;
    event.preventDefault();
    event.stopPropagation();
    ask(form, event.submitter, words);
  },
  true,
);

// ⌘K or Ctrl+K go to the page's search field, where no palette takes them; a bare slash goes to its filter first.
document.addEventListener("keydown", (event) => {
  const chord = event.key.toLowerCase() === "k" && (event.metaKey || event.ctrlKey);
  if (!chord && !(event.key === "/" && !hit(event, "input:not([type=checkbox]), textarea, select"))) return;
  const filter = chord ? null : document.querySelector<HTMLInputElement>("[data-filter]");
  const field = filter ?? document.querySelector<HTMLInputElement>("[data-search]");
  if (!field || (chord && document.querySelector("dialog.palette"))) return;
  event.preventDefault();
  field.focus();
  field.select();
});

const steps: [Intl.RelativeTimeFormatUnit, number][] = [["day", 86400], ["hour", 3600], ["minute", 60]];

/** Keeps "2 hours ago" true while a page stays open. The server wrote the first text. */
function refreshTimes(): void {
  const words = new Intl.RelativeTimeFormat(root.lang || "en", { numeric: "auto" });
  for (const time of document.querySelectorAll<HTMLTimeElement>("time[data-relative]")) {
    const past_s = (Date.parse(time.dateTime) - Date.now()) / 1000;
    const step = steps.find(([, seconds]) => Math.abs(past_s) >= seconds);
    if (step && Math.abs(past_s) < 30 * 86400) time.textContent = words.format(Math.trunc(past_s / step[1]), step[0]);
  }
}
setInterval(refreshTimes, 60_000);

// A region that htmx is about to replace says so to assistive technology and fades.
for (const [name, busy] of [["htmx:before:request", "true"], ["htmx:finally:request", "false"]] as const) {
  document.addEventListener(name, () => document.getElementById("results")?.setAttribute("aria-busy", busy));
}
