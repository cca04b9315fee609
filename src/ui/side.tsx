// The right column of each view: everything the user can do there, the most frequent first. Not here: the
// parts.
import type { ReadonlySignal } from '@preact/signals';
import { useApp } from './page-state/app-context.ts';
import { Checkpoints } from './checkpoints/checkpoints.tsx';
import { DrawingForm } from './generate/drawing-form.tsx';
import { Machine } from './run/machine.tsx';
import { NewRun } from './run/new-run.tsx';
import { PicturesOfRun } from './run/pictures-of-run.tsx';
import { RunControls } from './run/run-controls.tsx';
import { Size } from './setup/size.tsx';
import { CheckedSamples } from './samples/validation-samples.tsx';
import type { Phase } from './page-state/phase.ts';

/**
 * The column of the view Train: size and Train before a run; then controls, checkpoints, pictures, machine.
 */
export function TrainSide({ phase }: { phase: ReadonlySignal<Phase> }) {
  const { state } = useApp();
  const now = state.runState.value;
  const hasRun = phase.value === 'run';
  const validates = now === 'validating';
  const setsUp = !hasRun && (now === 'idle' || now === 'starting' || now === 'failed');
  return (
    <aside class="side" aria-label="Run">
      {setsUp && <Size />}
      {now !== 'elsewhere' && <RunControls hasRun={hasRun} />}
      {hasRun && !validates && state.validation.value && <CheckedSamples />}
      {(hasRun || state.checkpoints.value.length > 0) && <Checkpoints />}
      {hasRun && <PicturesOfRun />}
      {now !== 'elsewhere' && <Machine />}
      {hasRun && <NewRun />}
    </aside>
  );
}

/** The column of the view Generate: what to draw, and the samples of the checkpoint that was found. */
export function GenerateSide() {
  const { state } = useApp();
  return (
    <aside class="side" aria-label="Generate">
      <DrawingForm />
      {state.validation.value && <CheckedSamples />}
    </aside>
  );
}
