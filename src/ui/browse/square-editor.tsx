// The whole picture with the square that the model sees: moved by pointer and keys, made smaller and larger,
// then saved. Not here: finding the picture's file (move-square.tsx), how the square moves (square-moves.ts).
import type { RefObject } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import type { Original, PictureSquare } from '../../trainer/api.ts';
import { usePainting } from '../pictures/use-painting.ts';
import { afterKey, edgesOf, isSameSquare, moved, resized } from './square-moves.ts';

interface Props {
  original: Original;
  /** Pixels of an edge as the model sees it. */
  seen: number;
  /** Null: the square of the import again. */
  onSave: (square: PictureSquare | null) => Promise<void>;
  onCancel: () => void;
}

/** In the place of the picture. */
export function SquareEditor({ original, seen, onSave, onCancel }: Props) {
  const [square, setSquare] = useState(original.square);
  const [saving, setSaving] = useState(false);
  const id = useId();
  const { least, most } = edgesOf(original);
  const save = async (next: PictureSquare | null): Promise<void> => {
    if (saving) return;
    setSaving(true);
    await onSave(next && isSameSquare(next, original.imported) ? null : next);
    setSaving(false);
  };
  return (
    <div class="square-editor">
      <Whole original={original} square={square} onSquare={setSquare} />
      <div class="asking">
        <div class="likeness">
          <label for={id}>Size of the square</label>
          <span>
            {square.edge} × {square.edge} pixels
            {square.edge < seen && <>, fewer than the {seen} of the model: enlarged</>}
          </span>
          <input
            id={id}
            type="range"
            min={least}
            max={most}
            step={1}
            value={square.edge}
            disabled={least === most}
            onInput={(event) => setSquare(resized(square, original, event.currentTarget.valueAsNumber))}
          />
        </div>
        <div class="buttons">
          <button
            class="btn primary"
            type="button"
            disabled={isSameSquare(square, original.square)}
            aria-busy={saving}
            onClick={() => void save(square)}
          >
            {saving ? 'Saving' : 'Save the square'}
          </button>
          <button
            class="btn"
            type="button"
            disabled={isSameSquare(square, original.imported)}
            onClick={() => setSquare(original.imported)}
          >
            Square of the import
          </button>
          <button class="btn" type="button" onClick={onCancel}>
            Cancel
          </button>
        </div>
      </div>
    </div>
  );
}

interface WholeProps {
  original: Original;
  square: PictureSquare;
  onSquare: (square: PictureSquare) => void;
}

function Whole({ original, square, onSquare }: WholeProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const slider = useRef<HTMLDivElement>(null);
  useEffect(() => slider.current?.focus(), []);
  const { width, height, shown } = original;
  usePainting(
    canvas,
    (context) => context.putImageData(new ImageData(shown.rgba, shown.width, shown.height), 0, 0),
    [shown],
  );
  const dragging = useDragging(canvas, { original, square, onSquare });
  const onKey = (event: KeyboardEvent): void => {
    const next = event.ctrlKey || event.metaKey || event.altKey ? null : afterKey(event, square, original);
    if (!next) return;
    event.preventDefault();
    event.stopPropagation();
    onSquare(next);
  };
  const part = (pixels: number, of: number): string => `${(100 * pixels) / of}%`;
  return (
    <div
      class="whole-picture"
      style={{ width: `calc(min(56dvh, 440px) * ${width / height})`, imageRendering: rendering(shown) }}
      {...dragging}
    >
      <canvas
        ref={canvas}
        width={shown.width}
        height={shown.height}
        role="img"
        aria-label="The whole picture"
      />
      <div
        ref={slider}
        class="square"
        role="slider"
        tabIndex={0}
        aria-label="Square that the model sees"
        aria-valuemin={0}
        aria-valuemax={Math.max(width, height) - square.edge}
        aria-valuenow={width >= height ? square.left : square.top}
        aria-valuetext={`${square.left} pixels from the left, ${square.top} from the top, ${square.edge} wide`}
        style={{
          left: part(square.left, width),
          top: part(square.top, height),
          width: part(square.edge, width),
          height: part(square.edge, height),
        }}
        onKeyDown={onKey}
      />
    </div>
  );
}

/** A press beside the square moves its middle there. `shown`: the element that shows the whole picture. */
function useDragging(shown: RefObject<HTMLElement | null>, { original, square, onSquare }: WholeProps) {
  /** Where the pointer took hold, in pixels of the file from the square's corner. */
  const hold = useRef<{ x: number; y: number } | null>(null);
  const { width, height } = original;
  const pointed = ({ clientX, clientY }: PointerEvent): { x: number; y: number } => {
    const box = shown.current?.getBoundingClientRect() ?? new DOMRect(0, 0, 1, 1);
    return { x: ((clientX - box.x) / box.width) * width, y: ((clientY - box.y) / box.height) * height };
  };
  const drag = (event: PointerEvent): void => {
    if (!hold.current) return;
    const { x, y } = pointed(event);
    const right = x - hold.current.x - square.left;
    onSquare(moved(square, original, right, y - hold.current.y - square.top));
  };
  const take = (event: PointerEvent & { currentTarget: HTMLElement }): void => {
    const { x, y } = pointed(event);
    const at = { x: x - square.left, y: y - square.top };
    const isInside = [at.x, at.y].every((value) => value >= 0 && value <= square.edge);
    hold.current = isInside ? at : { x: square.edge / 2, y: square.edge / 2 };
    event.currentTarget.setPointerCapture(event.pointerId);
    drag(event);
  };
  const leave = (): void => {
    hold.current = null;
  };
  return { onPointerDown: take, onPointerMove: drag, onPointerUp: leave, onPointerCancel: leave };
}

/** The pixels of a very small picture are seen as such. */
const rendering = ({ width, height }: Original['shown']): 'pixelated' | 'auto' =>
  Math.max(width, height) <= 64 ? 'pixelated' : 'auto';
