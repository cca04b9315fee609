// Every golden case of test/fixtures/diffusers, read in Node; a new file there is a new case. In a browser
// golden-plan.gpu.test.ts fetches the files instead.
import { readdirSync, readFileSync } from 'node:fs';
import { type GoldenCase, readGoldenCase } from './golden-case.ts';

const FOLDER = new URL('../fixtures/diffusers/', import.meta.url);

export const goldenCases = (): GoldenCase[] =>
  readdirSync(FOLDER)
    .filter((file) => file.endsWith('.safetensors'))
    .toSorted()
    .map((file) =>
      readGoldenCase(file.replace('.safetensors', ''), new Uint8Array(readFileSync(new URL(file, FOLDER)))),
    );

/** A .json fixture by its name without extension. */
export const readJson = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), 'utf8'));
