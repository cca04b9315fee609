// What each event of the trainer does to the state that the screen draws. Over 60 lines because `applyEvent`
// is a table: one case for each type of event. Not here: commands, the page's life (session.ts).
import { batch } from '@preact/signals';
import { imagesPerStep } from '../settings/calendar.ts';
import type { ImportProgress, Progress, Sample, TrainerEvent } from '../trainer/api.ts';
import { wentBack } from './reached.ts';
import { addGenerated, beginGenerated, endGenerated } from './generated.ts';
import { emptyNumbers, type LossHistory, type SampleGrid, type State } from './state.ts';

/** What an event asks of the session besides a change of the state. */
export interface EventHooks {
  fault: (fault: Extract<TrainerEvent, { type: 'fault' }>['fault']) => void;
  runOpened: () => void;
  checkpointsChanged: () => void;
  sheetsChanged: (runId: string) => void;
  stateChanged: () => void;
}

/** Applies the events in their order; the screen is drawn once, after the last of them. */
export function applyEvents(state: State, events: readonly TrainerEvent[], hooks: EventHooks): void {
  batch(() => {
    for (const event of events) applyEvent(state, event, hooks);
  });
}

function applyEvent(state: State, event: TrainerEvent, hooks: EventHooks): void {
  switch (event.type) {
    case 'state':
      state.runState.value = event.state;
      if (event.state !== 'starting') state.preparing.value = null;
      // A notice from before the run is outdated.
      if (event.state === 'starting') state.notice.value = null;
      hooks.stateChanged();
      return;
    case 'preparing':
      state.preparing.value = { what: event.what, done: event.done, total: event.total };
      return;
    case 'run':
      openRun(state, event);
      hooks.runOpened();
      hooks.sheetsChanged(event.run.runId);
      return;
    case 'resumed': {
      const { losses } = state;
      losses.value = {
        ...losses.value,
        revision: losses.value.revision + 1,
        resumedAt: [...losses.value.resumedAt, event.step],
      };
      return;
    }
    case 'no-run':
      closeRun(state);
      return;
    case 'found':
      state.found.value = event.found;
      return;
    case 'progress':
      addProgress(state, event.progress);
      return;
    case 'samples-begin':
      beginGrid(state, event);
      return;
    case 'sample':
      addSample(state, event.sample);
      return;
    case 'samples-end':
      endGrid(state, event);
      return;
    case 'sheet':
      hooks.sheetsChanged(event.runId);
      return;
    case 'checkpoints':
      state.checkpoints.value = event.checkpoints;
      state.runs.value = event.runs;
      hooks.checkpointsChanged();
      return;
    case 'saving':
      state.saving.value = event.name;
      return;
    case 'saved':
      state.saving.value = null;
      state.lastSaved.value = performance.now();
      state.wentBack.value = null;
      return;
    case 'import-progress':
      importingWith(state, event.progress);
      return;
    case 'reading':
      state.reading.value = { done: event.done, total: event.total };
      return;
    case 'notice':
      state.notice.value = event.text;
      return;
    case 'fault':
      state.saving.value = null;
      hooks.fault(event.fault);
      return;
    case 'unavailable':
      state.runState.value = 'unavailable';
      hooks.fault(event.fault);
      hooks.stateChanged();
      return;
    default:
      event satisfies never;
  }
}

function importingWith({ importing }: State, progress: ImportProgress): void {
  const before = importing.value?.stored ?? [];
  importing.value = { ...progress, stored: [...before, ...progress.stored] };
}

type SamplesEvent<T> = Extract<TrainerEvent, { type: T }>;

function beginGrid(state: State, event: SamplesEvent<'samples-begin'>): void {
  const { purpose, step, size, weights, seed, count, calls, prompts } = event;
  const samples = Array.from({ length: count }, () => null);
  const made = { samples, complete: false, finite: true, calls, prompts, watched: null };
  const grid: SampleGrid = { step, size, weights, seed, ...made };
  if (purpose === 'generate') state.generated.value = beginGenerated(grid);
  else gridOf(state, purpose).value = grid;
  if (purpose === 'validation') state.alike.value = null;
}

function endGrid(state: State, { purpose, finite, alike }: SamplesEvent<'samples-end'>): void {
  if (purpose === 'generate') return endGenerated(state, finite);
  const grid = gridOf(state, purpose);
  if (grid.value) grid.value = { ...grid.value, complete: true, finite };
  if (purpose !== 'validation') return;
  state.alike.value = alike;
  // The samples of the validated checkpoint are the run's newest samples, too, if drawn in as many calls.
  const all = state.run.value?.config.sampleSteps ?? 0;
  if (grid.value && grid.value.calls >= all) state.samples.value ??= grid.value;
}

