// The store worker's boundary, types only: what the trainer asks of the store and what it gets back. The
// store knows bytes, slots and generations; it knows nothing of networks, GPUs or training.
import type { Result } from '../fault.ts';

/**
 * Names one checkpoint in the store for ever: a slot may be overwritten, a generation is never used again.
 */
export interface CheckpointRef {
  runId: string;
  /** Rises by one with each save into the store, whatever the run: a larger one is newer. */
  generation: number;
}

/** A checkpoint as the index holds it and the page lists it. Every field can be read back from the slot. */
export interface CheckpointRecord extends CheckpointRef {
  /** unet_step_<n>, unet_epoch_<n> or unet_final. */
  name: string;
  globalStep: number;
  epoch: number;
  slot: number;
  /** Bytes of the safetensors payload. */
  sizeBytes: number;
  /** When the checkpoint was saved (ISO 8601); shown, never used for order. */
  created: string;
  /** Mean of the last 100 batch losses; null before the first step. */
  meanLoss: number | null;
  /** Kept by hand: retention never deletes this checkpoint. */
  kept: boolean;
  /** Saved between the checkpoints that are due: it makes room for the next save unless it is kept. */
  autosave: boolean;
}

/** One slot as a scan found it. */
export interface SlotReport {
  runId: string;
  slot: number;
  capacityBytes: number;
  /** `unreadable`: the browser refuses to read it for now. It is not written, and looked at again. */
  state: 'empty' | 'valid' | 'invalid' | 'writing' | 'unreadable';
  record: CheckpointRecord | null;
  /** Why the slot is invalid or unreadable, in words; null otherwise. */
  why: string | null;
}

/** What must survive of a run beside its checkpoints. Durable, in a file of its own: see run-note.ts. */
export interface RunNote {
  /** What the user calls the run, or its default; empty in the notes of earlier versions. */
  name: string;
  /** The user started another run: recovery passes over this run. */
  closed: boolean;
  /** The user paused: the run stays paused after the validation samples. */
  paused: boolean;
  /** Generations that the user keeps by hand. */
  kept: number[];
  /** When the run began (ISO 8601). */
  started: string;
  /** Where the run was prolonged: its length since then. Checkpoints from before say the earlier one. */
  length: RunLength | null;
}

/** Where a run ends: the settings of these names. */
export interface RunLength {
  maxSteps: number;
  epochs: number;
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
  /** Bytes of all slot files. */
  usedBytes: number;
  /** The quota of navigator.storage.estimate(): shown as an estimate. Null where the browser gives none. */
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
  /** See CheckpointRecord.autosave. */
  autosave: boolean;
  /** In the file's order. The buffers are transferred. */
  tensors: FileTensor[];
  metadata: Record<string, string>;
  /** How many of the newest step checkpoints retention keeps. */
  keepNewest: number;
  /** Step checkpoints at multiples of this step stay spread over the run as epochs do; null: none do. */
  spreadEvery: number | null;
  /**
   * Payload bytes at the run's last planned step. A slot that is too small is grown before it is written.
   */
  capacityBytes: number;
}

export interface SaveReport {
  record: CheckpointRecord;
  /** Milliseconds of writing with digests, of flushing, of reading back. */
  writeMs: number;
  flushMs: number;
  verifyMs: number;
  /**
   * How many earlier checkpoints the browser had deleted, as when site data is cleared: this one was then
   * written anew, from memory, into fresh files. Null: its file was found by its name at once.
   */
  vanished: number | null;
}

/** A checkpoint read and verified: digests, structure, finiteness, second moments. */
export interface LoadedCheckpoint {
  record: CheckpointRecord;
  /** When the run began (ISO 8601); shown, never used for order. */
  started: string;
  /** See RunNote.length. */
  length: RunLength | null;
  tensors: FileTensor[];
  metadata: Record<string, string>;
}

/**
 * What recovery found: the newest valid checkpoint of any run that is not closed, and the ones passed over.
 */
export interface Recovery {
  loaded: LoadedCheckpoint | null;
  paused: boolean;
  passedOver: { name: string; globalStep: number; why: string }[];
}

export interface SelfTestReport {
  /** Each step of the test in order, with its milliseconds. */
  steps: { name: string; ms: number }[];
  sizeBytes: number;
}

/** What the worker posts beside its answers: a storage call begins, or (`what` null) has come back. */
export interface StorageCall {
  /** Number of the call. */
  storageCall: number;
  /** As the subject of a sentence: "Writing slot-2 of a run". */
  what: string | null;
  /** How long the call may take before it is said to hang. */
  allowedMs: number;
}

/** The Comlink interface of store-worker.ts. A method that can fail in an expected way answers a Result. */
export interface StoreApi {
  /** Takes the handles (retrying up to 5 s), scans every header, rebuilds the index. Changes nothing else. */
  open(): Promise<Result<StoreReport>>;
  report(): Promise<StoreReport>;
  /**
   * The checkpoint of the highest generation whose content passes the checks, among runs that are not closed.
   * `skip`: generations that the caller found unusable. `runId`: only of this run.
   */
  recover(skip: number[], runId?: string): Promise<Recovery>;
  /** Makes a run's folder, its note and its first slot, pre-written. growPool makes further slots. */
  createRun(runId: string, started: string, capacityBytes: number): Promise<Result<null>>;
  /**
   * Pre-writes at most one further slot, or grows an empty one that is too small; answers how many slots the
   * pool has. Called between steps.
   */
  growPool(runId: string, slots: number, capacityBytes: number): Promise<Result<number>>;
  save(request: SaveRequest): Promise<Result<SaveReport>>;
  load(ref: CheckpointRef): Promise<Result<LoadedCheckpoint>>;
  /** A checkpoint's metadata, quickly: unlike `load` it neither reads nor verifies the numbers. */
  metadataOf(ref: CheckpointRef): Promise<Result<Record<string, string>>>;
  /**
   * The payload as a file <name>.safetensors, made of slices. The slot is not overwritten before `endExport`.
   */
  exportFile(ref: CheckpointRef): Promise<Result<File>>;
  endExport(ref: CheckpointRef): Promise<void>;
  /** Changes a run's note; on the disk when the call answers. After a failed write the note is as before. */
  writeNote(runId: string, changes: Partial<RunNote>): Promise<Result<null>>;
  /**
   * Zeroes the slot's header, durably. While its run trains
   * the file stays as an empty slot, else it is removed.
   */
  remove(ref: CheckpointRef): Promise<Result<null>>;
  /**
   * The step checkpoints of a run that can be freed: not the newest checkpoint that verifies, which is read
   * for it, nor kept ones, nor one that is being exported.
   */
  freeableSteps(runId: string): Promise<Result<CheckpointRecord[]>>;
  /**
   * Frees those of these generations that are still such. `trains`: the files stay as empty slots. Answers
   * the bytes freed.
   */
  freeSteps(runId: string, generations: readonly number[], trains: boolean): Promise<Result<number>>;
  /**
   * Deletes a run: its checkpoints, its note, its pictures in the index. The caller makes sure that nothing
   * trains it. Refused while one of its checkpoints is being exported.
   */
  removeRun(runId: string): Promise<Result<null>>;
  /** The built-in test of the checkpoint system: see self-test.ts. */
  selfTest(): Promise<Result<SelfTestReport>>;
}
