import type { Camera } from "./map_camera.ts";

/** Where to go: to a point of the world or by some pixels, to a zoom or by some steps. */
export interface Change { x?: number; y?: number; across_px?: number; down_px?: number; zoom?: number; by?: number }

/** What hands do to a map: drag, pinch, turn a wheel, press keys. */
export interface Held {
  camera: Camera;
  /** The camera was moved by hand; more is coming unless it is done. */
  moved(isDone: boolean): void;
  /** Go there, gently where motion is welcome. */
  glide(change: Change): void;
  home(): void;
}

const drag_px = 5;

export class Hands {
  readonly #pane: HTMLElement;
  readonly #held: Held;
  readonly #isSmall: boolean;
  readonly #points = new Map<number, [x: number, y: number]>();
  #start: [number, number] | null = null;
  #isDragging = false;
  #wheel = 0;

  constructor(pane: HTMLElement, held: Held, isSmall: boolean) {
    this.#pane = pane;
    this.#held = held;
    this.#isSmall = isSmall;
    for (const name of ["pointerdown", "pointermove", "pointerup", "pointercancel", "keydown", "dblclick"]) pane.addEventListener(name, this);
    pane.addEventListener("click", this, true);
    pane.addEventListener("wheel", this, { passive: false });
  }

  handleEvent(event: Event): void {
    switch (event.type) {
      case "pointerdown": return this.#press(event as PointerEvent);
      case "pointermove": return this.#move(event as PointerEvent);
      case "pointerup":
      case "pointercancel": return this.#release(event as PointerEvent);
      case "click": return this.#swallow(event);
      case "dblclick": return this.#double(event as MouseEvent);
      case "wheel": return this.#turn(event as WheelEvent);
      case "keydown": return this.#key(event as KeyboardEvent);
    }
  }

  /** On a small map a finger scrolls the page, not the map. */
  #press(event: PointerEvent): void {
    if (event.button !== 0 || (this.#isSmall && event.pointerType === "touch")) return;
    this.#points.set(event.pointerId, [event.clientX, event.clientY]);
    if (this.#points.size === 1) {
      this.#start = [event.clientX, event.clientY];
      this.#isDragging = false;
    }
  }

  #move(event: PointerEvent): void {
    const before = this.#points.get(event.pointerId);
    if (!before || !this.#start) return;
    if (event.buttons === 0) return this.#release(event); // let go elsewhere
    if (!this.#isDragging && this.#points.size === 1 && Math.hypot(event.clientX - this.#start[0], event.clientY - this.#start[1]) < drag_px) return;
    if (!this.#isDragging) {
      this.#isDragging = true;
      this.#pane.setPointerCapture(event.pointerId);
      this.#pane.classList.add("dragged");
    }
    const old = this.#grip();
    this.#points.set(event.pointerId, [event.clientX, event.clientY]);
    const now = this.#grip();
    const frame = this.#pane.getBoundingClientRect();
    const { camera } = this.#held;
    camera.moveBy(old.x - now.x, old.y - now.y);
    if (old.apart && now.apart) camera.zoomAt(camera.zoom + Math.log2(now.apart / old.apart), now.x - frame.left, now.y - frame.top);
    this.#held.moved(false);
  }

  /** The middle of all fingers, and how far two of them are apart. */
  #grip(): { x: number; y: number; apart: number } {
    const [first, second] = [...this.#points.values()];
    if (!first) return { x: 0, y: 0, apart: 0 };
    if (!second) return { x: first[0], y: first[1], apart: 0 };
    return { x: (first[0] + second[0]) / 2, y: (first[1] + second[1]) / 2, apart: Math.max(20, Math.hypot(first[0] - second[0], first[1] - second[1])) };
  }

  #release(event: PointerEvent): void {
    if (!this.#points.delete(event.pointerId) || this.#points.size > 0) return;
    this.#start = null;
    this.#pane.classList.remove("dragged");
    if (!this.#isDragging) return;
    this.#held.moved(true);
    setTimeout(() => (this.#isDragging = false));
  }

  /** The click that ends a drag presses nothing. */
  #swallow(event: Event): void {
    if (!this.#isDragging) return;
    event.preventDefault();
    event.stopPropagation();
  }

  #double(event: MouseEvent): void {
    if ((event.target as Element).closest("button")) return;
    const frame = this.#pane.getBoundingClientRect();
    const { camera } = this.#held;
    const [across, down] = [event.clientX - frame.left - camera.width / 2, event.clientY - frame.top - camera.height / 2];
    this.#held.glide({ across_px: across / 2, down_px: down / 2, by: 1 });
  }

  #turn(event: WheelEvent): void {
    if (this.#isSmall && !event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const frame = this.#pane.getBoundingClientRect();
    const { camera } = this.#held;
    const step = event.deltaY * (event.deltaMode === 1 ? 20 : 1) * (event.ctrlKey ? 0.01 : 0.003);
    camera.zoomAt(camera.zoom - Math.max(-1, Math.min(1, step)), event.clientX - frame.left, event.clientY - frame.top);
    this.#held.moved(false);
    clearTimeout(this.#wheel);
    this.#wheel = window.setTimeout(() => this.#held.moved(true), 180);
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { camera } = this.#held;
    const step = Math.min(camera.width, camera.height) / 4;
    switch (event.key) {
      case "ArrowLeft": this.#held.glide({ across_px: -step }); break;
      case "ArrowRight": this.#held.glide({ across_px: step }); break;
      case "ArrowUp": this.#held.glide({ down_px: -step }); break;
      case "ArrowDown": this.#held.glide({ down_px: step }); break;
      case "+":
      case "=": this.#held.glide({ by: 1 }); break;
      case "-":
      case "_": this.#held.glide({ by: -1 }); break;
      case "Home": this.#held.home(); break;
      default: return;
    }
    event.preventDefault();
    event.stopPropagation();
  }
}
