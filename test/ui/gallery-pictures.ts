// Made-up pictures for the gallery of states: planets drawn pixel by pixel, clear or mixed with noise. Not
// here: real data sets.

/** A small seeded generator: the gallery looks the same every time. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

type Colour = readonly [number, number, number];
const SKIES: Colour[] = [
  [0, 43, 54],
  [18, 54, 54],
  [44, 27, 71],
  [30, 30, 40],
  [26, 38, 66],
  [64, 30, 52],
];
const PLANETS: Colour[] = [
  [190, 146, 45],
  [214, 110, 172],
  [22, 170, 160],
  [140, 160, 235],
  [10, 176, 206],
  [224, 112, 124],
  [120, 180, 110],
  [164, 140, 226],
  [222, 134, 62],
];

const mix = (a: Colour, b: Colour, t: number): Colour => {
  const at = (i: 0 | 1 | 2): number => a[i] * (1 - t) + b[i] * t;
  return [at(0), at(1), at(2)];
};

/** RGBA of planet `n`, size x size; `noise` 0 (clear) to 1 (only noise). */
export function planet(n: number, size: number, noise = 0): Uint8ClampedArray<ArrayBuffer> {
  const random = seeded(n * 7919 + 13);
  const sky = SKIES[Math.floor(random() * SKIES.length)] ?? SKIES[0]!;
  const colour = PLANETS[n % PLANETS.length] ?? PLANETS[0]!;
  const radius = 0.27 + random() * 0.05;
  const tilt = random() * 0.6 - 0.3;
  const ring = random() < 0.6;
  const stripes = random() < 0.4;
  const stars = Array.from({ length: 10 }, () => [random(), random()] as const);
  const grain = seeded(n * 31 + 7);
  const rgba = new Uint8ClampedArray(size * size * 4);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const [u, v] = [(x + 0.5) / size - 0.5, (y + 0.5) / size - 0.5];
      let pixel: Colour = sky;
      if (stars.some(([a, b]) => Math.floor(a * size) === x && Math.floor(b * size) === y))
        pixel = mix(sky, [255, 255, 255], 0.5);
      const inside = Math.hypot(u, v) < radius;
      if (inside) {
        const shade = 0.18 + 0.5 * Math.max(0, -(u + v));
        pixel = mix(mix(colour, [0, 0, 0], 0.12), [255, 255, 255], shade * 0.5);
        if (stripes && Math.sin((u + v * 2) * 34) > 0.2) pixel = mix(pixel, [0, 0, 0], 0.14);
      }
      const across = v - tilt * u;
      const ringAt = Math.hypot(u / 0.46, across / 0.16);
      if (ring && Math.abs(ringAt - 1) < 0.11 && (!inside || across > 0))
        pixel = mix(pixel, [235, 235, 235], 0.55);
      const at = 4 * (y * size + x);
      for (let c = 0; c < 3; c++) rgba[at + c] = (pixel[c] ?? 0) * (1 - noise) + noise * 255 * grain();
      rgba[at + 3] = 255;
    }
  }
  return rgba;
}

/** A sheet of columns x rows tiles. */
export function planetSheet(columns: number, rows: number, size: number, first = 0, noise = 0): ImageData {
  const sheet = new ImageData(columns * size, rows * size);
  for (let i = 0; i < columns * rows; i++) {
    const tile = planet(first + i, size, noise);
    for (let y = 0; y < size; y++) {
      const to = 4 * ((Math.floor(i / columns) * size + y) * sheet.width + (i % columns) * size);
      sheet.data.set(tile.subarray(4 * y * size, 4 * (y + 1) * size), to);
    }
  }
  return sheet;
}
