// Reads the model that comes with the app as a checkpoint's content: EMA weights only, before the first step
// of a run of its own. Not here: what is known of it without reading it (settings/ready-model.ts).
import { appBase } from '../data/app-base.ts';
import { FaultError } from '../fault.ts';
import { readTensors } from '../formats/safetensors-file.ts';
import { modelOfRun } from '../settings/presets.ts';
import { READY_MODEL } from '../settings/ready-model.ts';
import { type CheckpointContent, readWeightsFacts } from './checkpoint-file.ts';
import { History } from './history.ts';

let reading: Promise<CheckpointContent> | null = null;

/**
 * The ready model, fetched once. As the start of a run it has made no step. Throws FaultError kind `data`
 * where the server does not give its file, `file` or `network` where the file is damaged.
 */
export function readyContent(): Promise<CheckpointContent> {
  reading ??= readModel(new URL(READY_MODEL.path, appBase()));
  // A failed read is tried again by the next call; this call rejects.
  reading.catch(() => (reading = null));
  return reading;
}

async function readModel(url: URL): Promise<CheckpointContent> {
  const { metadata, tensors } = await readTensors(await fetchFile(url));
  const facts = readWeightsFacts(metadata);
  const byName = new Map(tensors.map(({ name, data }) => [name, data]));
  const weights = modelOfRun(facts.config).parameters.map(({ name, shape }) => {
    const data = byName.get(name);
    const length = shape.reduce((product, edge) => product * edge, 1);
    if (data?.length !== length)
      throw unreadable(url, `${name} of ${length} values`, `${data?.length ?? 'no'} values`);
    return data;
  });
  const zeros = () => weights.map((values) => new Float32Array(values.length));
  const { runId, name } = READY_MODEL;
  return {
    facts: { ...facts, runId, name, parent: '', globalStep: 0, epoch: 0, epochPosition: 0 },
    state: { weights, ema: weights, expAvg: zeros(), expAvgSq: zeros() },
    history: new History(),
    samples: null,
  };
}

async function fetchFile(url: URL): Promise<Blob> {
  const response = await fetch(url).catch((error: unknown) => String(error));
  if (typeof response === 'string') throw unreadable(url, url.pathname, response);
  if (!response.ok) throw unreadable(url, url.pathname, `status ${response.status}`);
  return response.blob();
}

const unreadable = ({ pathname }: URL, expected: string, got: string): FaultError =>
  new FaultError({
    kind: 'data',
    title: 'The ready model cannot be loaded',
    what: `${pathname} is part of the app, but cannot be read now. Checkpoints are untouched.`,
    expected,
    got,
    todo: ['Go online and reload the page.', 'Or draw from a checkpoint of your own.'],
  });
