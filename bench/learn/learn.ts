// Trains a run in a page as the app does, and draws samples before and after: the trainer's own first state,
// steps and drawings on the trainer's own device. Not here: worker, store and loop (src/trainer), judging
// samples (main.ts).
import type { RunConfig } from '../../src/settings/settings.ts';
import { lastStep } from '../../src/settings/calendar.ts';
import type { PictureSet } from '../../src/data/api.ts';
import { openPictures } from '../../src/data/sets.ts';
import { noiseLevels, type NoiseLevels } from '../../src/diffusion/noise-levels.ts';
import type { Executor, ParameterSpec, StepStats } from '../../src/engine/executor.ts';
import type { NamedTensor } from '../../src/formats/safetensors.ts';
import { SAMPLE_COUNT } from '../../src/settings/sample-counts.ts';
import { Drawing } from '../../src/trainer/samples/drawing.ts';
import { TrainingDevice } from '../../src/trainer/training-device.ts';
import { RateMeter } from '../../src/trainer/rate-meter.ts';
import { factsAsText } from '../../src/trainer/checkpoint-file.ts';
import { initialState, placeAt, stampOf } from '../../src/trainer/run.ts';
import { newWords, type RunWords } from '../../src/trainer/run-words.ts';
import { trainingStep } from '../../src/trainer/training-step.ts';
import { halvesFile } from './half-weights.ts';
import type { News } from './news.ts';
import { openOwnSet, OWN } from './own-set.ts';

export interface LearnRequest {
  config: RunConfig;
  /** How many sets of 16 samples are drawn, each from a seed of its own. */
  draws: number;
  /** Of all samples, `draws` times 16; null: the run's own. Of a model with words. */
  prompts: readonly string[] | null;
  /** Whether the EMA weights are answered too. */
  weights: boolean;
}

/** Pictures: uint8 RGB, [count, size, size, 3]. */
export interface Learnt {
  gpu: string;
  adapter: string;
  browser: string;
  parameters: number;
  executor: string;
  steps: number;
  trainingSeconds: number;
  lossFirst: number;
  lossLast: number;
  data: Uint8Array;
  untrained: Uint8Array;
  trained: Uint8Array;
  /** A safetensors file of halves. */
  weights: Uint8Array | null;
}

/** Steps whose mean loss is reported. */
const SMOOTHED_OVER = 100;
const TELL_EVERY_MS = 10_000;
/** Steps in flight, as in the app's training loop. */
const IN_FLIGHT = 2;

interface Work {
  config: RunConfig;
  device: TrainingDevice;
  set: PictureSet;
  levels: NoiseLevels;
  words: RunWords | null;
  /** No preset draws by class. */
  classes: null;
  executor: Executor;
  tell: (news: News) => void;
}

/** Throws FaultError where the device fails, an Error where a step or a sample is not finite. */
export async function learn(request: LearnRequest, tell: (news: News) => void): Promise<Learnt> {
  const { config } = request;
  const device = await TrainingDevice.start(config);
  const set =
    config.dataset === OWN ? await openOwnSet(config.imageSize) : await openPictures(config.dataset, config);
  const compiling = seldom();
  const onProgress = (_: string, done: number, total: number) => {
    if (compiling(done === total)) tell({ about: 'compiling', done, total });
  };
  const executor = await device.executorFor(config, initialState(config), onProgress);
  await device.prepare(executor, onProgress);
  const { gpu } = device.machine;
  const { kind, parameters } = executor;
  tell({ about: 'machine', gpu, executor: kind, pictures: set.info.title, count: set.count, size: set.size });
  const words = newWords(config, set, null);
  const work: Work = {
    config,
    device,
    set,
    levels: noiseLevels(config),
    words,
    classes: null,
    executor,
    tell,
  };
  const before = performance.now();
  const untrained = await draw(work, 'untrained', 0, request);
  const started = performance.now();
  const losses = await train(work, (started - before) / 1000);
  const trainingSeconds = (performance.now() - started) / 1000;
  const trained = await draw(work, 'trained', losses.length, request);
  const { ema } = await device.guard(executor.snapshot());
  return {
    gpu,
    adapter: device.executionOf(executor).adapter,
    browser: navigator.userAgent,
    parameters: ema.reduce((sum, { length }) => sum + length, 0),
    executor: kind,
    steps: losses.length,
    trainingSeconds,
    lossFirst: mean(losses.slice(0, SMOOTHED_OVER)),
    lossLast: mean(losses.slice(-SMOOTHED_OVER)),
    data: await pixelsOf(set),
    untrained,
    trained,
    weights: request.weights ? await halvesFile(named(parameters, ema), metadataOf(work)) : null,
  };
}

