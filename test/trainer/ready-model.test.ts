// Claims about the model that comes with the app: its file is small and whole, says what it learnt from, and
// one that cannot be read is a clear fault. That it draws what is said: test/e2e/ready-model.spec.ts.
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { SHAPES } from '../../src/data/shapes.ts';
import { modelOfRun } from '../../src/settings/presets.ts';
import { READY_MODEL } from '../../src/settings/ready-model.ts';

const file = readFileSync(new URL(`../../public/${READY_MODEL.path}`, import.meta.url));
let asked: string[];
let answer: () => Response;

beforeEach(() => {
  asked = [];
  answer = () => new Response(file);
  vi.resetModules();
  vi.stubGlobal('self', { location: { href: 'http://localhost:4173/assets/worker.js' } });
  vi.stubGlobal('fetch', (url: URL) => {
    asked.push(url.pathname);
    return Promise.resolve(answer());
  });
});
afterEach(() => vi.unstubAllGlobals());

const readyContent = async () => (await import('../../src/trainer/ready-model.ts')).readyContent();

it('is at most 2 MB, read once, and before the first step of a run on shapes', async () => {
  expect(file.length).toBeLessThanOrEqual(2_000_000);
  const { facts, state } = await readyContent();
  await readyContent();
  expect(asked).toEqual(['/models/shapes.safetensors']);
  expect(facts).toMatchObject({ runId: READY_MODEL.runId, globalStep: 0, config: { preset: 'text-tiny' } });
  expect(facts.config.maxSteps).toBe(READY_MODEL.steps);
  expect(facts.dataset).toMatchObject({ name: 'shapes', fingerprint: SHAPES.fingerprint });
  expect(facts.words?.prompts).toHaveLength(16);
  const { parameterCount } = modelOfRun(facts.config);
  const values = state.ema.reduce((sum, { length }) => sum + length, 0);
  expect(values).toBe(parameterCount);
  expect(state.ema.every((array) => array.every(Number.isFinite))).toBe(true);
  expect(state.expAvg.every((array) => array.every((value) => value === 0))).toBe(true);
});

it('a server without it, and a file of another kind, are told; the next try reads again', async () => {
  answer = () => new Response('', { status: 404 });
  const { readyContent: read } = await import('../../src/trainer/ready-model.ts');
  await expect(read()).rejects.toThrow(/status 404/);
  answer = () => new Response('<!doctype html>');
  await expect(read()).rejects.toMatchObject({ fault: { kind: 'file' } });
  answer = () => new Response(file);
  expect((await read()).facts.name).toBe(READY_MODEL.name);
});
