// A component's access to a sheet of samples. Not here: the cache (sheets.ts).
import { useEffect, useState } from 'preact/hooks';
import { useApp } from './app-context.ts';

/**
 * The sheet of a step, or of the nearest step that has one: then `own` is false, and the picture stands for
 * one that is missing. `sheet` null: the run has none, or step null.
 */
export function useNearestSheet(
  step: number | null,
  runId?: string,
): { sheet: ImageBitmap | null; own: boolean } {
  const { commands, sheets } = useApp();
  const version = sheets.version.value;
  const sheet = useSheet(step, runId);
  const [near, setNear] = useState<number | null>(null);
  const missing = step !== null && sheet === null;
  useEffect(() => {
    let current = true;
    if (missing) void commands.nearestSheetStep(step, runId).then((found) => current && setNear(found));
    return () => {
      current = false;
    };
  }, [commands, missing, step, runId, version]);
  const other = useSheet(missing ? near : null, runId);
  return { sheet: sheet ?? other, own: !missing };
}

/**
 * The sheet of a step. The sheet before stays until the new one is decoded. Null for step null, and until the
 * first sheet is decoded.
 */
export function useSheet(step: number | null, runId?: string): ImageBitmap | null {
  const { sheets } = useApp();
  const version = sheets.version.value;
  const [sheet, setSheet] = useState<ImageBitmap | null>(null);
  useEffect(() => {
    let current = true;
    if (step === null) setSheet(null);
    else void sheets.get(step, runId).then((found) => current && setSheet(found));
    return () => {
      current = false;
    };
  }, [sheets, step, runId, version]);
  return step === null ? null : (sheets.peek(step, runId) ?? sheet);
}
