import type { Socket } from 'node:net';
import { decodeBatch } from './kafkajsProtocol.testing';
import {
  API_VERSIONS,
  int16,
  int32,
  int64,
  SASL_AUTHENTICATE,
  SASL_HANDSHAKE,
  type Frame,
} from './stubProtocol.testing';

const NOT_LEADER = 6;
const OUT_OF_ORDER = 45;
const SASL_AUTHENTICATION_FAILED = 58;

/** Who may connect, and for how long. */
export interface StubLogin {
  username: string;
  password: string;
  sessionMs: number;
}

/** The log of a stub cluster: its brokers share it. */
export interface StubLog {
  leaders: number[];
  names(partition: number): string[];
  /** Resolves with the error code and the base offset. */
  append(node: number, partition: number, batch: Buffer): Promise<[number, number]>;
}

export function createStubLog(partitions: number): StubLog {
  const leaders = Array.from({ length: partitions }, () => 1);
  const logs = leaders.map((): string[] => []);
  const last = new Map<number, { sequence: number; count: number; offset: number }>();
  return {
    leaders,
    names: (partition) => logs[partition]!,
    async append(node, partition, batch) {
      const { firstSequence: sequence, records } = await decodeBatch(batch);
      if (leaders[partition] !== node) return [NOT_LEADER, -1];
      const before = last.get(partition);
      if (before?.sequence === sequence) return [0, before.offset];
      if (sequence !== (before ? before.sequence + before.count : 0)) return [OUT_OF_ORDER, -1];
      const offset = logs[partition]!.length;
      last.set(partition, { sequence, count: records.length, offset });
      logs[partition]!.push(...records.map(({ value }) => String(value)));
      return [0, offset];
    },
  };
}

/** Who has logged in, and for how long; everybody where no password is asked for. */
export function createSessions(sasl: StubLogin | undefined) {
  const until = new WeakMap<Socket, number>();
  let logins = 0;
  return {
    count: (): number => logins,
    begin(socket: Socket, { body }: Frame): Buffer[] {
      if (!sasl || body.toString('utf8', 4) !== `\0${sasl.username}\0${sasl.password}`)
        return [int16(SASL_AUTHENTICATION_FAILED), int16(-1), int32(0), int64(0)];
      logins += 1;
      until.set(socket, performance.now() + sasl.sessionMs);
      return [int16(0), int16(-1), int32(0), int64(sasl.sessionMs)];
    },
    isOpen(socket: Socket, { api }: Frame): boolean {
      if (!sasl || [API_VERSIONS, SASL_HANDSHAKE, SASL_AUTHENTICATE].includes(api)) return true;
      return (until.get(socket) ?? 0) > performance.now();
    },
  };
}
