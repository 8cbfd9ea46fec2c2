import { useCallback, useState } from 'react';
import type { WebhookResource } from './answers.ts';
import { Alert } from './Alert.tsx';
import { Command } from './Command.tsx';
import { Endpoint } from './Endpoint.tsx';
import { many, quoted, visible } from './format.ts';
import { Pager } from './Pager.tsx';
import type { ScreenProps } from './screen.ts';
import { Standing } from './Standing.tsx';
import { TenantForm } from './TenantForm.tsx';
import { useAnswer } from './useAnswer.ts';

/** Where tenants are told what happens: their endpoints, one of them with what it took and what it did not. */
export function Webhooks({ api, onRefused }: ScreenProps) {
  const [tenant, setTenant] = useState<string | null>(null);
  const [name, setName] = useState('');
  const [open, setOpen] = useState<string | null>(null);
  const show = (next: string) => {
    setOpen(null);
    setTenant(next);
  };
  return (
    <>
      <TenantForm onShow={show} />
      {tenant === null ? (
        <p className="empty">
          <b>Whose webhooks?</b> The screen Log tells tenants.
        </p>
      ) : open === null ? (
        <Endpoints key={tenant} {...{ api, onRefused, tenant }} onOpen={setOpen} />
      ) : (
        <Endpoint
          key={open}
          {...{ api, onRefused, tenant, name }}
          id={open}
          onName={setName}
          onBack={() => setOpen(null)}
        />
      )}
    </>
  );
}

interface EndpointsProps extends ScreenProps {
  tenant: string;
  onOpen(id: string): void;
}

function Endpoints({ api, onRefused, tenant, onOpen }: EndpointsProps) {
  const [cursor, setCursor] = useState<string | null>(null);
  const ask = useCallback((signal: AbortSignal) => api.webhooks(tenant, cursor, signal), [api, tenant, cursor]);
  const { value, trouble } = useAnswer(ask, { onRefused });
  return (
    <>
      <Alert text={trouble} />
      {value?.items.length === 0 && (
        <p className="empty">
          <b>No endpoints.</b> This tenant has registered none, or there is no such tenant.
        </p>
      )}
      <ul className="cards wide">
        {value?.items.map((endpoint) => (
          <EndpointCard key={endpoint.id} endpoint={endpoint} onOpen={onOpen} />
        ))}
      </ul>
      {value && <Pager of="endpoints" newer={value.prevCursor} older={value.nextCursor} onGo={setCursor} />}
      <Command line={`npm run cli -- webhooks list --tenant ${quoted(tenant)}`} />
    </>
  );
}

function EndpointCard({ endpoint, onOpen }: { endpoint: WebhookResource; onOpen(id: string): void }) {
  const { id, url, events, payload, secrets } = endpoint;
  return (
    <li className="card">
      <div className="card-head">
        <Standing endpoint={endpoint} />
        <h2>{visible(url ?? 'its tenant’s keys are gone')}</h2>
      </div>
      <p className="hint">
        {id} · {payload} payload · {many(secrets.length, 'secret')} · {visible(events.join(', '))}
      </p>
      <div className="actions">
        <button type="button" onClick={() => onOpen(id)} aria-label={`Open ${id}`}>
          Open
        </button>
      </div>
    </li>
  );
}
