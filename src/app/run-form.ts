// The form for the next new run: settings from the preset, the address and the user, and what such a run will
// cost. Not here: computing the costs (estimate.ts), starting the run (session.ts).
import { DEFAULTS, type PresetName, type RunConfig } from '../settings/settings.ts';
import { crossCheck, parseAddress } from '../settings/parse-settings.ts';
import { presetConfig } from '../settings/presets.ts';
import type { Fault, Result } from '../fault.ts';
import { estimateAll, rememberSpeed, secondsPerStep } from './estimate.ts';
import type { State } from './state.ts';

/** Pause after the last change before the trainer is asked: nobody reads an answer while typing. */
const QUIET_MS = 250;

/** Resolves with null while there is no trainer. */
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

  /**
   * Fills the form from the address; returns what is wrong in the address. The probe of the device may choose
   * a smaller preset later.
   */
  readAddress(): Fault[] {
    const { config, given, faults } = parseAddress(this.#address, DEFAULTS.preset);
    this.#state.form.value = config;
    this.#state.presetChosen.value = given.has('preset');
    return faults;
  }

  /** Forgets the question to the trainer before: it will not be answered. */
  newTrainer(): void {
    this.#asking = null;
  }

  /** Takes the settings of `preset`; keeps data set, seed, backend, executor, and what the address gives. */
  usePreset(preset: PresetName): void {
    const old = this.#state.form.value;
    const kept: Partial<RunConfig> = {
      dataset: old.dataset,
      seed: old.seed,
      backend: old.backend,
      executor: old.executor,
    };
    const given: Partial<RunConfig> = {};
    // Settings given in the address hold for every preset.
    for (const name of parseAddress(this.#address, preset).given)
      if (name !== 'preset') Object.assign(given, { [name]: old[name] });
    this.#state.form.value = { ...presetConfig(preset), ...kept, ...given };
  }

  /** Changes some settings; a preset among them counts as chosen by the user, and a new run as wanted. */
  change({ preset, ...others }: Partial<RunConfig>): void {
    this.#state.wantsNewRun.value = true;
    if (preset) {
      this.usePreset(preset);
      this.#state.presetChosen.value = true;
    }
    this.#state.form.value = { ...this.#state.form.value, ...others };
    // The answer belongs to the form before the change.
    this.#state.memory.value = null;
    void this.estimate();
  }

  /** Estimates the costs of every preset anew, and asks for the GPU memory a moment later. */
  async estimate(): Promise<void> {
    const { machine, form, datasets } = this.#state;
    if (!machine.value) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.fits(), QUIET_MS);
    const count = datasets.value.find(({ id }) => id === form.value.dataset)?.count ?? 0;
    this.#state.estimates.value = await estimateAll(machine.value, form.value, count);
  }

  /** How long a step of the opened run will most likely take, until its own steps tell. */
  async expectStep(): Promise<void> {
    const { machine, run, expectedStepSeconds } = this.#state;
    const opened = run.value;
    expectedStepSeconds.value = null;
    if (!machine.value || !opened) return;
    const { seconds } = await secondsPerStep(machine.value, opened.config);
    if (run.value === opened) expectedStepSeconds.value = seconds;
  }

  /** Keeps the speed of the run's steps for later estimates. */
  async rememberSpeed(): Promise<void> {
    const { machine, run, numbers } = this.#state;
    const rate = numbers.value.stepsPerSecond;
    if (!machine.value || !run.value || !rate) return;
    // The speed of an imported network or of another executor tells nothing about the preset.
    if (run.value.config.network || run.value.executor !== machine.value.executor) return;
    await rememberSpeed(machine.value, run.value.config, 1 / rate);
    await this.estimate();
  }

  /**
   * Why the GPU cannot train what the form says now, or null. One question at a time; if the form changes
   * meanwhile, the trainer is asked again.
   */
  fits(): Promise<Fault | null> {
    clearTimeout(this.#timer);
    this.#asking ??= this.#askUntilTold().finally(() => (this.#asking = null));
    return this.#asking;
  }

  /** Whether the GPU refused the memory of the run that was to begin; the form then says what fits. */
  isRefused(answer: Result<unknown>): boolean {
    if (answer.ok || !answer.fault.offers) return false;
    this.#state.memory.value = { bytes: null, fault: answer.fault };
    return true;
  }

  async #askUntilTold(): Promise<Fault | null> {
    for (;;) {
      const form = this.#state.form.value;
      // Settings that contradict each other make no network; the form says so at their field.
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
