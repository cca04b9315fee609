// A made-up session for every state of the page, and commands that do next to nothing. For the gallery only;
// not here: the pictures (gallery-pictures.ts).
import { schedulerFields, unetFields } from '../../src/trainer/import/asked-fields.ts';
import {
  createState,
  emptyNumbers,
  type Generated,
  type PageState,
  type SampleGrid,
  type State,
} from '../../src/app/state.ts';
import { dismissed, NO_ALERTS, turned, withFault } from '../../src/app/alerts.ts';
import { noSuchSet } from '../../src/app/questions.ts';
import type { Commands } from '../../src/app/commands.ts';
import { presetConfig } from '../../src/settings/presets.ts';
import type { Fault } from '../../src/fault.ts';
import type {
  CheckpointRecord,
  DatasetInfo,
  Preview,
  RunSummary,
  Sample,
  StoredRun,
  StoreReport,
} from '../../src/trainer/api.ts';
import { losses } from './gallery-losses.ts';
import { browsedCommands, FEW, MANY } from './gallery-browsed.ts';
import { FOUND, FOUND_SEVERAL } from './gallery-found.ts';
import { planet, planetSheet } from './gallery-pictures.ts';
import { KNOWN_WORDS, WISHED } from './gallery-wishes.ts';
import { CAPTIONS, POOR_CAPTIONS, PROMPTS } from './gallery-words.ts';

const SIZE = 32;
const MiB = 2 ** 20;
const LAST_SAMPLES = 24_000;
/** The step of a checkpoint that no samples were drawn of. */
const WITHOUT_SAMPLES = 8750;

const minutesAgo = (minutes: number): string => new Date(Date.now() - minutes * 60_000).toISOString();

function record(
  name: string,
  globalStep: number,
  meanLoss: number,
  minutes: number,
  kept = false,
): CheckpointRecord {
  return {
    ...{
      runId: 'b7e1c2d4a5f60718',
      generation: globalStep,
      name,
      globalStep,
      epoch: Math.floor(globalStep / 8750),
    },
    ...{ slot: globalStep % 7, sizeBytes: 99 * MiB, created: minutesAgo(minutes), meanLoss, kept },
    autosave: false,
  };
}

const CHECKPOINTS = [
  record('unet_step_24000', 24_000, 0.1234, 2),
  record('unet_step_22000', 22_000, 0.1255, 5),
  record('unet_step_20000', 20_000, 0.1235, 7),
  record('unet_epoch_2', 17_500, 0.1283, 11),
  record('unet_step_12000', 12_000, 0.1375, 18, true),
  record('unet_epoch_1', 8750, 0.1392, 23),
  record('unet_step_2000', 2000, 0.2139, 32, true),
];

const RUN: RunSummary = {
  runId: 'b7e1c2d4a5f60718',
  parent: '',
  config: { ...presetConfig('small'), seed: 7, epochs: 6, maxSteps: 60_000 },
  dataset: { id: 'own-1a2b3c4d', title: 'planets-140k', count: 140_000, size: SIZE },
  parameters: 6_500_000,
  checkpointBytes: 99 * MiB,
  poolSlots: 11,
  slotBytes: 100 * MiB,
  executor: 'plan',
  shapesChosen: { '64x64 8x8': 96, '64x64 8x4 @32': 61, '32x32 4x4 @32': 36 },
  stepsPerEpoch: 8750,
  lastStep: 52_500,
  prompts: null,
  started: minutesAgo(37),
  pictures: 'as-begun',
};

const RUNS: StoredRun[] = [
  { runId: RUN.runId, name: 'planets-140k, 30 Nov' },
  { runId: 'run-0a1b2c3d', name: 'Planets, 29 Nov, from unet_epoch_1' },
  {
    runId: 'run-1a1b2c3d',
    name: 'كواكب Averylongnamewithoutanyspacethatgoesonandonandon, 28 Nov',
  },
];

/** Checkpoints of three runs, of the newest first. */
const OF_THREE_RUNS: CheckpointRecord[] = RUNS.flatMap(({ runId }, run) =>
  CHECKPOINTS.slice(2 * run).map((one) => ({
    ...one,
    runId,
    generation: one.generation - 20 * run,
    created: minutesAgo(1440 * run + 2),
  })),
);

/**
 * The first `drawn` samples are finished; the others are empty, or clearing where `noise` (0 to 1) is given.
 */
