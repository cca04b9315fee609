// Claims: the steps of a run come in order; two after the one that is asked for are made meanwhile, the
// nearest first, fewer where their pictures are large, none after the last; a fault is told where its step is
// asked for and not before; once stopped nothing more is made.
import { expect, test } from 'vitest';
import { yieldToEvents } from '../../src/engine/yield-to-events.ts';
import { StepsAhead } from '../../src/trainer/steps-ahead.ts';

/** Steps that are made when the test says so. */
function heldSteps({ from = 0, end = 100, stepBytes = 1 } = {}) {
  const begun: number[] = [];
  const held = new Map<number, { make: (step: number) => void; fail: (error: unknown) => void }>();
  const steps = new StepsAhead({ from, end, stepBytes }, (step, signal) => {
    begun.push(step);
    return new Promise<number>((make, fail) => {
      held.set(step, { make, fail });
      signal.addEventListener('abort', () => fail(new Error('aborted')));
    });
  });
  return { begun, steps, make: (step: number) => held.get(step)?.make(step), held };
}

/** Until nothing has anything more to do: each step that begins waits for one turn of the event loop. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await yieldToEvents();
}

test('two steps ahead are made, the nearest first, and taken in order', async () => {
  const { begun, steps, make } = heldSteps({ from: 7 });
  const first = steps.take();
  await settled();
  expect(begun).toEqual([7]);
  make(7);
  expect(await first).toBe(7);
  await settled();
  expect(begun).toEqual([7, 8]);
  make(8);
  await settled();
  make(9);
  await settled();
  // Not the fourth: it is made once the second is taken.
  expect(begun).toEqual([7, 8, 9]);
  expect([await steps.take(), await steps.take()]).toEqual([8, 9]);
  await settled();
  expect(begun).toEqual([7, 8, 9, 10]);
});

test('none is made after the last', async () => {
  const { begun, steps, make } = heldSteps({ from: 3, end: 5 });
  const first = steps.take();
  for (const step of [3, 4, 5]) {
    await settled();
    make(step);
  }
  expect([await first, await steps.take()]).toEqual([3, 4]);
  expect(begun).toEqual([3, 4]);
  expect(() => steps.take()).toThrow('no step is left');
});

test('a step of more pictures than may wait in memory is made once it is asked for', async () => {
  const { begun, steps, make } = heldSteps({ stepBytes: 2 ** 40 });
  const first = steps.take();
  await settled();
  make(0);
  await first;
  await settled();
  expect(begun).toEqual([0]);
});

test('a fault is told at its step, and the steps before it come', async () => {
  const { begun, steps, make, held } = heldSteps();
  const first = steps.take();
  await settled();
  make(0);
  await first;
  await settled();
  held.get(1)?.fail(new Error('the pictures have gone'));
  await settled();
  expect(begun).toEqual([0, 1, 2]);
  await expect(steps.take()).rejects.toThrow('the pictures have gone');
});

test('once stopped, what is being made ends and nothing is begun', async () => {
  const { begun, steps, make } = heldSteps();
  const first = steps.take();
  await settled();
  make(0);
  await first;
  await settled();
  steps.stop();
  await settled();
  expect(begun).toEqual([0, 1]);
  await expect(steps.take()).rejects.toThrow('aborted');
});
