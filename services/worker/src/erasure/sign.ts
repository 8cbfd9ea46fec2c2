import type { JsonObject } from '@threadlog/events';
import { createReceiptSigner, type ReceiptBody } from '@threadlog/sealing';
import type { SignReceipt } from './ports';

/** Signs with the configured key. Without one, which production refuses, a receipt is only what it says. */
export function receiptSigner({ PRIVACY_RECEIPT_KEY: key }: { PRIVACY_RECEIPT_KEY?: string | undefined }): SignReceipt {
  if (key === undefined) return (receipt) => receipt;
  const signer = createReceiptSigner(key);
  // The signer checks the shape; its type says what readers may count on, not what JSON is.
  return (receipt) => signer.sign(receipt as unknown as ReceiptBody) as unknown as JsonObject;
}
