// Which 16 pictures the grid shows for a step: samples as they come, a stored sheet, or the noise they start
// from. Not here: the grid (samples.tsx).
import { useMemo } from 'preact/hooks';
import { SAMPLE_COUNT, SHEET_COLUMNS } from '../../settings/sample-counts.ts';
import type { SampleGrid } from '../../app/state.ts';
import { useApp } from '../page-state/app-context.ts';
import type { Picture } from '../pictures/picture-canvas.tsx';
import { startNoise } from '../pictures/start-noise.ts';
import { useSheet } from '../page-state/use-sheet.ts';

export type ShownSample = Picture | 'not-finite' | null;

export interface ShownSamples {
  pictures: ShownSample[];
  /** The set is being drawn: the step whose samples stand in the empty places, null for noise. Else null. */
  drawing: { before: number | null } | null;
  seed: number;
  weights: 'ema' | 'raw';
  /** Places without a sample show noise. */
  noise: boolean;
  /** What each sample is told, a prompt or a class; null: the model is told nothing. */
  prompts: readonly string[] | null;
}

/**
 * The samples of the shown step. While a newer set is drawn, a place without a sample shows the set before,
 * or the noise that its sample starts from.
 */
export function useShownSamples(): ShownSamples {
  const { state, looking } = useApp();
  const shown = looking.shown.value;
  const newest = state.samples.value;
  const live = newest !== null && newest.step === shown ? newest : null;
  const before =
    live && !live.complete ? (looking.steps.value.filter((step) => step < live.step).at(-1) ?? null) : null;
  const sheet = useSheet(live ? before : shown);
  const run = state.run.value;
  const first = shown === null || (live !== null && !live.complete && before === null);
  const noise = useNoise(run?.config.seed ?? 0, run?.dataset.size ?? 32, first && run !== null);
  const prompts = live?.prompts ?? run?.prompts ?? null;
  if (live) return { ...ofGrid(live, before, sheet, noise, run?.config.seed ?? live.seed), prompts };
  const pictures = Array.from({ length: SAMPLE_COUNT }, (_, index): ShownSample =>
    sheet ? { sheet, index } : (noise[index] ?? null),
  );
  const seed = run?.config.seed ?? 0;
  return { pictures, drawing: null, seed, weights: 'ema', noise: shown === null, prompts };
}

function ofGrid(
  grid: SampleGrid,
  step: number | null,
  before: ImageBitmap | null,
  noise: readonly Picture[],
  runSeed: number,
): Omit<ShownSamples, 'prompts'> {
  const inPlace =
    before && grid.seed === runSeed && before.width === SHEET_COLUMNS * grid.size ? before : null;
  const pictures = Array.from({ length: SAMPLE_COUNT }, (_, index): ShownSample => {
    const sample = grid.samples[index];
    if (sample) return sample.finite ? sample : 'not-finite';
    if (inPlace) return { sheet: inPlace, index };
    return (grid.seed === runSeed ? noise[index] : undefined) ?? null;
  });
  return {
    pictures,
    drawing: grid.complete ? null : { before: inPlace && step },
    seed: grid.seed,
    weights: grid.weights,
    noise: inPlace === null,
  };
}

function useNoise(seed: number, size: number, wanted: boolean): Picture[] {
  return useMemo(() => {
    if (!wanted) return [];
    return Array.from({ length: SAMPLE_COUNT }, (_, i) => ({ rgba: startNoise(seed, i, size), size }));
  }, [seed, size, wanted]);
}
