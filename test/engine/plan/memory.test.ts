// Values that live at the same time never overlap, others share memory, and nothing crosses a buffer's end.
import { expect, test } from 'vitest';
import type { Access, Kernel } from '../../../src/engine/plan/kernels/kernel.ts';
import { byteLengthOf, type Value } from '../../../src/engine/plan/kernels/value.ts';
import { ALIGNMENT, aligned, planMemory } from '../../../src/engine/plan/memory.ts';
import { randomWord, STREAMS } from '../../../src/random.ts';

let made = 0;
const value = (elements: number): Value => ({
  id: made++,
  element: 'f32',
  label: `value ${made}`,
  shape: [elements],
});

function kernelOf(...bindings: [Value, Access][]): Kernel {
  return {
    op: 'any',
    source: '',
    bindings: bindings.map(([bound, access]) => ({ value: bound, access })),
    uniform: new Uint32Array(4),
    workgroups: [1, 1, 1],
    flops: 0,
    bytes: 0,
  };
}
const nowhere = () => false;

/** A chain in which each kernel reads some of the values before it. */
function randomKernels(seed: number, count: number): Kernel[] {
  const word = (step: number, index: number) => randomWord(seed, step, STREAMS.drawing, index);
  const values: Value[] = [];
  return Array.from({ length: count }, (_, step) => {
    const read = values.filter((_, i) => word(step, i + 1) % 7 === 0 && values.length - i < 12);
    const written = value(1 + (word(step, 0) % 5000));
    values.push(written);
    return kernelOf(...read.map((each): [Value, Access] => [each, 'read']), [written, 'write']);
  });
}

function livesOf(kernels: Kernel[]): Map<Value, [number, number]> {
  const lives = new Map<Value, [number, number]>();
  kernels.forEach(({ bindings }, i) => {
    for (const { value: bound } of bindings) lives.set(bound, [lives.get(bound)?.[0] ?? i, i]);
  });
  return lives;
}

test.each([1, 2, 3, 4])('values that live together do not overlap (%i)', (seed) => {
  const kernels = randomKernels(seed, 120);
  const shardBytes = 64 * 1024;
  const { offsets, bytes, liveBytes } = planMemory(kernels, nowhere, shardBytes);
  const placed = [...livesOf(kernels)].map(([each, life]) => ({
    life,
    from: offsets.get(each.id) as number,
    to: (offsets.get(each.id) as number) + byteLengthOf(each),
  }));
  for (const [i, one] of placed.entries()) {
    expect(one.from % ALIGNMENT).toBe(0);
    expect(Math.floor(one.from / shardBytes)).toBe(Math.floor((one.to - 1) / shardBytes));
    for (const other of placed.slice(i + 1)) {
      const together = one.life[0] <= other.life[1] && other.life[0] <= one.life[1];
      if (together) expect(one.to <= other.from || other.to <= one.from).toBe(true);
    }
  }
  // The bytes that live at the fullest moment are a lower bound; greedy by size stays near it.
  expect(bytes).toBeGreaterThanOrEqual(liveBytes);
  expect(bytes / liveBytes).toBeLessThan(1.5);
});

test('a chain needs the room of its two largest neighbours', () => {
  const [a, b, c] = [value(1000), value(1000), value(1000)];
  const kernels = [
    kernelOf([a, 'write']),
    kernelOf([a, 'read'], [b, 'write']),
    kernelOf([b, 'read'], [c, 'write']),
  ];
  expect(planMemory(kernels, nowhere, 2 ** 20)).toMatchObject({
    bytes: 2 * aligned(4000),
    liveBytes: 8000,
  });
});

test('a value elsewhere takes no room', () => {
  const [a, b] = [value(1000), value(10)];
  const kernels = [kernelOf([a, 'read'], [b, 'write'])];
  expect(planMemory(kernels, (each) => each === a, 2 ** 20).bytes).toBe(ALIGNMENT);
});

test('what nobody wrote cannot be read, and what fits no buffer is refused', () => {
  const a = value(1000);
  expect(() => planMemory([kernelOf([a, 'read'])], nowhere, 2 ** 20)).toThrow('which nothing has written');
  expect(() => planMemory([kernelOf([a, 'write'])], nowhere, 2048)).toThrow('too small');
});
