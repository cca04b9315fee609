// A checkpoint file that the user brings: told by its content, looked at before anything is loaded, read whole and checked.
// Not here: the container (formats/safetensors*.ts), what becomes of it (trainer.ts).
import { networkOf } from '../config.ts';
import { listDatasets } from '../data/sets.ts';
import { FaultError } from '../fault.ts';
import { readHeader, readTensors } from '../formats/safetensors-file.ts';
import { checkTensors } from '../formats/safetensors-values.ts';
import { parameterCount } from '../model/parameters.ts';
import type { FileSummary } from './api.ts';
import { checkDigest, type CheckpointContent, readContent, readFacts } from './checkpoint-file.ts';

/** What zip files, and so torch's .pt files, begin with. */
const ZIP_MAGIC = [0x50, 0x4b, 0x03, 0x04];

/** Throws FaultError where the file is of a kind that we know and cannot read. */
async function refuseKnownOthers(file: File): Promise<void> {
  const magic = new Uint8Array(await file.slice(0, ZIP_MAGIC.length).arrayBuffer());
  if (!ZIP_MAGIC.every((byte, i) => magic[i] === byte)) return;
  throw new FaultError({
    kind: 'file',
    title: `${file.name.slice(0, 80)} is a zip archive`,
    what: 'It may be a PyTorch .pt file; this version imports .safetensors checkpoints. Nothing was imported or changed.',
    expected: 'a .safetensors file that Perennial exported',
    got: 'a zip archive',
    todo: ['Choose the .safetensors file.'],
  });
}

/** What the file holds, from its header alone. Throws FaultError kind `file`. */
export async function summariseFile(file: File): Promise<FileSummary> {
  await refuseKnownOthers(file);
  const { metadata } = await readHeader(file);
  const facts = readFacts(metadata);
  const here = (await listDatasets()).find(({ id }) => id === facts.dataset.name);
  return {
    name: file.name,
    sizeBytes: file.size,
    checkpointName: facts.name,
    globalStep: facts.globalStep,
    epoch: facts.epoch,
    preset: facts.config.preset,
    imageSize: facts.config.imageSize,
    parameters: parameterCount(networkOf(facts.config)),
    datasetTitle: facts.dataset.title,
    datasetCount: facts.dataset.count,
    datasetHere: here?.fingerprint === facts.dataset.fingerprint,
    runId: facts.runId,
    created: facts.created,
    appVersion: metadata['app_version'] ?? 'unknown',
  };
}

/** The whole content, checked: structure, names, shapes, finite values, digest. Throws FaultError kind `file` or `network`. */
export async function readCheckpointFile(file: File): Promise<CheckpointContent> {
  await refuseKnownOthers(file);
  // Cheap things first: a file of another kind is refused before its tensors are read.
  readFacts((await readHeader(file)).metadata);
  const { tensors, metadata } = await readTensors(file);
  const content = readContent(metadata, tensors);
  checkTensors(tensors);
  await checkDigest(metadata, tensors);
  return content;
}
