import { useCallback, useState } from 'react';
import type { LegalHoldResource, PrivacyRequestResource, RetentionResource } from './answers.ts';
import { Alert } from './Alert.tsx';
import type { Api } from './api.ts';
import { Command } from './Command.tsx';
import { instant, many, quoted, visible } from './format.ts';
import { Pager } from './Pager.tsx';
import { PrivacyRequest } from './PrivacyRequest.tsx';
import { ReceiptCheck } from './ReceiptCheck.tsx';
import type { ScreenProps } from './screen.ts';
import { TenantForm } from './TenantForm.tsx';
import { useAnswer } from './useAnswer.ts';

const EVERY_MS = 3_000;

/** Who is to be exported or erased in a tenant, how far that is, what is held back, and for how long messages are kept. */
export function Privacy({ api, onRefused }: ScreenProps) {
  const [tenant, setTenant] = useState<string | null>(null);
  return (
    <>
      <TenantForm onShow={setTenant} />
      {tenant === null ? (
        <p className="empty">
          <b>Whose requests?</b> The screen Log tells tenants.
        </p>
      ) : (
        <OfTenant key={tenant} {...{ api, onRefused, tenant }} />
      )}
    </>
  );
}

async function look(api: Api, tenant: string, cursor: string | null, signal: AbortSignal) {
  const [requests, holds, retention] = await Promise.all([
    api.privacyRequests(tenant, cursor, signal),
    api.holds(tenant, signal),
    api.retention(tenant, signal),
  ]);
  return { requests, holds, retention };
}

function OfTenant({ api, onRefused, tenant }: ScreenProps & { tenant: string }) {
  const [cursor, setCursor] = useState<string | null>(null);
  const [open, setOpen] = useState<PrivacyRequestResource | null>(null);
  const ask = useCallback((signal: AbortSignal) => look(api, tenant, cursor, signal), [api, tenant, cursor]);
  const { value, trouble } = useAnswer(ask, { everyMs: EVERY_MS, onRefused });
  const of = `--tenant ${quoted(tenant)}`;
  return (
    <>
      <Alert text={trouble} />
      {value && (
        <>
          <section aria-labelledby="requests">
            <h2 id="requests">Requests</h2>
            {value.requests.items.length === 0 && (
              <p className="empty">
                <b>No requests.</b> Nobody asked for an export or an erasure, or there is no such tenant.
              </p>
            )}
            <ul className="cards wide">
              {value.requests.items.map((request) => (
                <PrivacyRequest key={request.id} request={request} onReceipt={setOpen} />
              ))}
            </ul>
            <Pager of="requests" newer={value.requests.prevCursor} older={value.requests.nextCursor} onGo={setCursor} />
            <Command line={`npm run cli -- privacy requests ${of}`} />
          </section>
          <Kept {...{ holds: value.holds.items, retention: value.retention, of }} />
        </>
      )}
      {open && (
        <ReceiptCheck key={open.id} {...{ api, onRefused, tenant }} id={open.id} onClose={() => setOpen(null)} />
      )}
    </>
  );
}

interface KeptProps {
  holds: readonly LegalHoldResource[];
  retention: RetentionResource;
  of: string;
}

function Kept({ holds, retention: { days, source }, of }: KeptProps) {
  return (
    <section aria-labelledby="kept">
      <h2 id="kept">Holds and retention</h2>
      <p>
        Messages are kept {days === null ? 'for ever' : `for ${many(days, 'day')}`}, as the {source} says.
      </p>
      {holds.length === 0 && <p className="hint">Nothing is held: what is due goes.</p>}
      <ul className="cards wide">
        {holds.map(({ id, subject, threadId, reason, reference, setBy, setAt }) => (
          <li key={id} className="card">
            <div className="card-head">
              <span className="badge">{reason}</span>
              <b>
                <bdi>
                  {subject === null ? `thread ${visible(threadId ?? '')}` : `${subject.kind} ${visible(subject.id)}`}
                </bdi>
              </b>
            </div>
            <p className="hint">
              {id} · {reference !== null && <bdi>{visible(reference)} · </bdi>}since {instant(setAt)}, by{' '}
              <bdi>{visible(setBy)}</bdi>
            </p>
          </li>
        ))}
      </ul>
      <Command line={`npm run cli -- privacy holds ${of}`} />
      <Command line={`npm run cli -- privacy retention ${of}`} />
    </section>
  );
}
