// A field with data-complete becomes a combobox: a list of suggestions below it, walked with arrows. Nothing is chosen
// until somebody chooses, so Enter sends what was typed.

const pause_ms = 60;
const kept = new Map<string, string>(); // answers, by address

/** Makes a field a combobox, once. */
export function complete(field: HTMLInputElement): void {
  if (field.getAttribute("role") === "combobox") return;
  new Suggestions(field);
}

class Suggestions {
  #list = document.createElement("div");
  #asking: AbortController | undefined;
  #timer = 0;

  constructor(private field: HTMLInputElement) {
    this.#list.id = `suggested-${field.name}`;
    this.#list.className = "suggests";
    this.#list.hidden = true;
    const attributes = { role: "combobox", "aria-autocomplete": "list", "aria-controls": this.#list.id, "aria-expanded": "false" };
    for (const [name, value] of Object.entries(attributes)) field.setAttribute(name, value);
    this.#list.setAttribute("role", "listbox");
    this.#list.setAttribute("aria-label", field.labels?.[0]?.textContent?.trim() ?? "");
    field.closest(".search")?.append(this.#list);
    field.addEventListener("input", () => this.#soon());
    field.addEventListener("keydown", (event) => this.#key(event));
    field.addEventListener("blur", () => this.#close());
    this.#list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.#list.addEventListener("click", (event) => {
      const option = (event.target as Element).closest<HTMLElement>("[role=option]");
      if (option) this.#take(option);
    });
    if (!field.value && field.name === "place") this.#soon();
  }

  get #options(): HTMLElement[] { return [...this.#list.querySelectorAll<HTMLElement>("[role=option]")]; }
  get #chosen(): HTMLElement | null { return this.#list.querySelector<HTMLElement>('[aria-selected="true"]'); }

  #soon(): void {
    clearTimeout(this.#timer);
    this.#asking?.abort();
    if (!this.field.value.trim() && this.field.name !== "place") return this.#close();
    this.#timer = window.setTimeout(() => void this.#ask(), pause_ms);
  }

  /** Asks for suggestions. Whoever types on takes the question back, so an old answer never comes late. */
  async #ask(): Promise<void> {
    const address = `${this.field.dataset.complete}?${this.field.name}=${encodeURIComponent(this.field.value)}`;
    this.#asking = new AbortController();
    try {
      let text = kept.get(address);
      if (text === undefined) {
        const answer = await fetch(address, { signal: this.#asking.signal });
        if (!answer.ok) return this.#close();
        text = await answer.text();
        if (kept.size < 200) kept.set(address, text);
      }
      this.#show(text);
    } catch {
      // Taken back, or no connection: the field works without.
    }
  }

  #show(text: string): void {
    this.#list.innerHTML = text;
    const options = this.#options;
    if (!options.length || document.activeElement !== this.field) return this.#close();
    options.forEach((option, at) => (option.id = `${this.#list.id}-${at}`));
    this.#list.style.insetInlineStart = `${this.#start()}px`;
    this.#list.hidden = false;
    this.field.setAttribute("aria-expanded", "true");
    this.#choose(undefined);
  }

  /** How far the field begins from where the form begins, in the direction of reading. */
  #start(): number {
    const [form, label] = [this.#list.parentElement!, this.field.parentElement!];
    const wide = matchMedia("(min-width: 40.01rem)").matches;
    return !wide ? 0 : getComputedStyle(form).direction === "rtl" ? form.clientWidth - label.offsetLeft - label.offsetWidth : label.offsetLeft;
  }

  #close(): void {
    clearTimeout(this.#timer);
    this.#asking?.abort();
    this.#list.hidden = true;
    this.field.setAttribute("aria-expanded", "false");
    this.#choose(undefined);
  }

  #choose(option: HTMLElement | undefined): void {
    this.#chosen?.setAttribute("aria-selected", "false");
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) this.field.setAttribute("aria-activedescendant", option.id);
    else this.field.removeAttribute("aria-activedescendant");
  }

  #key(event: KeyboardEvent): void {
    if (event.isComposing) return;
    if (this.#list.hidden) {
      if (event.key === "ArrowDown") this.#soon();
      if (event.key === "Enter") this.#close();
      return;
    }
    const options = this.#options;
    const at = options.indexOf(this.#chosen!);
    if (event.key === "ArrowDown") this.#choose(options[at + 1]);
    else if (event.key === "ArrowUp") this.#choose(options.at(at < 0 ? -1 : at - 1 < 0 ? options.length : at - 1));
    else if (event.key === "Escape") this.#close();
    else if (event.key === "Enter" && this.#chosen) this.#take(this.#chosen);
    else return void (event.key === "Enter" && this.#close());
    event.preventDefault();
  }

  #take(option: HTMLElement): void {
    const { fill = "", href = "" } = option.dataset;
    this.#close();
    if (href) return void location.assign(href);
    this.field.value = fill;
    if (this.field.name === "q") this.field.form?.requestSubmit();
    else this.field.dispatchEvent(new Event("change", { bubbles: true }));
  }
}
