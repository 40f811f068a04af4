import { fill } from "./parts.ts";

interface Part {
  left: number;
  top: number;
  width: number;
  height: number;
}

const least = 10; // percent of a side

/** <fg-crop>: the frame over a photo that is cropped. Sliders, keys and pointer change the same four numbers. */
class Crop extends HTMLElement {
  private ratio = 0; // of width to height in pixels; 0 is free
  private grip = "";
  private from: Part = { left: 0, top: 0, width: 100, height: 100 };
  private at = [0, 0];

  connectedCallback(): void {
    this.addEventListener("input", (event) => this.slide((event.target as HTMLInputElement).name));
    this.addEventListener("click", this);
    this.box.addEventListener("keydown", this);
    this.box.addEventListener("pointerdown", this);
    this.box.addEventListener("pointermove", this);
    this.box.addEventListener("pointerup", () => (this.grip = ""));
    const details = this.querySelector("details")!;
    const show = () => {
      this.box.hidden = !details.open;
      this.draw(this.frame, false);
    };
    details.addEventListener("toggle", show);
    show();
  }

  private get box(): HTMLElement {
    return this.querySelector<HTMLElement>("[data-box]")!;
  }

  private slider(name: string): HTMLInputElement {
    return this.querySelector<HTMLInputElement>(`input[name=${name}]`)!;
  }

  private get frame(): Part {
    const of = (name: string) => Number(this.slider(name).value);
    return { left: of("left"), top: of("top"), width: of("width"), height: of("height") };
  }

  handleEvent(event: Event): void {
    if (event.type === "click") this.choose((event.target as Element).closest<HTMLElement>("[data-ratio]"));
    else if (event.type === "keydown") this.key(event as KeyboardEvent);
    else if (event.type === "pointerdown") this.grasp(event as PointerEvent);
    else this.pull(event as PointerEvent);
  }

  /** A slider was moved. Where the shape is fixed, the height decides the width when it is the one. */
  private slide(name: string): void {
    const p = this.frame;
    if (name === "height" && this.ratio > 0) p.width = (p.height * this.ratio) / this.shape;
    this.draw(p, true);
  }

  private choose(button: HTMLElement | null): void {
    if (!button) return;
    for (const other of this.querySelectorAll("[data-ratio]")) other.setAttribute("aria-pressed", String(other === button));
    const [wide = 0, high = 1] = (button.dataset.ratio || "0:1").split(":").map(Number);
    this.ratio = wide / high;
    this.draw(this.frame, true);
  }

  /** The shape of one percent of the photo: how much wider than high its pixels make it. */
  private get shape(): number {
    const image = this.querySelector("img");
    return image && image.naturalHeight > 0 ? image.naturalWidth / image.naturalHeight : 1;
  }

  /** Keeps a part inside the photo and in its ratio, shows it, and writes it to the sliders. */
  private draw(p: Part, tell: boolean): void {
    p.width = clamp(p.width, least, 100);
    p.height = clamp(p.height, least, 100);
    if (this.ratio > 0) {
      p.height = (p.width * this.shape) / this.ratio;
      if (p.height > 100) {
        p.height = 100;
        p.width = (100 * this.ratio) / this.shape;
      }
    }
    p.left = clamp(p.left, 0, 100 - p.width);
    p.top = clamp(p.top, 0, 100 - p.height);
    for (const [name, value] of Object.entries(p)) {
      this.slider(name).step = "any";
      this.slider(name).value = String(value);
      this.querySelector(`[data-of=${name}]`)!.textContent = `${Math.round(value)} %`;
    }
    Object.assign(this.box.style, { left: `${p.left}%`, top: `${p.top}%`, width: `${p.width}%`, height: `${p.height}%` });
    if (tell) this.querySelector("[data-says]")!.textContent = fill(this.dataset.words!, rounded(p));
  }

  private key(event: KeyboardEvent): void {
    const [x, y] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key] ?? [0, 0];
    if (!x && !y) return;
    event.preventDefault();
    const p = this.frame;
    if (event.shiftKey) {
      p.width += x! + (this.ratio > 0 ? y! : 0);
      p.height += y!;
    } else {
      p.left += x!;
      p.top += y!;
    }
    this.draw(p, true);
  }

  private grasp(event: PointerEvent): void {
    event.preventDefault();
    this.box.focus();
    this.grip = (event.target as HTMLElement).dataset.corner ?? "all";
    this.from = this.frame;
    this.at = [event.clientX, event.clientY];
    this.box.setPointerCapture(event.pointerId);
  }

  private pull(event: PointerEvent): void {
    if (!this.grip) return;
    const stage = this.querySelector("[data-stage]")!.getBoundingClientRect();
    const x = ((event.clientX - this.at[0]!) / stage.width) * 100;
    const y = ((event.clientY - this.at[1]!) / stage.height) * 100;
    this.draw(this.grip === "all" ? { ...this.from, left: this.from.left + x, top: this.from.top + y } : this.corner(x, y), true);
  }

  private corner(x: number, y: number): Part {
    const p = { ...this.from };
    if (this.grip.includes("w")) {
      x = clamp(x, -p.left, p.width - least);
      p.left += x;
      p.width -= x;
    } else p.width = clamp(p.width + x, least, 100 - p.left);
    if (this.grip.includes("n")) {
      y = clamp(y, -p.top, p.height - least);
      p.top += y;
      p.height -= y;
    } else p.height = clamp(p.height + y, least, 100 - p.top);
    return p;
  }
}
customElements.define("fg-crop", Crop);

function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, value));
}

function rounded(p: Part): Record<string, number> {
  return Object.fromEntries(Object.entries(p).map(([name, value]) => [name, Math.round(value)]));
}
