// Pictures that can be read and hardly learnt from: of one colour, or nearly black, as masks and data of 12
// bits in a PNG of 16 become. Not here: files that are no pictures (decode.ts).

/** Below this a picture looks black: 12 bits of 16 reach 15 of 255. */
const NEARLY_BLACK = 24;
/** A colour may differ by as much within a picture of one colour. */
const ONE_COLOUR = 2;

/** Why a picture of RGB bytes is doubtful, in words that go on from its name; null where it is not. */
export function doubtOf(pixels: Uint8Array): string | null {
  const least = [255, 255, 255];
  const most = [0, 0, 0];
  for (let i = 0; i < pixels.length; i++) {
    const [channel, value] = [i % 3, pixels[i] as number];
    if (value < (least[channel] as number)) least[channel] = value;
    if (value > (most[channel] as number)) most[channel] = value;
  }
  const brightest = Math.max(...most);
  if (brightest < NEARLY_BLACK) return `it is nearly black: its brightest value is ${brightest} of 255`;
  const spread = Math.max(...most.map((value, channel) => value - (least[channel] as number)));
  if (spread > ONE_COLOUR) return null;
  return Math.min(...least) >= 253 ? 'it is white all over, or transparent' : 'it is of one colour';
}