/** The losses of all steps. `secondsAfter`: expected seconds of work after the last step. */
async function train(work: Work, secondsAfter: number): Promise<number[]> {
  const { config, device, set, executor, tell } = work;
  const last = lastStep(config, set.count);
  const losses: number[] = [];
  const rate = new RateMeter();
  const due = seldom();
  const settle = async (pending: Promise<StepStats>) => {
    const { loss, gradientNorm, applied } = await device.guard(pending);
    const step = losses.push(loss);
    if (!applied) throw new Error(`step ${step}: loss ${loss}, gradient norm ${gradientNorm}`);
    rate.tick();
    if (!due(step === last)) return;
    const stepsPerSecond = rate.perSecond();
    const secondsLeft = stepsPerSecond && (last - step) / stepsPerSecond + secondsAfter;
    tell({
      about: 'step',
      step,
      last,
      loss: mean(losses.slice(-SMOOTHED_OVER)),
      stepsPerSecond,
      secondsLeft,
    });
  };
  const inFlight: Promise<void>[] = [];
  for (let step = 0; step < last; step++) {
    const { microBatches, settings } = await trainingStep(work, set, last, step);
    const settled = settle(executor.step(microBatches, settings));
    // `settled` is awaited below. Where another await fails first, its failure is the one that is thrown.
    void settled.catch(() => undefined);
    inFlight.push(settled);
    if (inFlight.length >= IN_FLIGHT) await inFlight.shift();
  }
  await Promise.all(inFlight);
  return losses;
}

/** Sets of 16 samples from the EMA weights as they are now. Throws where a sample is not finite. */
async function draw(
  work: Work,
  weights: string,
  step: number,
  { draws, prompts }: LearnRequest,
): Promise<Uint8Array> {
  const { config, device, tell } = work;
  const guidance = { scale: config.guidanceScale, start: 0, stop: 1 };
  const length = config.imageSize ** 2 * 3;
  const total = draws * SAMPLE_COUNT;
  const pixels = new Uint8Array(total * length);
  let done = 0;
  const due = seldom();
  for (let i = 0; i < draws; i++) {
    const seed = config.seed + i;
    const told = prompts?.slice(i * SAMPLE_COUNT, (i + 1) * SAMPLE_COUNT);
    const wish = told && { wish: { prompts: told, negative: '', guidance } };
    const drawing = new Drawing(
      { ...work, runId: '' },
      { purpose: 'draw', step, weights: 'ema', seed, ...wish },
    );
    let drawn = null;
    while (!drawn) drawn = await device.guard(drawing.advance());
    if (!drawn.finite) throw new Error(`samples of the ${weights} weights are not finite`);
    for (const { rgba } of drawn.samples) pixels.set(withoutAlpha(rgba), done++ * length);
    if (due(done === total)) tell({ about: 'drawing', weights, done, total });
  }
  return pixels;
}

/** A function that is true for the last event, and otherwise at most once every 10 s. */
function seldom(): (isLast: boolean) => boolean {
  let told = performance.now();
  return (isLast) => {
    if (!isLast && performance.now() - told < TELL_EVERY_MS) return false;
    told = performance.now();
    return true;
  };
}

const withoutAlpha = (rgba: Uint8ClampedArray): Uint8ClampedArray => rgba.filter((_, i) => i % 4 !== 3);

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

async function pixelsOf(set: PictureSet): Promise<Uint8Array> {
  const length = set.size ** 2 * 3;
  const pixels = new Uint8Array(set.count * length);
  for (let i = 0; i < set.count; i++) pixels.set(await set.read(i), i * length);
  return pixels;
}

const named = (
  specs: readonly ParameterSpec[],
  weights: readonly Float32Array<ArrayBuffer>[],
): NamedTensor[] =>
  specs.map(({ name, shape }, i) => ({ name, shape, data: weights[i] ?? new Float32Array(0) }));

/** What a program needs to know to draw samples from the weights: all that a checkpoint's metadata says. */
function metadataOf({ config, set, words, classes, executor, device }: Work): Record<string, string> {
  const step = lastStep(config, set.count);
  const facts = {
    ...placeAt(config, set.count, step),
    ...{ runId: 'learn', parent: '', config, words, classes, dataset: stampOf(set), created: '' },
    execution: device.executionOf(executor),
  };
  return {
    ...factsAsText(facts),
    format: 'pt',
    made_by: 'Perennial, npm run learn',
    weights: 'ema',
    credit: set.info.credit,
  };
}
