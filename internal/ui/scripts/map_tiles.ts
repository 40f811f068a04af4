import type { Camera } from "./map_camera.ts";

const mostKept = 200;

/** Draws the tiles of a source that the site has chosen in place of our land and water. */
export class Tiles {
  readonly #canvas: HTMLCanvasElement;
  readonly #address: string;
  readonly #changed: () => void;
  readonly #images = new Map<string, HTMLImageElement>();

  constructor(canvas: HTMLCanvasElement, address: string, changed: () => void) {
    this.#canvas = canvas;
    this.#address = address;
    this.#changed = changed;
  }

  recolour(): void {}

  nearest(): string { return ""; }

  draw(camera: Camera): void {
    const [context, dots] = [this.#canvas.getContext("2d"), Math.min(2, devicePixelRatio || 1)];
    if (!context || !camera.width) return;
    const [width, height] = [Math.round(camera.width * dots), Math.round(camera.height * dots)];
    if (this.#canvas.width !== width || this.#canvas.height !== height) [this.#canvas.width, this.#canvas.height] = [width, height];
    context.setTransform(dots, 0, 0, dots, 0, 0);
    context.clearRect(0, 0, camera.width, camera.height);
    const z = Math.round(camera.zoom);
    for (const level of [z - 2, z]) if (level >= 0) this.#paint(context, camera, level, level === z);
  }

  #paint(context: CanvasRenderingContext2D, camera: Camera, z: number, fetches: boolean): void {
    const count = 2 ** z;
    const size = camera.scale / count;
    const [across, down] = [camera.width / camera.scale / 2, camera.height / camera.scale / 2];
    for (let y = Math.max(0, Math.floor((camera.y - down) * count)); y <= Math.min(count - 1, Math.floor((camera.y + down) * count)); y++) {
      for (let x = Math.floor((camera.x - across) * count); x <= Math.floor((camera.x + across) * count); x++) {
        const image = this.#image(z, ((x % count) + count) % count, y, fetches);
        const [left, top] = [camera.width / 2 + (x / count - camera.x) * camera.scale, camera.height / 2 + (y / count - camera.y) * camera.scale];
        if (image?.complete && image.naturalWidth) context.drawImage(image, left, top, size + 0.5, size + 0.5);
      }
    }
  }

  #image(z: number, x: number, y: number, fetches: boolean): HTMLImageElement | undefined {
    const key = `${z}/${x}/${y}`;
    const known = this.#images.get(key);
    if (known || !fetches) return known;
    const image = new Image();
    image.referrerPolicy = "strict-origin-when-cross-origin";
    image.onload = this.#changed;
    image.src = this.#address.replace("{z}", String(z)).replace("{x}", String(x)).replace("{y}", String(y));
    if (this.#images.size >= mostKept) this.#images.delete(this.#images.keys().next().value!);
    this.#images.set(key, image);
    return image;
  }
}
