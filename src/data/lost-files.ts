// An import whose files are gone: one file that cannot be read is left out as others are, but where those
// around it cannot be read either the import stops at it, since going on would leave out all the rest.
// Not here: how a lost file is told from a damaged one (formats/lost-file.ts), storing (own-pictures.ts).
import { filesLost, type Loss, lossIn } from '../formats/lost-file.ts';
import type { Tried } from './decode-ahead.ts';
import type { SourceEntry } from './sources/source.ts';

/** So many missing files in a row are no accident of single ones. */
const IN_A_ROW = 3;

/** An entry that was refused because its file is lost. */
type Lost = Tried & { loss: Loss };

/**
 * Yields what was tried, in its order; entries whose files are lost only once it is known that others are
 * not. Throws FaultError kind `data`, which `lossIn` tells, where the files are gone: at the first entry that
 * was not yielded.
 */
export async function* unlessGone(tried: AsyncIterable<Tried>): AsyncGenerator<Tried> {
  let waiting: Lost[] = [];
  let read: SourceEntry | null = null;
  for await (const one of tried) {
    const loss = one.result.ok ? null : await lossOf(one.entry);
    if (loss === null) {
      read = one.entry;
      yield* waiting;
      waiting = [];
      yield one;
      continue;
    }
    waiting.push({ ...one, loss });
    if (await areGone(waiting, read)) throw gone(waiting);
    if (waiting.length < IN_A_ROW) continue;
    yield* waiting;
    waiting = [];
  }
  if (waiting.length > 0 && read === null) throw gone(waiting);
  yield* waiting;
}

/** How the bytes of an entry were lost; null: they can be read, or are damaged. */
async function lossOf({ picture }: SourceEntry): Promise<Loss | null> {
  try {
    if (picture.kind === 'pixels') await picture.read();
    else {
      const content = await picture.read();
      if (content instanceof Blob) await content.slice(0, 1).arrayBuffer();
    }
    return null;
  } catch (error) {
    return lossIn(error);
  }
}

/** `read`: the last entry that could be read; null: none since the import began or went on. */
async function areGone(lost: readonly Lost[], read: SourceEntry | null): Promise<boolean> {
  if (lost.some(({ loss }) => loss === 'forbidden')) return true;
  if (read !== null && (await lossOf(read)) !== null) return true;
  return lost.length >= IN_A_ROW && (read === null || lost.every(({ loss }) => loss === 'missing'));
}

function gone([first]: readonly Lost[]): Error {
  if (!first) throw new Error('no file is lost');
  return filesLost(first.entry.path, first.loss);
}
