// How long a denoising call takes on this device, by network and pictures in the call, as measured in this session: what the
// page may say of pictures before they are drawn. Not here: training's speed (rate-meter.ts).
import type { RunConfig } from '../../settings/settings.ts';
import { networkOf } from '../../settings/presets.ts';
import type { DrawingFacts } from '../api.ts';

type HasNetwork = Pick<RunConfig, 'preset' | 'imageSize' | 'network'>;

/** Equal where the networks are. */
export function networkText(config: HasNetwork): string {
  const network = networkOf(config);
  return JSON.stringify(network, Object.keys(network).sort());
}

/** What the newest call counts in the mean. */
const NEWEST = 0.2;

export class CallTimes {
  readonly #means = new Map<string, Map<number, number>>();

  /** A call between training steps is as long as training waited for it: a step under way is waited for, too. */
  note(config: HasNetwork, pictures: number, ms: number): void {
    const network = networkText(config);
    const means = this.#means.get(network) ?? new Map<number, number>();
    const mean = means.get(pictures) ?? ms;
    means.set(pictures, mean + NEWEST * (ms - mean));
    this.#means.set(network, means);
  }

  of(config: HasNetwork): DrawingFacts['callMs'] {
    return [...(this.#means.get(networkText(config)) ?? [])].map(([pictures, ms]) => ({ pictures, ms }));
  }
}
