// The training pictures that are nearest to a sample, on request: is it new, or learnt by heart? Not here:
// comparing (data/), where samples are shown (samples/, generate/).
import { useRef, useState } from 'preact/hooks';
import type { ShownNear } from '../../app/browsed-set.ts';
import { ProgressBar } from '../controls/progress-bar.tsx';
import { count, percent } from '../format.ts';
import { byHeart } from '../page-state/by-heart.ts';
import { useApp } from '../page-state/app-context.ts';
import { isSamePicture, type Picture, PictureCanvas } from './picture-canvas.tsx';
import { picturePixels } from './picture-pixels.ts';

interface Props {
  /** A finished sample. */
  picture: Picture;
  /** The id of the set that its model learns from; null: not known. */
  learnsFrom: () => Promise<string | null>;
}

/** What was asked of a picture; `near` null: it is being looked for. */
interface Answer {
  of: Picture;
  near: readonly ShownNear[] | 'absent' | 'failed' | 'stopped' | null;
}

/** A button; after a press the pictures, until the sample is another one. */
export function Nearest({ picture, learnsFrom }: Props) {
  const { commands, state } = useApp();
  const [answer, setAnswer] = useState<Answer | null>(null);
  const near = answer && isSamePicture(answer.of, picture) ? answer.near : undefined;
  const stopped = useRef(false);
  const look = async (): Promise<void> => {
    stopped.current = false;
    setAnswer({ of: picture, near: null });
    const dataset = await learnsFrom();
    const isHere = state.datasets.value.some(({ id }) => id === dataset);
    if (dataset === null || !isHere) return setAnswer({ of: picture, near: 'absent' });
    const found = await commands.nearest(dataset, picturePixels(picture));
    setAnswer({ of: picture, near: found ?? (stopped.current ? 'stopped' : 'failed') });
  };
  const stop = (): void => {
    stopped.current = true;
    commands.stopComparing();
  };
  return (
    <div class="nearest">
      {/* It stays, so that the focus does. */}
      <button class="btn s" type="button" onClick={() => (near === null ? stop() : void look())}>
        {near === null ? 'Stop comparing' : 'Nearest training pictures'}
      </button>
      {near === null && <Reading />}
      <div role="status" aria-label="Nearest training pictures">
        {near === 'absent' && <p class="quiet">Its training pictures are not on this computer.</p>}
        {near === 'failed' && <p class="quiet">They could not be compared.</p>}
        {Array.isArray(near) && <Row near={near} />}
      </div>
    </div>
  );
}

/** The first time all pictures are read: seconds where they are very many. */
function Reading() {
  const { state } = useApp();
  const { done, total } = state.reading.value ?? { done: 0, total: null };
  return (
    <div class="reading">
      <ProgressBar label="Comparing the training pictures" done={done} total={total} />
      {total !== null && (
        <p class="quiet">
          {count(done)} of {count(total)} pictures read
        </p>
      )}
    </div>
  );
}

function Row({ near }: { near: readonly ShownNear[] }) {
  return (
    <>
      <ul>
        {near.map((one) => (
          <li key={one.index}>
            <PictureCanvas picture={one.picture} label={one.fileName || `Picture ${one.index + 1}`} />
            <small>{percent(Math.sqrt(one.distance))} apart</small>
          </li>
        ))}
      </ul>
      <p class="quiet">
        {byHeart(near.map(({ distance }) => Math.sqrt(distance)))} Compared in grey, at 16 × 16 pixels.
      </p>
    </>
  );
}
