// The captions of the data set in the form, looked at while the page waits for Train and the form's model has
// words, or one that is offered for import; and the prompts that the user writes in place of those drawn from
// them. Not here: reading captions (trainer/caption-facts.ts), the form (run-form.ts).
import { computed, effect } from '@preact/signals';
import type { Result } from '../fault.ts';
import { hasWords } from '../settings/preset-families.ts';
import type { CaptionFacts, TrainerApi } from '../trainer/api.ts';
import type { State } from './state.ts';

type Request = Parameters<TrainerApi['captionFacts']>[0];

/** Pause after the last change before the trainer is asked: nobody reads an answer while typing. */
const QUIET_MS = 250;

/** A question, and the fingerprint of the captions it is about: those that were edited are asked of again. */
interface Wanted {
  request: Request;
  words: string | null;
}

/** What the page wants to know; null: nothing, no model has words. */
function wantedBy({ form, datasets, offered }: Pick<State, 'form' | 'datasets' | 'offered'>): Wanted | null {
  const { dataset, maxImages, seed } = form.value;
  const known = datasets.value.find(({ id }) => id === dataset);
  const imports = offered.value?.words === true && offered.value.dataset === null;
  if (!known || !(imports || hasWords(form.value))) return null;
  return { request: { dataset, maxImages, seed }, words: known.words ?? null };
}

export class CaptionsOfForm {
  readonly #state: State;
  /** The newest question, as JSON; what answers another one is not wanted any more. */
  #asked = '';

  /**
   * From now on follows the form. `ask`: as `TrainerApi.captionFacts`; null while there is no trainer. Call
   * it once per page: it is never released.
   */
  constructor(state: State, ask: (request: Request) => Promise<Result<CaptionFacts> | null>) {
    this.#state = state;
    const wanted = computed(() => JSON.stringify(wantedBy(state)));
    let timer: ReturnType<typeof setTimeout> | undefined;
    effect(() => {
      // A trainer that trains is not asked: what was known before stays.
      if (state.runState.value !== 'idle' || wanted.value === this.#asked) return;
      this.#asked = wanted.value;
      state.captions.value = null;
      clearTimeout(timer);
      const next = JSON.parse(wanted.value) as Wanted | null;
      if (next) timer = setTimeout(() => void this.#ask(ask, next), QUIET_MS);
    });
    const dataset = computed(() => state.form.value.dataset);
    effect(() => {
      void dataset.value;
      state.ownPrompts.value = null;
    });
  }

  async #ask(ask: (request: Request) => Promise<Result<CaptionFacts> | null>, wanted: Wanted): Promise<void> {
    const answer = await ask(wanted.request);
    if (JSON.stringify(wanted) !== this.#asked) return;
    this.#state.captions.value = answer?.ok ? answer.value : null;
    if (!answer) this.#asked = '';
  }

  /** The user's own prompts for all 16 samples; null: those drawn from the captions again. */
  setPrompts(prompts: readonly string[] | null): void {
    const drawn = this.#state.captions.value?.prompts;
    const asDrawn = drawn !== undefined && prompts?.every((text, i) => text === drawn[i]?.text);
    this.#state.ownPrompts.value = asDrawn ? null : prompts;
  }

  /** What the trainer is given with the form; null: it draws the prompts, or the model has no words. */
  prompts(): readonly string[] | null {
    const { form, ownPrompts } = this.#state;
    return hasWords(form.value) ? ownPrompts.value : null;
  }
}
