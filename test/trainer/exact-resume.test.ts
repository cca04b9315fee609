// Claim: saved after two steps and resumed equals never stopped, bit for bit, with gradient accumulation and
// past an epoch's end. The checkpoint is a file: the store writes it into a slot and another store reads it
// back, as after a reload. On tfjs' cpu backend and a disk in memory; e2e claims the same of the whole app in
// a browser. The same holds of a run that was prolonged.
import { beforeAll, describe, expect, test } from 'vitest';
import type { RunConfig } from '../../src/settings/settings.ts';
import { endingAt, lastStep } from '../../src/settings/calendar.ts';
import { modelOfRun, presetConfig, PRESETS } from '../../src/settings/presets.ts';
import type { PictureSet } from '../../src/data/api.ts';
import { openPictures } from '../../src/data/sets.ts';
import { capacityBytes } from '../../src/settings/checkpoint-sizes.ts';
import { noiseLevels } from '../../src/diffusion/noise-levels.ts';
import { TIMESTEPS } from '../../src/diffusion/noise-schedule.ts';
import { startDevice } from '../../src/engine/device/device.ts';
import { createEagerExecutor } from '../../src/engine/eager/eager-executor.ts';
import { type Executor, type ExecutorState, STATE_GROUPS } from '../../src/engine/executor.ts';
import {
  checkDigest,
  type FileFacts,
  fileMetadata,
  fileTensors,
  readContent,
} from '../../src/trainer/checkpoint-file.ts';
import { History, lossByQuartile } from '../../src/trainer/history.ts';
import { newClasses } from '../../src/trainer/run-classes.ts';
import { initialState, placeAt, type Run, stampOf } from '../../src/trainer/run.ts';
import { newWords, wordsAsText } from '../../src/trainer/run-words.ts';
import { trainingStep } from '../../src/trainer/training-step.ts';
import { openStore, value } from '../checkpoint/a-run.ts';
import { MemoryDisk } from '../checkpoint/memory-disk.ts';

// 5 pictures, 4 a step: an epoch has two steps; the second is filled up with the first pictures of its
// permutation.
const common: Partial<RunConfig> = {
  dataset: 'shapes',
  imageSize: 8,
  maxImages: 5,
  batchSize: 2,
  gradientAccumulationSteps: 2,
  seed: 3,
  warmupSteps: 2,
  randomCrop: 'on',
  colorJitter: 'on',
};
/**
 * Half as wide as the presets'. The one network draws by class, and its classes are drawn evenly. Of the 8
 * captions of two steps of the other some are dropped.
 */
const RUNS: Partial<RunConfig>[] = [
  {
    preset: 'tiny',
    network: {
      ...PRESETS.tiny.network,
      blockOutChannels: [8, 16],
      classEmbedding: { type: 'table', count: 6 },
    },
    evenClasses: true,
  },
  {
    preset: 'text-tiny',
    network: { ...PRESETS['text-tiny'].network, blockOutChannels: [8, 16] },
    textEncoder: PRESETS['text-tiny'].textEncoder,
    captionDropout: 0.4,
  },
];

type Known = Pick<Run, 'words' | 'classes'>;

