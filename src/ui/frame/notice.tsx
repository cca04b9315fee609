// The lines under the status strip: what happened and needs no action, and why the run's pictures keep it
// from going on. Not here: alerts, and notices without a run (status-strip.tsx shows those itself).
import type { State } from '../../app/state.ts';
import type { DatasetInfo, RunSummary } from '../../trainer/api.ts';
import { useApp } from '../page-state/app-context.ts';
import { count, duration, pictures } from '../format.ts';

/** Shown with a run; empty while there is no notice. */
export function Notice() {
  const { state } = useApp();
  const text = [state.notice.value, wentBackText(state.wentBack.value)].filter(Boolean).join(' ');
  const brought = state.brought.value;
  return (
    <div role="status" aria-label="Notices">
      {text && <p class="notice">{text}</p>}
      <AboutItsPictures />
      {brought && <Brought info={brought} />}
    </div>
  );
}

/** Says of a run at rest why it cannot go on as it is: its pictures are missing, or others than before. */
function AboutItsPictures() {
  const { state } = useApp();
  const run = state.run.value;
  if (!run || run.pictures === 'as-begun' || state.runState.value === 'training') return null;
  return <p class="notice">{aboutPictures(run)}</p>;
}

function aboutPictures({ pictures, dataset }: RunSummary) {
  const title = <bdi>{dataset.title}</bdi>;
  if (pictures === 'no-latents')
    return 'It learns from latents, which cannot be made here yet: its samples are rough previews. Export it to train it on.';
  if (pictures === 'changed')
    return <>The pictures of {title} have changed since it began. Going on asks first.</>;
  return (
    <>
      Its pictures, {title}, are not on this computer. Samples can be drawn; training goes on once you import
      them.
    </>
  );
}

function wentBackText(back: State['wentBack']['value']): string | null {
  if (!back) return null;
  if (back.steps === 0) return 'Nothing was lost.';
  const steps = `${count(back.steps)} ${back.steps === 1 ? 'step' : 'steps'}`;
  return `Went back ${steps}${back.seconds === null ? '' : ` (${duration(back.seconds)})`}.`;
}

/** Pictures that were dropped or chosen while a run goes on: they wait for the next run. */
function Brought({ info }: { info: DatasetInfo }) {
  const { commands } = useApp();
  return (
    <p class="notice with-button">
      <span>
        {pictures(info.count)} stored as {info.title}. This run learns from its own pictures.
      </span>
      <button class="btn s" type="button" onClick={() => commands.newRun()}>
        Use them in a new run
      </button>
      <button class="btn s ghost" type="button" onClick={() => commands.dismissBrought()}>
        Dismiss
      </button>
    </p>
  );
}
