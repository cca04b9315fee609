// A trainer that a test can stop at a moment, to look at the page, take the GPU away or kill the browser, for
// as long as that takes. At such a moment the trainer sends the test's host a synchronous request, which the
// host answers to let it go on. Not here: what is tested meanwhile.
import { type Host, hostFolder } from './static-host.ts';

/**
 * Right after the trainer told the page of a state, of a checkpoint that was saved and listed (the moment's
 * name is the state's, or the checkpoint's), or of finished steps (`progress`).
 */
type Moment = string;

export interface TrainerHost extends Host {
  /** From now on the trainer stops at each of these moments. */
  hold(...moments: Moment[]): void;
  /**
   * Waits until the trainer has stopped at this moment, then lets it go on. At the next such moment it stops
   * again.
   */
  pass(moment: Moment, word?: string): Promise<void>;
  /** Lets the trainer go on from this moment, and no longer stop there. */
  release(moment: Moment): void;
}

const PATH = 'trainer-is-at/';

/**
 * Serves a folder as hostFolder does. `first` may define `heard(word)`, which the worker calls with the word
 * of `pass`.
 */
export async function hostTrainer(folder: string, first = ''): Promise<TrainerHost> {
  const held = new Set<Moment>();
  /** By moment, answers the request of a trainer that has stopped there. */
  const standing = new Map<Moment, (word: string) => void>();
  /** By moment, called when a trainer stops there. */
  const awaited = new Map<Moment, () => void>();

  const arrive = (moment: Moment): Promise<string> => {
    if (!held.has(moment)) return Promise.resolve('');
    return new Promise((resolve) => {
      standing.set(moment, resolve);
      awaited.get(moment)?.();
    });
  };
  const answer = (moment: Moment, word: string): void => {
    standing.get(moment)?.(word);
    standing.delete(moment);
  };
  const served = await hostFolder(folder, first + ASKING, (path) =>
    path.startsWith(PATH) ? arrive(path.slice(PATH.length)) : null,
  );
  return {
    ...served,
    hold: (...moments) => moments.forEach((moment) => held.add(moment)),
    async pass(moment, word = '') {
      if (!standing.has(moment)) await new Promise<void>((resolve) => awaited.set(moment, resolve));
      answer(moment, word);
    },
    release(moment) {
      held.delete(moment);
      answer(moment, '');
    },
  };
}

/**
 * Runs before the trainer's own code: once the page has been told, the trainer asks the host and waits for
 * the answer.
 */
const ASKING = `{
  const post = MessagePort.prototype.postMessage;
  let saved = null;
  const momentOf = (event) => {
    if (event.type === 'state') return event.state;
    if (event.type === 'progress') return 'progress';
    if (event.type === 'saved') saved = event.record.name;
    if (event.type !== 'checkpoints') return null;
    const listed = saved;
    saved = null;
    return listed;
  };
  MessagePort.prototype.postMessage = function (message, ...rest) {
    post.call(this, message, ...rest);
    const events = message?.argumentList?.[0]?.value;
    if (!Array.isArray(events)) return;
    for (const moment of events.map(momentOf)) {
      if (moment === null) continue;
      const asking = new XMLHttpRequest();
      asking.open('GET', '/${PATH}' + moment, false);
      asking.send();
      globalThis.heard?.(asking.responseText);
    }
  };
}
`;
