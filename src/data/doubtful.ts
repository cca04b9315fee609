// Pictures that can be read and hardly learnt from: of one colour, or nearly black, as masks and data of 12
// bits in a PNG of 16 become. Not here: files that are no pictures (decode.ts).

/** Below this a picture looks black: 12 bits of 16 reach 15 of 255. */
const NEARLY_BLACK = 24;
/** A colour may differ by as much within a picture of one colour. */
const ONE_COLOUR = 2;

/** Why a picture of RGB bytes is doubtful, in words that go on from its name; null where it is not. */
export function doubtOf(pixels: Uint8Array): string | null {
  const [red, green, blue] = [rangeOf(pixels, 0), rangeOf(pixels, 1), rangeOf(pixels, 2)];
  const brightest = Math.max(red.most, green.most, blue.most);
  if (brightest < NEARLY_BLACK) return `it is nearly black: its brightest value is ${brightest} of 255`;
  const spread = Math.max(red.most - red.least, green.most - green.least, blue.most - blue.least);
  if (spread > ONE_COLOUR) return null;
  return Math.min(red.least, green.least, blue.least) >= 253
    ? 'it is white all over, or transparent'
    : 'it is of one colour';
}

function rangeOf(pixels: Uint8Array, channel: number): { least: number; most: number } {
  let least = 255;
  let most = 0;
  for (let i = channel; i < pixels.length; i += 3) {
    const value = pixels[i] as number;
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return { least, most };
}
