import { createFileRegistry, fromBinary, fromJson, toBinary, toJson, type JsonValue } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { Client as GrpcClient, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One HTTP/2 connection of grpc-js, the client that most services in Node have. */
export interface GrpcDriver {
  /** Resolves with the answer, read only where it is asked for; rejects unless it is OK. */
  call(method: string, request: JsonValue, token: string): Promise<() => JsonValue>;
  close(): void;
}

const SERVICE = 'chat.v1.ChatService';
/** The image of the proto files that the service is checked against. */
const IMAGE = join(__dirname, '../../../schemas/proto/known.binpb');
const TIMEOUT_MS = 30_000;
const asIs = (bytes: Buffer): Buffer => bytes;

export function createGrpcDriver(url: string): GrpcDriver {
  const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(IMAGE)));
  const methods = new Map(registry.getService(SERVICE)!.methods.map((method) => [method.name, method]));
  const client = new GrpcClient(new URL(url).host, credentials.createInsecure());
  return {
    call(name, request, token) {
      const { input, output } = methods.get(name)!;
      const sent = Buffer.from(toBinary(input, fromJson(input, request)));
      const metadata = new Metadata();
      metadata.set('authorization', `Bearer ${token}`);
      const options = { deadline: Date.now() + TIMEOUT_MS };
      return new Promise((resolve, reject) => {
        const answered = (error: ServiceError | null, answer?: Buffer): void => {
          if (error) reject(error);
          else resolve(() => toJson(output, fromBinary(output, answer!), { useProtoFieldName: true }));
        };
        client.makeUnaryRequest(`/${SERVICE}/${name}`, asIs, asIs, sent, metadata, options, answered);
      });
    },
    close: () => client.close(),
  };
}