function grid(step: number, drawn: number, noise: number | null = null): SampleGrid {
  const samples = Array.from({ length: 16 }, (_, index): Sample | null =>
    index < drawn || noise !== null
      ? {
          purpose: 'validation',
          step,
          index,
          of: 16,
          size: SIZE,
          rgba: planet(index, SIZE, index < drawn ? 0.02 : (noise ?? 1)),
          finite: true,
          drawn: index < drawn,
          calls: index < drawn ? 50 : 20,
          moment: null,
        }
      : null,
  );
  const watched = noise === null ? null : { at: performance.now() - 60_000, calls: 0 };
  const ends = { complete: drawn === 16, finite: true, calls: 50, prompts: null, watched };
  return { step, size: SIZE, weights: 'ema', seed: 7, samples, ...ends };
}

/** `count` pictures from a checkpoint: the first `drawn` are finished, 16 more are being drawn. */
function fillGenerated(state: State, count: number, drawn: number): void {
  const calls = 50;
  const whole = drawn === count;
  const moments = [0, 7, 14, 21, 29, 36, 43, 50];
  const made = (index: number): number => (index < drawn ? calls : index < drawn + 16 ? 29 : -1);
  const picture = (index: number, at: number): Sample => ({
    ...{ purpose: 'generate', step: LAST_SAMPLES, index, of: count, size: SIZE, finite: true },
    rgba: planet(index + 40, SIZE, Math.max(0.02, 1 - at / calls)),
    drawn: at === calls,
    calls: at,
    moment: moments.indexOf(at),
  });
  const all = Array.from({ length: count }, (_, i) => i);
  const generated: Generated = {
    ...{
      step: LAST_SAMPLES,
      size: SIZE,
      weights: 'ema',
      seed: 7,
      complete: whole,
      finite: true,
      calls,
      prompts: null,
      watched: null,
    },
    samples: all.map((i) => (made(i) < 0 ? null : picture(i, made(i)))),
    ways: all.map((i) => moments.filter((at) => at <= made(i)).map((at) => picture(i, at))),
    callsMade: Math.floor(drawn / 16) * calls + (whole ? 0 : 29),
    callsInAll: Math.ceil(count / 16) * calls,
    begun: performance.now() - 1800,
    seconds: whole ? 1.8 : null,
  };
  state.generated.value = generated;
  state.generating.value = !whole;
  const ref = { runId: RUN.runId, generation: LAST_SAMPLES };
  const name = 'unet_step_24000';
  state.asked.value = {
    ...{ ref, name, weights: 'ema', seed: 7, count, steps: calls, sampler: 'ddim', className: null },
    words: null,
  };
}

const GPU_LOST: Fault = {
  kind: 'gpu',
  title: 'The GPU stopped answering',
  what: 'Training stopped at step 25,412, and two tries to start the GPU again failed. Your checkpoints are safe: the newest is unet_step_24000, from 2 minutes before.',
  expected: 'a working WebGPU device',
  got: 'device lost, reason "unknown": DXGI_ERROR_DEVICE_HUNG (0x887A0006)',
  todo: [
    'Close every window of this browser and open Perennial again. It goes on at step 24,001; the 1,412 steps after it are repeated, with the same result.',
    'If it happens again, close other programs that use the GPU, or choose a smaller batch (now 16).',
  ],
};

const NO_WEBGPU: Fault = {
  kind: 'gpu',
  title: 'This browser has no WebGPU',
  what: 'Perennial trains on WebGL instead: slower, with the same result.',
  expected: 'navigator.gpu',
  got: 'undefined',
  todo: [
    'On Linux, start the browser with --enable-unsafe-webgpu.',
    'Or use a newer Chrome, Edge, Firefox or Safari.',
  ],
};

const NO_ROOM: Fault = {
  kind: 'storage',
  title: 'There is no room for another checkpoint',
  what: 'The browser or the disk refused more storage. Older checkpoints are whole.',
  expected: '100 MiB more',
  got: 'QuotaExceededError: the quota has been exceeded.',
  todo: ['Delete checkpoints that you do not need, in the storage panel.'],
};

function fillMachine(state: State): void {
  state.machine.value = {
    backend: 'webgpu',
    executor: 'plan',
    gpu: 'NVIDIA GeForce RTX 3060',
    slow: false,
    why: null,
    probe: { opMs: 0.02, macsPerSecond: 1e12 },
    planFault: null,
    maxTensorBytes: 2 ** 31,
  };
  const slot = (i: number) => ({ runId: RUN.runId, slot: i, capacityBytes: 100 * MiB, why: null });
  const slots = [
    ...CHECKPOINTS.map((one, i) => ({ ...slot(i), state: 'valid' as const, record: one })),
    {
      ...slot(7),
      state: 'invalid' as const,
      record: null,
      why: 'the writing of unet_step_18000 was interrupted',
    },
    { ...slot(8), state: 'empty' as const, record: null },
  ];
  const note = { name: '', closed: false, paused: false, kept: [], started: RUN.started, length: null };
  state.store.value = {
    runs: [{ runId: RUN.runId, note, slots }],
    evicted: false,
    usedBytes: 0.7e9,
    quotaBytes: 10e9,
    persisted: true,
  };
  // What a browser offers on most visits; the bar is then at its widest.
  state.update.value = { offlineReady: true, updateReady: false, installable: true };
}

