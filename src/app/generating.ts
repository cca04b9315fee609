// Drawing pictures from a checkpoint on request: asking, cancelling, saving as PNG. Not here: pictures while
// they are drawn (generated.ts), the drawing itself (trainer/samples/generator.ts).
import { SAMPLE_COUNT, SHEET_COLUMNS } from '../settings/sample-counts.ts';
import type { Result } from '../fault.ts';
import { picturesPng } from '../formats/pictures-png.ts';
import type { CheckpointRef, DrawingFacts, Sample } from '../trainer/api.ts';
import { eachOf, requestOf } from './asked-set.ts';
import { download } from './download.ts';
import { cutGenerated } from './generated.ts';
import { recipeOf, withRecipe } from './recipe.ts';
import type { Asked, State } from './state.ts';
import type { TrainerClient } from './worker-client.ts';

export class Generating {
  readonly #state: State;
  #cancelled = false;

  constructor(state: State) {
    this.#state = state;
  }

  /** Draws the pictures. Resolves with the trainer's answer; a cancelled or failed set is cut. */
  async generate(trainer: TrainerClient, asked: Asked): Promise<Result<null>> {
    const { generated, generating, asked: last } = this.#state;
    generated.value = null;
    last.value = asked;
    generating.value = true;
    this.#cancelled = false;
    let whole = false;
    try {
      const result = await trainer.generate(requestOf(asked));
      // The events of the last pictures may come after this answer.
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

  /** What is known about drawing from a checkpoint; null where the trainer cannot tell. */
  async facts(trainer: TrainerClient | null, ref: CheckpointRef): Promise<DrawingFacts | null> {
    const told = await trainer?.drawingFacts({ runId: ref.runId, generation: ref.generation });
    return told?.ok ? told.value : null;
  }

  /** Of each prompt the words that the checkpoint's model does not read; null: the trainer cannot tell. */
  async unread(
    trainer: TrainerClient | null,
    { runId, generation }: CheckpointRef,
    prompts: readonly string[],
  ): Promise<readonly string[] | null> {
    const told = await trainer?.unread({ ref: { runId, generation }, prompts });
    return told?.ok ? told.value : null;
  }

  /** Downloads one picture (0 is the first), or all finished pictures on one sheet. */
  async save(which: number | 'all'): Promise<void> {
    const drawn = this.#state.generated.value?.samples.filter((sample) => sample?.drawn) as
      Sample[] | undefined;
    const chosen = which === 'all' ? drawn : drawn?.filter(({ index }) => index === which);
    if (!chosen || chosen.length === 0) return;
    const png = await picturesPng(chosen, this.#columns(chosen.length));
    await download(await this.#withRecipe(png, which), this.#nameOf(which));
  }

  /** As on the page: a row for each prompt where they are compared by rows. */
  #columns(pictures: number): number {
    const asked = this.#state.asked.value;
    if (asked?.words?.layout === 'grid') return eachOf(asked);
    return pictures > SAMPLE_COUNT ? 2 * SHEET_COLUMNS : SHEET_COLUMNS;
  }

  async #withRecipe(png: Blob, which: number | 'all'): Promise<Blob> {
    const { asked, generated } = this.#state;
    if (!asked.value || !generated.value) return png;
    const { step, size } = generated.value;
    return withRecipe(png, recipeOf(asked.value, step, which === 'all' ? null : which), size);
  }

  /** unet_step_20_seed_7_picture_3.png: tells the checkpoint and the seed that give the same picture. */
  #nameOf(which: number | 'all'): string {
    const { asked } = this.#state;
    const from = asked.value ? `${asked.value.name}_seed_${asked.value.seed}` : 'perennial';
    return `${from}_${which === 'all' ? 'pictures' : `picture_${which + 1}`}.png`;
  }

  /** Call it when the trainer has ended: no more pictures come, so the set is cut to the finished ones. */
  forget(): void {
    cutGenerated(this.#state);
    this.#state.generating.value = false;
  }
}
