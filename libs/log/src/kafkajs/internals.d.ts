/** The parts of kafkajs 2.2.4 (pinned, unmaintained) that this driver reaches into. */
declare module 'kafkajs/src/network/requestQueue' {
  class RequestQueue {
    pending: unknown[];
    scheduleCheckPendingRequests(): void;
  }
  export = RequestQueue;
}

declare module 'kafkajs/src/protocol/encoder' {
  class Encoder {
    static nextPowerOfTwo(value: number): number;
    buf: Buffer;
    offset: number;
    readonly buffer: Buffer;
    ensureAvailable(bytes: number): void;
    writeBufferInternal(value: Buffer): void;
    writeUVarIntString(value: string): this;
    writeUVarIntArray(array: Encoder[], type: 'object'): this;
    writeUVarInt(value: number): this;
    writeBoolean(value: boolean): this;
    writeInt8(value: number): this;
    writeInt32(value: number): this;
  }
  export = Encoder;
}

declare module 'kafkajs/src/protocol/decoder' {
  class Decoder {
    constructor(buffer: Buffer);
    readInt8(): number;
    readInt16(): number;
    readInt32(): number;
    readInt64(): { toString(): string };
    readBoolean(): boolean;
    readString(): string | null;
    readArray(read: (decoder: Decoder) => void): unknown[];
    readUVarInt(): number;
    readUVarIntString(): string | null;
    readUVarIntArray(read: (decoder: Decoder) => void): unknown[] | null;
    readTaggedFields(): unknown;
    readAll(): Buffer;
  }
  export = Decoder;
}

declare module 'kafkajs/src/protocol/requests' {
  export interface KnownVersions {
    versions: string[];
  }
  export const requests: { Metadata: KnownVersions };
}

declare module 'kafkajs/src/protocol/error' {
  export function createErrorFromCode(code: number): Error & { type: string; retriable: boolean };
}
