// What is offered where training does not fit the GPU: gradient checkpointing, which keeps the batch, and the
// largest half of the batch that fits; each with its bytes. Not here: what fits (training-device.ts), how an
// offer is shown (ui/setup/memory-alert.tsx).
import type { Fault, MemoryOffer } from '../fault.ts';
import type { RunConfig } from '../settings/settings.ts';

/**
 * A fault of kind `memory` with its offers; any other as it is. `bytesOf`: GPU bytes of training with these
 * settings; null where they do not fit, too.
 */
export async function withOffers(
  fault: Fault,
  config: RunConfig,
  bytesOf: (config: RunConfig) => Promise<number | null>,
): Promise<Fault> {
  if (fault.kind !== 'memory') return fault;
  const offers: MemoryOffer[] = [];
  const offer = async (settings: MemoryOffer['settings']): Promise<boolean> => {
    // Of a device that is lost meanwhile nothing is offered; the fault stays the one of memory.
    const bytes = await bytesOf({ ...config, ...settings }).catch(() => null);
    if (bytes !== null) offers.push({ settings, bytes });
    return bytes !== null;
  };
  const firstHalf = async (others: Pick<MemoryOffer['settings'], 'gradientCheckpointing'>): Promise<void> => {
    let batchSize = config.batchSize >> 1;
    while (batchSize >= 1 && !(await offer({ ...others, batchSize }))) batchSize >>= 1;
  };
  if (!config.gradientCheckpointing) await offer({ gradientCheckpointing: true });
  await firstHalf({});
  // Where neither is enough, both may be.
  if (offers.length === 0 && !config.gradientCheckpointing) await firstHalf({ gradientCheckpointing: true });
  const todo = offers.length > 0 ? offers.map(toDo) : ['Choose a smaller preset.'];
  return { ...fault, todo, offers };
}

const toDo = ({ settings: { batchSize, gradientCheckpointing } }: MemoryOffer): string => {
  const batch = batchSize === undefined ? '' : `batch size ${batchSize}`;
  if (!gradientCheckpointing) return `Choose ${batch}: it fits.`;
  return batch
    ? `Choose ${batch} and gradient checkpointing: together they fit.`
    : 'Choose gradient checkpointing: it fits.';
};
