import { checkReceipt } from '@threadlog/sealing/receipts';
import { useCallback, useState, type FormEvent } from 'react';
import { Alert } from './Alert.tsx';
import { Command } from './Command.tsx';
import { Dialog } from './Dialog.tsx';
import { quoted, visibleLines } from './format.ts';
import type { ScreenProps } from './screen.ts';
import { useAnswer } from './useAnswer.ts';

interface ReceiptCheckProps extends ScreenProps {
  tenant: string;
  id: string;
  onClose(): void;
}

/** The receipt of an erasure, and whether it is as it was signed: found out in the browser, by a key that comes from elsewhere. */
export function ReceiptCheck({ api, onRefused, tenant, id, onClose }: ReceiptCheckProps) {
  const ask = useCallback((signal: AbortSignal) => api.receipt(tenant, id, signal), [api, tenant, id]);
  const { value: receipt, trouble } = useAnswer(ask, { onRefused });
  return (
    <Dialog title={`Receipt of ${id}`} onClose={onClose}>
      <Alert text={trouble} />
      {receipt && (
        <>
          <Check receipt={receipt} />
          <pre tabIndex={0} aria-label="Receipt">
            {visibleLines(JSON.stringify(receipt, null, 2))}
          </pre>
        </>
      )}
      <Command line={`npm run -s cli -- privacy receipt ${quoted(id)} --tenant ${quoted(tenant)} > receipt.json`} />
      <Command line="npm run cli -- receipt verify receipt.json --key KEY" />
    </Dialog>
  );
}

function Check({ receipt }: { receipt: unknown }) {
  const [key, setKey] = useState('');
  const [said, setSaid] = useState<{ good: boolean; text: string } | null>(null);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setSaid(await verdictOf(receipt, key));
  };
  return (
    <form className="reveal" onSubmit={(event) => void submit(event)}>
      <label htmlFor="receipt-key">Public key</label>
      <textarea
        {...{ id: 'receipt-key', required: true, rows: 3, autoComplete: 'off', spellCheck: false, value: key }}
        aria-describedby="receipt-key-help"
        onChange={({ target }) => {
          setKey(target.value);
          setSaid(null);
        }}
      />
      <p id="receipt-key-help" className="hint">
        PEM, or its 32 bytes in base64, from whoever you trust with it: <code>npm run cli -- receipt public-key</code>{' '}
        prints it where the key is. Nothing is sent anywhere: the browser checks it.
      </p>
      <p role="status" className={said ? `notice ${said.good ? 'good' : 'bad'}` : undefined}>
        {said?.text}
      </p>
      <div className="actions">
        <button type="submit" className="primary">
          Check
        </button>
      </div>
    </form>
  );
}

async function verdictOf(receipt: unknown, key: string): Promise<{ good: boolean; text: string }> {
  try {
    const verdict = await checkReceipt(receipt, key);
    if (verdict.valid)
      return { good: true, text: `Valid: signed by key ${verdict.keyId}, and nothing was changed since.` };
    return { good: false, text: `Not valid (${verdict.reason}): ${verdict.detail}.` };
  } catch (error) {
    if (error instanceof TypeError) return { good: false, text: `That is no key: ${error.message}.` };
    return {
      good: false,
      text: 'This browser cannot check it: it needs Ed25519, and a page from localhost or over HTTPS.',
    };
  }
}