describe.each(RUNS)('$preset', ({ preset = 'tiny', ...own }) => {
  const config: RunConfig = { ...presetConfig(preset), ...common, ...own };

  /** A step with words takes ten times as long here. */
  const steps = preset === 'tiny' ? 4 : 2;
  let executor: Executor;
  let set: PictureSet;
  let known: Known;

  beforeAll(async () => {
    set = await openPictures(config.dataset, config);
    known = { words: newWords(config, set, null), classes: newClasses(config, set) };
    const { parameters, network } = modelOfRun(config);
    executor = createEagerExecutor(await startDevice('cpu'), parameters, network);
  });

  interface Progress {
    state: ExecutorState;
    history: History;
    globalStep: number;
    known: Known;
  }

  const begin = (): Progress => ({
    state: initialState(config),
    history: new History(),
    globalStep: 0,
    known,
  });

  /** Trains on to step `to`; the history is that of the run since its first step. */
  async function train(
    { state, history, globalStep: from, known: own }: Progress,
    to: number,
    settings = config,
  ): Promise<Progress> {
    executor.setState(state);
    for (let globalStep = from; globalStep < to; globalStep++) {
      const last = lastStep(settings, set.count);
      const learning = { config: settings, levels: noiseLevels(config), ...own };
      const step = await trainingStep(learning, set, last, globalStep);
      const stats = await executor.step(step.microBatches, step.settings);
      expect(stats.applied).toBe(true);
      expect(stats.perSample).toHaveLength(4);
      history.push(stats.loss, lossByQuartile(stats.perSample, step.timesteps, TIMESTEPS));
    }
    return { state: await executor.snapshot(), history, globalStep: to, known: own };
  }

  /**
   * Facts with the words as their text: tokenizers are functions. A file's encoder has the ids of the file's
   * tokenizer; the run's own does not know them.
   */
  const shown = <F extends Pick<FileFacts, 'config' | 'words'>>(facts: F) => {
    const ids = { bosTokenId: 0, eosTokenId: 0, padTokenId: 0 };
    const { textEncoder } = facts.config;
    return {
      ...facts,
      config: { ...facts.config, textEncoder: textEncoder && { ...textEncoder, ...ids } },
      words: facts.words && wordsAsText(facts.words),
    };
  };

  const created = '2026-01-02T03:04:05.000Z';
  const execution = { executor: 'eager', backend: 'cpu', kernels: '', adapter: '', browser: '' };

  /**
   * Saves into a slot of a store and loads from it by another store over the same disk, which knows nothing
   * but the bytes.
   */
  async function throughItsFile(
    { state, history, globalStep, known: own }: Progress,
    settings = config,
  ): Promise<Progress> {
    const disk = new MemoryDisk();
    const store = await openStore(disk);
    const facts: FileFacts = {
      ...placeAt(settings, set.count, globalStep),
      ...{ runId: 'run-1', parent: '', execution, config: settings, dataset: stampOf(set), created },
      ...own,
    };
    const tensors = fileTensors(executor.parameters, state, history, facts);
    const metadata = await fileMetadata(facts, tensors);
    const bytes = capacityBytes(config, set.count);
    value(await store.createRun('run-1', created, bytes));
    const { name, epoch } = facts;
    value(
      await store.save({
        ...{ runId: 'run-1', name, globalStep, epoch, created, meanLoss: null, autosave: false },
        ...{ tensors, metadata, keepNewest: 3, spreadEvery: null, capacityBytes: bytes },
      }),
    );
    const { loaded } = await (await openStore(disk.restarted('none'))).recover([]);
    if (!loaded) throw new Error('the store found no checkpoint');
    await checkDigest(loaded.metadata, loaded.tensors);
    const content = readContent(loaded.metadata, loaded.tensors);
    expect(shown(content.facts)).toEqual(shown({ ...facts, appVersion: __APP_VERSION__ }));
    const { facts: read } = content;
    return {
      state: content.state,
      history: content.history,
      globalStep: read.globalStep,
      known: { words: read.words, classes: read.classes },
    };
  }

  test(`resumed from its checkpoint after half of ${steps} steps equals never stopped`, async () => {
    const whole = await train(begin(), steps);
    const half = await train(begin(), steps / 2);
    const resumed = await train(await throughItsFile(half), steps);
    const losses = [...whole.history.batchLosses(0, steps)];
    expect([...resumed.history.batchLosses(0, steps)]).toEqual(losses);
    expect(new Set(losses).size).toBe(steps);
    expect(resumed.history.quartileLosses(steps)).toEqual(whole.history.quartileLosses(steps));
    for (const group of STATE_GROUPS) expect(resumed.state[group], group).toEqual(whole.state[group]);
  });

  // Once: a run with words is prolonged as any other.
  if (preset === 'tiny')
    test('prolonged after its last step equals a run that was longer from the start', async () => {
      const whole = await train(begin(), 4, { ...config, maxSteps: 4 });
      const short = { ...config, maxSteps: 2 };
      const ended = await throughItsFile(await train(begin(), 2, short), short);
      const prolonged = await train(ended, 4, endingAt(4, short, set.count));
      expect([...prolonged.history.batchLosses(0, 4)]).toEqual([...whole.history.batchLosses(0, 4)]);
      for (const group of STATE_GROUPS) expect(prolonged.state[group], group).toEqual(whole.state[group]);
    });
});
