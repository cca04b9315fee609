// Keeps a PNG in the index, which is a cache: a PNG that it refuses is drawn again when needed, and training
// goes on. Not here: the index (checkpoint/index-db.ts), what is drawn (samples/sheet-png.ts, loss-plot.ts).
import { putSheet } from '../checkpoint/index-db.ts';

/** Whether the PNG was stored. Takes what putSheet takes; never rejects. */
export async function keepPng(...png: Parameters<typeof putSheet>): Promise<boolean> {
  try {
    await putSheet(...png);
    return true;
  } catch {
    // Storage full, refused or broken: no work is lost with a PNG.
    return false;
  }
}
