// Keeps a PNG in the index and takes it out again. The index is a cache: a PNG that it refuses or has lost is
// drawn again when needed, and training goes on. Not here: the index (checkpoint/index-db.ts), what is drawn
// (samples/sheet-png.ts, loss-plot.ts).
import { copySamples, getSheet, putSheet } from '../checkpoint/index-db.ts';

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

/** The sheet of samples of a step; null where there is none, or the index cannot be read. */
export async function keptSamples(runId: string, step: number): Promise<Blob | null> {
  try {
    return (await getSheet(runId, step, 'samples')) ?? null;
  } catch {
    return null;
  }
}

/** A fork has the sheets of the run that it comes from, up to its first step. Never rejects. */
export async function keepSamplesOf(parent: string, fork: string, upTo: number): Promise<void> {
  // Without them the fork draws its own, from its first interval on.
  await copySamples(parent, fork, upTo).catch(() => undefined);
}
