// Imports the user's pictures: every file is tried; a file that is no picture is skipped and listed, the
// others are stored. Runs in a worker (sync access handles).
// Not here: decoding (decode.ts), the files on disk (picture-draft.ts).
import { type Fault, FaultError } from '../fault.ts';
import type { ImportProgress, ImportReport, SkippedFile } from './api.ts';
import { cleanText, readCaption } from './captions.ts';
import { checkPicture, type Decoded, decodeSquare } from './decode.ts';
import { doubtOf } from './doubtful.ts';
import { PictureDraft } from './picture-draft.ts';
import { type Entry, pairFiles } from './picture-entries.ts';

const PROGRESS_EVERY_MS = 100;
/** Most pictures decoded at once, and most pixels in them: 24 million pixels take 100 MB. */
const DECODED_AHEAD = 4;
const PIXELS_AHEAD = 24e6;
/** Most characters of a set's title. */
const TITLE_LENGTH = 120;

/**
 * Stores the pictures among `files` as squares of `size` pixels, in the order of their paths. Returns the new
 * data set: its id follows from the pixels, so the same pictures imported again replace it. `onProgress` is
 * called at most ten times a second, and once at the end. Throws FaultError where no file is a usable
 * picture, the storage is full or missing, or `signal` is aborted; nothing stays stored then.
 */
export async function importPictures(
  files: readonly File[],
  title: string,
  size: number,
  onProgress: (progress: ImportProgress) => void,
  signal: AbortSignal,
): Promise<ImportReport> {
  const { entries, unpaired } = pairFiles(files);
  const skipped: SkippedFile[] = [...unpaired];
  const doubtful: SkippedFile[] = [];
  const captions: string[] = [];
  const report = progressReporter(onProgress);
  const draft = await PictureDraft.begin(size);
  try {
    let done = 0;
    for await (const { entry, result } of decodeInOrder(entries, size)) {
      if (signal.aborted) throw new FaultError(cancelled(done, entries.length));
      if (result.ok) {
        await draft.push(result.pixels);
        const why = doubtOf(result.pixels);
        if (why !== null) doubtful.push({ name: entry.path, why });
        captions.push(await captionOf(entry, skipped));
      } else skipped.push({ name: entry.path, why: result.why });
      done++;
      report({ done, total: entries.length, skipped: skipped.length }, done === entries.length);
    }
    if (draft.count === 0) throw new FaultError(nothingUsable(entries.length, skipped));
    const name = cleanText(title).slice(0, TITLE_LENGTH) || 'My pictures';
    return { info: await draft.complete(name, captions), skipped, doubtful };
  } catch (error) {
    // Files that cannot be removed now are no set (they have no info.json); the next import removes them.
    await draft.discard().catch(() => undefined);
    throw error;
  }
}

/** Decodes some entries ahead, within a budget of pixels, and yields all in their order. */
async function* decodeInOrder(
  entries: readonly Entry[],
  size: number,
): AsyncGenerator<{ entry: Entry; result: Decoded }> {
  const ahead: { entry: Entry; pixels: number; result: Decoded | Promise<Decoded> }[] = [];
  let pixelsAhead = 0;
  const next = async () => {
    const first = ahead[0];
    if (!first) throw new Error('nothing is being decoded');
    const result = await first.result;
    ahead.shift();
    pixelsAhead -= first.pixels;
    return { entry: first.entry, result };
  };
  for (const entry of entries) {
    const checked = await checkPicture(entry.file);
    const pixels = checked.ok ? checked.header.width * checked.header.height : 0;
    while (ahead.length > 0 && (ahead.length >= DECODED_AHEAD || pixelsAhead + pixels > PIXELS_AHEAD))
      yield await next();
    pixelsAhead += pixels;
    ahead.push({
      entry,
      pixels,
      result: checked.ok ? decodeSquare(entry.file, checked.header, size) : checked,
    });
  }
  while (ahead.length > 0) yield await next();
}

/** The caption of an entry; where it cannot be used, it is added to `skipped`. */
async function captionOf(entry: Entry, skipped: SkippedFile[]): Promise<string> {
  if (!entry.caption) return '';
  const caption = await readCaption(entry.caption);
  if (caption.ok) return caption.text;
  skipped.push({ name: entry.caption.name, why: caption.why });
  return '';
}

/** Passes progress on at most ten times a second; the last one always. */
function progressReporter(
  onProgress: (progress: ImportProgress) => void,
): (progress: ImportProgress, last: boolean) => void {
  let reported = -Infinity;
  return (progress, last) => {
    const now = performance.now();
    if (!last && now - reported < PROGRESS_EVERY_MS) return;
    reported = now;
    onProgress(progress);
  };
}

function nothingUsable(tried: number, skipped: readonly SkippedFile[]): Fault {
  const first = skipped[0];
  return {
    kind: 'data',
    title: 'None of these files is a picture that can be used',
    what: first ? `For example ${first.name}: ${first.why}. Nothing was stored.` : 'Nothing was stored.',
    expected: 'at least one JPEG, PNG, WebP or GIF',
    got: tried === 1 ? '1 other file' : `${tried} other files`,
    todo: ['Choose other files, or a folder that has pictures in it.'],
  };
}

function cancelled(done: number, total: number): Fault {
  return {
    kind: 'data',
    title: 'The import was cancelled',
    what: 'Nothing was stored.',
    expected: `${total} files`,
    got: `cancelled after ${done}`,
    todo: ['Import the pictures again when you want them.'],
  };
}
