// Four pictures of a set, as the button that chooses it shows them: without fetching a set that is not here.
// Not here: the preview of the chosen set (contact-sheet.ts).
import { appBase } from './app-base.ts';
import { type ContactSheet, previewSheet } from './contact-sheet.ts';
import { packedThumbnail } from './packed-set.ts';
import { PACKED_SETS } from './packed-sets.ts';
import { openPictures } from './sets.ts';

/** Edge of each picture, in pixels. */
const SIZE = 32;

/** 2 x 2 pictures. Throws FaultError kind `data` where they cannot be read. */
export async function thumbnailOf(id: string): Promise<ContactSheet> {
  const packed = PACKED_SETS.find(({ info }) => info.id === id && info.download !== undefined);
  if (packed) return packedThumbnail(packed, appBase());
  return previewSheet(await openPictures(id, { imageSize: SIZE, maxImages: 4 }), 2, 2);
}
