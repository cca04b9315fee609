// A whole number whose text has no separators (programs read it) and whose look has: CSS draws the commas.

/** 24000 is written "24000" and looks like "24,000". */
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
