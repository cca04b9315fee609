// What the user looks at, and nothing the run depends on: which step's samples, compared with what, how the
// chart is drawn. Computed from the session's state. Not here: that state (app/state.ts).
import { computed, effect, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { LossHistory, Numbers, PageState, State } from '../../app/state.ts';
import { nextSamplesStep } from '../../settings/sample-schedule.ts';
import { type ChartAxis, stepAxis, stepAxisEnd, timeAxis } from './chart-axis.ts';
import { throttled, ticking } from './throttled.ts';

export type Compare = 'earlier' | 'one' | 'pictures';

export interface Looking {
  numbers: ReadonlySignal<Numbers>;
  losses: ReadonlySignal<LossHistory>;
  /** Date.now(), every five seconds. */
  now: ReadonlySignal<number>;
  /** Steps that have samples, rising. */
  steps: ReadonlySignal<number[]>;
  /** The step that the user chose; null follows the newest. */
  chosen: Signal<number | null>;
  shown: ReadonlySignal<number | null>;
  /** The earlier step that the user chose; null is the one half way to the shown step. */
  chosenEarlier: Signal<number | null>;
  earlier: ReadonlySignal<number | null>;
  /** The earlier step while it is compared with: then the time axis marks it. Else null. */
  earlierMark: ReadonlySignal<number | null>;
  /** 0..15: the sample that is enlarged and that the time strip shows. */
  sample: Signal<number>;
  /** What the user wants beside the samples. */
  wanted: Signal<Compare>;
  /** What is shown there: the pictures while there is no earlier set. */
  compare: ReadonlySignal<Compare>;
  enlarged: Signal<boolean>;
  weights: Signal<'ema' | 'raw'>;
  smoothing: Signal<number>;
  log: Signal<boolean>;
  byTime: Signal<boolean>;
  /** Ends of the axis that the user dragged out, in steps or seconds; null is the whole run. */
  zoom: Signal<[number, number] | null>;
  nextSamples: ReadonlySignal<number | null>;
  /** Seconds of a step: measured in this session, else estimated; null: not known. */
  stepSeconds: ReadonlySignal<{ seconds: number; measured: boolean } | null>;
  axis: ReadonlySignal<ChartAxis>;
  /** "Your pictures" is chosen, but no pictures are imported yet. */
  bringsOwn: Signal<boolean>;
}

/** Shows the samples of a step. The newest step also means: follow the newest from now on. */
export function showStep(looking: Looking, step: number): void {
  looking.chosen.value = step === looking.steps.value.at(-1) ? null : step;
}

/** States that lead on to the next samples. */
const ON_ITS_WAY: ReadonlySet<PageState> = new Set(['starting', 'validating', 'training']);

function stepSecondsOf(state: State, { stepsPerSecond }: Numbers): Looking['stepSeconds']['value'] {
  if (stepsPerSecond) return { seconds: 1 / stepsPerSecond, measured: true };
  const seconds = state.expectedStepSeconds.value;
  return seconds === null ? null : { seconds, measured: false };
}

/**
 * The step of the next samples: where they are due, or later where drawing has had its share of the time.
 * Null at the run's end and while it does not go on by itself.
 */
function nextSamplesOf(state: State, numbers: Numbers, newest: number): number | null {
  const run = state.run.value;
  if (!run || !ON_ITS_WAY.has(state.runState.value)) return null;
  const { globalStep, samplesOwed, samplesWaitMs, stepsPerSecond } = numbers;
  const due = nextSamplesStep(globalStep, newest, run.config, run.dataset.count);
  // While a set is being drawn nothing tells how long the next one has to wait after it.
  if (due === null || (samplesOwed && state.samples.value?.complete === false)) return null;
  const allowed = globalStep + Math.ceil((samplesWaitMs / 1000) * (stepsPerSecond ?? 0));
  return Math.min(run.lastStep, samplesOwed ? Math.max(allowed, globalStep + 1) : Math.max(due, allowed));
}

function stepsWithSamples(state: State): number[] {
  const steps = new Set(state.frames.value.map((frame) => frame.step));
  const newest = state.samples.value;
  if (newest) steps.add(newest.step);
  return [...steps].sort((a, b) => a - b);
}

/** The step nearest to half of the shown one, before it. */
function halfWay(steps: readonly number[], shown: number | null): number | null {
  if (shown === null) return null;
  return nearestStep(
    steps.filter((step) => step < shown),
    shown / 2,
  );
}

function forgetChoicesOfOtherRuns(state: State, looking: Looking): void {
  let runId: string | undefined;
  effect(() => {
    const now = state.run.value?.runId;
    if (now === runId) return;
    runId = now;
    looking.chosen.value = null;
    looking.chosenEarlier.value = null;
    looking.zoom.value = null;
    looking.byTime.value = false;
  });
}

const NUMBERS_MS = 250;
const AGES_MS = 5000;

/** The step whose samples are shown, and the earlier step beside it: the user's choice, else followed. */
function createShownSteps(state: State) {
  const steps = computed(() => stepsWithSamples(state));
  const listed = (step: number | null): number | null =>
    step !== null && steps.value.includes(step) ? step : null;
  const chosen = signal<number | null>(null);
  const shown = computed(() => listed(chosen.value) ?? steps.value.at(-1) ?? null);
  const chosenEarlier = signal<number | null>(null);
  const earlier = computed(() => listed(chosenEarlier.value) ?? halfWay(steps.value, shown.value));
  const wanted = signal<Compare>('earlier');
  const compare = computed<Compare>(() =>
    wanted.value === 'earlier' && earlier.value === null ? 'pictures' : wanted.value,
  );
  const earlierMark = computed(() =>
    compare.value === 'earlier' && state.runState.value !== 'validating' ? earlier.value : null,
  );
  return { steps, chosen, shown, chosenEarlier, earlier, earlierMark, wanted, compare };
}

/** The axis of chart and time strip: the part the user dragged out, else the whole run. */
function createAxis(
  state: State,
  losses: ReadonlySignal<LossHistory>,
  steps: ReadonlySignal<number[]>,
  nextSamples: ReadonlySignal<number | null>,
) {
  const byTime = signal(false);
  const zoom = signal<[number, number] | null>(null);
  const axis = computed(() => {
    const { clock, count } = losses.value;
    if (byTime.value && clock.length > 1) return timeAxis(clock, zoom.value);
    if (zoom.value) return stepAxis(...zoom.value);
    const reached = Math.max(count, steps.value.at(-1) ?? 0);
    return stepAxis(0, stepAxisEnd(reached, nextSamples.value, state.run.value?.lastStep ?? Infinity));
  });
  return { byTime, zoom, axis };
}

/** What the user looks at, bound to a session's state. Call it once per page: timers are never released. */
export function createLooking(state: State): Looking {
  const often = computed(() => state.runState.value === 'training');
  const numbers = throttled(state.numbers, often, NUMBERS_MS);
  const losses = throttled(state.losses, often, NUMBERS_MS);
  const shownSteps = createShownSteps(state);
  const nextSamples = computed(() => nextSamplesOf(state, numbers.value, shownSteps.steps.value.at(-1) ?? 0));
  const looking: Looking = {
    numbers,
    losses,
    now: ticking(AGES_MS),
    ...shownSteps,
    nextSamples,
    stepSeconds: computed(() => stepSecondsOf(state, numbers.value)),
    ...createAxis(state, losses, shownSteps.steps, nextSamples),
    sample: signal(5),
    enlarged: signal(false),
    weights: signal<'ema' | 'raw'>('ema'),
    smoothing: signal(82),
    log: signal(true),
    bringsOwn: signal(false),
  };
  forgetChoicesOfOtherRuns(state, looking);
  return looking;
}

/** The step of the list that is nearest to `wanted`; null where the list is empty. `steps` rising. */
export function nearestStep(steps: readonly number[], wanted: number): number | null {
  let best: number | null = null;
  for (const step of steps)
    if (best === null || Math.abs(step - wanted) < Math.abs(best - wanted)) best = step;
  return best;
}