const OWN: DatasetInfo = {
  ...{ id: 'own-1a2b3c4d', title: 'garden 2024', count: 812, storedSize: 32 },
  ...{ builtIn: false, captions: true, fingerprint: 'c', credit: '' },
};

const builtIn = { storedSize: 32, builtIn: true, captions: true };

const SETS: DatasetInfo[] = [
  {
    ...{ ...builtIn, id: 'planets', title: 'Planets', count: 4096, fingerprint: 'a' },
    credit: 'Planets by DiceBear, CC0',
  },
  { ...builtIn, id: 'shapes', title: 'Shapes', count: 65_536, fingerprint: 'b', credit: 'Drawn in code' },
  {
    ...{ ...builtIn, id: 'faces', title: 'Faces', count: 2048, fingerprint: 'd' },
    ...{ credit: 'Faces by facesjs, Apache 2.0', download: 2_317_024 },
  },
  {
    ...{ ...builtIn, id: 'emoji', title: 'Emoji', count: 1911, fingerprint: 'e' },
    ...{ credit: 'Noto Emoji, Apache 2.0', download: 2_075_927 },
  },
  OWN,
];

function fillSetup(state: State): void {
  state.datasets.value = SETS;
  const estimate = (parameters: number, seconds: number, totalSteps: number, bytes: number) => ({
    ...{ parameters, secondsPer1000Steps: seconds, basis: 'probe' as const, totalSteps },
    ...{ checkpointBytes: bytes, checkpointsKept: 11, storageBytes: 11 * bytes },
  });
  state.estimates.value = {
    tiny: estimate(101_347, 15, 4000, 1.6 * MiB),
    small: estimate(6_500_000, 81, 40_000, 99 * MiB),
    cifar: estimate(35_746_307, 620, 400_000, 546 * MiB),
    bench: estimate(1_600_000, 30, 40_000, 25 * MiB),
    'text-tiny': estimate(180_000, 42, 5000, 2.9 * MiB),
    text: estimate(30_600_000, 540, 200_000, 467 * MiB),
    'text-wide': estimate(43_900_000, 800, 200_000, 669 * MiB),
  };
  state.memory.value = { bytes: 1_234_567_890, fault: null };
  if (state.store.value) state.store.value = { ...state.store.value, usedBytes: 0, runs: [] };
}

/** One more set, which is looked through. */
function fillPictures(state: State, info: DatasetInfo): void {
  fillSetup(state);
  state.datasets.value = [...state.datasets.value, info];
  state.form.value = { ...state.form.value, dataset: info.id };
}

function fillRun(state: State, globalStep: number): void {
  state.run.value = RUN;
  state.datasets.value = SETS;
  state.numbers.value = {
    ...emptyNumbers,
    ...{ globalStep, epoch: Math.floor(globalStep / 8750), imagesSeen: globalStep * 16, loss: 0.1288 },
    ...{
      learningRate: 2e-4,
      gradientNorm: 0.42,
      stepsPerSecond: 12.4,
    },
  };
  const values = losses(globalStep);
  const clock = Array.from({ length: 40 }, (_, i): [number, number] => [24_000 + i * 33, i * 33 * 0.08]);
  state.losses.value = { values, count: globalStep, revision: 1, resumedAt: [24_000], clock };
  state.checkpoints.value = CHECKPOINTS;
  state.runs.value = RUNS.slice(0, 1);
  state.frames.value = Array.from({ length: LAST_SAMPLES / 2000 + 1 }, (_, i) => ({ step: i * 2000 }));
  state.found.value = {
    record: CHECKPOINTS[0]!,
    batchLossesRecorded: 24_000,
    meanOfLast100: 0.1234,
    nextCheckpointStep: 26_000,
    passedOver: [],
    sameBits: true,
    sameBitsWhy: '',
    imported: false,
  };
  state.validation.value = grid(24_000, 16);
  state.alike.value = 16;
  state.lastSaved.value = performance.now() - 120_000;
  state.wakeLock.value = true;
  state.persisted.value = true;
}

