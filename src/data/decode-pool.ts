// A pool of workers that decode pictures beside the one worker that stores them. Not here: what a worker
// does (decode-worker.ts), order and memory (decode-ahead.ts).
import { type Fault, FaultError } from '../fault.ts';
import type { Refused } from './decode.ts';
import type { Decoder } from './decode-ahead.ts';
import type { Wanted } from './framing.ts';
import type { Admit, SentPicture, Square } from './decode-picture.ts';

/** What is sent to a worker: a picture, or that the picture of this number may take memory. */
export type ToDecoder = { id: number; sent: SentPicture; wanted: Wanted } | { id: number; admitted: true };

/** What a worker sends: that a picture wants memory for so many pixels, or what became of it. */
export type FromDecoder = { id: number; pixels: number } | { id: number; result: Square | Refused };

const MOST_WORKERS = 4;
/** Pictures that a worker is given at once: some are read and decoded while another is filtered. */
const EACH = 6;

interface Job {
  admit: Admit;
  end: (result: Square | Refused) => void;
  fail: (error: FaultError) => void;
}

/** A worker, and what it is at. */
interface Hand {
  worker: Worker;
  jobs: Map<number, Job>;
  /** Whether the worker has sent anything: its code runs. */
  answers: boolean;
}

const ENDED: Refused = { ok: false, why: 'the browser gave up decoding it' };

export class DecodePool implements Decoder {
  readonly atOnce: number;
  readonly #hands: Hand[] = [];
  #ids = 0;
  /** Why nothing can be decoded any more. */
  #failed: FaultError | null = null;

  /** `cores`: of this computer; one is left to the worker that stores. */
  constructor(cores: number) {
    const workers = Math.max(1, Math.min(MOST_WORKERS, cores - 1));
    this.atOnce = workers * EACH;
    for (let i = 0; i < workers; i++) this.#hands.push(this.#newHand());
  }

  decode(sent: SentPicture, wanted: Wanted, admit: Admit): Promise<Square | Refused> {
    if (this.#failed) return Promise.reject(this.#failed);
    const hand = this.#hands.reduce((best, one) => (one.jobs.size < best.jobs.size ? one : best));
    const id = this.#ids++;
    return new Promise((end, fail) => {
      hand.jobs.set(id, { admit, end, fail });
      const message: ToDecoder = { id, sent, wanted };
      hand.worker.postMessage(message, buffersOf(sent));
    });
  }

  close(): void {
    for (const { worker, jobs } of this.#hands) {
      worker.terminate();
      for (const { end } of jobs.values()) end(ENDED);
      jobs.clear();
    }
  }

  #newHand(): Hand {
    const hand: Hand = { worker: newWorker(), jobs: new Map(), answers: false };
    const listen = (): void => {
      hand.worker.onmessage = ({ data }: MessageEvent<FromDecoder>) => {
        hand.answers = true;
        answer(hand, data);
      };
      hand.worker.onerror = ({ message }) => {
        if (!hand.answers) return this.#fail(message);
        // A worker that ended takes its pictures with it, not the import.
        hand.worker.terminate();
        for (const { end } of hand.jobs.values()) end(ENDED);
        hand.jobs.clear();
        hand.answers = false;
        hand.worker = newWorker();
        listen();
      };
    };
    listen();
    return hand;
  }

  /** A worker whose code does not run would not run the next time either. */
  #fail(message: string): void {
    this.#failed = new FaultError(notStarted(message));
    for (const { worker, jobs } of this.#hands) {
      worker.terminate();
      for (const { fail } of jobs.values()) fail(this.#failed);
      jobs.clear();
    }
  }
}

const notStarted = (message: string): Fault => ({
  kind: 'data',
  title: 'Pictures cannot be decoded now',
  what: 'The part of the app that decodes them did not start. The import stopped; its pictures so far are kept, and your checkpoints are untouched.',
  expected: 'a worker that decodes pictures',
  got: message || 'its code could not be loaded',
  todo: ['Go online and reload the page, then import the same files again.'],
});

function buffersOf(sent: SentPicture): ArrayBuffer[] {
  if (sent.kind === 'pixels') return [sent.bytes.buffer];
  return sent.content instanceof Uint8Array ? [sent.content.buffer] : [];
}

const newWorker = (): Worker =>
  new Worker(new URL('./decode-worker.ts', import.meta.url), { type: 'module', name: 'decoder' });

function answer({ worker, jobs }: Hand, message: FromDecoder): void {
  const job = jobs.get(message.id);
  if (!job) return;
  if ('pixels' in message) {
    const { id } = message;
    const admitted: ToDecoder = { id, admitted: true };
    void job.admit(message.pixels).then(() => worker.postMessage(admitted, []));
    return;
  }
  jobs.delete(message.id);
  job.end(message.result);
}
