// The map: water, and borders between countries, cut into pieces of four sizes. Water is that of OpenStreetMap (ODbL) in
// the package @geo-maps/earth-waterbodies-250m; borders are those of Natural Earth in the package world-atlas.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { deflateRawSync } from "node:zlib";

const levels = [1, 3, 5, 7]; // zooms of Web Mercator whose squares are the pieces: 4, 64, 1,024 and 16,384 of them
const finest = levels.at(-1);
const extent = 2048; // units along the edge of a piece
const margin = 48; // units that water goes on beyond the edge, so that curves meet those of the neighbour
const leastWide_px = 8; // an island or a lake must be as wide, where its level is seen largest
const least_km2 = 3; // at the finest level, which people zoom into
const leastRiver_km2 = 10; // what belongs to a river is a dash unless it is large
const off_m = 140; // that a line may be off at the finest level

/** unit_m is how long a unit is in a piece, in its middle. */
const unit_m = ({ z, y }) => 40_075_017 / 2 ** z / extent / Math.cosh(Math.PI * (1 - (2 * (y + 0.5)) / 2 ** z));

/** What is left out of a piece, in square units, and how far a line may be off, in units: one is a pixel where the level is seen largest. */
const leastArea = (tile) => (tile.z === finest ? (least_km2 * 1e6) / unit_m(tile) ** 2 : leastWide_px ** 2);
const tolerance = (tile) => (tile.z === finest ? off_m / unit_m(tile) : 2);

/** A ring is [x, y, x, y, …] in units of the world: 0 to 1 from west to east and from north to south. */
const ringOf = (points) => {
  const ring = new Float64Array(points.length * 2);
  points.forEach(([lon, lat], i) => {
    const sine = Math.sin((Math.max(-85.0511, Math.min(85.0511, lat)) * Math.PI) / 180);
    ring[2 * i] = lon / 360 + 0.5;
    ring[2 * i + 1] = 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
  });
  return ring;
};

function areaOf(ring) {
  let sum = 0;
  for (let i = 0, j = ring.length - 2; i < ring.length; j = i, i += 2) sum += ring[j] * ring[i + 1] - ring[i] * ring[j + 1];
  return sum / 2;
}

function km2Of(ring) {
  const across_km = 40_075 / Math.cosh(Math.PI * (1 - 2 * ring[1]));
  return Math.abs(areaOf(ring)) * across_km ** 2;
}

function turned(ring) {
  const back = new Float64Array(ring.length);
  for (let i = 0; i < ring.length; i += 2) {
    back[i] = ring[ring.length - 2 - i];
    back[i + 1] = ring[ring.length - 1 - i];
  }
  return back;
}

/** Every ring of water turns one way, every island in it the other: overlapping lakes and rivers then fill as one. */
const facing = (ring, isWater) => (areaOf(ring) > 0 === isWater ? ring : turned(ring));

function waterOf(modules) {
  const file = join(modules, "@geo-maps/earth-waterbodies-250m/map.geo.json");
  const rings = [];
  JSON.parse(readFileSync(file, "utf8")).geometries.forEach(({ coordinates }, kind) => {
    for (const [outer, ...islands] of coordinates) {
      const ring = ringOf(outer);
      if (km2Of(ring) < (kind === 2 ? leastRiver_km2 : least_km2)) continue;
      rings.push(facing(ring, true));
      for (const island of islands.map(ringOf)) if (km2Of(island) >= least_km2) rings.push(facing(island, false));
    }
  });
  return rings;
}

/** around adds what lies just over the date line, a turn away, so that the sea meets there. */
function around(rings) {
  const all = [...rings];
  for (const ring of rings) {
    const [west, east] = spanOf(ring, 0);
    if (west < 0.01) all.push(ring.map((value, i) => (i % 2 ? value : value + 1)));
    if (east > 0.99) all.push(ring.map((value, i) => (i % 2 ? value : value - 1)));
  }
  return all;
}

function bordersOf(modules) {
  const { mesh } = createRequire(import.meta.url)(join(modules, "topojson-client"));
  const atlas = JSON.parse(readFileSync(join(modules, "world-atlas/countries-10m.json"), "utf8"));
  return mesh(atlas, atlas.objects.countries, (a, b) => a !== b).coordinates.map(ringOf);
}

/** cut keeps of a ring what lies on one side of a line: along x (axis 0) or y (axis 1), above or below a bound. */
function cut(ring, axis, bound, isAbove) {
  const kept = [];
  const isIn = (value) => (isAbove ? value >= bound : value <= bound);
  for (let i = 0, j = ring.length - 2; i < ring.length; j = i, i += 2) {
    const [from, to] = [ring[j + axis], ring[i + axis]];
    if (isIn(from) !== isIn(to)) {
      const share = (bound - from) / (to - from);
      const across = ring[j + 1 - axis] + share * (ring[i + 1 - axis] - ring[j + 1 - axis]);
      axis === 0 ? kept.push(bound, across) : kept.push(across, bound);
    }
    if (isIn(to)) kept.push(ring[i], ring[i + 1]);
  }
  return Float64Array.from(kept);
}

function spanOf(ring, axis) {
  let [low, high] = [Infinity, -Infinity];
  for (let i = axis; i < ring.length; i += 2) {
    if (ring[i] < low) low = ring[i];
    if (ring[i] > high) high = ring[i];
  }
  return [low, high];
}

function between(rings, axis, low, high) {
  const kept = [];
  for (let ring of rings) {
    const [least, most] = spanOf(ring, axis);
    if (most < low || least > high) continue;
    if (least < low) ring = cut(ring, axis, low, true);
    if (most > high) ring = cut(ring, axis, high, false);
    if (ring.length >= 6) kept.push(ring);
  }
  return kept;
}

