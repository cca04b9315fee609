// Claims: a run is none, on its device, or lost, and what a lost GPU goes through: its executor is not
// touched any more, a new device serves requests before the run is back, and reload makes the run's next
// executor there. Pictures that are missing or changed are told, and looked for again. With devices that
// only record, and a store over a disk in memory.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { networkOf, presetConfig } from '../../src/settings/presets.ts';
import type { RunConfig } from '../../src/settings/settings.ts';
import type * as dataSets from '../../src/data/sets.ts';
import { FaultError } from '../../src/fault.ts';
import type { TrainerEvent } from '../../src/trainer/api.ts';
import { History } from '../../src/trainer/history.ts';
import { CurrentRun } from '../../src/trainer/current-run.ts';
import type { RunDevice } from '../../src/trainer/equipment.ts';
import { Outbox } from '../../src/trainer/outbox.ts';
import { factsAt, initialState } from '../../src/trainer/run.ts';
import { deviceLost } from '../../src/trainer/trouble.ts';
import { openStore } from '../checkpoint/a-run.ts';
import { MemoryDisk } from '../checkpoint/memory-disk.ts';
import { idleExecutor } from './idle-executor.ts';

/** Whether the browser has the user's pictures. */
let here: boolean;
/** Whether a set that was opened is still as it was. */
let isCurrent: boolean;
vi.mock('../../src/data/sets.ts', async (original) => {
  const sets = await original<typeof dataSets>();
  const openPictures: typeof dataSets.openPictures = async (id, options) => ({
    ...(await sets.openPictures(here && id === 'own-1' ? 'shapes' : id, options)),
    isCurrent: () => Promise.resolve(isCurrent),
  });
  return { ...sets, openPictures };
});

const config = { ...presetConfig('tiny'), dataset: 'shapes', imageSize: 8, maxImages: 4, maxSteps: 2 };

let done: string[];
let events: TrainerEvent[];
let current: CurrentRun;
let loseFirst: () => void;
/** What the first device starts as its successor, or why it cannot. */
let startAgain: () => Promise<RunDevice>;

function deviceCalled(name: string): { device: RunDevice; lose: () => void } {
  let lose = (): void => undefined;
  const lost = new Promise<string>((resolve) => (lose = () => resolve('unplugged')));
  const device: RunDevice = {
    lost,
    guard: (work) => work,
    executorFor: () => {
      done.push(`executor on ${name}`);
      return Promise.resolve(idleExecutor({ dispose: () => done.push(`${name} freed`) }));
    },
    prepare: () => Promise.resolve(),
    executionOf: () => ({ executor: '', backend: '', kernels: '', adapter: name, browser: '' }),
    predictorFor: () => Promise.reject(new Error('nobody draws here')),
    trainingBytes: () => null,
    givenBytes: () => Promise.resolve(null),
    startAgain: () => startAgain(),
  };
  return { device, lose };
}

