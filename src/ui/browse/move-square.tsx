// Moving the square of one picture: its whole file is looked for; where it is not at hand any more, the page
// says so and asks for it. Not here: the square itself (square-editor.tsx).
import { useEffect, useRef, useState } from 'preact/hooks';
import type { DatasetInfo, Original, PictureNote } from '../../trainer/api.ts';
import { ProgressBar } from '../controls/progress-bar.tsx';
import { FileButton } from '../files/file-button.tsx';
import { pictureFiles } from '../files/picture-files.ts';
import { useApp } from '../page-state/app-context.ts';
import { seenSize } from '../page-state/browsing.ts';
import { SquareEditor } from './square-editor.tsx';

interface Props {
  info: DatasetInfo;
  note: PictureNote;
  onEnd: () => void;
}

/** In the place of the picture. Give it the picture's number as its key. */
export function MoveSquare({ info, note, onEnd }: Props) {
  const { state, commands } = useApp();
  const [original, setOriginal] = useState<Original | 'absent' | 'others' | null>(null);
  const { index } = note;
  const looking = useRef(false);
  const look = async (files: File[] | null): Promise<void> => {
    setOriginal(null);
    looking.current = true;
    const found = await commands.original(info.id, index, files);
    looking.current = false;
    // A fault is told; it does not say that the files are others.
    setOriginal(found === 'absent' && files ? 'others' : (found ?? 'absent'));
  };
  useEffect(() => {
    void look(null);
    return () => {
      if (looking.current) commands.stopLooking();
    };
  }, []);
  if (original === null) return <Looking onCancel={onEnd} />;
  if (original === 'absent' || original === 'others')
    return (
      <Absent note={note} tried={original === 'others'} onFiles={(files) => void look(files)} onEnd={onEnd} />
    );
  return (
    <SquareEditor
      original={original}
      seen={seenSize(state, info)}
      onSave={async (square) => {
        if (await commands.cutSquare(index, square)) onEnd();
      }}
      onCancel={onEnd}
    />
  );
}

const Looking = ({ onCancel }: { onCancel: () => void }) => (
  <div class="own absent">
    <ProgressBar label="Looking for the file" done={0} total={null} />
    <div class="buttons">
      <button class="btn" type="button" onClick={onCancel}>
        Cancel
      </button>
    </div>
  </div>
);

interface AbsentProps {
  note: PictureNote;
  /** Files were chosen, none of which it is. */
  tried: boolean;
  onFiles: (files: File[]) => void;
  onEnd: () => void;
}

function Absent({ note, tried, onFiles, onEnd }: AbsentProps) {
  const { commands } = useApp();
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => box.current?.focus(), []);
  const again = async (): Promise<void> => {
    if (await commands.cutSquare(note.index, null)) onEnd();
  };
  return (
    <div class="own absent" ref={box} tabIndex={-1}>
      {tried && <p role="status">None of these files is the one that was imported, byte for byte.</p>}
      <p>
        The file of this picture is not at hand: only the square that was cut of it is kept here. Choose{' '}
        <bdi>{note.fileName || 'the file'}</bdi>, or the folder or archive that it came from. It is told by
        its bytes, and not changed.
      </p>
      <div class="buttons">
        <FileButton
          name="Choose its file"
          icon="pictures"
          multiple
          accept={pictureFiles()}
          onFiles={(list) => onFiles([...list])}
        />
        <FileButton name="Choose its folder" icon="pictures" folder onFiles={(list) => onFiles([...list])} />
        {note.cut && (
          <button class="btn" type="button" onClick={() => void again()}>
            Square of the import
          </button>
        )}
        <button class="btn" type="button" onClick={onEnd}>
          Cancel
        </button>
      </div>
    </div>
  );
}
