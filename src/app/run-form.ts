// The form for the next new run: what the preset, the address and the user say together, and what that will cost.
// Not here: how the costs are told (estimate.ts), starting the run (session.ts).
import type { PresetName, RunConfig } from '../settings/settings.ts';
import { crossCheck, parseAddress } from '../settings/parse-settings.ts';
import { presetConfig } from '../settings/presets.ts';
import type { Fault, Result } from '../fault.ts';
import { estimateAll } from './estimate.ts';
import type { State } from './state.ts';

/** Quiet after the last change, before the trainer is asked: nobody reads the answer while typing. */
const QUIET_MS = 250;

/** Null where nobody is there to ask. */
type AskBytes = (config: RunConfig) => Promise<Result<number | null> | null>;

export class RunForm {
  readonly #state: State;
  readonly #address: URLSearchParams;
  readonly #askBytes: AskBytes;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asking: Promise<Fault | null> | null = null;

  /** `askBytes`: GPU bytes that training with these settings takes, as `TrainerApi.trainingBytes`. */
  constructor(state: State, address: URLSearchParams, askBytes: AskBytes) {
    this.#state = state;
    this.#address = address;
    this.#askBytes = askBytes;
  }

  /** Fills the form; the probe of the machine may still choose a smaller preset. Answers what the address says wrongly. */
  readAddress(): Fault[] {
    const { config, given, faults } = parseAddress(this.#address, 'small');
    this.#state.form.value = config;
    this.#state.presetChosen.value = given.has('preset');
    return faults;
  }

  /** What the trainer before was asked is never answered. */
  newTrainer(): void {
    this.#asking = null;
  }

  usePreset(preset: PresetName): void {
    const old = this.#state.form.value;
    const kept: Partial<RunConfig> = {
      dataset: old.dataset,
      seed: old.seed,
      backend: old.backend,
      executor: old.executor,
    };
    const given: Partial<RunConfig> = {};
    // What the address says holds for every size, but for the size itself.
    for (const name of parseAddress(this.#address, preset).given)
      if (name !== 'preset') Object.assign(given, { [name]: old[name] });
    this.#state.form.value = { ...presetConfig(preset), ...kept, ...given };
  }

  change({ preset, ...others }: Partial<RunConfig>): void {
    if (preset) {
      this.usePreset(preset);
      this.#state.presetChosen.value = true;
    }
    this.#state.form.value = { ...this.#state.form.value, ...others };
    // Why the form before did not fit says nothing of this one.
    if (this.#state.memory.value?.fault) this.#state.memory.value = null;
    void this.estimate();
  }

  async estimate(): Promise<void> {
    const { machine, form, datasets } = this.#state;
    if (!machine.value) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.fits(), QUIET_MS);
    const count = datasets.value.find(({ id }) => id === form.value.dataset)?.count ?? 0;
    this.#state.estimates.value = await estimateAll(machine.value, form.value, count);
  }

  /** Why the GPU cannot train what the form says now, or null. One question at a time; a form that changed meanwhile is asked again. */
  fits(): Promise<Fault | null> {
    clearTimeout(this.#timer);
    this.#asking ??= this.#askUntilTold().finally(() => (this.#asking = null));
    return this.#asking;
  }

  async #askUntilTold(): Promise<Fault | null> {
    for (;;) {
      const form = this.#state.form.value;
      // A network that does not fit its pictures has no memory to speak of; its own field says so.
      const answer = crossCheck(form) ? null : await this.#askBytes(form);
      if (form !== this.#state.form.value) continue;
      this.#state.memory.value = {
        bytes: answer?.ok ? answer.value : null,
        fault: answer && !answer.ok ? answer.fault : null,
      };
      return this.#state.memory.value.fault;
    }
  }
}
