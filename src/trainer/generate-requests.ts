// Pictures that the user asks for from any checkpoint: begun in their turn among the commands, drawn beside whatever goes on.
// Not here: opening the checkpoint and drawing (generator.ts), one call between two training steps (loop.ts).
import type { CheckpointRef } from '../checkpoint/api.ts';
import { faultOf, type Result } from '../fault.ts';
import type { DrawingFacts, GenerateRequest } from './api.ts';
import { DONE } from './samples/generator.ts';
import type { Generator } from './samples/generator.ts';
import type { CurrentRun, Held } from './current-run.ts';
import type { Turns } from './turns.ts';

/** What the trainer does meanwhile. */
export interface Training {
  /** A loop takes them along, call by call. */
  trains: () => boolean;
  /** The end of whatever goes on: a loop, samples, a lost device that is started again. */
  background: () => Promise<void>;
}

export type RequestedGenerator = Pick<Generator, 'begin' | 'ended' | 'finish' | 'cancel' | 'factsOf'>;

/** What requests need of the current run and its equipment. */
export type RequestedRun = Pick<CurrentRun, 'withDevice' | 'abandonDevice'> & {
  readonly held: Pick<Held, 'is'>;
  readonly equipment: { readonly generator: RequestedGenerator };
};

export class GenerateRequests {
  readonly #current: RequestedRun;
  readonly #turns: Turns;
  readonly #training: Training;
  /** Counts what ends the wish for pictures that were asked for before. */
  #wish = 0;

  /** turns: those of the trainer's commands. */
  constructor(current: RequestedRun, turns: Turns, training: Training) {
    this.#current = current;
    this.#turns = turns;
    this.#training = training;
  }

  /** Answers when they are drawn, cancelled or have failed. Its turn ends with the beginning: commands go on meanwhile. */
  async generate(request: GenerateRequest): Promise<Result<null>> {
    const wish = ++this.#wish;
    try {
      const { ended } = await this.#turns.take(async () => {
        await this.#restarted();
        if (wish !== this.#wish) return { ended: DONE };
        await this.#current.withDevice();
        const { generator } = this.#current.equipment;
        await generator.begin(request, this.#training.trains());
        this.drawOn();
        // Not the promise itself: the turn would wait for it.
        return { ended: generator.ended };
      });
      return await ended;
    } catch (error) {
      return { ok: false, fault: faultOf(error) };
    }
  }

  /** Pictures that wait for their turn are not begun. */
  cancel(): void {
    this.#wish += 1;
    this.#current.equipment.generator.cancel();
  }

  /** As Generator.factsOf. */
  factsOf(ref: CheckpointRef): Promise<DrawingFacts> {
    return this.#current.equipment.generator.factsOf(ref);
  }

  /** They go on by themselves while no training step takes them along. */
  drawOn(): void {
    const { generator } = this.#current.equipment;
    // Whoever asked has heard of a loss; whatever comes next starts another device.
    const lost = () => generator === this.#current.equipment.generator && this.#current.abandonDevice();
    void generator.finish(() => !this.#training.trains()).catch(lost);
  }

  /** Whoever starts a lost device again for the run has ended, well or badly: there is none beside it. */
  async #restarted(): Promise<void> {
    const { background } = this.#training;
    let waited: Promise<void> | null = null;
    while (this.#current.held.is === 'lost' && waited !== background()) {
      waited = background();
      await waited;
    }
  }
}