/** The run is one of pictures with words. */
function fillWords(state: State): void {
  const config = { ...presetConfig('text'), imageSize: SIZE, seed: 7, epochs: 6, maxSteps: 60_000 };
  state.run.value = { ...RUN, config, prompts: PROMPTS };
  const { validation } = state;
  if (validation.value) validation.value = { ...validation.value, prompts: PROMPTS };
}

function fillRuns(state: State): void {
  state.checkpoints.value = OF_THREE_RUNS;
  state.runs.value = RUNS;
  const { store } = state;
  if (store.value) store.value = { ...store.value, usedBytes: 1e9, runs: RUNS.map(reportOf) };
}

function reportOf({ runId, name }: StoredRun): StoreReport['runs'][number] {
  const records = OF_THREE_RUNS.filter((record) => record.runId === runId);
  const slots = records.map((one, i) => ({
    ...{ runId, slot: i + 1, capacityBytes: 104 * MiB, why: null },
    ...{ state: 'valid' as const, record: one },
  }));
  return {
    runId,
    note: { name, closed: true, paused: false, kept: [], started: RUN.started, length: null },
    slots,
  };
}

const TOO_LARGE: Fault = {
  kind: 'memory',
  title: 'This GPU is too small for the training',
  what: 'up_blocks.2.resnets.0 does not fit into one buffer of this device.',
  expected: 'at most 134217728 bytes',
  got: '268435456 bytes',
  todo: ['Choose batch size 256: it fits.'],
  offers: [{ settings: { batchSize: 256 }, bytes: 3_087_654_321 }],
};

/** The figures of `cifar`, batch 64; batch 32. */
const REFUSED: Fault = {
  kind: 'memory',
  title: 'The GPU has not enough memory for this training',
  what: 'The memory a training step needs was refused. Nothing was changed.',
  expected: 'less (Out of memory)',
  got: '3.0 GB of GPU memory',
  todo: ['Choose gradient checkpointing: it fits.', 'Choose batch size 32: it fits.'],
  offers: [
    { settings: { gradientCheckpointing: true }, bytes: 1_623_264_000 },
    { settings: { batchSize: 32 }, bytes: 1_886_000_000 },
  ],
};

const alert = (state: State, ...faults: Fault[]): void => {
  state.alerts.value = { ...NO_ALERTS, faults };
};

/** What an import says of one file that it left out. */
const told = (file: { name: string; why: string }) => ({
  ...{ count: 1, reasons: [{ why: file.why, count: 1, example: file.name }], files: [file] },
});

