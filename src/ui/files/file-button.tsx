// A file input that looks like a button. Not here: what is done with the files.
import type { TargetedMouseEvent } from 'preact';
import { Icon, type IconName } from '../controls/icon.tsx';

interface Props {
  name: string;
  icon: IconName;
  class?: string;
  multiple?: boolean;
  folder?: boolean;
  /** Kinds of files that the browser's dialog offers, as in HTML; a phone opens its gallery for pictures. */
  accept?: string;
  onFiles: (files: FileList) => void;
  /** Before the browser's dialog opens, which it may prevent. */
  onOpen?: (event: TargetedMouseEvent<HTMLInputElement>) => void;
}

/** `name`: the text, and the accessible name of the input. `folder`: picks a folder in place of files. */
export function FileButton({
  name,
  icon,
  class: className = '',
  multiple = false,
  folder = false,
  accept,
  onFiles,
  onOpen,
}: Props) {
  return (
    <label class={`btn ${className}`}>
      <Icon name={icon} />
      <span>{name}</span>
      <input
        class="vh"
        type="file"
        aria-label={name}
        multiple={multiple}
        accept={accept}
        {...(folder ? { webkitdirectory: true } : {})}
        onClick={onOpen}
        onChange={(event) => {
          const input = event.currentTarget;
          if (input.files?.length) onFiles(input.files);
          input.value = ''; // the same file may be chosen again
        }}
      />
    </label>
  );
}