beforeEach(async () => {
  here = false;
  isCurrent = true;
  done = [];
  events = [];
  const first = deviceCalled('first');
  loseFirst = first.lose;
  startAgain = () => Promise.resolve(deviceCalled('second').device);
  const outbox = new Outbox((posted) => events.push(...posted));
  const store = await openStore(new MemoryDisk());
  current = new CurrentRun(store, outbox, first.device, () => done.push('told'));
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('a run is on the device that holds its executor; closed, the executor is freed', async () => {
  expect(current.held).toEqual({ is: 'none', run: null });
  await current.create(config, null);
  expect(current.held).toMatchObject({ is: 'on', run: { globalStep: 0 }, equipment: current.equipment });
  current.close();
  expect(current.held.is).toBe('none');
  expect(done).toEqual(['executor on first', 'first freed']);
});

test('a lost device loses its run; a new device works at once, the run is on it when it is reloaded', async () => {
  await current.create(config, null);
  const { run, is } = current.held;
  expect(is).toBe('on');
  loseFirst();
  await vi.waitFor(() => expect(done).toContain('told'));
  expect(current.held).toEqual({ is: 'lost', run });
  expect(current.equipment.works).toBe(false);

  await current.withDevice();
  expect(current.equipment.works).toBe(true);
  expect(current.held).toEqual({ is: 'lost', run });

  await current.reload();
  expect(current.held).toMatchObject({ is: 'on', run: { runId: run?.runId }, equipment: current.equipment });
  expect(done).toEqual(['executor on first', 'told', 'executor on second']);
});

test('a device that is silent is replaced; its late loss is not the loss of the next one', async () => {
  await current.create(config, null);
  expect(await current.startDeviceAgain(deviceLost().fault)).toBeNull();
  await current.reload();
  loseFirst();
  await new Promise((resolve) => setTimeout(resolve));
  expect(current.held.is).toBe('on');
  expect(done).toEqual(['executor on first', 'executor on second']);
});

test('of two starts at once the later device counts: a run made on the earlier one is lost, untouched', async () => {
  await current.create(config, null);
  loseFirst();
  await vi.waitFor(() => expect(current.equipment.works).toBe(false));
  const earlier = current.withDevice();
  let arrive: (device: RunDevice) => void = () => undefined;
  startAgain = () => new Promise((resolve) => (arrive = resolve));
  const later = current.withDevice();
  await earlier;
  await current.reload();
  const { run } = current.held;
  expect(current.held.is).toBe('on');

  arrive(deviceCalled('third').device);
  await later;
  expect(current.held).toEqual({ is: 'lost', run });
  await current.reload();
  expect(current.held).toMatchObject({ is: 'on', equipment: current.equipment });
  expect(done).toEqual(['executor on first', 'told', 'executor on second', 'executor on third']);
});

test('a device that does not start in two tries: what both reported, and the run stays lost', async () => {
  await current.create(config, null);
  const { run } = current.held;
  const { fault } = deviceLost();
  startAgain = () => Promise.reject(new FaultError({ ...fault, got: 'no adapter' }));
  vi.useFakeTimers({ toFake: ['setTimeout'] });
  const started = current.startDeviceAgain(fault);
  await vi.advanceTimersByTimeAsync(2000);
  expect(await started).toEqual({ ...fault, got: `${fault.got}; then no adapter; then no adapter` });
  expect(current.held).toEqual({ is: 'lost', run });
});

test('where an executor cannot be made, there is no run, and the page hears of it', async () => {
  await current.create(config, null);
  const { device } = current.equipment;
  vi.spyOn(device, 'executorFor').mockRejectedValueOnce(new Error('no memory'));
  await expect(current.create(config, null)).rejects.toThrow('no memory');
  expect(current.held).toEqual({ is: 'none', run: null });
  expect(events.at(-1)).toEqual({ type: 'no-run' });
  expect(done).toEqual(['executor on first', 'first freed']);
});

const told = (): unknown =>
  events.flatMap((event) => (event.type === 'run' ? [event.run.pictures] : [])).at(-1);

test('a network of latents is told to have none to learn from, whatever its pictures are', async () => {
  await current.create(config, null);
  const { run } = current.held;
  if (!run) throw new Error('no run');
  const { sampleSize: _, ...network } = networkOf(config);
  const latents: RunConfig = {
    ...config,
    network: { ...network, inChannels: 4, outChannels: 4 },
  };
  const facts = factsAt(run, 0, { executor: '', backend: '', kernels: '', adapter: '', browser: '' });
  const content = { state: initialState(latents), history: new History(), samples: null };
  const opened = await current.open({ facts: { ...facts, config: latents }, ...content }, '');
  expect(told()).toBe('no-latents');
  expect(opened.set).toBeNull();
  expect((await current.findPictures())?.title).toBe('This model learns from latents, and there are none');
});

test('pictures that are not here, or changed, are told of the run, and looked for again when it is to go on', async () => {
  vi.stubGlobal('navigator', {}); // a browser without a private file system has no pictures of the user's
  await current.create(config, null);
  const { run } = current.held;
  if (!run) throw new Error('no run');
  expect(told()).toBe('as-begun');
  const facts = factsAt(run, 0, { executor: '', backend: '', kernels: '', adapter: '', browser: '' });
  const open = (fingerprint: string) => {
    const dataset = { ...facts.dataset, name: 'own-1', title: 'garden 2024', fingerprint };
    const content = { state: initialState(config), history: new History(), samples: null };
    return current.open(
      { facts: { ...facts, dataset, config: { ...config, dataset: 'own-1' } }, ...content },
      '',
    );
  };

  await open(facts.dataset.fingerprint);
  expect(told()).toBe('absent');
  expect((await current.findPictures())?.title).toBe('The pictures garden 2024 are not on this computer');
  here = true;
  expect(await current.findPictures()).toBeNull();
  expect(told()).toBe('as-begun');
  expect(current.held.run?.set?.count).toBe(4);

  await open('of other pictures');
  expect(told()).toBe('changed');
  expect((await current.findPictures())?.title).toBe('The pictures of garden 2024 have changed');
  current.confirmPictures();
  expect(told()).toBe('as-begun');
  expect(await current.findPictures()).toBeNull();

  // They are removed while the run is paused: nothing is known of it before it is to go on.
  here = isCurrent = false;
  expect((await current.findPictures())?.title).toBe('The pictures Shapes are not on this computer');
  expect(told()).toBe('absent');
});
