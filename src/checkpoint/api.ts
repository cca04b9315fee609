// The store worker's boundary, types only: what the trainer asks of the store and what it gets back.
// The store knows bytes, slots and generations; it knows nothing of networks, GPUs or training.
import type { Result } from '../fault.ts';

/** Names one checkpoint in the store for ever (a slot may be overwritten; a generation never comes again). */
export interface CheckpointRef {
  runId: string;
  generation: number;
}

/** What the index holds of a checkpoint and the page lists. Every field can be read back from the slot itself. */
export interface CheckpointRecord extends CheckpointRef {
  /** unet_step_<n>, unet_epoch_<n> or unet_final. */
  name: string;
  globalStep: number;
  epoch: number;
  slot: number;
  /** Of the safetensors payload. */
  sizeBytes: number;
  /** ISO 8601; shown, never used for order. */
  created: string;
  /** Mean of the last 100 batch losses, null before the first step. */
  meanLoss: number | null;
  kept: boolean;
}

/** One slot as a scan found it. */
export interface SlotReport {
  runId: string;
  slot: number;
  capacityBytes: number;
  state: 'empty' | 'valid' | 'invalid' | 'writing';
  record: CheckpointRecord | null;
  /** Why it is invalid, in words; null otherwise. */
  why: string | null;
}

/** The little that must survive beside the checkpoints, written durably in a fixed file of its own (two alternating sectors). */
export interface RunNote {
  /** The user asked for a new run: recovery passes this run over. */
  closed: boolean;
  /** The user paused: stay paused after the validation samples. */
  paused: boolean;
  /** Generations that the user keeps by hand. */
  kept: number[];
  started: string;
}

export interface RunReport {
  runId: string;
  note: RunNote;
  slots: SlotReport[];
}

export interface StoreReport {
  runs: RunReport[];
  /** True when IndexedDB remembers runs whose files are gone: the browser evicted the store. */
  evicted: boolean;
  usedBytes: number;
  /** navigator.storage.estimate(), an estimate and shown as one. Null where the browser does not tell. */
  quotaBytes: number | null;
  persisted: boolean;
}

/** One tensor of a file: little-endian float32, PyTorch's layout. */
export interface FileTensor {
  name: string;
  shape: number[];
  data: Float32Array<ArrayBuffer>;
}

export interface SaveRequest {
  runId: string;
  name: string;
  globalStep: number;
  epoch: number;
  created: string;
  meanLoss: number | null;
  /** In the file's order. Their buffers are transferred. */
  tensors: FileTensor[];
  metadata: Record<string, string>;
  /** Newest step checkpoints that retention keeps. */
  keepNewest: number;
  /** Bytes a slot of this run must hold at its last planned step; a larger pool is made where the slots are too small. */
  capacityBytes: number;
}

export interface SaveReport {
  record: CheckpointRecord;
  /** Milliseconds: writing with digests, flushing, reading back. */
  writeMs: number;
  flushMs: number;
  verifyMs: number;
}

/** A checkpoint read and verified: digests, structure, finiteness, second moments. */
export interface LoadedCheckpoint {
  record: CheckpointRecord;
  /** When its run began (ISO 8601; shown, never used for order). */
  started: string;
  tensors: FileTensor[];
  metadata: Record<string, string>;
}

/** What recovery found: the newest valid checkpoint of any run that is not closed, and what it passed over. */
export interface Recovery {
  loaded: LoadedCheckpoint | null;
  paused: boolean;
  passedOver: { name: string; globalStep: number; why: string }[];
}

export interface SelfTestReport {
  /** What was done, in order, with its time. */
  steps: { name: string; ms: number }[];
  sizeBytes: number;
}

/** Comlink interface of store-worker.ts. Every method that can fail in an expected way answers a Result. */
export interface StoreApi {
  /** Takes the handles (retrying up to 5 s), scans every header, rebuilds the index. Changes nothing else. */
  open(): Promise<Result<StoreReport>>;
  report(): Promise<StoreReport>;
  /** Newest first by generation; verifies the newest, else the next. `skip`: generations already found unusable by the caller. */
  recover(skip: number[]): Promise<Recovery>;
  /** Makes a run's folder, note and FIRST slot (dense, pre-written). Further slots: growPool. */
  createRun(runId: string, started: string, capacityBytes: number): Promise<Result<null>>;
  /** Pre-writes at most one further slot of the pool; answers how many of `slots` are there. Called between steps. */
  growPool(runId: string, slots: number, capacityBytes: number): Promise<Result<number>>;
  save(request: SaveRequest): Promise<Result<SaveReport>>;
  load(ref: CheckpointRef): Promise<Result<LoadedCheckpoint>>;
  /** What a checkpoint says of itself, quickly: its numbers are neither read nor verified, as `load` does. */
  metadataOf(ref: CheckpointRef): Promise<Result<Record<string, string>>>;
  /** The payload as a file named <name>.safetensors, made of slices; the slot is not overwritten until `endExport`. */
  exportFile(ref: CheckpointRef): Promise<Result<File>>;
  endExport(ref: CheckpointRef): Promise<void>;
  /** Durable when it answers; a note that could not be written is as it was. */
  writeNote(runId: string, changes: Partial<RunNote>): Promise<Result<null>>;
  /** Zeroes the slot's header (durably). The file stays as an empty slot while its run trains, else it is removed. */
  remove(ref: CheckpointRef): Promise<Result<null>>;
  /** Frees every step checkpoint of a run but the newest valid one; keeps epoch, final and kept ones. Answers bytes freed. */
  freeStepCheckpoints(runId: string, trains: boolean): Promise<Result<number>>;
  /** The notebook's test of the checkpoint system: writes, reads back, finds the newest, verifies, cleans up. */
  selfTest(): Promise<Result<SelfTestReport>>;
}
