// The PNGs of a run as the page needs them: which steps have samples, a sheet decoded, a file to download. Read only.
import { getSheet, listSheetSteps } from '../checkpoint/index-db.ts';

export const sheetSteps = (runId: string): Promise<number[]> => listSheetSteps(runId, 'samples');

/** The 4 x 4 sheet of a step; null where the index has none. */
export async function sheetBitmap(runId: string | undefined, step: number): Promise<ImageBitmap | null> {
  const blob = await storedPng(runId, step, 'samples');
  return blob ? createImageBitmap(blob) : null;
}

export async function storedPng(
  runId: string | undefined,
  step: number,
  kind: 'samples' | 'training_loss' | 'checkpoint_validation',
): Promise<Blob | null> {
  return runId ? ((await getSheet(runId, step, kind)) ?? null) : null;
}
