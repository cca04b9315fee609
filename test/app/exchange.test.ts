// What the page says of an export, from the press to the file: how files leave the page is download.test.ts.
import { afterEach, expect, it, vi } from 'vitest';
import { Exchange } from '../../src/app/exchange.ts';
import { createState } from '../../src/app/state.ts';
import type { CheckpointRecord } from '../../src/checkpoint/api.ts';
import { type Fault, FaultError } from '../../src/fault.ts';

const RECORD: CheckpointRecord = {
  ...{ runId: 'run-a', generation: 1, name: 'unet_step_200', globalStep: 200, epoch: 1, slot: 0 },
  ...{ sizeBytes: 7, created: '', meanLoss: null, kept: false, autosave: false },
};
const DAMAGED: Fault = {
  ...{ kind: 'storage', title: 'unet_step_200 cannot be read', what: 'It is damaged.' },
  ...{ expected: 'its digest', got: 'another', todo: [] },
};

afterEach(() => void vi.unstubAllGlobals());

/** What is said while the export is under way, and after it. */
async function said(answer: 'file' | 'fault', picker: () => Promise<unknown>): Promise<(string | null)[]> {
  vi.stubGlobal('window', { showSaveFilePicker: picker });
  vi.stubGlobal('navigator', { userActivation: { isActive: true } });
  const state = createState();
  const nothing = (): void => undefined;
  const exchange = new Exchange(state, nothing, nothing);
  state.checkpoints.value = [RECORD];
  exchange.ask('newest');
  let meanwhile: string | null = null;
  const endExport = vi.fn(() => Promise.resolve());
  const exportCheckpoint = () => {
    meanwhile = state.notice.value;
    return Promise.resolve(
      answer === 'file'
        ? { ok: true as const, value: new File(['weights'], 'unet_step_200.safetensors') }
        : { ok: false as const, fault: DAMAGED },
    );
  };
  await exchange.export({ exportCheckpoint, endExport }, 'checkpoint', 'ema').catch((error: unknown) => {
    if (!(error instanceof FaultError) && !(error instanceof DOMException)) throw error;
  });
  expect(state.exporting.value).toBeNull();
  expect(endExport).toHaveBeenCalledTimes(answer === 'file' ? 1 : 0);
  return [meanwhile, state.notice.value];
}

const disk = (write: () => Promise<void>) => () =>
  Promise.resolve({ createWritable: () => Promise.resolve(new WritableStream({ write })) });

it('names the checkpoint while its file is made, and the file once it is written', async () => {
  expect(
    await said(
      'file',
      disk(() => Promise.resolve()),
    ),
  ).toEqual(['Exporting unet_step_200.', 'Exported as unet_step_200.safetensors.']);
});

it.each([
  ['the save dialog is closed', 'file', () => Promise.reject(new DOMException('closed', 'AbortError'))],
  ['the disk is full', 'file', disk(() => Promise.reject(new DOMException('full', 'QuotaExceededError')))],
  ['the checkpoint is damaged', 'fault', disk(() => Promise.resolve())],
] as const)('calls it exported no more than it is: %s', async (_when, answer, picker) => {
  expect(await said(answer, picker)).toEqual(['Exporting unet_step_200.', null]);
});
