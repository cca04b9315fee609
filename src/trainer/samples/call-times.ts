// How long a denoising call takes on this device, by network and samples in the call, as measured in this
// session: the page estimates from it how long samples will take. Not here: training's speed (rate-meter.ts).
import { type HasNetwork, networkText } from '../../settings/presets.ts';
import type { DrawingFacts } from '../api.ts';

/** Weight of the newest call in the exponential moving average. */
const NEWEST = 0.2;

export class CallTimes {
  readonly #means = new Map<string, Map<number, number>>();

  /**
   * `ms`: the wait for one forward pass. Between training steps it includes the rest of the step under way.
   */
  note(config: HasNetwork, pictures: number, ms: number): void {
    const network = networkText(config);
    const means = this.#means.get(network) ?? new Map<number, number>();
    const mean = means.get(pictures) ?? ms;
    means.set(pictures, mean + NEWEST * (ms - mean));
    this.#means.set(network, means);
  }

  /** Mean milliseconds of a call, by samples in the call; empty where none was measured. */
  of(config: HasNetwork): DrawingFacts['callMs'] {
    return [...(this.#means.get(networkText(config)) ?? [])].map(([pictures, ms]) => ({ pictures, ms }));
  }
}
