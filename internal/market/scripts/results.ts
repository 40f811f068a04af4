// A page of results: one form, whose fields are the filters, the order, and the search at the top of the page. Whatever
// changes is asked through htmx, which comes with the first question, and the last question wins. Links with data-live
// are followed the same way.
import { hit, say } from "../../ui/scripts/dom.ts";

const changing_ms = 120;
const typing_ms = 220;
const moving_ms = 300;

let instead = ""; // address that is asked for in place of what the form says
let wasInside = false; // the focus, before the region was replaced
let toTop = false;
let timer = 0;
let questions = 0;

function region(): HTMLElement {
  return document.getElementById("results")!;
}

function filters(): HTMLFormElement {
  return document.querySelector<HTMLFormElement>("form#filters")!;
}

/** What the form says, as an address. Empty fields stay out of it (common.ts). */
function said(): string {
  const query = new URLSearchParams(new FormData(filters()) as unknown as Record<string, string>).toString();
  return filters().getAttribute("action") + (query && `?${query}`);
}

/** Asks now. Passing are words being typed and a map being moved: no steps of the history. */
async function ask(passing = false): Promise<void> {
  clearTimeout(timer);
  const address = instead || said();
  const question = ++questions;
  instead = "";
  try {
    const { default: htmx } = await import("htmx.org/dist/htmx.esm.js");
    if (question !== questions) return;
    const source = document.querySelector("main")!;
    source.setAttribute("hx-sync", "this:replace");
    const headers = passing ? { "X-Passing": "1" } : {};
    await htmx.ajax("GET", address, { source, target: "#results", swap: "outerMorph", push: "true", headers });
  } catch {
    location.assign(address); // without a script, the browser loads the page
  }
}

function soon(pause_ms: number, passing: boolean): void {
  clearTimeout(timer);
  timer = window.setTimeout(() => void ask(passing), pause_ms);
}

/** Whether a control belongs to the form but stands outside of it. */
function isOutside(target: EventTarget | null): target is HTMLInputElement | HTMLSelectElement {
  const control = target as HTMLInputElement | null;
  return control?.form?.id === "filters" && !control.form.contains(control);
}

document.addEventListener("change", (event) => {
  const control = event.target as HTMLInputElement;
  if (control.form?.id !== "filters" || control.name === "q") return;
  soon(isOutside(control) ? 0 : changing_ms, false);
});

document.addEventListener("input", (event) => {
  const target = event.target as HTMLInputElement;
  if (isOutside(target) && target.name === "q") soon(typing_ms, true);
  if (target.matches?.(".handles input")) slide(target);
});

document.addEventListener("submit", (event) => {
  if (event.target !== filters()) return;
  event.preventDefault();
  void ask();
});

document.addEventListener("click", (event) => {
  const link = hit<HTMLAnchorElement>(event, "#results a[data-live], #results [data-live] a[href]");
  if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  instead = link.pathname + link.search;
  toTop = link.closest(".pages") !== null;
  void ask();
});

// The list follows a map that a person moves.
document.addEventListener("map-moved", (event) => {
  const { box, by } = (event as CustomEvent<{ box: number[]; by: string }>).detail;
  if (by !== "person") return;
  const address = new URL(location.href);
  for (const name of ["place", "within", "page", "box"]) address.searchParams.delete(name);
  instead = `${address.pathname}${address.search}${address.search ? "&" : "?"}box=${box.map((degree) => degree.toFixed(3)).join(",")}`;
  soon(moving_ms, true);
});

// What is refused says why, and leaves the page as it is. 422 is an answer with a fault at its field.
document.addEventListener("htmx:after:request", (event) => {
  const { ctx } = (event as CustomEvent<HtmxDetail>).detail;
  const status = ctx.response?.status ?? 200;
  if (ctx.sourceElement?.id !== "main" || status < 400 || status === 422) return;
  event.preventDefault();
  const page = new DOMParser().parseFromString(ctx.text ?? "", "text/html");
  say(page.querySelector("h1")?.textContent ?? String(status));
});

document.addEventListener("htmx:before:swap", () => {
  wasInside = region().contains(document.activeElement);
});

document.addEventListener("htmx:after:swap", () => {
  fillSearch();
  const map = region().querySelector<HTMLElement>("fg-map");
  const clusters = region().dataset.clusters;
  if (map && clusters && map.dataset.clusters !== clusters) map.dataset.clusters = clusters;
  const lost = wasInside && (document.activeElement === document.body || !document.activeElement);
  if (lost || toTop) region().querySelector<HTMLElement>(".found [role=status]")?.focus({ preventScroll: !toTop });
  if (toTop) region().scrollIntoView({ block: "start" });
  toTop = false;
});

/** Writes what was understood into the search at the top of the page, but not under somebody's fingers. */
function fillSearch(): void {
  for (const name of ["q", "place", "within"]) {
    const field = document.querySelector<HTMLInputElement>(`.search [name=${name}]`);
    if (field && field !== document.activeElement) field.value = region().dataset[name] ?? "";
  }
  const place = document.querySelector(".search [name=place]");
  const isWrong = document.getElementById("place-fault") !== null;
  place?.toggleAttribute("aria-invalid", isWrong);
  if (isWrong) place?.setAttribute("aria-invalid", "true");
  if (isWrong) place?.setAttribute("aria-describedby", "place-fault");
  else place?.removeAttribute("aria-describedby");
}

/** Moves a bound of a range with its handle: the field and the bars follow. The outermost stops mean no bound. */
function slide(handle: HTMLInputElement): void {
  const group = handle.closest("fieldset")!;
  const [low, high] = group.querySelectorAll<HTMLInputElement>(".handles input");
  const fields = group.querySelectorAll<HTMLInputElement>(".range input");
  if (!low || !high) return;
  if (handle === low) low.value = String(Math.min(+low.value, +high.value - 1));
  else high.value = String(Math.max(+high.value, +low.value + 1));
  const stops = low.parentElement?.dataset.stops?.split(" ") ?? [];
  [low, high].forEach((end, at) => {
    const field = fields[at]!;
    field.value = end.value === (at ? end.max : end.min) ? "" : (stops[+end.value] ?? "");
    end.setAttribute("aria-valuetext", field.value || field.placeholder);
  });
  const bars = [...group.querySelectorAll(".bars rect")];
  const count = +low.max;
  bars.slice(0, count).forEach((bar, at) => bar.classList.toggle("in", at >= +low.value && at < +high.value));
  const slot = 240 / count;
  bars.at(-1)?.setAttribute("x", String(slot * +low.value));
  bars.at(-1)?.setAttribute("width", String(Math.max(0, slot * (+high.value - +low.value) - 2)));
}

document.querySelector("main")!.dataset.live = "";
