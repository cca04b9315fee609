// Claims: a sample is a function of checkpoint, weights, seed and its index, in a set of any size, and the
// same that the run's own executor draws; its moments are posted from the noise to the sample; a request that
// is cancelled or refused holds no memory. On tfjs' cpu backend, with a store and a device for one
// checkpoint.
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { RunConfig } from '../../../src/settings/settings.ts';
import { modelOfRun, presetConfig } from '../../../src/settings/presets.ts';
import { noiseLevels } from '../../../src/diffusion/noise-levels.ts';
import { startDevice } from '../../../src/engine/device/device.ts';
import { createEagerExecutor } from '../../../src/engine/eager/eager-executor.ts';
import { createEagerPredictor } from '../../../src/engine/eager/eager-predictor.ts';
import type { ExecutorState, Predictor } from '../../../src/engine/executor.ts';
import { openPictures } from '../../../src/data/sets.ts';
import { faultOf } from '../../../src/fault.ts';
import type { CheckpointRecord, GenerateRequest, Sample, TrainerEvent } from '../../../src/trainer/api.ts';
import { CallTimes } from '../../../src/trainer/samples/call-times.ts';
import { type FileFacts, factsAsText, fileTensors } from '../../../src/trainer/checkpoint-file.ts';
import { Drawing, momentsOf } from '../../../src/trainer/samples/drawing.ts';
import {
  Generator,
  type GeneratorDevice,
  type GeneratorTools,
} from '../../../src/trainer/samples/generator.ts';
import { History } from '../../../src/trainer/history.ts';
import { Outbox } from '../../../src/trainer/outbox.ts';
import { initialState } from '../../../src/trainer/run.ts';
import { newWords } from '../../../src/trainer/run-words.ts';
import { CPU } from '../../engine/cpu-device.ts';

const config: RunConfig = { ...presetConfig('tiny'), imageSize: 8, sampleSteps: 7, seed: 3 };
const facts: FileFacts = {
  ...{ name: 'unet_step_0', globalStep: 0, epoch: 0, epochPosition: 0, runId: 'run-1', parent: '' },
  execution: { executor: 'eager', backend: 'cpu', kernels: '', adapter: '', browser: '' },
  config,
  dataset: { name: 'shapes', title: 'Shapes', count: 8, size: 8, fingerprint: 'f' },
  words: null,
  classes: null,
  created: '',
};
const { parameters, network } = modelOfRun(config);
const ref = { runId: 'run-1', generation: 1 };
const request: GenerateRequest = {
  ref,
  weights: 'ema',
  seed: 9,
  count: 3,
  steps: 2,
  sampler: 'ddpm',
  wish: null,
  className: null,
  noise: null,
};

const record: CheckpointRecord = {
  ...{ ...ref, slot: 0, name: 'unet_step_0', globalStep: 0, epoch: 0, created: '', sizeBytes: 0 },
  ...{ meanLoss: null, kept: false, autosave: false },
};

let state: ExecutorState;
let events: TrainerEvent[];
let generator: Generator;
let currentRun: ReturnType<GeneratorTools['currentRun']>;

const device: GeneratorDevice = {
  guard: <T>(work: Promise<T>) => work,
  predictorFor: (_, weights) => Promise.resolve(createEagerPredictor(CPU, parameters, network, weights)),
};

const store: GeneratorTools['store'] = {
  load: () => {
    const tensors = fileTensors(parameters, state, new History(), facts);
    return Promise.resolve({
      ok: true,
      value: { record, started: '', length: null, metadata: factsAsText(facts), tensors },
    });
  },
  metadataOf: () => Promise.resolve({ ok: true, value: factsAsText(facts) }),
};

beforeAll(async () => {
  await startDevice('cpu');
  // EMA weights that differ from the raw weights: samples of the two differ.
  state = { ...initialState(config), ema: initialState({ ...config, seed: 4 }).weights };
});

beforeEach(() => {
  events = [];
  currentRun = null;
  generator = new Generator(
    {
      store,
      outbox: new Outbox((posted) => events.push(...posted)),
      times: new CallTimes(),
      facts: new Map(),
      currentRun: () => currentRun,
    },
    device,
  );
});

/** A predictor that holds nothing and fails to predict. */
const failing = (why: string): Predictor => ({
  hold: () => ({ release: () => undefined }),
  predict: () => Promise.reject(new Error(why)),
});

