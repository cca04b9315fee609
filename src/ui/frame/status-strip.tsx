// The strip under the top bar: state, step, metrics, and progress as its lower edge. Not here: the run's
// buttons (run/run-controls.tsx).
import type { ReadonlySignal } from '@preact/signals';
import { lastRun, runName } from '../../app/run-names.ts';
import type { State } from '../../app/state.ts';
import { useApp } from '../page-state/app-context.ts';
import { Digits } from '../controls/digits.tsx';
import { count, UNKNOWN } from '../format.ts';
import { Metrics } from './metrics.tsx';
import { StepLine } from './step-line.tsx';
import { preparingText } from '../page-state/preparing.ts';
import { pressedText } from '../page-state/pressed.ts';
import type { Phase } from '../page-state/phase.ts';

/** Always shown: with a run its numbers, without a run what to do next. */
export function StatusStrip({ phase }: { phase: ReadonlySignal<Phase> }) {
  const { state } = useApp();
  const hasRun = phase.value === 'run';
  const doing = pressedText(state);
  return (
    <section class={hasRun ? 'status' : 'status short'} aria-label="Run status">
      <div class="now">
        <p class="state">
          <span class="dot" />
          <span data-testid="run-state">{state.runState.value}</span>
          {doing ? <span class="doing">{doing}</span> : <RunName />}
        </p>
        {hasRun ? <Step /> : <WhatToDo />}
      </div>
      {hasRun && <Metrics />}
      {hasRun && <Progress />}
    </section>
  );
}

function RunName() {
  const { state } = useApp();
  const run = state.run.value;
  if (!run) return null;
  return <bdi class="name">{runName(state.runs.value, run.runId)}</bdi>;
}

function Step() {
  const { state, looking } = useApp();
  const run = state.run.value;
  return (
    <p class="step">
      <b data-testid="global-step">{run ? <Digits value={looking.numbers.value.globalStep} /> : UNKNOWN}</b>
      {run && ` of ${count(run.lastStep)} steps`}
    </p>
  );
}

function WhatToDo() {
  const { state, view } = useApp();
  const notice = state.notice.value;
  return (
    <p class="step">
      <span role="status" aria-label="Notices">
        {notice}
      </span>{' '}
      {view.value !== 'train' ? '' : whatToDo(state, notice !== null)}
    </p>
  );
}

function whatToDo(state: State, hasNotice: boolean): string {
  switch (state.runState.value) {
    case 'idle':
      if (lastRun(state)) return 'Continue the last run, or choose pictures and a model, then press Train.';
      return 'Choose pictures and a model, then press Train.';
    case 'starting':
      return preparingText(state);
    case 'elsewhere':
      return hasNotice
        ? ''
        : 'Training runs in another tab. Press Use here, or close that tab, to go on in this one.';
    case 'unavailable':
      return 'Restart the browser to get the GPU back. Checkpoints can be exported.';
    case 'failed':
    case 'finished':
    case 'paused':
    case 'training':
    case 'validating':
      return '';
  }
}

function Progress() {
  const { state, looking } = useApp();
  const run = state.run.value;
  const step = looking.numbers.value.globalStep;
  const whole = run?.lastStep ?? 1;
  return (
    <div
      class="progress"
      role="progressbar"
      aria-label="Run"
      aria-valuemin={0}
      aria-valuemax={whole}
      aria-valuenow={Math.min(step, whole)}
    >
      <i style={{ width: `${Math.min(100, (100 * step) / whole)}%` }} />
      <StepLine />
    </div>
  );
}
