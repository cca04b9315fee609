// Pictures from a checkpoint on request: asked for, cancelled, saved as files. Not here: how they come (generated.ts), drawing
// them (the trainer's).
import type { Result } from '../fault.ts';
import { picturesPng } from '../formats/pictures-png.ts';
import type { CheckpointRef, DrawingFacts, Sample } from '../trainer/api.ts';
import { download } from './download.ts';
import { cutGenerated } from './generated.ts';
import type { Asked, State } from './state.ts';
import type { TrainerClient } from './worker-client.ts';

/** As on the page. */
const columnsFor = (pictures: number): number => (pictures > 16 ? 8 : 4);

export class Generating {
  readonly #state: State;
  #cancelled = false;

  constructor(state: State) {
    this.#state = state;
  }

  async generate(trainer: TrainerClient, asked: Asked): Promise<Result<null>> {
    const { generated, generating, asked: last } = this.#state;
    generated.value = null;
    last.value = asked;
    generating.value = true;
    this.#cancelled = false;
    let whole = false;
    try {
      const { name: _, ...request } = asked;
      const result = await trainer.generate(request);
      // Its last pictures may come after this answer.
      whole = result.ok && !this.#cancelled;
      return result;
    } finally {
      if (!whole) cutGenerated(this.#state);
      generating.value = false;
    }
  }

  cancel(trainer: TrainerClient): Promise<void> {
    this.#cancelled = true;
    return trainer.cancelGenerate();
  }

  /** Null where nobody can tell: Generate will say why. */
  async facts(trainer: TrainerClient | null, ref: CheckpointRef): Promise<DrawingFacts | null> {
    const told = await trainer?.drawingFacts({ runId: ref.runId, generation: ref.generation });
    return told?.ok ? told.value : null;
  }

  /** One picture (0 the first) as it is, or all of them on one sheet. */
  async save(which: number | 'all'): Promise<void> {
    const drawn = this.#state.generated.value?.samples.filter((sample) => sample?.drawn) as
      Sample[] | undefined;
    const chosen = which === 'all' ? drawn : drawn?.filter(({ index }) => index === which);
    if (!chosen || chosen.length === 0) return;
    await download(await picturesPng(chosen, columnsFor(chosen.length)), this.#nameOf(which));
  }

  /** unet_step_20_seed_7_picture_3.png: what another needs to draw it again, in its name. */
  #nameOf(which: number | 'all'): string {
    const { asked } = this.#state;
    const from = asked.value ? `${asked.value.name}_seed_${asked.value.seed}` : 'perennial';
    return `${from}_${which === 'all' ? 'pictures' : `picture_${which + 1}`}.png`;
  }

  /** The trainer that drew is gone, and does not answer. */
  forget(): void {
    cutGenerated(this.#state);
    this.#state.generating.value = false;
  }
}
