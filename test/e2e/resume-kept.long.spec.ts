// A checkpoint that an older build saved continues in this build with the same numbers: three small
// checkpoints, kept with the end of their runs (test/fixtures/resume). Not here: runs that one build makes
// and resumes (resume.spec.ts).
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { openProfile, step, waitForState } from './browser.ts';
import { type CheckpointFile, floats, readCheckpoint } from './checkpoint-file.ts';
import { afterAVisit, temporaryFolders } from './folders.ts';
import { button, byTestId, chooseCheckpoint, exportTo } from './visit.ts';

interface Expected {
  execution: Record<'executor' | 'backend' | 'kernels' | 'adapter' | 'browser', string>;
  /** Metadata of the run's end: entries that must be the same text; in `json`, fields may have been added. */
  text: Record<string, string>;
  json: Record<string, Record<string, unknown>>;
  batchLosses: number[];
  epochLosses: number[];
  /** SHA-256 of the bytes of every tensor, by its name. */
  sha256: Record<string, string>;
}

const KEPT = join(import.meta.dirname, '../fixtures/resume');
const { runs, processor } = JSON.parse(readFileSync(join(KEPT, 'expected.json'), 'utf8')) as {
  runs: Record<string, Expected>;
  /** A GPU in software compiles for the processor, and another model of processor may round otherwise. */
  processor: string;
};
/** Largest relative difference of a loss on another browser, adapter or processor. */
const TOLERANCE = 1e-3;

const newFolder = temporaryFolders();

// The file brings the executor; the backend is the page's, which starts its device before any file is there.
for (const [name, backend] of [
  ['plan-webgpu', 'webgpu'],
  ['eager-webgpu', 'webgpu'],
  ['eager-cpu', 'cpu'],
] as const) {
  // Eager is claimed on the processor, the GPU by the plan: both at once take half a minute more.
  const tag = name === 'eager-webgpu' ? '@sweep' : [];
  test(`${name}: a checkpoint of an older build goes on in this one`, { tag }, async () => {
    const expected = runs[name]!;
    const path = join(KEPT, `${name}.safetensors`);
    const begun = await readCheckpoint(path);
    const profile = await openProfile(await afterAVisit(await newFolder()));
    const { page } = profile;
    await page.goto(`/?backend=${backend}`);
    await waitForState(page, 'idle');
    await importFile(page, path, Number(begun.metadata['global_step']));
    await button(page, 'Resume').click();
    await waitForState(page, 'finished');
    expect(await step(page)).toBe(expected.batchLosses.length);
    await expect(byTestId(page, 'backend')).toHaveText(expected.execution.backend);

    const ended = await readCheckpoint(await exportTo(page, await newFolder(), 'newest'));
    expectMetadata(ended, expected, begun);
    const here = executionOf(ended);
    const { browser, adapter, kernels } = expected.execution;
    const same =
      here.browser === browser &&
      here.adapter === adapter &&
      here.kernels === kernels &&
      cpus()[0]?.model === processor;
    claimed(
      `${name}: ${same ? 'every bit' : `losses within ${TOLERANCE}: another browser, adapter, processor or kernels`}`,
    );
    if (same) expectBits(ended, expected);
    else expectLosses(ended, expected, floats(begun, 'history.batch_losses').length);
    expect(profile.errors).toEqual([]);
    await profile.close();
  });
}

/** Leaves the page paused at the file's step. */
async function importFile(page: Page, path: string, atStep: number): Promise<void> {
  await chooseCheckpoint(page, path);
  await button(page.getByRole('dialog'), 'Import').click();
  await waitForState(page, 'paused');
  expect(await step(page)).toBe(atStep);
}

const executionOf = ({ metadata }: CheckpointFile) =>
  JSON.parse(metadata['execution'] ?? '') as Expected['execution'];

/** Claims the metadata, except entries that differ in every run (run_id, created, digest) and the version. */
function expectMetadata(ended: CheckpointFile, expected: Expected, begun: CheckpointFile): void {
  const { metadata } = ended;
  expect(metadata).toMatchObject(expected.text);
  for (const [key, value] of Object.entries(expected.json))
    expect(JSON.parse(metadata[key] ?? ''), key).toMatchObject(value);
  expect(metadata['parent']).toBe(`${begun.metadata['run_id']}@${begun.metadata['global_step']}`);
  const { executor, backend } = expected.execution;
  expect(executionOf(ended)).toMatchObject({ executor, backend });
}

function expectBits(ended: CheckpointFile, expected: Expected): void {
  expect(executionOf(ended)).toMatchObject(expected.execution);
  const names = new Set([...Object.keys(expected.sha256), ...ended.tensors.keys()]);
  names.delete('samples'); // they are compared by resume.spec.ts
  const other = [...names].filter((name) => {
    const bytes = ended.tensors.get(name)?.bytes;
    return !bytes || createHash('sha256').update(bytes).digest('hex') !== expected.sha256[name];
  });
  expect(other, `of ${names.size} tensors`).toEqual([]);
}

/** Claims all losses. The losses of the steps up to `begunAt` came with the file: the same bits anywhere. */
function expectLosses(ended: CheckpointFile, expected: Expected, begunAt: number): void {
  const losses = floats(ended, 'history.batch_losses');
  expect(losses).toHaveLength(expected.batchLosses.length);
  expect(losses.slice(0, begunAt)).toEqual(expected.batchLosses.slice(0, begunAt));
  expectNear(losses, expected.batchLosses);
  expectNear(floats(ended, 'history.epoch_losses'), expected.epochLosses);
}

function expectNear(values: readonly number[], wanted: readonly number[]): void {
  const far = wanted.filter((value, i) => !(Math.abs((values[i] ?? NaN) / value - 1) <= TOLERANCE));
  expect(far, `further than ${TOLERANCE} from ${values.join(', ')}`).toEqual([]);
  expect(values).toHaveLength(wanted.length);
}

/** Which of the two claims was made: into the report and onto the terminal. */
function claimed(what: string): void {
  test.info().annotations.push({ type: 'claimed', description: what });
  console.log(`  claimed  ${what}`);
}
