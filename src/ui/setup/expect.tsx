// "What to expect": one sample of a reference run through time, with the time it will take on this device.
import { useEffect, useState } from 'preact/hooks';
import { PRESETS } from '../../settings/presets.ts';
import { useApp } from '../page-state/app-context.ts';
import { roughly } from '../format.ts';
import { PictureCanvas } from '../pictures/picture-canvas.tsx';
import { REFERENCE_RUNS } from './reference-runs.ts';
import { startNoise } from '../pictures/start-noise.ts';

/** The seed of the presets' own settings. */
const SEED = 0;

export function Expect() {
  const { state } = useApp();
  const { preset, dataset } = state.form.value;
  const run = REFERENCE_RUNS[preset];
  const shown = run?.dataset === dataset ? run : null;
  const sheet = useSheetAt(shown?.sheet ?? null);
  const seconds = state.estimates.value[preset]?.secondsPer1000Steps;
  if (!shown || !sheet || seconds === undefined) return null;
  const size = sheet.width / 4;
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
      <p class="caption">One sample of a reference run at size {PRESETS[preset].title}. Yours will differ.</p>
    </section>
  );
}

/** Of the app's own files; null until it is there. */
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
    // Decoration: where it cannot be had, nothing is shown.
    load().catch(() => undefined);
    return () => {
      wanted = false;
    };
  }, [path]);
  return path === null ? null : sheet;
}
