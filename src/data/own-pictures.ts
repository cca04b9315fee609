// Imports the user's pictures: every entry of a source is tried; one that is no picture is skipped and
// counted, the others are stored. An import that was stopped goes on behind what is stored. Runs in a
// worker. Not here: what the source is (sources/), decoding (decode-ahead.ts), the files on disk
// (picture-draft.ts). Exported for tests: takeInto.
import { FaultError } from '../fault.ts';
import { lossIn } from '../formats/lost-file.ts';
import { plainText } from '../plain-text.ts';
import type { DatasetInfo, ImportProgress, ImportReport } from './api.ts';
import { cleanTitle } from './captions.ts';
import { type Decoder, decodeInOrder, type Tried } from './decode-ahead.ts';
import { doubtOf } from './doubtful.ts';
import { beginDraft, completeDraft, discardDraft, reopenDraft } from './draft-folder.ts';
import { copyPictures } from './copy-pictures.ts';
import type { PictureDraft } from './picture-draft.ts';
import { unlessGone } from './lost-files.ts';
import { openStored, type StoredPictures } from './open-stored.ts';
import { missing } from './picture-store.ts';
import { progressReporter } from './import-progress.ts';
import { nothingUsable } from './nothing-usable.ts';
import { refuseWithoutRoom } from './room.ts';
import { chosenCount } from './sources/chosen-count.ts';
import type { Chosen, Source, SourceEntry } from './sources/source.ts';
import { sameImport } from './stopped-imports.ts';
import type { ImportNote } from './store/import-note.ts';
import type { PictureTexts } from './store/texts.ts';
import { FileTally } from './tally.ts';

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
  /** Of the files of the source: an import of the same files that was stopped goes on. */
  fingerprint: string;
}

/** What an import works with. */
export interface ImportTools {
  /** Closed at the end, however the import ends. */
  decoder: Decoder;
  /** Called at most ten times a second, and once at the end. */
  onProgress: (progress: ImportProgress) => void;
  signal: AbortSignal;
}

/**
 * Stores the pictures of `source` as squares, in its order; of equal ones the first. Returns the data set:
 * its id follows from the pixels, so the same pictures imported again replace it, and a set to which
 * pictures were added has another id than before. Null where `signal` was aborted: what is stored then
 * waits, and the same import goes on behind it. Throws FaultError where no entry is a usable picture, the
 * storage is missing or too small, there is no set to add to (nothing stays stored then), or the storage is
 * full or the files are gone (what is stored waits).
 */
export async function importPictures(
  source: Source,
  chosen: Chosen,
  target: ImportTarget,
  tools: ImportTools,
): Promise<ImportReport | null> {
  try {
    return await importWith(source, chosen, target, tools);
  } finally {
    tools.decoder.close();
  }
}

async function importWith(
  source: Source,
  chosen: Chosen,
  target: ImportTarget,
  tools: ImportTools,
): Promise<ImportReport | null> {
  const before = target.addTo === null ? null : await openStored(target.addTo);
  if (target.addTo !== null && !before) throw new FaultError(missing(target.addTo));
  const note = noteOf(source, chosen, target, before);
  const stopped = await sameImport(note);
  const draft = stopped ? await reopenDraft(stopped) : await beginDraft(note);
  try {
    if (!stopped) await refuseWithoutRoom(note, (bytes) => draft.takes(bytes));
    if (before) await copyPictures(before, draft, tools.signal);
    const counted = tools.signal.aborted ? null : await takeInto(draft, source, chosen, tools);
    if (counted) return await ended(draft, before, counted, source.facts.warnings);
    draft.write();
  } catch (error) {
    // The pictures before files that are gone were all read.
    if (lossIn(error) !== null) writeIfPossible(draft);
    // Folders that cannot be removed now hold no pictures of use; the next import removes them.
    await keep(draft, before).catch(() => undefined);
    throw error;
  }
  await keep(draft, before);
  return null;
}

/** Where the disk is full too, what is told stays why the import failed. */
function writeIfPossible(draft: PictureDraft): void {
  try {
    draft.write();
  } catch {
    // What waits is read again when the import goes on.
  }
}

