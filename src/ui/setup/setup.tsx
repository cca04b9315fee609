// The main part before a run: what Perennial does, and the pictures to learn from. Not here: size and Train
// (side.tsx).
import { useRef } from 'preact/hooks';
import { Enough } from '../browse/enough.tsx';
import { OwnSet } from '../browse/own-set.tsx';
import { useApp } from '../page-state/app-context.ts';
import { allOf } from '../page-state/browsing.ts';
import { Expect } from './expect.tsx';
import { namesNoSet } from '../../app/picture-sets.ts';
import type { State } from '../../app/state.ts';
import { autosaveEveryMs } from '../../settings/autosave.ts';
import { count, duration, storage } from '../format.ts';
import { Mosaic } from '../pictures/mosaic.tsx';
import { hasWords } from '../../settings/preset-families.ts';
import { Learns } from './learns.tsx';
import { OwnPictures } from './own-pictures.tsx';
import { Prompts } from './prompts.tsx';
import { Skipped } from './skipped.tsx';
import { Sources } from './sources.tsx';
import { StoppedImports } from './stopped-imports.tsx';

/** Shown in the phase `setup`, unless training is impossible now. */
export function Setup() {
  const { state, looking } = useApp();
  const ownOnly = looking.bringsOwn.value || state.importing.value !== null;
  return (
    <div class="stack">
      <div class="hello">
        <h1>Train an image model on your own pictures</h1>
        <p>
          Training runs in this tab, on this computer's GPU, and nothing is sent anywhere. Close the tab when
          you like: the run goes on from its last save{savedEvery(state)}.
        </p>
        <p>
          Nothing trained yet? <a href="#generate">Draw with the model that comes with Perennial</a>, by
          words.
        </p>
      </div>
      <section aria-labelledby="h-pictures">
        <h2 class="vh" id="h-pictures">
          Pictures
        </h2>
        <Sources />
        <StoppedImports />
        {ownOnly ? <OwnPictures /> : <Chosen />}
        <Skipped />
      </section>
      {!ownOnly && !namesNoSet(state) && hasWords(state.form.value) && <Prompts />}
      <Expect />
    </div>
  );
}

/** ", made about every 20 s"; empty before this device is measured. A save needs the end of a step. */
function savedEvery(state: State): string {
  const { preset, checkpointEveryMinutes } = state.form.value;
  const estimate = state.estimates.value[preset];
  if (!estimate) return '';
  const seconds = autosaveEveryMs(checkpointEveryMinutes, 0, estimate.checkpointBytes) / 1000;
  return `, made about every ${duration(Math.max(seconds, estimate.secondsPer1000Steps / 1000))}`;
}

function Chosen() {
  const { state } = useApp();
  return namesNoSet(state) ? <NoSet name={state.form.value.dataset} /> : <ChosenSet />;
}

/** In the place of the pictures, where the address names a set that is not here. */
function NoSet({ name }: { name: string }) {
  return (
    <div class="own">
      <p>
        There are no pictures called <b>{name}</b> in this browser. Choose others above, or import them with
        Your pictures.
      </p>
    </div>
  );
}

function ChosenSet() {
  const { state, commands, browsing } = useApp();
  const { dataset, imageSize, maxImages } = state.form.value;
  const open = browsing.opened.value;
  // A set that loses a picture is drawn anew: the place in it stays.
  const start = useRef(0);
  if (open !== null) start.current = open;
  const info = state.datasets.value.find((one) => one.id === dataset);
  const used = info ? Math.min(info.count, maxImages) : null;
  const show = (place: number): void => {
    commands.browse(allOf(dataset));
    browsing.opened.value = place;
  };
  const things = info && !info.builtIn ? 'of your pictures' : (info?.title.toLowerCase() ?? 'pictures');
  return (
    <>
      <Learns info={info} />
      <Mosaic
        preview={state.preview.value}
        start={start.current}
        count={used ?? undefined}
        label={(shown) => `${shown} of the ${used ?? ''} ${things}, as the model will see them`}
        {...(state.preview.value ? { onOpen: show } : {})}
        caption={(shown) => (
          <p class="caption">
            <span>
              {used !== null &&
                `${count(shown)} of ${count(used)} pictures, at the ${imageSize} × ${imageSize} pixels the model sees.`}{' '}
              <a href="#pictures" onClick={() => (browsing.chosen.value = null)}>
                Look through all of them
              </a>
              {info?.download !== undefined &&
                ` Their ${storage(info.download)} are fetched once, then kept.`}
            </span>
            <span class="wide">{info?.credit}</span>
          </p>
        )}
      />
      {info && !info.builtIn && used !== null && <Enough among={used} />}
      {info && !info.builtIn && <OwnSet info={info} />}
    </>
  );
}
