// What the captions and classes of a set amount to, of texts as words.bin has them: the fingerprint that
// info.json calls `words`. Not here: the fingerprint of pixels (set-sums.ts).
import { Fingerprint } from '../fingerprint.ts';
import { taughtBytes } from './texts.ts';

const AT_ONCE_BYTES = 1024 * 1024;

/** Of `count` pictures, whose texts `textsOf` gives. `captions`: whether one has a caption. */
export async function wordsSum(
  count: number,
  textsOf: (number: number) => Uint8Array<ArrayBuffer>,
): Promise<{ words: string; captions: boolean }> {
  const sum = new Fingerprint();
  const some = new Uint8Array(AT_ONCE_BYTES);
  let [filled, captions] = [0, false];
  for (let number = 0; number < count; number++) {
    const taught = taughtBytes(textsOf(number));
    captions ||= hasCaption(taught);
    if (filled + taught.length > some.length) {
      await sum.add(some.subarray(0, filled));
      filled = 0;
    }
    if (taught.length > some.length) await sum.add(taught);
    else {
      some.set(taught, filled);
      filled += taught.length;
    }
  }
  await sum.add(some.subarray(0, filled));
  return { words: await sum.finish(`${count} pictures`), captions };
}

/** Whether a text follows the class. */
const hasCaption = (taught: Uint8Array): boolean =>
  taught.length > 2 + ((taught[0] ?? 0) | ((taught[1] ?? 0) << 8));
