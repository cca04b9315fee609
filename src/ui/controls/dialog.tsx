// A modal dialog, the browser's own: focus goes in, Escape closes, focus comes back. Not here: the contents.
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';

interface Props {
  title: string;
  /** Escape, or a press beside the dialog. */
  onClose: () => void;
  class?: string;
  children: ComponentChildren;
}

/** Open from its first drawing until it is removed; closing it is the caller's part (`onClose`). */
export function Dialog({ title, onClose, class: className = '', children }: Props) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = ref.current;
    const opener = document.activeElement;
    dialog?.showModal();
    return () => {
      dialog?.close();
      // The browser gives the focus back only while the dialog is on the page; it may be off it by now.
      if (document.activeElement === document.body && opener instanceof HTMLElement) opener.focus();
    };
  }, []);
  return (
    <dialog
      ref={ref}
      class={className}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        const dialog = event.currentTarget;
        if (event.target === dialog && beside(dialog, event)) onClose();
      }}
    >
      <h2 id={id}>{title}</h2>
      {children}
    </dialog>
  );
}

/** A press on the backdrop reaches the dialog, too, at a point outside of its box. */
function beside(dialog: HTMLElement, event: MouseEvent): boolean {
  const box = dialog.getBoundingClientRect();
  const { clientX: x, clientY: y } = event;
  return x < box.left || x > box.right || y < box.top || y > box.bottom;
}
