// The questions the page asks before something that cannot be undone or loads a file, and what it says of a store that is
// gone and a GPU that is not there. Words only. Not here: what the answer does (session.ts).
import { type PresetName, PRESETS } from '../config.ts';
import type { Fault } from '../fault.ts';
import type { FileSummary, Machine } from '../trainer/api.ts';
import type { Question } from './state.ts';

export const newRunQuestion = (onConfirm: () => void): Question => ({
  title: 'Start over?',
  text: 'The current run ends here. Its checkpoints stay until you delete them, and any of them can be resumed.',
  facts: [],
  confirm: 'Start over',
  danger: false,
  onConfirm,
});

export const importQuestion = (file: FileSummary, onConfirm: () => void): Question => ({
  title: `Import ${file.checkpointName}?`,
  text: 'It becomes a run of its own, draws 16 samples, and waits for Resume. The current run keeps its checkpoints.',
  facts: fileFacts(file),
  confirm: 'Import',
  danger: false,
  onConfirm,
});

export const deleteQuestion = (name: string, onConfirm: () => void): Question => ({
  title: `Delete ${name}?`,
  text: 'It cannot be brought back. Export it first if you may need it.',
  facts: [],
  confirm: 'Delete checkpoint',
  danger: true,
  onConfirm,
});

export const deletePicturesQuestion = (title: string, onConfirm: () => void): Question => ({
  title: `Delete ${title}?`,
  text: 'Perennial forgets its copy; your files are not touched. Runs that learn from these pictures cannot go on until you import them again.',
  facts: [],
  confirm: 'Delete pictures',
  danger: true,
  onConfirm,
});

const count = (value: number): string => value.toLocaleString('en');

/** As the file says it where it is no time. */
function timeOf(iso: string): string {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return iso;
  return time.toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' });
}

function fileFacts(file: FileSummary): [string, string][] {
  return [
    ['Checkpoint', file.checkpointName],
    ['Global step', count(file.globalStep)],
    ['Epoch', String(file.epoch)],
    [
      'Network',
      `${PRESETS[file.preset as PresetName]?.title ?? file.preset}, ${file.imageSize} × ${file.imageSize}, ${count(file.parameters)} parameters`,
    ],
    [
      'Pictures',
      `${file.datasetTitle}, ${count(file.datasetCount)}${file.datasetHere ? '' : ' (not on this computer: it can draw samples, not train on)'}`,
    ],
    ['Run', file.runId],
    ['Saved', timeOf(file.created)],
    ['File', `${file.name}, ${(file.sizeBytes / 2 ** 20).toFixed(1)} MiB, Perennial ${file.appVersion}`],
  ];
}

export function evicted(): Fault {
  return {
    kind: 'storage',
    title: 'The browser has deleted the checkpoints',
    what: 'Runs that were stored here are gone: the browser removed them, to make room or because site data was cleared.',
    expected: 'the checkpoints of an earlier run',
    got: 'an empty store',
    todo: [
      'Import a checkpoint file if you exported one.',
      'Or start a new run: Train asks the browser to keep the storage.',
    ],
  };
}

/** Why it is not WebGPU, and that it trains all the same. */
export const fallenBack = (why: Fault, backend: Machine['backend']): Fault => ({
  ...why,
  what: `${why.what} Until then Perennial trains on ${backend}, which is slow.`,
});

export function nothingToExport(): Fault {
  return {
    kind: 'storage',
    title: 'There is no checkpoint to export yet',
    what: 'The store holds none.',
    expected: 'at least one checkpoint',
    got: 'none',
    todo: ['Press Save checkpoint first.'],
  };
}
