// "What to expect": one sample of a reference run through time, with the times it will take on this device.
// Not here: the reference runs (reference-runs.ts).
import { useEffect, useState } from 'preact/hooks';
import { PRESETS } from '../../settings/presets.ts';
import { SHEET_COLUMNS } from '../../settings/sample-counts.ts';
import { useApp } from '../page-state/app-context.ts';
import { roughly } from '../format.ts';
import { PictureCanvas } from '../pictures/picture-canvas.tsx';
import { REFERENCE_RUNS } from './reference-runs.ts';
import { startNoise } from '../pictures/start-noise.ts';

/** The seed of the reference runs: the default of the presets. */
const SEED = 0;

/** Shown where the preset has a reference run on the chosen data set and the speed of the device is known. */
export function Expect() {
  const { state } = useApp();
  const { preset, dataset } = state.form.value;
  const run = REFERENCE_RUNS[preset];
  const shown = run?.dataset === dataset ? run : null;
  const sheet = useSheetAt(shown?.sheet ?? null);
  const seconds = state.estimates.value[preset]?.secondsPer1000Steps;
  if (!shown || !sheet || seconds === undefined) return null;
  const size = sheet.width / SHEET_COLUMNS;
  return (
    <section class="expect" aria-labelledby="h-expect">
      <h2 id="h-expect">What to expect on this device</h2>
      <ol>
        {shown.steps.map((step, index) => (
          <li key={step}>
            <PictureCanvas
              picture={index === 0 ? { rgba: startNoise(SEED, shown.sample, size), size } : { sheet, index }}
            />
            <span>{step === 0 ? 'start' : roughly((step * seconds) / 1000)}</span>
          </li>
        ))}
      </ol>
      <p class="caption">
        One sample of an earlier run of {PRESETS[preset].title}, at the times of this device. Yours will
        differ.
      </p>
    </section>
  );
}

/** A picture among the app's own files, decoded; null until then. */
function useSheetAt(path: string | null): ImageBitmap | null {
  const [sheet, setSheet] = useState<ImageBitmap | null>(null);
  useEffect(() => {
    if (path === null) return;
    let wanted = true;
    const load = async (): Promise<void> => {
      const response = await fetch(path);
      const bitmap = await createImageBitmap(await response.blob());
      if (wanted) setSheet(bitmap);
    };
    // Decoration: where the picture cannot be loaded, nothing is shown.
    load().catch(() => undefined);
    return () => {
      wanted = false;
    };
  }, [path]);
  return path === null ? null : sheet;
}
