// Imports that were stopped, killed or met a full disk: going on, using what is there, removing it. Not
// here: an import under way (own-pictures.tsx).
import { useState } from 'preact/hooks';
import type { State } from '../../app/state.ts';
import { FileButton } from '../files/file-button.tsx';
import { pictureFiles } from '../files/picture-files.ts';
import { pickedFiles } from '../files/dropped-files.ts';
import { useApp } from '../page-state/app-context.ts';
import { count, pictures } from '../format.ts';

/** Under the data sets; nothing while pictures are imported. */
export function StoppedImports() {
  const { state } = useApp();
  if (state.importing.value) return null;
  return (
    <>
      {state.stopped.value.map((one) => (
        <Stopped key={one.folder} one={one} />
      ))}
    </>
  );
}

function Stopped({ one }: { one: State['stopped']['value'][number] }) {
  const { commands, state } = useApp();
  const [asks, setAsks] = useState(false);
  const { folder, title, done, total, stored, isHeld } = one;
  const goOn = (): void => {
    if (isHeld) commands.goOnImport(folder, null);
    else setAsks(true);
  };
  const of = total === null ? '' : ` of ${count(total)}`;
  return (
    <section class="own stopped" aria-label={`Stopped import of ${title}`}>
      <p>
        <b>{title}</b>: Import stopped at {count(done)}
        {of}
        {stored !== done && `, ${pictures(stored)} stored`}.
        {asks &&
          ' Choose the same files or the same folder again, or drop them: those that are stored are kept.'}
      </p>
      <div class="buttons">
        {asks ? (
          <SameFiles folder={folder} />
        ) : (
          <button class="btn" type="button" disabled={state.runState.value === 'elsewhere'} onClick={goOn}>
            Go on
          </button>
        )}
        <button class="btn" type="button" onClick={() => commands.useStopped(folder)}>
          Use what is there
        </button>
        <button class="btn" type="button" onClick={() => commands.removeStopped(folder)}>
          Remove
        </button>
      </div>
    </section>
  );
}

function SameFiles({ folder }: { folder: string }) {
  const { commands } = useApp();
  const take = (list: FileList): void => commands.goOnImport(folder, pickedFiles(list).files);
  return (
    <>
      <FileButton name="Same files" icon="pictures" multiple accept={pictureFiles()} onFiles={take} />
      <FileButton name="Same folder" icon="pictures" folder onFiles={take} />
    </>
  );
}
