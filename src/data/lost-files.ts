// An import whose files are gone: one file that cannot be read is left out as others are, but where those
// around it cannot be read either the import stops at it, since going on would leave out all the rest.
// Not here: how a lost file is told from a damaged one (formats/lost-file.ts), storing (own-pictures.ts).
import { filesLost, type Loss, lossIn } from '../formats/lost-file.ts';
import type { Content } from './content.ts';
import type { Tried } from './decode-ahead.ts';
import type { SourceEntry } from './sources/source.ts';

/** So many missing files in a row are no accident of single ones. */
const IN_A_ROW = 3;

/** An entry whose picture was refused, or whose words are missing, because the file is lost. */
type Lost = Tried & { path: string; loss: Loss };

/** The last entries that could be read; null: none since the import began or went on. */
interface LastRead {
  entry: SourceEntry | null;
  /** Of those with words in files of their own: these may lie elsewhere, as in another archive. */
  worded: SourceEntry | null;
}

/**
 * Yields what was tried, in its order; entries whose files, of the picture or of its words, are lost only
 * once it is known that others are not. Throws FaultError kind `data`, which `lossIn` tells, where the files
 * are gone: at the first entry that was not yielded.
 */
export async function* unlessGone(tried: AsyncIterable<Tried>): AsyncGenerator<Tried> {
  let waiting: Lost[] = [];
  const read: LastRead = { entry: null, worded: null };
  for await (const one of tried) {
    const lost = await lostOf(one);
    if (lost === null) {
      read.entry = one.entry;
      if (one.entry.words) read.worded = one.entry;
      yield* waiting;
      waiting = [];
      yield one;
      continue;
    }
    waiting.push({ ...one, ...lost });
    if (await areGone(waiting, read)) throw gone(waiting);
    if (waiting.length < IN_A_ROW) continue;
    yield* waiting;
    waiting = [];
  }
  if (waiting.length > 0 && read.entry === null) throw gone(waiting);
  yield* waiting;
}

/** Which file of an entry was lost, and how; null: none, or it is damaged. */
async function lostOf({ entry, result }: Tried): Promise<{ path: string; loss: Loss } | null> {
  const loss = result.ok ? null : await lossOfPicture(entry);
  return loss ? { path: entry.path, loss } : (entry.words?.lost ?? null);
}

/** How the bytes of a picture were lost; null: they can be read, or are damaged. */
function lossOfPicture({ picture }: SourceEntry): Promise<Loss | null> {
  return picture.kind === 'pixels'
    ? lossOf(() => picture.read())
    : lossOf(() => picture.read().then(touched));
}

/** Reads a byte of what is not in memory yet. */
const touched = (content: Content): Promise<unknown> =>
  content instanceof Blob ? content.slice(0, 1).arrayBuffer() : Promise.resolve(content);

async function lossOf(read: () => Promise<unknown>): Promise<Loss | null> {
  try {
    await read();
    return null;
  } catch (error) {
    return lossIn(error);
  }
}

/** Whether a file of an entry that could be read is lost by now. */
async function isLostNow(entry: SourceEntry): Promise<boolean> {
  if ((await lossOfPicture(entry)) !== null) return true;
  for (const file of entry.words?.files ?? [])
    if ((await lossOf(() => file.read().then(touched))) !== null) return true;
  return false;
}

async function areGone(lost: readonly Lost[], { entry, worded }: LastRead): Promise<boolean> {
  if (lost.some(({ loss }) => loss === 'forbidden')) return true;
  for (const one of new Set([entry, worded])) if (one && (await isLostNow(one))) return true;
  return lost.length >= IN_A_ROW && (entry === null || lost.every(({ loss }) => loss === 'missing'));
}

function gone([first]: readonly Lost[]): Error {
  if (!first) throw new Error('no file is lost');
  return filesLost(first.path, first.loss);
}