const FILL: Record<string, (state: State) => void> = {
  idle: fillSetup,
  starting: (state) => {
    fillSetup(state);
    state.preparing.value = { what: 'Compiling shaders', done: 12, total: 40 };
  },
  first: (state) => {
    state.machine.value = null;
    state.store.value = null;
    state.preview.value = null;
  },
  own: (state) => {
    fillSetup(state);
    state.form.value = { ...state.form.value, dataset: OWN.id };
  },
  words: (state) => {
    fillSetup(state);
    state.form.value = presetConfig('text-tiny');
    state.captions.value = CAPTIONS;
    state.ownPrompts.value = PROMPTS.with(1, 'a banded golden planet with three rings');
  },
  'words-poor': (state) => {
    fillSetup(state);
    state.form.value = { ...presetConfig('text'), dataset: OWN.id };
    state.captions.value = POOR_CAPTIONS;
  },
  'words-training': (state) => {
    fillRun(state, 25_310);
    fillWords(state);
  },
  'words-validating': (state) => {
    FILL['validating']?.(state);
    fillWords(state);
  },
  misfit: (state) => {
    fillSetup(state);
    state.form.value = { ...state.form.value, batchSize: 512 };
    state.memory.value = { bytes: null, fault: TOO_LARGE };
  },
  refused: (state) => {
    fillSetup(state);
    state.form.value = { ...state.form.value, batchSize: 64 };
    state.memory.value = { bytes: null, fault: REFUSED };
  },
  validating: (state) => {
    fillRun(state, 24_000);
    state.validation.value = grid(24_000, 0, 0.55);
    state.alike.value = null;
    state.numbers.value = {
      ...state.numbers.value,
      stepsPerSecond: null,
      gradientNorm: null,
    };
  },
  hurried: (state) => {
    FILL['validating']?.(state);
    state.validation.value = { ...grid(24_000, 16), calls: 6 };
  },
  waiting: (state) => {
    FILL['validating']?.(state);
    for (const run of state.store.value?.runs ?? []) run.note.paused = true;
  },
  ended: (state) => {
    FILL['waiting']?.(state);
    if (state.run.value) state.run.value = { ...state.run.value, lastStep: 24_000 };
  },
  training: (state) => fillRun(state, 25_310),
  pausing: (state) => {
    fillRun(state, 25_310);
    state.pressed.value = { what: 'pause', ref: null };
  },
  resuming: (state) => {
    fillRun(state, 25_310);
    state.samples.value = grid(25_310, 0, 0.55);
    state.pressed.value = { what: 'resume', ref: null };
  },
  forking: (state) => {
    fillRun(state, 25_310);
    state.pressed.value = { what: 'resume-from', ref: CHECKPOINTS[0] ?? null };
  },
  long: (state) => {
    fillRun(state, 3_750_000);
    state.run.value = { ...RUN, lastStep: 4_000_000 };
    state.frames.value = Array.from({ length: 1875 }, (_, i) => ({ step: i * 2000 }));
  },
  young: (state) => {
    fillRun(state, 14);
    state.checkpoints.value = [];
    state.frames.value = [];
    state.found.value = null;
    state.validation.value = null;
    state.lastSaved.value = null;
    // The first step of the session is on its way.
    state.numbers.value = { ...emptyNumbers, globalStep: 14, imagesSeen: 224, loss: 1.1, learningRate: 0 };
    state.expectedStepSeconds.value = 0.5;
  },
  slow: (state) => {
    FILL['young']?.(state);
    state.expectedStepSeconds.value = 10;
  },
  'late-pictures': (state) => {
    fillRun(state, 25_310);
    state.numbers.value = { ...state.numbers.value, waitShare: 0.124 };
  },
  saving: (state) => {
    fillRun(state, 26_000);
    state.saving.value = 'unet_step_26000';
    state.samples.value = grid(26_000, 7);
    state.brought.value = OWN;
    state.notice.value = 'Saved unet_epoch_2: training paused 3 ms for it.';
    state.update.value = { offlineReady: true, updateReady: true, installable: true };
  },
  paused: (state) => fillRun(state, 25_310),
  runs: (state) => {
    fillRun(state, 25_310);
    fillRuns(state);
  },
  'idle-runs': (state) => {
    fillSetup(state);
    fillRuns(state);
  },
  'idle-finished': (state) => {
    FILL['idle-runs']?.(state);
    const [newest, ...others] = OF_THREE_RUNS;
    state.checkpoints.value = [{ ...newest!, name: 'unet_final' }, ...others];
  },
  finished: (state) => {
    fillRun(state, 52_500);
    state.checkpoints.value = [record('unet_final', 52_500, 0.1202, 0), ...CHECKPOINTS];
  },
  failed: (state) => {
    fillRun(state, 25_412);
    alert(state, GPU_LOST);
  },
  'no-set': (state) => {
    fillSetup(state);
    state.form.value = { ...state.form.value, dataset: 'nope' };
    state.preview.value = null;
    const sets = state.datasets.value.map(({ id }) => id);
    alert(state, noSuchSet('nope', sets));
  },
  absent: (state) => {
    fillRun(state, 52_500);
    state.checkpoints.value = [record('unet_final', 52_500, 0.1202, 0), ...CHECKPOINTS];
    state.run.value = { ...RUN, pictures: 'absent' };
  },
  alerts: (state) => {
    fillRun(state, 25_310);
    alert(state, NO_ROOM, TOO_LARGE, GPU_LOST);
  },
  unavailable: (state) => {
    fillRun(state, 25_412);
    alert(state, GPU_LOST);
  },
  elsewhere: (state) => {
    state.checkpoints.value = CHECKPOINTS;
    state.runs.value = RUNS.slice(0, 1);
  },
  webgl: (state) => {
    fillSetup(state);
    if (state.machine.value)
      state.machine.value = {
        ...state.machine.value,
        backend: 'webgl',
        slow: true,
        gpu: 'SwiftShader',
        why: NO_WEBGPU,
      };
    alert(state, NO_WEBGPU);
    state.form.value = presetConfig('tiny');
    const skipped = told({ name: 'notes.pdf', why: 'it is a PDF, not a picture' });
    const doubtful = told({ name: 'mask.png', why: 'it is of one colour' });
    state.imported.value = { keptCaptions: true, added: 811, duplicates: 2, skipped, doubtful };
  },
  importing: (state) => {
    fillSetup(state);
    const stored = Array.from({ length: 40 }, (_, i) =>
      Uint8Array.from(planet(i, SIZE).filter((_, at) => at % 4 !== 3)),
    );
    state.importing.value = {
      ...{ done: 311, total: 812, skipped: 2, perSecond: 38.2, stored, size: SIZE },
    };
  },
  stopped: (state) => {
    fillSetup(state);
    const stopped = { folder: 'import-1', title: 'img_align_celeba', done: 83_112, total: 202_599 };
    const again = { folder: 'import-2', title: 'my photos', done: 311, total: 812, stored: 311, handles: [] };
    state.stopped.value = [
      { ...stopped, stored: 83_110, ...{ handles: [], hasFiles: false, asks: false } },
      { ...again, hasFiles: true, asks: true },
    ];
  },
  inspecting: (state) => {
    fillRun(state, 25_310);
    state.inspecting.value = { files: 118_287 };
  },
  'importing-beside': (state) => {
    fillRun(state, 25_310);
    state.importing.value = {
      ...{ done: 83_112, total: 202_599, skipped: 2, perSecond: 38.2, stored: [], size: SIZE },
    };
  },
  pictures: (state) => fillPictures(state, MANY),
  'pictures-few': (state) => fillPictures(state, FEW),
  generate: (state) => fillRun(state, 25_310),
  'generate-none': fillSetup,
  'generate-idle': (state) => {
    fillSetup(state);
    state.checkpoints.value = CHECKPOINTS;
  },
  'generate-opening': (state) => {
    fillRun(state, 25_310);
    state.generating.value = true;
  },
  'generate-drawing': (state) => {
    fillRun(state, 25_310);
    fillGenerated(state, 16, 0);
  },
  'generate-drawn': (state) => {
    fillRun(state, 25_310);
    fillGenerated(state, 16, 16);
  },
  'generate-many': (state) => {
    fillRun(state, 25_310);
    fillGenerated(state, 64, 32);
  },
  'generate-other': (state) => {
    fillRun(state, 25_310);
    state.checkpoints.value = [
      { ...CHECKPOINTS[0]!, runId: 'other', name: 'unet_final' },
      ...state.checkpoints.value,
    ];
  },
  ...Object.fromEntries(
    Object.entries(WISHED).map(([name, fill]) => [
      name,
      (state: State) => {
        fillRun(state, 25_310);
        fill(state, {
          ref: { runId: RUN.runId, generation: LAST_SAMPLES },
          name: 'unet_step_24000',
        });
      },
    ]),
  ),
  'generate-elsewhere': (state) => FILL['elsewhere']?.(state),
  'generate-unavailable': (state) => FILL['unavailable']?.(state),
  question: (state) => {
    fillRun(state, 25_310);
    state.question.value = {
      title: 'Delete unet_step_24000?',
      text: 'A deleted checkpoint cannot be brought back. Export it first if you may need it.',
      confirm: 'Delete checkpoint',
      danger: true,
      onConfirm: () => undefined,
    };
  },
  exporting: (state) => {
    fillRun(state, 25_310);
    state.exporting.value = state.checkpoints.value[0] ?? null;
  },
  found: (state) => {
    fillSetup(state);
    state.foundPictures.value = FOUND;
  },
  'found-several': (state) => {
    fillSetup(state);
    state.foundPictures.value = FOUND_SEVERAL;
  },
  offered: (state) => {
    fillRun(state, 25_310);
    state.offered.value = {
      format: 'torch',
      title: 'checkpoint_step_24000.pt',
      fileName: 'checkpoint_step_24000.pt',
      sizeBytes: 77.7 * MiB,
      dtype: 'F32',
      parameters: 6_472_195,
      network: 'Small, 32 × 32',
      globalStep: 24_000,
      epoch: 12,
      batchLosses: 24_000,
      kept: ['Weights.', 'Optimizer state (AdamW).', 'Step, epoch and losses.'],
      missing: ['No EMA weights: they start equal to the weights.'],
      dataset: null,
      origin: null,
      words: false,
      asked: [
        ...unetFields({
          inChannels: 3,
          outChannels: 3,
          blockOutChannels: [64, 128, 128],
          layersPerBlock: 2,
          downBlockTypes: ['DownBlock2D', 'DownBlock2D', 'AttnDownBlock2D'],
          upBlockTypes: ['AttnUpBlock2D', 'UpBlock2D', 'UpBlock2D'],
          addAttention: true,
        }),
        ...schedulerFields(),
      ],
      models: ['checkpoint_step_24000.pt', 'checkpoint_step_12000.pt'],
      chosen: 0,
      first: 'newest',
      pictures: 8,
      samples: null,
    };
  },
  'offered-words': (state) => {
    FILL.offered?.(state);
    state.offered.value = state.offered.value && { ...state.offered.value, words: true };
    state.captions.value = POOR_CAPTIONS;
  },
  'offered-own': (state) => {
    fillRun(state, 25_310);
    state.offered.value = {
      format: 'checkpoint',
      title: 'unet_step_24000',
      fileName: 'unet_step_24000.safetensors',
      sizeBytes: 99.2 * MiB,
      dtype: 'F32',
      parameters: 6_472_195,
      network: 'Small, 32 × 32',
      globalStep: 24_000,
      epoch: 2,
      batchLosses: 24_000,
      kept: ['Everything: weights, EMA weights, optimizer state, settings and all losses.'],
      missing: [],
      dataset: { title: 'garden 2024', count: 812, here: false },
      origin: { runId: 'run-1a2b3c4d', created: '2026-01-02T03:04:05.000Z', appVersion: '1.0.0' },
      words: false,
      asked: [],
      samples: { size: SIZE, columns: 4, rows: 4, rgba: planetSheet(4, 4, SIZE).data },
      models: ['unet_step_24000.safetensors'],
      chosen: 0,
      first: null,
      pictures: 0,
    };
  },
};

