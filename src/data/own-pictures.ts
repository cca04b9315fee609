// Imports the user's pictures: every file is tried; a file that is no picture is skipped and listed, the
// others are stored. Runs in a worker (sync access handles).
// Not here: decoding (decode.ts), the files on disk (picture-draft.ts).
import { type Fault, FaultError } from '../fault.ts';
import type { ImportProgress, ImportReport, SkippedFile } from './api.ts';
import { cleanTitle, readCaption } from './captions.ts';
import { checkPicture, type Decoded, decodeSquare } from './decode.ts';
import { doubtOf } from './doubtful.ts';
import { copyPictures } from './edit-pictures.ts';
import { PictureDraft } from './picture-draft.ts';
import { type Entry, pairFiles } from './picture-entries.ts';
import { missing, openStored } from './picture-store.ts';

const PROGRESS_EVERY_MS = 100;
/** Most pictures decoded at once, and most pixels in them: 24 million pixels take 100 MB. */
const DECODED_AHEAD = 4;
const PIXELS_AHEAD = 24e6;
/** Pictures of an import that are shown while they come. */
const SHOWN = 60;

/** What an import makes of the pictures. */
export interface ImportTarget {
  /** Title of the new set. */
  title: string;
  /** Edge of the stored pictures, in pixels. */
  size: number;
  /** Id of the set to which they are added, at its size and with its title; null: they become a set. */
  addTo: string | null;
}

/**
 * Stores the pictures among `files` as squares, in the order of their paths; of equal ones the first. Returns
 * the data set: its id follows from the pixels, so the same pictures imported again replace it, and a set to
 * which pictures were added has another id than before. `onProgress` is called at most ten times a second,
 * and once at the end. Throws FaultError where no file is a usable picture, the storage is full or missing,
 * there is no set to add to, or `signal` is aborted; nothing stays stored then.
 */
export async function importPictures(
  files: readonly File[],
  target: ImportTarget,
  onProgress: (progress: ImportProgress) => void,
  signal: AbortSignal,
): Promise<ImportReport> {
  const before = target.addTo === null ? null : await openStored(target.addTo);
  if (target.addTo !== null && !before) throw new FaultError(missing(target.addTo));
  const size = before?.info.storedSize ?? target.size;
  const draft = await PictureDraft.begin(size);
  try {
    if (before) await copyPictures(before, draft);
    const taken = await takeInto(draft, pairFiles(files), size, onProgress, signal);
    const { tried, ...told } = taken;
    const added = draft.count - (before?.info.count ?? 0);
    if (added === 0 && (told.duplicates === 0 || !before))
      throw new FaultError(nothingUsable(tried, told.skipped));
    if (added === 0 && before) {
      await draft.discard();
      return { info: before.info, added, ...told };
    }
    const title = before?.info.title ?? (cleanTitle(target.title) || 'My pictures');
    return { info: await draft.complete(title, before), added, ...told };
  } catch (error) {
    // Files that cannot be removed now are no set (they have no info.json); the next import removes them.
    await draft.discard().catch(() => undefined);
    throw error;
  }
}

/** Decodes the entries into the draft. Throws FaultError where the storage is full or `signal` is aborted. */
async function takeInto(
  draft: PictureDraft,
  { entries, unpaired }: ReturnType<typeof pairFiles>,
  size: number,
  onProgress: (progress: ImportProgress) => void,
  signal: AbortSignal,
): Promise<Pick<ImportReport, 'duplicates' | 'skipped' | 'doubtful'> & { tried: number }> {
  const skipped: SkippedFile[] = [...unpaired];
  const doubtful: SkippedFile[] = [];
  const report = progressReporter(onProgress);
  let [done, duplicates, shown] = [0, 0, 0];
  let stored: Uint8Array[] = [];
  for await (const { entry, result } of decodeInOrder(entries, size)) {
    if (signal.aborted) throw new FaultError(cancelled(done, entries.length));
    if (result.ok) {
      const { pixels } = result;
      const isNew = await draft.push(pixels, { caption: await captionOf(entry, skipped), name: entry.path });
      const why = isNew ? doubtOf(pixels) : null;
      if (why !== null) doubtful.push({ name: entry.path, why });
      if (!isNew) duplicates++;
      else if (shown++ < SHOWN) stored.push(pixels);
    } else skipped.push({ name: entry.path, why: result.why });
    done++;
    const progress = { done, total: entries.length, skipped: skipped.length, stored, size };
    if (report(progress, done === entries.length)) stored = [];
  }
  return { tried: entries.length, duplicates, skipped, doubtful };
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

/** The captions of an entry, or its class; a file of captions that cannot be used is added to `skipped`. */
async function captionOf(entry: Entry, skipped: SkippedFile[]): Promise<string> {
  if (!entry.caption) return entry.className;
  const caption = await readCaption(entry.caption);
  if (caption.ok) return caption.text;
  skipped.push({ name: entry.caption.name, why: caption.why });
  return '';
}

/** Passes progress on at most ten times a second; the last one always. Returns whether it did. */
function progressReporter(
  onProgress: (progress: ImportProgress) => void,
): (progress: ImportProgress, last: boolean) => boolean {
  let reported = -Infinity;
  return (progress, last) => {
    const now = performance.now();
    if (!last && now - reported < PROGRESS_EVERY_MS) return false;
    reported = now;
    onProgress(progress);
    return true;
  };
}

function nothingUsable(tried: number, skipped: readonly SkippedFile[]): Fault {
  const first = skipped[0];
  return {
    kind: 'data',
    title: 'None of these files is a picture that can be used',
    what: first ? `For example ${first.name}: ${first.why}. Nothing was stored.` : 'Nothing was stored.',
    expected: 'at least one JPEG, PNG, WebP, AVIF or GIF',
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