/** betweenLines cuts lines, each into as many as there are parts inside. */
function betweenLines(lines, [west, north, east, south]) {
  const kept = [];
  const isIn = (line, i) => line[i] >= west && line[i] <= east && line[i + 1] >= north && line[i + 1] <= south;
  for (const line of lines) {
    let part = [];
    for (let i = 0; i < line.length; i += 2) {
      const near = isIn(line, i) || (i > 0 && isIn(line, i - 2)) || (i + 2 < line.length && isIn(line, i + 2));
      if (near) part.push(line[i], line[i + 1]);
      if ((!near || i + 2 >= line.length) && part.length) {
        if (part.length >= 4) kept.push(Float64Array.from(part));
        part = [];
      }
    }
  }
  return kept;
}

/** simplified leaves out points that a line does not need (Douglas and Peucker). */
function simplified(points, off) {
  const keep = new Uint8Array(points.length / 2);
  const last = points.length / 2 - 1;
  keep[0] = keep[last] = 1;
  const todo = [[0, last]];
  while (todo.length) {
    const [from, to] = todo.pop();
    const [x, y] = [points[2 * from], points[2 * from + 1]];
    const [dx, dy] = [points[2 * to] - x, points[2 * to + 1] - y];
    const long = Math.hypot(dx, dy);
    let [most, at] = [off, 0];
    for (let i = from + 1; i < to; i++) {
      const [px, py] = [points[2 * i] - x, points[2 * i + 1] - y];
      const away = long ? Math.abs(px * dy - py * dx) / long : Math.hypot(px, py);
      if (away > most) [most, at] = [away, i];
    }
    if (at) {
      keep[at] = 1;
      todo.push([from, at], [at, to]);
    }
  }
  return points.filter((_, i) => keep[i >> 1]);
}

/** unitsOf writes a line in whole units of a piece: the first point, then steps. Points that fall together are one. */
function unitsOf(line, { z, x, y }) {
  const scaled = simplified(line.map((value, i) => (value * 2 ** z - (i % 2 ? y : x)) * extent), tolerance({ z, y }));
  const units = [];
  let [lastX, lastY] = [0, 0];
  for (let i = 0; i < scaled.length; i += 2) {
    const [px, py] = [Math.round(scaled[i]), Math.round(scaled[i + 1])];
    if (units.length && px === lastX && py === lastY) continue;
    units.push(px - lastX, py - lastY);
    [lastX, lastY] = [px, py];
  }
  return units;
}

/** uncovered leaves out rings around the whole piece that fill and empty it again. */
function uncovered(rings, scale) {
  const isWhole = (ring) => Math.abs(areaOf(ring)) * scale > (extent + 1.98 * margin) ** 2;
  const whole = rings.filter(isWhole);
  const water = whole.filter((ring) => areaOf(ring) > 0);
  const times = 2 * water.length - whole.length;
  return [...water.slice(0, Math.max(0, Math.min(1, times))), ...rings.filter((ring) => !isWhole(ring))];
}

/** pieceOf is "" for plain land, "sea" for plain water, otherwise JSON. */
function pieceOf(water, borders, tile) {
  const scale = (extent * 2 ** tile.z) ** 2;
  const large = uncovered(water.filter((ring) => Math.abs(areaOf(ring)) * scale >= leastArea(tile)), scale);
  const rings = large.map((ring) => unitsOf(ring, tile)).filter((units) => units.length >= 6);
  const lines = borders.map((line) => unitsOf(line, tile)).filter((units) => units.length >= 4);
  if (large.length === 1 && lines.length === 0 && areaOf(large[0]) * scale > (extent + 1.9 * margin) ** 2) return "sea";
  return rings.length + lines.length ? `"water":${JSON.stringify(rings)},"borders":${JSON.stringify(lines)}` : "";
}

/** packLand returns, for each level, one number of four bytes for each piece and one more: where its deflated JSON ends
 * in what follows, with the highest bit set for plain water. */
export function packLand(modules) {
  const texts = Object.fromEntries(levels.map((z) => [z, []]));
  const visit = (water, borders, tile) => {
    const { z, x, y } = tile;
    const [size, wide] = [2 ** -z, (margin / extent) * 2 ** -z];
    const edges = [x * size - wide, y * size - wide, (x + 1) * size + wide, (y + 1) * size + wide];
    const inside = between(between(water, 0, edges[0], edges[2]), 1, edges[1], edges[3]);
    const crossed = betweenLines(borders, edges);
    if (levels.includes(z)) texts[z][y * 2 ** z + x] = pieceOf(inside, crossed, tile);
    if (z === finest) return;
    for (const [dx, dy] of [[0, 0], [1, 0], [0, 1], [1, 1]]) visit(inside, crossed, { z: z + 1, x: 2 * x + dx, y: 2 * y + dy });
  };
  visit(around(waterOf(modules)), bordersOf(modules), { z: 0, x: 0, y: 0 });
  return Buffer.concat(levels.flatMap((z) => packed(texts[z])));
}

function packed(texts) {
  const ends = Buffer.alloc(4 * texts.length);
  const blobs = [];
  let end = 0;
  texts.forEach((text, i) => {
    if (text && text !== "sea") {
      blobs.push(deflateRawSync(text, { level: 9 }));
      end += blobs.at(-1).length;
    }
    ends.writeUInt32LE((end | (text === "sea" ? 0x80000000 : 0)) >>> 0, 4 * i);
  });
  return [ends, ...blobs];
}
