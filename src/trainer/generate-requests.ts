// Samples that the user asks for from any checkpoint: a request begins in its turn among the commands, and is
// drawn beside them. Not here: opening the checkpoint and drawing (samples/generator.ts), a call between
// training steps (loop.ts).
import type { CheckpointRef } from '../checkpoint/api.ts';
import { faultOf, type Result } from '../fault.ts';
import type { DrawingFacts, GenerateRequest } from './api.ts';
import { DONE, type Generator } from './samples/generator.ts';
import type { CurrentRun, Held } from './current-run.ts';
import type { Turns } from './turns.ts';

/** The work of the trainer beside the commands. */
export interface Training {
  /** Whether a loop runs; the loop then makes one denoising call for the request between two steps. */
  trains: () => boolean;
  /** Settles with the work beside the commands: a loop, samples, a lost device that is started again. */
  background: () => Promise<void>;
}

export type RequestedGenerator = Pick<
  Generator,
  'begin' | 'ended' | 'finish' | 'cancel' | 'factsOf' | 'unread'
>;

/** What requests need of the current run and its equipment. */
export type RequestedRun = Pick<CurrentRun, 'withDevice' | 'abandonDevice'> & {
  readonly held: Pick<Held, 'is'>;
  readonly equipment: { readonly generator: RequestedGenerator };
};

export class GenerateRequests {
  readonly #current: RequestedRun;
  readonly #turns: Turns;
  readonly #training: Training;
  /** Rises with each request and each cancel; a request whose number is outdated is not begun. */
  #newest = 0;

  /** `turns`: the queue of the trainer's commands, which requests share. */
  constructor(current: RequestedRun, turns: Turns, training: Training) {
    this.#current = current;
    this.#turns = turns;
    this.#training = training;
  }

  /** Answers when the samples are drawn, cancelled or failed. The turn ends when drawing begins. */
  async generate(request: GenerateRequest): Promise<Result<null>> {
    const number = ++this.#newest;
    try {
      const { ended } = await this.#turns.take(async () => {
        await this.#restarted();
        if (number !== this.#newest) return { ended: DONE };
        await this.#current.withDevice();
        const { generator } = this.#current.equipment;
        await generator.begin(request, this.#training.trains());
        this.drawOn();
        // Inside an object: the turn would wait for a bare promise.
        return { ended: generator.ended };
      });
      return await ended;
    } catch (error) {
      return { ok: false, fault: faultOf(error) };
    }
  }

  /** Also keeps a request that still waits for its turn from beginning. */
  cancel(): void {
    this.#newest += 1;
    this.#current.equipment.generator.cancel();
  }

  /** See Generator.factsOf. */
  factsOf(ref: CheckpointRef): Promise<DrawingFacts> {
    return this.#current.equipment.generator.factsOf(ref);
  }

  /** See Generator.unread. */
  unread(ref: CheckpointRef, prompts: readonly string[]): Promise<string[]> {
    return this.#current.equipment.generator.unread(ref, prompts);
  }

  /** Makes denoising calls one after another while no loop makes them between its steps. */
  drawOn(): void {
    const { generator } = this.#current.equipment;
    // The request's answer already reports the loss; the next use starts another device.
    const lost = () => generator === this.#current.equipment.generator && this.#current.abandonDevice();
    void generator.finish(() => !this.#training.trains()).catch(lost);
  }

  /** Waits while the trainer starts a lost device again for its run: there must not be a second one. */
  async #restarted(): Promise<void> {
    const { background } = this.#training;
    let waited: Promise<void> | null = null;
    while (this.#current.held.is === 'lost' && waited !== background()) {
      waited = background();
      await waited;
    }
  }
}
