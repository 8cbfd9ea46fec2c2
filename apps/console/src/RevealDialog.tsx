import { useEffect, useRef, type ComponentProps } from 'react';
import { Reveal } from './Reveal.tsx';

interface RevealDialogProps extends ComponentProps<typeof Reveal> {
  title: string;
  onClose(): void;
}

/** The way to what people wrote, over what is shown without it. */
export function RevealDialog({ title, reveal, onClose }: RevealDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (!dialog.current?.open) dialog.current?.showModal();
  }, []);
  return (
    <dialog ref={dialog} className="wide" aria-labelledby="reveal" onClose={onClose}>
      <div className="record">
        <h2 id="reveal">{title}</h2>
        <Reveal reveal={reveal} />
        <div className="actions">
          <button type="button" onClick={() => dialog.current?.close()}>
            Close
          </button>
        </div>
      </div>
    </dialog>
  );
}
