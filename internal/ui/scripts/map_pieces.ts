/** The square pieces of land and water that the server cuts (package place), each fetched once for all maps of a page. */

export const extent = 2048;
const edge = extent + 48; // water goes on to here, and its outline there is nobody's shore
const levels = [1, 3, 5, 7] as const;

export interface Name { text: string; x: number; y: number; weight: number } // in the world; weight is negative for parts of towns

export interface Piece {
  z: number;
  x: number;
  y: number;
  water: Path2D | null; // null where all is land
  isSea: boolean;
  borders: Path2D | null;
  names: Name[];
}

interface Answer { water?: number[][]; borders?: number[][]; sea?: boolean; places: [number, number, string, number][] }

const pieces = new Map<string, Piece | Promise<void>>();

/** The level whose pieces are drawn at a zoom. */
export function levelAt(zoom: number): number {
  return levels.filter((level) => level <= zoom - 1).at(-1) ?? levels[0];
}

/** The coarser levels, which stand in until a piece has come. */
export function coarser(level: number): number[] { return levels.filter((other) => other < level); }

export function pieceAt(z: number, x: number, y: number): Piece | null {
  const piece = pieces.get(`${z}/${x}/${y}`);
  return piece && "names" in piece ? piece : null;
}

/** Fetches a piece unless it is there or on its way. A failure is forgotten after a while, so that it is tried anew. */
export function fetchPiece(land: string, z: number, x: number, y: number, arrived: () => void): void {
  const key = `${z}/${x}/${y}`;
  const known = pieces.get(key);
  if (known) return void (known instanceof Promise && known.then(arrived));
  const coming = fetch(`${land}/${key}`)
    .then((response) => (response.ok ? (response.json() as Promise<Answer>) : Promise.reject(new Error(response.statusText))))
    .then((answer) => void pieces.set(key, read(answer, z, x, y)))
    .catch(() => void setTimeout(() => pieces.delete(key), 5000));
  pieces.set(key, coming);
  void coming.then(arrived);
}

function read(answer: Answer, z: number, x: number, y: number): Piece {
  const size = 1 / (extent * 2 ** z);
  const names = answer.places.map(([px, py, text, weight]) => ({ text, weight, x: (x * extent + px) * size, y: (y * extent + py) * size }));
  return { z, x, y, isSea: answer.sea ?? false, water: pathOf(answer.water, ring), borders: pathOf(answer.borders, line), names };
}

function pathOf(shapes: number[][] | undefined, draw: (path: Path2D, points: Float32Array) => void): Path2D | null {
  if (!shapes?.length) return null;
  const path = new Path2D();
  for (const steps of shapes) draw(path, pointsOf(steps));
  return path;
}

function pointsOf(steps: number[]): Float32Array {
  const points = new Float32Array(steps);
  for (let i = 2; i < points.length; i++) points[i]! += points[i - 2]!;
  return points;
}

function line(path: Path2D, points: Float32Array): void {
  path.moveTo(points[0]!, points[1]!);
  for (let i = 2; i < points.length; i += 2) path.lineTo(points[i]!, points[i + 1]!);
}

type Point = [x: number, y: number];

const isCut = ([x, y]: Point) => Math.max(Math.abs(x - extent / 2), Math.abs(y - extent / 2)) >= edge - extent / 2 - 1;
const middle = (a: Point, b: Point): Point => [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
const fewPoints = 12;

/** A long shore is drawn as curves between the middles of its sides, which makes steps soft; a small lake as a curve
 * through its points, which keeps its size. Where a shore was cut it stays straight. */
function ring(path: Path2D, points: Float32Array): void {
  const count = points.length / 2;
  const at = (i: number): Point => [points[2 * ((i + count) % count)]!, points[2 * ((i + count) % count) + 1]!];
  const isFew = count < fewPoints;
  path.moveTo(...(isFew ? at(0) : middle(at(-1), at(0))));
  for (let i = 0; i < count; i++) {
    const [before, from, to, after] = [at(i - 1), at(i), at(i + 1), at(i + 2)];
    if (isFew) isCut(from) || isCut(to) ? path.lineTo(...to) : path.bezierCurveTo(...leaving(before, from, to), ...leaving(after, to, from), ...to);
    else if (isCut(from)) {
      path.lineTo(...from);
      path.lineTo(...middle(from, to));
    } else path.quadraticCurveTo(...from, ...middle(from, to));
  }
  path.closePath();
}

const bend = 0.17; // how far a curve follows the direction of its neighbours

/** Where a curve is drawn to as it leaves a point for the next: no farther than half the way there. */
function leaving(before: Point, from: Point, to: Point): Point {
  const [dx, dy] = [to[0] - before[0], to[1] - before[1]];
  const reach = Math.hypot(to[0] - from[0], to[1] - from[1]) * 0.4;
  const share = Math.min(bend, reach / (Math.hypot(dx, dy) || 1));
  return [from[0] + dx * share, from[1] + dy * share];
}
