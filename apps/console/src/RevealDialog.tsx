import type { ComponentProps } from 'react';
import { Dialog } from './Dialog.tsx';
import { Reveal } from './Reveal.tsx';

interface RevealDialogProps extends ComponentProps<typeof Reveal> {
  title: string;
  onClose(): void;
}

/** The way to what people wrote, over what is shown without it. */
export function RevealDialog({ title, reveal, onClose }: RevealDialogProps) {
  return (
    <Dialog title={title} onClose={onClose}>
      <Reveal reveal={reveal} />
    </Dialog>
  );
}
