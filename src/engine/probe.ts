// temporary
import type { Device } from './device.ts';
export async function probe(_device: Device): Promise<{ opMs: number; macsPerSecond: number }> {
  return { opMs: 0.1, macsPerSecond: 1e9 };
}
