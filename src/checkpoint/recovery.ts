// The newest usable checkpoint: by generation, never by a clock; verified, else the next. Writes nothing to
// the disk. Not here: the scan of the headers (slot-scan.ts), what the trainer does with the checkpoint.
import { FaultError } from '../fault.ts';
import type { Recovery } from './api.ts';
import { loadSlot, readPatiently } from './load.ts';
import type { RunFolder } from './run-folder.ts';
import { markInvalid } from './slot-scan.ts';
import { DAMAGED, provesDamage } from './storage-fault.ts';

/** Why a checkpoint is passed over, in one sentence. Rethrows an error that is no FaultError. */
export function whyUnusable(error: unknown): string {
  if (!(error instanceof FaultError)) throw error;
  const { title, what, expected, got } = error.fault;
  return title === DAMAGED ? what : `${title}: expected ${expected}, got ${got}.`;
}

/** Slots whose header cannot be read. How new they are is unknown, so all are reported. */
function unreadableHeaders(folder: RunFolder): Recovery['passedOver'] {
  return folder.slots.flatMap((slot) => {
    if ((slot.state !== 'invalid' && slot.state !== 'unreadable') || slot.why === null) return [];
    const { name, globalStep } = slot.header ?? slot.seems ?? { name: '', globalStep: 0 };
    return [{ name: name || `slot ${slot.number} of ${folder.runId}`, globalStep, why: slot.why }];
  });
}

/**
 * The newest checkpoint of these runs that verifies; those that are found damaged are marked invalid, and one
 * that cannot be read for now is passed over as it is. `skip`: generations that the caller found unusable.
 */
export async function findNewest(folders: readonly RunFolder[], skip: readonly number[]): Promise<Recovery> {
  const passedOver = folders.flatMap(unreadableHeaders);
  const candidates = folders
    .flatMap((folder) => folder.slots.map((slot) => ({ folder, slot, record: folder.record(slot) })))
    .sort((a, b) => (b.record?.generation ?? 0) - (a.record?.generation ?? 0));
  for (const { folder, slot, record } of candidates) {
    if (!record || !slot.header || skip.includes(record.generation)) continue;
    try {
      const { handle, header } = slot;
      const content = await readPatiently(() => loadSlot(handle, header));
      return {
        loaded: { record, ...folder.noted(record), ...content },
        // Whether it was paused cannot be told: it waits for the user.
        paused: folder.note.paused || folder.isUnread,
        passedOver,
      };
    } catch (error) {
      const why = whyUnusable(error);
      if (provesDamage(error)) markInvalid(slot, why);
      passedOver.push({ name: record.name, globalStep: record.globalStep, why });
    }
  }
  return { loaded: null, paused: false, passedOver };
}