export const STATES = Object.keys(FILL);

/** The page state of the gallery states that are not named after one. */
const PAGE_STATE: Record<string, PageState> = {
  first: 'starting',
  waiting: 'validating',
  ended: 'validating',
  hurried: 'validating',
  young: 'training',
  slow: 'training',
  'late-pictures': 'training',
  'no-set': 'idle',
  absent: 'finished',
  alerts: 'paused',
  runs: 'paused',
  'idle-runs': 'idle',
  'idle-finished': 'idle',
  pausing: 'training',
  resuming: 'paused',
  forking: 'paused',
  long: 'training',
  saving: 'training',
  webgl: 'idle',
  importing: 'idle',
  stopped: 'idle',
  inspecting: 'training',
  'importing-beside': 'training',
  own: 'idle',
  words: 'idle',
  'words-poor': 'idle',
  'words-training': 'training',
  'words-validating': 'validating',
  misfit: 'idle',
  refused: 'idle',
  pictures: 'idle',
  'pictures-few': 'idle',
  generate: 'training',
  'generate-none': 'idle',
  'generate-idle': 'idle',
  'generate-opening': 'paused',
  'generate-drawing': 'training',
  'generate-drawn': 'training',
  'generate-many': 'paused',
  'generate-other': 'training',
  ...Object.fromEntries(Object.keys(WISHED).map((name) => [name, 'training'])),
  'generate-elsewhere': 'elsewhere',
  'generate-unavailable': 'unavailable',
  question: 'paused',
  exporting: 'paused',
  found: 'idle',
  'found-several': 'idle',
  offered: 'paused',
  'offered-words': 'paused',
  'offered-own': 'paused',
};

