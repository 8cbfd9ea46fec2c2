import { useCallback, useEffect, useRef, useState } from 'react';
import type { WebhookResource, WebhookTestResource } from './answers.ts';
import type { Api, EndpointName, ReplayChoice } from './api.ts';
import { Alert } from './Alert.tsx';
import { Attempts } from './Attempts.tsx';
import { Command } from './Command.tsx';
import { DeadLetters } from './DeadLetters.tsx';
import { count, instant, many, quoted, visible } from './format.ts';
import { isName, NameField } from './NameField.tsx';
import { Replays } from './Replays.tsx';
import type { ScreenProps } from './screen.ts';
import { Standing } from './Standing.tsx';
import { useAction, type Action } from './useAction.ts';
import { useAnswer } from './useAnswer.ts';

const EVERY_MS = 2_000;

interface EndpointProps extends ScreenProps {
  tenant: string;
  id: string;
  /** Of who acts. */
  name: string;
  onName(name: string): void;
  onBack(): void;
}

type Seen = Awaited<ReturnType<typeof look>>;

/** All that is shown of an endpoint, and what the token permits. */
async function look(api: Api, { tenant, id }: EndpointName, pages: Pages, signal: AbortSignal) {
  const [{ mayReveal }, endpoint, attempts, letters, replays] = await Promise.all([
    api.session(signal),
    api.webhook(tenant, id, signal),
    api.webhookAttempts({ tenant, id, cursor: pages.attempts }, signal),
    api.deadLetters({ tenant, id, cursor: pages.letters }, signal),
    api.replays({ tenant, id, cursor: null }, signal),
  ]);
  return { mayReveal, endpoint, attempts, letters, replays };
}

type Pages = Record<'attempts' | 'letters', string | null>;

/** One endpoint: what it took, what it did not, and what may be done about that. */
export function Endpoint({ api, onRefused, tenant, id, name, onName, onBack }: EndpointProps) {
  const [pages, setPages] = useState<Pages>({ attempts: null, letters: null });
  const ask = useCallback((signal: AbortSignal) => look(api, { tenant, id }, pages, signal), [api, tenant, id, pages]);
  const { value, trouble, again } = useAnswer(ask, { everyMs: EVERY_MS, onRefused });
  const action = useAction({ again, onRefused });
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <>
      <div className="actions">
        <button type="button" onClick={onBack}>
          ← All endpoints
        </button>
      </div>
      <h2 className="key" tabIndex={-1} ref={heading}>
        {value ? visible(value.endpoint.url ?? 'its tenant’s keys are gone') : id}
      </h2>
      <p role="status" className={action.done ? 'notice good' : undefined}>
        {action.done}
      </p>
      <Alert text={action.refusal ?? trouble} />
      {value && (
        <>
          <Facts endpoint={value.endpoint} />
          <NameField name={name} onName={onName} />
          <Parts {...{ api, seen: value, tenant, id, name, action }} onGo={(go) => setPages({ ...pages, ...go })} />
        </>
      )}
    </>
  );
}

interface PartsProps extends Pick<EndpointProps, 'api' | 'tenant' | 'id' | 'name'> {
  seen: Seen;
  action: Action;
  onGo(pages: Partial<Pages>): void;
}

function Parts({ api, seen, tenant, id, name, action: { busy, act }, onGo }: PartsProps) {
  const own = { tenant, id, by: name };
  const shared = { busy: busy || !isName(name), of: `${id} --tenant ${quoted(tenant)}`, by: quoted(name || 'NAME') };
  const test = () => act(() => api.testWebhook(own).then(toldOf));
  const retry = (n: string | null) =>
    act(async () => {
      const { retried } = await api.retryDeadLetters({ ...own, n });
      return `${many(retried, 'delivery', 'deliveries')} will be tried again.`;
    });
  const replay = (asked: ReplayChoice) =>
    act(() => api.replayWebhook({ ...own, ...asked }).then(() => 'The replay runs.'));
  const cancel = (one: string) =>
    act(() => api.cancelReplay({ ...own, replay: one }).then(() => 'The replay is cancelled.'));
  return (
    <>
      <section aria-labelledby="test">
        <h3 id="test">Test event</h3>
        <div className="actions">
          <button type="button" className="primary" disabled={shared.busy} onClick={() => void test()}>
            Send a test event
          </button>
        </div>
        <Command line={`npm run cli -- webhooks test ${shared.of} --by ${shared.by}`} />
      </section>
      <DeadLetters
        {...{ ...shared, page: seen.letters }}
        onRetry={(n) => void retry(n)}
        onGo={(letters) => onGo({ letters })}
      />
      <Replays
        {...{ ...shared, replays: seen.replays.items }}
        onReplay={(asked) => void replay(asked)}
        onCancel={(one) => void cancel(one)}
      />
      <Attempts
        {...{ api, tenant, id, of: shared.of, page: seen.attempts, mayReveal: seen.mayReveal }}
        onGo={(attempts) => onGo({ attempts })}
      />
    </>
  );
}

function toldOf({ delivered, status, error, durationMs }: WebhookTestResource): string {
  const answer = status === null ? visible(error ?? 'no answer') : `status ${status}`;
  return `The test event was ${delivered ? 'taken' : 'not taken'}: ${answer}, after ${count(durationMs)} ms.`;
}

function Facts({ endpoint }: { endpoint: WebhookResource }) {
  const { events, payload, filter, createdBy, createdAt } = endpoint;
  const only = [filter.learnerId && `of learner ${filter.learnerId}`, filter.threadTypes?.join(', ')].filter(Boolean);
  return (
    <dl className="facts">
      <div>
        <dt>Told</dt>
        <dd>
          <Standing endpoint={endpoint} />
        </dd>
      </div>
      <div>
        <dt>Events</dt>
        <dd>
          {visible(events.join(', '))}
          {only.length > 0 && ` (${visible(only.join('; '))})`}, {payload} payload
        </dd>
      </div>
      <div>
        <dt>Registered</dt>
        <dd>
          {instant(createdAt)} by <bdi>{visible(createdBy)}</bdi>
        </dd>
      </div>
    </dl>
  );
}
