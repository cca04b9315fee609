// Parameters change layout without losing or moving an element.
import { describe, expect, it } from 'vitest';
import { engineShape, sizeOf, toEngineLayout, toTorchLayout } from '../../src/engine/layout.ts';

/** The engine's index of element [o, i, h, w], from the definition of HWIO. */
function hwio(
  [outs, ins, , width]: [number, number, number, number],
  o: number,
  i: number,
  h: number,
  w: number,
) {
  return ((h * width + w) * ins + i) * outs + o;
}

describe('layout', () => {
  it('puts element [o, i, h, w] of a convolution at [h, w, i, o]', () => {
    const shape: [number, number, number, number] = [19, 3, 2, 5];
    const source = Float32Array.from({ length: sizeOf(shape) }, (_, i) => i + 0.5);
    const target = new Float32Array(source.length + 7).fill(-1);
    toEngineLayout(source, shape, target, 4);
    expect(engineShape(shape)).toEqual([2, 5, 3, 19]);
    let torch = 0;
    for (let o = 0; o < 19; o++)
      for (let i = 0; i < 3; i++)
        for (let h = 0; h < 2; h++)
          for (let w = 0; w < 5; w++) expect(target[4 + hwio(shape, o, i, h, w)]).toBe(source[torch++]);
    expect([...target.subarray(0, 4), ...target.subarray(-3)]).toEqual(Array(7).fill(-1));
  });

  it('transposes a matrix and leaves a vector alone', () => {
    const matrix = new Float32Array(6);
    toEngineLayout(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3], matrix);
    expect([...matrix]).toEqual([1, 4, 2, 5, 3, 6]);
    const vector = new Float32Array(3);
    toEngineLayout(Float32Array.of(1, 2, 3), [3], vector);
    expect([...vector]).toEqual([1, 2, 3]);
    const beside = new Float32Array(15).fill(-1);
    toEngineLayout(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3], beside, 1, 5);
    expect([...beside]).toEqual([-1, 1, 4, -1, -1, -1, 2, 5, -1, -1, -1, 3, 6, -1, -1]);
    const back = new Float32Array(6);
    toTorchLayout(beside, 1, [2, 3], back, 5);
    expect([...back]).toEqual([1, 2, 3, 4, 5, 6]);
    expect(engineShape([2, 3])).toEqual([3, 2]);
    expect(engineShape([3])).toEqual([3]);
    expect(() => engineShape([1, 2, 3])).toThrow('rank 1, 2 or 4');
  });

  it('comes back bit for bit, each element written once on either way', () => {
    const shape = [70, 33, 3, 3];
    const source = Float32Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(i));
    const engine = writesCounted(source.length);
    const back = writesCounted(source.length);
    toEngineLayout(source, shape, engine.values);
    toTorchLayout(engine.plain, 0, shape, back.values);
    expect(Buffer.compare(Buffer.from(back.plain.buffer), Buffer.from(source.buffer))).toBe(0);
    expect([engine.writes(), back.writes()]).toEqual([source.length, source.length]);
  });
});

/** An array that counts what is written to it, and the same one without the counting. */
function writesCounted(length: number) {
  const plain = new Float32Array(length);
  let writes = 0;
  const set = (target: Float32Array, name: string | symbol, value: number): boolean => {
    writes++;
    target[Number(name)] = value;
    return true;
  };
  return { plain, values: new Proxy(plain, { set }), writes: () => writes };
}
