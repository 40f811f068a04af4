import type { Camera } from "./map_camera.ts";

const widest_px = 96;
const metres = { kilometer: 1000, mile: 1609.344 };

/** Writes how long a bar is: the longest round distance that fits. */
export class Scale {
  readonly #bar: HTMLElement;
  readonly #unit: keyof typeof metres;
  #shown = 0;

  constructor(bar: HTMLElement, unit: string | undefined) {
    this.#bar = bar;
    this.#unit = unit === "mile" ? "mile" : "kilometer";
  }

  draw({ pixel_m }: Camera): void {
    const most = (widest_px * pixel_m) / metres[this.#unit];
    const power = 10 ** Math.floor(Math.log10(most));
    const long = [5, 2, 1].map((digit) => digit * power).find((length) => length <= most)!;
    this.#bar.style.inlineSize = `${((long * metres[this.#unit]) / pixel_m).toFixed(1)}px`;
    if (long === this.#shown) return;
    this.#shown = long;
    this.#bar.textContent = this.#text(long);
    this.#bar.hidden = false;
  }

  #text(length: number): string {
    const isShort = length < 1 && this.#unit === "kilometer";
    const unit = isShort ? "meter" : this.#unit;
    return new Intl.NumberFormat(document.documentElement.lang || "en", { style: "unit", unit, maximumFractionDigits: 2 }).format(isShort ? length * 1000 : length);
  }
}
