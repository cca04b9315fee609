// A component's access to a sheet of samples. Not here: the cache (sheets.ts).
import { useEffect, useState } from 'preact/hooks';
import { useApp } from './app-context.ts';

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