export function galleryState(name: string): State {
  const state = createState();
  fillMachine(state);
  const preview = planetSheet(12, 5, SIZE, 100);
  state.preview.value = {
    size: SIZE,
    columns: 12,
    rows: 5,
    rgba: preview.data,
  };
  FILL[name]?.(state);
  state.runState.value = PAGE_STATE[name] ?? (name as PageState);
  return state;
}

const nothing = (): void => undefined;

/** As an answer of the trainer: after the page has drawn what was pressed. */
const later = (act: () => void): void => void setTimeout(act, 50);

function ask(state: State, title: string, onConfirm: () => void): void {
  state.question.value = { title, text: '', confirm: 'Yes', danger: false, onConfirm };
}

/** `name`: of the state. */
export function galleryCommands(state: State, name: string): Commands {
  return {
    ...browsedCommands(state),
    setForm: (changes) => {
      const preset = changes.preset ? presetConfig(changes.preset) : state.form.value;
      state.form.value = {
        ...preset,
        dataset: state.form.value.dataset,
        seed: state.form.value.seed,
        ...changes,
      };
    },
    setPrompts: (prompts) => (state.ownPrompts.value = prompts),
    train: () => {
      state.runState.value = 'starting';
      later(() => {
        fillRun(state, 14);
        state.runState.value = 'training';
      });
    },
    newRun: () =>
      ask(state, 'Start a new run?', () => {
        state.pressed.value = { what: 'new-run', ref: null };
        later(() => {
          state.pressed.value = state.run.value = null;
          state.runState.value = 'idle';
        });
      }),
    deleteCheckpoint: ({ generation }) =>
      ask(state, 'Delete?', () =>
        later(() => {
          const list = state.checkpoints.value.filter((one) => one.generation !== generation);
          state.checkpoints.value = list;
        }),
      ),
    ...{ takeFiles: nothing, chooseModel: nothing, takePicturesInstead: nothing },
    useHere: () => (state.pressed.value = { what: 'use-here', ref: null }),
    retryGpu: nothing,
    resumeFrom: () => (state.alerts.value = withFault(state.alerts.value, NO_ROOM, true)),
    // The run makes its last step while it is saved.
    saveCheckpoint: () => {
      state.pressed.value = { what: 'save', ref: null };
      state.saving.value = 'unet_step_25310';
      later(() => {
        state.pressed.value = state.saving.value = null;
        state.runState.value = 'finished';
      });
    },
    trainLonger: () => (state.runState.value = 'training'),
    ...{ exportCheckpoint: nothing, importCheckpoint: nothing, keepCheckpoint: nothing },
    generate: () => (state.generating.value = true),
    cancelGenerate: () => (state.generating.value = false),
    ...{ saveGenerated: nothing, dismissRecipe: () => (state.recipe.value = null) },
    drawingFacts: ({ runId }) =>
      Promise.resolve({
        ...{ steps: 50, sampler: 'ddim', predictionType: 'epsilon', asTheRun: runId === RUN.runId },
        words: name in WISHED ? KNOWN_WORDS : null,
        dataset: OWN.id,
        classes: null,
        callMs: [{ pictures: 16, ms: 36 }],
      }),
    unread: (_, prompts) => Promise.resolve(prompts.map((prompt) => prompt.split(' ').slice(14).join(' '))),
    ...{
      drawSamples: nothing,
      importPictures: nothing,
      stopImport: nothing,
      stopLooking: nothing,
      confirmPictures: nothing,
    },
    ...{ goOnImport: nothing, useStopped: nothing, removeStopped: nothing },
    ...{ lookAgain: nothing, importFound: nothing },
    showFirst: (wanted) => (state.showsFirst.value = wanted),
    dismissPictures: () => (state.foundPictures.value = null),
    ...{
      freeStepCheckpoints: nothing,
      refreshStore: nothing,
      deletePictures: nothing,
      renamePictures: nothing,
      downloadPng: nothing,
    },
    continueRun: nothing,
    renameRun: (runId, name) => {
      const renamed = (run: StoredRun) => (run.runId === runId ? { ...run, name } : run);
      state.runs.value = state.runs.value.map(renamed);
    },
    deleteRun: (runId) =>
      ask(state, 'Delete?', () =>
        later(() => {
          const others = <T extends { runId: string }>(all: readonly T[]) =>
            all.filter((one) => one.runId !== runId);
          state.checkpoints.value = others(state.checkpoints.value);
          const store = state.store.value;
          state.store.value = store && { ...store, runs: others(store.runs) };
        }),
      ),
    ...{ applyUpdate: nothing, install: nothing },
    skipValidation: () => (state.runState.value = 'training'),
    pause: () => {
      state.pressed.value = { what: 'pause', ref: null };
      later(() => {
        state.pressed.value = null;
        state.runState.value = 'paused';
      });
    },
    resume: () => (state.runState.value = 'training'),
    dismissFault: () => (state.alerts.value = dismissed(state.alerts.value)),
    nextFault: () => (state.alerts.value = turned(state.alerts.value)),
    dismissBrought: () => (state.brought.value = null),
    dismissQuestion: () => (state.question.value = null),
    ...{ confirmExport: nothing, confirmImport: nothing },
    dismissExport: () => (state.exporting.value = null),
    dismissImport: () => (state.offered.value = null),
    testCheckpointSystem: () =>
      Promise.resolve({
        ok: true,
        value: {
          sizeBytes: 4 * MiB,
          steps: [
            { name: 'write', ms: 31 },
            { name: 'verify', ms: 8.4 },
          ],
        },
      }),
    sheet: (step) => {
      if (step === WITHOUT_SAMPLES) return Promise.resolve(null);
      const noise = step === 0 ? 1 : Math.max(0.02, 0.75 * Math.exp(-step / 3500));
      return createImageBitmap(planetSheet(4, 4, SIZE, 0, noise));
    },
    nearestSheetStep: () => Promise.resolve(8000),
    thumbnail: (dataset) => {
      const first = dataset === 'planets' ? 100 : dataset === 'shapes' ? 200 : 300;
      const sheet = planetSheet(2, 2, SIZE, first);
      const preview: Preview = {
        size: SIZE,
        columns: 2,
        rows: 2,
        rgba: sheet.data,
      };
      return Promise.resolve(preview);
    },
  };
}
