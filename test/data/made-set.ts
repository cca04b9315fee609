// Sets of pictures that tests make on the disk in memory, by the code that imports them. Not here: the disk
// (memory-storage.ts).
import { beginDraft, completeDraft } from '../../src/data/draft-folder.ts';
import type { DatasetInfo } from '../../src/data/api.ts';
import { IN_THE_MIDDLE } from '../../src/data/framing.ts';
import type { PictureDraft } from '../../src/data/picture-draft.ts';
import { traitsOf } from '../../src/data/store/traits.ts';

/** Edge of their pictures, in pixels. */
export const MADE_SIZE = 4;

export interface MadePicture {
  name?: string;
  className?: string;
  caption?: string;
  /** Of the file it comes from. */
  width?: number;
  height?: number;
  /** The first byte of the digest of its file; the others are 0. */
  source?: number;
  pixels?: Uint8Array<ArrayBuffer>;
}

/** Pixels of which no two of 255 are the same. */
export const shownPixels = (shown: number): Uint8Array<ArrayBuffer> =>
  new Uint8Array(MADE_SIZE * MADE_SIZE * 3).fill(shown, 5);

/** Adds picture `number` to a draft. */
export async function pushMade(draft: PictureDraft, number: number, made: MadePicture = {}): Promise<void> {
  const pixels = made.pixels ?? shownPixels(number);
  await draft.push({
    pixels,
    traits: await traitsOf(pixels, Math.sqrt(pixels.length / 3)),
    texts: {
      name: made.name ?? `${number}.png`,
      className: made.className ?? '',
      caption: made.caption ?? `picture ${number}`,
    },
    from: {
      entry: number,
      width: made.width ?? MADE_SIZE,
      height: made.height ?? MADE_SIZE,
      sourceDigest: new Uint8Array(16).fill(made.source ?? 0, 0, 1),
      place: IN_THE_MIDDLE,
    },
  });
}

/** A draft of an import, which adds to a set where one is named. */
export const draftOf = (
  title: string,
  addTo: { id: string; count: number; words?: string } | null,
  size = MADE_SIZE,
): Promise<PictureDraft> =>
  beginDraft({
    ...{ version: 2, title, size, fingerprint: 'files', kind: 'Pictures', total: 1 },
    ...{ chosen: {}, addTo },
  });

/** A set of these pictures, called Garden. */
export async function madeSet(pictures: readonly MadePicture[], size = MADE_SIZE): Promise<DatasetInfo> {
  const draft = await draftOf('Garden', null, size);
  for (const [number, made] of pictures.entries()) await pushMade(draft, number, made);
  return (await completeDraft(draft, 'Garden', null)).info;
}
