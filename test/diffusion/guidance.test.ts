// Claims about guidance: the papers' rule, the same whatever is predicted, and how many calls it costs.
import { describe, expect, it } from 'vitest';
import { combine, networkCalls, scaleAt } from '../../src/diffusion/guidance.ts';
import { type PredictionType, noiseLevels } from '../../src/diffusion/noise-levels.ts';
import { cleanAndNoise } from '../../src/diffusion/target.ts';

const without = Float32Array.of(0.5, -1, 0, 2);
const withWords = Float32Array.of(1, -1, 0.25, -2);

describe('the guided prediction', () => {
  it('is u + w (c - u); c itself at 1, u itself at 0', () => {
    expect([...combine(without, withWords, 3)]).toEqual([2, -1, 0.75, -10]);
    expect(combine(without, withWords, 1)).toEqual(withWords);
    expect(combine(without, withWords, 0)).toEqual(without);
  });

  // Guided noise is the paper's eq. 6; v and flow are linear in it, with factors that sum to the same.
  it.each(['v_prediction', 'flow_prediction'] as const)('of %s is the guided noise', (predictionType) => {
    const level = noiseLevels({ predictionType, noiseSchedule: 'cosine' })(600);
    const noiseOf = (prediction: number, type: PredictionType = predictionType) =>
      cleanAndNoise(type, level, 0.3, prediction).noise;
    const guided = combine(without, withWords, 2.5);
    guided.forEach((prediction, k) => {
      const [u, c] = [noiseOf(without[k] as number), noiseOf(withWords[k] as number)];
      expect(noiseOf(prediction)).toBeCloseTo(u + 2.5 * (c - u), 6);
    });
  });
});

describe('an interval', () => {
  const middle = { start: 0.25, stop: 0.75 };

  it('guides the calls from its start up to its stop', () => {
    const scales = (calls: number) => Array.from({ length: calls }, (_, i) => scaleAt(i, calls, 3, middle));
    expect(scales(4)).toEqual([1, 3, 3, 1]);
    expect(scales(5)).toEqual([1, 1, 3, 3, 1]);
    expect(scaleAt(0, 4, 3)).toBe(3);
    expect(scaleAt(3, 4, 3)).toBe(3);
  });

  it('costs a second call of the network only where it guides', () => {
    expect(networkCalls(20, 3)).toBe(40);
    expect(networkCalls(20, 1)).toBe(20);
    expect(networkCalls(20, 3, middle)).toBe(30);
    expect(networkCalls(20, 3, { start: 0.5, stop: 0.5 })).toBe(20);
  });
});