const samples = (): Sample[] => events.flatMap((event) => (event.type === 'sample' ? [event.sample] : []));
const drawn = (): Sample[] => samples().filter((sample) => sample.drawn);

async function generate(changes: Partial<GenerateRequest>): Promise<Sample[]> {
  events = [];
  await generator.begin({ ...request, ...changes }, false);
  await generator.finish(() => true);
  expect(await generator.ended).toEqual({ ok: true, value: null });
  return drawn();
}

const pixels = (all: readonly Sample[]) => all.map(({ index, rgba }) => [index, [...rgba]]);

test("sample i of a seed is the same in sets of 3 and 18, and what a run's executor draws", async () => {
  const three = await generate({ count: 3 });
  const many = await generate({ count: 18 });
  expect(many.map((sample) => sample.index)).toEqual(Array.from({ length: 18 }, (_, i) => i));
  expect(pixels(many.slice(0, 3))).toEqual(pixels(three));
  const executor = createEagerExecutor(CPU, parameters, network);
  executor.setState(state);
  const own = new Drawing(
    {
      runId: 'run-1',
      executor,
      levels: noiseLevels(config),
      words: null,
      classes: null,
      config: { ...config, sampler: 'ddpm', sampleSteps: 2 },
    },
    { purpose: 'draw', step: 0, weights: 'ema', seed: 9 },
  );
  await own.advance();
  expect(pixels(many.slice(0, 16))).toEqual(pixels((await own.advance())?.samples ?? []));
  executor.dispose();
  const { rgba } = three[0] as Sample;
  expect((await generate({ count: 1, seed: 10 }))[0]?.rgba).not.toEqual(rgba);
  expect((await generate({ count: 1, weights: 'raw' }))[0]?.rgba).not.toEqual(rgba);
});

