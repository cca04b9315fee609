// The numbers of the status strip; an en dash stands for a number that is not known. Not here: state and step
// (status-strip.tsx).
import type { ComponentChildren } from 'preact';
import { positionOf } from '../../settings/calendar.ts';
import type { RunSummary } from '../../trainer/api.ts';
import { useApp } from '../page-state/app-context.ts';
import { Digits } from '../controls/digits.tsx';
import { age, count, learningRate, parts, rate, speed, UNKNOWN } from '../format.ts';
import { timeLeftText } from '../page-state/time-left.ts';

/**
 * Epoch, images, speed, time left, learning rate, gradient norm, age of the newest checkpoint; with a run.
 */
export function Metrics() {
  const app = useApp();
  const { state, looking } = app;
  const numbers = looking.numbers.value;
  const run = state.run.value;
  const moves = state.runState.value === 'training';
  const epochs = run ? epochsOf(run) : null;
  return (
    <dl class="metrics">
      <Metric name="Epochs done">
        <span data-testid="epoch">{run ? <Digits value={numbers.epoch} /> : UNKNOWN}</span>
        {epochs !== null && <small> of {parts(epochs)}</small>}
      </Metric>
      <Metric name="Images seen">{run ? count(numbers.imagesSeen) : UNKNOWN}</Metric>
      <Metric name="Speed">{or(moves ? numbers.stepsPerSecond : null, speed)}</Metric>
      <Metric name="Time left">{timeLeftText(app) ?? UNKNOWN}</Metric>
      <Metric name="Learning rate">{or(numbers.learningRate, learningRate)}</Metric>
      <Metric name="Gradient norm">{or(numbers.gradientNorm, rate)}</Metric>
      <Metric name="Saved">
        <CheckpointAge />
      </Metric>
    </dl>
  );
}

/** Epochs at the run's last step, the last one as far as it gets: so a finished run has done them all. */
function epochsOf({ config, dataset, lastStep, stepsPerEpoch }: RunSummary): number {
  const { epoch, stepInEpoch } = positionOf(config, dataset.count, lastStep);
  return epoch + stepInEpoch / stepsPerEpoch;
}

function or(value: number | null, write: (value: number) => string): string {
  return value === null || !Number.isFinite(value) ? UNKNOWN : write(value);
}

function Metric({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function CheckpointAge() {
  const { state, looking } = useApp();
  const now = looking.now.value;
  if (state.saving.value) return <>saving</>;
  const saved = state.lastSaved.value;
  if (saved !== null) return <>{age(performance.now() - saved)}</>;
  const newest = state.checkpoints.value.find((record) => record.runId === state.run.value?.runId);
  return <>{newest ? age(now - Date.parse(newest.created)) : UNKNOWN}</>;
}
