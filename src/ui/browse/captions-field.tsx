// The captions of one picture, one on each line, edited in place: what was typed is kept when the field is
// left, whatever it is left for. Not here: edits of many pictures (edit-captions.tsx).
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import type { PictureNote } from '../../trainer/api.ts';
import { useApp } from '../page-state/app-context.ts';

/** Give it the picture's number as its key: a draft belongs to one picture. */
export function CaptionsField({ note: { index, caption } }: { note: PictureNote }) {
  const { commands } = useApp();
  const id = useId();
  const [draft, setDraft] = useState<string | null>(null);
  const typed = useRef<string | null>(null);
  typed.current = draft;
  const keep = async (): Promise<void> => {
    const text = typed.current;
    typed.current = null;
    if (text === null || text === caption) return;
    await commands.editCaptions(Uint32Array.of(index), { kind: 'set', caption: text });
    // Else it would be kept once more after Undo.
    setDraft((now) => (now === text ? null : now));
  };
  const last = useRef(keep);
  last.current = keep;
  // Escape and the arrow keys take the field away before it is left.
  useEffect(() => () => void last.current(), []);
  // From here on the captions are those of the set again.
  useEffect(() => setDraft(null), [caption]);
  return (
    <div class="ask">
      <label for={id}>Captions, one on each line</label>
      <textarea
        class="field prompt-area"
        id={id}
        rows={3}
        dir="auto"
        autocomplete="off"
        placeholder="no caption"
        value={draft ?? caption}
        onInput={(event) => setDraft(event.currentTarget.value)}
        onBlur={() => void keep()}
      />
    </div>
  );
}
