// What the ready model is, and the way to go on from it. Not here: reading it (trainer/ready-model.ts).
import { READY_MODEL } from '../../settings/ready-model.ts';
import { useApp } from '../page-state/app-context.ts';
import { count } from '../format.ts';

/** Above the pictures while the ready model is chosen. */
export function ReadyNote() {
  const { state, commands } = useApp();
  const able = ['idle', 'paused', 'finished'].includes(state.runState.value);
  const trainOn = (): void => {
    location.hash = 'train';
    commands.resumeFrom(READY_MODEL, {}, null);
  };
  return (
    <div class="ready-note">
      <p>
        A small model that comes with Perennial: it learnt {READY_MODEL.learnt} in {count(READY_MODEL.steps)}{' '}
        steps, on a processor. Say a shape, a colour and a background.
      </p>
      <button class="btn s" type="button" disabled={!able} onClick={trainOn}>
        Train on from it
      </button>
    </div>
  );
}
