/** What went wrong, told at once to who listens; nothing where nothing did. */
export function Alert({ text }: { text: string | null }) {
  if (text === null) return null;
  return (
    <p role="alert" className="notice bad">
      {text}
    </p>
  );
}
