// What the user does with stored runs and their checkpoints: go on in a run, delete, free. Each asks first
// where something is lost. Not here: the texts of the questions (questions.ts), the store (checkpoint/).
import { listCheckpoints } from '../checkpoint/index-db.ts';
import type { Result } from '../fault.ts';
import type { CheckpointRecord, CheckpointRef } from '../trainer/api.ts';
import { deleteQuestion, deleteRunQuestion, freeStepsQuestion } from './questions.ts';
import { rememberedRuns, runName } from './run-names.ts';
import type { Pressed, State } from './state.ts';
import type { TrainerClient } from './worker-client.ts';

type Work = (trainer: TrainerClient) => Promise<Result<unknown> | void>;

/** What the session does for this file. */
interface Tools {
  /** Calls the trainer; a fault becomes an alert. */
  call: (work: Work) => Promise<unknown>;
  /** As `call`, and says on the page what was pressed until the answer. */
  press: (what: Pressed['what'], work: Work) => Promise<unknown>;
  /** Asks the store again what it holds. */
  refreshStore: () => Promise<void>;
}

export class StoredRuns {
  readonly #state: State;
  readonly #tools: Tools;

  constructor(state: State, tools: Tools) {
    this.#state = state;
    this.#tools = tools;
  }

  /** The list as the index remembers it, where the store cannot be asked. */
  async listFromIndex(): Promise<void> {
    this.#state.checkpoints.value = await listCheckpoints();
    this.#state.runs.value = await rememberedRuns();
  }

  /** Goes on in an earlier run. */
  async continue(runId: string): Promise<void> {
    this.#state.runState.value = 'starting';
    this.#state.preparing.value = { what: 'Opening the run', done: 0, total: null };
    await this.#tools.call((trainer) => trainer.continueRun(runId));
    await this.#tools.refreshStore();
  }

  /** Asks, then deletes a run with all its checkpoints. */
  askDelete(runId: string): void {
    const { checkpoints, run, runs, question } = this.#state;
    const own = checkpoints.value.filter((record) => record.runId === runId);
    const kept = own.flatMap((record) => (record.kept ? [record.name] : []));
    const name = runName(runs.value, runId);
    const current = run.value?.runId === runId;
    const remove = () => void this.#tools.press('delete-run', (trainer) => trainer.deleteRun(runId));
    question.value = deleteRunQuestion({ name, checkpoints: own.length, kept, current }, remove);
  }

  /** Asks, then deletes one checkpoint. */
  askDeleteCheckpoint(ref: CheckpointRef): void {
    const { checkpoints, runs, question } = this.#state;
    const record = checkpoints.value.find((one) => one.generation === ref.generation);
    const remove = () => void this.#tools.call((trainer) => trainer.deleteCheckpoint(ref));
    const run = runName(runs.value, ref.runId);
    question.value = deleteQuestion(record?.name ?? 'this checkpoint', run, remove);
  }

  /** Asks, then deletes a run's step checkpoints but the newest and those kept by hand: those it named. */
  askFree(runId: string): Promise<unknown> {
    return this.#tools.call(async (trainer) => {
      const listed = await trainer.freeableSteps(runId);
      if (listed.ok) this.#askFreeThese(runId, listed.value);
      return listed;
    });
  }

  #askFreeThese(runId: string, records: readonly CheckpointRecord[]): void {
    const { runs, question, notice } = this.#state;
    if (records.length === 0) {
      notice.value = 'No step checkpoint can be freed: the newest and those that you keep stay.';
      return;
    }
    const generations = records.map(({ generation }) => generation);
    const free = async (trainer: TrainerClient): Promise<Result<number>> => {
      const result = await trainer.freeSteps(runId, generations);
      if (result.ok) notice.value = `Freed ${Math.round(result.value / 1e6)} MB.`;
      return result;
    };
    const names = records.map(({ name }) => name);
    question.value = freeStepsQuestion(runName(runs.value, runId), names, () => void this.#tools.call(free));
  }
}
