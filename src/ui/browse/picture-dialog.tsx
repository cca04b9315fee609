// One picture of a set, large: as the model sees it, its file, its class, and its captions, which are edited
// in place; another square of its file; leaving it out of the set. Not here: moving the square
// (move-square.tsx), samples (samples/sample-dialog.tsx), the set as a whole (own-set.tsx).
import type { RefObject } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { DatasetInfo, PictureNote } from '../../trainer/api.ts';
import { Dialog } from '../controls/dialog.tsx';
import { count } from '../format.ts';
import { useApp } from '../page-state/app-context.ts';
import { seenSize } from '../page-state/browsing.ts';
import { PictureCanvas } from '../pictures/picture-canvas.tsx';
import { CaptionsField } from './captions-field.tsx';
import { Changed } from './changed.tsx';
import { MoveSquare } from './move-square.tsx';
import { pictureName } from './picture-name.ts';
import { useSomePictures } from './use-some-pictures.ts';

/** Shown while one of the found pictures is open (`browsing.opened`). */
export function PictureDialog() {
  const { state, browsing } = useApp();
  const place = browsing.opened.value;
  const browsed = state.browsed.value;
  const info = state.datasets.value.find(({ id }) => id === browsed?.query.dataset);
  if (place === null || !browsed || !info) return null;
  // While others are looked for, those of before are at other places.
  const indices = (browsed.doing !== 'looking' && browsed.found?.indices) || new Uint32Array();
  return <Opened info={info} indices={indices} place={Math.max(0, Math.min(place, indices.length - 1))} />;
}

interface Props {
  info: DatasetInfo;
  /** The found pictures; empty: they are still being looked for. */
  indices: Uint32Array;
  place: number;
}

function Opened({ info, indices, place }: Props) {
  const { browsing } = useApp();
  const { opened } = browsing;
  const [moving, setMoving] = useState<number | null>(null);
  const index = indices[place];
  const { picture, note } = useSomePictures(info, index === undefined ? [] : [index])(index ?? -1);
  const mover = useRef<HTMLButtonElement>(null);
  const isMoving = moving !== null && moving === index;
  const stopMoving = (): void => {
    setMoving(null);
    mover.current?.focus();
  };
  const close = (): void => void (opened.value = null);
  const show = (next: number): void => {
    setMoving(null);
    if (indices.length > 0) opened.value = (next + indices.length) % indices.length;
  };
  const onKey = (event: KeyboardEvent): void => {
    const by = pagedBy(event);
    if (by === 0) return;
    event.preventDefault();
    show(place + by);
  };
  const name = pictureName(note, place);
  return (
    <Dialog class="picture of-set" title={name} onClose={isMoving ? stopMoving : close}>
      <div class="opened" onKeyDown={onKey}>
        {note && isMoving ? (
          <MoveSquare key={index} info={info} note={note} onEnd={stopMoving} />
        ) : (
          <PictureCanvas picture={picture} label={`${name}, enlarged`} />
        )}
        <div class="about-one">
          <Facts info={info} note={note} where={`${count(place + 1)} of ${count(indices.length)}.`} />
          {note && <Captions info={info} note={note} />}
          {note && !info.builtIn && note.width > 0 && (
            <MoveButton
              buttonRef={mover}
              isMoving={isMoving}
              onPress={() => setMoving(isMoving ? null : note.index)}
            />
          )}
          {!info.builtIn && <Changed sinceHere />}
        </div>
        <div class="answers">
          <button class="btn" type="button" autofocus onClick={() => show(place - 1)}>
            Previous
          </button>
          <button class="btn" type="button" onClick={() => show(place + 1)}>
            Next
          </button>
          {!info.builtIn && <RemoveOrRestore note={note} />}
          <button class="btn" type="button" onClick={close}>
            Close
          </button>
        </div>
      </div>
    </Dialog>
  );
}

/** What an arrow key leads on by; where it moves something else, nothing. */
function pagedBy({ key, target, ctrlKey, metaKey, altKey }: KeyboardEvent): number {
  const types = target instanceof Element && target.closest('textarea, input, [role=slider]');
  if (types || ctrlKey || metaKey || altKey) return 0;
  return { ArrowLeft: -1, ArrowRight: 1 }[key] ?? 0;
}

interface MoveProps {
  buttonRef: RefObject<HTMLButtonElement | null>;
  isMoving: boolean;
  onPress: () => void;
}

function MoveButton({ buttonRef, isMoving, onPress }: MoveProps) {
  return (
    <button ref={buttonRef} class="btn s move" type="button" aria-pressed={isMoving} onClick={onPress}>
      Move the square
    </button>
  );
}

interface FactsProps {
  info: DatasetInfo;
  note: PictureNote | null;
  where: string;
}

function Facts({ info, note, where }: FactsProps) {
  const { state, browsing } = useApp();
  const { asStored } = browsing;
  const seen = seenSize(state, info);
  const shown = asStored.value ? info.storedSize : seen;
  return (
    <>
      <p class="quiet">
        {where} {note?.removed && <span class="tag plain">removed</span>}
      </p>
      <dl class="facts">
        {note && note.width > 0 && (
          <>
            <dt>File</dt>
            <dd>
              {count(note.width)} × {count(note.height)} pixels
            </dd>
          </>
        )}
        <dt>Shown</dt>
        <dd>
          {shown} × {shown} pixels, {asStored.value && shown !== seen ? 'as stored' : 'as the model sees it'}
          {note?.cut && ', cut by hand'}
        </dd>
        {note && note.className !== '' && (
          <>
            <dt>Class</dt>
            <dd>
              <bdi>{note.className}</bdi>
            </dd>
          </>
        )}
      </dl>
    </>
  );
}

function Captions({ info, note }: { info: DatasetInfo; note: PictureNote }) {
  if (!info.builtIn) return <CaptionsField key={note.index} note={note} />;
  return note.caption === '' ? (
    <p class="quiet">No caption.</p>
  ) : (
    <p class="captions" dir="auto">
      {note.caption}
    </p>
  );
}

/**
 * One button, which keeps the focus, also while the next picture's note is on its way. A removed picture
 * stays in view until the dialog is closed.
 */
function RemoveOrRestore({ note }: { note: PictureNote | null }) {
  const { commands } = useApp();
  const last = useRef(note);
  if (note) last.current = note;
  const removed = last.current?.removed ?? false;
  const press = (): void => {
    if (!note) return;
    const only = Uint32Array.of(note.index);
    void (removed ? commands.restorePictures(only) : commands.removePictures(only));
  };
  return (
    <button
      class={removed ? 'btn' : 'btn danger'}
      type="button"
      aria-disabled={note === null}
      onClick={press}
    >
      {removed ? 'Restore' : 'Remove'}
    </button>
  );
}
