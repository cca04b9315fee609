// A whole number that reads "24000" for programs and looks like "24,000": CSS draws the commas. Not here:
// numbers for people only (format.ts).

/** Writes a whole number of 0 or more without separators, in groups of three digits. */
export function Digits({ value }: { value: number }) {
  const text = String(value);
  const head = text.length % 3 || 3;
  const groups = [];
  for (let at = head; at < text.length; at += 3)
    groups.push(
      <i class="k" key={at}>
        {text.slice(at, at + 3)}
      </i>,
    );
  return (
    <>
      {text.slice(0, head)}
      {groups}
    </>
  );
}
