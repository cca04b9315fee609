// A trainer that falls asleep where a test wants to look at it, lose its GPU or kill it: on a fast machine these moments are
// over before a test has seen them. Code for workers (hostFolder). Not here: what is tested meanwhile.

/**
 * What the trainer tells the page (a state, or the name of a checkpoint that was just saved and listed), and for how many
 * milliseconds it sleeps right after. Nothing else about it changes.
 */
export const sleepAfter = (sleeps: Readonly<Record<string, number>>): string => `{
  const sleeps = ${JSON.stringify(sleeps)};
  const post = MessagePort.prototype.postMessage;
  let saved = null;
  MessagePort.prototype.postMessage = function (message, ...rest) {
    post.call(this, message, ...rest);
    const events = message?.argumentList?.[0]?.value;
    if (!Array.isArray(events)) return;
    for (const event of events) {
      if (event.type === 'saved') saved = event.record.name;
      const told = event.type === 'state' ? event.state : event.type === 'checkpoints' ? saved : null;
      if (told === null || !(told in sleeps)) continue;
      saved = null;
      const { buffer } = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
      Atomics.wait(new Int32Array(buffer), 0, 0, sleeps[told]);
    }
  };
}
`;