const gridOf = (state: State, purpose: Exclude<Sample['purpose'], 'generate'>) =>
  purpose === 'validation' ? state.validation : state.samples;

function openRun(state: State, event: Extract<TrainerEvent, { type: 'run' }>): void {
  const sameRun = state.run.value?.runId === event.run.runId;
  noteWayBack(state, event, sameRun);
  state.run.value = event.run;
  state.losses.value = {
    values: event.losses,
    count: event.losses.length,
    revision: state.losses.value.revision + 1,
    resumedAt: sameRun ? state.losses.value.resumedAt.filter((step) => step <= event.globalStep) : [],
    clock: sameRun ? state.losses.value.clock.filter(([step]) => step <= event.globalStep) : [],
  };
  state.numbers.value = {
    ...emptyNumbers,
    globalStep: event.globalStep,
    epoch: event.epoch,
    imagesSeen: event.globalStep * imagesPerStep(event.run.config),
    loss: event.losses.at(-1) ?? null,
  };
  if (!sameRun) clearPictures(state);
}

/**
 * What is said of lost steps: of a run that is new to this page by the note of the page before; of a run that
 * is opened again by its steps here. One that made none, as an import, or that is prolonged lost nothing.
 */
function noteWayBack(
  state: State,
  { run: { runId }, globalStep }: Extract<TrainerEvent, { type: 'run' }>,
  sameRun: boolean,
): void {
  const { globalStep: step, stepsPerSecond, learningRate } = state.numbers.value;
  // Every step has a learning rate.
  if (sameRun && (learningRate === null || state.runState.value === 'finished')) return;
  const reached = sameRun ? { runId, step, stepsPerSecond } : state.reachedBefore.value;
  state.wentBack.value = wentBack(reached, runId, globalStep);
}

/** Forgets what was found and drawn: a checkpoint and samples of one run do not belong to another run. */
function clearPictures(state: State): void {
  state.found.value = null;
  state.validation.value = null;
  state.samples.value = null;
  state.alike.value = null;
  state.frames.value = [];
}

function closeRun(state: State): void {
  state.run.value = null;
  state.wentBack.value = null;
  state.brought.value = null;
  clearPictures(state);
  state.numbers.value = emptyNumbers;
  state.lastSaved.value = null;
  state.saving.value = null;
  state.losses.value = {
    values: new Float32Array(0),
    count: 0,
    revision: state.losses.value.revision + 1,
    resumedAt: [],
    clock: [],
  };
}

function addProgress(state: State, progress: Progress): void {
  const { losses, ...numbers } = progress;
  state.losses.value = appended(state.losses.value, losses, progress.globalStep);
  state.numbers.value = {
    ...numbers,
    loss: losses.at(-1) ?? null,
  };
}

/** Appends to the same buffer while it is long enough: 3.75 million losses are not copied for each event. */
function appended(history: LossHistory, losses: Float32Array, globalStep: number): LossHistory {
  const count = history.count + losses.length;
  let values = history.values;
  if (count > values.length) {
    values = new Float32Array(Math.max(1024, 2 * count));
    values.set(history.values.subarray(0, history.count));
  }
  values.set(losses, history.count);
  const clock: [number, number][] = [...history.clock, [globalStep, performance.now() / 1000]];
  return { ...history, values, count, revision: history.revision + 1, clock: thinned(clock) };
}

const CLOCK_POINTS = 2000;

/** Drops every second point when there are too many: the Time axis interpolates between the others. */
const thinned = (clock: [number, number][]): [number, number][] =>
  clock.length <= CLOCK_POINTS ? clock : clock.filter((_, i) => i % 2 === 0 || i === clock.length - 1);

function addSample(state: State, sample: Sample): void {
  if (sample.purpose === 'generate') return addGenerated(state, sample);
  const grid = gridOf(state, sample.purpose);
  const now = grid.value;
  if (!now || now.step !== sample.step) return;
  const samples = now.samples.map((old, i) => (i === sample.index ? sample : old));
  const first = sample.drawn ? null : { at: performance.now(), calls: sample.calls };
  grid.value = { ...now, samples, watched: now.watched ?? first } satisfies SampleGrid;
}
