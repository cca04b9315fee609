// One picture of the chosen set, large: as the model sees it, with its file's name and its caption. Not here:
// samples (samples/sample-dialog.tsx), the set as a whole (own-set.tsx).
import { useEffect, useState } from 'preact/hooks';
import type { DatasetInfo, PictureFacts } from '../../trainer/api.ts';
import { Dialog } from '../controls/dialog.tsx';
import { count } from '../format.ts';
import { useApp } from '../page-state/app-context.ts';
import { PictureCanvas } from '../pictures/picture-canvas.tsx';

/** Shown while `looking.picture` names a picture of the set. */
export function PictureDialog({ info }: { info: DatasetInfo }) {
  const { looking } = useApp();
  const index = looking.picture.value;
  return index === null ? null : <Opened info={info} index={Math.min(index, info.count - 1)} />;
}

function Opened({ info, index }: { info: DatasetInfo; index: number }) {
  const { looking, commands } = useApp();
  const facts = usePicture(info.id, index);
  const [removing, setRemoving] = useState(false);
  const close = (): void => {
    looking.picture.value = null;
  };
  const show = (next: number): void => {
    looking.picture.value = (next + info.count) % info.count;
  };
  const remove = async (): Promise<void> => {
    if (removing) return;
    setRemoving(true);
    await commands.removePicture(info.id, index);
    setRemoving(false);
    if (info.count === 1) close();
  };
  const size = facts ? ` At the ${facts.size} × ${facts.size} pixels the model sees.` : '';
  return (
    <Dialog class="picture" title={facts?.fileName || `Picture ${index + 1}`} onClose={close}>
      <p class="quiet">
        {count(index + 1)} of {count(info.count)}.{size}
      </p>
      <PictureCanvas picture={facts} label={`Picture ${index + 1}, enlarged`} />
      {facts && facts.caption !== '' && <p class="captions">{facts.caption}</p>}
      <div class="answers">
        <button class="btn" type="button" onClick={() => show(index - 1)}>
          Previous
        </button>
        <button class="btn" type="button" onClick={() => show(index + 1)}>
          Next
        </button>
        {!info.builtIn && (
          // Never disabled: the focus stays, for the picture that comes in its place.
          <button class="btn danger" type="button" onClick={() => void remove()}>
            {removing ? 'Removing' : 'Remove'}
          </button>
        )}
        <button class="btn" type="button" onClick={close}>
          Close
        </button>
      </div>
    </Dialog>
  );
}

/** The picture; the one before it stays until it has come. */
function usePicture(dataset: string, index: number): PictureFacts | null {
  const { commands } = useApp();
  const [facts, setFacts] = useState<PictureFacts | null>(null);
  useEffect(() => {
    let current = true;
    void commands.picture(dataset, index).then((found) => current && setFacts(found));
    return () => {
      current = false;
    };
  }, [commands, dataset, index]);
  return facts;
}
