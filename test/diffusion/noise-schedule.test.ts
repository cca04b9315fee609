// Claims about the noise schedules: float64 values computed independently in Python, by the papers' formulas.
import { describe, expect, it } from 'vitest';
import { TIMESTEPS, alphaBar } from '../../src/diffusion/noise-schedule.ts';

const AT = [0, 99, 249, 499, 749, 999];

describe.each([
  ['linear', [0.9999, 0.897018, 0.524085, 0.0785872, 0.00335055, 4.03583e-5]],
  ['cosine', [0.999959, 0.972093, 0.847012, 0.493844, 0.144272, 2.42877e-9]],
] as const)('%s', (name, expected) => {
  it('has the published levels, to their six digits', () => {
    const levels = alphaBar(name);
    AT.forEach((t, i) =>
      expect(Math.abs((levels[t] as number) / (expected[i] as number) - 1)).toBeLessThan(2e-6),
    );
  });

  it('falls from nearly 1 and stays above 0', () => {
    const levels = alphaBar(name);
    expect(levels).toHaveLength(TIMESTEPS);
    for (let t = 1; t < TIMESTEPS; t++) expect(levels[t]).toBeLessThan(levels[t - 1] as number);
    expect(levels[TIMESTEPS - 1]).toBeGreaterThan(0);
  });
});

describe('betas, 1 - abar_t / abar_(t - 1),', () => {
  const betasOf = (name: 'linear' | 'cosine') => {
    const levels = alphaBar(name);
    return levels.map((level, t) => 1 - level / (t === 0 ? 1 : (levels[t - 1] as number)));
  };
  it('of linear run from 1e-4 to 0.02', () => {
    const betas = betasOf('linear');
    expect(betas[0]).toBeCloseTo(1e-4, 15);
    expect(betas[999]).toBeCloseTo(0.02, 15);
  });
  it('of cosine are capped at 0.999 once only', () => {
    expect([...betasOf('cosine')].filter((beta) => beta > 0.998)).toEqual([expect.closeTo(0.999, 12)]);
  });
});