const noteOf = (
  { facts }: Source,
  chosen: Chosen,
  { title, size, fingerprint }: ImportTarget,
  before: StoredPictures | null,
): ImportNote => ({
  version: 2,
  title: before?.info.title ?? (cleanTitle(title) || 'My pictures'),
  size: before?.info.storedSize ?? size,
  fingerprint,
  kind: facts.kind,
  total: chosenCount(facts, chosen),
  chosen,
  addTo: before && addedTo(before.info),
});

const addedTo = ({ id, count, words }: DatasetInfo): ImportNote['addTo'] => ({
  ...{ id, count },
  ...(words === undefined ? {} : { words }),
});

/** What was made of the entries. */
type Counted = Pick<ImportReport, 'duplicates' | 'skipped' | 'doubtful'> & { tried: number };

/** Makes a set of the draft, or says why there is none to make. */
async function ended(
  draft: PictureDraft,
  before: StoredPictures | null,
  { tried, ...told }: Counted,
  warnings: readonly string[],
): Promise<ImportReport> {
  const added = draft.count - (before?.info.count ?? 0);
  if (added > 0) {
    const replaced = before && (await isAsOpened(before)) ? before : null;
    return { ...(await completeDraft(draft, draft.note.title, replaced)), added, ...told };
  }
  await discardDraft(draft);
  if (!before || told.duplicates === 0)
    throw new FaultError(nothingUsable({ tried, skipped: told.skipped.files[0], warnings }));
  return { info: before.info, keptCaptions: false, added, ...told };
}

/** Whether a set that is added to is still what was copied: else it stays, and the new set is beside it. */
async function isAsOpened({ info }: StoredPictures): Promise<boolean> {
  const now = await openStored(info.id);
  return now?.info.id === info.id && now.info.words === info.words;
}

/** Leaves what is stored of an import for going on; removes a folder in which it stored nothing. */
async function keep(draft: PictureDraft, before: StoredPictures | null): Promise<void> {
  if (draft.count > (before?.info.count ?? 0)) draft.stop();
  else await discardDraft(draft);
}

/**
 * Decodes the entries behind those that are settled into the draft; null where `signal` was aborted. Throws
 * FaultError where the storage is full, or the files are gone.
 */
export async function takeInto(
  draft: PictureDraft,
  source: Source,
  chosen: Chosen,
  { decoder, onProgress, signal }: ImportTools,
): Promise<Counted | null> {
  const { facts } = source;
  const { size } = draft.note;
  const settled = draft.settled;
  const [skipped, doubtful] = [new FileTally(settled.skipped), new FileTally(settled.doubtful)];
  if (settled.next === 0) facts.unused.forEach((file) => skipped.add(file));
  const report = progressReporter(onProgress, settled.done);
  let { done, duplicates } = settled;
  let shown = 0;
  let stored: Uint8Array[] = [];
  const progress = () => ({
    done,
    total: Math.max(done, draft.note.total ?? 0),
    skipped: skipped.count,
    stored,
    size,
  });
  const tried = decodeInOrder(source.entries(settled.next, chosen), size, decoder);
  for await (const { entry, result } of unlessGone(tried)) {
    if (signal.aborted) return null;
    if (entry.unused) skipped.add(entry.unused);
    if (!result.ok) skipped.add({ name: entry.path, why: result.why });
    else if (await draft.push(storedPicture({ entry, result }))) {
      const why = doubtOf(result.pixels);
      if (why !== null) doubtful.add({ name: entry.path, why });
      if (shown++ < SHOWN) stored.push(result.pixels);
    } else duplicates++;
    done++;
    draft.settle({
      next: entry.number + 1,
      done,
      duplicates,
      skipped: skipped.tally,
      doubtful: doubtful.tally,
    });
    if (report(progress(), false)) stored = [];
  }
  if (done > settled.done) report(progress(), true);
  return { tried: done, duplicates, skipped: skipped.told, doubtful: doubtful.told };
}

/** No name of a folder has more characters: a class out of a table may. */
const LONGEST_CLASS = 256;

const storedPicture = ({ entry, result }: Tried & { result: { ok: true } }) => ({
  pixels: result.pixels,
  traits: result.traits,
  texts: textsOf(entry),
  from: {
    entry: entry.number,
    width: result.width,
    height: result.height,
    sourceDigest: result.sourceDigest,
    place: result.place,
  },
});

function textsOf({ path, caption, className }: SourceEntry): PictureTexts {
  const named = plainText(className, LONGEST_CLASS);
  return { name: path, className: named, caption: caption || named };
}
