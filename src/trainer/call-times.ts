// How long a denoising call takes on this device, by network and pictures in the call, as measured in this session: what the
// page may say of pictures before they are drawn. Not here: training's speed (rate-meter.ts).
import { networkOf, type RunConfig } from '../config.ts';
import type { DrawingFacts } from './api.ts';

type HasNetwork = Pick<RunConfig, 'preset' | 'imageSize' | 'network'>;

/** Equal where the networks are. */
export function networkText(config: HasNetwork): string {
  const network = networkOf(config);
  return JSON.stringify(network, Object.keys(network).sort());
}

export class CallTimes {
  readonly #shortest = new Map<string, Map<number, number>>();

  /** The shortest counts: what makes others longer, a training step on its way, say, is not the call's own. */
  note(config: HasNetwork, pictures: number, ms: number): void {
    const network = networkText(config);
    const known = this.#shortest.get(network) ?? new Map<number, number>();
    known.set(pictures, Math.min(ms, known.get(pictures) ?? Infinity));
    this.#shortest.set(network, known);
  }

  of(config: HasNetwork): DrawingFacts['callMs'] {
    return [...(this.#shortest.get(networkText(config)) ?? [])].map(([pictures, ms]) => ({ pictures, ms }));
  }
}
