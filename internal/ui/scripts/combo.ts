/** <fg-combo>: a text field and the list htmx fills below it, walked with arrows. It follows the chosen link, or picks
 * the chosen record: one into a hidden field, several as boxes. */
class Combo extends HTMLElement {
  #isClosed = true;
  #count = 0;

  get #input(): HTMLInputElement { return this.querySelector<HTMLInputElement>("[role=combobox]")!; }
  get #list(): HTMLElement { return document.getElementById(this.#input.getAttribute("aria-controls") ?? "")!; }
  get #hidden(): HTMLInputElement | null { return this.querySelector<HTMLInputElement>("input[type=hidden]"); }
  get #options(): HTMLElement[] { return [...this.#list.querySelectorAll<HTMLElement>("[role=option]:not([aria-disabled])")]; }
  get #chosen(): HTMLElement | null { return this.#list.querySelector('[aria-selected="true"]'); }

  connectedCallback(): void {
    for (const name of ["input", "keydown", "click", "focusout", "opened", "htmx:config:request", "htmx:after:swap"]) this.addEventListener(name, this, name === "opened");
    this.addEventListener("pointerdown", (event) => this.#list.contains(event.target as Node) && event.preventDefault());
    const hidden = this.#hidden;
    if (hidden) hidden.name = hidden.dataset.name ?? "";
  }

  handleEvent(event: Event): void {
    switch (event.type) {
      case "input": return this.#typed(event);
      case "opened": return void (this.#isClosed = false);
      case "keydown": return this.#key(event as KeyboardEvent);
      case "click": return this.#click(event);
      case "focusout": return this.#close();
      case "htmx:config:request": return this.#ask((event as CustomEvent<HtmxDetail>).detail);
      case "htmx:after:swap": return this.#show();
    }
  }

  #typed(event: Event): void {
    if (event.target !== this.#input) return;
    this.#isClosed = false;
    const hidden = this.#hidden;
    if (hidden) hidden.value = "";
  }

  /** The question goes out as q, whatever the field is called in its form. */
  #ask({ ctx }: HtmxDetail): void {
    if (ctx.sourceElement !== this.#input) return;
    ctx.request.body?.delete(this.#input.name);
    ctx.request.body?.set("q", this.#input.value);
  }

  #show(): void {
    if (this.#isClosed) return;
    for (const option of this.#list.querySelectorAll("[role=option]")) option.id ||= `${this.#list.id}-${++this.#count}`;
    this.classList.add("open");
    this.#input.setAttribute("aria-expanded", "true");
    this.#choose(this.#options[0]);
  }

  #close(): void {
    if (this.dataset.follows !== undefined) return;
    this.#isClosed = true;
    this.classList.remove("open");
    this.#input.setAttribute("aria-expanded", "false");
    this.#choose(undefined);
  }

  #choose(option: HTMLElement | undefined): void {
    this.#chosen?.setAttribute("aria-selected", "false");
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) this.#input.setAttribute("aria-activedescendant", option.id);
    else this.#input.removeAttribute("aria-activedescendant");
  }

  #key(event: KeyboardEvent): void {
    if (event.target !== this.#input || event.isComposing || this.#isClosed) return;
    const options = this.#options;
    const at = options.indexOf(this.#chosen!);
    if (event.key === "ArrowDown") this.#choose(options[(at + 1) % options.length]);
    else if (event.key === "ArrowUp") this.#choose(options.at(at <= 0 ? -1 : at - 1));
    else if (event.key === "Enter" && this.#chosen) this.#take(this.#chosen);
    else if (event.key === "Escape" && this.dataset.follows === undefined) this.#close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #click(event: Event): void {
    const option = (event.target as Element).closest<HTMLElement>("[role=option]:not([aria-disabled])");
    if (option && this.dataset.picks) this.#take(option);
  }

  #take(option: HTMLElement): void {
    const { id = "", text = "" } = option.dataset;
    if (this.dataset.follows !== undefined) return option.click();
    const hidden = this.#hidden;
    if (hidden) hidden.value = id;
    if (this.dataset.picks === "several") this.#add(id, text);
    this.#input.value = hidden ? text : "";
    this.#close();
    this.#input.focus();
    this.dispatchEvent(new Event("change", { bubbles: true }));
  }

  /** One more box, as the server writes them. */
  #add(id: string, text: string): void {
    const name = this.dataset.name ?? "";
    const boxes = [...this.querySelectorAll<HTMLInputElement>("[data-chosen] input")];
    const known = boxes.find((box) => box.value === id);
    if (known) return void (known.checked = true);
    const chip = document.createElement("label");
    chip.className = "chip";
    const box = Object.assign(document.createElement("input"), { type: "checkbox", name, value: id, checked: true });
    const words = document.createElement("span");
    words.textContent = text;
    chip.append(box, words);
    this.querySelector("[data-chosen]")?.append(chip);
  }
}

customElements.define("fg-combo", Combo);

// The palette over every page of the console.

function palette(): HTMLDialogElement | null {
  return document.querySelector<HTMLDialogElement>("dialog.palette");
}

function openPalette(words = ""): void {
  const box = palette();
  const input = box?.querySelector("input");
  if (!box || !input || box.open) return;
  box.showModal();
  input.value = words;
  input.focus();
  input.dispatchEvent(new Event("opened"));
}

document.addEventListener("keydown", (event) => {
  const isChord = event.key.toLowerCase() === "k" && (event.metaKey || event.ctrlKey);
  if (!isChord || !palette()) return;
  event.preventDefault();
  if (palette()?.open) palette()?.close();
  else openPalette();
});

document.addEventListener("pointerdown", (event) => {
  const target = event.target as Element;
  if (target.matches?.("dialog.palette")) palette()?.close();
  if (!palette() || !target.closest?.(".topbar [data-search]")) return;
  event.preventDefault();
  openPalette((target as HTMLInputElement).value);
});
