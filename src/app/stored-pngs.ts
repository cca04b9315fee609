// The PNGs that the trainer stored for a run: which steps have samples, a sheet decoded, a file to download.
// Reads only.
import { getSheet, listSheetSteps } from '../checkpoint/index-db.ts';

/** Steps of the run that have a stored sheet of samples, rising. */
export const sheetSteps = (runId: string): Promise<number[]> => listSheetSteps(runId, 'samples');

/** The 4 x 4 sheet of samples of a step, decoded; null where none is stored. */
export async function sheetBitmap(runId: string | undefined, step: number): Promise<ImageBitmap | null> {
  const blob = await storedPng(runId, step, 'samples');
  return blob ? createImageBitmap(blob) : null;
}

/** The step nearest to `step` that has a stored sheet of samples; null where the run has none. */
export async function nearestSheetStep(runId: string | undefined, step: number): Promise<number | null> {
  const steps = runId ? await sheetSteps(runId) : [];
  const nearer = (a: number, b: number): number => (Math.abs(b - step) < Math.abs(a - step) ? b : a);
  return steps.length > 0 ? steps.reduce(nearer) : null;
}

/** The stored PNG of a step; null where none is stored, or without a run. */
export async function storedPng(
  runId: string | undefined,
  step: number,
  kind: 'samples' | 'training_loss' | 'checkpoint_validation',
): Promise<Blob | null> {
  return runId ? ((await getSheet(runId, step, kind)) ?? null) : null;
}