test('a set begins with its size, posts 8 moments from noise to sample, and ends', async () => {
  await generate({ count: 2, steps: 10, sampler: 'ddim' });
  expect(events[0]).toEqual({
    ...{ type: 'samples-begin', purpose: 'generate', step: 0, size: 8, weights: 'ema', seed: 9 },
    ...{ count: 2, calls: 10, prompts: null },
  });
  const way = samples().filter(({ index, moment }) => index === 1 && moment !== null);
  expect(way.map(({ moment }) => moment)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  expect(way.map(({ calls }) => calls)).toEqual([0, 1, 3, 4, 6, 7, 9, 10]);
  expect(way.map((sample) => sample.drawn)).toEqual([...Array.from({ length: 7 }, () => false), true]);
  expect(events.at(-1)).toMatchObject({ type: 'samples-end', purpose: 'generate', finite: true });
});

test('the moments are the noise, the sample, and up to 6 evenly between', () => {
  expect(momentsOf(1)).toEqual([0, 1]);
  expect(momentsOf(2)).toEqual([0, 1, 2]);
  expect(momentsOf(7)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  expect(momentsOf(50)).toEqual([0, 7, 14, 21, 29, 36, 43, 50]);
});

test('drawn, cancelled, or cancelled while it is opened: no tensor stays', async () => {
  const before = tf.memory().numTensors;
  await generate({});
  expect(tf.memory().numTensors).toBe(before);

  await generator.begin(request, false);
  await generator.advance();
  expect(tf.memory().numTensors).toBe(before + parameters.length);
  generator.cancel();
  expect(await generator.ended).toEqual({ ok: true, value: null });
  expect(generator.busy).toBe(false);
  expect(tf.memory().numTensors).toBe(before);

  const opening = generator.begin(request, false);
  generator.cancel();
  await opening;
  expect(generator.busy).toBe(false);
  expect(tf.memory().numTensors).toBe(before);
});

test('while a run trains, a checkpoint of its network is drawn from; one of another network is refused', async () => {
  currentRun = {
    runId: 'run-2',
    config: { ...config, seed: 99, learningRate: 1 },
    words: null,
    classes: null,
  };
  await generator.begin(request, true);
  expect(generator.busy).toBe(true);
  generator.cancel();
  currentRun = { runId: 'run-2', config: { ...config, imageSize: 16 }, words: null, classes: null };
  const before = tf.memory().numTensors;
  await expect(generator.begin(request, true)).rejects.toThrow(/Another network trains now/);
  expect(generator.busy).toBe(false);
  expect(tf.memory().numTensors).toBe(before);
});

test("a damaged checkpoint is the store's fault, and nothing is begun", async () => {
  const load = vi.spyOn(store, 'load').mockResolvedValue({ ok: false, fault: faultOf(new Error('damaged')) });
  await expect(generator.begin(request, false)).rejects.toThrow(/damaged/);
  load.mockRestore();
  expect(generator.busy).toBe(false);
  expect(events).toEqual([]);
});

test('cancelled while it is opened, a request answers for itself, not with the failure of the one before', async () => {
  vi.spyOn(device, 'predictorFor').mockResolvedValueOnce(failing('no memory'));
  await generator.begin(request, false);
  await generator.finish(() => true);
  expect(await generator.ended).toMatchObject({ ok: false, fault: { got: 'Error: no memory' } });
  const opening = generator.begin(request, false);
  generator.cancel();
  await opening;
  expect(await generator.ended).toEqual({ ok: true, value: null });
});

test('a call that fails after its request was cancelled does not end the next request', async () => {
  let fail = (_: Error): void => undefined;
  const late = { ...failing(''), predict: () => new Promise<never>((_, reject) => (fail = reject)) };
  vi.spyOn(device, 'predictorFor').mockResolvedValueOnce(late);
  await generator.begin(request, false);
  const call = generator.advance();
  await Promise.resolve();
  await generator.begin({ ...request, count: 1 }, false);
  fail(new Error('too late'));
  await call;
  await generator.finish(() => true);
  expect(await generator.ended).toEqual({ ok: true, value: null });
  expect(drawn()).toHaveLength(1);
});

test('Cancel arrives between two calls, also where a call never yields', async () => {
  await generator.begin({ ...request, steps: 1000, count: 1 }, false);
  setTimeout(() => generator.cancel());
  await generator.finish(() => true);
  expect(drawn()).toEqual([]);
});

test('drawing goes on only while it may: a loop then makes call after call', async () => {
  let calls = 0;
  await generator.begin({ ...request, steps: 4 }, false);
  await generator.finish(() => calls++ < 1);
  expect(drawn()).toHaveLength(0);
  for (let i = 0; i < 3; i++) await generator.advance();
  expect(drawn()).toHaveLength(3);
  expect(await generator.ended).toMatchObject({ ok: true });
});

test("facts of a run's checkpoint: its run's steps and sampler, and call times once measured", async () => {
  const known = {
    dataset: 'planets',
    steps: 7,
    sampler: 'ddim',
    predictionType: 'v_prediction',
    words: null,
    classes: null,
    callMs: [],
  };
  const ofNoRun = await generator.factsOf(ref);
  expect(ofNoRun).toEqual({ ...known, asTheRun: false });
  currentRun = { runId: 'run-1', config, words: null, classes: null };
  expect(await generator.factsOf(ref)).toEqual({ ...known, asTheRun: true });
  await generate({ count: 17 });
  const { callMs } = await generator.factsOf(ref);
  expect(callMs.map(({ pictures }) => pictures)).toEqual([16, 1]);
  expect(callMs.every(({ ms }) => ms > 0)).toBe(true);
});

test('words of a run come from its captions as soon as its pictures are here, until then from its prompts', async () => {
  vi.stubGlobal('navigator', {}); // a browser without a private file system has no pictures of the user's
  const ofWords: RunConfig = { ...presetConfig('text-tiny'), dataset: 'own-gone', maxImages: 64 };
  const shapes = await openPictures('shapes', ofWords);
  const words = newWords(ofWords, shapes, Array<string>(16).fill('a blue house'));
  const said = async (dataset: string) => {
    currentRun = { runId: 'run-1', config: { ...ofWords, dataset }, words, classes: null };
    return (await generator.factsOf(ref)).words;
  };
  const away = await said('own-gone');
  expect(away?.template).toBeNull();
  expect(away?.vocabulary.map(({ word }) => word)).toEqual(['a', 'blue', 'house']);
  const here = await said('shapes');
  expect(here?.template).toContain('background');
  expect(here?.vocabulary.map(({ word }) => word)).toContain('ring');
  vi.unstubAllGlobals();
});
