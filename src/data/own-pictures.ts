// Imports the user's pictures: every entry of a source is tried; one that is no picture is skipped and
// listed, the others are stored. Runs in a worker (sync access handles).
// Not here: what the source is (sources/), decoding (decode.ts), the files on disk (picture-draft.ts).
import { type Fault, FaultError } from '../fault.ts';
import type { ImportProgress, ImportReport, SkippedFile } from './api.ts';
import { cleanTitle } from './captions.ts';
import { checkPicture, type Decoded, decodeSquare, squareOfPixels, whyUnread } from './decode.ts';
import { doubtOf } from './doubtful.ts';
import { copyPictures } from './edit-pictures.ts';
import { PictureDraft } from './picture-draft.ts';
import { missing, openStored } from './picture-store.ts';
import type { Chosen, Source, SourceEntry } from './sources/source.ts';

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
 * Stores the pictures of `source` as squares, in its order; of equal ones the first. Returns
 * the data set: its id follows from the pixels, so the same pictures imported again replace it, and a set to
 * which pictures were added has another id than before. `onProgress` is called at most ten times a second,
 * and once at the end. Throws FaultError where no entry is a usable picture, the storage is full or missing,
 * there is no set to add to, or `signal` is aborted; nothing stays stored then.
 */
export async function importPictures(
  source: Source,
  chosen: Chosen,
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
    const taken = await takeInto(draft, source, chosen, size, onProgress, signal);
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
  source: Source,
  chosen: Chosen,
  size: number,
  onProgress: (progress: ImportProgress) => void,
  signal: AbortSignal,
): Promise<Pick<ImportReport, 'duplicates' | 'skipped' | 'doubtful'> & { tried: number }> {
  const { facts } = source;
  const skipped: SkippedFile[] = [...facts.unused];
  const doubtful: SkippedFile[] = [];
  const report = progressReporter(onProgress);
  let [done, duplicates, shown] = [0, 0, 0];
  let stored: Uint8Array[] = [];
  for await (const { entry, result } of decodeInOrder(source.entries(0, chosen), size)) {
    if (signal.aborted) throw new FaultError(cancelled(done, facts.count));
    if (result.ok) {
      const { pixels } = result;
      const caption = entry.caption || entry.className;
      const isNew = await draft.push(pixels, { caption, name: entry.path });
      if (entry.unused) skipped.push(entry.unused);
      const why = isNew ? doubtOf(pixels) : null;
      if (why !== null) doubtful.push({ name: entry.path, why });
      if (!isNew) duplicates++;
      else if (shown++ < SHOWN) stored.push(pixels);
    } else skipped.push({ name: entry.path, why: result.why });
    done++;
    const total = Math.max(done, facts.count ?? 0);
    if (report({ done, total, skipped: skipped.length, stored, size }, done === facts.count)) stored = [];
  }
  return { tried: done, duplicates, skipped, doubtful };
}

/** Decodes some entries ahead, within a budget of pixels, and yields all in their order. */
async function* decodeInOrder(
  entries: AsyncIterable<SourceEntry>,
  size: number,
): AsyncGenerator<{ entry: SourceEntry; result: Decoded }> {
  const ahead: { entry: SourceEntry; pixels: number; result: Decoded | Promise<Decoded> }[] = [];
  let pixelsAhead = 0;
  const next = async () => {
    const first = ahead[0];
    if (!first) throw new Error('nothing is being decoded');
    const result = await first.result;
    ahead.shift();
    pixelsAhead -= first.pixels;
    return { entry: first.entry, result };
  };
  for await (const entry of entries) {
    const { pixels, begin } = await prepared(entry, size);
    while (ahead.length > 0 && (ahead.length >= DECODED_AHEAD || pixelsAhead + pixels > PIXELS_AHEAD))
      yield await next();
    pixelsAhead += pixels;
    ahead.push({ entry, pixels, result: begin() });
  }
  while (ahead.length > 0) yield await next();
}

/** How many pixels a picture has, 0 where it is none, and what decodes it. Never rejects. */
async function prepared(
  { picture }: SourceEntry,
  size: number,
): Promise<{ pixels: number; begin: () => Decoded | Promise<Decoded> }> {
  if (picture.kind === 'pixels')
    return { pixels: picture.width * picture.height, begin: () => squareOfPixels(picture, size) };
  const file = await picture.blob().catch(whyUnread);
  if (!(file instanceof Blob)) return { pixels: 0, begin: () => file };
  const checked = await checkPicture(file);
  if (!checked.ok) return { pixels: 0, begin: () => checked };
  const { width, height } = checked.header;
  return { pixels: width * height, begin: () => decodeSquare(file, checked.header, size) };
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

function cancelled(done: number, total: number | null): Fault {
  return {
    kind: 'data',
    title: 'The import was cancelled',
    what: 'Nothing was stored.',
    expected: total === null ? 'all of the files' : `${total} files`,
    got: `cancelled after ${done}`,
    todo: ['Import the pictures again when you want them.'],
  };
}
