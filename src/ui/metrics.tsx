// The numbers of the status strip. What is not known now shows an en dash.
import type { ComponentChildren } from 'preact';
import { useApp } from './app-context.ts';
import { Digits } from './digits.tsx';
import { age, count, duration, learningRate, rate, UNKNOWN } from './format.ts';

export function Metrics() {
  const { state, looking } = useApp();
  const numbers = looking.numbers.value;
  const run = state.run.value;
  const moves = state.runState.value === 'training';
  const epochs = run ? Math.ceil(run.lastStep / run.stepsPerEpoch) : null;
  return (
    <dl class="metrics">
      <Metric name="Epoch">
        <span data-testid="epoch">{run ? <Digits value={numbers.epoch} /> : UNKNOWN}</span>
        {epochs !== null && <small> of {count(epochs)}</small>}
      </Metric>
      <Metric name="Images seen">{run ? count(numbers.imagesSeen) : UNKNOWN}</Metric>
      <Metric name="Steps/s">{or(moves ? numbers.stepsPerSecond : null, rate)}</Metric>
      <Metric name="Time left">{or(moves ? numbers.secondsLeft : null, duration)}</Metric>
      <Metric name="Learning rate">{or(numbers.learningRate, learningRate)}</Metric>
      <Metric name="Gradient norm">{or(numbers.gradientNorm, rate)}</Metric>
      <Metric name="Checkpoint">
        <CheckpointAge />
      </Metric>
    </dl>
  );
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
  if (state.runState.value === 'validating') return <>just found</>;
  const saved = state.lastSaved.value;
  if (saved !== null) return <>{age(performance.now() - saved)}</>;
  const newest = state.checkpoints.value.find((record) => record.runId === state.run.value?.runId);
  return <>{newest ? age(now - Date.parse(newest.created)) : UNKNOWN}</>;
}
