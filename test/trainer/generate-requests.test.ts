// Claims: a request begins in its turn, and not at all where it was cancelled before; a device that is being
// started again for a run is not started a second time for a request; each request gets its own answer. With
// a current run that only records.
import { beforeEach, expect, test } from 'vitest';
import { FaultError, type Result } from '../../src/fault.ts';
import type { GenerateRequest } from '../../src/trainer/api.ts';
import {
  GenerateRequests,
  type RequestedGenerator,
  type RequestedRun,
} from '../../src/trainer/generate-requests.ts';
import { deviceLost } from '../../src/trainer/trouble.ts';
import { Turns } from '../../src/trainer/turns.ts';

const request: GenerateRequest = {
  ref: { runId: 'run-1', generation: 1 },
  ...{
    weights: 'ema',
    seed: 9,
    count: 3,
    steps: 2,
    sampler: 'ddim',
    wish: null,
    className: null,
    noise: null,
  },
};
const DONE: Result<null> = { ok: true, value: null };

let done: string[];
let turns: Turns;
let training: { loops: boolean; background: Promise<void> };
let lost: boolean;
let generator: RequestedGenerator;
let requests: GenerateRequests;

/** A generator whose drawing ends with `ended`; `begins` replaces what its beginning does. */
function generatorCalled(
  name: string,
  ended: Promise<Result<null>>,
  begins: () => Promise<void> = () => Promise.resolve(),
): RequestedGenerator {
  return {
    ended,
    begin: (_, trains) => {
      done.push(`${name} begins${trains ? ' beside training' : ''}`);
      return begins();
    },
    finish: () => Promise.resolve(),
    cancel: () => done.push(`${name} cancelled`),
    factsOf: () => Promise.reject(new Error('nobody asks for facts here')),
    unread: () => Promise.reject(new Error('nobody asks for words here')),
  };
}

/** A promise, and the function that resolves it. */
function pending(): { promise: Promise<void>; end: () => void } {
  let end = (): void => undefined;
  const promise = new Promise<void>((resolve) => (end = resolve));
  return { promise, end };
}

beforeEach(() => {
  done = [];
  turns = new Turns();
  training = { loops: false, background: Promise.resolve() };
  lost = false;
  generator = generatorCalled('first', Promise.resolve(DONE));
  const current: RequestedRun = {
    get held() {
      return { is: lost ? ('lost' as const) : ('on' as const) };
    },
    get equipment() {
      return { generator };
    },
    withDevice: () => {
      if (lost) done.push('a device started');
      lost = false;
      return Promise.resolve();
    },
    abandonDevice: () => done.push('abandoned'),
  };
  requests = new GenerateRequests(current, turns, {
    trains: () => training.loops,
    background: () => training.background,
  });
});

test('a request begins after the commands before it, beside training where a loop runs', async () => {
  const command = pending();
  void turns.take(async () => {
    await command.promise;
    done.push('command');
  });
  training.loops = true;
  training.background = new Promise(() => undefined); // a loop that does not end
  const answer = requests.generate(request);
  command.end();
  expect(await answer).toEqual(DONE);
  expect(done).toEqual(['command', 'first begins beside training']);
});

test('cancelled before its turn, a request does not begin', async () => {
  const command = pending();
  void turns.take(() => command.promise);
  const answer = requests.generate(request);
  requests.cancel();
  command.end();
  expect(await answer).toEqual(DONE);
  expect(done).toEqual(['first cancelled']);
});

test('the turn ends when drawing begins: commands go on while samples are drawn', async () => {
  generator = generatorCalled('endless', new Promise(() => undefined));
  void requests.generate(request);
  await turns.take(() => Promise.resolve(done.push('command')));
  expect(done).toEqual(['endless begins', 'command']);
});

test('a request waits for a lost device that is being started again for a run', async () => {
  const restart = pending();
  lost = true;
  training = { loops: true, background: restart.promise }; // a loop that has not ended yet
  const answer = requests.generate(request);
  await new Promise((resolve) => setTimeout(resolve));
  expect(done).toEqual([]);
  lost = false;
  generator = generatorCalled('second', Promise.resolve(DONE));
  training.background = new Promise(() => undefined); // training goes on
  restart.end();
  expect(await answer).toEqual(DONE);
  expect(done).toEqual(['second begins beside training']);
});

test('a request starts a lost device where nothing else does', async () => {
  lost = true;
  expect(await requests.generate(request)).toEqual(DONE);
  expect(done).toEqual(['a device started', 'first begins']);
});

test('the loss of the device is the answer, though another device works by then', async () => {
  const { fault } = deviceLost();
  generator = generatorCalled('first', Promise.resolve({ ok: false, fault }), () => {
    generator = generatorCalled('second', Promise.resolve(DONE));
    return Promise.resolve();
  });
  expect(await requests.generate(request)).toEqual({ ok: false, fault });
});

test('a checkpoint that cannot be opened is the answer, and the next request begins', async () => {
  const whole = generator;
  generator = generatorCalled('broken', Promise.resolve(DONE), () =>
    Promise.reject(new FaultError(deviceLost().fault)),
  );
  expect(await requests.generate(request)).toMatchObject({ ok: false });
  generator = whole;
  expect(await requests.generate(request)).toEqual(DONE);
});
