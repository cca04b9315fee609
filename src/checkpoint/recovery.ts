// The newest usable checkpoint: by generation, never by a clock; verified, else the next. Writes nothing to
// the disk. Not here: the scan of the headers (run-folder.ts), what the trainer does with the checkpoint.
import { FaultError } from '../fault.ts';
import type { Recovery } from './api.ts';
import { loadSlot } from './load.ts';
import type { RunFolder, Slot } from './run-folder.ts';
import { DAMAGED } from './storage-fault.ts';

/** Why a checkpoint is passed over, in one sentence. Rethrows an error that is no FaultError. */
export function whyUnusable(error: unknown): string {
  if (!(error instanceof FaultError)) throw error;
  const { title, what, expected, got } = error.fault;
  return title === DAMAGED ? what : `${title}: expected ${expected}, got ${got}.`;
}

/** Marks an unusable slot in memory: retention no longer counts it as a checkpoint. */
export function markInvalid(slot: Slot, why: string): void {
  slot.state = 'invalid';
  slot.why = why;
}

/** Slots whose header cannot be read. How new they are is unknown, so all are reported. */
function unreadableHeaders(folder: RunFolder): Recovery['passedOver'] {
  return folder.slots.flatMap((slot) => {
    if (slot.state !== 'invalid' || slot.why === null) return [];
    const { name, globalStep } = slot.header ?? slot.seems ?? { name: '', globalStep: 0 };
    return [{ name: name || `slot ${slot.number} of ${folder.runId}`, globalStep, why: slot.why }];
  });
}

/**
 * The newest checkpoint of these runs that verifies; unusable ones are
 * marked invalid. `skip`: generations that the caller found unusable.
 */
export async function findNewest(folders: readonly RunFolder[], skip: readonly number[]): Promise<Recovery> {
  const passedOver = folders.flatMap(unreadableHeaders);
  const candidates = folders
    .flatMap((folder) => folder.slots.map((slot) => ({ folder, slot, record: folder.record(slot) })))
    .sort((a, b) => (b.record?.generation ?? 0) - (a.record?.generation ?? 0));
  for (const { folder, slot, record } of candidates) {
    if (!record || !slot.header || skip.includes(record.generation)) continue;
    try {
      const content = await loadSlot(slot.handle, slot.header);
      return {
        loaded: { record, ...folder.noted(record), ...content },
        paused: folder.note.paused,
        passedOver,
      };
    } catch (error) {
      const why = whyUnusable(error);
      markInvalid(slot, why);
      passedOver.push({ name: record.name, globalStep: record.globalStep, why });
    }
  }
  return { loaded: null, paused: false, passedOver };
}
