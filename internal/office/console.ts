import "./define.ts";
import { hit } from "../ui/scripts/dom.ts";

const follows = ["sort"]; // what a swap of the grid alone changes in the address

/** Sorting swaps the grid alone; the forms and links above it learn the new order from the address. */
function follow(): void {
  const now = new URLSearchParams(location.search);
  for (const bar of document.querySelectorAll(".list-bar")) {
    for (const form of bar.querySelectorAll<HTMLFormElement>("form")) for (const name of follows) keep(form, name, now.get(name));
    for (const link of bar.querySelectorAll<HTMLAnchorElement>("a[href*='own=1']")) {
      const to = new URL(link.href);
      for (const name of follows) {
        if (now.has(name)) to.searchParams.set(name, now.get(name)!);
        else to.searchParams.delete(name);
      }
      link.href = to.href;
    }
  }
}

function keep(form: HTMLFormElement, name: string, value: string | null): void {
  form.querySelector(`input[type=hidden][name=${name}]`)?.remove();
  if (value === null) return;
  const field = document.createElement("input");
  Object.assign(field, { type: "hidden", name, value });
  form.append(field);
  if (!form.querySelector("input[name=own]")) keep(form, "own", "1");
}

document.addEventListener("htmx:after:swap", (event) => {
  const { ctx } = (event as CustomEvent<HtmxDetail>).detail;
  if (ctx.sourceElement?.closest("fg-grid, .calendar")) setTimeout(follow);
});

// The editor of a value on a record's page is put away by its button or by Escape.
function putAway(editor: Element | null | undefined): void {
  const place = editor?.closest("dd");
  editor?.remove();
  place?.querySelector<HTMLElement>(".pencil")?.focus();
}
document.addEventListener("click", (event) => {
  putAway(hit(event, ".fact-editor [data-cancel]")?.closest(".fact-editor"));
  const pencil = hit(event, ".fact > .pencil");
  if (pencil) for (const open of document.querySelectorAll(".fact-editor")) open.remove();
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented) return;
  const editor = hit(event, ".fact-editor");
  if (!editor || editor.querySelector('[aria-expanded="true"]')) return;
  event.preventDefault();
  putAway(editor);
});
