// Claims: latents are not varied as pixels are; every setting that would is named.
import { expect, test } from 'vitest';
import { SD_LATENTS } from '../../src/data/space.ts';
import { SHAPES } from '../../src/data/shapes.ts';
import { variedLatents } from '../../src/trainer/run-pictures.ts';

const OFF = { randomFlip: false, randomCrop: 'off', colorJitter: 'off', dataset: 'own-12345678' } as const;
const AUTO = { ...OFF, randomCrop: 'auto', colorJitter: 'auto' } as const;
const latents = { info: { ...SHAPES, space: SD_LATENTS }, count: 2000 };

test('latents are left as they are; pixels may be varied', () => {
  expect(variedLatents(latents, OFF)).toBeNull();
  expect(variedLatents({ ...latents, info: SHAPES }, { ...AUTO, randomFlip: true })).toBeNull();
});

test('what would vary latents is named, `auto` only where it means yes', () => {
  const got = (...of: Parameters<typeof variedLatents>) => variedLatents(...of)?.got;
  expect(got(latents, { ...OFF, randomFlip: true })).toBe('on: Random flip');
  expect(got(latents, AUTO)).toBe('on: Random crop, Colour change');
  expect(got({ ...latents, count: 2001 }, AUTO)).toBeUndefined();
});
