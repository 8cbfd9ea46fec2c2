import { useCallback, type ReactNode } from 'react';
import type { LogRow, RecordAnswer } from './answers.ts';
import { Alert } from './Alert.tsx';
import { Command } from './Command.tsx';
import { Dialog } from './Dialog.tsx';
import { bytes, instant, visible, visibleLines } from './format.ts';
import { Reveal } from './Reveal.tsx';
import type { ScreenProps } from './screen.ts';
import { useAnswer } from './useAnswer.ts';

interface LogRecordProps extends ScreenProps {
  place: Pick<LogRow, 'partition' | 'offset'>;
  onClose(): void;
}

/** One record with its data, masked; and, for who may, the way to what people wrote in it. */
export function LogRecord({ api, onRefused, place: { partition, offset }, onClose }: LogRecordProps) {
  const ask = useCallback(
    async (signal: AbortSignal) => {
      const [session, record] = await Promise.all([api.session(signal), api.record(partition, offset, signal)]);
      return { ...session, record };
    },
    [api, partition, offset],
  );
  const { value, trouble } = useAnswer(ask, { onRefused });
  const reveal = async (said: { by: string; reason: string }) =>
    (await api.reveal({ partition, offset, ...said })).fields;
  return (
    <Dialog title={`Offset ${offset} of partition ${partition}`} onClose={onClose}>
      <Alert text={trouble} />
      {value ? <Facts record={value.record} /> : !trouble && <p role="status">Looking …</p>}
      {value?.mayReveal && <Reveal reveal={reveal} />}
      <Command line={`npm run cli -- events show ${partition} ${offset}`} />
    </Dialog>
  );
}

function Facts({ record }: { record: RecordAnswer }) {
  const { type, standing, at, tenant, stream, seq, actor, eventId, key, fault, data } = record;
  return (
    <>
      <dl className="facts">
        <Fact name="Type">{type}</Fact>
        <Fact name="Counts">{STANDINGS[standing]}</Fact>
        <Fact name="Fault">{fault}</Fact>
        <Fact name="Appended">{at && instant(at)}</Fact>
        <Fact name="Tenant">{tenant}</Fact>
        <Fact name="Stream">{stream && `${stream.type}/${stream.id}`}</Fact>
        <Fact name="Number in it">{seq}</Fact>
        <Fact name="By">{actor && `${actor.type} ${actor.id}`}</Fact>
        <Fact name="Event">{eventId}</Fact>
        <Fact name="Key">{key}</Fact>
        <Fact name="Size">{bytes(record.bytes)}</Fact>
      </dl>
      {data !== null && (
        <pre tabIndex={0} aria-label="Data, without what people wrote">
          {visibleLines(data)}
        </pre>
      )}
    </>
  );
}

const STANDINGS: Record<RecordAnswer['standing'], string> = {
  counts: 'yes',
  late: 'no: a former owner wrote it when there was a newer one already',
  malformed: 'no: no owner wrote it',
  unreadable: 'it cannot be read',
};

function Fact({ name, children }: { name: string; children: ReactNode }) {
  if (children === null || children === undefined) return null;
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <bdi>{typeof children === 'string' ? visible(children) : children}</bdi>
      </dd>
    </div>
  );
}
