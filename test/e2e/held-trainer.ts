// A trainer that stands still where a test looks at it, takes its GPU away or kills it, for as long as that takes: at these
// moments it asks the host it came from, in a request that its thread waits for. Not here: what is tested meanwhile.
import { type Host, hostFolder } from './static-host.ts';

/**
 * A state that the trainer tells the page, the name of a checkpoint that was just saved and listed, or `progress`, the
 * numbers of finished steps. The page has been told when the trainer stands.
 */
type Moment = string;

export interface TrainerHost extends Host {
  /** From now on the trainer stands still at each of these moments. */
  hold(...moments: Moment[]): void;
  /** Resolves once the trainer stands at this moment, and lets it go on; the next time it is held again. */
  pass(moment: Moment, word?: string): Promise<void>;
  /** Lets the trainer go on from this moment, now and from now on. */
  release(moment: Moment): void;
}

const PATH = 'trainer-is-at/';

/** Serves a folder as hostFolder does. `first` may define `heard(word)`: what the worker does with the word of `pass`. */
export async function hostTrainer(folder: string, first = ''): Promise<TrainerHost> {
  const held = new Set<Moment>();
  /** The request of a trainer that stands. */
  const standing = new Map<Moment, (word: string) => void>();
  /** Who waits for a trainer to stand. */
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

/** What the trainer runs before its own code: after it has told the page of a moment, it asks and waits. */
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
