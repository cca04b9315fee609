// Thousands of damaged files, the same ones every time: each is read as a sound file or refused with a Fault of kind `file`.
import { expect, it } from 'vitest';
import { FaultError } from '../../src/fault.ts';
import { readTensors } from '../../src/formats/safetensors-file.ts';
import golden from './safetensors-golden.json' with { type: 'json' };

/** xorshift32: the fuzz must not depend on what it tests with. */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

const TOKENS = [
  '"',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '\\',
  '-',
  '1e9',
  'null',
  '\\u0000',
  '__metadata__',
  '\0',
  '"F32"',
];

/** Keeps the length field right most of the time, so that the damage reaches the parser behind it. */
function mutate(original: Uint8Array, random: (below: number) => number): Uint8Array<ArrayBuffer> {
  let bytes = [...original];
  const headerEnd = 8 + Number(new DataView(original.buffer).getBigUint64(0, true));
  for (let n = 1 + random(3); n > 0; n--) {
    const at = random(4) === 0 ? random(bytes.length) : 8 + random(headerEnd - 8);
    const kind = random(6);
    if (kind === 0) bytes[at] = random(256);
    else if (kind === 1) bytes[at] = (bytes[at] ?? 0) ^ (1 << random(8));
    else if (kind === 2) bytes.splice(at, 1 + random(4));
    else if (kind === 3) bytes.splice(at, 0, ...new TextEncoder().encode(TOKENS[random(TOKENS.length)]));
    else if (kind === 4) bytes.splice(at, 0, ...bytes.slice(at, at + random(60)));
    else bytes = bytes.slice(0, at);
  }
  const mutant = Uint8Array.from(bytes);
  if (mutant.length >= 8 && random(4) > 0) {
    const length = Math.max(0, headerEnd - 8 + mutant.length - original.length);
    new DataView(mutant.buffer).setBigUint64(0, BigInt(length), true);
  }
  return mutant;
}

it.each([
  ['float32', golden.float32.base64],
  ['mixed', golden.mixed.base64],
])('4,000 mutants of the %s file', async (_, base64) => {
  const original = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  const random = generator(20_240_607);
  let refused = 0;
  for (let i = 0; i < 4000; i++) {
    const mutant = mutate(original, random);
    try {
      const { tensors } = await readTensors(new Blob([mutant]));
      const bytes = tensors.reduce((sum, { data }) => sum + data.byteLength, 0);
      expect(bytes).toBeLessThan(mutant.length);
    } catch (error) {
      if (!(error instanceof FaultError)) throw error;
      expect(error.fault.kind).toBe('file');
      refused += 1;
    }
  }
  expect(refused).toBeGreaterThan(3000);
});
