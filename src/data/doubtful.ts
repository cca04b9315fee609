// Pictures that can be read and hardly learnt from: of one colour, or nearly black, as masks and data of 12
// bits in a PNG of 16 become. Not here: files that are no pictures (decode.ts).

/** Below this a picture looks black: 12 bits of 16 reach 15 of 255. */
const NEARLY_BLACK = 24;
/** A colour may differ by as much within a picture of one colour. */
const ONE_COLOUR = 2;

/**
 * Why a picture of RGB bytes is doubtful, in words that go on from its name; null where it is not, which the
 * first rows of nearly every picture tell.
 */
export function doubtOf(pixels: Uint8Array): string | null {
  const least = [255, 255, 255];
  const most = [0, 0, 0];
  let [brightest, spread] = [0, 0];
  for (let i = 0; i < pixels.length; i++) {
    const [channel, value] = [i % 3, pixels[i] as number];
    const low = (least[channel] = Math.min(value, least[channel] as number));
    const high = (most[channel] = Math.max(value, most[channel] as number));
    if (high > brightest) brightest = high;
    if (high - low > spread) spread = high - low;
    if (brightest >= NEARLY_BLACK && spread > ONE_COLOUR) return null;
  }
  if (brightest < NEARLY_BLACK) return `it is nearly black: its brightest value is ${brightest} of 255`;
  return Math.min(...least) >= 253 ? 'it is white all over, or transparent' : 'it is of one colour';
}
